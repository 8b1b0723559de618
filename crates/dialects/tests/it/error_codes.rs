//! `docs/errors.md`: every code that is sent, and those that are not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use grantor_dialects::entra::errors::{self, CREDENTIALS, Endpoint, Report};
use grantor_dialects::entra::meanings::{self, MEANINGS, Meaning, Place};
use grantor_dialects::rehearsed::{self, REHEARSALS, Rehearsal};
use grantor_dialects::{Dialect as _, entra_v1, oidc};
use grantor_rules::Refusal;

use crate::samples::decided;
use crate::snapshot;
use crate::world::{dialect, ids};

/// The numbers that the live service has for what cannot happen here, or says in another way, each group with why.
const NEVER: &[(&[u32], &str)] = &[(
    &[
        120_000, 120_001, 120_002, 120_003, 120_004, 120_005, 120_006, 120_007, 120_008, 120_009, 120_010, 120_011,
        120_012, 120_013, 120_014, 120_015, 120_016, 120_017, 120_018, 120_019, 120_020, 120_021,
    ],
    "No application changes anybody's password: an administrator does.",
)];

/// The numbers of section 18 of entra-dialect.md that are sent here; all others of that section stand in [`NEVER`].
const SENT: [u32; 97] = [
    16_000, 28_000, 28_002, 50_000, 50_001, 50_011, 50_012, 50_013, 50_020, 50_034, 50_048, 50_049, 50_050, 50_053,
    50_057, 50_058, 50_059, 50_105, 50_126, 50_132, 50_147, 501_491, 50_148, 501_481, 50_173, 50_194, 500_011, 500_014,
    500_112, 500_113, 500_131, 500_133, 501_051, 54_005, 65_001, 65_004, 650_057, 650_052, 70_000, 70_002, 70_003,
    70_005, 70_007, 70_008, 70_011, 70_016, 70_018, 70_020, 700_005, 700_016, 700_022, 700_023, 700_024, 700_025,
    700_027, 700_030, 700_054, 700_082, 700_084, 7_000_112, 7_000_215, 7_000_218, 7_000_222, 90_002, 900_023, 90_009,
    90_014, 900_144, 90_023, 9_002_313, 900_561, 90_094, 90_095, 900_971, 901_002, 9_001_023, 9_002_325, 9_002_326,
    9_002_327, 28_003, 50_128, 50_133, 65_002, 65_005, 650_056, 70_001, 70_019, 70_043, 7_000_114, 90_013, 90_019,
    90_027, 90_056, 90_072, 90_100, 90_121, 9_002_332,
];

/// What the faults report, which are no refusals: code, error, status.
fn faults() -> Vec<(u32, String, u16)> {
    let fault = |retry_after| {
        let reply = dialect().token_fault(retry_after, &ids());
        let code = reply.body["error_codes"][0].as_u64().and_then(|code| u32::try_from(code).ok());
        let error = reply.body["error"].as_str().unwrap_or_default().to_owned();
        (code.expect("a fault has a code"), error, reply.status)
    };
    vec![fault(None), fault(Some(5))]
}

/// How a refusal is reported at an endpoint, by both versions.
fn both(refusal: &Refusal, endpoint: Endpoint) -> [Report; 2] {
    [errors::of(refusal, endpoint), entra_v1::errors::of(refusal, endpoint)]
}

