//! How the directory API reports an error (Source: entra-dialect 19.3).

use grantor_protocol::PublicUrl;
use grantor_protocol::dpop::Scheme;
use grantor_rules::refusal::TokenFault;
use grantor_rules::{Refusal, directory_api};
use serde_json::json;

use crate::reply::without_zone;
use crate::{Reply, RequestIds, oidc, wording};

/// A query that cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadQuery {
    /// What is wrong with it.
    pub what: String,
}

fn body(status: u16, code: &str, message: &str, ids: &RequestIds) -> Reply {
    Reply::no_store(
        status,
        json!({"error": {
            "code": code,
            "message": message,
            "innerError": { "date": without_zone(ids.at), "request-id": ids.trace_id, "client-request-id": ids.correlation_id },
        }}),
    )
}

/// The reply that says no: 401 with a challenge for a token that is no good, 403 for one that does not allow the call, 400 for
/// a call about "me" by somebody who is nobody: another token of that kind would not help (Source: entra-dialect 19.3).
/// `scheme` is how the call came.
pub fn refusal(public: &PublicUrl, refusal: &Refusal, scheme: Scheme, ids: &RequestIds) -> Reply {
    let sentence = wording::sentence(refusal);
    if matches!(refusal, Refusal::ScopeInsufficient { .. }) {
        return body(403, "Authorization_RequestDenied", &sentence, ids);
    }
    if matches!(refusal, Refusal::TokenInvalid { why: TokenFault::NoPerson }) {
        return body(400, "BadRequest", &sentence, ids);
    }
    let mut reply = body(401, "InvalidAuthenticationToken", &sentence, ids);
    reply.headers.push(("www-authenticate", challenge(public, refusal, scheme)));
    reply
}

/// A call without a token learns where to get one and nothing else (RFC 6750 §3.1); one with a bad token learns what is wrong,
/// in the scheme that it came by, or should have come by (RFC 9449 §7.1).
fn challenge(public: &PublicUrl, refusal: &Refusal, scheme: Scheme) -> String {
    let place = public.at("/common/oauth2/authorize");
    let anonymous =
        format!("Bearer realm=\"\", authorization_uri=\"{place}\", client_id=\"{}\"", directory_api::CLIENT_ID);
    if matches!(refusal, Refusal::TokenMissing) {
        return anonymous;
    }
    let by_key = scheme == Scheme::Dpop || matches!(refusal, Refusal::TokenInvalid { why: TokenFault::Bound });
    if by_key {
        return oidc::errors::challenges(refusal, Scheme::Dpop);
    }
    let description: String = wording::sentence(refusal)
        .chars()
        .filter(|character| !"\"\\".contains(*character) && (' '..='~').contains(character))
        .collect();
    format!("{anonymous}, error=\"invalid_token\", error_description=\"{description}\"")
}

/// The reply to a query that cannot be answered.
pub fn bad_query(bad: &BadQuery, ids: &RequestIds) -> Reply {
    body(400, "BadRequest", &bad.what, ids)
}

/// The reply for an address that is none.
pub fn not_found(ids: &RequestIds) -> Reply {
    body(404, "ResourceNotFound", "There is nothing at this address.", ids)
}

/// The reply when we are in trouble ourselves.
pub fn fault(retry_after: Option<u32>, ids: &RequestIds) -> Reply {
    match retry_after {
        Some(seconds) => {
            let mut reply = body(503, "serviceNotAvailable", "The service is busy. Try again shortly.", ids);
            reply.headers.push(("retry-after", seconds.to_string()));
            reply
        }
        None => {
            body(500, "InternalServerError", "The service failed. The request id names what happened in its log.", ids)
        }
    }
}
