//! Which application is asking, and whether it proved that.

use std::ops::Deref;

use grantor_protocol::RedirectUri;
use grantor_protocol::secret::same_bytes;

use crate::Refusal;
use crate::model::{Application, Platform, Redirect};

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

/// What an application showed to prove itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// Nothing.
    Nothing,
    /// A secret, as its SHA-256 digest.
    Secret {
        /// The digest.
        digest: [u8; 32],
    },
}

/// Evidence: an application that proved itself as far as its kind can.
#[derive(Clone, Debug)]
pub struct ProvenClient<'a>(&'a Application);

impl<'a> ProvenClient<'a> {
    /// The application itself.
    pub const fn application(&self) -> &'a Application {
        self.0
    }
}

impl Deref for ProvenClient<'_> {
    type Target = Application;
    fn deref(&self) -> &Application {
        self.0
    }
}

/// Proves an application at the token endpoint. `platform` is that of the redirect address which the grant descends from:
/// it decides what must be shown (Source: entra-dialect 8.3).
///
/// # Errors
/// [`Refusal::ClientSecretMissing`], [`Refusal::ClientSecretWrong`], [`Refusal::ClientSecretUnexpected`],
/// [`Refusal::OriginRequired`] or [`Refusal::OriginNotAllowed`].
pub fn prove<'a>(
    application: &'a Application,
    platform: Platform,
    credentials: &Credentials,
    origin: Option<&str>,
) -> Result<ProvenClient<'a>, Refusal> {
    match (platform, origin) {
        (Platform::Spa, None) => return Err(Refusal::OriginRequired),
        (Platform::Web | Platform::PublicClient, Some(origin)) => {
            return Err(Refusal::OriginNotAllowed { origin: origin.to_owned() });
        }
        (Platform::Spa, Some(_)) | (Platform::Web | Platform::PublicClient, None) => {}
    }
    match (platform, credentials) {
        (Platform::Web, Credentials::Nothing) => Err(Refusal::ClientSecretMissing),
        (Platform::Web, Credentials::Secret { digest }) if has_secret(application, digest) => {
            Ok(ProvenClient(application))
        }
        (Platform::Web, Credentials::Secret { .. }) => Err(Refusal::ClientSecretWrong),
        (Platform::Spa | Platform::PublicClient, Credentials::Nothing) => Ok(ProvenClient(application)),
        (Platform::Spa | Platform::PublicClient, Credentials::Secret { .. }) => Err(Refusal::ClientSecretUnexpected),
    }
}

/// What kind of program an application is where no redirect address tells.
pub fn platform_without_redirect(application: &Application) -> Platform {
    if application.allow_public_client_flows || application.secrets.is_empty() {
        Platform::PublicClient
    } else {
        Platform::Web
    }
}

fn has_secret(application: &Application, digest: &[u8; 32]) -> bool {
    // Every secret is compared, so that the time does not tell which one fits.
    application.secrets.iter().fold(false, |found, secret| same_bytes(&secret.digest, digest) | found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClientSecret, SignInAudience, TokenVersion};
    use grantor_protocol::secret::sha256;
    use grantor_protocol::{ClientId, TenantId};

    fn application(redirects: &[(&str, Platform)]) -> Application {
        Application {
            client_id: ClientId::parse("app").unwrap(),
            publisher: TenantId::from_random([1; 16]),
            display_name: "App".into(),
            sign_in_audience: SignInAudience::ThisOrganization,
            redirects: redirects
                .iter()
                .map(|(uri, platform)| Redirect { uri: RedirectUri::parse(uri).unwrap(), platform: *platform })
                .collect(),
            allow_public_client_flows: false,
            identifier_uris: vec![],
            access_token_version: TokenVersion::V2,
            access_token_signing_alg: crate::model::SigningAlg::default(),
            scopes: vec![],
            app_roles: vec![],
            secrets: vec![ClientSecret { description: "one".into(), digest: sha256(b"right") }],
            required_permissions: vec![],
            granted_app_roles: vec![],
        }
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
        let right = Credentials::Secret { digest: sha256(b"right") };
        let wrong = Credentials::Secret { digest: sha256(b"wrong") };
        let origin = Some("https://spa.example");
        let rows = [
            (Platform::Web, &right, None, None),
            (Platform::Web, &wrong, None, Some("client-secret-wrong")),
            (Platform::Web, &Credentials::Nothing, None, Some("client-secret-missing")),
            (Platform::Web, &right, origin, Some("origin-not-allowed")),
            (Platform::PublicClient, &Credentials::Nothing, None, None),
            (Platform::PublicClient, &right, None, Some("client-secret-unexpected")),
            (Platform::PublicClient, &Credentials::Nothing, origin, Some("origin-not-allowed")),
            (Platform::Spa, &Credentials::Nothing, origin, None),
            (Platform::Spa, &Credentials::Nothing, None, Some("origin-required")),
            (Platform::Spa, &right, origin, Some("client-secret-unexpected")),
        ];
        for (platform, credentials, origin, expected) in rows {
            let found = prove(&application, platform, credentials, origin).err().map(|refusal| refusal.reason());
            assert_eq!(found, expected, "{platform:?} {credentials:?} {origin:?}");
        }
    }
}
