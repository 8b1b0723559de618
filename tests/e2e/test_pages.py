"""The pages that people see, in headless Chromium, by the element ids that are promised."""

import base64
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from grantor import ADMIN, ADMIN_NAME, CHRIS, CHRIS_NAME, NATIVE_APP, PASSWORD, ROOT, serve
from listener import pairs
from page_walks import PAGES_DIRECTORY, WALKS, to_sign_in_with_picture
from pictures import published

CANARY = '"><script>alert(1)</script>'
SCREENSHOTS = ROOT / "docs" / "screenshots"

# What a page's people must be able to read and do, in every look.
LOOKS = {"light": ("light", None), "dark": ("dark", None), "narrow": ("light", 320)}


def authorize(base, **more):
    """The address of a sign-in; `None` leaves a parameter out."""
    parameters = {
        "client_id": NATIVE_APP,
        "response_type": "code",
        "redirect_uri": "http://localhost:1",
        "scope": "openid User.Read",
        "prompt": "consent",  # so that no test depends on what another one allowed
        **more,
    }
    sent = {name: value for name, value in parameters.items() if value is not None}
    return f"{base}/contoso.example/oauth2/v2.0/authorize?{urlencode(sent)}"


# Each page, and the way there.


def to_sign_in(browser, _):
    browser.open(authorize(browser.base)).find("#sign-in")


def to_wrong_password(browser, _):
    browser.open(authorize(browser.base)).sign_in(CHRIS_NAME, "wrong")
    browser.find("#error")


def to_consent(browser, _):
    address = authorize(browser.base, scope="openid profile offline_access User.Read Mail.Read api://colors/Colors.Read")
    browser.open(address).sign_in(CHRIS_NAME)
    browser.find("#accept")


def to_consent_of_administrator(browser, _):
    browser.open(authorize(browser.base, scope="api://colors/Colors.Write User.Read")).sign_in(ADMIN_NAME)
    browser.find("#accept")


def to_account_picker(browser, _):
    browser.open(authorize(browser.base)).sign_in(CHRIS_NAME).find("#accept")
    browser.open(authorize(browser.base, prompt="select_account")).use_another().sign_in(ADMIN_NAME)
    browser.until(lambda: not browser.has("#username"), "nobody was signed in")
    browser.open(authorize(browser.base, prompt="select_account")).find("#use-another")


def to_sign_in_again(browser, _):
    browser.open(authorize(browser.base)).sign_in(CHRIS_NAME).find("#accept")
    browser.open(authorize(browser.base, prompt="login", login_hint=CHRIS_NAME)).find("#sign-in")


def to_refused(browser, _):
    browser.open(authorize(browser.base, redirect_uri="https://elsewhere.example/back")).find("#error-code")


def to_native_client(browser, _):
    browser.open(authorize(browser.base, redirect_uri=f"{browser.base}/common/oauth2/nativeclient"))
    browser.sign_in(CHRIS_NAME).accept()
    browser.until(lambda: "/common/oauth2/nativeclient?" in browser.driver.current_url, "not at the landing page")


def to_form_post(browser, listener):
    """Only where scripts are off: else the page has gone before anybody sees it."""
    browser.open(authorize(browser.base, redirect_uri=listener.address, response_mode="form_post", state="the state"))
    browser.sign_in(CHRIS_NAME).accept()
    browser.find("#continue")


def to_not_found(browser, _):
    browser.open(browser.base + "/contoso.example/oauth2/v2.0/authorise").find("#error")


PAGES = {
    "sign-in": to_sign_in,
    "wrong-password": to_wrong_password,
    "sign-in-again": to_sign_in_again,
    "account-picker": to_account_picker,
    "consent": to_consent,
    "consent-administrator": to_consent_of_administrator,
    "refused": to_refused,
    "native-client": to_native_client,
    "form-post": to_form_post,
    "not-found": to_not_found,
    **WALKS,
}


@pytest.fixture(scope="module")
def publisher(tmp_path_factory):
    with published(tmp_path_factory.mktemp("publisher")) as running:
        yield running


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory, publisher):
    folder = tmp_path_factory.mktemp("shared")
    directory = folder / "pages.toml"
    directory.write_text(PAGES_DIRECTORY.read_text().replace("PICTURE\"", publisher.address + "\""))
    contacts = ("--outgoing-allow", "localhost", "--outgoing-ca", str(publisher.ca))
    with serve(folder / "data", directory, at=("--listen", "127.0.0.1:0", *contacts)) as running:
        yield running


