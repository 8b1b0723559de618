//! Applications and permissions as the pages show them.

use grantor_pages as pages;
use grantor_rules::authorization_details::DetailAsked;
use grantor_rules::consent::PermissionAsked;
use grantor_rules::directory_api;
use grantor_rules::model::{Application, Risk, Tenant};

use super::logo;

/// An application, as the people of `tenant` see it. Its publisher is named only where the publisher is known.
pub fn application(application: &Application, tenant: &Tenant, publisher: Option<&Tenant>) -> pages::Application {
    pages::Application {
        name: application.display_name.clone(),
        logo: logo::path(application),
        publisher: publisher.map(|publisher| publisher.display_name.clone()).unwrap_or_default(),
        publisher_tenant_domain: publisher.map(|publisher| publisher.domain.clone()),
        publisher_is_this_tenant: application.publisher == tenant.id
            || application.client_id == directory_api::client_id(),
        privacy_uri: application.information.privacy.clone(),
        terms_uri: application.information.terms.clone(),
    }
}

/// A permission that is asked for.
pub fn permission(asked: &PermissionAsked) -> pages::Permission {
    pages::Permission {
        words: asked.words.clone(),
        technical: format!("{} · {}", asked.api_name, asked.value),
        description: asked.description.clone(),
        risk: risk(asked.risk),
        administrators_only: asked.for_administrators,
        as_application: asked.as_application,
    }
}

/// What is asked for in detail.
pub fn detail(asked: &DetailAsked) -> pages::Detail {
    pages::Detail { heading: asked.heading.clone(), api: asked.api_name.clone(), rows: asked.rows.clone() }
}

/// A risk as the pages name it.
pub const fn risk(risk: Risk) -> pages::Risk {
    match risk {
        Risk::Low => pages::Risk::Low,
        Risk::Medium => pages::Risk::Medium,
        Risk::High => pages::Risk::High,
    }
}
