//! What the standard lets a client say of itself beyond what every dialect knows.
//!
//! The fields are named as in the registry "OAuth Dynamic Client Registration Metadata". A directory file and the registration
//! endpoint (RFC 7591) fill in the same ones.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Client metadata (RFC 7591 §2, OpenID Connect Registration §2, and the specifications named at the fields).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the registry says so")]
pub struct ClientMetadata {
    /// Its public keys, as a JWK Set (RFC 7517 §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where its public keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The grants that it may use; without them, each that its kind of program may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// The response types that it may use; without them, each that its kind of program may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_types: Option<Vec<String>>,
    /// The one algorithm that its assertions are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// The subject of its TLS certificate, as a distinguished name (RFC 8705 §2.1.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name of its TLS certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI of its TLS certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address of its TLS certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address of its TLS certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Whether its access tokens are bound to its TLS certificate (RFC 8705 §3.4).
    #[serde(skip_serializing_if = "is_false")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether it always asks with a DPoP proof (RFC 9449 §5.2).
    #[serde(skip_serializing_if = "is_false")]
    pub dpop_bound_access_tokens: bool,
    /// Whether it always pushes its authorization requests (RFC 9126 §6).
    #[serde(skip_serializing_if = "is_false")]
    pub require_pushed_authorization_requests: bool,
    /// Whether it always signs its authorization requests (RFC 9101 §10.5).
    #[serde(skip_serializing_if = "is_false")]
    pub require_signed_request_object: bool,
    /// The one algorithm that its request objects are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// The one way in which the keys of its encrypted request objects are managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_alg: Option<String>,
    /// The one way in which its encrypted request objects are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_encryption_enc: Option<String>,
    /// Where its request objects may be fetched (OpenID Connect Core §6.2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// How the keys of its id_tokens are managed, if they are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<String>,
    /// How its id_tokens are encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<String>,
    /// How userinfo is signed for it, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// How the keys of userinfo are managed, if it is encrypted for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<String>,
    /// How userinfo is encrypted for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<String>,
    /// How answers of introspection are signed for it, if it asks for signed ones (RFC 9701 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<String>,
    /// How the keys of answers of introspection are managed, if they are encrypted for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_alg: Option<String>,
    /// How answers of introspection are encrypted for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_enc: Option<String>,
    /// How signed authorization responses are signed for it (JARM §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<String>,
    /// How the keys of signed authorization responses are managed, if they are encrypted for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_encrypted_response_alg: Option<String>,
    /// How signed authorization responses are encrypted for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_encrypted_response_enc: Option<String>,
    /// Whether each application has another name for a person, or all have the same (OpenID Connect Core §8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectType>,
    /// Where the list of addresses is that share one name for a person (OpenID Connect Core §8.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Where its people's browsers may be sent after they have signed out, to the letter; without any, to its redirect
    /// addresses, unless it registered itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session has ended (OpenID Connect Back-Channel Logout §2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it wants to be told which session that was.
    #[serde(skip_serializing_if = "is_false")]
    pub backchannel_logout_session_required: bool,
    /// Whether it wants to be told in the browser which session has ended.
    #[serde(skip_serializing_if = "is_false")]
    pub frontchannel_logout_session_required: bool,
    /// How it learns that a person has answered elsewhere (CIBA §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<DeliveryMode>,
    /// Where it is told that (CIBA §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_client_notification_endpoint: Option<String>,
    /// The one algorithm that its signed requests for a person elsewhere are signed with (CIBA §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg: Option<String>,
    /// The kinds of authorization details that it may ask for (RFC 9396 §10).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<String>,
    /// The `max_age` of its requests that name none, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// Whether its id_tokens always say when the person proved who they are.
    #[serde(skip_serializing_if = "is_false")]
    pub require_auth_time: bool,
    /// The `acr_values` of its requests that name none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Where somebody else may begin a sign-in to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Whom to write to about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Which program it is, whichever installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Which version of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

named! {
    /// Whether applications can compare whom they know (OpenID Connect Core §8).
    SubjectType {
        /// Each sector has a name of its own for a person.
        Pairwise = "pairwise",
        /// All have the same.
        Public = "public",
    }
}

named! {
    /// How an application learns that a person has answered elsewhere (CIBA §5).
    DeliveryMode {
        /// It asks until there is an answer.
        Poll = "poll",
        /// It is told that it may ask.
        Ping = "ping",
    }
}

named! {
    /// Which set of rules an application lives by; a stricter one overrides every looser setting.
    #[derive(Default)]
    Profile {
        /// OAuth 2.1.
        #[default]
        OAuth21 = "oauth2.1",
        /// The FAPI 2.0 Security Profile.
        Fapi2Security = "fapi2-security",
        /// The same with signed requests, answers and introspection (FAPI 2.0 Message Signing).
        Fapi2MessageSigning = "fapi2-message-signing",
    }
}

named! {
    /// Which form the access tokens for an API have in the dialect of the standard; of a client, those for our own API, where
    /// userinfo is.
    #[derive(Default)]
    AccessTokenFormat {
        /// Signed, for the API to read (RFC 9068).
        #[default]
        Jwt = "jwt",
        /// Readable by this deployment alone: the API asks (RFC 7662).
        Opaque = "opaque",
    }
}

impl ClientMetadata {
    /// One field from its value in JSON.
    ///
    /// # Errors
    /// What is wrong with the value, or that there is no such field.
    pub fn read_field(&mut self, name: &str, value: Value) -> Result<(), String> {
        let mut fields = match serde_json::to_value(&*self) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        fields.insert(name.to_owned(), value);
        *self = serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// The names of all fields.
    pub fn fields() -> Vec<String> {
        // An unknown field's error lists the known ones, and nothing else does.
        struct Names(Vec<String>);
        impl<'de> serde::Deserializer<'de> for &mut Names {
            type Error = serde::de::value::Error;
            fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
                visitor.visit_map(serde::de::value::MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
            }
            fn deserialize_struct<V: serde::de::Visitor<'de>>(
                self,
                _: &'static str,
                fields: &'static [&'static str],
                visitor: V,
            ) -> Result<V::Value, Self::Error> {
                self.0 = fields.iter().map(|&field| field.to_owned()).collect();
                self.deserialize_any(visitor)
            }
            serde::forward_to_deserialize_any! {
                bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
                unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
            }
        }
        let mut names = Names(Vec::new());
        let _ = Self::deserialize(&mut names);
        names.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_read_by_their_registered_names() {
        let mut metadata = ClientMetadata::default();
        metadata.read_field("dpop_bound_access_tokens", json!(true)).unwrap();
        metadata.read_field("subject_type", json!("public")).unwrap();
        assert!(metadata.dpop_bound_access_tokens && metadata.subject_type == Some(SubjectType::Public));
        assert_eq!(json!(metadata), json!({ "dpop_bound_access_tokens": true, "subject_type": "public" }));
        for (name, value) in [("subject_type", json!("private")), ("jwks_url", json!("x")), ("request_uris", json!(1))]
        {
            let before = metadata.clone();
            assert!(metadata.read_field(name, value).is_err(), "{name}");
            assert_eq!(metadata, before);
        }
    }

    #[test]
    fn every_field_is_named() {
        let names = ClientMetadata::fields();
        assert!(names.len() > 40 && names.iter().any(|name| name == "jwks_uri"), "{names:?}");
        assert_eq!(json!(ClientMetadata::default()), json!({}), "what is not said is not kept");
    }
}
