//! What is asked for, and which API and permission each word of it means.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Refusal;
use crate::directory_api;
use crate::model::{Application, Registration, ServicePrincipal};

/// The permissions of signing in itself (OpenID Connect Core §5.4 and §11). They belong to the directory API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInScope {
    /// An id_token.
    #[serde(rename = "openid")]
    OpenId,
    /// Name and the like.
    Profile,
    /// Mail address.
    Email,
    /// Postal address.
    Address,
    /// Phone number.
    Phone,
    /// Refresh tokens.
    OfflineAccess,
}

impl SignInScope {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::OpenId, Self::Profile, Self::Email, Self::Address, Self::Phone, Self::OfflineAccess];

    /// As it stands in a `scope` parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::OfflineAccess => "offline_access",
        }
    }

    /// Reads one, without regard to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str().eq_ignore_ascii_case(text))
    }

    /// The one that covers a claim about the person (OpenID Connect Core §5.4).
    pub fn of_claim(name: &str) -> Option<Self> {
        let covers = |scope: &Self| scope.claims().contains(&name);
        Self::ALL.into_iter().find(covers)
    }

    /// The claims about the person that it covers.
    pub const fn claims(self) -> &'static [&'static str] {
        match self {
            Self::OpenId => &["sub"],
            Self::Profile => &[
                "name",
                "family_name",
                "given_name",
                "middle_name",
                "nickname",
                "preferred_username",
                "profile",
                "picture",
                "website",
                "gender",
                "birthdate",
                "zoneinfo",
                "locale",
                "updated_at",
            ],
            Self::Email => &["email", "email_verified"],
            Self::Address => &["address"],
            Self::Phone => &["phone_number", "phone_number_verified"],
            Self::OfflineAccess => &[],
        }
    }
}

/// How a request names an API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ApiName {
    /// Not at all: the directory API is meant.
    Directory,
    /// By identifier URI or client id, as it was written.
    Identifier(String),
}

/// One thing that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WantedScope {
    /// A permission of signing in itself.
    SignIn(SignInScope),
    /// A delegated permission by name.
    Named {
        /// Of which API.
        api: ApiName,
        /// Which one.
        value: String,
        /// The whole word as it was written: clients use it as the key of their caches.
        spelled: String,
    },
    /// Whatever is granted on an API already.
    AllGranted {
        /// Of which API.
        api: ApiName,
        /// The whole word as it was written.
        spelled: String,
    },
}

/// Everything that is asked for, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WantedScopes(Vec<WantedScope>);

impl WantedScopes {
    /// Several APIs in one request are a look-up each; nobody asks for more than this many.
    pub const MOST_APIS: usize = 16;

    /// Keeps what a dialect has read.
    pub const fn new(wanted: Vec<WantedScope>) -> Self {
        Self(wanted)
    }

    /// Asks for permissions of signing in, too, those that are not asked for yet.
    #[must_use]
    pub fn with_sign_in(mut self, scopes: &[SignInScope]) -> Self {
        for scope in scopes {
            if !self.signs_in_with(*scope) {
                self.0.push(WantedScope::SignIn(*scope));
            }
        }
        self
    }

    /// Whether nothing is asked for.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of the permissions of signing in is asked for.
    pub fn signs_in_with(&self, scope: SignInScope) -> bool {
        self.0.iter().any(|wanted| matches!(wanted, WantedScope::SignIn(found) if *found == scope))
    }

    /// The APIs that are named, in order, each once.
    pub fn apis(&self) -> Vec<&ApiName> {
        let mut names: Vec<&ApiName> = Vec::new();
        for wanted in &self.0 {
            let (WantedScope::Named { api, .. } | WantedScope::AllGranted { api, .. }) = wanted else { continue };
            if !names.contains(&api) {
                names.push(api);
            }
        }
        names
    }

    /// The permissions of signing in that are asked for.
    pub fn sign_in_scopes(&self) -> BTreeSet<SignInScope> {
        self.0
            .iter()
            .filter_map(|wanted| if let WantedScope::SignIn(scope) = wanted { Some(*scope) } else { None })
            .collect()
    }

    /// Finds the API and the permission that each word means. `apis` holds what the names of [`Self::apis`] were found to be.
    ///
    /// # Errors
    /// [`Refusal::ApiUnknown`], [`Refusal::ScopeUnknown`], or [`Refusal::AllGrantedMixed`] when `.default` stands beside a
    /// named permission of an API (Source: entra-dialect 12.2).
    pub fn resolve(&self, apis: &BTreeMap<ApiName, Registration>) -> Result<ResolvedScopes, Refusal> {
        let mut resolved: Vec<WantedOfApi> = Vec::new();
        let mut sign_in = self.sign_in_scopes();
        for wanted in &self.0 {
            let (WantedScope::Named { api, spelled, .. } | WantedScope::AllGranted { api, spelled }) = wanted else {
                continue;
            };
            let registration = apis.get(api).ok_or_else(|| Refusal::ApiUnknown { asked: spelled.clone() })?;
            let application = &registration.application;
            let known = resolved.iter().position(|known| known.application.client_id == application.client_id);
            let place = known.unwrap_or(resolved.len());
            if place == resolved.len() {
                resolved.push(WantedOfApi::nothing_yet(registration, api));
            }
            let of_api = &mut resolved[place];
            match wanted {
                WantedScope::Named { value, .. } => match SignInScope::parse(value) {
                    // `https://graph.microsoft.com/openid` is `openid` itself, and so no permission in a token.
                    Some(scope) if application.client_id == directory_api::client_id() => {
                        sign_in.insert(scope);
                    }
                    _ => of_api.name(value, spelled)?,
                },
                _ => of_api.all_granted = Some(spelled.clone()),
            }
        }
        let mixed = resolved.iter().any(|of_api| of_api.all_granted.is_some())
            && resolved.iter().any(|of_api| !of_api.named.is_empty());
        if mixed {
            return Err(Refusal::AllGrantedMixed);
        }
        Ok(ResolvedScopes { sign_in, apis: resolved })
    }
}

