//! The names under which things are kept.

use grantor_protocol::TenantId;
use quick_cache::Equivalent;

/// A name under which something is kept.
#[derive(PartialEq, Eq, Hash)]
pub struct Name {
    tenant: Option<TenantId>,
    kind: Kind,
    text: Box<str>,
}

/// A name that is asked for.
#[derive(Clone, Copy, Hash)]
pub struct Asked<'a> {
    // The same parts in the same order as those of `Name`, so that both have one hash.
    /// In which tenant; in none where the whole deployment is meant.
    pub tenant: Option<TenantId>,
    /// What kind of name it is.
    pub kind: Kind,
    /// The name.
    pub text: &'a str,
}

/// What kind of name it is: one text can be the client id of one application and the identifier URI of another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A client id.
    ClientId,
    /// An identifier URI or a client id, in a tenant.
    Identifier,
    /// An identifier URI or a client id, in the whole deployment.
    Registered,
}

impl Equivalent<Name> for Asked<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        (self.tenant, self.kind, self.text) == (name.tenant, name.kind, &*name.text)
    }
}

impl From<Asked<'_>> for Name {
    fn from(Asked { tenant, kind, text }: Asked<'_>) -> Self {
        Self { tenant, kind, text: text.into() }
    }
}
