//! What every handler needs.

use std::sync::Arc;

use grantor_dialects::Dialect;
use grantor_dialects::entra_v1::EntraV1;
use grantor_dialects::entra_v2::EntraV2;
use grantor_dialects::oidc::Oidc;
use grantor_environment::ManualClock;
use grantor_flows::Env;
use grantor_protocol::ClientId;
use grantor_rules::Refusal;
use grantor_rules::layout::TokenLayout;

use crate::detail_types::DetailTypes;
use crate::documents::Documents;
use crate::rehearsals::{At, Rehearsals};
use crate::routes::DialectName;
use crate::tries::Tries;

/// The platform as the HTTP edge sees it.
pub struct App {
    /// What the flows need.
    pub env: Env,
    /// The Microsoft identity platform's dialect.
    pub entra_v2: EntraV2,
    /// Azure AD v1.0's dialect.
    pub entra_v1: EntraV1,
    /// The standard's dialect.
    pub oidc: Oidc,
    /// The clock that can be moved; only under `--dev`.
    pub dev_clock: Option<Arc<ManualClock>>,
    rehearsals: Option<Rehearsals>,
    pub(crate) documents: Documents,
    pub(crate) detail_types: DetailTypes,
    pub(crate) device_tries: Tries,
}

impl App {
    /// Serves `env` in every dialect.
    pub fn new(env: Env, dev_clock: Option<Arc<ManualClock>>) -> Self {
        let documents = Documents::new(&env.public, env.mtls.as_ref(), env.request_keys.public(), env.keys.public());
        Self {
            entra_v2: EntraV2::new(env.public.clone()),
            entra_v1: EntraV1::new(env.public.clone()),
            oidc: Oidc::new(env.public.clone()),
            env,
            rehearsals: dev_clock.is_some().then(Rehearsals::default),
            dev_clock,
            documents,
            detail_types: DetailTypes::default(),
            device_tries: Tries::default(),
        }
    }

    /// Answers that a developer wished for; only under `--dev`.
    pub(crate) const fn rehearsals(&self) -> Option<&Rehearsals> {
        self.rehearsals.as_ref()
    }

    /// Refuses the request if a developer wished for that.
    pub(crate) fn rehearsed(&self, client: &ClientId, at: At) -> Result<(), Refusal> {
        self.rehearsals().map_or(Ok(()), |rehearsals| rehearsals.next(client, at))
    }

    /// The dialect that a waiting request was asked in.
    pub(crate) fn dialect(&self, name: &str) -> Option<&dyn Dialect> {
        let dialects: [&dyn Dialect; 3] = [&self.entra_v2, &self.entra_v1, &self.oidc];
        dialects.into_iter().find(|dialect| dialect.name() == name)
    }

    /// How the tokens of a dialect are laid out, by the dialect's name.
    pub fn layout(&self, name: &str) -> Option<&dyn TokenLayout> {
        self.dialect(name).map(Dialect::layout)
    }

    /// The dialect of an address.
    pub(crate) fn speaking(&self, dialect: DialectName) -> &dyn Dialect {
        match dialect {
            DialectName::EntraV1 => &self.entra_v1,
            DialectName::EntraV2 => &self.entra_v2,
            DialectName::Oidc => &self.oidc,
        }
    }
}
