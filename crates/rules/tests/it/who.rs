//! Which person is meant.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::prompt::Prompt;
use grantor_rules::authorize::{Question, Request, SignedIn, Who, who};
use grantor_rules::model::Progress;

use crate::world::{NOW, minutes, person, request, signed_in, user_id};

const PROMPTS: [Prompt; 6] =
    [Prompt::AsNeeded, Prompt::None, Prompt::Login, Prompt::Consent, Prompt::SelectAccount, Prompt::AdminConsent];

/// The request came in a minute ago.
fn began_at() -> Timestamp {
    NOW - minutes(1)
}

/// A word of the tables: a name, with `!` disabled, with `~` expired, with `*` signed in since the request began. The
/// others proved who they are ten minutes ago.
fn one(word: &str) -> SignedIn {
    let mut one = signed_in(person(word.trim_end_matches(['!', '~', '*'])));
    if word.contains('!') {
        one.user.account_enabled = false;
    }
    if word.contains('~') {
        one.sign_in.expires_at = NOW;
    }
    if word.contains('*') {
        one.sign_in.authenticated_at = began_at();
    }
    one
}

fn all(words: &str) -> Vec<SignedIn> {
    words.split_whitespace().map(one).collect()
}

fn prompt(word: &str) -> Prompt {
    if word == "-" { Prompt::AsNeeded } else { Prompt::parse(word).unwrap_or_else(|| panic!("no prompt {word}")) }
}

fn progress(word: &str) -> Progress {
    match word {
        "-" => Progress::default(),
        "other" => Progress { other_account: true, ..Progress::default() },
        name => Progress { account: Some(user_id(name)), ..Progress::default() },
    }
}

fn asked(prompt: Prompt, hint: &str, max_age: &str) -> Request {
    Request {
        prompt,
        login_hint: (hint != "-").then(|| format!("{hint}@contoso.example")),
        max_age: (max_age != "-").then(|| Duration::from_secs(max_age.parse().expect("seconds"))),
        ..request("openid")
    }
}

/// What `who` says, in words.
fn told(request: &Request, progress: &Progress, signed_in: &[SignedIn]) -> String {
    match who(request, progress, signed_in, began_at(), NOW) {
        Ok(Who::Person(one)) => format!("is {}", one.user.display_name),
        Ok(Who::Ask(Question::Account(ids))) => {
            let name = |id| signed_in.iter().find(|one| one.user.id == id).map(|one| one.user.display_name.clone());
            let names: Vec<String> = ids.into_iter().filter_map(name).collect();
            format!("which of {}", names.join(" "))
        }
        Ok(Who::Ask(Question::SignIn { name })) => {
            format!("sign in {}", name.as_deref().map_or("-", |name| name.split('@').next().unwrap_or_default()))
        }
        Ok(Who::Ask(other @ (Question::Consent(_) | Question::Approval { .. } | Question::Device))) => {
            format!("{other:?}")
        }
        Err(refusal) => refusal.reason().into(),
    }
}