@pytest.fixture(params=PAGES)
def at_page(request, listener):
    """A browser at each page in turn, and the page's name."""
    without = request.param == "form-post"
    browser = request.getfixturevalue("fresh_without_scripts" if without else "fresh")
    PAGES[request.param](browser, listener)
    return browser, request.param


# What every page owes to everybody.

OF_READING = """
const channels = text => {
  const numbers = text.match(/[\\d.]+(e-?\\d+)?/g).map(Number);
  if (text.startsWith('color(srgb')) return [...numbers.slice(0, 3).map(n => n * 255), numbers[3] ?? 1];
  if (!text.startsWith('rgb')) throw new Error('a colour that this test cannot read: ' + text);
  return [...numbers.slice(0, 3), numbers[3] ?? 1];
};
const over = (top, ground) => {
  const rest = 1 - top[3];
  return [0, 1, 2].map(i => top[i] * top[3] + ground[i] * rest).concat(1);
};
const behind = element => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== 'none') throw new Error('a picture behind text: ' + at.outerHTML);
    layers.push(channels(style.backgroundColor));
  }
  const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  return layers.reverse().reduce((ground, layer) => over(layer, ground), canvas);
};
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map(n => n / 255).map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const ratio = (one, other) => {
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};
const found = [];
for (const element of document.querySelectorAll('body *')) {
  const own = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()).join(' ').trim();
  const text = own || (element.matches('input:not([type=hidden]), textarea') ? element.value || element.id : '');
  const style = getComputedStyle(element);
  if (!text || element.matches('script, style') || style.visibility !== 'visible' || !element.getClientRects().length) continue;
  if (style.opacity !== '1') throw new Error('faded text: ' + text);
  const ground = behind(element);
  found.push([text, Math.round(100 * ratio(over(channels(style.color), ground), ground)) / 100]);
}
return found;
"""

CONTROLS = "input:not([type=hidden]), button, a[href], select, textarea"


def test_every_page_can_be_read_and_used(at_page, request):
    browser, name = at_page
    for look, (scheme, width) in LOOKS.items():
        browser.look(scheme, width)
        dark = browser.script("return matchMedia('(prefers-color-scheme: dark)').matches")
        assert dark == (scheme == "dark"), "the look was not put on"

        # Nothing has to be scrolled sideways.
        content, window = browser.script("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert content <= window, (look, content, window)
        if width:
            assert window == width

        # Every text can be told from what is behind it.
        contrasts = browser.script(OF_READING)
        assert contrasts, "no text was found"
        for button in [] if width else browser.all("button"):
            browser.hover(button)
            contrasts += browser.script(OF_READING)
        browser.hover(None)
        faint = [(text, ratio) for text, ratio in contrasts if ratio < 4.5]
        assert not faint, (look, faint)
        if request.config.getoption("--screenshots"):
            keep(browser, f"{name}-{look}")
    browser.look()

    # A screen reader can say where one is, and what each control is.
    assert browser.script("return document.documentElement.lang") == "en"
    assert len(browser.all("main")) == len(browser.all("h1")) == 1
    assert browser.text("h1")
    assert browser.driver.title
    for control in browser.all(CONTROLS):
        assert control.accessible_name.strip(), control.get_attribute("outerHTML")
        assert control.aria_role in ("textbox", "button", "checkbox", "link"), control.get_attribute("outerHTML")
        box = control.size
        assert box["height"] >= 24 and box["width"] >= 24, (control.get_attribute("id"), box)
    ids = browser.script("return [...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids)), ids
    # No text stands in for a person's name.
    assert "None" not in browser.text("main") and "{{" not in browser.text("main")

    # The page is ours alone, and says so to the browser.
    ours = [one["url"] for one in browser.requests() if urlsplit(one["url"]).scheme not in ("data", "about", "chrome")]
    strangers = [url for url in ours if not url.startswith(browser.base + "/")]
    assert not strangers, strangers
    documents = [page for page in browser.documents() if page["url"].startswith(browser.base)]
    assert documents
    for page in documents:
        assert_policy(page)


def keep(browser, name):
    """A picture of the whole page, however long it is."""
    picture = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})
    data = base64.b64decode(picture["data"])
    assert len(data) < 100_000, f"{name} is {len(data)} bytes"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"{name}.png").write_bytes(data)


