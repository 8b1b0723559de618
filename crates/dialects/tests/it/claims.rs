//! The exact claims of tokens.

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use grantor_rules::client::ClientProof;
use grantor_rules::directory_api;
use grantor_rules::layout::{AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts, PersonFacts, TokenLayout};
use grantor_rules::model::{
    Application, ClaimMapping, GroupClaims, Method, OptionalClaim, OptionalClaims, Terms, TokenVersion, User,
};
use grantor_rules::refusal::TokenFault;
use grantor_rules::scopes::{ApiName, SignInScope};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::snapshot;
use crate::world::{CLIENT, NOW, ana, ben, client, client_id, colors, dialect, family, tenant, user_id, v1};

const EVERYTHING: [SignInScope; 4] = grantor_dialects::entra::SIGN_IN;

fn in_an_hour() -> Timestamp {
    NOW + std::time::Duration::from_hours(1)
}

fn ten_minutes_ago() -> Timestamp {
    NOW - std::time::Duration::from_mins(10)
}

fn groups(count: u128) -> Vec<Uuid> {
    (1..=count).map(Uuid::from_u128).collect()
}

struct Access {
    api: Application,
    asked_as: ApiName,
    user: User,
    proof: ClientProof,
    scopes: Vec<String>,
    roles: Vec<String>,
    groups: Vec<Uuid>,
    in_front: bool,
    sign_in: Vec<SignInScope>,
}

impl Access {
    fn claims(&self) -> Map<String, Value> {
        dialect().access_token(&AccessTokenFacts {
            details: &[],
            terms: &Terms::default(),
            person: PersonFacts {
                tenant: tenant(),
                user: &self.user,
                subject: "SUBJECT",
                roles: &self.roles,
                groups: &self.groups,
                in_front: self.in_front,
                sign_in: &self.sign_in,
                authenticated_at: ten_minutes_ago(),
                method: Method::Pwd,
                sid: "SID",
                issued_at: NOW,
                expires_at: in_an_hour(),
                token_id: [7; 16],
                family: family(),
            },
            client: &client(),
            proof: self.proof,
            api: &self.api,
            asked_as: &self.asked_as,
            scopes: &self.scopes,
        })
    }
}

fn of_colors(version: TokenVersion, sign_in: &[SignInScope]) -> Access {
    Access {
        api: colors(version),
        asked_as: ApiName::Identifier("api://colors".into()),
        user: ana(),
        proof: ClientProof::Secret,
        scopes: vec!["Colors.Read".into(), "Colors.Write".into()],
        roles: vec![],
        groups: vec![],
        in_front: false,
        sign_in: sign_in.to_vec(),
    }
}

fn of_graph(asked_as: ApiName) -> Access {
    let api = (*directory_api::application()).clone();
    Access { api, asked_as, scopes: vec!["User.Read".into()], ..of_colors(TokenVersion::V1, &EVERYTHING) }
}

/// An id_token's facts, and the layout of the version that is asked.
struct Id {
    form: TokenVersion,
    client: Application,
    user: User,
    sign_in: Vec<SignInScope>,
    roles: Vec<String>,
    groups: Vec<Uuid>,
    in_front: bool,
    code: Option<Secret>,
    access_token: Option<Secret>,
    nonce: Option<&'static str>,
}

impl Id {
    fn claims(&self) -> Map<String, Value> {
        let facts = IdTokenFacts {
            terms: &Terms::default(),
            person: PersonFacts {
                tenant: tenant(),
                user: &self.user,
                subject: "SUBJECT",
                sign_in: &self.sign_in,
                roles: &self.roles,
                groups: &self.groups,
                in_front: self.in_front,
                authenticated_at: ten_minutes_ago(),
                method: Method::Pwd,
                sid: "SID",
                issued_at: NOW,
                expires_at: in_an_hour(),
                token_id: [8; 16],
                family: family(),
            },
            client: &self.client,
            code: self.code.as_ref(),
            access_token: self.access_token.as_ref(),
            nonce: self.nonce,
        };
        match self.form {
            TokenVersion::V1 => v1().id_token(&facts),
            TokenVersion::V2 => dialect().id_token(&facts),
        }
    }
}

