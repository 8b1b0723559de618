//! Texts of an application that are compared or shown, and no more.

use super::Findings;
use crate::model::{ClientMetadata, DeliveryMode};
use crate::text::{LONGEST_NAME, readable};

/// The most texts that one list holds.
const MOST: usize = 64;

pub(super) fn check(metadata: &ClientMetadata, found: &mut Findings) {
    let lists = [
        ("contacts", &metadata.contacts),
        ("default_acr_values", &metadata.default_acr_values),
        ("authorization_details_types", &metadata.authorization_details_types),
    ];
    for (field, list) in lists {
        found.take(field, every(list));
    }
    let texts = [("software_id", &metadata.software_id), ("software_version", &metadata.software_version)];
    for (field, text) in texts {
        found.take(field, text.as_deref().map_or(Ok(()), one));
    }
    // CIBA §4: who is told is told somewhere.
    let told = metadata.backchannel_token_delivery_mode == Some(DeliveryMode::Ping);
    if told && metadata.backchannel_client_notification_endpoint.is_none() {
        found.add(
            "backchannel_token_delivery_mode",
            "is ping, and there is no backchannel_client_notification_endpoint",
        );
    }
}

fn every(list: &[String]) -> Result<(), String> {
    if list.len() > MOST {
        return Err(format!("holds more than {MOST} texts"));
    }
    list.iter().try_for_each(|text| one(text))
}

fn one(text: &str) -> Result<(), String> {
    readable(text, LONGEST_NAME).map_err(|wrong| wrong.to_string())
}
