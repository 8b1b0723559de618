//! Words that several endpoints read.

use grantor_protocol::{ClientId, RedirectUri};
use grantor_rules::Refusal;

use crate::Parameters;
use crate::form::cut;

/// The only kind of access token that is issued (RFC 6750).
pub const TOKEN_TYPE: &str = "Bearer";

/// The most bytes of each parameter. Clients put their whole page address into `state`.
pub mod limit {
    pub const SHORT: usize = 256;
    pub const HINT: usize = 1024;
    pub const SECRET: usize = 4096;
    pub const SCOPE: usize = 4096;
    pub const STATE: usize = 8192;
    /// A JWT, or the JSON of a claims request.
    pub const DOCUMENT: usize = 16 * 1024;
}

pub fn client_id(text: &str) -> Result<ClientId, Refusal> {
    ClientId::parse(text).map_err(|why| Refusal::ClientIdMalformed { why })
}

pub fn redirect(text: &str) -> Result<RedirectUri, Refusal> {
    RedirectUri::parse(text).map_err(|why| Refusal::RedirectMalformed { asked: cut(text, 200), why })
}

pub fn state(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    Ok(parameters.optional("state", limit::STATE)?.map(str::to_owned))
}
