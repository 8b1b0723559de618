//! What is wrong with policies, groups, assignments, service principals, consents and what tokens tell.

use grantor_directory_file::parse;

use super::{refused, refused_below};
use crate::{API, APPLICATION, TENANT};

const GROUP: &str = "[[tenant.group]]\nid = \"b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7b01\"\ndisplay_name = \"Buyers\"\n";

/// Another tenant, whose first application is for several tenants and whose second is not.
const OTHERS: &str = r#"
[[tenant]]
id = "f4b21a0e-6f1c-4d33-9a7e-5d3f0a3c1b77"
domain = "fabrikam.example"
display_name = "Fabrikam"
kind = "organization"
[[tenant.application]]
client_id = "shared"
display_name = "Shared"
sign_in_audience = "any-organization"
identifier_uris = ["api://shared"]
[[tenant.application.scope]]
value = "Read"
consent = "user"
admin_consent_display_name = "Read"
[[tenant.application.scope]]
value = "Gone"
consent = "user"
admin_consent_display_name = "Gone"
enabled = false
[[tenant.application.app_role]]
value = "Everything"
allowed_member_types = ["Application"]
display_name = "Everything"
[[tenant.application.app_role]]
value = "Guide"
allowed_member_types = ["User"]
display_name = "Guide"
[[tenant.application]]
client_id = "kept"
display_name = "Kept"
identifier_uris = ["api://kept"]
[[tenant.application.scope]]
value = "Read"
consent = "user"
admin_consent_display_name = "Read"
"#;

#[track_caller]
fn taken(text: &str) {
    if let Err(errors) = parse("good.toml", text) {
        panic!("{}\n{text}", errors[0]);
    }
}

#[test]
fn a_bad_policy_is_refused() {
    refused_below(
        TENANT,
        &[
            ("policy = «\"strict\"", "\"policy\" must be a table, [tenant.policy], not a string"),
            ("[tenant.policy]\n«users = 1", "unknown key \"users\" in a policy; expected one of: user_consent"),
            (
                "policy = { user_consent = «\"low-risk\" }",
                "expected one of: allowed, low-risk-only, not-allowed; did you mean \"low-risk-only\"?",
            ),
            ("policy = { several_apis = «\"last-wins\" }", "expected one of: first-wins, refused"),
            ("policy = { client_registration = «\"yes\" }", "expected one of: closed, with-initial-access-token, open"),
            ("policy = { registration_redirect_schemes = [«\"javascript\"] }", "\"javascript\" is no word of"),
            ("policy = { registration_redirect_hosts = [«\"*.example\"] }", "\"*.example\" is no word of"),
            ("policy = { registration_redirect_hosts = «[] }", "must not be empty"),
            ("policy = { dpop_nonces = «\"sometimes\" }", "expected one of: not-required, required"),
            ("policy = { consent_requests = «\"yes\" }", "must be true or false, not a string"),
        ],
    );
}

#[test]
fn a_bad_group_is_refused() {
    let above = format!("{TENANT}{GROUP}");
    refused_below(
        &above,
        &[
            ("members = [«\"chris\"]", "\"members\" is \"chris\": it must look like name@domain"),
            ("members = [«\"chris@fabrikam.example\"]", "must be the tenant's, contoso.example"),
            (
                "members = [\"chris@contoso.example\",\n«\"Chris@contoso.example\"]",
                "the member \"Chris@contoso.example\" stands already at line 10",
            ),
            (
                "[[tenant.group]]\ndisplay_name = \"B\"\nid = «\"B7E90F11-4a39-4f8e-8d1c-6a2f5c3e7b01\"",
                "the group b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7b01 stands already at line 8",
            ),
            ("[[tenant.group]]\ndisplay_name = \"B\"\nid = «\"buyers\"", "\"id\" is \"buyers\": expected a UUID"),
            (
                "«[[tenant.group]]\nid = \"b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7b02\"",
                "a group lacks the key \"display_name\"",
            ),
        ],
    );
    let personal = TENANT.replace("organization", "consumers");
    taken(&format!("{personal}{GROUP}members = [\"sam@outlook.example\"]\n"));
}

