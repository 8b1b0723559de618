//! The fixed words of the pages, in English.
//!
//! Headings and first sentences are promises: people quote them, help pages cite them and outside suites look for them.
//! Change one only with a deprecation. A translation gives each of these names its own words; a sentence with a name in
//! it is an [`Around`], so that a language may put the name where its grammar wants it.

/// A sentence with a place for one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// What stands before the name.
    pub before: &'static str,
    /// What stands after the name.
    pub after: &'static str,
}

impl Around {
    const fn new(before: &'static str, after: &'static str) -> Self {
        Self { before, after }
    }

    /// The sentence as plain text. It is not escaped.
    pub fn with(&self, name: &str) -> String {
        format!("{}{name}{}", self.before, self.after)
    }
}

/// The product's name, shown where no tenant is known.
pub const PRODUCT: &str = "Grantor";

/// Heading of the account picker.
pub const PICK_HEADING: &str = "Choose an account";
/// The note beside an account that has a session in this browser.
pub const PICK_SIGNED_IN: &str = "Signed in";
/// The button that leads to the sign-in page.
pub const PICK_ANOTHER: &str = "Use another account";

/// Heading of the sign-in page.
pub const SIGN_IN_HEADING: &str = "Sign in";
/// First sentence of the sign-in page and of the account picker, where an app asks.
pub const SIGN_IN_FOR: Around = Around::new("to continue to ", "");
/// Title of the sign-in page, where an app asks.
pub const SIGN_IN_TITLE: Around = Around::new("Sign in to ", "");
/// Title of the account picker, where an app asks.
pub const PICK_TITLE: Around = Around::new("Choose an account for ", "");
/// Label of the user name.
pub const USERNAME: &str = "Email or user name";
/// Label of the password.
pub const PASSWORD: &str = "Password";
/// What a page's title begins with when an input was refused.
pub const ERROR_IN_TITLE: &str = "Error: ";

/// The user name and the password do not belong together, or there is no such person: which one is not said.
pub const MISMATCH: &str = "That user name and password do not match.";
/// One of the two fields came empty.
pub const INCOMPLETE: &str = "Enter your user name and your password.";
/// Too many attempts for this account or from this place.
pub const TOO_MANY_ATTEMPTS: &str = "Too many attempts. Wait a few minutes, then try again.";
/// The account may not sign in.
pub const ACCOUNT_DISABLED: &str = "This account is switched off. Ask your administrator.";
/// Too many wrong passwords for this account.
pub const ACCOUNT_LOCKED: &str = "This account is locked for a while after too many wrong passwords. Try again later.";
/// The password has to be changed before it opens anything.
pub const PASSWORD_EXPIRED: &str = "This password has expired. Ask your administrator for a new one.";
/// The user name ends in a domain of another tenant.
pub const OTHER_ORGANIZATION: &str = "This account belongs to another organization. Use an account of this one.";
/// The form was too old or came from another browser.
pub const PAGE_EXPIRED: &str = "This page was open for too long. Sign in again.";

/// Heading of the consent page; the permissions follow as a list.
pub const CONSENT_HEADING: Around = Around::new("", " would like to");
/// Title of the consent page.
pub const CONSENT_TITLE: Around = Around::new("", " asks for your permission");
/// Who made the app.
pub const PUBLISHED_BY: Around = Around::new("published by ", "");
/// Around the domain of the publisher's tenant, after the publisher's name.
pub const PUBLISHER_DOMAIN: Around = Around::new(" (", ")");
/// Nobody is named as the maker of the app.
pub const PUBLISHER_UNKNOWN: &str = "Its publisher is not known.";
/// Where an app is registered whose maker nobody names; it follows [`PUBLISHER_UNKNOWN`].
pub const REGISTERED_IN: Around = Around::new(" It is registered in ", ".");
/// The link to what the publisher does with data.
pub const PRIVACY: &str = "Privacy statement";
/// The link to the publisher's terms.
pub const TERMS: &str = "Terms of service";
/// What a screen reader hears after the name of a link that an app gave.
pub const LINK_OF: Around = Around::new(" of ", "");
/// Before the links of an app, where it is not clear whose they are.
pub const LINKS_OF: Around = Around::new("About ", ":");
/// What the picture of an app is called.
pub const LOGO_OF: Around = Around::new("Logo of ", "");
/// What a screen reader hears after the name of a link that leads out.
pub const NEW_WINDOW: &str = " (opens in a new window)";
/// The warning for an app from another tenant.
pub const FOREIGN_APP: Around =
    Around::new("This app comes from outside ", ". Allow it only if you trust its publisher.");
