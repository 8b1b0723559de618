//! The exact claims of tokens.

use grantor_dialects::entra::claims;
use grantor_environment::Timestamp;
use grantor_rules::directory_api;
use grantor_rules::layout::{AccessTokenFacts, IdTokenFacts};
use grantor_rules::model::{Application, Method, Platform, TokenVersion, User};
use grantor_rules::scopes::{ApiName, SignInScope};
use serde_json::{Map, Value};

use crate::snapshot;
use crate::world::{NOW, ana, ben, client, colors, family, public, tenant};

const EVERYTHING: [SignInScope; 4] = SignInScope::ALL;

fn in_an_hour() -> Timestamp {
    NOW + std::time::Duration::from_hours(1)
}

struct Access {
    api: Application,
    asked_as: ApiName,
    user: User,
    platform: Platform,
    scopes: Vec<String>,
    sign_in: Vec<SignInScope>,
}

impl Access {
    fn claims(&self) -> Map<String, Value> {
        claims::access_token(
            &public(),
            &AccessTokenFacts {
                tenant: tenant(),
                client: &client(),
                platform: self.platform,
                api: &self.api,
                asked_as: &self.asked_as,
                user: &self.user,
                subject: "SUBJECT",
                scopes: &self.scopes,
                sign_in: &self.sign_in,
                authenticated_at: NOW - std::time::Duration::from_mins(10),
                method: Method::Pwd,
                issued_at: NOW,
                expires_at: in_an_hour(),
                token_id: [7; 16],
                family: family(),
            },
        )
    }
}

fn of_colors(version: TokenVersion, sign_in: &[SignInScope]) -> Access {
    Access {
        api: colors(version),
        asked_as: ApiName::Identifier("api://colors".into()),
        user: ana(),
        platform: Platform::Web,
        scopes: vec!["Colors.Read".into(), "Colors.Write".into()],
        sign_in: sign_in.to_vec(),
    }
}

fn of_graph(asked_as: ApiName) -> Access {
    let api = (*directory_api::application()).clone();
    Access { api, asked_as, scopes: vec!["User.Read".into()], ..of_colors(TokenVersion::V1, &EVERYTHING) }
}

fn id_token(user: &User, sign_in: &[SignInScope], nonce: Option<&str>) -> Map<String, Value> {
    claims::id_token_v2(
        &public(),
        &IdTokenFacts {
            tenant: tenant(),
            client: &client(),
            user,
            subject: "SUBJECT",
            sign_in,
            nonce,
            authenticated_at: NOW - std::time::Duration::from_mins(10),
            sid: "SID",
            issued_at: NOW,
            expires_at: in_an_hour(),
            token_id: [8; 16],
            family: family(),
        },
    )
}

fn shown(title: &str, claims: Map<String, Value>) -> String {
    format!("== {title}\n{:#}\n\n", Value::Object(claims))
}

#[test]
fn each_token_holds_exactly_its_claims() {
    let spa = Access { platform: Platform::Spa, ..of_colors(TokenVersion::V2, &[SignInScope::OpenId]) };
    let little = Access { user: ben(), ..of_graph(ApiName::Directory) };
    let text = [
        shown("access token, v2.0, everything of signing in", of_colors(TokenVersion::V2, &EVERYTHING).claims()),
        shown("access token, v2.0, openid alone, single-page application", spa.claims()),
        shown("access token, v1.0, of an API", of_colors(TokenVersion::V1, &EVERYTHING).claims()),
        shown("access token, v1.0, of the directory, asked without a name", of_graph(ApiName::Directory).claims()),
        shown(
            "access token, v1.0, of the directory, asked by its identifier",
            of_graph(ApiName::Identifier("https://graph.microsoft.com".into())).claims(),
        ),
        shown("access token, v1.0, of the directory, little known of the person", little.claims()),
        shown("id_token, v2.0, everything", id_token(&ana(), &EVERYTHING, Some("NONCE"))),
        shown("id_token, v2.0, openid alone", id_token(&ana(), &[SignInScope::OpenId], None)),
        shown("id_token, v2.0, a person without a mail address", id_token(&ben(), &EVERYTHING, Some("NONCE"))),
    ];
    snapshot::assert_same("entra_claims.txt", &text.concat());
}

#[test]
fn the_sign_in_permissions_stand_in_the_directory_s_tokens_alone() {
    for version in [TokenVersion::V1, TokenVersion::V2] {
        assert_eq!(of_colors(version, &EVERYTHING).claims()["scp"], "Colors.Read Colors.Write");
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
        let id = id_token(&ana(), sign_in, None);
        for name in ["oid", "name", "preferred_username"] {
            assert_eq!(access.contains_key(name), profile, "{name} of the access token, {sign_in:?}");
            assert_eq!(id.contains_key(name), profile, "{name} of the id_token, {sign_in:?}");
        }
        assert_eq!(id.contains_key("email"), email, "{sign_in:?}");
        assert!(!access.contains_key("email"));
    }
}

#[test]
fn how_the_application_proved_itself_follows_its_kind() {
    for (platform, expected) in [(Platform::Web, "1"), (Platform::Spa, "0"), (Platform::PublicClient, "0")] {
        let of = |version| Access { platform, ..of_colors(version, &EVERYTHING) }.claims();
        assert_eq!(of(TokenVersion::V2)["azpacr"], expected);
        assert_eq!(of(TokenVersion::V1)["appidacr"], expected);
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