fn id_token(form: TokenVersion, user: User, sign_in: &[SignInScope]) -> Id {
    Id {
        form,
        client: client(),
        user,
        sign_in: sign_in.to_vec(),
        roles: vec![],
        groups: vec![],
        in_front: false,
        code: None,
        access_token: None,
        nonce: None,
    }
}

fn own_token(api: &Application, roles: &[String], proof: ClientProof) -> Map<String, Value> {
    dialect().application_token(&ApplicationTokenFacts {
        bound_to: None,
        tenant: tenant(),
        client: &client(),
        proof,
        object_id: Uuid::from_u128(0x0b1e_c700),
        api,
        asked_as: &ApiName::Identifier("api://colors".into()),
        roles,
        issued_at: NOW,
        expires_at: in_an_hour(),
        token_id: [9; 16],
    })
}

fn shown(title: &str, claims: Map<String, Value>) -> String {
    format!("== {title}\n{:#}\n\n", Value::Object(claims))
}

/// An API or an application that asks for everything there is to ask for.
fn asking_for_everything(mut application: Application) -> Application {
    let all: Vec<OptionalClaim> = OptionalClaim::NAMES.iter().map(|(_, claim)| *claim).collect();
    application.optional_claims = OptionalClaims { id_token: all.clone(), access_token: all };
    application.group_claims = vec![GroupClaims::All];
    application.claim_mappings = vec![ClaimMapping { claim: "cost_center".into(), attribute: "costCenter".into() }];
    application
}

fn ana_in_full() -> User {
    User {
        attributes: [("costCenter".to_owned(), "4711".to_owned())].into(),
        directory_roles: vec![User::GLOBAL_ADMINISTRATOR.into(), "User Administrator".into()],
        ..ana()
    }
}

#[test]
fn each_token_holds_exactly_its_claims() {
    use TokenVersion::{V1, V2};
    let spa = Access { proof: ClientProof::Nothing, ..of_colors(V2, &[SignInScope::OpenId]) };
    let little = Access { user: ben(), ..of_graph(ApiName::Directory) };
    let in_full = |version| Access {
        api: asking_for_everything(colors(version)),
        user: ana_in_full(),
        roles: vec!["Painter".into()],
        groups: groups(2),
        ..of_colors(version, &EVERYTHING)
    };
    let id_in_full = |form| Id {
        client: asking_for_everything(client()),
        roles: vec!["Painter".into()],
        groups: groups(2),
        code: Some(Secret::new("CODE")),
        access_token: Some(Secret::new("ACCESS")),
        nonce: Some("NONCE"),
        ..id_token(form, ana_in_full(), &EVERYTHING)
    };
    let painter = ["Painter".to_owned()];
    let text = [
        shown("access token, v2.0, everything of signing in", of_colors(V2, &EVERYTHING).claims()),
        shown("access token, v2.0, openid alone, single-page application", spa.claims()),
        shown("access token, v2.0, of an API that asks for all there is", in_full(V2).claims()),
        shown("access token, v1.0, of an API", of_colors(V1, &EVERYTHING).claims()),
        shown("access token, v1.0, of an API that asks for all there is", in_full(V1).claims()),
        shown("access token, v1.0, of the directory, asked without a name", of_graph(ApiName::Directory).claims()),
        shown(
            "access token, v1.0, of the directory, asked by its identifier",
            of_graph(ApiName::Identifier("https://graph.microsoft.com".into())).claims(),
        ),
        shown("access token, v1.0, of the directory, little known of the person", little.claims()),
        shown("an application's own, v2.0", own_token(&colors(V2), &painter, ClientProof::Secret)),
        shown("an application's own, v1.0, without a role", own_token(&colors(V1), &[], ClientProof::Certificate)),
        shown(
            "an application's own, of the directory",
            own_token(&directory_api::application(), &painter, ClientProof::Secret),
        ),
        shown("id_token, v2.0, everything", Id { nonce: Some("NONCE"), ..id_token(V2, ana(), &EVERYTHING) }.claims()),
        shown("id_token, v2.0, openid alone", id_token(V2, ana(), &[SignInScope::OpenId]).claims()),
        shown("id_token, v2.0, a person without a mail address", id_token(V2, ben(), &EVERYTHING).claims()),
        shown(
            "id_token, v2.0, with code and access token, of an application that asks for all there is",
            id_in_full(V2).claims(),
        ),
        shown("id_token, v1.0", Id { nonce: Some("NONCE"), ..id_token(V1, ana(), &EVERYTHING) }.claims()),
        shown("id_token, v1.0, little known of the person", id_token(V1, ben(), &EVERYTHING).claims()),
        shown(
            "id_token, v1.0, with code and access token, of an application that asks for all there is",
            id_in_full(V1).claims(),
        ),
    ];
    snapshot::assert_same("entra_claims.txt", &text.concat());
}

