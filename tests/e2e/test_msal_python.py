"""MSAL for Python, unmodified, with its own loopback listener and a real browser."""

import datetime
import logging
from urllib.parse import urlencode

import msal
import pytest
import time_machine

from grantor import ADMIN, ADMIN_NAME, CHRIS, CHRIS_NAME, COLORS_API, CONSOLE, CONSOLE_REDIRECT, CONTOSO, NATIVE_APP
from msal_apps import (
    COLORS,
    answer_at,
    as_admin,
    as_chris,
    console_app,
    interactive,
    nothing,
    public_app,
    refused,
    succeeded,
)

SEED = {
    "id": CHRIS,
    "userPrincipalName": CHRIS_NAME,
    "displayName": "Chris Green",
    "givenName": "Chris",
    "surname": "Green",
    "jobTitle": "Software Engineer",
    "mobilePhone": "+1 5555555555",
    "businessPhones": ["+1 555555555"],
    "officeLocation": "Seattle Office",
}


def token_requests(caplog):
    """How many times MSAL went to the token endpoint, by the HTTP client's own log."""
    return sum("POST" in record.getMessage() and "/token" in record.getMessage() for record in caplog.records)


def scopes_of(result):
    return set(result["scope"].split())


@pytest.fixture(autouse=True)
def _surroundings(server, monkeypatch, caplog):
    """MSAL trusts the platform's authority as docs say that Python programs do, and its requests are counted."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.ca))
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")


def test_a_person_signs_in_with_msals_own_listener(server, browser, caplog):
    app = public_app(server)
    result = succeeded(interactive(app, browser, ["User.Read"], as_chris))

    assert browser.pages_shown() == ["sign-in", "consent", "consent"], "sign-in, consent, and the form that posts the answer"
    assert result["token_type"] == "Bearer"
    assert 3000 < result["expires_in"] <= 2 * 3600
    assert {"User.Read", "openid", "profile"} <= scopes_of(result)
    assert "offline_access" not in scopes_of(result)
    assert result["refresh_token"]

    # MSAL sends the SHA-256 of its nonce and refuses any other; here it is once more, and the signature too.
    identity = server.claims(result["id_token"], NATIVE_APP)
    assert identity == result["id_token_claims"]
    assert identity["nonce"] == result["visitor"].parameter("nonce")
    assert len(identity["nonce"]) == 64
    assert identity["iss"] == f"{server.base}/{CONTOSO}/v2.0"
    assert identity["aud"] == NATIVE_APP
    assert identity["oid"] == CHRIS
    assert identity["tid"] == CONTOSO
    assert identity["preferred_username"] == CHRIS_NAME
    assert identity["name"] == "Chris Green"
    assert identity["ver"] == "2.0"
    assert identity["sub"] not in (CHRIS, ""), "the subject is pairwise"

    accounts = app.get_accounts()
    assert len(accounts) == 1
    account = accounts[0]
    assert account["home_account_id"] == f"{CHRIS}.{CONTOSO}"
    assert account["local_account_id"] == CHRIS
    assert account["username"] == CHRIS_NAME
    assert account["realm"] == CONTOSO
    assert account["environment"] == "localhost"

    # The directory API knows the person by the token, with what the directory file says.
    answer = server.me(result["access_token"])
    assert answer.status_code == 200, answer.text
    person = answer.json()
    assert {name: person.get(name) for name in SEED} == SEED
    assert server.me(result["access_token"][:-4] + "AAAA").status_code == 401


def test_silent_calls_use_the_cache_and_then_the_refresh_token(server, browser, caplog):
    app = public_app(server)
    first = succeeded(interactive(app, browser, ["User.Read"], as_chris))
    account = app.get_accounts()[0]

    # From the cache: the same token, and no request at all.
    recorded, asked = server.events(), token_requests(caplog)
    again = succeeded(app.acquire_token_silent(["User.Read"], account=account))
    assert again["access_token"] == first["access_token"]
    assert again["token_source"] == "cache"
    assert token_requests(caplog) == asked == 1
    assert server.events() == recorded

    # Another API, which the person has not allowed yet: MSAL learns that it must ask, and asking takes no password.
    missing = app.acquire_token_silent_with_error(COLORS, account=account)
    refused(missing, "invalid_grant", 65001)
    assert missing["suberror"] == "consent_required"
    pages = len(browser.pages_shown())
    colors = succeeded(interactive(app, browser, COLORS, lambda page: page.accept()))
    assert "sign-in" not in browser.pages_shown()[pages:]
    assert colors["token_source"] == "identity_provider"
    assert "api://colors/Colors.Read" in scopes_of(colors)
    claims = server.claims(colors["access_token"], COLORS_API)
    assert claims["scp"] == "Colors.Read"
    assert claims["ver"] == "2.0"
    assert claims["azp"] == NATIVE_APP
    assert claims["oid"] == CHRIS
    assert claims["iss"] == f"{server.base}/{CONTOSO}/v2.0"
    assert server.me(colors["access_token"]).status_code == 401, "a token for another API opens nothing here"

    # Both tokens stand side by side in the cache.
    asked = token_requests(caplog)
    assert succeeded(app.acquire_token_silent(["User.Read"], account=account))["access_token"] == first["access_token"]
    assert succeeded(app.acquire_token_silent(COLORS, account=account))["access_token"] == colors["access_token"]
    assert token_requests(caplog) == asked


def test_one_consent_covers_several_apis(server, browser):
    app = public_app(server)
    first = succeeded(interactive(app, browser, ["User.Read"], as_chris, extra_scopes_to_consent=COLORS))
    assert "api://colors/Colors.Read" not in scopes_of(first), "a token is for one API"

    colors = succeeded(app.acquire_token_silent_with_error(COLORS, account=app.get_accounts()[0]))
    assert colors["token_source"] == "identity_provider"
    assert server.claims(colors["access_token"], COLORS_API)["scp"] == "Colors.Read"


def test_an_expired_token_is_renewed_without_the_person(server, browser):
    app = public_app(server)
    old = succeeded(interactive(app, browser, ["User.Read"], as_chris))
    account = app.get_accounts()[0]
    assert server.me(old["access_token"]).status_code == 200
    pages = browser.pages_shown()

    moved = server.advance("2h")
    assert 7200 <= moved <= 7260
    late = server.me(old["access_token"])
    assert late.status_code == 401
    assert late.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert late.headers["WWW-Authenticate"].startswith("Bearer")

    # The person's machine has the same clock.
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=moved)):
        new = succeeded(app.acquire_token_silent(["User.Read"], account=account))
        assert new["token_source"] == "identity_provider"
        assert new["access_token"] != old["access_token"]
        cached = succeeded(app.acquire_token_silent(["User.Read"], account=account))
        assert cached["access_token"] == new["access_token"]
    assert server.me(new["access_token"]).json()["id"] == CHRIS
    assert browser.pages_shown() == pages, "nobody was asked"


def test_two_accounts_keep_their_own_tokens(server, browser):
    app = public_app(server)
    chris = succeeded(interactive(app, browser, ["User.Read"], as_chris))

    def another(page):
        assert CHRIS_NAME in page.text(f'[id="pick-{CHRIS}"]')
        page.use_another()
        as_admin(page)

    admin = succeeded(interactive(app, browser, ["User.Read"], another, prompt="select_account"))
    assert admin["id_token_claims"]["oid"] == ADMIN
    assert admin["access_token"] != chris["access_token"]

    accounts = {account["username"]: account for account in app.get_accounts()}
    assert set(accounts) == {CHRIS_NAME, ADMIN_NAME}
    for name, user, token in [(CHRIS_NAME, CHRIS, chris), (ADMIN_NAME, ADMIN, admin)]:
        silent = succeeded(app.acquire_token_silent(["User.Read"], account=accounts[name]))
        assert silent["access_token"] == token["access_token"]
        renewed = succeeded(app.acquire_token_silent(["User.Read"], account=accounts[name], force_refresh=True))
        assert renewed["access_token"] != token["access_token"]
        assert server.me(renewed["access_token"]).json()["id"] == user

    # Both are signed in in the browser: the picker offers both, and a pick needs no password.
    picked = succeeded(interactive(app, browser, ["User.Read"], lambda page: page.pick(CHRIS), prompt="select_account"))
    assert picked["id_token_claims"]["oid"] == CHRIS

    # Signed out of the app, an account is gone from its cache and the other stays.
    app.remove_account(accounts[CHRIS_NAME])
    assert [account["username"] for account in app.get_accounts()] == [ADMIN_NAME]


def test_single_sign_on_needs_no_password(server, browser):
    succeeded(interactive(public_app(server), browser, ["User.Read"], as_chris))

    # The same app with an empty cache: neither password nor consent.
    before = len(browser.pages_shown())
    again = succeeded(interactive(public_app(server), browser, ["User.Read"], nothing))
    assert again["id_token_claims"]["oid"] == CHRIS
    assert not {"sign-in", "consent"} & set(browser.pages_shown()[before:])

    # Another app: consent, since that is the app's own; no password.
    before = len(browser.pages_shown())
    app = console_app(server)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=CONSOLE_REDIRECT)
    browser.open(flow["auth_uri"]).accept()
    result = succeeded(app.acquire_token_by_auth_code_flow(flow, answer_at(browser, CONSOLE_REDIRECT)))
    assert result["id_token_claims"]["oid"] == CHRIS
    assert browser.pages_shown()[before:].count("sign-in") == 0

    # Asked to prove again, the person proves again.
    before = len(browser.pages_shown())
    succeeded(interactive(public_app(server), browser, ["User.Read"], lambda page: page.sign_in(CHRIS_NAME), prompt="login"))
    assert "sign-in" in browser.pages_shown()[before:]


def test_prompt_none_asks_nobody(server, browser):
    result = interactive(public_app(server), browser, ["User.Read"], nothing, prompt="none")
    refused(result, "login_required", 50058)
    succeeded(interactive(public_app(server), browser, ["User.Read"], as_chris))
    succeeded(interactive(public_app(server), browser, ["User.Read"], nothing, prompt="none"))
    result = interactive(public_app(server), browser, COLORS, nothing, prompt="none")
    assert result["error"] in ("interaction_required", "consent_required"), result


def test_a_declined_consent_reaches_the_app(server, browser):
    app = public_app(server)
    result = interactive(app, browser, ["User.Read"], lambda page: page.sign_in(CHRIS_NAME).deny())
    refused(result, "access_denied", 65004)
    assert app.get_accounts() == []
    # Nothing was kept: the next time the person is asked again, and may say yes.
    succeeded(interactive(app, browser, ["User.Read"], lambda page: page.accept()))


def test_what_only_an_administrator_may_allow_is_not_a_persons_to_give(server, browser):
    change = ["api://colors/Colors.Write"]
    authority = f"{server.authority}/oauth2/v2.0/authorize"
    asked = {"client_id": NATIVE_APP, "response_type": "code", "redirect_uri": "http://localhost:1", "scope": change[0]}
    browser.open(f"{authority}?{urlencode(asked)}").sign_in(CHRIS_NAME)
    assert browser.text("#error-code") == "AADSTS90094"
    assert browser.text("#error") == "Only an administrator can allow what this application asks for."

    browser.forget()
    allowed = succeeded(interactive(public_app(server), browser, change, as_admin))
    assert server.claims(allowed["access_token"], COLORS_API)["scp"] == "Colors.Write"


def test_a_refresh_token_that_was_stolen_ends_the_family(server, browser):
    app = public_app(server)
    first = succeeded(interactive(app, browser, ["User.Read"], as_chris))
    stolen = first["refresh_token"]
    account = app.get_accounts()[0]

    renewed = succeeded(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))
    # Within the grace window a second try (a lost answer) gets its tokens.
    thief = public_app(server)
    succeeded(thief.acquire_token_by_refresh_token(stolen, ["User.Read"]))

    moved = server.advance("10m")
    late = public_app(server)
    refused(late.acquire_token_by_refresh_token(stolen, ["User.Read"]), "invalid_grant", 50173)

    # Whoever holds a successor loses it too: nobody can tell the thief from the person.
    with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=moved)):
        result = app.acquire_token_silent_with_error(["User.Read"], account=account, force_refresh=True)
        assert result["error"] == "invalid_grant", result
    assert renewed["access_token"]


def test_an_app_meets_refusals_that_only_other_platforms_have(server, browser):
    app = public_app(server)
    succeeded(interactive(app, browser, ["User.Read"], as_chris))
    [account] = app.get_accounts()
    for code, error, suberror in [
        (50076, "invalid_grant", "basic_action"),
        (53003, "interaction_required", None),
        (50055, "invalid_grant", "user_password_expired"),
    ]:
        server.rehearse(code, NATIVE_APP, at="token")
        # The library keeps an answer that says no for a minute, so each of them is met by an app of its own.
        late = public_app(server, token_cache=app.token_cache)
        result = late.acquire_token_silent_with_error(["User.Read"], account=account, force_refresh=True)
        refused(result, error, code)
        assert result.get("suberror") == suberror, result
        assert ("claims" in result) == (code == 53003), result
    result = public_app(server, token_cache=app.token_cache).acquire_token_silent(
        ["User.Read"], account=account, force_refresh=True
    )
    assert result["token_source"] == "identity_provider", "what was rehearsed is over"

    # In front, the browser brings it back to the app.
    server.rehearse(53003, NATIVE_APP, at="authorize")
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri="http://localhost:1")
    answer = server.get(flow["auth_uri"].removeprefix(server.base), allow_redirects=False)
    assert "error=access_denied" in answer.headers["location"], answer.headers
    assert "AADSTS53003" in answer.headers["location"]


def test_an_app_that_knows_only_openid_connect_signs_in(server, browser):
    """MSAL's generic mode: discovery below the issuer, and the issuer compared with the authority."""
    authority = {"authority": None, "oidc_authority": f"{server.base}/{CONTOSO}/v2.0"}
    app = public_app(server, **authority)
    result = succeeded(interactive(app, browser, ["User.Read"], as_chris))
    assert result["id_token_claims"]["oid"] == CHRIS
    assert succeeded(app.acquire_token_silent(["User.Read"], account=app.get_accounts()[0]))["token_source"] == "cache"


