//! The checks.

use std::sync::Arc;
use std::time::Duration;

use grantor_environment::{Clock, Timestamp};
use grantor_jose::{Expected, KeySet, VerifiedJws, VerifyError, verify_compact};
use grantor_outgoing::HttpClient;
use grantor_protocol::claims::{name, names_audience, numeric_date};
use grantor_protocol::dpop::Scheme;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::{Map, Value};

use crate::challenge::Protection;
use crate::credentials::{access_token, no_token_in_query};
use crate::dpop::{Call, UsedProofs, bound_to, may_use};
use crate::keys::Keys;
use crate::rejection::{InvalidToken, Rejection};
use crate::settings::{BadSettings, VerifierSettings};
use crate::token::VerifiedToken;

/// Verifies access tokens of one issuer for one API. Make one and share it: it keeps the issuer's keys.
pub struct Verifier {
    settings: VerifierSettings,
    keys: Keys,
    clock: Arc<dyn Clock>,
    used_proofs: UsedProofs,
}

impl Verifier {
    /// Prepares; nothing is fetched before the first token comes.
    ///
    /// # Errors
    /// [`BadSettings`] when the settings would accept nothing or everything.
    pub fn new(
        settings: VerifierSettings,
        http: Arc<dyn HttpClient>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BadSettings> {
        let (settings, metadata_url) = settings.checked()?;
        let keys = Keys::new(&settings, metadata_url, http, Arc::clone(&clock));
        Ok(Self { settings, keys, clock, used_proofs: UsedProofs::default() })
    }

    /// How what it protects is named to a caller with these headers.
    pub fn protection(&self, headers: &HeaderMap) -> Protection<'_> {
        let scheme = access_token(headers.get_all(AUTHORIZATION)).map_or(Scheme::Bearer, |(scheme, _)| scheme);
        Protection { realm: &self.settings.realm, scheme, takes_proofs: self.settings.public_url.is_some() }
    }

    /// Verifies the token of a call: as [`Self::verify_token`], and that whoever calls may use it, by a proof of its key where it is
    /// bound to one.
    ///
    /// # Errors
    /// [`Rejection`], the first check that did not hold.
    ///
    /// Spec: RFC 9449 §7.1 and §7.2.
    pub async fn verify_request(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<VerifiedToken, Rejection> {
        no_token_in_query(uri)?;
        let (scheme, token) = access_token(headers.get_all(AUTHORIZATION))?;
        let verified = self.of_ours(token).await?;
        let call = Call { method, uri, headers, origin: self.settings.public_url.as_deref(), scheme, token };
        may_use(verified.claims(), &call, &self.used_proofs, self.clock.now())?;
        Ok(verified)
    }

    /// Verifies the token in the values of the `Authorization` header of a call, as a bearer token.
    ///
    /// # Errors
    /// [`Rejection`], the first check that did not hold.
    pub async fn verify<'a>(
        &self,
        authorization: impl IntoIterator<Item = &'a HeaderValue>,
    ) -> Result<VerifiedToken, Rejection> {
        match access_token(authorization)? {
            (Scheme::Bearer, token) => self.verify_token(token).await,
            (Scheme::Dpop, _) => Err(Rejection::NoCredentials),
        }
    }

    /// Verifies a token: form, key, algorithm, `typ` and signature; then `iss`, `aud`, `exp` and `nbf`; then that it is
    /// an access token.
    ///
    /// An id_token names the application in `aud`, not an API, so it fails there already. When one registration is both
    /// application and API, `aud` cannot tell them apart: then `nonce`, `at_hash`, `c_hash` and `s_hash` can, which
    /// access tokens do not have, unless `typ` is `at+jwt`, which an id_token never is. An id_token without all of them
    /// still holds no scope, so it meets no requirement that names one.
    ///
    /// A token that is bound to a key is refused: to have it is not enough, see [`Self::verify_request`].
    ///
    /// # Errors
    /// [`Rejection::Invalid`] with the first check that did not hold, or [`Rejection::KeysUnavailable`].
    ///
    /// Spec: RFC 9068 §4, RFC 8725 §3, RFC 7519 §4.1.
    pub async fn verify_token(&self, token: &str) -> Result<VerifiedToken, Rejection> {
        let verified = self.of_ours(token).await?;
        match bound_to(verified.claims())? {
            None => Ok(verified),
            Some(_) => Err(InvalidToken::Bound.into()),
        }
    }

