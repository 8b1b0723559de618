//! Public documents, kept as the bytes that go out.

use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use grantor_dialects::entra_v2::metadata::{self, MetadataText};
use grantor_protocol::{PublicUrl, TenantId};
use serde_json::Value;

/// The documents that everybody asks for and hardly anything changes.
pub(crate) struct Documents {
    metadata: MetadataText,
    keys: RwLock<KeyDocument>,
}

/// The key document, and the keys that it shows.
struct KeyDocument {
    of: Arc<Vec<Value>>,
    text: Bytes,
}

impl KeyDocument {
    fn of(public: &PublicUrl, keys: Arc<Vec<Value>>) -> Self {
        let text = metadata::keys(public, keys.to_vec()).body.to_string();
        Self { of: keys, text: text.into() }
    }
}

impl Documents {
    pub fn new(public: &PublicUrl, keys: Arc<Vec<Value>>) -> Self {
        Self { metadata: MetadataText::new(public), keys: RwLock::new(KeyDocument::of(public, keys)) }
    }

    /// The discovery document of a tenant.
    pub fn metadata(&self, tenant: TenantId) -> Bytes {
        self.metadata.of(tenant).into()
    }

    /// The document that shows `keys`: written anew when they are others than last time.
    pub fn keys(&self, public: &PublicUrl, keys: Arc<Vec<Value>>) -> Bytes {
        {
            let last = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            // The keys of last time are held here, so nothing else can have come to lie in their place.
            if Arc::ptr_eq(&last.of, &keys) {
                return last.text.clone();
            }
        }
        let fresh = KeyDocument::of(public, keys);
        let text = fresh.text.clone();
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
        let documents = Documents::new(&public, Arc::clone(&first));
        let shown = |keys: &Arc<Vec<Value>>| {
            let text: Value = serde_json::from_slice(&documents.keys(&public, Arc::clone(keys))).unwrap();
            text["keys"][0]["kid"].as_str().unwrap().to_owned()
        };
        let asked = [&first, &second, &second, &first].map(shown);
        assert_eq!(asked, ["first", "second", "second", "first"]);
    }
}