/// The API with further keys, the first of them on line 11.
fn api_with(lines: &str) -> String {
    let name = "display_name = \"Colors API\"\n";
    format!("{TENANT}{}", API.replacen(name, &format!("{name}{lines}\n"), 1))
}

#[track_caller]
fn refused_in_api(rows: &[(&str, &str)]) {
    for (lines, fragment) in rows {
        refused(&api_with(lines), fragment);
    }
}

#[test]
fn a_bad_assignment_is_refused() {
    refused_in_api(&[
        ("assigned = «\"chris@contoso.example\"", "must be a list of tables"),
        ("assigned = [«{ role = \"Painter\" }]", "an assignment has either the key \"user\" or \"group\""),
        (
            "assigned = [«{ user = \"chris@contoso.example\", group = \"b7e90f11-4a39-4f8e-8d1c-6a2f5c3e7b01\" }]",
            "an assignment has either the key",
        ),
        ("assigned = [{ user = «1 }]", "\"user\" must be a string, not an integer"),
        ("assigned = [{ user = «\"chris@fabrikam.example\" }]", "must be the tenant's"),
        ("assigned = [{ group = «\"Buyers\" }]", "\"group\" is \"Buyers\": expected a UUID"),
        (
            "assigned = [{ user = \"chris@contoso.example\", role = «\"Colors.Manage.All\" }]",
            "no app role \"Colors.Manage.All\" for people; expected one of: Painter",
        ),
        ("assigned = [{ user = \"chris@contoso.example\", role = «\"painter\" }]", "did you mean \"Painter\"?"),
        (
            "assigned = [{ user = \"chris@contoso.example\", role = \"Painter\" },\n\
             «{ user = \"CHRIS@contoso.example\", role = \"Painter\" }]",
            "the same assignment stands already at line 11",
        ),
    ]);
    taken(&api_with(
        "assigned = [{ user = \"chris@contoso.example\", role = \"Painter\" }, { user = \"chris@contoso.example\" }]",
    ));
}

#[test]
fn a_bad_pre_authorization_is_refused() {
    refused_in_api(&[
        ("pre_authorized = [«{ scopes = [\"Colors.Read\"] }]", "a pre-authorization lacks the key \"client\""),
        ("pre_authorized = [«{ client = \"app\" }]", "a pre-authorization lacks the key \"scopes\""),
        ("pre_authorized = [{ client = \"app\", scopes = «[] }]", "\"scopes\" must not be empty"),
        (
            "pre_authorized = [{ client = \"app\", scopes = [«\"Colors.Raed\"] }]",
            "the application has no scope \"Colors.Raed\"; expected one of: Colors.Read; did you mean \"Colors.Read\"?",
        ),
        (
            "pre_authorized = [{ client = \"app\", scopes = [\"Colors.Read\", «\"colors.read\"] }]",
            "the scope Colors.Read stands already at line 11",
        ),
        (
            "pre_authorized = [{ client = «\"two words\", scopes = [\"Colors.Read\"] }]",
            "\"client\" cannot be read: a client id holds visible ASCII",
        ),
        ("known_client_applications = [\"a\", «\"a\"]", "the client \"a\" stands already at line 11"),
        ("known_client_applications = [«\"\"]", "\"known_client_applications\" cannot be read"),
    ]);
    let errors = parse("bad.toml", &api_with("pre_authorized = [{ client_id = \"app\", scopes = [\"Colors.Read\"] }]"));
    let errors = errors.expect_err("the key has another name");
    assert!(errors.iter().any(|error| error.to_string().contains("the key is called \"client\"")), "{errors:#?}");
    taken(&api_with("pre_authorized = [{ client = \"nobody-yet\", scopes = [\"colors.read\"] }]"));
}