    /// A token of the issuer for this API, whoever may use it.
    async fn of_ours(&self, token: &str) -> Result<VerifiedToken, Rejection> {
        let jws = self.signed(token).await?;
        let claims = jws.claims().map_err(InvalidToken::Unverified)?;
        self.accepted_algorithm(&jws)?;
        self.same_issuer(&claims, &jws)?;
        self.for_us(&claims)?;
        let expires_at = self.in_its_life(&claims)?;
        is_access_token(&claims, &jws)?;
        Ok(VerifiedToken::new(self.settings.issuer.clone(), expires_at, claims))
    }

    async fn signed(&self, token: &str) -> Result<VerifiedJws, Rejection> {
        let keys = self.keys.current().await?;
        match self.with(token, &keys) {
            Err(VerifyError::UnknownKey { .. }) => {
                let keys = self.keys.after_unknown(keys).await;
                self.with(token, &keys)
            }
            other => other,
        }
        .map_err(|error| InvalidToken::Unverified(error).into())
    }

    fn with(&self, token: &str, keys: &KeySet) -> Result<VerifiedJws, VerifyError> {
        let types: Vec<&str> = self.settings.token_types.iter().map(String::as_str).collect();
        verify_compact(token, keys, &Expected::types(&types))
    }

    fn accepted_algorithm(&self, jws: &VerifiedJws) -> Result<(), InvalidToken> {
        let algorithm = jws.algorithm();
        if self.settings.algorithms.contains(&algorithm) { Ok(()) } else { Err(InvalidToken::Algorithm(algorithm)) }
    }

    fn same_issuer(&self, claims: &Map<String, Value>, jws: &VerifiedJws) -> Result<(), InvalidToken> {
        let found = text(claims, name::ISS)?;
        if found != self.settings.issuer {
            return Err(InvalidToken::Issuer { expected: self.settings.issuer.clone(), found: found.to_owned() });
        }
        // Keys shared by all tenants say so with a template (Microsoft's dialect).
        let tenant = claims.get(name::TID).and_then(Value::as_str).unwrap_or_default();
        match jws.key_issuer() {
            Some(of) if of != found && of.replace("{tenantid}", tenant) != found => Err(InvalidToken::KeyOfOther),
            _ => Ok(()),
        }
    }

    fn for_us(&self, claims: &Map<String, Value>) -> Result<(), InvalidToken> {
        if self.settings.audiences.iter().any(|audience| names_audience(claims, audience)) {
            return Ok(());
        }
        let found = match claims.get(name::AUD) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => return Err(InvalidToken::MissingClaim { name: name::AUD }),
        };
        Err(InvalidToken::Audience { expected: self.settings.audiences.clone(), found })
    }

    /// `exp` is the first moment at which the token is no longer good (RFC 7519 §4.1.4).
    fn in_its_life(&self, claims: &Map<String, Value>) -> Result<Timestamp, InvalidToken> {
        let (now, skew): (_, Duration) = (self.clock.now(), self.settings.clock_skew);
        let exp = numeric_date(claims, name::EXP).ok_or(InvalidToken::MissingClaim { name: name::EXP })?;
        let at = Timestamp::from_seconds(exp);
        if now >= at + skew {
            return Err(InvalidToken::Expired { at });
        }
        match (claims.get(name::NBF), numeric_date(claims, name::NBF).map(Timestamp::from_seconds)) {
            (None, _) => Ok(at),
            (Some(_), Some(from)) if now + skew >= from => Ok(at),
            (Some(_), Some(from)) => Err(InvalidToken::NotYetValid { from }),
            (Some(_), None) => Err(InvalidToken::MissingClaim { name: name::NBF }),
        }
    }
}

fn is_access_token(claims: &Map<String, Value>, jws: &VerifiedJws) -> Result<(), InvalidToken> {
    let typ = jws.typ().unwrap_or_default().to_ascii_lowercase();
    if typ == "at+jwt" || typ == "application/at+jwt" {
        return Ok(());
    }
    match ["nonce", "at_hash", "c_hash", "s_hash", "events"].into_iter().find(|name| claims.contains_key(*name)) {
        Some(claim) => Err(InvalidToken::NotAnAccessToken { claim }),
        None => Ok(()),
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, InvalidToken> {
    claims.get(name).and_then(Value::as_str).ok_or(InvalidToken::MissingClaim { name })
}
