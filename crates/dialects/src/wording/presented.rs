//! What was wrong with a token or an assertion that was presented to get another token.

use grantor_rules::refusal::{AssertionFault, ExchangeFault, TokenFault};

pub(super) fn client_assertion(why: &AssertionFault) -> String {
    match why {
        AssertionFault::Malformed => "The client assertion cannot be read, or is not signed as RS256 or PS256.".into(),
        AssertionFault::CertificateUnknown { thumbprint } => {
            format!("The client assertion is signed with a certificate that is not the application's: '{thumbprint}'.")
        }
        AssertionFault::CertificateExpired { .. } => {
            "The client assertion is signed with a certificate outside of its time.".into()
        }
        AssertionFault::Signature => "The signature of the client assertion does not hold.".into(),
        AssertionFault::Issuer { found } => {
            format!("The client assertion is of '{found}', and must be the application's own.")
        }
        AssertionFault::Subject { found } => {
            format!("The client assertion is about '{found}', and must be about the application itself.")
        }
        AssertionFault::Audience { found } => {
            format!("The client assertion is for '{found}', and must be for the token endpoint.")
        }
        AssertionFault::Expired => "The client assertion has expired.".into(),
        AssertionFault::NotYet => "The client assertion is not valid yet.".into(),
        AssertionFault::Algorithm { found } => {
            format!("The client assertion is signed with '{found}', which is not taken of this application.")
        }
        AssertionFault::KeyUnknown => {
            "The client assertion is not signed with one of the application's keys: it must name one by its 'kid'.".into()
        }
        AssertionFault::KeysUnreadable => "The application's keys could not be fetched, or are no JWK Set.".into(),
        AssertionFault::NoSecretToSign => {
            "The application has no secret that could sign an assertion: it needs a new one, made after it was registered for \
             'client_secret_jwt', of as many bytes as the hash."
                .into()
        }
        AssertionFault::TooLong { most_minutes } => {
            format!("The client assertion must end within {most_minutes} minutes.")
        }
        AssertionFault::WithoutName => "The client assertion must have a 'jti'.".into(),
        AssertionFault::Replayed => "The client assertion came before, and is good for one use.".into(),
    }
}

/// Of what an issuer outside says of a person.
pub(super) fn assertion_about_a_person(why: &AssertionFault) -> String {
    match why {
        AssertionFault::Malformed => "The issuer's assertion cannot be read, or is not signed in a way that is taken.".into(),
        AssertionFault::Issuer { found } => {
            format!("The issuer's assertion is of '{found}', and is not signed with a key of an issuer of that name.")
        }
        AssertionFault::Subject { found } => {
            format!("The issuer's assertion is about '{found}', whom this directory does not know.")
        }
        AssertionFault::Audience { found } => {
            format!(
                "The issuer's assertion is for '{found}', and must be for the issuer of this directory or its token endpoint."
            )
        }
        AssertionFault::Expired => "The issuer's assertion has expired.".into(),
        AssertionFault::NotYet => "The issuer's assertion is not valid yet.".into(),
        AssertionFault::Algorithm { found } => format!("The issuer's assertion is signed with '{found}', which is not taken."),
        AssertionFault::CertificateUnknown { .. }
        | AssertionFault::CertificateExpired { .. }
        | AssertionFault::NoSecretToSign
        | AssertionFault::Signature
        | AssertionFault::KeyUnknown => {
            "The issuer's assertion is not signed with a key of an issuer that this directory trusts with this application."
                .into()
        }
        AssertionFault::KeysUnreadable => "The keys of the issuer could not be fetched, or are no JWK Set.".into(),
        AssertionFault::TooLong { most_minutes } => format!("The issuer's assertion must end within {most_minutes} minutes."),
        AssertionFault::WithoutName => "The issuer's assertion must have a 'jti'.".into(),
        AssertionFault::Replayed => "The issuer's assertion came before, and is good for one use.".into(),
    }
}

/// `token` is what the specification calls the token that is no good.
pub(super) fn token(token: &str, why: &TokenFault) -> String {
    let what = match why {
        TokenFault::NotBearer | TokenFault::Malformed => "is no access token that can be read",
        TokenFault::Signature => "is not signed by this server",
        TokenFault::Issuer => "was not issued for this directory",
        TokenFault::Audience { found } => {
            return format!("The {token} is for '{found}', not for the application that presents it.");
        }
        TokenFault::Expired => "has expired",
        TokenFault::NotYet => "is not valid yet",
        TokenFault::Revoked => return format!("What the {token} descends from has been revoked."),
        TokenFault::Spent => "has been used as often as it may be",
        TokenFault::Person => return format!("The account that the {token} is for may not sign in any more."),
        TokenFault::NoPerson => "is an application's own access token, and must be a person's",
        TokenFault::Bound | TokenFault::Unbound | TokenFault::KeyDiffers => {
            "is bound to a key that the request does not prove"
        }
    };
    format!("The {token} {what}.")
}

pub(super) fn exchange(why: &ExchangeFault) -> String {
    match why {
        ExchangeFault::Subject { why } => token("subject token", why),
        ExchangeFault::Actor { why } => token("actor token", why),
        ExchangeFault::ActorActedFor => "Whoever the actor token is for acts through somebody else already.".into(),
        ExchangeFault::ActorMissing => {
            "The application may exchange tokens for that API only with an actor token, which says who acts.".into()
        }
        ExchangeFault::ActorNotAllowed => "The subject token says that somebody else may act with it.".into(),
        ExchangeFault::Target { api } => {
            format!(
                "The application may not exchange tokens for '{api}': its registration lists the APIs for which it may."
            )
        }
        ExchangeFault::Scope { asked } => format!("The subject token does not allow '{asked}' to be had for it."),
    }
}
