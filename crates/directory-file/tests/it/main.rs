//! The directory file from the outside: the example file, broken files, cut files, and what errors must not show.

mod broken;
mod client_metadata;
mod cut;
mod example;
mod known;
mod permission_model;
mod secrecy;
mod standard_claims;

/// The file of the journey, which must work as it stands.
const EXAMPLE: &str = include_str!("../../../../examples/contoso/contoso.toml");

/// A tenant that lacks nothing, for what stands below it.
const TENANT: &str = r#"
[[tenant]]
id = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"
"#;

/// A person that lacks nothing.
const USER: &str = r#"
[[tenant.user]]
id = "12345678-73a6-4952-a53a-e9916737ff7f"
user_principal_name = "chris@contoso.example"
display_name = "Chris"
"#;

/// An application that lacks nothing.
const APPLICATION: &str = r#"
[[tenant.application]]
client_id = "app"
display_name = "App"
"#;

/// An API with one scope, one app role for applications and one for people.
const API: &str = r#"
[[tenant.application]]
client_id = "c0105000-0000-4000-8000-00000000a001"
display_name = "Colors API"
identifier_uris = ["api://colors"]
[[tenant.application.scope]]
value = "Colors.Read"
consent = "user"
admin_consent_display_name = "Read colors"
[[tenant.application.app_role]]
value = "Colors.Manage.All"
allowed_member_types = ["Application"]
display_name = "Manage all colors"
[[tenant.application.app_role]]
value = "Painter"
allowed_member_types = ["User"]
display_name = "Painter"
"#;
