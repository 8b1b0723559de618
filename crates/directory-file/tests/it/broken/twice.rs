//! What must not stand twice.

use grantor_directory_file::parse;

use super::{refused, refused_below};
use crate::{API, APPLICATION, TENANT, USER};

#[test]
fn what_stands_twice_is_refused_with_the_line_of_the_first() {
    let second_tenant = "[[tenant]]\nid = ID\ndomain = DOMAIN\ndisplay_name = \"B\"\nkind = KIND\n";
    let tenant = |id: &str, domain: &str, kind: &str| {
        let second = second_tenant.replace("ID", id).replace("DOMAIN", domain).replace("KIND", kind);
        format!("{TENANT}{second}")
    };
    let (other, organization) = ("\"f4b21a0e-6f1c-4d33-9a7e-5d3f0a3c1b77\"", "\"organization\"");
    refused(
        &tenant("«\"8EAEF023-2b34-4da1-9baa-8bc8c9d6a490\"", "\"b.example\"", organization),
        "the tenant 8eaef023-2b34-4da1-9baa-8bc8c9d6a490 stands already at line 3",
    );
    refused(
        &tenant(other, "«\"Contoso.Example\"", organization),
        "the domain contoso.example stands already at line 4",
    );
    let consumers = TENANT.replace("organization", "consumers");
    refused(
        &tenant(other, "\"b.example\"", "«\"consumers\"").replace(TENANT, &consumers),
        "one tenant of kind consumers; the first stands already at line 6",
    );
    let user = |id: &str, name: &str| {
        format!("{TENANT}{USER}[[tenant.user]]\nid = {id}\nuser_principal_name = {name}\ndisplay_name = \"B\"\n")
    };
    refused(
        &user("«\"12345678-73A6-4952-a53a-e9916737ff7f\"", "\"b@contoso.example\""),
        "the user 12345678-73a6-4952-a53a-e9916737ff7f stands already at line 9",
    );
    refused(
        &user("\"6e7b768e-07e2-4810-8459-485f84f8f204\"", "«\"CHRIS@contoso.example\""),
        "the user principal name \"CHRIS@contoso.example\" stands already at line 10",
    );
    let second_api = "[[tenant.application]]\nclient_id = ID\ndisplay_name = \"B\"\nidentifier_uris = [URI]\n";
    let api = |id: &str, uri: &str| second_api.replace("ID", id).replace("URI", uri);
    refused(
        &format!("{TENANT}{API}{}", api("«\"C0105000-0000-4000-8000-00000000A001\"", "\"api://b\"")),
        "the client_id \"c0105000-0000-4000-8000-00000000a001\" stands already at line 9",
    );
    refused(
        &format!("{TENANT}{API}{}", api("\"b\"", "«\"api://Colors\"")),
        "the identifier URI \"api://Colors\" stands already at line 11",
    );
    let elsewhere = second_tenant.replace("ID", other).replace("DOMAIN", "\"b.example\"").replace("KIND", organization);
    assert!(
        parse("good.toml", &format!("{TENANT}{API}{elsewhere}{}", api("\"b\"", "\"api://colors\""))).is_ok(),
        "another tenant may use the same identifier URI"
    );
    refused(
        &format!("{TENANT}{APPLICATION}{elsewhere}{}", api("«\"app\"", "\"api://b\"")),
        "the client_id \"app\" stands already at line 9",
    );
}

#[test]
fn what_stands_twice_in_an_application_is_refused() {
    let scope = "[[tenant.application.scope]]\nconsent = \"user\"\nadmin_consent_display_name = \"A\"\n";
    let role = "[[tenant.application.app_role]]\nallowed_member_types = [\"User\"]\ndisplay_name = \"A\"\n";
    let id = "id = \"6e7b768e-07e2-4810-8459-485f84f8f204\"\n";
    let marked_id = id.replace("= ", "= «");
    let above = format!("{TENANT}{APPLICATION}");
    refused(
        &format!("{above}{scope}value = \"A.Read\"\n{scope}value = «\"a.read\"\n"),
        "the scope \"a.read\" stands already at line 14",
    );
    refused(
        &format!("{above}{role}value = \"A\"\n{role}value = «\"A\"\n"),
        "the app role \"A\" stands already at line 14",
    );
    refused(
        &format!("{above}{scope}value = \"A\"\n{id}{role}value = \"B\"\n{marked_id}"),
        "the id 6e7b768e-07e2-4810-8459-485f84f8f204 of a scope or app role stands already at line 15",
    );
    assert!(
        parse("good.toml", &format!("{above}{scope}value = \"A\"\n{role}value = \"A\"\n")).is_ok(),
        "a scope and an app role may share a name"
    );
    refused_below(
        &above,
        &[
            (
                "secrets = [{ description = \"a\", value = \"0123456789abcdef\" },\n{ description = \"b\", value = «\"0123456789abcdef\" }]",
                "the same secret stands already at line 11",
            ),
            (
                "required_permissions = [\"graph/User.Read\", «\"https://graph.microsoft.com/user.read\"]",
                "stands already at line 11",
            ),
        ],
    );
}