def policy_of(page):
    directives = (directive.split() for directive in page["headers"]["content-security-policy"].split(";"))
    return {name: values for name, *values in directives}


def assert_policy(page):
    policy = policy_of(page)
    assert policy["default-src"] == ["'none'"], policy
    assert policy["base-uri"] == ["'none'"]
    assert policy["style-src"] == policy["img-src"] == ["'self'"]
    for source in policy.get("script-src", []):
        assert source.startswith("'sha256-"), policy
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:"} & {one for values in policy.values() for one in values}
    assert policy["form-action"], policy
    if "script-src" not in policy:
        assert policy["frame-ancestors"] == ["'none'"]
        assert page["headers"]["x-frame-options"] == "DENY"
    assert page["headers"]["x-content-type-options"] == "nosniff"
    assert page["headers"]["referrer-policy"] == "no-referrer"
    assert "no-store" in page["headers"]["cache-control"]


# Sign-in.


def test_the_sign_in_page_names_the_app_and_the_organization(fresh):
    to_sign_in(fresh, None)
    assert fresh.driver.title == "Sign in to Native App · Contoso"
    assert fresh.text("h1") == "Sign in"
    assert "Contoso" in fresh.text("main") and "to continue to Native App" in fresh.text("main")
    assert fresh.find("#username").accessible_name == "Email or user name"
    assert fresh.find("#password").accessible_name == "Password"
    assert fresh.find("#password").get_attribute("type") == "password"
    assert not fresh.has("#error")
    assert fresh.focused() == "username"


@pytest.mark.parametrize("name", [CHRIS_NAME, "nobody@contoso.example"], ids=["known", "unknown"])
def test_a_wrong_password_and_an_unknown_name_look_the_same(fresh, name):
    fresh.open(authorize(fresh.base)).sign_in(name, "wrong")
    assert fresh.text("#error") == "That user name and password do not match."
    assert fresh.find("#error").aria_role == "alert"
    assert fresh.find("#username").get_attribute("value") == name, "what was typed is kept"
    assert fresh.find("#password").get_attribute("value") == "", "the password is not"
    assert fresh.find("#password").get_attribute("aria-describedby") == "error"
    assert fresh.driver.title.startswith("Error: ")
    assert [page["status"] for page in fresh.documents()] == [200, 200]


def test_the_second_try_may_succeed(fresh, listener):
    fresh.open(authorize(fresh.base, redirect_uri=listener.address))
    fresh.sign_in(CHRIS_NAME, "wrong").find("#error")
    fresh.sign_in(CHRIS_NAME).accept().find("#arrived")
    assert pairs(listener.sole_answer()["query"])["code"]


def test_the_hint_fills_the_name_in(fresh):
    fresh.open(authorize(fresh.base, login_hint=CHRIS_NAME))
    assert fresh.find("#username").get_attribute("value") == CHRIS_NAME
    assert fresh.focused() == "password"


def test_a_picture_comes_from_the_server_and_its_host_learns_nothing(fresh, publisher):
    to_sign_in_with_picture(fresh, None)
    shown = fresh.find("img.logo")
    assert shown.accessible_name == "Logo of Northwind Shop"
    assert (shown.size["width"], shown.size["height"]) == (40, 40)
    assert shown.get_attribute("src").startswith(fresh.base + "/logo/")
    # One request for all who look at the page, by the server, with nothing that tells of any of them.
    to_sign_in_with_picture(fresh, None)
    assert len(publisher.asked) == 1, publisher.asked
    assert not {"cookie", "referer", "origin", "authorization"} & {name.lower() for name in publisher.asked[0]}


def test_the_links_of_an_app_say_whose_they_are(fresh):
    to_sign_in_with_picture(fresh, None)
    links = {link.get_attribute("href"): link for link in fresh.all("main a[target=_blank]")}
    assert set(links) == {"https://shop.northwind.example/privacy", "https://shop.northwind.example/terms"}
    privacy = links["https://shop.northwind.example/privacy"]
    assert privacy.accessible_name == "Privacy statement of Northwind Shop (opens in a new window)"
    assert all(link.get_attribute("rel") == "noopener noreferrer" for link in links.values())
    assert "About Northwind Shop:" in fresh.text("main")


