//! The directory API: what it answers, and which tokens it takes.

use grantor_dialects::entra::claims;
use grantor_dialects::graph::errors::{self, BadQuery};
use grantor_dialects::graph::{me, token};
use grantor_environment::Timestamp;
use grantor_protocol::dpop::Scheme;
use grantor_rules::client::ClientProof;
use grantor_rules::layout::{AccessTokenFacts, PersonFacts};
use grantor_rules::model::{Method, Terms, TokenVersion};
use grantor_rules::refusal::TokenFault;
use grantor_rules::scopes::{ApiName, SignInScope};
use grantor_rules::{Refusal, directory_api};
use serde_json::{Map, Value, json};

use crate::samples::refusals;
use crate::snapshot::{self, shown};
use crate::world::{NOW, ana, ben, client, client_id, colors, family, ids, parameters, public, tenant, user_id};

#[test]
fn the_directory_answers_word_for_word() {
    let person = |title: &str, user, query: &str| {
        format!("== {title}\n{:#}\n\n", me::render(&public(), &user, &parameters(query)).unwrap())
    };
    let mut text = person("/me", ana(), "");
    text += &person("/me, little known", ben(), "");
    text += &person("/me, selected", ana(), "%24select=displayName,id");
    text += &person("/me, selected beyond the default", ana(), "$select=accountEnabled,userPrincipalName");
    let refusal =
        |title: &str, refusal: &Refusal| shown(title, &errors::refusal(&public(), refusal, Scheme::Bearer, &ids()));
    text += &refusal("no token", &Refusal::TokenMissing);
    text += &refusal("an expired token", &Refusal::TokenInvalid { why: TokenFault::Expired });
    text += &refusal(
        "another API's token",
        &Refusal::TokenInvalid { why: TokenFault::Audience { found: "api://colors".into() } },
    );
    text += &refusal(
        "a token that does not allow it",
        &Refusal::ScopeInsufficient { needed: me::NEEDED.to_vec(), found: vec!["openid".into()] },
    );
    text += &refusal("an application's own token", &Refusal::TokenInvalid { why: TokenFault::NoPerson });
    text += &shown("a bad query", &errors::bad_query(&BadQuery { what: "What is wrong.".into() }, &ids()));
    text += &shown("nothing there", &errors::not_found(&ids()));
    text += &shown("a fault", &errors::fault(None, &ids()));
    text += &shown("a fault that waiting helps", &errors::fault(Some(5), &ids()));
    snapshot::assert_same("graph.txt", &text);
}

#[test]
fn a_selection_names_members_in_any_case_each_once() {
    let members = |query: &str| {
        let body = me::render(&public(), &ana(), &parameters(query)).map_err(|bad| bad.what)?;
        let context = body["@odata.context"].as_str().unwrap_or_default().to_owned();
        let names: Vec<String> = body
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .filter(|name| name != "@odata.context")
            .collect();
        Ok::<_, String>((context.rsplit('#').next().unwrap_or_default().to_owned(), names.join(",")))
    };
    let same = |context: &str, names: &str| Ok((context.to_owned(), names.to_owned()));
    assert_eq!(members("$select=ID,displayname"), same("users(id,displayName)/$entity", "displayName,id"));
    assert_eq!(members("select=mail"), same("users(mail)/$entity", "mail"), "the dollar sign may be missing");
    assert_eq!(members("$select=id, mail ,id,"), same("users(id,mail)/$entity", "id,mail"));
    assert_eq!(members("$select=id&$select=mail"), same("users(id,mail)/$entity", "id,mail"), "repeated");
    assert_eq!(members("$select=").unwrap().0, "users/$entity");
    assert_eq!(members("$top=5&$expand=manager").unwrap().0, "users/$entity");
    assert_eq!(
        members("$select=id,passwordHash").unwrap_err(),
        "Could not find a property named 'passwordHash' on type 'microsoft.graph.user'."
    );
    let long = members(&format!("$select={}", "x".repeat(500))).unwrap_err();
    assert!(long.len() < 160, "{long}");
}

#[test]
fn userinfo_tells_what_the_token_allows() {
    let told = |user, scopes: &[&str]| {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        me::userinfo(&user, "SUBJECT", &scopes)
    };
    assert_eq!(told(ana(), &["openid"]), json!({"sub": "SUBJECT"}));
    assert_eq!(
        told(ana(), &["openid", "profile"]),
        json!({"sub": "SUBJECT", "name": "Ana Lima", "given_name": "Ana", "family_name": "Lima"})
    );
    assert_eq!(told(ana(), &["openid", "email"]), json!({"sub": "SUBJECT", "email": "ana.lima@contoso.example"}));
    assert_eq!(told(ben(), &["openid", "profile", "email"]), json!({"sub": "SUBJECT", "name": "Ben"}));
    assert_eq!(told(ana(), &["User.Read"]), json!({"sub": "SUBJECT"}));
}