/// What is asked of one API.
#[derive(Clone, Debug)]
pub struct WantedOfApi {
    /// The API.
    pub application: Arc<Application>,
    /// What stands for it in the tenant.
    pub principal: Option<Arc<ServicePrincipal>>,
    /// How it was named first.
    pub asked_as: ApiName,
    /// The permissions by name, with the word in which each was asked.
    pub named: Vec<(String, String)>,
    /// The word in which everything granted was asked for.
    pub all_granted: Option<String>,
}

impl WantedOfApi {
    fn nothing_yet(registration: &Registration, asked_as: &ApiName) -> Self {
        Self {
            application: Arc::clone(&registration.application),
            principal: registration.principal.clone(),
            asked_as: asked_as.clone(),
            named: Vec::new(),
            all_granted: None,
        }
    }

    /// The API as the tenant knows it.
    pub fn registration(&self) -> Registration {
        Registration { application: Arc::clone(&self.application), principal: self.principal.clone() }
    }

    fn name(&mut self, value: &str, spelled: &str) -> Result<(), Refusal> {
        let found = self.application.scope(value).ok_or_else(|| Refusal::ScopeUnknown {
            api: self.application.display_name.clone(),
            asked: spelled.to_owned(),
            known: self.application.scopes.iter().filter(|one| !one.disabled).map(|one| one.value.clone()).collect(),
        })?;
        self.named.push((found.value.clone(), spelled.to_owned()));
        Ok(())
    }

    /// The directory API, when nothing but signing in was asked: it answers userinfo.
    pub(crate) fn directory() -> Self {
        let directory = Registration { application: directory_api::application(), principal: None };
        Self::nothing_yet(&directory, &ApiName::Directory)
    }
}

/// What is asked for, with each API and permission found.
#[derive(Clone, Debug, Default)]
pub struct ResolvedScopes {
    /// The permissions of signing in.
    pub sign_in: BTreeSet<SignInScope>,
    /// What is asked of each API, in the order in which they were named.
    pub apis: Vec<WantedOfApi>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(value: &str) -> WantedScope {
        WantedScope::Named { api: ApiName::Directory, value: value.into(), spelled: value.into() }
    }

    fn apis() -> BTreeMap<ApiName, Registration> {
        let directory = Registration { application: directory_api::application(), principal: None };
        BTreeMap::from([(ApiName::Directory, directory)])
    }

    #[test]
    fn a_permission_is_found_in_any_case_and_keeps_its_spelling() {
        let resolved = WantedScopes::new(vec![named("user.read")]).resolve(&apis()).unwrap();
        assert_eq!(resolved.apis[0].named, [("User.Read".to_owned(), "user.read".to_owned())]);
    }

    #[test]
    fn an_unknown_permission_or_api_is_refused() {
        let unknown = WantedScopes::new(vec![named("Nothing.Read")]).resolve(&apis()).unwrap_err();
        assert!(matches!(unknown, Refusal::ScopeUnknown { .. }));
        let no_api = WantedScopes::new(vec![named("User.Read")]).resolve(&BTreeMap::new()).unwrap_err();
        assert!(matches!(no_api, Refusal::ApiUnknown { .. }));
    }

    #[test]
    fn the_permissions_of_signing_in_are_added_once() {
        let wanted = WantedScopes::new(vec![named("User.Read"), WantedScope::SignIn(SignInScope::Email)]);
        let added = wanted.with_sign_in(&[SignInScope::OpenId, SignInScope::Email]);
        let expected =
            vec![named("User.Read"), WantedScope::SignIn(SignInScope::Email), WantedScope::SignIn(SignInScope::OpenId)];
        assert_eq!(added, WantedScopes::new(expected));
    }

    #[test]
    fn everything_granted_does_not_mix_with_names() {
        let mixed = WantedScopes::new(vec![
            WantedScope::AllGranted { api: ApiName::Directory, spelled: ".default".into() },
            named("User.Read"),
        ]);
        assert!(matches!(mixed.resolve(&apis()), Err(Refusal::AllGrantedMixed)));
        let beside_sign_in = WantedScopes::new(vec![
            WantedScope::AllGranted { api: ApiName::Directory, spelled: ".default".into() },
            WantedScope::SignIn(SignInScope::OpenId),
        ]);
        assert!(beside_sign_in.resolve(&apis()).is_ok());
    }
}
