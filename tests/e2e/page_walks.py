"""The way to each page that several things must happen for."""

import json
from pathlib import Path
from urllib.parse import urlencode

import requests

from grantor import ADMIN_NAME, CHRIS_NAME, NATIVE_APP

PAGES_DIRECTORY = Path(__file__).with_name("pages.toml")
NORTHWIND = "northwind.example"
NORA = "nora@northwind.example"
NORTHWIND_ADMIN = "admin@northwind.example"
NORTHWIND_MAIL = "40a71c5d-0000-4000-8000-00000000a001"


def asking(base, tenant=NORTHWIND, client=NORTHWIND_MAIL, scope="openid User.Read Mail.Read", **more):
    parameters = {"client_id": client, "response_type": "code", "redirect_uri": f"{base}/common/oauth2/nativeclient", "scope": scope, **more}
    return f"{base}/{tenant}/oauth2/v2.0/authorize?{urlencode(parameters)}"


SHOP = "40a71c5d-0000-4000-8000-00000000a003"
SHOP_SECRET = "northwind-shop-secret-for-local-use"
PARCELS = "40a71c5d-0000-4000-8000-00000000a004"
PAYMENT = {
    "type": "https://northwind.example/payment",
    "amount": {"currency": "EUR", "value": "123.50"},
    "creditor": "Alpine Ski House, Zermatt",
    "remittance": "Invoice 2030-17",
}


def of_the_shop(base, client=SHOP, **more):
    """A request in the dialect of the standard."""
    home = "shop" if client == SHOP else "parcels"
    parameters = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": f"https://{home}.northwind.example/back",
        "scope": "openid profile",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        **more,
    }
    return f"{base}/{NORTHWIND}/oidc/authorize?{urlencode(parameters)}"


def to_sign_in_with_picture(browser, _):
    browser.open(of_the_shop(browser.base)).find("#sign-in")
    browser.until(lambda: browser.script(PICTURES_ARE_THERE), "the picture does not come")


def to_sign_in_without_its_picture(browser, _):
    browser.open(of_the_shop(browser.base, PARCELS)).find("#sign-in")
    browser.until(lambda: browser.script(PICTURES_ARE_THERE), "nothing comes in its place")


def to_picker_with_picture(browser, _):
    browser.open(of_the_shop(browser.base)).sign_in(NORA).find("#accept")
    browser.open(of_the_shop(browser.base, prompt="login")).sign_in(NORTHWIND_ADMIN)
    browser.until(lambda: not browser.has("#username"), "nobody was signed in")
    browser.open(of_the_shop(browser.base, prompt="select_account")).find("#use-another")
    browser.until(lambda: browser.script(PICTURES_ARE_THERE), "the picture does not come")


def to_consent_in_detail(browser, _):
    asked = {"authorization_details": json.dumps([PAYMENT]), "resource": "api://northwind-bank"}
    browser.open(of_the_shop(browser.base, scope="openid profile Accounts.Read", **asked)).sign_in(NORA)
    browser.find("#details")
    browser.until(lambda: browser.script(PICTURES_ARE_THERE), "the picture does not come")


# Each picture has come and has a size, or something has in its place.
PICTURES_ARE_THERE = "const all = [...document.images]; return all.length > 0 && all.every(one => one.complete && one.naturalWidth > 0)"


def ask_elsewhere(browser):
    """The shop asks Nora, who is elsewhere, and nobody else does."""
    for one in requests.get(f"{browser.base}/dev/ciba", verify=browser.ca, timeout=30).json()["waiting"]:
        requests.post(f"{browser.base}/dev/ciba?id={one['id']}&action=deny", verify=browser.ca, timeout=30).raise_for_status()
    asked = {
        "client_id": SHOP,
        "client_secret": SHOP_SECRET,
        "scope": "openid",
        "login_hint": NORA,
        "binding_message": "W4-SCT",
    }
    answer = requests.post(f"{browser.base}/{NORTHWIND}/oidc/bc-authorize", asked, verify=browser.ca, timeout=30)
    assert answer.status_code == 200, answer.text


def to_waiting_elsewhere(browser, _):
    ask_elsewhere(browser)
    to_account(browser, _, NORA)
    browser.find("#waiting-apps")
    browser.until(lambda: browser.script(PICTURES_ARE_THERE), "the picture does not come")


def to_consent_elsewhere(browser, _):
    to_waiting_elsewhere(browser, _)
    browser.leave_by("[id^=review-]").find("#binding-message")
    browser.until(lambda: browser.script(PICTURES_ARE_THERE), "the picture does not come")


def to_approved_elsewhere(browser, _):
    to_consent_elsewhere(browser, _)
    browser.leave_by("#accept").find("#request-approved")


def to_denied_elsewhere(browser, _):
    to_consent_elsewhere(browser, _)
    browser.leave_by("#deny").find("#request-denied")


def to_gone(browser, _):
    """A page whose request was answered, when it is visited again."""
    browser.open(asking(browser.base, "contoso.example", NATIVE_APP)).find("#sign-in")
    address = browser.driver.current_url
    browser.leave_by("#deny")
    browser.until(lambda: "nativeclient?" in browser.address(), "no answer")
    browser.open(address).find("#error-code")


def to_needs_administrator(browser, _):
    browser.open(asking(browser.base)).sign_in(NORA).find("#ask-administrator")


def to_request_sent(browser, _):
    to_needs_administrator(browser, _)
    browser.find("#reason").send_keys("I read my mail with it.")
    browser.leave_by("#ask-administrator").find("#request-sent")