/// The note on a permission that reaches beyond the person's own data.
pub const ADMINISTRATORS_ONLY: &str = "Needs an administrator";
/// The note on a permission that the app uses by itself.
pub const AS_APPLICATION: &str = "Without a signed-in person";
/// The least risk of a permission.
pub const RISK_LOW: &str = "Low risk";
/// The middle risk of a permission.
pub const RISK_MEDIUM: &str = "Medium risk";
/// The greatest risk of a permission.
pub const RISK_HIGH: &str = "High risk";
/// The sentence above a consent that is given for the whole tenant.
pub const FOR_EVERYONE: Around = Around::new("If you allow this, it is allowed for everyone in ", ".");
/// The button that allows for the whole tenant.
pub const ACCEPT_FOR_EVERYONE: &str = "Allow for everyone";
/// The administrator's choice.
pub const FOR_ORGANIZATION: Around = Around::new("Allow this for everyone in ", "");
/// What the administrator's choice means.
pub const FOR_ORGANIZATION_HINT: &str = "Nobody there will be asked again for these permissions.";
/// Who is being asked, for screen readers.
pub const CONSENT_AS: &str = "You are signed in as";
/// The button for another account.
pub const SWITCH: &str = "Switch";
/// What a screen reader hears after [`SWITCH`].
pub const SWITCH_MORE: &str = " to another account";
/// How long a yes counts to what is asked for in detail.
pub const DETAILS_ONCE: &str = "This is allowed once, for this request.";
/// Heading of the permissions, where something in detail stands before them.
pub const DETAILS_BESIDE: &str = "And from now on";
/// How to take a consent back.
pub const WITHDRAW: &str = "The app keeps this until it is withdrawn.";
/// The same where something in detail is asked for as well, which is allowed once.
pub const WITHDRAW_BESIDE: &str = "The app keeps what it may do from now on until that is withdrawn.";
/// The button that refuses.
pub const DENY: &str = "Cancel";
/// The button that allows.
pub const ACCEPT: &str = "Allow";

/// Heading of the page where a person asked for what only an administrator may allow.
pub const NEEDS_ADMINISTRATOR_HEADING: Around = Around::new("", " needs an administrator's approval");
/// What is asked for is for administrators to allow.
pub const ONLY_ADMINISTRATORS_MAY: &str = "Only an administrator can allow what this application asks for.";
/// The tenant lets people allow what is of low risk; this is more.
pub const ONLY_LOW_RISK: &str = "This organization lets people allow only what is of low risk.";
/// The tenant lets nobody but administrators allow anything.
pub const PEOPLE_MAY_NOT_ALLOW: &str = "This organization lets only administrators allow apps.";
/// Before the permissions that need an administrator.
pub const NEEDS_ADMINISTRATOR_LIST: &str = "It would like to";
/// What to do where nothing can be sent from the page.
pub const TELL_ADMINISTRATOR: &str =
    "Ask an administrator to allow the app, and give them the code and the trace below.";
/// Label of the reason that goes to the administrators.
pub const REASON: &str = "Why do you need this app?";
/// What becomes of the reason.
pub const REASON_HINT: &str = "Administrators read it beside your name.";
/// The button that sends the request.
pub const ASK_ADMINISTRATOR: &str = "Ask an administrator";
/// The button for those who are administrators themselves.
pub const I_AM_ADMINISTRATOR: &str = "I am an administrator: sign in with another account";
/// Heading of the page after the request was sent.
pub const REQUEST_SENT_HEADING: &str = "Your request was sent";
/// First sentence of that page.
pub const REQUEST_SENT: Around = Around::new("The administrators of ", " decide about it.");
/// What to do then.
pub const REQUEST_SENT_NEXT: Around = Around::new("Once one of them allows it, open ", " again and sign in.");
/// The way back to an app.
pub const BACK_TO: Around = Around::new("Back to ", "");

/// Why the consent page of an app that waits elsewhere comes unasked.
pub const ELSEWHERE_WARNING: &str = "The app is waiting for your answer elsewhere.";
/// What to make of it; it follows [`ELSEWHERE_WARNING`].
pub const ELSEWHERE_WARNING_MORE: &str =
    "Only allow it if you know what it is about: whoever started it goes on as you.";
