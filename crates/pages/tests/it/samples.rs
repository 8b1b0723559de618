//! Every page, filled. The tests and the gallery share them: a new page belongs here.

use grantor_pages::{
    Account, AccountPicker, Brand, Busy, Compare, Consent, Fault, FormPost, Hidden, NativeClient, NotFound, Permission,
    Person, Refused, SignIn, SignInError, words,
};

/// Says each string that a page is given: as it is, longer, or hostile.
pub type Say<'a> = &'a mut dyn FnMut(&str) -> String;

/// All pages with a name for each.
pub fn pages(say: Say<'_>) -> Vec<(&'static str, String)> {
    vec![
        ("account-picker", account_picker(say).render()),
        ("sign-in", sign_in(say).render()),
        ("sign-in-plain", sign_in_plain(say).render()),
        ("sign-in-again", sign_in_again(say).render()),
        ("consent", consent(say).render()),
        ("consent-administrator", consent_for_everyone(say).render()),
        ("refused", refused(say).render()),
        ("refused-bare", refused_bare(say).render()),
        ("refused-none-registered", refused_none_registered(say).render()),
        ("form-post", form_post(say).render()),
        ("native-client", NativeClient {}.render()),
        ("not-found", NotFound { path: say("/contoso.example/oauth2/v2.0/authorise") }.render()),
        ("busy", Busy { trace_id: say("01JD3W6X9N") }.render()),
        ("fault", Fault { trace_id: say("01JD3W6X9N") }.render()),
    ]
}

fn brand(say: Say<'_>) -> Brand {
    Brand { tenant_name: say("Contoso") }
}

fn hidden(say: Say<'_>) -> Hidden {
    Hidden { csrf: say("kZ2mN8vQ") }
}

fn account_picker(say: Say<'_>) -> AccountPicker {
    AccountPicker {
        brand: brand(say),
        application_name: say("Native App"),
        accounts: vec![
            account(say, "Chris Green", "ChrisG@contoso.example"),
            account(say, "Ana", "ana@contoso.example"),
        ],
        action: say("/sign-in/pick"),
        hidden: hidden(say),
    }
}

fn account(say: Say<'_>, display_name: &str, username: &str) -> Account {
    Account { user_id: say(&display_name[..3]), display_name: say(display_name), username: say(username) }
}

fn sign_in(say: Say<'_>) -> SignIn {
    SignIn { application_name: Some(say("Native App")), ..sign_in_plain(say) }
}

fn sign_in_plain(say: Say<'_>) -> SignIn {
    SignIn {
        brand: brand(say),
        application_name: None,
        username: String::new(),
        error: None,
        action: say("/sign-in"),
        hidden: hidden(say),
        switch_account: false,
    }
}

fn sign_in_again(say: Say<'_>) -> SignIn {
    SignIn {
        username: say("ChrisG@contoso.example"),
        error: Some(SignInError::Mismatch),
        switch_account: true,
        ..sign_in(say)
    }
}

/// The sign-in page after an attempt that did not succeed.
pub fn sign_in_with(error: SignInError) -> SignIn {
    SignIn { error: Some(error), ..sign_in(&mut str::to_owned) }
}

fn consent(say: Say<'_>) -> Consent {
    Consent { publisher: say("Contoso"), ..consent_of_nobody(say) }
}

/// The consent page of an app without a publisher.
fn consent_of_nobody(say: Say<'_>) -> Consent {
    Consent {
        brand: brand(say),
        application_name: say("Native App"),
        publisher: String::new(),
        publisher_is_this_tenant: true,
        permissions: vec![
            Permission {
                words: say("See your colors"),
                technical: say("Colors API · Colors.Read"),
                description: None,
                administrators_only: false,
            },
            Permission {
                words: say("See your basic profile"),
                technical: say("Directory · User.Read"),
                description: Some(say("Your name, your user name and your picture.")),
                administrators_only: false,
            },
            Permission {
                words: say("Keep this access when you are away"),
                technical: say("offline_access"),
                description: Some(say("Until you withdraw it.")),
                administrators_only: false,
            },
        ],
        person: Person { display_name: say("Chris Green"), username: say("ChrisG@contoso.example") },
        organization_choice: false,
        action: say("/consent"),
        hidden: hidden(say),
    }
}

fn consent_for_everyone(say: Say<'_>) -> Consent {
    let mut page = Consent { publisher_is_this_tenant: false, organization_choice: true, ..consent_of_nobody(say) };
    page.permissions.push(Permission {
        words: say("See everyone in the directory"),
        technical: say("Directory · Directory.Read.All"),
        description: None,
        administrators_only: true,
    });
    page
}

fn refused(say: Say<'_>) -> Refused {
    Refused {
        brand: Some(brand(say)),
        compare: Some(Compare {
            asked: say("https://app.contoso.example/callback/"),
            registered: vec![say("https://app.contoso.example/callback"), say("http://localhost (any port)")],
        }),
        how_to_mend: Some(say("If you look after this app: add the address, or send one of those registered.")),
        ..refused_bare(say)
    }
}

fn refused_bare(say: Say<'_>) -> Refused {
    Refused {
        brand: None,
        heading: say(words::REFUSED_HEADING),
        sentence: say("Native App asked for the answer to be sent to an address that is not registered for it."),
        compare: None,
        how_to_mend: None,
        code: say("AADSTS50011"),
        trace_id: say("01JD3W6X9N"),
        timestamp: say("2030-05-14 09:26:03Z"),
    }
}

fn refused_none_registered(say: Say<'_>) -> Refused {
    let asked = say("http://localhost:8400/callback");
    Refused { brand: Some(brand(say)), compare: Some(Compare { asked, registered: Vec::new() }), ..refused_bare(say) }
}

fn form_post(say: Say<'_>) -> FormPost {
    FormPost {
        action_url: say("https://app.contoso.example/callback"),
        fields: vec![(say("code"), say("0.AXoA")), (say("state"), say("af0ifjsldkj"))],
        application_name: say("Native App"),
    }
}