def test_a_no_before_signing_in_goes_back_to_the_app(fresh, listener):
    for walk in (lambda: fresh.find("#deny"), lambda: fresh.sign_in(CHRIS_NAME, "wrong").find("#error")):
        listener.arrived.clear()
        fresh.open(authorize(fresh.base, redirect_uri=listener.address, state="s"))
        walk()
        page = fresh.driver.current_url
        fresh.deny().find("#arrived")
        answer = pairs(listener.sole_answer()["query"])
        assert (answer["error"], answer["state"]) == ("access_denied", "s")
        # It is over: the page is gone, in this window and in any other.
        fresh.open(page).find("#error-code")
        assert not fresh.has("form")


# Consent.


def test_the_consent_page_says_each_permission_in_its_own_words(fresh):
    to_consent(fresh, None)
    assert fresh.driver.title == "Native App asks for your permission · Contoso"
    assert fresh.text("h1") == "Native App would like to"
    assert "Chris Green" in fresh.text("main") and CHRIS_NAME in fresh.text("main")
    listed = [item.text.splitlines() for item in fresh.all("#permissions > li")]
    words = [lines[0] for lines in listed]
    technical = [lines[1] for lines in listed]
    assert "See your colors" in words, listed
    assert "Colors API · Colors.Read" in technical, listed
    assert any(line.endswith("User.Read") for line in technical), listed
    assert any(line.endswith("Mail.Read") for line in technical), listed
    assert len(set(words)) == len(words) >= 4, "each in words of its own"
    for word in words:
        assert " " in word and "." not in word.rstrip("."), f"not in words: {word}"
    assert fresh.find("#accept").text == "Allow"
    assert fresh.find("#deny").text == "Cancel"


def test_what_needs_an_administrator_is_marked(fresh):
    to_consent_of_administrator(fresh, None)
    marked = [item.text for item in fresh.all("#permissions > li") if "Needs an administrator" in item.text]
    assert len(marked) == 1 and "Change colors for everyone" in marked[0], marked


def test_denied_consent_goes_back_to_the_app(fresh, listener):
    fresh.open(authorize(fresh.base, redirect_uri=listener.address, state="s")).sign_in(CHRIS_NAME).deny().find("#arrived")
    answer = pairs(listener.sole_answer()["query"])
    assert answer["error"] == "access_denied"
    assert answer["error_description"].startswith("AADSTS65004: ")
    assert answer["state"] == "s"
    assert "code" not in answer


def test_the_person_can_switch_on_the_consent_page(fresh, listener):
    fresh.open(authorize(fresh.base, redirect_uri=listener.address)).sign_in(CHRIS_NAME)
    fresh.leave_by("#switch").sign_in(ADMIN_NAME)
    fresh.until(lambda: ADMIN_NAME in fresh.text("main") and fresh.has("#accept"), "no consent page for the other account")
    fresh.accept().find("#arrived")
    assert pairs(listener.sole_answer()["query"])["code"]


# The account picker.


def test_the_picker_offers_each_account_and_another(fresh, listener):
    to_account_picker(fresh, None)
    assert fresh.text("h1") == "Choose an account"
    shown = {button.get_attribute("id"): button.text for button in fresh.all("main button")}
    assert set(shown) == {f"pick-{CHRIS}", f"pick-{ADMIN}", "use-another", "deny"}
    assert "Chris Green" in shown[f"pick-{CHRIS}"] and CHRIS_NAME in shown[f"pick-{CHRIS}"]
    assert ADMIN_NAME in shown[f"pick-{ADMIN}"]
    fresh.use_another()
    assert fresh.find("#username").get_attribute("value") == ""


def test_a_picked_account_goes_on_without_a_password(fresh, listener):
    fresh.open(authorize(fresh.base, redirect_uri=listener.address)).sign_in(CHRIS_NAME).accept().find("#arrived")
    listener.arrived.clear()
    fresh.open(authorize(fresh.base, redirect_uri=listener.address, prompt="select_account")).pick(CHRIS).find("#arrived")
    assert pairs(listener.sole_answer()["query"])["code"]