#[test]
fn the_access_token_is_the_same_whichever_endpoint_was_asked() {
    let facts = |layout: &dyn TokenLayout, api: &Application| {
        layout.application_token(&ApplicationTokenFacts {
            bound_to: None,
            tenant: tenant(),
            client: &client(),
            proof: ClientProof::Secret,
            object_id: Uuid::nil(),
            api,
            asked_as: &ApiName::Directory,
            roles: &[],
            issued_at: NOW,
            expires_at: in_an_hour(),
            token_id: [9; 16],
        })
    };
    for version in [TokenVersion::V1, TokenVersion::V2] {
        assert_eq!(facts(&v1(), &colors(version)), facts(&dialect(), &colors(version)));
    }
}

#[test]
fn the_sign_in_permissions_stand_in_the_directory_s_tokens_alone() {
    for version in [TokenVersion::V1, TokenVersion::V2] {
        assert_eq!(of_colors(version, &EVERYTHING).claims()["scp"], "Colors.Read Colors.Write");
        let none = Access { scopes: vec![], ..of_colors(version, &EVERYTHING) }.claims();
        assert!(!none.contains_key("scp"), "absent, not empty");
    }
    assert_eq!(of_graph(ApiName::Directory).claims()["scp"], "User.Read openid profile email");
}

#[test]
fn the_name_of_the_person_needs_its_permission_in_version_2() {
    for (sign_in, profile, email) in [
        (&[SignInScope::OpenId][..], false, false),
        (&[SignInScope::OpenId, SignInScope::Profile], true, false),
        (&[SignInScope::OpenId, SignInScope::Email], false, true),
        (&EVERYTHING, true, true),
    ] {
        let access = of_colors(TokenVersion::V2, sign_in).claims();
        let id = id_token(TokenVersion::V2, ana(), sign_in).claims();
        for name in ["oid", "name", "preferred_username"] {
            assert_eq!(access.contains_key(name), profile, "{name} of the access token, {sign_in:?}");
            assert_eq!(id.contains_key(name), profile, "{name} of the id_token, {sign_in:?}");
        }
        assert_eq!(id.contains_key("email"), email, "{sign_in:?}");
        assert!(!access.contains_key("email"));
        // What the registration asks for does not stand in for that.
        let api = asking_for_everything(colors(TokenVersion::V2));
        let asked = Access { api, ..of_colors(TokenVersion::V2, sign_in) }.claims();
        for (name, expected) in [("upn", profile), ("given_name", profile), ("family_name", profile), ("email", email)]
        {
            assert_eq!(asked.contains_key(name), expected, "{name}, {sign_in:?}");
        }
        let api = asking_for_everything(colors(TokenVersion::V1));
        let asked = Access { api, ..of_colors(TokenVersion::V1, sign_in) }.claims();
        for name in ["upn", "given_name", "family_name", "email"] {
            assert!(asked.contains_key(name), "{name} of v1.0, {sign_in:?}");
        }
    }
}

#[test]
fn the_token_tells_how_the_application_proved_itself() {
    for (proof, expected) in [(ClientProof::Nothing, "0"), (ClientProof::Secret, "1"), (ClientProof::Certificate, "2")]
    {
        let of = |version| Access { proof, ..of_colors(version, &EVERYTHING) }.claims();
        assert_eq!(of(TokenVersion::V2)["azpacr"], expected);
        assert_eq!(of(TokenVersion::V1)["appidacr"], expected);
        assert_eq!(own_token(&colors(TokenVersion::V2), &[], proof)["azpacr"], expected);
        assert_eq!(own_token(&colors(TokenVersion::V1), &[], proof)["appidacr"], expected);
    }
}

