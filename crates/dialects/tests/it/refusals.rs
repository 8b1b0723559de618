//! How each refusal is reported.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use grantor_dialects::Dialect as _;
use grantor_dialects::entra::errors::{self, Endpoint, Report};
use grantor_dialects::entra::meanings;
use grantor_dialects::{entra_v1, graph, wording};
use grantor_protocol::dpop::Scheme;
use grantor_rules::Refusal;
use grantor_rules::refusal::TokenFault;

use crate::samples::{decided, refusals, refusals_about};
use crate::snapshot;
use crate::world::{dialect, ids, public, tenant, v1, versions};

fn line(place: &str, report: Report) -> String {
    let suberror = report.suberror.map(|word| format!(" suberror={word}")).unwrap_or_default();
    let under = report.under.map(|wider| format!("{wider}, ")).unwrap_or_default();
    format!("  {place:<9} {under}{} {}{suberror}", report.code, report.error)
}

/// Both versions at every endpoint.
fn reports(refusal: &Refusal) -> Vec<Report> {
    let endpoints = [Endpoint::Authorize, Endpoint::Token, Endpoint::Discovery];
    let both = |endpoint| [errors::of(refusal, endpoint), entra_v1::errors::of(refusal, endpoint)];
    endpoints.into_iter().flat_map(both).collect()
}

/// Each refusal with its report at both endpoints, and what a stranger reads.
#[test]
fn each_refusal_is_reported_as_the_table_says() {
    let mut table = String::from(
        "Every refusal: at the authorization endpoint (sent back, or shown on a page alone), at the token endpoint with its\n\
         status, and in words; with what v1.0 says otherwise. Checked by hand against sections 1.5, 6.2, 8, 9 and 18 of\n\
         entra-dialect.md.\n\n",
    );
    for refusal in decided() {
        let (authorize, token) = (errors::of(&refusal, Endpoint::Authorize), errors::of(&refusal, Endpoint::Token));
        let shown = if dialect().stays_on_a_page(&refusal) { "page" } else { "back" };
        let _ = writeln!(table, "{}", refusal.reason());
        let _ = writeln!(table, "{} {shown}", line("authorize", authorize));
        let _ = writeln!(table, "{} {}", line("token", token), token.status);
        for (place, endpoint) in [("v1 auth.", Endpoint::Authorize), ("v1 token", Endpoint::Token)] {
            let (first, second) = (entra_v1::errors::of(&refusal, endpoint), errors::of(&refusal, endpoint));
            if first != second {
                let _ = writeln!(table, "{} {}", line(place, first), first.status);
            }
        }
        let discovery = errors::of(&refusal, Endpoint::Discovery);
        if (discovery.code, discovery.error) != (token.code, token.error) && discovery != authorize {
            let _ = writeln!(table, "{} {}", line("discovery", discovery), discovery.status);
        }
        let _ = writeln!(table, "  {}\n", wording::sentence(&refusal));
    }
    snapshot::assert_same("entra_refusals.txt", &table);
}

/// v1.0 has two numbers for what is wrong with credentials, and both stand in the text and in the list.
#[test]
fn version_1_says_what_was_proven_and_then_why_not() {
    let mut paired = 0;
    for refusal in refusals() {
        let report = entra_v1::errors::of(&refusal, Endpoint::Token);
        let reply = v1().token_refusal(&refusal, &ids());
        let described = reply.body["error_description"].as_str().unwrap();
        match report.under {
            None => assert_eq!(reply.body["error_codes"], serde_json::json!([report.code])),
            Some(wider) => {
                paired += 1;
                assert_eq!(reply.body["error_codes"], serde_json::json!([wider, report.code]));
                assert!(described.starts_with("AADSTS70002: "), "{described}");
                assert!(described.contains(&format!(" AADSTS{}: ", report.code)), "{described}");
                assert!(["invalid_client", "invalid_grant"].contains(&report.error), "{}", refusal.reason());
            }
        }
        assert_eq!(entra_v1::errors::of(&refusal, Endpoint::Authorize).under, None, "{}", refusal.reason());
        assert_eq!((reply.status, &reply.body["error"]), (report.status, &report.error.into()));
    }
    assert!(paired > 20, "{paired}");
}

#[test]
fn version_1_has_its_own_numbers_for_a_missing_parameter_and_an_unknown_api() {
    for (refusal, expected) in [
        (Refusal::ParameterMissing { name: "resource" }, 90_014),
        (Refusal::ApiUnknown { asked: "x".into() }, 50_001),
        (Refusal::ParameterRepeated { name: "resource".into() }, 9_002_313),
    ] {
        assert_eq!(v1().token_refusal(&refusal, &ids()).body["error_codes"], serde_json::json!([expected]));
        assert_eq!(v1().code_on_page(&refusal), format!("AADSTS{expected}"));
    }
}

