"""Session Management in a real browser: an app's page embeds the frame and asks it whether its person is still signed in."""

from urllib.parse import parse_qs, urlencode

import pytest

from browser import browse
from grantor import CHRIS_NAME, CONTOSO, CONSOLE, NATIVE_APP

# What an app's page does: the frame is hidden, and each question gets at most one answer (Session Management 1.0 §3.1).
PAGE = """
const [address] = arguments, frame = document.createElement('iframe');
frame.hidden = true;
frame.src = address;
window.heard = [];
addEventListener('message', (event) => {
  if (event.source === frame.contentWindow) heard.push({said: event.data, origin: event.origin});
});
window.framed = new Promise((resolve) => frame.onload = () => resolve(frame.contentWindow));
document.body.append(frame);
"""
ASK = """
const [question, done] = arguments, before = heard.length;
framed.then((frame) => frame.postMessage(question, '*'));
const wait = () => heard.length > before ? done(heard.at(-1)) : setTimeout(wait, 10);
wait();
"""
# Another frame on the same page, which asks in the page's place.
INTRUDE = """
const [question, done] = arguments, other = document.createElement('iframe');
window.question = question;
window.intruded = [];
other.srcdoc = `<script>
addEventListener('message', (event) => parent.intruded.push(event.data));
parent.framed.then((frame) => { frame.postMessage(parent.question, '*'); parent.document.title = 'asked'; });
</script>`;
document.body.append(other);
const wait = () => document.title === 'asked' ? done() : setTimeout(wait, 10);
wait();
"""


class AppPage:
    """A page of an app in the browser, with the frame in it."""

    def __init__(self, browser, address, tenant=CONTOSO):
        self.browser = browser.open(address)
        self.frame_of = browser.base
        browser.script(PAGE, f"{browser.base}/{tenant}/oidc/check-session")

    def asks(self, question):
        heard = self.browser.driver.execute_async_script(ASK, question)
        assert heard["origin"] == self.frame_of
        return heard["said"]


def signed_in(browser, listener):
    """Signs Chris in at the native app, whose answers go to `listener`; the state of the session, as the app is told."""
    asked = {
        "client_id": NATIVE_APP,
        "response_type": "code",
        "redirect_uri": listener.address,
        "scope": "openid",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    browser.open(f"{browser.base}/{CONTOSO}/oidc/authorize?{urlencode(asked)}").sign_in(CHRIS_NAME).accept()
    browser.find("#arrived")
    [session_state] = parse_qs(listener.sole_answer()["query"])["session_state"]
    return session_state


@pytest.fixture
def browser(server):
    """The person lets frames of other sites keep their cookies: without those no frame knows anything."""
    with browse(server, cookies_in_frames=True) as opened:
        yield opened


def test_a_frame_says_whether_the_person_is_still_signed_in(browser, listener):
    # ses-02
    state = signed_in(browser, listener)
    page = AppPage(browser, listener.address)
    question = f"{NATIVE_APP} {state}"
    assert page.asks(question) == "unchanged"
    unsalted = state.partition(".")[0]
    for junk in ["", NATIVE_APP, state, f"{question} more", f"{NATIVE_APP} {unsalted}", f"{NATIVE_APP} {state}.x", "\n", 7]:
        assert page.asks(junk) == "error", junk
    for other in [f"{CONSOLE} {state}", f"{NATIVE_APP} {state}0", f"{NATIVE_APP} 0{state}"]:
        assert page.asks(other) == "changed", other
    # Only the page that embeds it is answered; two answers to the page are later than one to the other frame would have been.
    browser.driver.execute_async_script(INTRUDE, question)
    assert [page.asks(question), page.asks(question)] == ["unchanged"] * 2
    assert browser.script("return intruded") == []

    # What another origin has picked up is worth nothing there.
    foreign = AppPage(browser, listener.address.replace("localhost", "127.0.0.1"))
    assert foreign.asks(question) == "changed"

    browser.open(f"{browser.base}/{CONTOSO}/oidc/end-session").leave_by("#sign-out-confirm").find("#signed-out")
    assert AppPage(browser, listener.address).asks(question) == "changed"


def test_the_frame_notices_while_the_page_stays_open(browser, listener):
    # ses-02
    state = signed_in(browser, listener)
    page = AppPage(browser, listener.address)
    app = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    browser.open(f"{browser.base}/{CONTOSO}/oidc/end-session").leave_by("#sign-out-confirm").find("#signed-out")
    browser.driver.switch_to.window(app)
    assert page.asks(f"{NATIVE_APP} {state}") == "changed"