#[test]
fn each_refusal_is_a_401_with_a_challenge_or_says_why_none_would_help() {
    for refusal in refusals() {
        let reply = errors::refusal(&public(), &refusal, Scheme::Bearer, &ids());
        let challenged = reply.headers.iter().any(|(name, _)| *name == "www-authenticate");
        let expected = match refusal {
            Refusal::ScopeInsufficient { .. } => (403, false),
            Refusal::TokenInvalid { why: TokenFault::NoPerson } => (400, false),
            _ => (401, true),
        };
        assert_eq!((reply.status, challenged), expected, "{}", refusal.reason());
        assert_eq!(reply.body["error"]["innerError"]["request-id"], ids().trace_id);
    }
}

fn a_token() -> Map<String, Value> {
    claims::access_token(
        &public(),
        &AccessTokenFacts {
            details: &[],
            terms: &Terms::default(),
            person: PersonFacts {
                tenant: tenant(),
                user: &ana(),
                subject: "SUBJECT",
                roles: &[],
                groups: &[],
                in_front: false,
                sign_in: &[SignInScope::OpenId],
                authenticated_at: NOW,
                method: Method::Pwd,
                sid: "SID",
                issued_at: NOW,
                expires_at: NOW + std::time::Duration::from_hours(1),
                token_id: [7; 16],
                family: family(),
            },
            client: &client(),
            proof: ClientProof::Secret,
            api: &directory_api::application(),
            asked_as: &ApiName::Directory,
            scopes: &["User.Read".into()],
        },
    )
}

#[test]
fn our_own_tokens_read_back() {
    let read = token::read(&public(), &a_token(), NOW).unwrap();
    assert_eq!((read.tenant, read.user, read.client), (tenant(), Some(user_id()), client_id(crate::world::CLIENT)));
    assert_eq!((read.family, read.scopes), (family(), vec!["User.Read".into(), "openid".into()]));
    for audience in ["https://graph.microsoft.com", "https://graph.microsoft.com/", "https://localhost:8443"] {
        let mut claims = a_token();
        claims.insert("aud".into(), json!(audience));
        assert!(token::read(&public(), &claims, NOW).is_ok(), "{audience}");
    }
}

#[test]
fn a_token_with_one_wrong_claim_is_refused_for_that() {
    let other_tenant = "https://localhost:8443/aaaaaaaa-0000-4000-8000-000000000001/";
    let audience = |found: &str| TokenFault::Audience { found: found.into() };
    let rows: Vec<(&str, Value, TokenFault)> = vec![
        ("iss", Value::Null, TokenFault::Malformed),
        ("iss", json!("https://evil.example/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/"), TokenFault::Issuer),
        ("iss", json!("https://localhost:8443/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0"), TokenFault::Issuer),
        // Issuer and tenant must name the same.
        ("iss", json!(other_tenant), TokenFault::Issuer),
        ("tid", json!("aaaaaaaa-0000-4000-8000-000000000001"), TokenFault::Issuer),
        ("tid", Value::Null, TokenFault::Issuer),
        ("aud", json!("api://colors"), audience("api://colors")),
        (
            "aud",
            json!("https://graph.microsoft.com.evil.example"),
            audience("https://graph.microsoft.com.evil.example"),
        ),
        ("aud", json!([directory_api::CLIENT_ID]), TokenFault::Malformed),
        ("aud", Value::Null, TokenFault::Malformed),
        ("exp", json!(NOW.seconds()), TokenFault::Expired),
        ("exp", Value::Null, TokenFault::Malformed),
        ("exp", json!("9999999999"), TokenFault::Malformed),
        ("nbf", json!(NOW.seconds() + 1), TokenFault::NotYet),
        ("nbf", Value::Null, TokenFault::Malformed),
        ("oid", Value::Null, TokenFault::Malformed),
        ("oid", json!("ana"), TokenFault::Malformed),
        ("appid", Value::Null, TokenFault::Malformed),
        ("appid", json!("a b"), TokenFault::Malformed),
        ("rh", Value::Null, TokenFault::Malformed),
        ("rh", json!("1.AAAA."), TokenFault::Malformed),
    ];
    for (name, value, why) in rows {
        let mut claims = a_token();
        claims.insert(name.into(), value.clone());
        assert_eq!(
            token::read(&public(), &claims, NOW).unwrap_err(),
            Refusal::TokenInvalid { why },
            "{name} = {value}"
        );
    }
    assert!(token::read(&public(), &a_token(), Timestamp::from_seconds(NOW.seconds() + 3599)).is_ok());
    assert!(token::read(&public(), &a_token(), Timestamp::from_seconds(NOW.seconds() - 301)).is_err());
}

/// A token of an API of version 2.0, or one with scopes in no place that we write them, opens nothing here.
#[test]
fn a_token_of_another_api_is_told_which_api_it_is_for() {
    let api = colors(TokenVersion::V2);
    let mut claims = a_token();
    claims.insert("aud".into(), json!(api.client_id));
    claims.insert("iss".into(), json!(claims::issuer_v2(&public(), &tenant().to_string())));
    let why = TokenFault::Audience { found: api.client_id.to_string() };
    assert_eq!(token::read(&public(), &claims, NOW).unwrap_err(), Refusal::TokenInvalid { why });
    let mut without = a_token();
    without.remove("scp");
    assert!(token::read(&public(), &without, NOW).unwrap().scopes.is_empty());
}
