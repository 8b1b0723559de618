"""Applications that use MSAL for Python, unmodified.

A `webbrowser` controller is MSAL's public way to choose the browser: ours drives headless Chromium through the pages.
"""

import threading
import webbrowser
from urllib.parse import parse_qs, urlsplit

import msal
import requests

from browser import WITHIN
from grantor import ADMIN_NAME, CHRIS_NAME, CONSOLE, CONSOLE_SECRET, NATIVE_APP

COLORS = ["api://colors/Colors.Read"]


class Visitor(webbrowser.BaseBrowser):
    """The system's browser for one sign-in: walks the pages in a thread of its own."""

    def __init__(self, browser, walk):
        super().__init__("chromium-of-the-tests")
        self.browser = browser
        self.walk = walk
        self.address = None
        self.thread = None
        self.trouble = None

    def open(self, url, new=0, autoraise=True):
        self.address = url
        self.thread = threading.Thread(target=self.visit, args=(url,), daemon=True)
        self.thread.start()
        return True

    def visit(self, url):
        try:
            self.browser.open(url)
            self.walk(self.browser)
            self.browser.until(self.is_back, "the app's own page did not come")
        except BaseException as trouble:  # Handed to the test's thread, which would else wait for an answer that never comes.
            self.trouble = trouble
            asked = parse_qs(urlsplit(url).query)
            try:
                requests.post(asked["redirect_uri"][0], data={"error": "walk_failed", "state": asked["state"][0]}, timeout=WITHIN)
            except requests.RequestException:
                pass  # MSAL has its answer and has stopped listening.

    def is_back(self):
        return any(words in self.browser.driver.page_source for words in ("Authentication complete.", "Authentication failed."))

    def parameter(self, name):
        return parse_qs(urlsplit(self.address).query)[name][0]


def interactive(app, browser, scopes, walk, **more):
    """An interactive sign-in; what went wrong in the browser is raised here."""
    visitor = Visitor(browser, walk)
    webbrowser.register(visitor.name, None, visitor, preferred=True)
    try:
        result = app.acquire_token_interactive(scopes, timeout=3 * WITHIN, **more)
    finally:
        webbrowser._tryorder.remove(visitor.name)
        if visitor.thread:
            visitor.thread.join(3 * WITHIN)
        if visitor.trouble:
            raise visitor.trouble
    result["visitor"] = visitor
    return result


def answer_at(browser, address):
    """The answer in the query of a redirect, as the browser was sent there; nobody has to listen."""
    query = urlsplit(browser.request_to(address + "?")["url"]).query
    return {name: value for name, [value] in parse_qs(query, strict_parsing=True).items()}


def public_app(server, **more):
    """The native app. Its cache is its own, as on another start or another machine."""
    return msal.PublicClientApplication(NATIVE_APP, **{"authority": server.authority, "instance_discovery": False, **more})


def console_app(server, secret=CONSOLE_SECRET):
    return msal.ConfidentialClientApplication(
        CONSOLE, client_credential=secret, authority=server.authority, instance_discovery=False
    )


def succeeded(result):
    assert "error" not in result, f"{result['error']}: {result.get('error_description')}"
    return result


def refused(result, error, code):
    assert result.get("error") == error, result
    assert result["error_description"].startswith(f"AADSTS{code}: "), result
    return result


def as_chris(browser):
    browser.sign_in(CHRIS_NAME).accept()


def as_admin(browser):
    browser.sign_in(ADMIN_NAME).accept()


def nothing(_):
    """Signed in already: no page asks anything."""