# Refusals and landings.


def test_a_refusal_that_must_not_leave_stays_on_a_page(fresh):
    to_refused(fresh, None)
    assert fresh.text("h1") == "This sign-in cannot go on"
    assert "an address that is not registered for it: 'https://elsewhere.example/back'" in fresh.text("#error")
    assert fresh.text("#error-code") == "AADSTS50011"
    assert len(fresh.text("#trace-id")) == 36
    assert [page["status"] for page in fresh.documents()] == [400]
    assert all("elsewhere" not in urlsplit(one["url"]).netloc for one in fresh.requests())


def test_the_trace_on_the_page_finds_the_events(fresh, shared_server):
    to_refused(fresh, None)
    trace = fresh.text("#trace-id")
    events = shared_server.get(f"/dev/flows?id={trace}").json()["events"]
    assert events, "nothing is recorded under the trace id that the page shows"


def test_a_form_of_another_browser_is_refused(fresh, shared_server):
    fresh.open(authorize(fresh.base)).find("#sign-in")
    stolen = urlsplit(fresh.driver.current_url).path
    fresh.forget()
    fresh.open(fresh.base + stolen).find("#error-code")
    assert fresh.text("#error") == "This sign-in was begun in another browser, or the browser keeps no cookies."


def test_a_form_without_its_mark_signs_nobody_in(fresh):
    fresh.open(authorize(fresh.base)).find("#sign-in")
    fresh.script("document.querySelector('[name=csrf]').value = 'forged'")
    fresh.sign_in(CHRIS_NAME)
    assert fresh.text("#error") == "This page was open for too long. Sign in again."
    assert not [cookie for cookie in fresh.driver.get_cookies() if "session" in cookie["name"]]


def test_the_cookies_are_out_of_reach(fresh):
    to_consent(fresh, None)
    cookies = fresh.driver.get_cookies()
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie["name"].startswith("__Host-") and cookie["httpOnly"] and cookie["secure"], cookie
    assert fresh.script("return document.cookie") == ""


def test_an_embedded_browser_lands_on_a_harmless_page(fresh):
    to_native_client(fresh, None)
    assert fresh.text("h1") == "You can close this window"
    assert parse_qs(urlsplit(fresh.driver.current_url).query)["code"]
    assert not fresh.all("script, form, a")
    assert "code" not in fresh.driver.page_source.split("</head>")[1]


# Answers: every mode, byte for byte, with and without scripts.

STATES = {"plain": "plain", "of-msal-js": "eyJpZCI6Ijg=|user+part/=&x", "odd": "ä %20 + \"'<>", "canary": CANARY}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_the_answer_carries_exactly_the_state_that_was_sent(fresh, listener, mode, state):
    sent = authorize(fresh.base, redirect_uri=listener.address, response_mode=mode, state=state)
    fresh.open(sent).sign_in(CHRIS_NAME).accept().find("#arrived")
    assert answer_of(fresh, listener, mode)["state"] == state
    assert not fresh.alert_is_open()


def answer_of(browser, listener, mode):
    arrived = listener.sole_answer()
    fragment = urlsplit(browser.driver.current_url).fragment
    carried = {"query": arrived["query"], "fragment": fragment, "form_post": arrived["body"]}
    assert [name for name, text in carried.items() if text] == [mode], carried
    assert arrived["method"] == ("POST" if mode == "form_post" else "GET")
    answer = pairs(carried[mode])
    assert answer["code"] or answer["error"]
    return answer


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_everything_works_without_scripts(fresh_without_scripts, listener, mode):
    browser = fresh_without_scripts
    state = secrets.token_urlsafe()
    browser.open("data:text/html,<p id=off>off<script>document.body.textContent='on'</script>")
    assert browser.text("body") == "off", "scripts are not switched off"
    browser.open(authorize(browser.base, redirect_uri=listener.address, response_mode=mode, state=state))
    browser.sign_in(CHRIS_NAME, "wrong").find("#error")
    browser.sign_in(CHRIS_NAME).find("#deny")
    browser.accept()
    if mode == "form_post":
        assert listener.arrived == []
        button = browser.find("#continue")
        assert button.is_displayed() and button.text == "Continue"
        browser.leave_by("#continue")
    browser.find("#arrived")
    assert answer_of(browser, listener, mode)["state"] == state

    # The picker too.
    listener.arrived.clear()
    browser.open(authorize(browser.base, redirect_uri=listener.address, prompt="select_account")).pick(CHRIS).find("#arrived")
    assert listener.sole_answer()["query"]


