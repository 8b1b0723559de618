//! Applications that register themselves.

use std::time::Duration;

use grantor_flows::registration;
use grantor_protocol::TenantId;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{RegistrationPolicy, TenantName};
use serde_json::Value;

use crate::contoso::{CONTOSO, Organization};
use crate::{Answer, TestPlatform};

/// Says which applications may register themselves at Contoso.
pub async fn let_register(platform: &TestPlatform, policy: RegistrationPolicy) {
    let env = &platform.app.env;
    let name = TenantName::Id(CONTOSO.tenant_id());
    let mut tenant = (*env.storage.find_tenant(&name).await.unwrap().unwrap()).clone();
    tenant.client_registration = policy;
    platform.change(DirectoryChange { tenants: vec![tenant], ..DirectoryChange::default() }).await;
}

/// Makes an initial access token, as an administrator does.
pub fn initial_access_token(
    platform: &TestPlatform,
    organization: Organization,
    uses: u16,
    lifetime: Duration,
) -> String {
    let env = &platform.app.env;
    let (key, tenant): (_, TenantId) = (&env.initial_access_tokens, organization.tenant_id());
    let (token, _) = registration::initial_access_token(key, env.entropy.as_ref(), tenant, uses, env.now() + lifetime);
    token.expose().to_owned()
}

/// Registers an application at Contoso.
pub async fn register(platform: &TestPlatform, token: Option<&str>, metadata: &Value) -> Answer {
    send(platform, "POST", &format!("/{}/oidc/register", CONTOSO.id), token, Some(metadata)).await
}

/// Asks one of the addresses where applications look after their registration, below the public URL.
pub async fn look_after(
    platform: &TestPlatform,
    method: &str,
    address: &str,
    token: Option<&str>,
    metadata: Option<&Value>,
) -> Answer {
    let target = address.strip_prefix(platform.public().origin()).unwrap_or(address);
    send(platform, method, target, token, metadata).await
}

async fn send(
    platform: &TestPlatform,
    method: &str,
    target: &str,
    token: Option<&str>,
    metadata: Option<&Value>,
) -> Answer {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers: Vec<(&str, &str)> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
    headers.extend(metadata.map(|_| ("content-type", "application/json")));
    let body = metadata.map(ToString::to_string).unwrap_or_default();
    platform.send(platform.request(method, target, &headers, body.into())).await
}