#[test]
fn the_form_follows_the_api_and_the_audience_its_form() {
    for asked_as in [ApiName::Directory, ApiName::Identifier("api://colors".into())] {
        let v2 = Access { asked_as, ..of_colors(TokenVersion::V2, &EVERYTHING) }.claims();
        assert_eq!(
            (v2["aud"].as_str(), v2["ver"].as_str()),
            (Some("c0105000-0000-4000-8000-0000000000a1"), Some("2.0"))
        );
        assert!(!v2.contains_key("appid") && v2.contains_key("azp"));
    }
    let v1 = of_colors(TokenVersion::V1, &EVERYTHING).claims();
    assert_eq!((v1["aud"].as_str(), v1["ver"].as_str()), (Some("api://colors"), Some("1.0")));
    assert!(!v1.contains_key("azp") && v1.contains_key("appid") && !v1.contains_key("app_displayname"));
    assert!(v1["iss"].as_str().unwrap().ends_with('/'));
}

#[test]
fn too_many_groups_are_told_by_a_link_or_by_a_word() {
    const CLAIMS: [&str; 3] = ["groups", "_claim_names", "hasgroups"];
    for (count, in_front, expected) in [
        (0, false, None),
        (1, false, Some("groups")),
        (200, false, Some("groups")),
        (201, false, Some("_claim_names")),
        (6, true, Some("groups")),
        (7, true, Some("hasgroups")),
        (201, true, Some("hasgroups")),
    ] {
        let access = Access { groups: groups(count), in_front, ..of_colors(TokenVersion::V2, &EVERYTHING) }.claims();
        let id = Id { groups: groups(count), in_front, ..id_token(TokenVersion::V1, ana(), &EVERYTHING) }.claims();
        for claims in [access, id] {
            let found: Vec<&str> = CLAIMS.into_iter().filter(|name| claims.contains_key(*name)).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{count} groups, in front: {in_front}");
            assert_eq!(claims.contains_key("_claim_sources"), expected == Some("_claim_names"));
            if expected == Some("_claim_names") {
                let source = claims["_claim_names"]["groups"].as_str().unwrap();
                let endpoint = format!("https://localhost:8443/v1.0/users/{}/getMemberObjects", user_id());
                assert_eq!(claims["_claim_sources"][source]["endpoint"], endpoint);
            }
        }
    }
}

#[test]
fn directory_roles_are_told_where_the_registration_says_so_and_there_is_room() {
    for (told, in_front, expected) in [
        (vec![], false, false),
        (vec![GroupClaims::SecurityGroup], false, false),
        (vec![GroupClaims::DirectoryRole], false, true),
        (vec![GroupClaims::All], false, true),
        (vec![GroupClaims::All], true, false),
    ] {
        let api = Application { group_claims: told.clone(), ..colors(TokenVersion::V2) };
        let access = |user| Access { api: api.clone(), user, in_front, ..of_colors(TokenVersion::V2, &[]) }.claims();
        assert_eq!(access(ana_in_full()).contains_key("wids"), expected, "{told:?}, in front: {in_front}");
        assert!(!access(ana()).contains_key("wids"), "a person without a role");
    }
}

