//! User realm discovery: who checks a person's password (Source: entra-dialect 5).

use grantor_protocol::PublicUrl;
use grantor_rules::model::User;
use serde_json::{Value, json};

use crate::Reply;

/// The answer for a sign-in name. Whether its domain is a tenant's is known to everybody; whether the person exists is nobody's
/// business. No directory is federated: a client that is told so would send the password elsewhere.
pub fn reply(public: &PublicUrl, name: &str, is_of_a_tenant: bool) -> Reply {
    let mut body = json!({
        "ver": "1.0",
        "account_type": if is_of_a_tenant { "Managed" } else { "Unknown" },
    });
    if let (true, Value::Object(members), Some(domain)) = (is_of_a_tenant, &mut body, User::domain_of(name)) {
        members.insert("domain_name".to_owned(), json!(domain));
        members.insert("cloud_instance_name".to_owned(), json!(public.authority()));
        members.insert("cloud_audience_urn".to_owned(), json!("urn:federation:MicrosoftOnline"));
    }
    Reply::no_store(200, body)
}