#[test]
fn a_bad_word_of_a_scope_or_application_is_refused() {
    refused_in_api(&[
        ("refresh_tokens = «\"rotate\"", "expected one of: rotate-and-revoke, rotate-and-keep"),
        (
            "optional_claims = { id_token = [«\"mail\"] }",
            "unknown optional claim \"mail\"; expected one of: acct, auth_time",
        ),
        ("optional_claims = { id_token = [\"sid\", «\"sid\"] }", "\"sid\" stands already at line 11"),
        ("optional_claims = { «saml2_token = [] }", "unknown key \"saml2_token\" in optional claims"),
        ("group_membership_claims = [«\"All\"]", "application-group, directory-role, all; did you mean \"all\"?"),
        ("id_token_issuance = «1", "must be true or false, not an integer"),
        ("disabled = «\"no\"", "must be true or false, not a string"),
    ]);
    let risk = |word: &str| API.replace("consent = \"user\"", &format!("consent = \"user\"\nrisk = {word}"));
    refused(&format!("{TENANT}{}", risk("«\"none\"")), "unknown risk \"none\"; expected one of: low, medium, high");
    taken(&format!("{TENANT}{}", risk("\"high\"")));
}

#[test]
fn a_claim_that_tokens_have_already_is_refused() {
    for claim in ["sub", "oid", "tid", "aud", "scp", "roles", "groups", "Roles", "xms_cc", "client_id", "upn", "azp"] {
        refused(
            &api_with(&format!("claim_mappings = [{{ claim = «\"{claim}\", attribute = \"a\" }}]")),
            "is one that tokens have already",
        );
    }
    refused_in_api(&[
        ("claim_mappings = [{ claim = «\"\", attribute = \"a\" }]", "must not be empty"),
        ("claim_mappings = [{ claim = «\"two words\", attribute = \"a\" }]", "must be visible ASCII without spaces"),
        ("claim_mappings = [{ claim = \"color\", attribute = «\"\" }]", "\"attribute\" must not be empty"),
        ("claim_mappings = [«{ claim = \"color\" }]", "a claim mapping lacks the key \"attribute\""),
        (
            "claim_mappings = [{ claim = \"color\", attribute = \"a\" },\n{ claim = «\"Color\", attribute = \"b\" }]",
            "the claim \"Color\" stands already at line 11",
        ),
    ]);
    taken(&api_with(
        "claim_mappings = [{ claim = \"https://contoso.example/color\", attribute = \"favorite_color\" }]",
    ));
}

#[test]
fn a_bad_lifetime_is_refused() {
    refused_in_api(&[
        ("lifetimes = { access_token = «3600 }", "must be a string, not an integer"),
        (
            "lifetimes = { access_token = «\"an hour\" }",
            "which is no length of time; expected something like 90s, 20m, 1h",
        ),
        ("lifetimes = { access_token = «\"9m\" }", "\"access_token\" must be from 10m to 1d, not \"9m\""),
        ("lifetimes = { access_token = «\"86401s\" }", "must be from 10m to 1d"),
        ("lifetimes = { id_token = «\"25h\" }", "\"id_token\" must be from 10m to 1d"),
        ("lifetimes = { refresh_token = «\"366d\" }", "must be from 10m to 365d"),
        ("lifetimes = { «codes = \"10m\" }", "unknown key \"codes\" in lifetimes"),
    ]);
    taken(&api_with("lifetimes = { access_token = \"10m\", id_token = \"24h\", refresh_token = \"365d\" }"));
}

#[test]
fn a_bad_address_is_refused() {
    refused_in_api(&[
        (
            "home_page_uri = «\"http://localhost/\"",
            "the home_page_uri \"http://localhost/\" is refused: expected https://",
        ),
        ("terms_uri = «\"javascript:alert(1)\"", "is refused: expected https://"),
        ("privacy_uri = «\"com.example.app:/privacy\"", "is refused: expected https://"),
        ("home_page_uri = «\"https://a.example/#top\"", "it must not have a fragment"),
        (
            "front_channel_logout_uri = «\"http://app.example/out\"",
            "expected https://…, http://localhost or http://127.0.0.1",
        ),
        ("front_channel_logout_uri = «\"com.example.app:/out\"", "expected https://…, http://localhost"),
        ("front_channel_logout_uri = «\"https://user@app.example/out\"", "user information"),
    ]);
    taken(&api_with(
        "front_channel_logout_uri = \"http://localhost:5000/out\"\nhome_page_uri = \"https://a.example/?a=b\"",
    ));
    refused(
        &api_with(&format!("home_page_uri = «\"https://a.example/{}\"", "x".repeat(250))),
        "it is longer than 256 characters",
    );
}

