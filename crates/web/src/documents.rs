//! Public documents, kept as the bytes that go out.

use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use grantor_dialects::entra::metadata::Several;
use grantor_dialects::{entra_v1, entra_v2, oidc};
use grantor_protocol::{PublicUrl, TenantId};
use serde_json::Value;

use crate::routes::DialectName;

/// The documents that everybody asks for and hardly anything changes.
pub(crate) struct Documents {
    metadata_v1: entra_v1::metadata::MetadataText,
    metadata_v2: entra_v2::metadata::MetadataText,
    public: PublicUrl,
    request_key: Value,
    mtls: Option<PublicUrl>,
    keys: RwLock<KeyDocument>,
}

/// Whose discovery document it is.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// That of a tenant.
    Tenant(TenantId),
    /// That of an address for several tenants.
    Several(Several),
    /// That of the address for personal accounts, whose tenant this is.
    Consumers(TenantId),
}

/// Which discovery document it is.
#[derive(Clone, Debug)]
pub enum Document {
    /// That of Azure AD v1.0.
    EntraV1(Whose),
    /// That of the Microsoft identity platform v2.0.
    EntraV2(Whose),
    /// That of the standard, which a tenant alone has.
    Oidc {
        /// The tenant.
        tenant: TenantId,
        /// Whether applications may register themselves in it.
        registers: bool,
        /// The types of authorization details that its APIs take.
        detail_types: Arc<Vec<String>>,
    },
}

/// The key document, and the keys that it shows.
struct KeyDocument {
    of: Arc<Vec<Value>>,
    text_v1: Bytes,
    text_v2: Bytes,
    text_oidc: Bytes,
}

impl KeyDocument {
    fn of(public: &PublicUrl, request_key: &Value, keys: Arc<Vec<Value>>) -> Self {
        let text_v1 = entra_v1::metadata::keys(keys.to_vec()).body.to_string().into();
        let text_v2 = entra_v2::metadata::keys(public, keys.to_vec()).body.to_string().into();
        let text_oidc = oidc::metadata::keys(&keys, request_key).body.to_string().into();
        Self { of: keys, text_v1, text_v2, text_oidc }
    }

    fn text(&self, dialect: DialectName) -> Bytes {
        match dialect {
            DialectName::EntraV1 => self.text_v1.clone(),
            DialectName::EntraV2 => self.text_v2.clone(),
            DialectName::Oidc => self.text_oidc.clone(),
        }
    }
}

impl Documents {
    /// `keys` sign; request objects are encrypted for `request_key`, which the standard's dialect shows beside them.
    pub fn new(public: &PublicUrl, mtls: Option<&PublicUrl>, request_key: &Value, keys: Arc<Vec<Value>>) -> Self {
        Self {
            metadata_v1: entra_v1::metadata::MetadataText::new(public),
            metadata_v2: entra_v2::metadata::MetadataText::new(public),
            public: public.clone(),
            mtls: mtls.cloned(),
            request_key: request_key.clone(),
            keys: RwLock::new(KeyDocument::of(public, request_key, keys)),
        }
    }

    /// A discovery document.
    pub fn metadata(&self, of: &Document) -> Bytes {
        match *of {
            Document::EntraV1(Whose::Tenant(tenant)) => self.metadata_v1.of(tenant).into(),
            Document::EntraV2(Whose::Tenant(tenant)) => self.metadata_v2.of(tenant).into(),
            Document::EntraV1(Whose::Several(several)) => self.metadata_v1.of_several(several).to_owned().into(),
            Document::EntraV2(Whose::Several(several)) => self.metadata_v2.of_several(several).to_owned().into(),
            Document::EntraV1(Whose::Consumers(tenant)) => self.metadata_v1.of_consumers(tenant).into(),
            Document::EntraV2(Whose::Consumers(tenant)) => self.metadata_v2.of_consumers(tenant).into(),
            Document::Oidc { tenant, registers, ref detail_types } => {
                let mtls = self.mtls.as_ref();
                oidc::metadata::document(&self.public, mtls, tenant, registers, detail_types).body.to_string().into()
            }
        }
    }

    /// The document that shows `keys`: written anew when they are others than last time.
    pub fn keys(&self, dialect: DialectName, public: &PublicUrl, keys: Arc<Vec<Value>>) -> Bytes {
        {
            let last = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            // The keys of last time are held here, so nothing else can have come to lie in their place.
            if Arc::ptr_eq(&last.of, &keys) {
                return last.text(dialect);
            }
        }
        let fresh = KeyDocument::of(public, &self.request_key, keys);
        let text = fresh.text(dialect);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_keys_are_shown_at_once() {
        let public = PublicUrl::parse("https://localhost:8443").unwrap();
        let keys = |id: &str| Arc::new(vec![json!({ "kid": id })]);
        let (first, second) = (keys("first"), keys("second"));
        let documents = Documents::new(&public, None, &json!({ "kid": "enc" }), Arc::clone(&first));
        let shown = |keys: &Arc<Vec<Value>>| {
            let text: Value =
                serde_json::from_slice(&documents.keys(DialectName::EntraV2, &public, Arc::clone(keys))).unwrap();
            text["keys"][0]["kid"].as_str().unwrap().to_owned()
        };
        let asked = [&first, &second, &second, &first].map(shown);
        assert_eq!(asked, ["first", "second", "second", "first"]);
    }
}