/// prompt, signed in, hint, progress, `max_age`, answer.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Nothing said: nobody, one, several.
    ("-", "",           "-",   "-",     "-",   "sign in -"),
    ("-", "ana",        "-",   "-",     "-",   "is ana"),
    ("-", "ana ben",    "-",   "-",     "-",   "which of ana ben"),
    ("-", "ana!",       "-",   "-",     "-",   "sign in -"),
    ("-", "ana~",       "-",   "-",     "-",   "sign in -"),
    ("-", "ana! ben",   "-",   "-",     "-",   "is ben"),
    ("-", "ana~ ben",   "-",   "-",     "-",   "is ben"),
    ("-", "ana ben! cy","-",   "-",     "-",   "which of ana cy"),
    // A hint.
    ("-", "",           "ana", "-",     "-",   "sign in ana"),
    ("-", "ana",        "ana", "-",     "-",   "is ana"),
    ("-", "ana",        "ben", "-",     "-",   "sign in ben"),
    ("-", "ana ben",    "ben", "-",     "-",   "is ben"),
    ("-", "ana ben",    "cy",  "-",     "-",   "sign in cy"),
    ("-", "ana!",       "ana", "-",     "-",   "sign in ana"),
    ("-", "ana~",       "ana", "-",     "-",   "sign in ana"),
    // A hint is compared as a sign-in name is.
    ("-", "ana ben",    "BEN", "-",     "-",   "is ben"),
    // How long ago: exactly as long as allowed, a second less allowed, signed in for this request.
    ("-", "ana",        "-",   "-",     "600", "is ana"),
    ("-", "ana",        "-",   "-",     "599", "sign in ana"),
    ("-", "ana",        "ana", "-",     "599", "sign in ana"),
    ("-", "ana*",       "-",   "-",     "0",   "is ana"),
    ("-", "ana",        "-",   "-",     "0",   "sign in ana"),
    ("-", "ana ben",    "-",   "-",     "0",   "which of ana ben"),
    // What the person has done so far.
    ("-", "ana ben",    "-",   "ben",   "-",   "is ben"),
    ("-", "ana ben",    "ana", "ben",   "-",   "is ben"),
    ("-", "ana ben!",   "-",   "ben",   "-",   "user-disabled"),
    ("-", "ana ben~",   "-",   "ben",   "-",   "sign in ben"),
    ("-", "ana",        "-",   "ben",   "-",   "sign in -"),
    ("-", "ana",        "cy",  "ben",   "-",   "sign in cy"),
    ("-", "ana",        "-",   "other", "-",   "sign in -"),
    ("-", "ana",        "ana", "other", "-",   "sign in -"),
    ("-", "ana ben",    "-",   "ben",   "0",   "sign in ben"),
    ("-", "ana ben*",   "-",   "ben",   "0",   "is ben"),
    // Nothing may be shown.
    ("none", "",        "-",   "-",     "-",   "login-required"),
    ("none", "ana",     "-",   "-",     "-",   "is ana"),
    ("none", "ana!",    "-",   "-",     "-",   "login-required"),
    ("none", "ana~",    "-",   "-",     "-",   "login-required"),
    ("none", "ana ben", "-",   "-",     "-",   "account-choice-required"),
    ("none", "ana ben!","-",   "-",     "-",   "is ana"),
    ("none", "ana ben", "ben", "-",     "-",   "is ben"),
    ("none", "ana ben", "BEN", "-",     "-",   "is ben"),
    ("none", "ana",     "ben", "-",     "-",   "login-required"),
    ("none", "ana!",    "ana", "-",     "-",   "login-required"),
    ("none", "ana",     "-",   "-",     "600", "is ana"),
    ("none", "ana",     "-",   "-",     "599", "login-required"),
    // Prove it again: what was proven before the request began does not count, what was since does.
    ("login", "",       "-",   "-",     "-",   "sign in -"),
    ("login", "ana",    "-",   "-",     "-",   "sign in -"),
    ("login", "ana",    "ana", "-",     "-",   "sign in ana"),
    ("login", "ana",    "-",   "ana",   "-",   "sign in ana"),
    ("login", "ana*",   "-",   "ana",   "-",   "is ana"),
    ("login", "ana*",   "-",   "-",     "-",   "sign in -"),
    ("login", "ana",    "-",   "ana",   "600", "sign in ana"),
    ("login", "ana*!",  "-",   "ana",   "-",   "user-disabled"),
    ("login", "ana*",   "-",   "other", "-",   "sign in -"),
    // Choose: even one, never silently, and then it is chosen.
    ("select_account", "",        "-",   "-",   "-", "sign in -"),
    ("select_account", "",        "ana", "-",   "-", "sign in ana"),
    ("select_account", "ana",     "-",   "-",   "-", "which of ana"),
    ("select_account", "ana ben", "ben", "-",   "-", "which of ana ben"),
    ("select_account", "ana! ben","-",   "-",   "-", "which of ben"),
    ("select_account", "ana!",    "-",   "-",   "-", "sign in -"),
    ("select_account", "ana ben", "-",   "ana", "-", "is ana"),
    ("select_account", "ana ben", "-",   "ana", "0", "sign in ana"),
    ("select_account", "ana",     "-",   "other", "-", "sign in -"),
    // Consent is asked of the person who would be meant anyway.
    ("consent", "",        "-",   "-",   "-",   "sign in -"),
    ("consent", "ana",     "-",   "-",   "-",   "is ana"),
    ("consent", "ana ben", "-",   "-",   "-",   "which of ana ben"),
    ("consent", "ana",     "ben", "-",   "-",   "sign in ben"),
    ("consent", "ana",     "-",   "-",   "599", "sign in ana"),
];

#[test]
fn each_situation_has_its_answer() {
    for (prompt_word, signed_in, hint, progress_word, max_age, expected) in TABLE {
        let request = asked(prompt(prompt_word), hint, max_age);
        let found = told(&request, &progress(progress_word), &all(signed_in));
        assert_eq!(
            found, *expected,
            "prompt {prompt_word}, signed in {signed_in:?}, hint {hint}, progress {progress_word}, max_age {max_age}"
        );
    }
}