def test_a_web_app_redeems_its_code_with_its_secret(server, browser):
    app = console_app(server)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=CONSOLE_REDIRECT)
    browser.open(flow["auth_uri"])
    as_chris(browser)
    answer = answer_at(browser, CONSOLE_REDIRECT)
    assert answer["state"] == flow["state"]

    # The wrong secret first: it is refused as 401, which MSAL does not keep, and it does not spend the code.
    refused(console_app(server, "wrong").acquire_token_by_auth_code_flow(flow, answer), "invalid_client", 7000215)
    result = succeeded(app.acquire_token_by_auth_code_flow(flow, answer))
    assert result["id_token_claims"]["oid"] == CHRIS
    assert server.me(result["access_token"]).json()["id"] == CHRIS
    account = app.get_accounts()[0]
    assert account["home_account_id"] == f"{CHRIS}.{CONTOSO}"
    assert succeeded(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))["access_token"]

    # Without any secret there is no renewal, and a code works once.
    refused(public_client_with(server, result["refresh_token"]), "invalid_client", 7000218)
    refused(console_app(server).acquire_token_by_auth_code_flow(flow, answer), "invalid_grant", 54005)


def public_client_with(server, refresh_token):
    app = msal.PublicClientApplication(CONSOLE, authority=server.authority, instance_discovery=False)
    return app.acquire_token_by_refresh_token(refresh_token, ["User.Read"])
