//! Sets of rules that an application lives by: what each lays down, and what of a registration would fail under it.
//!
//! A profile is a list of rules. Each knows what it imposes on the settings of an application, and what of them it finds wrong;
//! so whatever reads the settings needs to know nothing of profiles, and a check cannot differ from what happens
//! (FAPI 2.0 Security Profile §5.3.2, FAPI 2.0 Message Signing §5).

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Application, AuthMethod, FrontChannel, Platform, Profile, RefreshRotation, SigningAlg};

/// Codes of the FAPI profiles end after so long (FAPI 2.0 Security Profile §5.3.2.1).
const CODE_LIFE: Duration = Duration::from_mins(1);

/// The algorithms of the FAPI profiles (FAPI 2.0 Security Profile §5.4.1).
const STRONG: [&str; 4] = ["PS256", "ES256", "ES384", "EdDSA"];

/// The ways of the FAPI profiles to prove oneself (FAPI 2.0 Security Profile §5.3.2.1).
const STRONG_PROOFS: [&str; 3] = ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"];

/// One rule of a profile.
struct Rule {
    /// What it wants, in a few words.
    name: &'static str,
    /// Where it is written.
    source: &'static str,
    /// What of a registration it finds wrong.
    fails: fn(&Application) -> Option<String>,
    /// What it makes of the settings.
    impose: fn(&mut Application),
}

/// What of a registration would fail under a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wanted, in a few words.
    pub rule: &'static str,
    /// Where that is written.
    pub source: &'static str,
    /// What is found instead, and how to mend it.
    pub what: String,
}

/// The application as its profile lets it be: every looser setting is overridden.
pub fn governed(application: &Application) -> Cow<'_, Application> {
    if application.profile == Profile::OAuth21 {
        return Cow::Borrowed(application);
    }
    let mut governed = application.clone();
    for rule in rules_of(application.profile) {
        (rule.impose)(&mut governed);
    }
    Cow::Owned(governed)
}

/// The same of an application that is shared: without a stricter profile it is the very same one.
pub fn governed_arc(application: Arc<Application>) -> Arc<Application> {
    match governed(&application) {
        Cow::Borrowed(_) => application,
        Cow::Owned(governed) => Arc::new(governed),
    }
}

/// What of the registration would fail under a profile, whichever it lives by now.
pub fn would_fail(application: &Application, profile: Profile) -> Vec<Finding> {
    let found =
        |rule: &Rule| (rule.fails)(application).map(|what| Finding { rule: rule.name, source: rule.source, what });
    rules_of(profile).filter_map(found).collect()
}

fn rules_of(profile: Profile) -> impl Iterator<Item = &'static Rule> {
    let (base, security, signing) = match profile {
        Profile::OAuth21 => (OAUTH_21, &[][..], &[][..]),
        Profile::Fapi2Security => (&[][..], FAPI_SECURITY, &[][..]),
        Profile::Fapi2MessageSigning => (&[][..], FAPI_SECURITY, FAPI_MESSAGE_SIGNING),
    };
    base.iter().chain(security).chain(signing)
}

impl Profile {
    /// Whether it is one of the FAPI 2.0 profiles.
    pub const fn is_fapi(self) -> bool {
        match self {
            Self::OAuth21 => false,
            Self::Fapi2Security | Self::Fapi2MessageSigning => true,
        }
    }

    /// Whether authorization responses must be signed (FAPI 2.0 Message Signing §5.4).
    pub const fn wants_signed_answers(self) -> bool {
        matches!(self, Self::Fapi2MessageSigning)
    }
}