/// What is said with each code where it appears: at the authorization endpoint (with whether it stays on a page), at the token
/// endpoint with the status, in discovery.
#[derive(Default)]
struct Said {
    on_a_page: BTreeSet<&'static str>,
    in_an_answer: BTreeSet<&'static str>,
    at_token: BTreeSet<(String, u16, Option<&'static str>)>,
    in_discovery: BTreeSet<(&'static str, u16)>,
}

fn said() -> BTreeMap<u32, Said> {
    let mut all: BTreeMap<u32, Said> = BTreeMap::new();
    for refusal in decided().into_iter().filter(|refusal| !is_about_a_call(refusal)) {
        for report in both(&refusal, Endpoint::Authorize) {
            let said = all.entry(report.code).or_default();
            let place = if report.page { &mut said.on_a_page } else { &mut said.in_an_answer };
            place.insert(report.error);
        }
        for report in both(&refusal, Endpoint::Token) {
            for code in report.under.into_iter().chain([report.code]) {
                let said = (report.error.to_owned(), report.status, report.suberror);
                all.entry(code).or_default().at_token.insert(said);
            }
        }
        for report in both(&refusal, Endpoint::Discovery) {
            all.entry(report.code).or_default().in_discovery.insert((report.error, report.status));
        }
    }
    for (code, error, status) in faults() {
        all.entry(code).or_default().at_token.insert((error, status, None));
    }
    all
}

/// The directory API and userinfo say these, in a shape that has no such numbers.
const fn is_about_a_call(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::TokenMissing | Refusal::TokenInvalid { .. } | Refusal::ScopeInsufficient { .. })
}

/// Pages show these, too, whatever their reports say of the authorization endpoint: what is found before it is known where an
/// answer could go.
const ALSO_ON_PAGES: [u32; 4] = [900_144, 90_014, 9_002_313, 90_100];

#[test]
fn each_code_appears_where_its_meaning_says() {
    let said = said();
    for Meaning { code, at, .. } in MEANINGS {
        let said = said.get(code).unwrap_or_else(|| panic!("nothing reports {code}"));
        assert!(!at.is_empty(), "{code}");
        for place in *at {
            let is_said = match place {
                Place::Page => !said.on_a_page.is_empty() || ALSO_ON_PAGES.contains(code),
                Place::Answer => !said.in_an_answer.is_empty(),
                Place::Token => !said.at_token.is_empty(),
                Place::Discovery => !said.in_discovery.is_empty(),
            };
            assert!(is_said, "{code} is said not to appear at {place:?}");
        }
        let never_leaves_a_page = said.in_an_answer.is_empty();
        assert!(!(never_leaves_a_page && at.contains(&Place::Answer)), "{code}");
    }
}

#[test]
fn each_code_that_is_reported_has_one_meaning() {
    let with_meaning: BTreeSet<u32> = MEANINGS.iter().map(|meaning| meaning.code).collect();
    assert_eq!(with_meaning.len(), MEANINGS.len());
    let reported: BTreeSet<u32> = said().into_keys().collect();
    let without: Vec<_> = reported.difference(&with_meaning).collect();
    let unused: Vec<_> = with_meaning.difference(&reported).collect();
    assert!(without.is_empty() && unused.is_empty(), "without a meaning: {without:?}; never reported: {unused:?}");
    assert!(MEANINGS.is_sorted_by_key(|meaning| meaning.code.to_string()), "the table is in the order of the digits");
    assert!(with_meaning.contains(&CREDENTIALS));
}

#[test]
fn each_code_of_the_sheet_is_sent_or_it_is_said_why_not() {
    let sent: BTreeSet<u32> = SENT.into();
    let never: Vec<u32> = NEVER.iter().flat_map(|(codes, _)| *codes).copied().collect();
    assert_eq!(never.iter().collect::<BTreeSet<_>>().len(), never.len(), "each once");
    for code in never {
        assert!(!sent.contains(&code) && meanings::of(code).is_none(), "{code} is sent");
        assert!(rehearsed::find(code).is_none(), "{code} is rehearsed");
    }
    for one in REHEARSALS {
        assert!(!sent.contains(&one.code) && meanings::of(one.code).is_none(), "{} comes about by itself", one.code);
    }
    for code in sent {
        assert!(meanings::of(code).is_some(), "{code} is not sent");
    }
}

/// `docs/errors.md` is made from the code, so it cannot say anything else.
#[test]
fn the_documentation_lists_every_code() {
    let mut page = String::from(
        "# Error codes of the Microsoft dialects\n\n\
         Each code that is sent: the OAuth error and the status that come with it at the token endpoint (and at the one for\n\
         device codes), or what the authorization answer says; where it appears; what triggers it; how to mend it. A page has no\n\
         OAuth error: a person reads it. By reason instead of by code: [`refusals.md`](refusals.md). The same words stand at\n\
         `/error?code=…`, where `error_uri` leads.\n\n\
         | code | OAuth error | status | where | trigger | how to mend it |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    let said = said();
    for meaning in MEANINGS {
        let (errors, statuses) = words(meaning, &said[&meaning.code]);
        let places: Vec<&str> = meaning.at.iter().map(|place| place.as_str()).collect();
        let _ = writeln!(
            page,
            "| {} | {errors} | {statuses} | {} | {} | {} |",
            meaning.code,
            places.join(", "),
            meaning.what,
            meaning.mend
        );
    }
    page.push_str(
        "\n## Codes that can be rehearsed\n\n\
         These belong to what Grantor does not have: a second factor, policies about devices and places, federation. It never\n\
         decides so by itself. Under `--dev`, an application can be tried against them: `POST /dev/refusals` with\n\
         `{\"code\": 50076}` makes the next request to be refused with that, in the shape that clients read; `client_id`, `at`\n\
         (`authorize`, `token`) and `times` say whose, where and how often. `GET` shows what waits, `DELETE` forgets it.\n\n\
         In the standard's dialect there are no numbers: the error is the word that its documents have for such a refusal, first at\n\
         the token endpoint, then in an authorization answer.\n\n\
         | code | at the token endpoint | `claims` | in an authorization answer | in the standard's dialect | what it means | what then |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for one in REHEARSALS {
        let refusal = Refusal::Rehearsed { code: one.code };
        let [token, _] = both(&refusal, Endpoint::Token);
        let [answer, _] = both(&refusal, Endpoint::Authorize);
        let token_word = match token.suberror {
            Some(word) => format!("`{}` (`{word}`)", token.error),
            None => format!("`{}`", token.error),
        };
        let claims = if token.claims.is_some() { "yes" } else { "–" };
        let Rehearsal { code, what, then, .. } = one;
        let standard = |at| oidc::errors::of(&refusal, at).error;
        let (at_token, in_answer) =
            (standard(oidc::errors::Endpoint::Token), standard(oidc::errors::Endpoint::Authorize));
        let standard = format!("`{at_token}`, `{in_answer}`");
        let answer = answer.error;
        let _ = writeln!(page, "| {code} | {token_word} | {claims} | `{answer}` | {standard} | {what} | {then} |");
    }
    page.push_str(
        "\n## Codes that are never sent\n\n\
         The live service has more, which clients and their documentation name. These are not sent here:\n\n",
    );
    for (codes, why) in NEVER {
        let codes: Vec<String> = codes.iter().map(u32::to_string).collect();
        let shown = match codes.as_slice() {
            [first, .., last] if codes.len() > 8 => format!("{first}–{last}"),
            all => all.join(", "),
        };
        let _ = writeln!(page, "- {shown}: {why}");
    }
    snapshot::assert_same("../../../../docs/errors.md", &page);
}

/// The OAuth errors and the statuses of a code, as far as an application sees them.
fn words(meaning: &Meaning, said: &Said) -> (String, String) {
    let mut errors: Vec<String> = Vec::new();
    let mut statuses: BTreeSet<u16> = BTreeSet::new();
    let mut add = |error: String| {
        if !errors.contains(&error) {
            errors.push(error);
        }
    };
    if meaning.at.contains(&Place::Token) {
        for (error, status, suberror) in &said.at_token {
            add(suberror.map_or_else(|| format!("`{error}`"), |word| format!("`{error}` (`{word}`)")));
            statuses.insert(*status);
        }
    }
    if meaning.at.contains(&Place::Answer) {
        said.in_an_answer.iter().for_each(|error| add(format!("`{error}`")));
    }
    if meaning.at.contains(&Place::Discovery) {
        for (error, status) in &said.in_discovery {
            add(format!("`{error}`"));
            statuses.insert(*status);
        }
    }
    let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
    let or_dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    (or_dash(errors.join(", ")), or_dash(statuses.join(", ")))
}
