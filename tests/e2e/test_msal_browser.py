"""MSAL for the browser, unmodified, in a real browser: redirect and window, silent calls, and the hidden frame."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from browser import browse
from grantor import CHRIS, CHRIS_NAME, COLORS_API, CONSOLE, CONSOLE_REDIRECT, CONTOSO, SPA
from msal_apps import answer_at, as_chris
from spa import Page, spa


@pytest.fixture
def app(server):
    with spa(server):
        yield


@pytest.fixture
def page(app, server):
    # The hidden frame is of another site than the app: by itself Chromium keeps its cookies from it.
    with browse(server, cookies_in_frames=True) as browser:
        yield Page(browser)


def signed_in(page):
    page.open()
    page.browser.find("#redirect").click()
    as_chris(page.browser)
    return page.ready().shown()


def forgetful(page):
    """The app on another start: it has nothing in its cache."""
    page.browser.script("sessionStorage.clear(); localStorage.clear();")
    return page.open()


def token_requests(page):
    """The grants that the app asked for, in order."""
    sent = [request for request in page.browser.requests() if request["method"] == "POST"]
    ours = [request for request in sent if urlsplit(request["url"]).path.endswith("/oauth2/v2.0/token")]
    return [parse_qs(request["body"])["grant_type"][0] for request in ours]


def hidden_frames(page):
    """How many times the app asked at the authorization endpoint without anybody being asked."""
    asked = [parse_qs(urlsplit(request["url"]).query) for request in page.browser.requests() if "/authorize?" in request["url"]]
    return sum(one.get("prompt") == ["none"] for one in asked)


def test_a_person_signs_in_by_redirect(server, page):
    first = signed_in(page)
    assert page.browser.driver.current_url == "http://localhost:5173/app.html", "back at the page that asked"
    assert {"User.Read", "openid", "profile"} <= set(first["scopes"])
    identity = server.claims(first["idToken"], SPA)
    assert identity == first["idTokenClaims"]
    assert identity["iss"] == f"{server.base}/{CONTOSO}/v2.0"
    account = first["account"]
    assert account["homeAccountId"] == f"{CHRIS}.{CONTOSO}"
    assert account["username"] == CHRIS_NAME
    assert account["environment"] == urlsplit(server.base).netloc
    assert token_requests(page) == ["authorization_code"]

    # The app itself calls the directory API, from its own origin.
    answer = page.quietly("me", first["accessToken"])
    assert answer["status"] == 200
    assert answer["body"]["id"] == CHRIS
    assert page.quietly("me", "nonsense")["status"] == 401, "a refusal can be read too"


def test_a_person_signs_in_in_a_window(server, page):
    page.open()
    first = page.in_a_window("#popup", as_chris)
    assert server.claims(first["idToken"], SPA)["oid"] == CHRIS
    assert server.me(first["accessToken"]).json()["id"] == CHRIS

    # What was not allowed yet: the library says that the person must be asked, and asking takes no password.
    refused = page.quietly("silent", {"scopes": ["api://colors/Colors.Read"]})["refused"]
    assert refused["ask"], refused
    colors = page.in_a_window("#ask", lambda window: window.accept())
    assert server.claims(colors["accessToken"], COLORS_API)["scp"] == "Colors.Read"


def test_a_declined_consent_reaches_the_app(page):
    page.open()
    refused = page.in_a_window("#popup", lambda window: window.sign_in(CHRIS_NAME).deny())["refused"]
    assert refused["errorCode"] == "access_denied"
    assert "AADSTS65004" in refused["errorMessage"]


def test_silent_calls_use_the_cache_and_then_the_refresh_token(server, page):
    first = signed_in(page)
    cached = page.quietly("silent")
    assert cached["fromCache"]
    assert cached["accessToken"] == first["accessToken"]
    for _ in range(2):
        renewed = page.quietly("silent", {"forceRefresh": True})
        assert not renewed["fromCache"]
        assert renewed["accessToken"] != first["accessToken"]
        assert server.me(renewed["accessToken"]).json()["id"] == CHRIS
    assert token_requests(page) == ["authorization_code", "refresh_token", "refresh_token"]
    assert hidden_frames(page) == 0


def test_a_hidden_frame_renews_when_the_refresh_token_is_gone(server, page):
    first = signed_in(page)
    # A refresh token of a single-page app ends after a day, whatever happens; the person signs in elsewhere meanwhile.
    server.advance("23h")
    elsewhere = {
        "client_id": CONSOLE,
        "response_type": "code",
        "redirect_uri": CONSOLE_REDIRECT,
        "scope": "openid",
        "prompt": "login",
    }
    page.browser.open(f"{server.authority}/oauth2/v2.0/authorize?{urlencode(elsewhere)}")
    as_chris(page.browser)
    assert answer_at(page.browser, CONSOLE_REDIRECT)["code"]
    server.advance("2h")

    page.open()
    renewed = page.quietly("silent", {"forceRefresh": True})
    assert "refused" not in renewed, renewed
    assert renewed["accessToken"] != first["accessToken"]
    assert server.me(renewed["accessToken"]).json()["id"] == CHRIS
    assert token_requests(page) == ["authorization_code", "refresh_token", "authorization_code"]
    assert hidden_frames(page) == 1


def test_a_hidden_frame_asks_nobody(page):
    page.open()
    refused = page.quietly("sso", {})["refused"]
    assert refused["ask"], refused
    assert refused["errorCode"] == "login_required"

    # Once somebody is signed in, an app that knows nobody yet gets its tokens without a page.
    signed_in(page)
    again = forgetful(page).quietly("sso", {"loginHint": CHRIS_NAME})
    assert "refused" not in again, again
    assert again["account"]["homeAccountId"] == f"{CHRIS}.{CONTOSO}"


def test_where_a_frame_gets_no_cookies_the_app_learns_that_it_must_ask(app, server, browser):
    page = Page(browser)
    signed_in(page)
    refused = forgetful(page).quietly("sso", {"loginHint": CHRIS_NAME})["refused"]
    assert refused["ask"], refused

    # Asking is a redirect there and back: the person is signed in.
    shown = len(browser.pages_shown())
    browser.find("#redirect").click()
    browser.until(lambda: browser.has("body[data-ready]") and browser.text("#result"), "the app shows nothing")
    assert page.shown()["account"]["username"] == CHRIS_NAME
    assert browser.pages_shown()[shown:] == []
