//! Reads a directory file: the TOML that says what a directory shall hold at least.
//!
//! Pure: text in, a value or every error out. Nothing here opens a file, asks a clock or touches a store; whoever applies
//! the file does. Nothing is half read either: one error, and there is no value.
//!
//! ```
//! let text = "[[tenant]]\nid = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'\ndomain = 'contoso.example'\n\
//!             display_name = 'Contoso'\nkind = 'organisation'\n";
//! let errors = grantor_directory_file::parse("contoso.toml", text).unwrap_err();
//! assert_eq!(
//!     errors[0].to_string(),
//!     r#"contoso.toml:5:8: unknown kind "organisation"; expected one of: organization, consumers; did you mean "organization"?"#
//! );
//! ```
//!
//! # The keys
//!
//! Those marked * must be there. Any other key is refused.
//!
//! | table | keys |
//! | --- | --- |
//! | `[[tenant]]` | `id`*, `domain`*, `display_name`*, `kind`* (`organization`, `consumers`), `policy`, `user`, `group`, `application`, `service_principal`, `consent`, `trusted_issuer` |
//! | `[tenant.policy]` | `user_consent` (`allowed`, `low-risk-only`, `not-allowed`: what people may allow applications by themselves; the first if it is not said), `consent_requests` (false: whether they may ask an administrator for the rest), `several_apis` (`first-wins`, `refused`: what a token request for several APIs gets; the first if it is not said), `dpop_nonces` (`not-required`, `required`: whether proofs of keys (RFC 9449 §8) must hold a nonce of the server; the first if it is not said), `client_registration` (`closed`, `with-initial-access-token`, `open`: who may register applications at the standard's endpoint; the first if it is not said), `registration_redirect_schemes` and `registration_redirect_hosts` (where the answers of those may be sent; anywhere that a file could say if they are not said) |
//! | `[[tenant.user]]` | `id`*, `user_principal_name`* (name@domain, the tenant's domain in an organization), `display_name`*, `password`, `given_name`, `surname`, `job_title`, `mail`, `mobile_phone`, `business_phones`, `office_location`, `preferred_language`, `account_enabled` (true), `directory_roles`, `attributes`, `middle_name`, `nickname`, `profile_uri`, `picture_uri`, `website_uri`, `mail_verified` (false), `gender`, `birthdate` (`1990-05-14`, `0000-05-14` without a year, or `1990`), `time_zone` (such as `Europe/Paris`), `mobile_phone_verified` (false), `address` |
//! | `[tenant.user.address]` | `formatted`, `street_address`, `locality`, `region`, `postal_code`, `country` |
//! | `[[tenant.group]]` | `id`*, `display_name`*, `members` (user principal names of people of the tenant, in the file or in the directory) |
//! | `[[tenant.application]]` | `client_id`*, `display_name`*, `sign_in_audience` (`this-organization`, `any-organization`, `any-organization-and-personal`, `personal-only`; the first if it is not said), `web_redirect_uris`, `spa_redirect_uris`, `public_client_redirect_uris`, `allow_public_client_flows` (false), `identifier_uris`, `access_token_version` (2 where personal accounts may sign in, else 1), `access_token_signing_alg` (`RS256`, `PS256`, `ES256`, `ES384`, `EdDSA`; the first if it is not said), `scope`, `app_role`, `authorization_detail_type`, `pre_authorized`, `callers` (`any`, `pre-authorized`: which applications may have tokens for this API; the first if it is not said), `known_client_applications` (client ids), `secrets`, `certificates`, `required_permissions`, `required_app_roles`, `granted_app_roles`, `assigned`, `assignment_required` (false), `disabled` (false), `id_token_issuance` (false) and `access_token_issuance` (false: whether the authorization endpoint itself gives such tokens), `front_channel_logout_uri`, `id_token_signing_alg` (as `access_token_signing_alg`: how id_tokens of the standard's dialect are signed), `token_endpoint_auth_method` (`none`, `client_secret_basic`, `client_secret_post`, `client_secret_jwt`, `private_key_jwt`, `tls_client_auth`, `self_signed_tls_client_auth`: the one way in which it proves itself; each that fits if it is not said), `client_metadata` (a table of what the standard lets a client say of itself, by the names of the registry of RFC 7591, such as `jwks_uri`), `profile` (`oauth2.1`, `fapi2-security`, `fapi2-message-signing`; the first if it is not said), `access_token_format` (`jwt`, `opaque`: of access tokens for this API in the standard's dialect, and of those that this application gets for userinfo; the first if it is not said), `token_exchange`, `may_act` (the client id of the one application that may act with this one's access tokens, RFC 8693 §4.4; each that may exchange them if it is not said), `refresh_tokens` (`rotate-and-revoke`, `rotate-and-keep`: what becomes of one that was exchanged, `stay`: none is exchanged; the first if it is not said), `lifetimes`, `optional_claims`, `group_membership_claims` (`security-group`, `application-group`, `directory-role`, `all`), `claim_mappings`, `home_page_uri`, `terms_uri`, `privacy_uri`, `logo_uri` |
//! | `[[tenant.application.scope]]` | `value`*, `consent`* (`user`, `admin`), `admin_consent_display_name`*, `admin_consent_description`, `user_consent_display_name`, `user_consent_description`, `risk` (`low`, `medium`, `high`; the second if it is not said), `enabled` (true), `id` |
//! | `[[tenant.application.app_role]]` | `value`*, `allowed_member_types`* (`Application`, `User`), `display_name`*, `description`, `enabled` (true), `id` |
//! | `[[tenant.application.authorization_detail_type]]` | `type`*, `display_name`*, `field` (what people may allow on this API once and in detail, RFC 9396) |
//! | `[[tenant.application.authorization_detail_type.field]]` | `name`*, `label`* (what people read before its value), `required` (false) |
//! | `[[tenant.application.token_exchange]]` | `api`* (the client id of an API for which the application may exchange tokens, RFC 8693), `scope`, `impersonation` (false: whether it may do so without an actor token) |
//! | `[[tenant.application.token_exchange.scope]]` | `value`* (a permission of that API), `needs`* (the permission that a token must have which is exchanged for it); a token for the API itself needs no such row |
//! | `[[tenant.trusted_issuer]]` | `issuer`* (the `iss` of assertions about people, RFC 7523), `jwks` or `jwks_uri`* (its public keys), `subject` (`user-principal-name`, `id`: how its assertions name people; the first if it is not said), `applications`* (client ids: who may present them) |
//! | `[[tenant.application.pre_authorized]]` | `client`* (a client id), `scopes`* (names of scopes of this application, which that client may have without anybody being asked) |
//! | `[[tenant.application.secrets]]` | `description`*, `value`*, `expires_at` (a TOML date, or date and time with offset) |
//! | `[[tenant.application.certificates]]` | `description`*, `pem`* (one certificate with an RSA key; its private key has no place here) |
//! | `[[tenant.application.assigned]]` | `user` (a user principal name) or `group` (an id), `role` (an app role of this application for people) |
//! | `[tenant.application.lifetimes]` | `access_token` (`10m` to `1d`), `id_token` (`10m` to `1d`), `refresh_token` (`10m` to `365d`), `sign_in` (`10m` to `365d`: how long after it the person signs in again), `code` (`10s` to `10m`): a whole number and `s`, `m`, `h` or `d` |
//! | `[tenant.application.optional_claims]` | `id_token`, `access_token` (each a list of `acct`, `auth_time`, `email`, `family_name`, `given_name`, `idtyp`, `ipaddr`, `login_hint`, `preferred_username`, `sid`, `tenant_ctry`, `upn`, `xms_pl`) |
//! | `[[tenant.application.claim_mappings]]` | `claim`* (not one that tokens have already), `attribute`* (one of a user's `attributes`) |
//! | `[[tenant.service_principal]]` | `client_id`* (an application of another tenant that is for several), `enabled` (true), `assignment_required` (false), `granted_app_roles`, `assigned` |
//! | `[[tenant.service_principal.assigned]]` | `user` or `group`, `role`, as for an application |
//! | `[[tenant.consent]]` | `client_id`* (an application of the tenant, or of another one that is for several), `user` (a user principal name; without it, an administrator allows it for everyone), `permissions`* |
//!
//! A permission is written RESOURCE/VALUE: `graph`, an identifier URI or a client id, then the name of a scope (in
//! `required_permissions` and `permissions`) or of an app role (in `required_app_roles` and `granted_app_roles`). The
//! resource is an application of the same tenant, or of another one if it is for several tenants; what is switched off cannot
//! be named.
//!
//! People and groups are named without being looked up: they may stand in the directory. Whoever applies the file refuses it
//! where there is nobody of that name.
//!
//! Start reading in `tenant.rs`; every check that a table makes stands in the file of that table's name.

