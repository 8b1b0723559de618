//! What is asked for in detail (RFC 9396).

use std::sync::Arc;

use grantor_rules::Refusal;
use grantor_rules::authorization_details::{MOST, asked, for_api, narrowed};
use grantor_rules::model::{Application, AuthorizationDetail, AuthorizationDetailType, ClientMetadata, DetailField};
use grantor_rules::refusal::DetailsFault as Fault;
use grantor_rules::scopes::{ApiName, ResolvedScopes, WantedOfApi};
use serde_json::{Value, json};

use crate::world::app;

fn bank() -> Application {
    let field = |name: &str, required| DetailField { name: name.into(), label: format!("The {name}"), required };
    let payment = AuthorizationDetailType {
        kind: "payment".into(),
        display_name: "Make a payment".into(),
        fields: vec![field("amount", true), field("to", false)],
    };
    Application { authorization_detail_types: vec![payment], ..app() }
}

fn scopes() -> ResolvedScopes {
    let api = WantedOfApi {
        application: Arc::new(bank()),
        principal: None,
        asked_as: ApiName::Directory,
        named: Vec::new(),
        all_granted: None,
    };
    ResolvedScopes { apis: vec![api], ..ResolvedScopes::default() }
}

fn client() -> Application {
    let metadata = ClientMetadata { authorization_details_types: vec!["payment".into()], ..ClientMetadata::default() };
    Application { metadata: Box::new(metadata), ..app() }
}

fn details(value: Value) -> Vec<AuthorizationDetail> {
    serde_json::from_value(value).expect("they are details")
}

fn refused(client: &Application, value: Value) -> Option<Fault> {
    match asked(client, &scopes(), &details(value)) {
        Err(Refusal::AuthorizationDetailsInvalid { why }) => Some(why),
        other => {
            assert!(other.is_ok(), "{other:?}");
            None
        }
    }
}

#[test]
fn the_person_reads_each_field_with_its_label() {
    let wanted = details(json!([{
        "type": "payment", "amount": { "currency": "EUR", "value": 12.5 }, "to": ["A", true], "actions": ["pay"],
    }]));
    let read = asked(&client(), &scopes(), &wanted).unwrap();
    assert_eq!(read[0].heading, "Make a payment");
    let row = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    assert_eq!(
        read[0].rows,
        [row("Actions", "pay"), row("The amount", "currency: EUR; value: 12.5"), row("The to", "A, yes")]
    );
}

#[test]
fn what_cannot_be_shown_whole_is_refused() {
    let kind = || "payment".to_owned();
    let field = |name: &str| name.to_owned();
    for (value, fault) in [
        (json!([{ "type": "x" }]), Fault::TypeUnknown { asked: "x".into() }),
        (json!([{ "type": "payment" }]), Fault::FieldMissing { kind: kind(), field: field("amount") }),
        (json!([{ "type": "payment", "amount": 1, "x": 1 }]), Fault::FieldUnknown { kind: kind(), field: field("x") }),
        (
            json!([{ "type": "payment", "amount": null }]),
            Fault::FieldMalformed { kind: kind(), field: field("amount") },
        ),
        (json!([{ "type": "payment", "amount": "" }]), Fault::FieldMalformed { kind: kind(), field: field("amount") }),
        (
            json!([{ "type": "payment", "amount": "a".repeat(301) }]),
            Fault::FieldMalformed { kind: kind(), field: field("amount") },
        ),
        (
            json!([{ "type": "payment", "amount": [[[[1]]]] }]),
            Fault::FieldMalformed { kind: kind(), field: field("amount") },
        ),
    ] {
        assert_eq!(refused(&client(), value.clone()), Some(fault), "{value}");
    }
    let stranger = refused(&app(), json!([{ "type": "payment", "amount": 1 }]));
    assert_eq!(stranger, Some(Fault::TypeNotRegistered { asked: kind() }));
    let many: Vec<Value> = (0..=MOST).map(|number| json!({ "type": "payment", "amount": number })).collect();
    assert_eq!(refused(&client(), json!(many)), Some(Fault::TooMany { limit: MOST }));
    assert_eq!(refused(&client(), json!([])), None);
}

#[test]
fn a_token_carries_what_its_api_knows_and_no_more_than_was_allowed() {
    let allowed = details(json!([{ "type": "payment", "amount": 1 }, { "type": "payment", "amount": 2 }]));
    let other = details(json!([{ "type": "other" }]));
    assert_eq!(for_api(&bank(), &[allowed.clone(), other].concat()), allowed);
    assert_eq!(narrowed(&allowed, None), Ok(allowed.clone()));
    assert_eq!(narrowed(&allowed, Some(&allowed[1..])), Ok(allowed[1..].to_vec()));
    assert_eq!(narrowed(&allowed, Some(&[])), Ok(Vec::new()));
    let more = details(json!([{ "type": "payment", "amount": 3 }]));
    assert!(narrowed(&allowed, Some(&more)).is_err());
}