# The keyboard alone.


SHOWS_ITS_FOCUS = """
const at = document.activeElement, style = getComputedStyle(at);
return at.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
"""


CONTROL_WITH_FOCUS = f"""
const at = document.activeElement;
return at === document.body ? null : [...document.querySelectorAll({CONTROLS!r})].indexOf(at);
"""


def tab_order(browser):
    """Which of the controls the Tab key comes to, one after the other, until it leaves the page."""
    browser.focused()
    browser.script("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    order = []
    while len(order) < 30:
        browser.tab()
        at = browser.script(CONTROL_WITH_FOCUS)
        if at is None or at in order:
            return order
        assert browser.script(SHOWS_ITS_FOCUS), f"control {at} has the focus and does not show it"
        order.append(at)
    raise AssertionError(f"Tab never leaves the page: {order}")


def test_the_tab_key_reaches_every_control_in_order(at_page):
    browser, _ = at_page
    assert tab_order(browser) == list(range(len(browser.all(CONTROLS))))


def test_a_person_with_a_keyboard_signs_in(fresh, listener):
    fresh.open(authorize(fresh.base, redirect_uri=listener.address)).find("#sign-in")
    assert fresh.focused() == "username"
    fresh.press(CHRIS_NAME).tab().press(PASSWORD, Keys.ENTER)
    fresh.find("#accept")
    move_to(fresh, "accept")
    fresh.press(Keys.ENTER).find("#arrived")
    assert pairs(listener.sole_answer()["query"])["code"]

    # And picks, and says no.
    listener.arrived.clear()
    fresh.open(authorize(fresh.base, redirect_uri=listener.address, prompt="select_account")).find("#use-another")
    move_to(fresh, f"pick-{CHRIS}")
    fresh.press(Keys.SPACE).find("#arrived")
    listener.arrived.clear()
    fresh.open(authorize(fresh.base, redirect_uri=listener.address)).find("#deny")
    move_to(fresh, "deny")
    fresh.press(Keys.ENTER).find("#arrived")
    assert pairs(listener.sole_answer()["query"])["error"] == "access_denied"


def move_to(browser, wanted):
    browser.focused()
    seen = []
    while (at := browser.script("return document.activeElement.id")) != wanted:
        assert len(seen) < 30, seen
        seen.append(at)
        browser.tab()


# What a stranger sends never becomes part of a page.


SENT_BY_STRANGERS = "login_hint state redirect_uri client_id scope prompt nonce response_mode response_type".split()


@pytest.mark.parametrize("parameter", SENT_BY_STRANGERS)
def test_hostile_parameters_stay_text(fresh, shared_server, listener, parameter):
    sent = {"redirect_uri": listener.address, parameter: CANARY}
    address = authorize(fresh.base, **sent)
    fresh.open(address)
    assert_harmless(fresh, shared_server, address)
    if fresh.has("#sign-in"):
        fresh.sign_in(CHRIS_NAME, CANARY).find("#error")
        assert_harmless(fresh, shared_server)
        fresh.sign_in(CANARY, "wrong").find("#error")
        assert fresh.find("#username").get_attribute("value") == CANARY, "the name is lost"
        assert_harmless(fresh, shared_server)


def test_hostile_paths_stay_text(fresh, shared_server):
    for path in [
        "/%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        f"/sign-in/{CANARY}",
        f"/consent/{CANARY}",
        f"/{CANARY}/oauth2/v2.0/authorize?client_id=x",
        f"/error?code={CANARY}",
    ]:
        address = fresh.base + path
        fresh.open(address)
        assert_harmless(fresh, shared_server, address)


def assert_harmless(browser, server, address=None):
    """Nothing ran, and nothing would run; with an address, as it stands in the raw answer too."""
    assert not browser.alert_is_open()
    assert not browser.script("return [...document.scripts].some(script => script.text.includes('alert'))")
    if address:
        text = server.http.get(address, timeout=60, allow_redirects=browser.driver.current_url.startswith(server.base)).text
        assert "<script>alert" not in text
        assert CANARY not in text