/// What the default profile warns of: it imposes nothing, since applications of the Microsoft dialects may need it.
const OAUTH_21: &[Rule] = &[
    Rule {
        name: "no tokens from the authorization endpoint",
        source: "OAuth 2.1 §10.1",
        fails: |application| {
            let front = application.front_channel;
            let told = "access_token_issuance is on: take it away, and let the application redeem a code";
            front.access_tokens.then(|| told.to_owned())
        },
        impose: |_| {},
    },
    Rule {
        name: "exchanged refresh tokens are worthless",
        source: "OAuth 2.1 §4.3.1",
        fails: |application| {
            let public = application.redirects.iter().any(|redirect| redirect.platform != Platform::Web);
            let keeps = application.refresh_tokens != RefreshRotation::RotateAndRevoke;
            let told = "a public client keeps its old refresh tokens: set refresh_tokens = \"rotate-and-revoke\"";
            (public && keeps).then(|| told.to_owned())
        },
        impose: |_| {},
    },
];

const FAPI_SECURITY: &[Rule] = &[
    Rule {
        name: "confidential clients only",
        source: "FAPI 2.0 Security Profile §5.3.2.1",
        fails: |application| {
            let public = |redirect: &&crate::model::Redirect| redirect.platform != Platform::Web;
            let redirect = application.redirects.iter().find(public);
            if let Some(redirect) = redirect {
                return Some(format!(
                    "{} belongs to a public client: only web_redirect_uris are answered",
                    redirect.uri.as_str()
                ));
            }
            let told = "allow_public_client_flows is on: it counts for nothing";
            application.allow_public_client_flows.then(|| told.to_owned())
        },
        impose: |application| {
            application.allow_public_client_flows = false;
            application.redirects.retain(|redirect| redirect.platform == Platform::Web);
        },
    },
    Rule {
        name: "redirect addresses by TLS",
        source: "FAPI 2.0 Security Profile §5.3.2.2",
        fails: |application| {
            let plain = application.redirects.iter().find(|redirect| redirect.uri.scheme() != "https")?;
            Some(format!("{} is not https: it is not answered", plain.uri.as_str()))
        },
        impose: |application| application.redirects.retain(|redirect| redirect.uri.scheme() == "https"),
    },
    Rule {
        name: "proof by private_key_jwt or by a TLS certificate",
        source: "FAPI 2.0 Security Profile §5.3.2.1",
        fails: |application| match application.token_endpoint_auth_method {
            Some(method) if STRONG_PROOFS.contains(&method.as_str()) => None,
            Some(method) => Some(format!("{method} is registered: register private_key_jwt or tls_client_auth")),
            None => Some("token_endpoint_auth_method is not said: private_key_jwt is taken".to_owned()),
        },
        impose: |application| {
            let fits = |method: &AuthMethod| STRONG_PROOFS.contains(&method.as_str());
            let method = application.token_endpoint_auth_method.filter(fits);
            application.token_endpoint_auth_method = Some(method.unwrap_or(AuthMethod::PrivateKeyJwt));
        },
    },
    Rule {
        name: "a key to prove it with",
        source: "FAPI 2.0 Security Profile §5.3.2.1",
        fails: |application| {
            let by_name =
                application.token_endpoint_auth_method.is_some_and(|method| method.as_str() == "tls_client_auth");
            let keys = application.metadata.jwks.is_some() || application.metadata.jwks_uri.is_some();
            let none = !by_name && !keys && application.certificates.is_empty();
            let told = "no key is registered: give client_metadata a jwks or a jwks_uri, or add a certificate";
            none.then(|| told.to_owned())
        },
        impose: |_| {},
    },
    Rule {
        name: "assertions signed with PS256, ES256 or EdDSA",
        source: "FAPI 2.0 Security Profile §5.4.1",
        fails: |application| {
            weak("token_endpoint_auth_signing_alg", application.metadata.token_endpoint_auth_signing_alg.as_ref())
        },
        impose: |application| strengthen(&mut application.metadata.token_endpoint_auth_signing_alg),
    },
    Rule {
        name: "access tokens that only their holder can use",
        source: "FAPI 2.0 Security Profile §5.3.2.1",
        fails: |application| {
            let metadata = &application.metadata;
            let bound = metadata.dpop_bound_access_tokens || metadata.tls_client_certificate_bound_access_tokens;
            let told =
                "neither dpop_bound_access_tokens nor tls_client_certificate_bound_access_tokens is set: DPoP is taken";
            (!bound).then(|| told.to_owned())
        },
        impose: |application| {
            let metadata = &mut application.metadata;
            metadata.dpop_bound_access_tokens |= !metadata.tls_client_certificate_bound_access_tokens;
        },
    },
    Rule {
        name: "pushed requests only",
        source: "FAPI 2.0 Security Profile §5.3.2.2",
        fails: |application| {
            let told = "require_pushed_authorization_requests is not set: other requests are refused all the same";
            (!application.metadata.require_pushed_authorization_requests).then(|| told.to_owned())
        },
        impose: |application| application.metadata.require_pushed_authorization_requests = true,
    },
    Rule {
        name: "response_type=code only",
        source: "FAPI 2.0 Security Profile §5.3.2.2",
        fails: |application| {
            let front = application.front_channel;
            let told = "tokens of the authorization endpoint are switched on: they are not given";
            (front.id_tokens || front.access_tokens).then(|| told.to_owned())
        },
        impose: |application| application.front_channel = FrontChannel::default(),
    },
    Rule {
        name: "no password grant",
        source: "FAPI 2.0 Security Profile §5.3.2.1",
        fails: |application| {
            let asked = application.metadata.grant_types.iter().flatten().any(|grant| grant == "password");
            asked.then(|| "the grant type \"password\" is registered: it is refused".to_owned())
        },
        impose: |application| {
            let metadata = &mut application.metadata;
            let without = metadata.grant_types.take().unwrap_or_else(|| GRANTS.map(str::to_owned).to_vec());
            metadata.grant_types = Some(without.into_iter().filter(|grant| grant != "password").collect());
        },
    },
    Rule {
        name: "refresh tokens are not exchanged",
        source: "FAPI 2.0 Security Profile §5.3.2.1",
        fails: |_| None,
        impose: |application| application.refresh_tokens = RefreshRotation::Stay,
    },
    Rule {
        name: "codes for a minute",
        source: "FAPI 2.0 Security Profile §5.3.2.1",
        fails: |_| None,
        impose: |application| {
            let life = application.lifetimes.code.map_or(CODE_LIFE, |life| life.min(CODE_LIFE));
            application.lifetimes.code = Some(life);
        },
    },
    Rule {
        name: "id_tokens signed with PS256, ES256 or EdDSA",
        source: "FAPI 2.0 Security Profile §5.4.1",
        fails: |application| {
            let told = "id_token_signing_alg is RS256: PS256 is taken";
            (application.id_token_signing_alg == SigningAlg::Rs256).then(|| told.to_owned())
        },
        impose: |application| {
            if application.id_token_signing_alg == SigningAlg::Rs256 {
                application.id_token_signing_alg = SigningAlg::Ps256;
            }
        },
    },
];

