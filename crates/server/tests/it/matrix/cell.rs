//! The dimensions.

use grantor_rules::model::UserConsent;
use grantor_rules::token::issued::GrantKind;

/// Grants that the Microsoft dialects do not have.
const OF_THE_STANDARD_ALONE: [GrantKind; 3] =
    [GrantKind::BackchannelRequest, GrantKind::JwtBearer, GrantKind::TokenExchange];

/// A way to tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// A browser is sent to the authorization endpoint for a code.
    Ask,
    /// The same, where nothing may be shown.
    AskSilently,
    /// The same for tokens at once.
    AskInFront,
    /// Something is presented at the token endpoint.
    Present(GrantKind),
}

/// A kind of client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Native,
    WithSecret,
    WithCertificate,
    SinglePage,
}

/// What has become of the person by the time of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Fine,
    Disabled,
    /// After too many wrong passwords.
    Locked,
    Removed,
    PasswordChanged,
    /// To an application that is for those who are.
    NotAssigned,
    /// The request comes to another tenant's address.
    OtherTenant,
}

/// What the application is allowed by the time of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consent {
    Nothing,
    /// Signing in, and nothing of the API.
    SignInAlone,
    /// By the person.
    Own,
    /// By an administrator.
    Everyone,
}

impl Way {
    fn all() -> Vec<Self> {
        [Self::Ask, Self::AskSilently, Self::AskInFront]
            .into_iter()
            .chain(GrantKind::ALL.into_iter().filter(|kind| !OF_THE_STANDARD_ALONE.contains(kind)).map(Self::Present))
            .collect()
    }
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Native, Self::WithSecret, Self::WithCertificate, Self::SinglePage];
}

impl Subject {
    const ALL: [Self; 7] = [
        Self::Fine,
        Self::Disabled,
        Self::Locked,
        Self::Removed,
        Self::PasswordChanged,
        Self::NotAssigned,
        Self::OtherTenant,
    ];
}

impl Consent {
    pub const ALL: [Self; 4] = [Self::Nothing, Self::SignInAlone, Self::Own, Self::Everyone];
}

/// Every policy. The `match` is what makes a new one stand here.
pub fn policies() -> Vec<UserConsent> {
    let mut all = vec![UserConsent::Allowed];
    while let Some(next) = match all.last() {
        None => unreachable!("it begins with one"),
        Some(UserConsent::Allowed) => Some(UserConsent::LowRiskOnly),
        Some(UserConsent::LowRiskOnly) => Some(UserConsent::NotAllowed),
        Some(UserConsent::NotAllowed) => None,
    } {
        all.push(next);
    }
    all
}

/// One of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub number: usize,
    pub way: Way,
    pub kind: Kind,
    pub subject: Subject,
    pub consent: Consent,
    /// Its place in [`policies`].
    pub policy: usize,
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |cell: &Self| (cell.way, cell.kind, cell.subject, cell.consent, cell.policy);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Cell {
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for way in Way::all() {
            for kind in Kind::ALL {
                for subject in Subject::ALL {
                    for consent in Consent::ALL {
                        for policy in 0..policies().len() {
                            all.push(Self { number: all.len(), way, kind, subject, consent, policy });
                        }
                    }
                }
            }
        }
        all
    }

    pub fn policy(&self) -> UserConsent {
        policies()[self.policy]
    }
}

/// What comes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A code or tokens.
    Success,
    /// The person is asked who they are.
    AsksWho,
    /// The person is asked to allow it.
    AsksConsent,
    /// Refused with this number, on a page, to the application or in JSON.
    Refused(u32),
}
