//! The picture of an application, fetched from where it is registered.

use std::sync::Arc;

use grantor_protocol::ClientId;
use grantor_rules::model::Tenant;
use grantor_rules::picture::PictureKind;

use crate::{Env, FlowError, account};

/// What is known of an application's picture.
#[derive(Debug)]
pub enum Logo {
    /// The picture.
    Picture {
        /// What it is.
        kind: PictureKind,
        /// Its bytes.
        bytes: Arc<[u8]>,
    },
    /// One is registered, and there is nothing to show.
    Missing {
        /// The application's name.
        name: String,
        /// Why, for the log.
        why: String,
    },
}

/// The picture of an application that registered one; `None` for others and for who is not known.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn logo(env: &Env, tenant: &Tenant, client_id: &ClientId) -> Result<Option<Logo>, FlowError> {
    let Some(application) = account::application(env, tenant, client_id).await? else { return Ok(None) };
    let Some(address) = &application.information.logo else { return Ok(None) };
    let missing = |why| Logo::Missing { name: application.display_name.clone(), why };
    let found = match env.outside.picture(address).await {
        Ok(found) => found,
        Err(error) => return Ok(Some(missing(error.to_string()))),
    };
    Ok(Some(match PictureKind::of(&found.bytes) {
        Some(kind) => Logo::Picture { kind, bytes: found.bytes },
        None => missing("what stands there is no PNG, JPEG, GIF or WebP".to_owned()),
    }))
}