const FAPI_MESSAGE_SIGNING: &[Rule] = &[
    Rule {
        name: "signed requests only",
        source: "FAPI 2.0 Message Signing §5.3",
        fails: |application| {
            let told = "require_signed_request_object is not set: unsigned requests are refused all the same";
            (!application.metadata.require_signed_request_object).then(|| told.to_owned())
        },
        impose: |application| application.metadata.require_signed_request_object = true,
    },
    Rule {
        name: "requests signed with PS256, ES256 or EdDSA",
        source: "FAPI 2.0 Message Signing §5.3",
        fails: |application| {
            weak("request_object_signing_alg", application.metadata.request_object_signing_alg.as_ref())
        },
        impose: |application| strengthen(&mut application.metadata.request_object_signing_alg),
    },
    Rule {
        name: "signed authorization responses",
        source: "FAPI 2.0 Message Signing §5.4",
        fails: |application| {
            weak("authorization_signed_response_alg", application.metadata.authorization_signed_response_alg.as_ref())
        },
        impose: |application| signed_strongly(&mut application.metadata.authorization_signed_response_alg),
    },
    Rule {
        name: "signed answers of introspection",
        source: "FAPI 2.0 Message Signing §5.5",
        fails: |application| {
            weak("introspection_signed_response_alg", application.metadata.introspection_signed_response_alg.as_ref())
        },
        impose: |application| signed_strongly(&mut application.metadata.introspection_signed_response_alg),
    },
];

