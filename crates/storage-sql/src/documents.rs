//! What is kept as JSON: whatever no statement asks for by itself.
//!
//! A document is read by later versions: a field that is added gets a `serde` default, and none changes its meaning.

use grantor_environment::Timestamp;
use grantor_protocol::pkce::CodeChallenge;
use grantor_protocol::{ClientId, FamilyId, FlowId, HandleDigest, RedirectUri, TenantId};
use grantor_rules::model::{
    Attempt, Authority, Awaited, Code, ConsentRequest, Consents, DeviceCode, Family, Interaction, Method, Notice,
    NoticeEvent, Platform, Progress, Purpose, PushedRequest, ServicePrincipal, Terms,
};
use grantor_rules::scopes::WantedScopes;
use grantor_storage::Fault;
use serde::{Deserialize, Serialize};

/// A document's text.
pub fn text(document: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(document).map_err(|error| Fault::Statement { what: format!("writing a document: {error}") })
}

/// A time in a document.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(i64);

impl From<Timestamp> for Millis {
    fn from(time: Timestamp) -> Self {
        Self(time.millis())
    }
}

impl From<Millis> for Timestamp {
    fn from(millis: Millis) -> Self {
        Self::from_millis(millis.0)
    }
}

/// The document of a code.
#[derive(Serialize, Deserialize)]
pub struct CodeDocument {
    pub redirect_uri: RedirectUri,
    pub redirect_uri_was_given: bool,
    pub platform: Platform,
    pub challenge: Option<CodeChallenge>,
    pub nonce: Option<String>,
    pub wanted: WantedScopes,
    pub authenticated_at: Millis,
    pub method: Method,
    pub sid: String,
    pub flow: FlowId,
    #[serde(default, skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
}

impl From<&Code> for CodeDocument {
    fn from(code: &Code) -> Self {
        Self {
            redirect_uri: code.redirect_uri.clone(),
            redirect_uri_was_given: code.redirect_uri_was_given,
            platform: code.platform,
            challenge: code.challenge.clone(),
            nonce: code.nonce.clone(),
            wanted: code.wanted.clone(),
            authenticated_at: code.authenticated_at.into(),
            method: code.method,
            sid: code.sid.clone(),
            flow: code.flow,
            terms: code.terms.clone(),
            dpop_jkt: code.dpop_jkt.clone(),
        }
    }
}

/// The document of a family.
#[derive(Serialize, Deserialize)]
pub struct FamilyDocument {
    pub platform: Platform,
    pub wanted: WantedScopes,
    pub authenticated_at: Millis,
    pub method: Method,
    pub sid: String,
    pub flow: FlowId,
    pub ends_at: Option<Millis>,
    #[serde(default)]
    pub parent: Option<FamilyId>,
    #[serde(default, skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
}

impl From<&Family> for FamilyDocument {
    fn from(family: &Family) -> Self {
        Self {
            platform: family.platform,
            wanted: family.wanted.clone(),
            authenticated_at: family.authenticated_at.into(),
            method: family.method,
            sid: family.sid.clone(),
            flow: family.flow,
            ends_at: family.ends_at.map(Into::into),
            parent: family.parent,
            terms: family.terms.clone(),
        }
    }
}

/// The document of an authorization request that waits.
#[derive(Serialize, Deserialize)]
pub struct InteractionDocument {
    pub browser: [u8; 32],
    pub dialect: String,
    pub parameters: Vec<(String, String)>,
    pub began_at: Millis,
    pub flow: FlowId,
    #[serde(default)]
    pub purpose: Purpose,
    /// Where it is missing: the tenant that the request is kept in.
    #[serde(default)]
    pub authority: Option<Authority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<HandleDigest>,
}

impl From<&Interaction> for InteractionDocument {
    fn from(interaction: &Interaction) -> Self {
        Self {
            browser: interaction.browser,
            dialect: interaction.dialect.clone(),
            parameters: interaction.parameters.clone(),
            began_at: interaction.began_at.into(),
            flow: interaction.flow,
            purpose: interaction.purpose.clone(),
            authority: Some(interaction.authority),
            pushed: interaction.pushed,
        }
    }
}

impl InteractionDocument {
    /// The request, with what is kept beside the document.
    pub fn with(self, tenant: TenantId, progress: Progress, expires_at: Timestamp) -> Interaction {
        Interaction {
            browser: self.browser,
            purpose: self.purpose,
            authority: self.authority.unwrap_or(Authority::Tenant(tenant)),
            dialect: self.dialect,
            parameters: self.parameters,
            progress,
            began_at: self.began_at.into(),
            expires_at,
            flow: self.flow,
            pushed: self.pushed,
        }
    }
}

/// The document of what stands for an application in a tenant.
#[derive(Serialize, Deserialize)]
pub struct PrincipalDocument {
    pub enabled: bool,
    pub assignment_required: bool,
    pub created_at: Millis,
}

impl From<&ServicePrincipal> for PrincipalDocument {
    fn from(principal: &ServicePrincipal) -> Self {
        Self {
            enabled: principal.enabled,
            assignment_required: principal.assignment_required,
            created_at: principal.created_at.into(),
        }
    }
}

/// The document of a wish that an administrator allow something.
#[derive(Serialize, Deserialize)]
pub struct ConsentRequestDocument {
    pub permissions: Consents,
    pub reason: String,
}

impl From<&ConsentRequest> for ConsentRequestDocument {
    fn from(request: &ConsentRequest) -> Self {
        Self { permissions: request.permissions.clone(), reason: request.reason.clone() }
    }
}

/// The document of a device code.
#[derive(Serialize, Deserialize)]
pub struct DeviceCodeDocument {
    pub client_id: ClientId,
    pub authority: Authority,
    pub dialect: String,
    pub wanted: WantedScopes,
    pub flow: FlowId,
    #[serde(default, skip_serializing_if = "Terms::is_empty")]
    pub terms: Terms,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaits: Option<Awaited>,
}

impl From<&DeviceCode> for DeviceCodeDocument {
    fn from(code: &DeviceCode) -> Self {
        Self {
            client_id: code.client_id.clone(),
            authority: code.authority,
            dialect: code.dialect.clone(),
            wanted: code.wanted.clone(),
            flow: code.flow,
            terms: code.terms.clone(),
            awaits: code.awaits.clone(),
        }
    }
}

/// The document of a pushed request.
#[derive(Serialize, Deserialize)]
pub struct PushedDocument {
    pub client_id: ClientId,
    pub dialect: String,
    pub parameters: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    pub expires_at: Millis,
}

impl From<&PushedRequest> for PushedDocument {
    fn from(request: &PushedRequest) -> Self {
        Self {
            client_id: request.client_id.clone(),
            dialect: request.dialect.clone(),
            parameters: request.parameters.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            expires_at: request.expires_at.into(),
        }
    }
}

/// The document of a notice.
#[derive(Serialize, Deserialize)]
pub struct NoticeDocument {
    pub event: NoticeEvent,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
}

impl From<&Notice> for NoticeDocument {
    fn from(notice: &Notice) -> Self {
        Self { event: notice.event.clone(), attempts: notice.attempts.clone() }
    }
}
