//! Every page, filled. The tests and the gallery share them: a new page belongs here.

use grantor_pages::{
    Account, AccountPage, AccountPicker, AllowedApi, AllowedApp, Application, Brand, Busy, Compare, Consent,
    ConsentRequest, ConsentRequests, ConsentRequestsDone, ContinueTo, Detail, DeviceCodeEntry, DeviceCodeError,
    DeviceConfirm, DeviceDeclined, DeviceDone, Elsewhere, ElsewhereDone, Facts, Fault, FormPost, Hidden, NativeClient,
    NeedsAdministrator, NeedsAdministratorReason, NotFound, Permission, Person, Refused, RequestSent, Risk, SignIn,
    SignInError, SignOutConfirm, SignOutFrame, SignOutPick, SignedOut, WaitingApp, WithdrawConfirm, words,
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
        ("sign-in-common", sign_in_common(say).render()),
        ("consent", consent(say).render()),
        ("consent-details", consent_with_details(say).render()),
        ("consent-administrator", consent_of_administrator(say).render()),
        ("consent-for-everyone", consent_for_everyone(say).render()),
        ("consent-elsewhere", consent_elsewhere(say).render()),
        ("elsewhere-approved", elsewhere_done(true, say).render()),
        ("elsewhere-denied", elsewhere_done(false, say).render()),
        ("needs-administrator", needs_administrator(true, say).render()),
        ("needs-administrator-elsewhere", needs_administrator(false, say).render()),
        ("request-sent", request_sent(say).render()),
        ("device-code", device_code(say).render()),
        ("device-code-given", device_code_given(say).render()),
        ("device-code-again", device_code_with(DeviceCodeError::Unknown, say).render()),
        ("device-confirm", device_confirm(say).render()),
        ("device-confirm-outside", device_confirm_from_outside(say).render()),
        ("device-done", DeviceDone { brand: Some(brand(say)), application_name: say("Native App") }.render()),
        ("device-declined", DeviceDeclined { brand: None, application_name: say("Native App") }.render()),
        ("sign-out-pick", sign_out_pick(say).render()),
        ("sign-out-confirm", sign_out_confirm(say).render()),
        ("sign-out-confirm-plain", sign_out_confirm_plain(say).render()),
        ("signed-out", signed_out(say).render()),
        ("signed-out-plain", SignedOut { brand: None, frames: Vec::new(), continue_to: None }.render()),
        ("account", account_page(say).render()),
        ("account-empty", account_page_empty(say).render()),
        ("withdraw", withdraw(say).render()),
        ("withdraw-for-everyone", withdraw_for_everyone(say).render()),
        ("consent-requests", consent_requests(say).render()),
        ("consent-requests-empty", consent_requests_empty(say).render()),
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
        brand: Some(brand(say)),
        application: application_to_sign_in_to(say),
        accounts: vec![
            account(say, "Chris Green", "ChrisG@contoso.example"),
            account(say, "Ana", "ana@contoso.example"),
        ],
        action: say("/sign-in/pick"),
        hidden: hidden(say),
        may_deny: true,
    }
}

fn account(say: Say<'_>, display_name: &str, username: &str) -> Account {
    Account { user_id: say(&display_name[..3]), display_name: say(display_name), username: say(username) }
}

fn sign_in(say: Say<'_>) -> SignIn {
    SignIn { application: Some(application_to_sign_in_to(say)), may_deny: true, ..sign_in_plain(say) }
}

fn sign_in_plain(say: Say<'_>) -> SignIn {
    SignIn { brand: Some(brand(say)), ..sign_in_anywhere(say) }
}

/// The sign-in page where no tenant is known yet, and an app asks.
fn sign_in_common(say: Say<'_>) -> SignIn {
    SignIn { application: Some(application_of_nobody(say)), may_deny: true, ..sign_in_anywhere(say) }
}