mod addresses;
mod api;
mod application;
mod assigned;
mod certificates;
mod choice;
mod claims;
mod client_metadata;
mod consent;
mod detail_types;
mod error;
mod fields;
mod group;
mod identifier_uri;
mod known;
mod lifetimes;
mod moment;
mod people;
mod permissions;
mod policy;
mod position;
mod pre_authorized;
mod principal;
mod redirects;
mod report;
mod secrets;
mod seen;
mod standard_claims;
mod suggest;
mod tenant;
mod text;
mod token_exchange;
mod trusted_issuer;
mod user;

use grantor_rules::directory::WantedDirectory;
use toml::de::DeTable;

pub use certificates::client_certificate;
pub use error::FileError;
pub use known::{KnownApi, KnownAppRole};

use report::{Problem, Report};

/// The largest file that is read, in bytes.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// Reads a directory file whose permissions refer to nothing but the directory API and the file itself.
///
/// # Errors
/// Every [`FileError`] that was found, in the order of the text. Where the text is not TOML, those errors alone.
pub fn parse(file_name: &str, text: &str) -> Result<WantedDirectory, Vec<FileError>> {
    parse_with(file_name, text, &[])
}

/// Reads a directory file whose permissions may also refer to what the directory holds already: `known`.
///
/// An application that stands in both is taken as the file has it.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(file_name: &str, text: &str, known: &[KnownApi]) -> Result<WantedDirectory, Vec<FileError>> {
    let report = Report::default();
    let tenants = if text.len() > LARGEST {
        report.add(Problem::at(0, "the file is larger than 4 MiB").hint("split it: files can be applied one by one"));
        Vec::new()
    } else {
        read(text, known, &report)
    };
    let errors = report.into_errors(file_name, text);
    if errors.is_empty() { Ok(WantedDirectory { tenants }) } else { Err(errors) }
}

fn read(text: &str, known: &[KnownApi], report: &Report) -> Vec<grantor_rules::directory::WantedTenant> {
    let (root, bad_syntax) = DeTable::parse_recoverable(text);
    if bad_syntax.is_empty() {
        return tenant::read_all(root.get_ref(), known, report);
    }
    for error in bad_syntax {
        // Its message alone: its `Display` quotes the line, and there may be a password in it.
        let at = error.span().map_or(0, |span| span.start);
        report.add(Problem::at(at, format!("this is not TOML: {}", error.message())));
    }
    Vec::new()
}