/// Before the message that the app must show too.
pub const ELSEWHERE_SHOWS: &str = "The app shows this message";
/// Heading after a yes to an app that waits elsewhere.
pub const ELSEWHERE_DONE_HEADING: &str = "You allowed it";
/// What is left to do then.
pub const ELSEWHERE_DONE: &str = "The app goes on. You can close this window.";
/// Heading after a no to an app that waits elsewhere.
pub const ELSEWHERE_DECLINED_HEADING: &str = "You did not allow it";
/// What that means.
pub const ELSEWHERE_DECLINED: &str = "The app is told that you said no. You can close this window.";
/// What to do about a question that came out of nowhere.
pub const ELSEWHERE_DECLINED_MORE: &str = "If you do not know what it was about, tell your administrator.";
/// Where a person's own page is.
pub const ELSEWHERE_BACK: &str = "See your apps";
/// Heading of the apps that wait for a person's answer.
pub const WAITING_HEADING: &str = "Waiting for your answer";
/// The button that shows what one of them asks.
pub const WAITING_REVIEW: &str = "Review";

/// Heading of the page that takes the code that a device shows.
pub const DEVICE_HEADING: &str = "Enter the code";
/// First sentence of that page.
pub const DEVICE_FIRST: &str = "Your device shows a code. Type it here to sign in on that device.";
/// Label of the code.
pub const USER_CODE: &str = "Code";
/// Why a code did not do: there was none.
pub const CODE_MISSING: &str = "Type the code that your device shows.";
/// Nobody waits for that code.
pub const CODE_UNKNOWN: &str = "That code is not right. Check it on your device and type it again.";
/// The device waited too long.
pub const CODE_EXPIRED: &str = "That code has expired. Start again on your device to get a new one.";
/// The code was answered before, with yes or with no.
pub const CODE_USED: &str = "That code was used already. Start again on your device to get a new one.";
/// The form was too old or came from another browser.
pub const CODE_PAGE_EXPIRED: &str = "This page was open for too long. Type the code again.";
/// Heading of the page that asks whether the device is one's own.
pub const DEVICE_CONFIRM_HEADING: Around = Around::new("Sign in to ", " on another device?");
/// What protects a person who was sent somebody else's code.
pub const DEVICE_WARNING: &str = "Only go on if you started this yourself on another device.";
/// What to make of a code that came from somebody else; it follows [`DEVICE_WARNING`].
pub const DEVICE_WARNING_MORE: &str = "If somebody sent you this code, they would be signed in as you.";
/// Before the code that the device must show too.
pub const DEVICE_SHOWS: &str = "Your device shows this code";
/// Heading of the page after yes.
pub const DEVICE_DONE_HEADING: &str = "You are signed in on your device";
/// First sentence of the page after yes.
pub const DEVICE_DONE: &str = "You can close this window and go back to your device.";
/// Heading of the page after no.
pub const DEVICE_DECLINED_HEADING: &str = "The device was not signed in";
/// First sentence of the page after no.
pub const DEVICE_DECLINED: &str = "Nothing was allowed. You can close this window.";
/// What to do about a code that somebody else sent.
pub const DEVICE_DECLINED_MORE: &str = "If somebody sent you the code, tell your administrator.";

/// Heading of the page that asks which account to sign out.
pub const SIGN_OUT_PICK_HEADING: &str = "Which account do you want to sign out?";
/// What a screen reader hears before an account's name.
pub const SIGN_OUT_OF: &str = "Sign out ";
/// The button that ends all sessions of this browser.
pub const SIGN_OUT_ALL: &str = "Sign out of all";
/// Heading of the page that asks whether to sign out.
pub const SIGN_OUT_HEADING: &str = "Do you want to sign out?";
/// Which app asked for it.
pub const SIGN_OUT_ASKED_BY: Around = Around::new("", " asks for this.");
/// What signing out does.
pub const SIGN_OUT_MEANS: &str = "You are signed out here and in the apps that you used in this browser.";
/// The button that signs out.
pub const SIGN_OUT: &str = "Sign out";
/// Heading of the page after signing out.
pub const SIGNED_OUT_HEADING: &str = "You are signed out";
/// First sentence of the page after signing out.
pub const SIGNED_OUT: &str = "On a computer that others use too, close all windows of this browser.";
/// Where the page goes by itself; the link is [`BACK_TO`].
pub const SIGNED_OUT_GOES_ON: Around = Around::new("Taking you back to ", " in a moment.");
/// What the hidden frame of an app is called.
pub const SIGN_OUT_FRAME: Around = Around::new("Sign-out of ", "");

/// For administrators, the way to what people ask for.
pub const ACCOUNT_REQUESTS: &str = "Answer what people ask for, and see what is allowed for everyone";
/// Heading of a person's own page.
pub const ACCOUNT_HEADING: &str = "Your apps";
/// First sentence of a person's own page.
pub const ACCOUNT_FIRST: &str = "Withdraw what you no longer use, or do not know.";
/// Heading of what the person allowed.
pub const ALLOWED_BY_YOU: &str = "Allowed by you";
/// In the place of the list when it is empty.
pub const ALLOWED_BY_YOU_NONE: &str = "You have not allowed any app yet. When you do, it stands here.";
/// Heading of what an administrator allowed for the whole tenant.
pub const ALLOWED_FOR_EVERYONE: Around = Around::new("Allowed for everyone in ", "");
/// Why a person cannot withdraw these.
pub const ALLOWED_FOR_EVERYONE_WHY: &str =
    "An administrator allowed these for everyone, so only an administrator can withdraw them.";
