//! What a route asks of a token.

use std::fmt;

use crate::rejection::Rejection;
use crate::token::VerifiedToken;

/// One thing that a token can allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// A delegated permission: `scp` or `scope`.
    Scope(String),
    /// A role of the application or the person: `roles`.
    Role(String),
    /// A permission in Auth0's dialect: `permissions`.
    Named(String),
}

/// What a route asks of a token: any one of a list. The empty list asks for a valid token and no more.
///
/// To ask for several things at once, stack two layers or call [`Requirement::check`] in the handler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    any: Vec<Permission>,
}

impl Requirement {
    /// Any valid token, whatever it allows.
    pub fn valid_token() -> Self {
        Self::default()
    }

    /// One scope: a person has let the application do this on their behalf.
    pub fn scope(scope: impl Into<String>) -> Self {
        Self { any: vec![Permission::Scope(scope.into())] }
    }

    /// Any one of these scopes. An empty list would let everybody in, so it lets nobody in.
    pub fn any_scope<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        let any: Vec<_> = scopes.into_iter().map(|scope| Permission::Scope(scope.into())).collect();
        // No token holds the empty scope.
        if any.is_empty() { Self::scope("") } else { Self { any } }
    }

    /// One role. A daemon without a person has roles and no scopes; a person may have roles too.
    pub fn role(role: impl Into<String>) -> Self {
        Self { any: vec![Permission::Role(role.into())] }
    }

    /// One permission of Auth0's dialect.
    pub fn permission(name: impl Into<String>) -> Self {
        Self { any: vec![Permission::Named(name.into())] }
    }

    /// The scope, for an application on a person's behalf, or the role, for a daemon.
    pub fn scope_or_role(scope: impl Into<String>, role: impl Into<String>) -> Self {
        Self { any: vec![Permission::Scope(scope.into()), Permission::Role(role.into())] }
    }

    /// The list, any one of which is enough.
    pub fn permissions(&self) -> &[Permission] {
        &self.any
    }

    /// The scopes among them, as the challenge names them (RFC 6750 §3).
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.any.iter().filter_map(|one| match one {
            Permission::Scope(name) => Some(name.as_str()),
            Permission::Role(_) | Permission::Named(_) => None,
        })
    }

    /// Whether `token` allows it.
    ///
    /// # Errors
    /// [`Rejection::InsufficientScope`] with this requirement.
    pub fn check(&self, token: &VerifiedToken) -> Result<(), Rejection> {
        let has = |names: &[String], name: &String| names.contains(name);
        let permissions = token.permissions();
        let met = self.any.is_empty()
            || self.any.iter().any(|one| match one {
                Permission::Scope(name) => has(&permissions.scopes, name),
                Permission::Role(name) => has(&permissions.roles, name),
                Permission::Named(name) => has(&permissions.permissions, name),
            });
        if met { Ok(()) } else { Err(Rejection::InsufficientScope { needed: self.clone() }) }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.any.is_empty() {
            return formatter.write_str("a valid token");
        }
        for (index, one) in self.any.iter().enumerate() {
            let (kind, name) = match one {
                Permission::Scope(name) => ("the scope", name),
                Permission::Role(name) => ("the role", name),
                Permission::Named(name) => ("the permission", name),
            };
            let or = if index == 0 { "" } else { " or " };
            write!(formatter, "{or}{kind} {name}")?;
        }
        Ok(())
    }
}