/// A claim that readers decide by comes from nowhere but here.
#[test]
fn no_attribute_of_a_person_passes_for_a_claim_that_readers_decide_by() {
    let claims = [
        "iss",
        "sub",
        "aud",
        "tid",
        "oid",
        "azp",
        "appid",
        "azpacr",
        "scp",
        "scope",
        "roles",
        "groups",
        "wids",
        "idtyp",
        "ver",
        "rh",
        "nonce",
        "amr",
        "acr",
        "c_hash",
        "at_hash",
        "auth_time",
        "sid",
        "permissions",
        "client_id",
        "exp",
        "hasgroups",
        "_claim_names",
        "idp",
        "acct",
        "cnf",
    ];
    let mapped = |name: &str| ClaimMapping { claim: name.to_owned(), attribute: "costCenter".into() };
    let mappings: Vec<ClaimMapping> = claims.iter().chain(&["cost_center", "name"]).map(|name| mapped(name)).collect();
    for version in [TokenVersion::V1, TokenVersion::V2] {
        let mut access = Access { scopes: vec![], user: ana_in_full(), ..of_colors(version, &[SignInScope::Profile]) };
        let mut id = Id { user: ana_in_full(), ..id_token(version, ana(), &[SignInScope::Profile]) };
        let before = [access.claims(), id.claims()];
        access.api.claim_mappings.clone_from(&mappings);
        id.client.claim_mappings.clone_from(&mappings);
        for (mut after, before) in [access.claims(), id.claims()].into_iter().zip(before) {
            assert_eq!(after.remove("cost_center"), Some(json!("4711")));
            assert_eq!(after, before, "nothing else is added, and nothing is replaced");
        }
    }
    let mut unknown = of_colors(TokenVersion::V2, &[]);
    unknown.api.claim_mappings = vec![mapped("cost_center")];
    assert!(!unknown.claims().contains_key("cost_center"), "a person without the attribute");
}

#[test]
fn our_own_tokens_of_either_form_read_back() {
    for version in [TokenVersion::V1, TokenVersion::V2] {
        let api = colors(version);
        let read =
            |sign_in: &[SignInScope]| dialect().read_access_token(&of_colors(version, sign_in).claims(), NOW).unwrap();
        let token = read(&EVERYTHING);
        assert_eq!((token.tenant, token.user, token.family), (tenant(), Some(user_id()), family()));
        assert_eq!(token.client, client_id(CLIENT));
        assert_eq!(token.scopes, ["Colors.Read", "Colors.Write"]);
        let audience = if version == TokenVersion::V1 { "api://colors" } else { api.client_id.as_str() };
        assert_eq!(token.audience, audience);
        let nameless = read(&[SignInScope::OpenId]);
        assert_eq!(nameless.user, (version == TokenVersion::V1).then(user_id));
        assert_eq!(nameless.family, family(), "the family tells whose it is");
    }
}

#[test]
fn what_is_no_access_token_of_a_person_does_not_read_back() {
    let read = |claims: &Map<String, Value>| dialect().read_access_token(claims, NOW).unwrap_err();
    for version in [TokenVersion::V1, TokenVersion::V2] {
        for api in [colors(version), (*directory_api::application()).clone()] {
            let own = own_token(&api, &["Painter".to_owned()], ClientProof::Secret);
            assert_eq!(read(&own), TokenFault::NoPerson);
        }
        let in_full = Id { nonce: Some("N"), ..id_token(version, ana(), &EVERYTHING) };
        assert_eq!(read(&in_full.claims()), TokenFault::Malformed, "an id_token");
        let good = of_colors(version, &EVERYTHING).claims();
        let other = if version == TokenVersion::V1 { "2.0" } else { "1.0" };
        let foreign = format!("https://localhost:8443/{}/v2.0", Uuid::from_u128(1));
        for (name, value, why) in [
            ("ver", json!(other), TokenFault::Malformed),
            ("ver", json!(2), TokenFault::Malformed),
            ("ver", Value::Null, TokenFault::Malformed),
            ("iss", json!(foreign), TokenFault::Issuer),
            ("iss", json!("https://evil.example/"), TokenFault::Issuer),
            ("tid", json!(Uuid::from_u128(1)), TokenFault::Issuer),
            ("exp", json!(NOW.seconds()), TokenFault::Expired),
            ("nbf", json!(NOW.seconds() + 1), TokenFault::NotYet),
            ("aud", Value::Null, TokenFault::Malformed),
            ("oid", json!("ana"), TokenFault::Malformed),
            ("rh", json!("x"), TokenFault::Malformed),
        ] {
            let mut claims = good.clone();
            claims.insert(name.to_owned(), value.clone());
            assert_eq!(read(&claims), why, "{name} = {value}");
        }
    }
}