def to_consent_requests(browser, _):
    to_request_sent(browser, _)
    browser.forget()
    to_account(browser, _, NORTHWIND_ADMIN)
    browser.open(browser.driver.current_url + "/requests")
    browser.until(lambda: browser.all("[id^=approve-]"), "nothing waits")


def to_account(browser, _, name=None):
    if name is None:
        browser.open(asking(browser.base, "contoso.example", NATIVE_APP, "openid User.Read")).sign_in(name := CHRIS_NAME)
        browser.until(lambda: browser.has("#accept") or "nativeclient" in browser.address(), "no answer")
        if browser.has("#accept"):
            browser.leave_by("#accept")
        browser.open(browser.base + "/account")
    else:
        browser.open(browser.base + "/account").sign_in(name)
    browser.until(lambda: "/account/" in browser.address(), "not at the account page")
    browser.find("h1")


def to_withdraw(browser, _):
    to_account(browser, _)
    browser.leave_by(f'[id="withdraw-{NATIVE_APP}"]').find("#withdraw-confirm")


def device_code(base, ca):
    asked = {"client_id": NATIVE_APP, "scope": "openid User.Read"}
    return requests.post(f"{base}/contoso.example/oauth2/v2.0/devicecode", asked, verify=ca, timeout=30).json()


def to_device_entry(browser, _):
    browser.open(browser.base + "/device").find("#user-code")


def to_wrong_user_code(browser, _):
    to_device_entry(browser, _)
    browser.find("#user-code").send_keys("BCDF-GHJK")
    browser.leave_by("#continue").find("#error")


def to_device_confirm(browser, _):
    code = device_code(browser.base, browser.ca)
    browser.open(browser.base + "/device").find("#user-code").send_keys(code["user_code"])
    browser.leave_by("#continue").sign_in(CHRIS_NAME).find("#accept")


def to_device_done(browser, _):
    to_device_confirm(browser, _)
    browser.leave_by("#accept")
    browser.until(lambda: browser.has("#accept") or browser.has("#device-done"), "neither asked nor done")
    if browser.has("#accept"):
        browser.leave_by("#accept")
    browser.find("#device-done")


def to_device_declined(browser, _):
    to_device_confirm(browser, _)
    browser.leave_by("#deny").find("#device-declined")


def two_people(browser):
    browser.open(asking(browser.base, "contoso.example", NATIVE_APP, "openid")).sign_in(CHRIS_NAME)
    browser.open(asking(browser.base, "contoso.example", NATIVE_APP, "openid", prompt="login")).sign_in(ADMIN_NAME)


def to_sign_out_pick(browser, _):
    two_people(browser)
    browser.open(browser.base + "/contoso.example/oauth2/v2.0/logout").find("#sign-out-all")


def to_sign_out_confirm(browser, _):
    browser.open(asking(browser.base, "contoso.example", NATIVE_APP, "openid")).sign_in(CHRIS_NAME)
    browser.open(browser.base + "/sign-out/contoso.example").find("#sign-out-confirm")


def to_signed_out(browser, _):
    browser.open(asking(browser.base, "contoso.example", NATIVE_APP, "openid")).sign_in(CHRIS_NAME)
    browser.open(browser.base + "/contoso.example/oauth2/v2.0/logout").find("#signed-out")


def to_sign_in_for_several(browser, _):
    client = "fab51ca0-0000-4000-8000-00000000b002"
    browser.open(asking(browser.base, "common", client, "openid User.Read")).find("#sign-in")


def to_consent_of_another_tenant(browser, _):
    client = "fab51ca0-0000-4000-8000-00000000b001"
    browser.open(asking(browser.base, "contoso.example", client, "openid User.Read")).sign_in(CHRIS_NAME).find("#accept")


def to_admin_consent(browser, _):
    asked = urlencode({"client_id": "fab51ca0-0000-4000-8000-00000000b001", "redirect_uri": "http://localhost:1"})
    scope = urlencode({"scope": "https://graph.microsoft.com/.default"})
    browser.open(f"{browser.base}/contoso.example/v2.0/adminconsent?{asked}&{scope}").sign_in(ADMIN_NAME).find("#accept")


WALKS = {
    "needs-administrator": to_needs_administrator,
    "request-sent": to_request_sent,
    "consent-requests": to_consent_requests,
    "account": to_account,
    "withdraw": to_withdraw,
    "device-entry": to_device_entry,
    "device-wrong-code": to_wrong_user_code,
    "device-confirm": to_device_confirm,
    "device-done": to_device_done,
    "device-declined": to_device_declined,
    "sign-out-pick": to_sign_out_pick,
    "sign-out-confirm": to_sign_out_confirm,
    "signed-out": to_signed_out,
    "sign-in-for-several": to_sign_in_for_several,
    "consent-other-tenant": to_consent_of_another_tenant,
    "admin-consent": to_admin_consent,
    "sign-in-picture": to_sign_in_with_picture,
    "sign-in-no-picture": to_sign_in_without_its_picture,
    "account-picker-picture": to_picker_with_picture,
    "consent-details": to_consent_in_detail,
    "waiting-elsewhere": to_waiting_elsewhere,
    "consent-elsewhere": to_consent_elsewhere,
    "elsewhere-approved": to_approved_elsewhere,
    "elsewhere-denied": to_denied_elsewhere,
    "gone": to_gone,
}
