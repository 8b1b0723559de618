//! Which application is asking, and whether it proved that.

pub mod assertion;
pub mod certificate;
mod distinguished_name;

use std::ops::Deref;
use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::secret::same_bytes;
use grantor_protocol::{ClientId, RedirectUri, Secret};
use serde::{Deserialize, Serialize};

use crate::model::{Application, AuthMethod, Binding, ClientSecret, Platform, Redirect};
use crate::refusal::AssertionFault;
use crate::{Refusal, dpop};
use assertion::Checked;
pub use assertion::{AcceptedAssertions, Manner, SignedAssertion, SignedBy, SingleUse};
pub use certificate::ShownCertificate;

/// Evidence: a redirect address that is registered for the application that asked. Only this can receive an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredRedirect {
    uri: RedirectUri,
    platform: Platform,
    was_given: bool,
}

impl RegisteredRedirect {
    /// The address, in the request's own spelling and with its port.
    pub const fn uri(&self) -> &RedirectUri {
        &self.uri
    }

    /// What kind of program stands behind it.
    pub const fn platform(&self) -> Platform {
        self.platform
    }

    /// Whether the request named it.
    pub const fn was_given(&self) -> bool {
        self.was_given
    }
}

/// Finds the registered address that a request may be answered at. `built_in` are addresses of our own that every native
/// application may use.
///
/// # Errors
/// [`Refusal::RedirectNotRegistered`], [`Refusal::NoRedirectRegistered`] or [`Refusal::RedirectNotNamed`].
///
/// Spec: RFC 6749 §3.1.2.3, RFC 8252 §7.3 and §8.4, RFC 9700 §2.1.
pub fn registered_redirect(
    application: &Application,
    asked: Option<&RedirectUri>,
    built_in: &[RedirectUri],
) -> Result<RegisteredRedirect, Refusal> {
    let native = application.redirects.iter().any(|redirect| redirect.platform == Platform::PublicClient);
    let ours =
        built_in.iter().filter(|_| native).map(|uri| Redirect { uri: uri.clone(), platform: Platform::PublicClient });
    let known: Vec<Redirect> = application.redirects.iter().cloned().chain(ours).collect();
    match asked {
        _ if application.redirects.is_empty() => Err(Refusal::NoRedirectRegistered),
        Some(asked) => match known.iter().find(|redirect| asked.fits(&redirect.uri)) {
            Some(found) => Ok(RegisteredRedirect { uri: asked.clone(), platform: found.platform, was_given: true }),
            None => Err(Refusal::RedirectNotRegistered {
                asked: asked.as_str().to_owned(),
                registered: known.iter().map(|redirect| redirect.uri.as_str().to_owned()).collect(),
            }),
        },
        None => match application.redirects.as_slice() {
            [only] => Ok(RegisteredRedirect { uri: only.uri.clone(), platform: only.platform, was_given: false }),
            _ => Err(Refusal::RedirectNotNamed),
        },
    }
}

/// The registered address that a browser may be sent to after a sign-out. An application that registers such addresses, or that
/// registered itself, has exactly those (OpenID Connect RP-Initiated Logout §3.1); any other has its redirect addresses
/// (Source: entra-dialect 11).
pub fn registered_way_out(application: &Application, asked: &RedirectUri) -> Option<RegisteredRedirect> {
    let registered = &application.metadata.post_logout_redirect_uris;
    if registered.is_empty() && application.registration.is_none() {
        return registered_redirect(application, Some(asked), &[]).ok();
    }
    let exactly = registered.iter().any(|one| one == asked.as_str());
    exactly.then(|| RegisteredRedirect { uri: asked.clone(), platform: Platform::Web, was_given: true })
}

/// Where a secret stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// In the `Authorization` header, by HTTP Basic.
    Header,
    /// In the body.
    Body,
}

/// What an application showed to prove itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing.
    Nothing,
    /// A secret, as its SHA-256 digest.
    Secret {
        /// The digest.
        digest: [u8; 32],
        /// Where it stood.
        place: SecretPlace,
    },
    /// A JWT (RFC 7523 §2.2).
    Assertion {
        /// Its text.
        text: Secret,
    },
}

/// Who calls an endpoint for applications, and what they show for it: the same at each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The application that they say they are.
    pub client_id: ClientId,
    /// What they show to prove that.
    pub credentials: Credentials,
    /// The origin that the browser named, if a browser asks across origins.
    pub origin: Option<String>,
    /// The certificate of their TLS connection, if they showed one.
    pub certificate: Option<Arc<ShownCertificate>>,
}