/// What names the session, in `sid` or in `login_hint`: everybody's is `sid of NAME`.
fn by_session(prompt: Prompt, name: &str, in_hint: bool) -> Request {
    let session = Some(format!("sid of {name}"));
    let (sid, login_hint) = if in_hint { (None, session) } else { (session, None) };
    Request { prompt, sid, login_hint, ..request("openid") }
}

#[test]
fn a_session_names_its_person() {
    let rows = [
        (Prompt::AsNeeded, "ana ben", "ben", "is ben"),
        (Prompt::AsNeeded, "ana ben!", "ben", "sign in"),
        (Prompt::None, "ana ben", "ben", "is ben"),
        // Nobody who is signed in stands in for somebody who is not.
        (Prompt::AsNeeded, "ana", "ben", "sign in"),
        (Prompt::AsNeeded, "ana cy", "ben", "sign in"),
        (Prompt::None, "ana", "ben", "login-required"),
        (Prompt::None, "ana ben~", "ben", "login-required"),
        // A session is no sign-in name.
        (Prompt::AsNeeded, "ana ben", "BEN", "sign in"),
    ];
    for (prompt, signed_in, name, expected) in rows {
        for in_hint in [false, true] {
            let found = told(&by_session(prompt, name, in_hint), &Progress::default(), &all(signed_in));
            assert!(found.starts_with(expected), "{prompt:?} {signed_in} {name} in the hint: {in_hint}: {found}");
        }
    }
}

#[test]
fn a_choice_names_how_many_could_be_meant() {
    let several = all("ana ben cy!");
    let refusal = who(&asked(Prompt::None, "-", "-"), &Progress::default(), &several, began_at(), NOW);
    assert_eq!(refusal.unwrap_err(), grantor_rules::Refusal::AccountChoiceRequired { candidates: 2 });
}

/// Every combination there is of the words of the table, against what must hold in each.
#[test]
fn no_combination_lets_the_wrong_person_through() {
    let people = ["", "ana", "ana*", "ana!", "ana~", "ana ben", "ana* ben!", "ana~ ben", "ana! ben*", "ana ben cy"];
    let mut persons = 0;
    for prompt in PROMPTS {
        for words in people {
            for hint in ["-", "ana", "ben", "dot"] {
                for progress_word in ["-", "other", "ana", "ben", "dot"] {
                    for max_age in ["-", "0", "599", "600"] {
                        let request = asked(prompt, hint, max_age);
                        let progress = progress(progress_word);
                        persons += usize::from(holds(&request, &progress, &all(words)));
                    }
                }
            }
        }
    }
    assert!(persons > 500, "only {persons} of the combinations meant a person");
}

/// Whether a person was meant; what must hold then is asserted.
fn holds(request: &Request, progress: &Progress, signed_in: &[SignedIn]) -> bool {
    let situation = format!("{:?} {:?} {progress:?} {signed_in:?}", request.prompt, request.login_hint);
    let one = match who(request, progress, signed_in, began_at(), NOW) {
        Ok(Who::Person(one)) => one,
        Ok(Who::Ask(question)) => {
            assert_ne!(request.prompt, Prompt::None, "asked although nothing may be: {situation}");
            if let Question::Account(ids) = question {
                assert!(!ids.is_empty(), "a choice of nothing: {situation}");
            }
            return false;
        }
        Err(_) => return false,
    };
    let proved_now = one.sign_in.authenticated_at >= began_at();
    assert!(one.user.account_enabled, "disabled: {situation}");
    assert!(one.sign_in.expires_at > NOW, "expired: {situation}");
    assert!(proved_now || request.prompt != Prompt::Login, "not proven again: {situation}");
    if let Some(max_age) = request.max_age {
        assert!(proved_now || NOW.since(one.sign_in.authenticated_at) <= max_age, "too long ago: {situation}");
    }
    match (request.prompt, progress.account) {
        (Prompt::None, _) => {}
        (_, Some(chosen)) => assert_eq!(one.user.id, chosen, "another person than chosen: {situation}"),
        (Prompt::Login | Prompt::SelectAccount, None) => panic!("nobody chose: {situation}"),
        (_, None) => assert!(!progress.other_account, "another account was wanted: {situation}"),
    }
    if progress.account.is_none() || request.prompt == Prompt::None {
        let named = one.user.user_principal_name.as_str();
        assert!(request.login_hint.as_deref().is_none_or(|hint| hint == named), "not who was hinted at: {situation}");
    }
    true
}
