//! How a dialect lays out what the rules decided as claims.

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, TenantId};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::model::{Application, Method, Platform, User};
use crate::scopes::{ApiName, SignInScope};

/// What an access token says.
#[derive(Debug)]
pub struct AccessTokenFacts<'a> {
    /// Whose directory.
    pub tenant: TenantId,
    /// The application that may use it.
    pub client: &'a Application,
    /// What kind of program that is.
    pub platform: Platform,
    /// The API that takes it.
    pub api: &'a Application,
    /// How the API was named.
    pub asked_as: &'a ApiName,
    /// On whose behalf.
    pub user: &'a User,
    /// The person's name towards this API.
    pub subject: &'a str,
    /// What it allows.
    pub scopes: &'a [String],
    /// Which permissions of signing in were allowed.
    pub sign_in: &'a [SignInScope],
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// 16 unpredictable bytes that tell it from others.
    pub token_id: [u8; 16],
    /// What it is revoked with.
    pub family: FamilyId,
}

/// What the access token of an application says that acts for nobody but itself.
#[derive(Debug)]
pub struct ApplicationTokenFacts<'a> {
    /// Whose directory.
    pub tenant: TenantId,
    /// The application.
    pub client: &'a Application,
    /// The id by which the tenant's directory knows the application.
    pub object_id: Uuid,
    /// The API that takes the token.
    pub api: &'a Application,
    /// How the API was named.
    pub asked_as: &'a ApiName,
    /// What the application is to the API.
    pub roles: &'a [String],
    /// When it is issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// 16 unpredictable bytes that tell it from others.
    pub token_id: [u8; 16],
}

/// What an id_token says.
#[derive(Debug)]
pub struct IdTokenFacts<'a> {
    /// Whose directory.
    pub tenant: TenantId,
    /// The application that it is for.
    pub client: &'a Application,
    /// Who signed in.
    pub user: &'a User,
    /// The person's name towards this application.
    pub subject: &'a str,
    /// Which permissions of signing in were allowed.
    pub sign_in: &'a [SignInScope],
    /// From the authorization request.
    pub nonce: Option<&'a str>,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// The browser session.
    pub sid: &'a str,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// 16 unpredictable bytes that tell it from others.
    pub token_id: [u8; 16],
    /// What it is revoked with.
    pub family: FamilyId,
}

/// A dialect's way to write claims. Pure: facts in, claims out.
pub trait TokenLayout: Send + Sync {
    /// The claims of an access token.
    fn access_token(&self, facts: &AccessTokenFacts<'_>) -> Map<String, Value>;
    /// The claims of the access token of an application that acts for itself.
    fn application_token(&self, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value>;
    /// The claims of an id_token.
    fn id_token(&self, facts: &IdTokenFacts<'_>) -> Map<String, Value>;
}