/// How an application proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientProof {
    /// Not at all: it is a program that could not keep a secret.
    Nothing,
    /// By a secret.
    Secret,
    /// By a key of its own.
    Certificate,
}

/// Evidence: an application that proved itself as far as its kind can.
#[derive(Clone, Debug)]
pub struct ProvenClient<'a> {
    application: &'a Application,
    proof: ClientProof,
    credential: Option<String>,
    single_use: Option<SingleUse>,
    binding: Option<Binding>,
}

impl<'a> ProvenClient<'a> {
    /// The application itself.
    pub const fn application(&self) -> &'a Application {
        self.application
    }

    /// How it proved itself.
    pub const fn proof(&self) -> ClientProof {
        self.proof
    }

    /// The same, with what it holds as it has shown: what is issued to it is bound to that.
    ///
    /// # Errors
    /// As [`dpop::bound_to`].
    pub fn holding(self, proven: Option<Binding>) -> Result<Self, Refusal> {
        Ok(Self { binding: dpop::bound_to(self.application, proven)?, ..self })
    }

    /// What is issued to it is bound to.
    pub const fn binding(&self) -> Option<&Binding> {
        self.binding.as_ref()
    }

    /// The credential that proved it, by a text that names it and is no secret.
    pub fn credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }

    /// What it showed is good for one use. Whether this is the first one, only the store can say.
    pub const fn single_use(&self) -> Option<&SingleUse> {
        self.single_use.as_ref()
    }
}

impl Deref for ProvenClient<'_> {
    type Target = Application;
    fn deref(&self) -> &Application {
        self.application
    }
}

/// What an application showed to prove itself, as far as it can be read without deciding anything.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// Nothing.
    Nothing,
    /// A secret, as its SHA-256 digest.
    Secret {
        /// The digest.
        digest: &'a [u8; 32],
        /// Where it stood.
        place: SecretPlace,
    },
    /// An assertion.
    Assertion {
        /// Whether a secret or a key should have signed it.
        method: AuthMethod,
        /// What it says, if its signature holds.
        read: &'a Result<SignedAssertion, AssertionFault>,
        /// Which ones are taken.
        accepted: &'a AcceptedAssertions,
    },
    /// The certificate of a TLS connection, which an authority is to vouch for.
    Certificate(&'a ShownCertificate),
    /// One that is to be registered itself.
    OwnCertificate {
        /// The certificate.
        certificate: &'a ShownCertificate,
        /// Whether it is registered, or among those that the application publishes.
        is_registered: bool,
    },
}

impl Shown<'_> {
    /// The way in which it proves an application, if it does.
    pub const fn method(&self) -> AuthMethod {
        match self {
            Self::Nothing => AuthMethod::None,
            Self::Secret { place: SecretPlace::Header, .. } => AuthMethod::ClientSecretBasic,
            Self::Secret { place: SecretPlace::Body, .. } => AuthMethod::ClientSecretPost,
            Self::Assertion { method, .. } => *method,
            Self::Certificate(_) => AuthMethod::TlsClientAuth,
            Self::OwnCertificate { .. } => AuthMethod::SelfSignedTlsClientAuth,
        }
    }
}

/// What the proof of an application looks at.
pub struct Showing<'a> {
    /// What the application showed.
    pub shown: Shown<'a>,
    /// The origin that the browser named, if a browser asks across origins.
    pub origin: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

/// Whether a program of this kind may prove itself as this application by this way at all: what can be said before anything
/// that it shows is looked at. `platform` is that of the redirect address which the grant descends from: it decides what must be
/// shown (Source: entra-dialect 8.3), and an application that is registered for one way has no other (RFC 7591 §2).
///
/// # Errors
/// [`Refusal::OriginRequired`], [`Refusal::OriginNotAllowed`], [`Refusal::AuthMethodNotRegistered`],
/// [`Refusal::ClientSecretMissing`] or [`Refusal::ClientSecretUnexpected`].
pub fn may_prove_by(
    application: &Application,
    platform: Platform,
    shown: AuthMethod,
    origin: Option<&str>,
) -> Result<(), Refusal> {
    match (platform, origin) {
        (Platform::Spa, None) => return Err(Refusal::OriginRequired),
        // What is registered to show nothing may run in a browser or beside one (RFC 7591 §2).
        (Platform::PublicClient, Some(_)) if application.token_endpoint_auth_method == Some(AuthMethod::None) => {}
        (Platform::Web | Platform::PublicClient, Some(origin)) => {
            return Err(Refusal::OriginNotAllowed { origin: origin.to_owned() });
        }
        (Platform::Spa, Some(_)) | (Platform::Web | Platform::PublicClient, None) => {}
    }
    if let Some(registered) = application.token_endpoint_auth_method.filter(|registered| *registered != shown) {
        return Err(Refusal::AuthMethodNotRegistered { shown, registered });
    }
    match (platform, shown) {
        (Platform::Web, AuthMethod::None) => Err(Refusal::ClientSecretMissing),
        (Platform::Spa | Platform::PublicClient, AuthMethod::None) | (Platform::Web, _) => Ok(()),
        (Platform::Spa | Platform::PublicClient, _) => Err(Refusal::ClientSecretUnexpected),
    }
}

