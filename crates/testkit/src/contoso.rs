//! The names in the example directory, `examples/contoso/contoso.toml`.

use grantor_protocol::{TenantId, UserId};

/// The directory file itself.
pub const CONTOSO_DIRECTORY: &str = include_str!("../../../examples/contoso/contoso.toml");

/// A tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: &'static str,
    /// Its domain.
    pub domain: &'static str,
}

impl Organization {
    /// Its id as the directory keeps it.
    pub fn tenant_id(self) -> TenantId {
        self.id.parse().unwrap()
    }
}

/// A person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: &'static str,
    /// Their sign-in name.
    pub name: &'static str,
    /// Their password.
    pub password: &'static str,
}

impl Person {
    /// Their id as the directory keeps it.
    pub fn user_id(self) -> UserId {
        self.id.parse().unwrap()
    }
}

/// An application as its developer knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its client id.
    pub client_id: &'static str,
    /// Where its answers go: one that fits what is registered.
    pub redirect_uri: &'static str,
    /// Its secret, if it can keep one.
    pub secret: Option<&'static str>,
    /// The origin of its calls, if it runs in a browser.
    pub origin: Option<&'static str>,
}

const PASSWORD: &str = "correct-horse-battery-staple";

/// The organization of the journey.
pub const CONTOSO: Organization =
    Organization { id: "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", domain: "contoso.example" };
/// Another organization.
pub const FABRIKAM: Organization =
    Organization { id: "f4b21a0e-6f1c-4d33-9a7e-5d3f0a3c1b77", domain: "fabrikam.example" };
/// Personal accounts.
pub const PERSONAL: Organization =
    Organization { id: "9188040d-6c67-4b5b-b112-36a304b66dad", domain: "consumers.example" };

/// Contoso's engineer.
pub const CHRIS: Person =
    Person { id: "12345678-73a6-4952-a53a-e9916737ff7f", name: "ChrisG@contoso.example", password: PASSWORD };
/// Contoso's administrator.
pub const ADMIN: Person =
    Person { id: "6e7b768e-07e2-4810-8459-485f84f8f204", name: "admin@contoso.example", password: PASSWORD };
/// Fabrikam's Dana.
pub const DANA: Person =
    Person { id: "0d5b3c1e-2f0a-4f5e-9b57-7a1b8f6f2c10", name: "dana@fabrikam.example", password: PASSWORD };
/// Fabrikam's administrator.
pub const FABRIKAM_ADMIN: Person =
    Person { id: "3a9d0f52-53a1-4a86-8a64-6f0c8f7d9e21", name: "admin@fabrikam.example", password: PASSWORD };
/// Somebody with a personal account.
pub const SAM: Person =
    Person { id: "00000000-0000-0000-66f3-3332eca7ea81", name: "sam@outlook.example", password: PASSWORD };

/// The client id of the Colors API.
pub const COLORS_API: &str = "c0105000-0000-4000-8000-00000000a001";

const fn native(client_id: &'static str) -> Application {
    Application { client_id, redirect_uri: "http://localhost:53124", secret: None, origin: None }
}

/// Contoso's native app.
pub const NATIVE: Application = native("11111111-1111-1111-1111-111111111111");
/// Contoso's web app.
pub const WEB: Application = Application {
    client_id: "c0105000-0000-4000-8000-00000000a002",
    redirect_uri: "http://localhost:5000/getAToken",
    secret: Some("console-secret-for-local-use-only-0001"),
    origin: None,
};
/// Contoso's single-page app.
pub const SPA: Application = Application {
    client_id: "c0105000-0000-4000-8000-00000000a003",
    redirect_uri: "http://localhost:5173/",
    secret: None,
    origin: Some("http://localhost:5173"),
};
/// Contoso's daemon: it has no redirect address.
pub const DAEMON: Application = Application {
    client_id: "c0105000-0000-4000-8000-00000000a004",
    redirect_uri: "http://localhost:5000/none",
    secret: Some("daemon-secret-for-local-use-only-0001"),
    origin: None,
};
/// Fabrikam's app for every organization.
pub const FABRIKAM_TIMESHEET: Application = native("fab51ca0-0000-4000-8000-00000000b001");
/// Fabrikam's app for every organization and for personal accounts.
pub const FABRIKAM_NOTES: Application = native("fab51ca0-0000-4000-8000-00000000b002");
