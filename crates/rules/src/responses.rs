//! What an application is told in a form of its own choice: how that is signed and encrypted, as its registration says.
//!
//! Spec: OpenID Connect Registration §2, JWT Secured Authorization Response Mode §3, RFC 9701 §6.

use crate::Refusal;
use crate::model::{Application, SigningAlg};
use crate::refusal::ResponseFault;

/// How the keys of what is encrypted can reach their reader: with a public key of the application, since of its secret a digest
/// is kept (RFC 7518 §4.1).
pub const KEY_MANAGEMENT: [&str; 6] =
    ["RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"];

/// How it can be encrypted (RFC 7518 §5.1).
pub const CONTENT_ENCRYPTION: [&str; 6] =
    ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"];

/// The usual `enc` where a registration names `alg` alone (OpenID Connect Registration §2).
const USUAL_ENCRYPTION: &str = CONTENT_ENCRYPTION[0];

/// What an application is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// Who signed in.
    IdToken,
    /// What is known of the person.
    UserInfo,
    /// Whether a token is of use.
    Introspection,
    /// The answer to an authorization request.
    Authorization,
}

/// How something is encrypted, by the names that a registration has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption<'a> {
    /// How the key of the content reaches its reader (RFC 7518 §4.1).
    pub alg: &'a str,
    /// How the content is encrypted (RFC 7518 §5.1).
    pub enc: &'a str,
}

impl Response {
    /// Each.
    pub const ALL: [Self; 4] = [Self::IdToken, Self::UserInfo, Self::Introspection, Self::Authorization];

    /// How people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdToken => "id_tokens",
            Self::UserInfo => "userinfo",
            Self::Introspection => "answers of introspection",
            Self::Authorization => "authorization responses",
        }
    }

    /// What it is signed with; `None` for userinfo that is not to be signed.
    ///
    /// # Errors
    /// [`Refusal::ResponseNotPossible`] for an algorithm that we do not sign with.
    pub fn signing_alg(self, client: &Application) -> Result<Option<SigningAlg>, Refusal> {
        let metadata = &client.metadata;
        let (named, usual) = match self {
            Self::IdToken => return Ok(Some(client.id_token_signing_alg)),
            Self::UserInfo => (&metadata.userinfo_signed_response_alg, None),
            Self::Introspection => (&metadata.introspection_signed_response_alg, Some(SigningAlg::Rs256)),
            Self::Authorization => (&metadata.authorization_signed_response_alg, Some(SigningAlg::Rs256)),
        };
        let Some(named) = named else { return Ok(usual) };
        match SigningAlg::NAMES.into_iter().find(|(name, _)| name == named) {
            Some((_, alg)) => Ok(Some(alg)),
            None => Err(self.not_possible(ResponseFault::AlgorithmUnknown { name: named.clone() })),
        }
    }

    /// How it is encrypted, if it is.
    pub fn encryption(self, client: &Application) -> Option<Encryption<'_>> {
        let metadata = &client.metadata;
        let (alg, enc) = match self {
            Self::IdToken => (&metadata.id_token_encrypted_response_alg, &metadata.id_token_encrypted_response_enc),
            Self::UserInfo => (&metadata.userinfo_encrypted_response_alg, &metadata.userinfo_encrypted_response_enc),
            Self::Introspection => {
                (&metadata.introspection_encrypted_response_alg, &metadata.introspection_encrypted_response_enc)
            }
            Self::Authorization => {
                (&metadata.authorization_encrypted_response_alg, &metadata.authorization_encrypted_response_enc)
            }
        };
        Some(Encryption { alg: alg.as_deref()?, enc: enc.as_deref().unwrap_or(USUAL_ENCRYPTION) })
    }

    /// It cannot be told in the form that is registered, and is told in no other.
    pub const fn not_possible(self, why: ResponseFault) -> Refusal {
        Refusal::ResponseNotPossible { response: self.name(), why }
    }
}

#[cfg(test)]
mod tests {
    use grantor_protocol::{ClientId, TenantId};

    use super::*;

    fn client() -> Application {
        let id = ClientId::parse("app").unwrap();
        Application::new(id, TenantId::from_random([1; 16]), "App")
    }

    #[test]
    fn what_is_not_said_is_what_the_specifications_say() {
        let mut client = client();
        let usual = |client: &Application| Response::ALL.map(|one| one.signing_alg(client).unwrap());
        let rs256 = Some(SigningAlg::Rs256);
        assert_eq!(usual(&client), [rs256, None, rs256, rs256]);
        client.id_token_signing_alg = SigningAlg::Es256;
        assert_eq!(usual(&client), [Some(SigningAlg::Es256), None, rs256, rs256]);
        assert!(Response::ALL.iter().all(|one| one.encryption(&client).is_none()));
        client.metadata.userinfo_encrypted_response_alg = Some("ECDH-ES".to_owned());
        let expected = Encryption { alg: "ECDH-ES", enc: "A128CBC-HS256" };
        assert_eq!(Response::UserInfo.encryption(&client), Some(expected));
        client.metadata.userinfo_encrypted_response_enc = Some("A256GCM".to_owned());
        assert_eq!(Response::UserInfo.encryption(&client).unwrap().enc, "A256GCM");
    }

    #[test]
    fn nothing_is_signed_in_another_way_than_the_one_that_is_registered() {
        let mut client = client();
        for name in ["none", "HS256", "rs256", "RS512", ""] {
            client.metadata.userinfo_signed_response_alg = Some(name.to_owned());
            let refused = Response::UserInfo.signing_alg(&client).unwrap_err();
            assert_eq!(refused.reason(), "response-not-possible", "{name}");
        }
        client.metadata.userinfo_signed_response_alg = Some("EdDSA".to_owned());
        assert_eq!(Response::UserInfo.signing_alg(&client), Ok(Some(SigningAlg::EdDsa)));
    }
}
