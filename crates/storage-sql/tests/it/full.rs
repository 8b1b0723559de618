//! A store with something in every table, in every state that a row can be in.

use std::sync::Arc;

use grantor_protocol::Secret;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Progress, RevocationReason};
use grantor_storage::contract::samples::{
    NOW, application, bought, client_id, consents, digest, family, family_id, interaction, issue, new_sign_in, redeem,
    rotate, sign_in, signing_key, tenant_id, tenants, user, user_id,
};
use grantor_storage::{RecordedConsent, RedeemCode, Storage, TenantStorage};

/// How full it is.
pub struct Full {
    /// How many people each of two tenants has; at least one.
    pub people: u8,
    /// How many families each of them has; at least two.
    pub families: u8,
}

/// The first of the families: the digests of their codes are the numbers from here on.
const FIRST: u8 = 4;

impl Full {
    /// Fills an empty store.
    pub async fn fill(&self, storage: &Arc<dyn Storage>) {
        storage.apply_directory(&self.directory()).await.unwrap();
        for number in [1, 2] {
            self.fill_tenant(&*storage.tenant(tenant_id(number))).await;
        }
        storage.keep_once("salt", &[0, 255, 7]).await.unwrap();
        storage.keep_signing_key(&signing_key("k-1", "ES256", NOW), None).await.unwrap();
    }

    async fn fill_tenant(&self, tenant: &dyn TenantStorage) {
        for principal in [Some(user_id(1)), None] {
            let consents = consents("colors", &["Read", "Schön"]);
            let consent = RecordedConsent { principal, client_id: client_id("app"), consents };
            tenant.record_consent(&consent, NOW).await.unwrap();
        }
        tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, NOW))).await.unwrap();
        tenant.begin_interaction(&digest(2), &interaction()).await.unwrap();
        tenant.note_progress(&digest(2), &Progress::default()).await.unwrap();
        tenant.issue_code(&issue(digest(3), 3)).await.unwrap();
        for family in self.families() {
            let code = u32::from(family);
            bought(tenant, digest(code), family, digest(1000 + code)).await;
        }
        tenant.rotate_refresh_token(&rotate(FIRST, digest(1004), digest(2000))).await.unwrap();
        tenant.revoke_family(family_id(FIRST + 1), RevocationReason::CodeReplayed, NOW).await.unwrap();
        // One without a refresh token, and a code that nobody can redeem.
        tenant.issue_code(&issue(digest(3000), 250)).await.unwrap();
        let without = RedeemCode { family: family(250), ..redeem(digest(3000), 250, digest(3001)) };
        tenant.redeem_code(&without).await.unwrap();
        tenant.issue_code(&issue(digest(3002), 251)).await.unwrap();
        tenant.burn_code(&digest(3002), NOW).await.unwrap();
    }

    fn families(&self) -> std::ops::Range<u8> {
        FIRST..FIRST + self.families
    }

    fn directory(&self) -> DirectoryChange {
        // Not in the order of their ids: the order in which they were made passes too.
        let mut change = tenants(&[2, 1]);
        for number in [1, 2] {
            for person in 1..=self.people {
                change.users.push((tenant_id(number), user(person, &format!("Zoë-{person}@tenant-{number}.example"))));
            }
            change.passwords.push((tenant_id(number), user_id(1), Secret::new("$argon2id$1")));
            let uris = ["api://colors", "https://colors.example/ü"];
            change.applications.push(application(number, "colors", &uris));
        }
        change
    }

    /// Everything that the store says about what [`Self::fill`] has put into it.
    pub async fn said(&self, storage: &Arc<dyn Storage>) -> Vec<String> {
        let mut said = Vec::new();
        let mut note = |answer: &dyn std::fmt::Debug| said.push(format!("{answer:?}"));
        note(&storage.list_tenants().await.unwrap());
        note(&storage.list_signing_keys().await.unwrap());
        note(&storage.find_kept("salt").await.unwrap().unwrap());
        for number in [1, 2] {
            let tenant = storage.tenant(tenant_id(number));
            note(&tenant.list_applications(None, 10).await.unwrap());
            note(&tenant.find_api("https://colors.example/ü").await.unwrap().unwrap());
            for person in 1..=self.people {
                note(
                    &tenant.find_user_by_name(&format!("ZOË-{person}@tenant-{number}.example")).await.unwrap().unwrap(),
                );
                note(&tenant.find_password(user_id(person)).await.unwrap().as_ref().map(Secret::expose));
            }
            note(&tenant.find_consents(user_id(1), &client_id("app")).await.unwrap());
            note(&tenant.find_consents(user_id(2), &client_id("app")).await.unwrap());
            note(&tenant.list_sign_ins(&digest(1)).await.unwrap());
            note(&tenant.find_interaction(&digest(2)).await.unwrap().unwrap());
            for code in [3, 3000, 3002].into_iter().chain(self.families().map(u32::from)) {
                note(&tenant.find_code(&digest(code)).await.unwrap().unwrap());
            }
            for family in self.families().chain([250]) {
                note(&tenant.find_family(family_id(family)).await.unwrap().unwrap());
            }
        }
        said
    }
}