/// No browser is sent to an application that somebody switched off, or with what only its person may read.
#[test]
fn what_is_for_the_person_s_eyes_stays_on_a_page_in_both_versions() {
    for dialect in versions() {
        for refusal in refusals() {
            let stays = dialect.stays_on_a_page(&refusal);
            assert_eq!(stays, errors::of(&refusal, Endpoint::Authorize).page, "{}", refusal.reason());
            let must = matches!(
                refusal,
                Refusal::TenantUnknown { .. }
                    | Refusal::ClientUnknown { .. }
                    | Refusal::ClientDisabled { .. }
                    | Refusal::ClientDisabledHere { .. }
                    | Refusal::RedirectNotRegistered { .. }
                    | Refusal::NoRedirectRegistered
                    | Refusal::UserOfAnotherTenant { .. }
                    | Refusal::NotAssigned { .. }
                    | Refusal::AdministratorMustConsent { .. }
                    | Refusal::ApiNotInTenant { .. }
            );
            assert!(stays || !must, "{}", refusal.reason());
        }
    }
}

#[test]
fn the_body_says_what_the_report_says() {
    for refusal in refusals() {
        let report = errors::of(&refusal, Endpoint::Token);
        let reply = dialect().token_refusal(&refusal, &ids());
        assert_eq!(reply.status, report.status);
        assert_eq!(reply.body["error"], report.error);
        assert_eq!(reply.body["error_codes"], serde_json::json!([report.code]));
        assert_eq!(reply.body.get("suberror").and_then(|word| word.as_str()), report.suberror);
        let description = reply.body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{}: ", report.code)), "{description}");
        assert_eq!(
            dialect().code_on_page(&refusal),
            format!("AADSTS{}", errors::of(&refusal, Endpoint::Authorize).code)
        );
        let back = dialect().authorize_refusal(&refusal, tenant(), &ids());
        let at_authorize = errors::of(&refusal, Endpoint::Authorize);
        assert!(back.contains(&("error", at_authorize.error.to_owned())));
        let uri = format!("https://localhost:8443/error?code={}", at_authorize.code);
        assert!(back.contains(&("error_uri", uri)), "{back:?}");
    }
}

/// MSAL for Python keeps an answer of status 400 for a minute and replays it: a mended secret must work at once.
#[test]
fn a_failed_proof_of_the_application_is_never_kept() {
    for refusal in refusals() {
        for report in reports(&refusal) {
            assert_eq!(report.error == "invalid_client", report.status == 401 && report.error != "invalid_token");
        }
    }
}

/// These words make MSAL for JavaScript ask for interaction; `bad_token` also makes it drop the refresh token.
#[test]
fn interaction_is_called_for_exactly_where_it_helps() {
    const WORDS: [&str; 6] = [
        "interaction_required",
        "consent_required",
        "login_required",
        "bad_token",
        "ui_not_allowed",
        "interrupted_user",
    ];
    for refusal in decided() {
        let report = errors::of(&refusal, Endpoint::Token);
        let calls = WORDS.contains(&report.error) || report.suberror.is_some_and(|word| WORDS.contains(&word));
        let helps = matches!(
            refusal,
            Refusal::LoginRequired
                | Refusal::AccountChoiceRequired { .. }
                | Refusal::ConsentRequired { .. }
                | Refusal::RefreshTokenExpired
                | Refusal::RefreshTokenEnded
                | Refusal::RefreshTokenReused
                | Refusal::RefreshTokenRevoked { .. }
                | Refusal::RefreshTokenOutlived
                | Refusal::SessionsEnded
                | Refusal::SignInTooOld
        );
        assert_eq!(calls, helps, "{}", refusal.reason());
        // The library looks for them anywhere in the description, too.
        for report in reports(&refusal) {
            let described = errors::description(&refusal, report, &ids());
            assert!(!WORDS.iter().any(|word| described.contains(word)), "{described}");
        }
    }
}

