//! The names in the directory of the permission model, `permissions.toml`.

use crate::contoso::{Application, Organization, Person};

/// The directory file itself.
pub const PERMISSIONS_DIRECTORY: &str = include_str!("permissions.toml");

const PASSWORD: &str = "correct-horse-battery-staple";

const fn organization(id: &'static str, domain: &'static str) -> Organization {
    Organization { id, domain }
}

const fn person(id: &'static str, name: &'static str) -> Person {
    Person { id, name, password: PASSWORD }
}

/// Where everything is registered. Its people may allow what is not for administrators.
pub const NORTHWIND: Organization = organization("a0000000-0000-4000-8000-000000000001", "northwind.example");
/// Whose people may allow what is of low risk.
pub const CAUTIOUS: Organization = organization("a0000000-0000-4000-8000-000000000002", "cautious.example");
/// Whose people may allow nothing, and may ask.
pub const STRICT: Organization = organization("a0000000-0000-4000-8000-000000000003", "strict.example");
/// Where one request names one API.
pub const SINGLE: Organization = organization("a0000000-0000-4000-8000-000000000004", "single.example");

/// Northwind's planner, who is assigned to the Club and to the Tasks API.
pub const KIM: Person = person("a0000000-0000-4000-8000-00000000e001", "kim@northwind.example");
/// Somebody of Northwind who is assigned to nothing.
pub const LEE: Person = person("a0000000-0000-4000-8000-00000000e002", "lee@northwind.example");
/// Northwind's administrator.
pub const NORTHWIND_ADMIN: Person = person("a0000000-0000-4000-8000-00000000e003", "admin@northwind.example");
/// Somebody of Cautious.
pub const CASS: Person = person("a0000000-0000-4000-8000-00000000e021", "cass@cautious.example");
/// The administrator of Cautious.
pub const CAUTIOUS_ADMIN: Person = person("a0000000-0000-4000-8000-00000000e022", "admin@cautious.example");
/// Somebody of Strict.
pub const SASHA: Person = person("a0000000-0000-4000-8000-00000000e031", "sasha@strict.example");
/// The administrator of Strict.
pub const STRICT_ADMIN: Person = person("a0000000-0000-4000-8000-00000000e032", "admin@strict.example");
/// Somebody of Single.
pub const SOL: Person = person("a0000000-0000-4000-8000-00000000e041", "sol@single.example");

/// The group of Northwind that is assigned to the Tasks API, with Kim in it.
pub const PLANNERS: &str = "a0000000-0000-4000-8000-00000000f001";
/// The group of Northwind with Kim and Lee in it.
pub const EVERYBODY: &str = "a0000000-0000-4000-8000-00000000f002";

const fn native(client_id: &'static str) -> Application {
    Application { client_id, redirect_uri: "http://localhost:53124", secret: None, origin: None }
}

const fn web(client_id: &'static str, redirect_uri: &'static str, secret: &'static str) -> Application {
    Application { client_id, redirect_uri, secret: Some(secret), origin: None }
}

/// The API of most tests, which acts on for people, too.
pub const TASKS_API: Application = web(
    "a0000000-0000-4000-8000-00000000a001",
    "http://localhost:6001/consented",
    "tasks-secret-for-local-use-only-0001",
);
/// The identifier of an API with tokens of the older form.
pub const LEDGER: &str = "https://ledger.northwind.example";
/// A native app that asks together with the Tasks API behind it.
pub const TASKS: Application = native("a0000000-0000-4000-8000-00000000a003");
/// A web app with everything that a web app can have, which the Tasks API has authorized ahead.
pub const BOARD: Application =
    web("a0000000-0000-4000-8000-00000000a004", "http://localhost:6002/back", "board-secret-for-local-use-only-0001");
/// Another secret of [`BOARD`].
pub const BOARD_SECOND_SECRET: &str = "next!-secret-for-local-use-only-0002";
/// A secret of [`BOARD`] whose time is over.
pub const BOARD_EXPIRED_SECRET: &str = "past!-secret-for-local-use-only-0003";
/// A native app whose exchanged refresh tokens stay good.
pub const CARELESS: Application = native("a0000000-0000-4000-8000-00000000a005");
/// A native app for those who are assigned to it.
pub const CLUB: Application = native("a0000000-0000-4000-8000-00000000a006");
/// A program without a person, which proves itself with a certificate.
pub const SYNC: Application = Application {
    client_id: "a0000000-0000-4000-8000-00000000a007",
    redirect_uri: "http://localhost:6007/consented",
    secret: None,
    origin: None,
};
/// A native app that is switched off.
pub const OLD_TASKS: Application = native("a0000000-0000-4000-8000-00000000a008");
/// A native app for every organization.
pub const PARCELS: Application = native("a0000000-0000-4000-8000-00000000a011");
/// The client id of the API of [`PARCELS`], for every organization as well.
pub const PARCELS_API: &str = "a0000000-0000-4000-8000-00000000a012";
/// A web app for everyone, which also acts for itself.
pub const OFFICE: Application =
    web("a0000000-0000-4000-8000-00000000a013", "http://localhost:6013/back", "office-secret-for-local-use-only-0001");
/// A single-page app.
pub const TASKS_SPA: Application = Application {
    client_id: "a0000000-0000-4000-8000-00000000a014",
    redirect_uri: "http://localhost:6014/",
    secret: None,
    origin: Some("http://localhost:6014"),
};
