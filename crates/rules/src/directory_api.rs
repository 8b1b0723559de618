//! The built-in API: the directory itself, an application like any other.
//!
//! Its client id, identifier URIs and permission names are those of Microsoft Graph, since that is what existing
//! applications ask for (Source: entra-dialect 17.2).

use std::sync::{Arc, LazyLock};

use grantor_protocol::{ClientId, PublicUrl, TenantId};
use uuid::Uuid;

use crate::model::{AppRole, Application, Risk, ScopeDefinition, SignInAudience, TokenVersion, WhoMayConsent};

/// Its client id.
pub const CLIENT_ID: &str = "00000003-0000-0000-c000-000000000000";
/// The identifier URI that existing applications ask for.
pub const WELL_KNOWN_URI: &str = "https://graph.microsoft.com";
/// Its short name in directory files.
pub const SHORT_NAME: &str = "graph";

/// Each permission: id, name, who may allow it, what an administrator reads, what a person reads.
/// Ids that Microsoft publishes are kept; a zero stands for one derived from the name.
const PERMISSIONS: &[(u128, &str, WhoMayConsent, &str, &str)] = {
    use WhoMayConsent::{Admin, User};
    &[
        (0x37f7_f235_527c_4136_accd_4a02_d197_296e, "openid", User, "Sign people in", "Sign you in"),
        (
            0x14da_d69e_099b_42c9_810b_d002_981f_eec1,
            "profile",
            User,
            "See people's basic profile",
            "See your name and sign-in name",
        ),
        (
            0x64a6_cdd6_aab1_4aaf_94b8_3cc8_405e_90d0,
            "email",
            User,
            "See people's mail address",
            "See your mail address",
        ),
        (0, "address", User, "See people's postal address", "See your postal address"),
        (0, "phone", User, "See people's phone number", "See your phone number"),
        (
            0x7427_e0e9_2fba_42fe_b0c0_848c_9e6a_8182,
            "offline_access",
            User,
            "Keep access to data it was given",
            "Keep this access when you are away",
        ),
        (
            0xe1fe_6dd8_ba31_4d61_89e7_8863_9da4_683d,
            "User.Read",
            User,
            "Sign in and read the person's profile",
            "See your profile",
        ),
        (0, "User.ReadWrite", User, "Read and change the person's profile", "See and change your profile"),
        (
            0,
            "User.ReadBasic.All",
            User,
            "Read everyone's basic profile",
            "See the basic profile of everyone in your organization",
        ),
        (
            0,
            "User.Read.All",
            Admin,
            "Read everyone's full profile",
            "See the full profile of everyone in your organization",
        ),
        (
            0,
            "User.ReadWrite.All",
            Admin,
            "Read and change everyone's full profile",
            "See and change the full profile of everyone in your organization",
        ),
        (0x5702_82fd_fa5c_430d_a7fd_fc8d_c98a_9dca, "Mail.Read", User, "Read the person's mail", "Read your mail"),
        (0, "Directory.Read.All", Admin, "Read the whole directory", "See everything in your organization's directory"),
        (
            0,
            "Directory.ReadWrite.All",
            Admin,
            "Read and change the whole directory",
            "See and change everything in your organization's directory",
        ),
        (0, "Application.Read.All", Admin, "Read all applications", "See all applications of your organization"),
        (
            0,
            "Application.ReadWrite.All",
            Admin,
            "Read and change all applications",
            "See and change all applications of your organization",
        ),
        (
            0,
            "DelegatedPermissionGrant.ReadWrite.All",
            Admin,
            "Manage what people have allowed",
            "Manage what people of your organization have allowed",
        ),
        (
            0,
            "AppRoleAssignment.ReadWrite.All",
            Admin,
            "Manage who has which application role",
            "Manage who has which application role in your organization",
        ),
        (0, "Group.Read.All", Admin, "Read all groups", "See all groups of your organization"),
    ]
};

static APPLICATION: LazyLock<Arc<Application>> = LazyLock::new(|| {
    let nobody = TenantId::from_uuid(Uuid::nil());
    Arc::new(Application {
        sign_in_audience: SignInAudience::AnyOrganizationAndPersonal,
        identifier_uris: vec![WELL_KNOWN_URI.to_owned()],
        // Source: entra-dialect 13.3: its tokens have the v1.0 form, whichever endpoint was asked.
        access_token_version: TokenVersion::V1,
        scopes: PERMISSIONS.iter().map(definition).collect(),
        app_roles: APP_ROLES.iter().map(app_role).collect(),
        ..Application::new(client_id(), nobody, "Directory")
    })
});

fn definition((id, value, consent, admin, person): &(u128, &str, WhoMayConsent, &str, &str)) -> ScopeDefinition {
    let id = if *id == 0 { derived_id(value) } else { Uuid::from_u128(*id) };
    ScopeDefinition {
        id,
        value: (*value).to_owned(),
        consent: *consent,
        admin_consent_display_name: (*admin).to_owned(),
        admin_consent_description: None,
        user_consent_display_name: Some((*person).to_owned()),
        user_consent_description: None,
        risk: risk(value, *consent),
        disabled: false,
    }
}