/// Proves an application at an endpoint for applications.
///
/// # Errors
/// As [`may_prove_by`]; [`Refusal::ClientSecretWrong`], [`Refusal::ClientSecretExpired`],
/// [`Refusal::ClientAssertionInvalid`] or [`Refusal::ClientCertificateInvalid`].
pub fn prove<'a>(
    application: &'a Application,
    platform: Platform,
    showing: &Showing<'_>,
) -> Result<ProvenClient<'a>, Refusal> {
    may_prove_by(application, platform, showing.shown.method(), showing.origin)?;
    let proven = |proof, credential| ProvenClient { application, proof, credential, single_use: None, binding: None };
    match showing.shown {
        Shown::Nothing => Ok(proven(ClientProof::Nothing, None)),
        Shown::Secret { digest, .. } => {
            let secret = live_secret(application, digest, showing.now)?;
            Ok(proven(ClientProof::Secret, Some(secret.name())))
        }
        Shown::Assertion { read, accepted, .. } => {
            let Checked { proof, credential, single_use } = assertion::check(application, read, accepted, showing.now)?;
            Ok(ProvenClient { single_use, ..proven(proof, credential) })
        }
        Shown::Certificate(shown) => {
            certificate::by_authority(application, shown, showing.now)
                .map_err(|why| Refusal::ClientCertificateInvalid { why })?;
            Ok(proven(ClientProof::Certificate, None))
        }
        Shown::OwnCertificate { certificate: shown, is_registered } => {
            certificate::by_itself(is_registered, shown, showing.now)
                .map_err(|why| Refusal::ClientCertificateInvalid { why })?;
            Ok(proven(ClientProof::Certificate, None))
        }
    }
}

/// What kind of program an application is where no redirect address tells (Source: entra-dialect 8.3).
pub fn platform_without_redirect(application: &Application) -> Platform {
    let keys = application.metadata.jwks.is_some() || application.metadata.jwks_uri.is_some();
    let keeps_a_secret = !application.secrets.is_empty()
        || !application.certificates.is_empty()
        // A public client may have keys, too, to have its tokens encrypted.
        || application.token_endpoint_auth_method.map_or(keys, |method| method != AuthMethod::None);
    if application.allow_public_client_flows || !keeps_a_secret { Platform::PublicClient } else { Platform::Web }
}

/// What kind of program an application is for a grant that shows a public client no redirect address: only one that is
/// registered as such may do without proving itself (Source: entra-dialect 8.3).
pub const fn platform_of_direct_grant(application: &Application) -> Platform {
    if application.allow_public_client_flows { Platform::PublicClient } else { Platform::Web }
}

