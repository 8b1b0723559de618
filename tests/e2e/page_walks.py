"""The way to each page that several things must happen for."""

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
}