#[test]
fn each_reason_has_a_sentence_of_its_own() {
    let mut reasons: BTreeMap<String, &str> = BTreeMap::new();
    for refusal in refusals() {
        let sentence = wording::sentence(&refusal);
        assert!(sentence.ends_with('.') && sentence.len() > 15, "{sentence}");
        assert!(!sentence.contains(['<', '>', '\r', '\n', '\u{0}']), "{sentence}");
        if let Some(other) = reasons.insert(sentence.clone(), refusal.reason()) {
            assert_eq!(other, refusal.reason(), "two reasons share a sentence: {sentence}");
        }
        if let Some(words) = wording::how_to_mend(&refusal) {
            assert!(words.ends_with('.') && !words.contains(['<', '>', '\r', '\n']), "{words}");
        }
    }
}

/// What is registered for an application, who may call what: nothing that a stranger did not say already.
#[test]
fn a_sentence_tells_a_stranger_nothing() {
    let secret = "https://registered.example/";
    for refusal in refusals() {
        let told = format!("{} {}", wording::sentence(&refusal), dialect().token_refusal(&refusal, &ids()).body);
        assert!(!told.contains(secret) && !told.contains("Colors.Read"), "{told}");
    }
}

#[test]
fn what_a_stranger_sent_brings_neither_markup_nor_lines_into_a_description() {
    let hostile = "<script>\"\\\r\nTrace ID: forged\u{7}\u{1b}[31m\u{85}";
    let long = "x".repeat(5000);
    for refusal in refusals_about(hostile).into_iter().chain(refusals_about(&long)) {
        for report in reports(&refusal) {
            let described = errors::description(&refusal, report, &ids());
            let lines: Vec<&str> = described.split("\r\n").collect();
            assert_eq!(lines.len(), 4, "{described:?}");
            assert_eq!(lines[1], "Trace ID: 11111111-1111-4111-8111-111111111111");
            assert_eq!(lines[2], "Correlation ID: 22222222-2222-4222-8222-222222222222");
            assert_eq!(lines[3], "Timestamp: 2024-05-01 10:12:12Z");
            assert!(!lines[0].contains(['<', '>', '"', '\\']) && !lines[0].contains(char::is_control), "{described:?}");
            assert!(lines[0].len() < 500, "{described:?}");
        }
    }
}

#[test]
fn what_a_stranger_sent_stays_inside_its_quotes_in_a_challenge() {
    for refusal in refusals_about("\", realm=\"forged\\\r\nset-cookie: x=1\u{e9}") {
        for scheme in [Scheme::Bearer, Scheme::Dpop] {
            let said = graph::errors::refusal(&public(), &refusal, scheme, &ids()).headers;
            let of_key = matches!(refusal, Refusal::TokenInvalid { why: TokenFault::Bound });
            for (name, value) in said {
                assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value:?}");
                // realm, authorization_uri, client_id, and error and error_description where there is a token; by a key, these
                // two and algs.
                let quotes = match refusal {
                    Refusal::TokenMissing => 6,
                    _ if scheme == Scheme::Dpop || of_key => 6,
                    _ => 10,
                };
                assert_eq!(value.matches('"').count(), quotes, "{name}: {value}");
            }
        }
    }
}

/// `docs/refusals.md` is made from the code, so it cannot say anything else.
#[test]
fn the_documentation_lists_every_refusal() {
    let mut page = String::from(
        "# Every no, and how to mend it\n\n\
         For each reason: the code that apps see in the Microsoft dialects, the OAuth error at the authorization and at the token\n\
         endpoint, and the sentence that people read (with an example's facts). v2.0's; what v1.0 says otherwise, and every code with\n\
         its trigger, stands in [`errors.md`](errors.md). The reason's name and the sentence's fixed words are promises. A page shows the same sentence under the heading \"This sign-in cannot go on\".\n\n\
         | reason | code | authorize | token | sentence | how to mend it |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for refusal in decided() {
        let (authorize, token) = (errors::of(&refusal, Endpoint::Authorize), errors::of(&refusal, Endpoint::Token));
        let meaning = meanings::of(token.code).unwrap_or_else(|| panic!("AADSTS{} has no meaning", token.code));
        assert!(meanings::of(authorize.code).is_some(), "AADSTS{} has no meaning", authorize.code);
        let shown = if authorize.page { "a page".to_owned() } else { format!("`{}`", authorize.error) };
        let suberror = token.suberror.map(|word| format!(", `{word}`")).unwrap_or_default();
        let _ = writeln!(
            page,
            "| `{}` | {} | {shown} | {} `{}`{suberror} | {} | {} |",
            refusal.reason(),
            token.code,
            token.status,
            token.error,
            wording::sentence(&refusal).replace('|', "\\|"),
            meaning.mend
        );
    }
    snapshot::assert_same("../../../../docs/refusals.md", &page);
}