/// Who somebody is, is little; what is the person's own is some; what is everybody's is much.
fn risk(value: &str, consent: WhoMayConsent) -> Risk {
    match (consent, value) {
        (WhoMayConsent::Admin, _) => Risk::High,
        (
            WhoMayConsent::User,
            "openid" | "profile" | "email" | "address" | "phone" | "offline_access" | "User.Read",
        ) => Risk::Low,
        (WhoMayConsent::User, _) => Risk::Medium,
    }
}

/// What applications may be to the directory, each with what an administrator reads. The first id is one that Microsoft
/// publishes (Source: entra-dialect 17.2).
const APP_ROLES: &[(u128, &str, &str)] = &[
    (0xdf02_1288_bdef_4463_88db_98f2_2de8_9214, "User.Read.All", "Read everyone's full profile"),
    (0, "User.ReadWrite.All", "Read and change everyone's full profile"),
    (0, "Directory.Read.All", "Read the whole directory"),
    (0, "Directory.ReadWrite.All", "Read and change the whole directory"),
    (0, "Application.Read.All", "Read all applications"),
    (0, "Application.ReadWrite.All", "Read and change all applications"),
    (0, "Application.ReadWrite.OwnedBy", "Read all applications, and change those that it has made"),
    (0, "AppRoleAssignment.ReadWrite.All", "Manage who has which application role"),
    (0, "DelegatedPermissionGrant.ReadWrite.All", "Manage what people have allowed"),
    (0, "Group.Read.All", "Read all groups"),
    (0, "Mail.Read", "Read everyone's mail"),
];

fn app_role((id, value, words): &(u128, &str, &str)) -> AppRole {
    let id = if *id == 0 { derived_id(&format!("app-role/{value}")) } else { Uuid::from_u128(*id) };
    AppRole {
        id,
        value: (*value).to_owned(),
        display_name: (*words).to_owned(),
        description: None,
        for_applications: true,
        for_users: false,
        disabled: false,
    }
}

/// An id that follows from a name, the same everywhere and for ever (RFC 9562 §5.8, version 8).
pub fn derived_id(name: &str) -> Uuid {
    let digest = grantor_protocol::secret::sha256(name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

static ACCOUNT_PAGES: LazyLock<Arc<Application>> = LazyLock::new(|| {
    let id = ClientId::parse("grantor-account").expect("the constant is a client id");
    Arc::new(Application {
        sign_in_audience: SignInAudience::AnyOrganizationAndPersonal,
        ..Application::new(id, TenantId::from_uuid(Uuid::nil()), "Your account")
    })
});

/// The pages on which people look after their own account, as the application that they sign in to. It can ask for nothing.
pub fn account_pages() -> Arc<Application> {
    Arc::clone(&ACCOUNT_PAGES)
}

/// Whether an application is one of ours, which nobody lets in and no file can register.
pub fn is_built_in(client_id: &ClientId) -> bool {
    [&APPLICATION, &ACCOUNT_PAGES].iter().any(|ours| ours.client_id == *client_id)
}

/// The directory API as an application.
pub fn application() -> Arc<Application> {
    Arc::clone(&APPLICATION)
}

/// Its client id as a type.
///
/// # Panics
/// Never: the constant is a client id.
pub fn client_id() -> ClientId {
    ClientId::parse(CLIENT_ID).expect("the constant is a client id")
}

/// Whether `identifier`, as an application wrote it, names the directory API (with or without one slash at the end).
pub fn is_named_by(identifier: &str, public: &PublicUrl) -> bool {
    let bare = identifier.strip_suffix('/').unwrap_or(identifier);
    bare.eq_ignore_ascii_case(CLIENT_ID)
        || bare.eq_ignore_ascii_case(WELL_KNOWN_URI)
        || bare.eq_ignore_ascii_case(public.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_has_its_own_id_and_name() {
        let application = application();
        let ids: std::collections::BTreeSet<_> = application.scopes.iter().map(|scope| scope.id).collect();
        let names: std::collections::BTreeSet<_> =
            application.scopes.iter().map(|scope| scope.value.to_lowercase()).collect();
        assert_eq!((ids.len(), names.len()), (PERMISSIONS.len(), PERMISSIONS.len()));
        assert_eq!(application.scope("user.read").unwrap().id.to_string(), "e1fe6dd8-ba31-4d61-89e7-88639da4683d");
    }

    #[test]
    fn it_is_known_by_each_of_its_names() {
        let public = PublicUrl::parse("https://localhost:8443").unwrap();
        for name in [CLIENT_ID, "https://graph.microsoft.com", "https://graph.microsoft.com/", "https://localhost:8443"]
        {
            assert!(is_named_by(name, &public), "{name}");
        }
        assert!(!is_named_by("https://graph.microsoft.com//", &public));
        assert!(!is_named_by("https://localhost", &public));
    }
}