/// In the place of the list when it is empty.
pub const ALLOWED_FOR_EVERYONE_NONE: &str = "No app is allowed for everyone.";
/// Since when an app is allowed.
pub const SINCE: Around = Around::new("Since ", "");
/// The button that takes a permission back.
pub const WITHDRAW_BUTTON: &str = "Withdraw";
/// After a consent was withdrawn.
pub const WITHDRAWN: Around = Around::new("", " was withdrawn.");
/// Heading of the page that asks before it withdraws.
pub const WITHDRAW_HEADING: Around = Around::new("Withdraw ", "?");
/// Before what the app loses, where a person asks.
pub const WITHDRAW_LOSES: Around = Around::new("", " loses what you allowed it:");
/// Before what the app loses, where an administrator asks.
pub const WITHDRAW_LOSES_FOR_EVERYONE: Around = Around::new("For everyone in ", ", this app loses:");
/// What it means for the app's tokens.
pub const WITHDRAW_MEANS: &str = "It gets no new tokens from now on; those that it holds run out by themselves. If it is used again, it has to ask again.";

/// Heading of the page on which administrators decide.
pub const REQUESTS_HEADING: &str = "Requests for apps";
/// First sentence of that page.
pub const REQUESTS_FIRST: Around = Around::new("What you allow here is allowed for everyone in ", ".");
/// Heading of what waits.
pub const REQUESTS_WAITING: &str = "Waiting for an answer";
/// In the place of the list when it is empty.
pub const REQUESTS_NONE: &str = "No request is waiting.";
/// Who asked.
pub const ASKED_BY: &str = "Asked for by";
/// Before the person's reason.
pub const REASON_GIVEN: &str = "Their reason:";
/// In the place of the reason when it is empty.
pub const REASON_NONE: &str = "They gave no reason.";
/// Before the permissions that are asked for.
pub const REQUEST_WANTS: &str = "The app would like to";
/// The button that refuses a request.
pub const REJECT: &str = "Refuse";
/// After a request was approved.
pub const APPROVED: Around = Around::new("", " is allowed for everyone now.");
/// After a request was rejected.
pub const REJECTED: Around = Around::new("The request for ", " was refused.");

/// Heading of a refusal that must not be sent back to the app.
pub const REFUSED_HEADING: &str = "This sign-in cannot go on";
/// Before the address that was sent.
pub const ASKED: &str = "It asked for";
/// Before the addresses that are registered.
pub const REGISTERED: &str = "Registered are";
/// In the place of the registered addresses when there are none.
pub const NONE_REGISTERED: &str = "none yet";
/// Before the code of an error.
pub const CODE: &str = "Code";
/// Before the trace id.
pub const TRACE: &str = "Trace";
/// Before the time.
pub const TIME: &str = "Time";

/// Heading of the page that carries the answer to the app.
pub const FORM_POST_HEADING: &str = "One moment";
/// First sentence of the page that carries the answer to the app.
pub const FORM_POST_FOR: Around = Around::new("Taking you back to ", ".");
/// Title of the page that carries the answer to the app.
pub const FORM_POST_TITLE: Around = Around::new("Back to ", "");
/// The button for browsers that do not go on by themselves.
pub const CONTINUE: &str = "Continue";

/// Heading of the page where an embedded browser lands.
pub const NATIVE_CLIENT_HEADING: &str = "You can close this window";
/// First sentence of that page.
pub const NATIVE_CLIENT: &str = "The app goes on by itself. If it does not, return to it and try again.";

/// Heading of the page for an address that leads nowhere.
pub const NOT_FOUND_HEADING: &str = "There is no page here";
/// First sentence of that page.
pub const NOT_FOUND: &str = "Nothing stands at this address:";
/// How to mend it.
pub const NOT_FOUND_MEND: &str = "Check it for a slip, or go back to the app and start again.";

/// Heading of the page for too much work.
pub const BUSY_HEADING: &str = "Too busy just now";
/// First sentence of that page.
pub const BUSY: &str = "We could not take your request. Wait a moment, then try again.";

/// Heading of the page for a trouble of ours.
pub const FAULT_HEADING: &str = "Something went wrong on our side";
/// First sentence of that page.
pub const FAULT: &str = "It was not your doing. Try again; if it happens once more, tell your administrator the trace.";