fn live_secret<'a>(
    application: &'a Application,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<&'a ClientSecret, Refusal> {
    // Every secret is compared, so that the time does not tell which one fits.
    let fits = |found: Option<&'a ClientSecret>, secret: &'a ClientSecret| {
        if same_bytes(&secret.digest, digest) { Some(secret) } else { found }
    };
    let secret = application.secrets.iter().fold(None, fits).ok_or(Refusal::ClientSecretWrong)?;
    match secret.expires_at {
        Some(end) if now >= end => Err(Refusal::ClientSecretExpired { hint: secret.hint.clone() }),
        _ => Ok(secret),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantor_protocol::TenantId;
    use grantor_protocol::secret::sha256;

    fn application(redirects: &[(&str, Platform)]) -> Application {
        Application {
            redirects: redirects
                .iter()
                .map(|(uri, platform)| Redirect { uri: RedirectUri::parse(uri).unwrap(), platform: *platform })
                .collect(),
            secrets: vec![secret("right", None), secret("old", Some(Timestamp::from_seconds(50)))],
            ..Application::new(ClientId::parse("app").unwrap(), TenantId::from_random([1; 16]), "App")
        }
    }

    fn secret(text: &str, expires_at: Option<Timestamp>) -> ClientSecret {
        ClientSecret { expires_at, ..ClientSecret::new(text, &Secret::new(text)) }
    }

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn the_platform_of_the_matched_address_counts() {
        let application =
            application(&[("http://localhost", Platform::PublicClient), ("http://localhost/spa", Platform::Spa)]);
        assert_eq!(
            registered_redirect(&application, Some(&uri("http://localhost:5/spa")), &[]).unwrap().platform(),
            Platform::Spa
        );
        assert_eq!(
            registered_redirect(&application, Some(&uri("http://localhost:5")), &[]).unwrap().platform(),
            Platform::PublicClient
        );
    }

    #[test]
    fn an_unregistered_address_is_refused_and_shown() {
        let refusal = registered_redirect(
            &application(&[("https://a.example/cb", Platform::Web)]),
            Some(&uri("https://a.example/cb2")),
            &[],
        )
        .unwrap_err();
        assert_eq!(
            refusal,
            Refusal::RedirectNotRegistered {
                asked: "https://a.example/cb2".into(),
                registered: vec!["https://a.example/cb".into()]
            }
        );
    }

    #[test]
    fn our_own_landing_page_is_for_native_applications_alone() {
        let built_in = [uri("https://id.example/common/oauth2/nativeclient")];
        let native = application(&[("http://localhost", Platform::PublicClient)]);
        assert!(registered_redirect(&native, Some(&built_in[0]), &built_in).is_ok());
        let web = application(&[("https://a.example/cb", Platform::Web)]);
        assert!(registered_redirect(&web, Some(&built_in[0]), &built_in).is_err());
    }

    #[test]
    fn without_a_name_only_a_sole_address_is_meant() {
        assert!(
            !registered_redirect(&application(&[("https://a.example/cb", Platform::Web)]), None, &[])
                .unwrap()
                .was_given()
        );
        let two = application(&[("https://a.example/1", Platform::Web), ("https://a.example/2", Platform::Web)]);
        assert_eq!(registered_redirect(&two, None, &[]).unwrap_err(), Refusal::RedirectNotNamed);
        assert_eq!(registered_redirect(&application(&[]), None, &[]).unwrap_err(), Refusal::NoRedirectRegistered);
    }

    #[test]
    fn each_kind_proves_itself_in_its_own_way() {
        let application = application(&[]);
        let [right, wrong, old] = ["right", "wrong", "old"].map(|text| sha256(text.as_bytes()));
        let secret = |digest| Shown::Secret { digest, place: SecretPlace::Body };
        let (right, wrong, old) = (secret(&right), secret(&wrong), secret(&old));
        let bad = Err(AssertionFault::Malformed);
        let accepted = AcceptedAssertions { audiences: Vec::new(), manner: Manner::Lenient };
        let assertion = Shown::Assertion { method: AuthMethod::PrivateKeyJwt, read: &bad, accepted: &accepted };
        let origin = Some("https://spa.example");
        let rows = [
            (Platform::Web, right, None, None),
            (Platform::Web, wrong, None, Some("client-secret-wrong")),
            (Platform::Web, old, None, Some("client-secret-expired")),
            (Platform::Web, assertion, None, Some("client-assertion-invalid")),
            (Platform::PublicClient, assertion, None, Some("client-secret-unexpected")),
            (Platform::Web, Shown::Nothing, None, Some("client-secret-missing")),
            (Platform::Web, right, origin, Some("origin-not-allowed")),
            (Platform::PublicClient, Shown::Nothing, None, None),
            (Platform::PublicClient, right, None, Some("client-secret-unexpected")),
            (Platform::PublicClient, Shown::Nothing, origin, Some("origin-not-allowed")),
            (Platform::Spa, Shown::Nothing, origin, None),
            (Platform::Spa, Shown::Nothing, None, Some("origin-required")),
            (Platform::Spa, right, origin, Some("client-secret-unexpected")),
        ];
        for (platform, shown, origin, expected) in rows {
            let showing = Showing { shown, origin, now: Timestamp::from_seconds(100) };
            let found = prove(&application, platform, &showing).err().map(|refusal| refusal.reason());
            assert_eq!(found, expected, "{platform:?} {shown:?} {origin:?}");
        }
    }
}
