//! What must come of each cell: the first statement that holds.

use grantor_rules::model::UserConsent;
use grantor_rules::token::issued::GrantKind;

use super::cell::Outcome::{self, AsksConsent, AsksWho, Refused, Success};
use super::cell::{Cell, Consent, Kind, Subject, Way};

/// A sentence about cells.
pub struct Statement {
    pub says: &'static str,
    holds: fn(&Cell) -> bool,
    pub comes_of_it: fn(&Cell) -> Outcome,
}

const fn statement(says: &'static str, holds: fn(&Cell) -> bool, comes_of_it: fn(&Cell) -> Outcome) -> Statement {
    Statement { says, holds, comes_of_it }
}

/// What is proven about the application comes before what is asked of the person, and that before what is allowed.
pub const STATEMENTS: &[Statement] = &[
    statement(
        "A script presents nothing but what came to its own address",
        |cell| cell.kind == Kind::SinglePage && !belongs_to_an_address(cell.way),
        |_| Refused(9_002_326),
    ),
    statement(
        "Who can prove nothing acts neither for itself nor on behalf of anybody",
        |cell| cell.kind == Kind::Native && needs_proof(cell.way),
        |_| Refused(7_000_218),
    ),
    statement(
        "No person, no consent of people and no policy about them stands between an application and itself",
        |cell| cell.way == Way::Present(GrantKind::ClientCredentials),
        |_| Success,
    ),
    statement(
        "What belongs to one tenant is nothing in another",
        |cell| cell.subject == Subject::OtherTenant,
        |cell| {
            of(cell.way, AsksWho, 50_058, &|grant| match grant {
                GrantKind::Password => 50_020,
                GrantKind::OnBehalfOf => 50_013,
                GrantKind::Code
                | GrantKind::RefreshToken
                | GrantKind::DeviceCode
                | GrantKind::BackchannelRequest
                | GrantKind::JwtBearer
                | GrantKind::TokenExchange
                | GrantKind::ClientCredentials => 700_005,
            })
        },
    ),
    statement(
        "Nobody comes back from the directory's past",
        |cell| cell.subject == Subject::Removed,
        |cell| of(cell.way, AsksWho, 50_058, &|grant| passwords_are_one(grant, 50_126, 50_034)),
    ),
    statement(
        "Whoever is switched off gets nothing new, whatever was handed out",
        |cell| cell.subject == Subject::Disabled,
        |cell| of(cell.way, AsksWho, 50_058, &|_| 50_057),
    ),
    statement(
        "What an old password opened is closed",
        |cell| cell.subject == Subject::PasswordChanged,
        |cell| {
            of(cell.way, AsksWho, 50_058, &|grant| match grant {
                GrantKind::RefreshToken => 50_173,
                other => passwords_are_one(other, 50_126, 50_133),
            })
        },
    ),
    statement(
        "A lock is for passwords",
        |cell| cell.subject == Subject::Locked && cell.way == Way::Present(GrantKind::Password),
        |_| Refused(50_053),
    ),
    statement(
        "An application for the assigned is for them alone",
        |cell| cell.subject == Subject::NotAssigned,
        |_| Refused(50_105),
    ),
    statement(
        "What is not allowed is asked where a person can be asked, of whom the tenant lets allow it",
        |cell| !allows(cell.consent) && asks(cell.way),
        |cell| match cell.policy() {
            UserConsent::Allowed => AsksConsent,
            UserConsent::LowRiskOnly => Refused(90_094),
            UserConsent::NotAllowed => Refused(90_095),
        },
    ),
    statement("What is not allowed and cannot be asked is refused", |cell| !allows(cell.consent), |_| Refused(65_001)),
    statement("What is allowed stays allowed, whatever people may allow from now on", |_| true, |_| Success),
];

/// The statement about a cell.
pub fn about(cell: &Cell) -> &'static Statement {
    STATEMENTS.iter().find(|statement| (statement.holds)(cell)).expect("the last one holds always")
}

fn of(way: Way, shown: Outcome, silent: u32, presented: &dyn Fn(GrantKind) -> u32) -> Outcome {
    match way {
        Way::Ask | Way::AskInFront => shown,
        Way::AskSilently => Refused(silent),
        Way::Present(grant) => Refused(presented(grant)),
    }
}

const fn passwords_are_one(grant: GrantKind, password: u32, other: u32) -> u32 {
    match grant {
        GrantKind::Password => password,
        GrantKind::Code
        | GrantKind::RefreshToken
        | GrantKind::DeviceCode
        | GrantKind::BackchannelRequest
        | GrantKind::JwtBearer
        | GrantKind::TokenExchange
        | GrantKind::OnBehalfOf
        | GrantKind::ClientCredentials => other,
    }
}

const fn belongs_to_an_address(way: Way) -> bool {
    match way {
        Way::Ask | Way::AskSilently | Way::AskInFront | Way::Present(GrantKind::Code | GrantKind::RefreshToken) => true,
        Way::Present(
            GrantKind::ClientCredentials
            | GrantKind::Password
            | GrantKind::DeviceCode
            | GrantKind::BackchannelRequest
            | GrantKind::JwtBearer
            | GrantKind::TokenExchange
            | GrantKind::OnBehalfOf,
        ) => false,
    }
}

const fn needs_proof(way: Way) -> bool {
    match way {
        Way::Present(GrantKind::ClientCredentials | GrantKind::OnBehalfOf) => true,
        Way::Ask
        | Way::AskSilently
        | Way::AskInFront
        | Way::Present(
            GrantKind::Code
            | GrantKind::RefreshToken
            | GrantKind::Password
            | GrantKind::DeviceCode
            | GrantKind::BackchannelRequest
            | GrantKind::JwtBearer
            | GrantKind::TokenExchange,
        ) => false,
    }
}

const fn asks(way: Way) -> bool {
    match way {
        Way::Ask | Way::AskInFront => true,
        Way::AskSilently | Way::Present(_) => false,
    }
}

const fn allows(consent: Consent) -> bool {
    match consent {
        Consent::Own | Consent::Everyone => true,
        Consent::Nothing | Consent::SignInAlone => false,
    }
}
