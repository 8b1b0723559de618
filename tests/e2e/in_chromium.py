"""The person of a scenario of `node/standard.mjs`, in headless Chromium."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlsplit

from grantor import CHRIS_NAME, CONTOSO
from msal_apps import answer_at


def issuer(server):
    return f"{server.base}/{CONTOSO}/oidc"


class InChromium:
    """The person of a scenario, in a browser."""

    def __init__(self, browser):
        self.browser = browser

    def answer(self, address, redirect_uri):
        self.browser.open(address).sign_in(CHRIS_NAME).accept()
        return answer_at(self.browser, redirect_uri)

    def leave(self, address, redirect_uri):
        # Nobody listens where it leads, which is no trouble of the page that sends the browser there.
        self.browser.script("location.href = arguments[0]", address)
        came = self.browser.request_to(f"{redirect_uri}?state=")["url"]
        # Whoever comes next is asked who they are.
        self.browser.open(f"{self.browser.base}/account").find("#username")
        return dict(parse_qsl(urlsplit(came).query))

    def decide(self, auth_req_id, message, decision):
        """Finds what an application asked somebody who is elsewhere, and answers it."""
        self.browser.open(f"{self.browser.base}/account")
        self.browser.until(lambda: self.browser.has("#username") or self.browser.has("#waiting-apps"), "nothing waits")
        if self.browser.has("#username"):
            self.browser.sign_in(CHRIS_NAME)
        digest = hashlib.sha256(auth_req_id.encode()).digest()
        self.browser.leave_by(f'[id="review-{base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}"]')
        assert self.browser.text("#binding-message") == message
        self.browser.leave_by(f"#{decision}")
        self.browser.find({"accept": "#request-approved", "deny": "#request-denied"}[decision])