#[test]
fn a_bad_end_of_a_secret_is_refused() {
    let secret = |end: &str| {
        api_with(&format!("secrets = [{{ description = \"a\", value = \"0123456789abcdef\", expires_at = {end} }}]"))
    };
    refused(&secret("«\"2027-01-31\""), "\"expires_at\" must be a date, not a string");
    for bad in ["2027-01-31T12:00:00", "12:00:00"] {
        refused(&secret(&format!("«{bad}")), "expected something like 2027-01-31 or 2027-01-31T12:00:00Z");
    }
    for (written, seconds) in [
        ("2027-01-31", 1_801_353_600),
        ("2027-01-31T12:00:00Z", 1_801_396_800),
        ("2027-01-31 12:00:00.5+02:00", 1_801_389_600),
    ] {
        let directory = parse("good.toml", &secret(written)).unwrap_or_else(|errors| panic!("{}", errors[0]));
        let end = directory.tenants[0].applications[0].secrets[0].kept.expires_at.expect("it was said");
        assert_eq!(end.seconds(), seconds, "{written}");
    }
}

#[test]
fn a_bad_certificate_is_refused() {
    let certificate = |lines: &str| format!("{TENANT}{APPLICATION}[[tenant.application.certificates]]\n{lines}\n");
    let pem = include_str!("../../../../jose/tests/vectors/second-implementation/certificate.pem");
    let quoted = |pem: &str| format!("\"\"\"\n{pem}\"\"\"");
    taken(&certificate(&format!("description = \"a\"\npem = {}", quoted(pem))));
    refused(
        &certificate(&format!("description = \"a\"\npem = «{}", quoted(&format!("{pem}{pem}")))),
        "holds more than one certificate",
    );
    refused(
        &certificate(&format!(
            "description = \"a\"\npem = {0}\n[[tenant.application.certificates]]\ndescription = \"b\"\npem = «{0}",
            quoted(pem)
        )),
        "the same certificate stands already at line 13",
    );
    let cut = pem.replacen("MII", "", 1);
    refused(&certificate(&format!("description = \"a\"\npem = «{}", quoted(&cut))), "\"pem\" must hold a certificate");
    let halved: String =
        pem.lines().filter(|line| line.starts_with("-----") || line.len() == 64).take(5).collect::<Vec<_>>().join("\n");
    let halved = format!("{halved}\n-----END CERTIFICATE-----\n");
    refused(
        &certificate(&format!("description = \"a\"\npem = «{}", quoted(&halved))),
        "it is not an X.509 certificate",
    );
    for (lines, fragment) in [
        ("description = \"a\"\npem = «\"MIIC\"", "must hold a certificate, from BEGIN CERTIFICATE"),
        ("description = \"a\"\n«file = \"app.pem\"", "a directory file opens no other file: put the text"),
        ("description = «\"\"\npem = PEM", "\"description\" must not be empty"),
    ] {
        refused(&certificate(&lines.replace("PEM", &quoted(pem))), fragment);
    }
    refused(
        &format!("{TENANT}{APPLICATION}«[[tenant.application.certificates]]\ndescription = \"a\"\n"),
        "a certificate lacks the key \"pem\"",
    );
}

#[test]
fn a_bad_service_principal_is_refused() {
    let with = |lines: &str| format!("{TENANT}{APPLICATION}[[tenant.service_principal]]\n{lines}\n{OTHERS}");
    let rows = [
        ("client_id = «\"app\"", "the application \"app\" is registered in this tenant"),
        ("client_id = «\"kept\"", "belongs to another tenant; expected one of: shared; its sign_in_audience keeps it"),
        (
            "client_id = «\"sharde\"",
            "no application that can be named here has the client_id \"sharde\"; expected one of: shared; did you mean",
        ),
        ("client_id = «\"00000003-0000-0000-c000-000000000000\"", "is the built-in directory API"),
        ("client_id = «\"two words\"", "\"client_id\" cannot be read"),
        ("client_id = \"shared\"\nenabled = «1", "must be true or false"),
        (
            "client_id = \"shared\"\n[[tenant.service_principal]]\nclient_id = «\"shared\"",
            "the service principal of \"shared\" stands already at line 12",
        ),
        (
            "client_id = \"shared\"\ngranted_app_roles = [«\"api://shared/Guide\"]",
            "allowed_member_types leave Application out",
        ),
        (
            "client_id = \"shared\"\nassigned = [{ user = \"chris@contoso.example\", role = «\"Everything\" }]",
            "has no app role \"Everything\" for people; expected one of: Guide",
        ),
    ];
    for (lines, fragment) in rows {
        refused(&with(lines), fragment);
    }
    refused(
        &format!("{TENANT}«[[tenant.service_principal]]\nenabled = true\n"),
        "a service principal lacks the key \"client_id\"",
    );
    taken(&with(
        "client_id = \"shared\"\ngranted_app_roles = [\"api://shared/Everything\"]\n\
         assigned = [{ user = \"chris@contoso.example\", role = \"Guide\" }]",
    ));
}