/// The grants that an application of a FAPI profile may use if it names none.
const GRANTS: [&str; 5] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:openid:params:grant-type:ciba",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

fn weak(name: &str, registered: Option<&String>) -> Option<String> {
    let weak = registered.filter(|alg| !STRONG.contains(&alg.as_str()))?;
    Some(format!("{name} is {weak}: register one of {}", STRONG.join(", ")))
}

/// A weak algorithm is none: then each strong one fits.
fn strengthen(registered: &mut Option<String>) {
    *registered = registered.take().filter(|alg| STRONG.contains(&alg.as_str()));
}

/// A weak algorithm of ours becomes a strong one.
fn signed_strongly(registered: &mut Option<String>) {
    let strong = registered.take().filter(|alg| STRONG.contains(&alg.as_str()));
    *registered = Some(strong.unwrap_or_else(|| SigningAlg::Ps256.as_str().to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Redirect;
    use grantor_protocol::{ClientId, RedirectUri, TenantId};
    use serde_json::json;

    fn application(profile: Profile) -> Application {
        let at = |uri, platform| Redirect { uri: RedirectUri::parse(uri).unwrap(), platform };
        let mut application = Application::new(ClientId::parse("app").unwrap(), TenantId::from_random([1; 16]), "App");
        application.profile = profile;
        application.redirects =
            vec![at("https://app.example/cb", Platform::Web), at("http://localhost", Platform::PublicClient)];
        application.allow_public_client_flows = true;
        application.front_channel = FrontChannel { id_tokens: true, access_tokens: true };
        application.token_endpoint_auth_method = Some(AuthMethod::ClientSecretPost);
        application.metadata.grant_types = Some(vec!["password".to_owned(), "authorization_code".to_owned()]);
        application.metadata.token_endpoint_auth_signing_alg = Some("RS256".to_owned());
        application
    }

    #[test]
    fn the_default_profile_overrides_nothing() {
        let loose = application(Profile::OAuth21);
        assert_eq!(*governed(&loose), loose);
        assert!(matches!(governed(&loose), Cow::Borrowed(_)));
    }

    /// Whatever a profile finds wrong it overrides too, save for what only the application can bring.
    #[test]
    fn what_would_fail_is_overridden() {
        for profile in [Profile::Fapi2Security, Profile::Fapi2MessageSigning] {
            let loose = application(profile);
            let found = would_fail(&loose, profile);
            let kept: Vec<_> = would_fail(&governed(&loose), profile).into_iter().map(|one| one.rule).collect();
            assert_eq!(kept, ["a key to prove it with"], "{profile:?}");
            assert!(found.len() >= 9, "{found:#?}");
        }
    }

    #[test]
    fn a_strict_registration_is_left_as_it_is() {
        let mut strict = application(Profile::Fapi2Security);
        for rule in rules_of(Profile::Fapi2MessageSigning) {
            (rule.impose)(&mut strict);
        }
        strict.metadata.jwks = Some(json!({ "keys": [] }));
        strict.metadata.authorization_signed_response_alg = Some("ES256".to_owned());
        for profile in [Profile::Fapi2Security, Profile::Fapi2MessageSigning] {
            strict.profile = profile;
            assert_eq!(would_fail(&strict, profile), []);
            assert_eq!(*governed(&strict), strict);
        }
    }

    #[test]
    fn every_finding_says_where_it_is_written() {
        for (_, profile) in Profile::NAMES {
            for finding in would_fail(&application(*profile), *profile) {
                assert!(finding.source.contains('§') && finding.what.len() > 20, "{finding:?}");
            }
        }
    }
}
