//! The keys that an application publishes, and the certificate that it shows.

use std::net::IpAddr;

use super::algorithms::{ENCRYPTED, encrypted};
use super::{Findings, ReadsKeys};
use crate::model::{Application, AuthMethod, ClientMetadata};
use crate::text::{LONGEST_NAME, readable};

/// The largest JWK Set, in bytes of JSON.
const LARGEST: usize = 32 * 1024;

/// The fields that tell whose a TLS certificate is (RFC 8705 §2.1.2).
const CERTIFICATE: [&str; 5] = [
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
];

pub(super) fn check(application: &Application, keys: ReadsKeys<'_>, found: &mut Findings) {
    let metadata = &application.metadata;
    if let Some(jwks) = &metadata.jwks {
        if metadata.jwks_uri.is_some() {
            found.add("jwks", "stands beside jwks_uri: keys are published in one place (RFC 7591 §2)");
        } else if jwks.to_string().len() > LARGEST {
            found.add("jwks", "is longer than 32768 bytes");
        } else {
            found.take("jwks", keys(jwks));
        }
    }
    if metadata.jwks.is_none() && metadata.jwks_uri.is_none() {
        // Requests are encrypted for us, everything else for the application.
        for ((field, _), (alg, _)) in ENCRYPTED.into_iter().zip(encrypted(metadata)).skip(1) {
            if alg.is_some() {
                found.add(field, "needs keys of the application, in jwks or at jwks_uri");
            }
        }
    }
    certificate(application.token_endpoint_auth_method, metadata, found);
}

fn certificate(method: Option<AuthMethod>, metadata: &ClientMetadata, found: &mut Findings) {
    let texts = [
        &metadata.tls_client_auth_subject_dn,
        &metadata.tls_client_auth_san_dns,
        &metadata.tls_client_auth_san_uri,
        &metadata.tls_client_auth_san_ip,
        &metadata.tls_client_auth_san_email,
    ];
    let mut said = CERTIFICATE.into_iter().zip(texts).filter_map(|(field, text)| Some((field, text.as_deref()?)));
    let by_certificate = method.is_none_or(|method| method.as_str() == "tls_client_auth");
    let Some((field, text)) = said.next() else {
        if method.is_some() && by_certificate {
            found.add(
                "tls_client_auth_subject_dn",
                "or another tls_client_auth field must say whose the certificate is",
            );
        }
        return;
    };
    if !by_certificate {
        found.add(field, "says nothing where token_endpoint_auth_method is not tls_client_auth");
    } else if field == "tls_client_auth_san_ip" && text.parse::<IpAddr>().is_err() {
        found.add(field, "must be an IP address");
    } else {
        found.take(field, readable(text, LONGEST_NAME).map_err(|wrong| wrong.to_string()));
    }
    if let Some((second, _)) = said.next() {
        found.add(second, format!("stands beside {field}: one alone says whose the certificate is"));
    }
}