#[test]
fn a_bad_consent_is_refused() {
    let with = |lines: &str| format!("{TENANT}{APPLICATION}[[tenant.consent]]\n{lines}\n{OTHERS}");
    let rows = [
        ("client_id = «\"kept\"\npermissions = [\"graph/openid\"]", "its sign_in_audience keeps it to that tenant"),
        ("client_id = «\"nobody\"\npermissions = [\"graph/openid\"]", "expected one of: app, shared"),
        ("client_id = \"app\"\npermissions = «[]", "\"permissions\" must not be empty"),
        ("client_id = \"app\"\npermissions = [«\"openid\"]", "did you mean \"graph/openid\"?"),
        ("client_id = \"app\"\npermissions = [«\"api://shared/Guide\"]", "it is an app role"),
        (
            "client_id = \"app\"\npermissions = [«\"api://kept/Read\"]",
            "it belongs to another tenant: its sign_in_audience",
        ),
        ("client_id = \"app\"\nuser = «\"chris\"\npermissions = [\"graph/openid\"]", "must look like name@domain"),
        (
            "client_id = \"app\"\npermissions = [\"graph/openid\"]\n[[tenant.consent]]\nclient_id = «\"app\"\n\
             permissions = [\"graph/profile\"]",
            "what everyone allows \"app\" stands already at line 12",
        ),
        (
            "client_id = \"app\"\npermissions = [\"graph/openid\"]\n«scope = \"openid\"",
            "permissions are written in a list",
        ),
    ];
    for (lines, fragment) in rows {
        refused(&with(lines), fragment);
    }
    refused(
        &format!("{TENANT}{APPLICATION}«[[tenant.consent]]\nclient_id = \"app\"\n"),
        "a consent lacks the key \"permissions\"",
    );
    taken(&with(
        "client_id = \"app\"\npermissions = [\"graph/openid\"]\n[[tenant.consent]]\nclient_id = \"app\"\n\
         user = \"chris@contoso.example\"\npermissions = [\"graph/openid\", \"api://shared/Read\"]",
    ));
}

#[test]
fn an_api_of_another_tenant_can_be_named_if_it_is_for_several() {
    let with = |line: &str| format!("{TENANT}{APPLICATION}{line}\n{OTHERS}");
    for resource in ["api://shared", "API://Shared", "shared"] {
        taken(&with(&format!("required_permissions = [\"{resource}/Read\"]")));
    }
    taken(&with("required_app_roles = [\"api://shared/Everything\"]"));
    refused(
        &with("required_permissions = [«\"api://kept/Read\"]"),
        "expected one of: graph, api://shared; it belongs to another tenant: its sign_in_audience keeps it to that tenant",
    );
    refused(&with("required_permissions = [«\"api://shared/Gone\"]"), "expected one of: Read; it is switched off");
    // The tenant's own API comes first.
    let own = API.replace("api://colors", "api://shared");
    let text = format!("{TENANT}{own}{APPLICATION}required_permissions = [\"api://shared/Colors.Read\"]\n{OTHERS}");
    taken(&text);
}

#[test]
fn two_applications_for_several_tenants_cannot_share_an_identifier_uri() {
    let own = |audience: &str| {
        let uri = "identifier_uris = [«\"api://shared\"]";
        format!("{OTHERS}{TENANT}{APPLICATION}sign_in_audience = \"{audience}\"\n{uri}\n")
    };
    refused(&own("any-organization"), "the identifier URI \"api://shared\" stands already at line 11");
    taken(&own("this-organization").replace('«', ""));
}