fn sign_in_anywhere(say: Say<'_>) -> SignIn {
    SignIn {
        brand: None,
        application: None,
        username: String::new(),
        error: None,
        action: say("/sign-in"),
        hidden: hidden(say),
        switch_account: false,
        may_deny: false,
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

fn application(say: Say<'_>) -> Application {
    Application { publisher: say("Contoso"), ..application_of_nobody(say) }
}

/// An app without a publisher.
fn application_of_nobody(say: Say<'_>) -> Application {
    Application {
        name: say("Native App"),
        logo: None,
        publisher: String::new(),
        publisher_tenant_domain: None,
        publisher_is_this_tenant: true,
        privacy_uri: None,
        terms_uri: None,
    }
}

/// An app of another tenant, with all that it may say about itself.
fn application_from_outside(say: Say<'_>) -> Application {
    Application {
        name: say("Expense Reports"),
        logo: Some(format!("/logo/fabrikam/{}", say("ZXhwZW5zZXM"))),
        publisher: say("Fabrikam"),
        publisher_tenant_domain: Some(say("fabrikam.example")),
        publisher_is_this_tenant: false,
        privacy_uri: Some(format!("https://fabrikam.example/{}", say("privacy"))),
        terms_uri: Some(format!("https://fabrikam.example/{}", say("terms"))),
    }
}

/// The same as far as those are told who have not signed in yet.
fn application_to_sign_in_to(say: Say<'_>) -> Application {
    Application {
        name: say("Expense Reports"),
        logo: Some(format!("/logo/fabrikam/{}", say("ZXhwZW5zZXM"))),
        publisher: String::new(),
        publisher_tenant_domain: None,
        publisher_is_this_tenant: false,
        privacy_uri: Some(format!("https://fabrikam.example/{}", say("privacy"))),
        terms_uri: Some(format!("https://fabrikam.example/{}", say("terms"))),
    }
}

fn permission(say: Say<'_>, words: &str, technical: &str, risk: Risk) -> Permission {
    Permission {
        words: say(words),
        technical: say(technical),
        description: None,
        risk,
        administrators_only: false,
        as_application: false,
    }
}

fn read_the_directory(say: Say<'_>) -> Permission {
    Permission {
        administrators_only: true,
        ..permission(say, "See everyone in the directory", "Directory · Directory.Read.All", Risk::High)
    }
}

fn permissions(say: Say<'_>) -> Vec<Permission> {
    vec![
        permission(say, "See your colors", "Colors API · Colors.Read", Risk::Low),
        Permission {
            description: Some(say("Your name, your user name and your picture.")),
            ..permission(say, "See your basic profile", "Directory · User.Read", Risk::Low)
        },
        Permission {
            description: Some(say("Until you withdraw it.")),
            ..permission(say, "Keep this access when you are away", "offline_access", Risk::Medium)
        },
    ]
}

fn person(say: Say<'_>) -> Person {
    Person { display_name: say("Chris Green"), username: say("ChrisG@contoso.example") }
}

fn consent(say: Say<'_>) -> Consent {
    consent_of(application(say), say)
}

fn consent_of(application: Application, say: Say<'_>) -> Consent {
    Consent {
        brand: brand(say),
        application,
        permissions: permissions(say),
        details: Vec::new(),
        person: person(say),
        for_everyone: false,
        organization_choice: false,
        elsewhere: None,
        action: say("/consent"),
        hidden: hidden(say),
    }
}

/// The consent page where an app asks for something in detail.
pub fn consent_with_details(say: Say<'_>) -> Consent {
    let mut detail = |heading: &str, rows: &[(&str, &str)]| Detail {
        heading: say(heading),
        api: say("Bank API"),
        rows: rows.iter().map(|(label, value)| (say(label), say(value))).collect(),
    };
    let payment = [("Amount", "currency: EUR; value: 123.50"), ("To", "Merchant A"), ("Reference", "Invoice 2030-17")];
    let accounts = [("Actions", "list_accounts, read_balances"), ("Where", "https://bank.example/accounts")];
    let details = vec![detail("Make a payment", &payment), detail("Read accounts", &accounts)];
    Consent { details, ..consent(say) }
}

fn consent_of_administrator(say: Say<'_>) -> Consent {
    let application = Application {
        publisher_is_this_tenant: false,
        publisher_tenant_domain: Some(say("fabrikam.example")),
        ..application_of_nobody(say)
    };
    let mut page = Consent { organization_choice: true, ..consent_of(application, say) };
    page.permissions.push(read_the_directory(say));
    page
}

/// The consent page where an app asks for the whole tenant at once.
pub fn consent_for_everyone(say: Say<'_>) -> Consent {
    let application = application_from_outside(say);
    let mut page = Consent { for_everyone: true, organization_choice: true, ..consent_of(application, say) };
    page.permissions.push(read_the_directory(say));
    page.permissions.push(Permission {
        as_application: true,
        ..permission(say, "Change everyone's expense reports", "Expenses API · Expenses.ReadWrite.All", Risk::High)
    });
    page
}

/// The page for what only an administrator may allow.
pub fn needs_administrator(can_ask: bool, say: Say<'_>) -> NeedsAdministrator {
    NeedsAdministrator {
        brand: brand(say),
        application: if can_ask { application_from_outside(say) } else { application(say) },
        why: NeedsAdministratorReason::Permissions,
        permissions: vec![read_the_directory(say)],
        person: person(say),
        can_ask,
        code: say("AADSTS90094"),
        trace_id: say("01JD3W6X9N"),
        timestamp: say("2030-05-14 09:26:03Z"),
        action: say("/consent"),
        hidden: hidden(say),
    }
}

fn request_sent(say: Say<'_>) -> RequestSent {
    RequestSent {
        brand: brand(say),
        application_name: say("Expense Reports"),
        action: say("/consent"),
        hidden: hidden(say),
    }
}

fn device_code(say: Say<'_>) -> DeviceCodeEntry {
    DeviceCodeEntry {
        brand: None,
        user_code: String::new(),
        error: None,
        facts: None,
        action: say("/device"),
        hidden: hidden(say),
    }
}

fn device_code_given(say: Say<'_>) -> DeviceCodeEntry {
    DeviceCodeEntry { brand: Some(brand(say)), user_code: say("BCDF-GHJK"), ..device_code(say) }
}

/// The form for a device's code after one that did not do.
pub fn device_code_with(error: DeviceCodeError, say: Say<'_>) -> DeviceCodeEntry {
    let facts = Facts { code: say("AADSTS90119"), trace_id: say("01JD3W6X9N"), timestamp: say("2030-05-14 09:26:03Z") };
    DeviceCodeEntry { error: Some(error), facts: Some(facts), ..device_code_given(say) }
}

/// The question whether the device is one's own.
pub fn device_confirm(say: Say<'_>) -> DeviceConfirm {
    DeviceConfirm { person: Some(person(say)), ..device_confirm_of(application(say), say) }
}

fn device_confirm_from_outside(say: Say<'_>) -> DeviceConfirm {
    device_confirm_of(application_from_outside(say), say)
}

fn device_confirm_of(application: Application, say: Say<'_>) -> DeviceConfirm {
    DeviceConfirm {
        brand: brand(say),
        application,
        user_code: say("BCDF-GHJK"),
        person: None,
        action: say("/device"),
        hidden: hidden(say),
    }
}

fn sign_out_pick(say: Say<'_>) -> SignOutPick {
    SignOutPick {
        brand: Some(brand(say)),
        application_name: Some(say("Native App")),
        accounts: vec![
            account(say, "Chris Green", "ChrisG@contoso.example"),
            account(say, "Ana", "ana@contoso.example"),
        ],
        action: say("/sign-out"),
        hidden: hidden(say),
    }
}

fn sign_out_confirm(say: Say<'_>) -> SignOutConfirm {
    SignOutConfirm {
        brand: Some(brand(say)),
        application_name: Some(say("Native App")),
        person: Some(person(say)),
        ..sign_out_confirm_plain(say)
    }
}

fn sign_out_confirm_plain(say: Say<'_>) -> SignOutConfirm {
    SignOutConfirm { brand: None, application_name: None, person: None, action: say("/sign-out"), hidden: hidden(say) }
}

/// The page after signing out, with apps to tell and one to go back to.
pub fn signed_out(say: Say<'_>) -> SignedOut {
    SignedOut {
        brand: Some(brand(say)),
        frames: vec![
            SignOutFrame {
                application_name: say("Expense Reports"),
                address: format!("https://fabrikam.example/{}", say("bye")),
            },
            SignOutFrame {
                application_name: say("Native App"),
                address: format!("http://localhost:8400/{}", say("bye")),
            },
        ],
        continue_to: Some(ContinueTo {
            application_name: say("Native App"),
            address: format!("https://app.contoso.example/{}", say("after")),
        }),
    }
}

fn account_page(say: Say<'_>) -> AccountPage {
    AccountPage {
        waiting: vec![waiting(application(say), "w1", say), waiting(application_from_outside(say), "w2", say)],
        apps: vec![allowed(application(say), "native", say), allowed(application_from_outside(say), "expenses", say)],
        apps_for_everyone: vec![allowed(application(say), "calendar", say)],
        withdrawn: Some(say("Old App")),
        requests: Some(format!("/{}", say("account/requests"))),
        action: say("/account"),
        hidden: hidden(say),
        ..account_page_empty(say)
    }
}

/// An empty list has nothing to send, so this page has no form.
fn account_page_empty(say: Say<'_>) -> AccountPage {
    AccountPage {
        brand: brand(say),
        person: person(say),
        waiting: Vec::new(),
        apps: Vec::new(),
        apps_for_everyone: Vec::new(),
        withdrawn: None,
        requests: None,
        sign_out: format!("/{}", say("sign-out")),
        action: String::new(),
        hidden: Hidden { csrf: String::new() },
    }
}

fn waiting(application: Application, id: &str, say: Say<'_>) -> WaitingApp {
    WaitingApp { id: say(id), application, binding_message: Some(say("W4-SCT")) }
}

fn consent_elsewhere(say: Say<'_>) -> Consent {
    let elsewhere = Elsewhere { binding_message: Some(say("W4-SCT")) };
    Consent { elsewhere: Some(elsewhere), ..consent_of(application_from_outside(say), say) }
}

fn elsewhere_done(approved: bool, say: Say<'_>) -> ElsewhereDone {
    ElsewhereDone {
        brand: Some(brand(say)),
        application_name: say("Native App"),
        approved,
        account: format!("/{}", say("account")),
    }
}

fn allowed(application: Application, client_id: &str, say: Say<'_>) -> AllowedApp {
    AllowedApp {
        client_id: say(client_id),
        application,
        apis: vec![
            AllowedApi {
                name: say("Colors API"),
                permissions: vec![say("See your colors"), say("Change your colors")],
            },
            AllowedApi { name: say("Directory"), permissions: vec![say("See your basic profile")] },
        ],
        since: say("2030-05-14"),
    }
}

/// The question before a person takes back what they allowed.
pub fn withdraw(say: Say<'_>) -> WithdrawConfirm {
    WithdrawConfirm {
        brand: brand(say),
        app: allowed(application(say), "native", say),
        for_everyone: false,
        action: say("/account"),
        hidden: hidden(say),
    }
}

fn withdraw_for_everyone(say: Say<'_>) -> WithdrawConfirm {
    WithdrawConfirm { for_everyone: true, ..withdraw(say) }
}

/// What administrators decide about, with a request that has a reason and one that has none.
pub fn consent_requests(say: Say<'_>) -> ConsentRequests {
    ConsentRequests {
        requests: vec![
            ConsentRequest {
                reason: say("We hand in all travel costs with it.\nThe old form is gone."),
                ..consent_request(application_from_outside(say), "r1", say)
            },
            consent_request(application(say), "r2", say),
        ],
        apps_for_everyone: vec![allowed(application(say), "calendar", say)],
        done: Some(ConsentRequestsDone::Rejected(say("Old App"))),
        action: say("/portal/consent-requests"),
        hidden: hidden(say),
        ..consent_requests_empty(say)
    }
}

fn consent_request(application: Application, id: &str, say: Say<'_>) -> ConsentRequest {
    ConsentRequest {
        id: say(id),
        application,
        person: person(say),
        asked_at: say("2030-05-14 09:26Z"),
        reason: String::new(),
        permissions: vec![read_the_directory(say)],
    }
}

/// An empty list has nothing to send, so this page has no form.
fn consent_requests_empty(say: Say<'_>) -> ConsentRequests {
    ConsentRequests {
        brand: brand(say),
        person: person(say),
        requests: Vec::new(),
        apps_for_everyone: Vec::new(),
        done: None,
        sign_out: format!("/{}", say("sign-out")),
        action: String::new(),
        hidden: Hidden { csrf: String::new() },
    }
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
