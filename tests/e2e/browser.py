"""A headless Chromium that trusts the platform's own authority, and a person who uses it by the pages' element ids."""

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import (
    NoAlertPresentException,
    NoSuchWindowException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from grantor import PASSWORD

# Longer than anything takes on a slow machine: whoever waits goes on at once when it is there.
WITHIN = 60

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--window-size=800,700",
    "--lang=en-US",
]


def page_has_gone(error):
    """Whether that is how the browser says so. Asked in the very moment, it has no error of its own for it."""
    if isinstance(error, (StaleElementReferenceException, NoSuchWindowException)):
        return True
    ways = ("does not belong to the document", "aborted by navigation", "execution context", "Cannot find context")
    return any(way in str(error.msg) for way in ways)


class Browser:
    """A browser and the person in front of it."""

    def __init__(self, driver, base, ca):
        self.driver = driver
        self.base = base
        self.ca = ca
        self._log = []

    # Looking.

    def until(self, condition, what):
        """Asks until the answer is yes. An element of a page that has just gone is no answer: it is asked again."""

        def answer(_):
            try:
                return condition()
            except WebDriverException as error:
                if page_has_gone(error):
                    return None
                raise

        waiting = WebDriverWait(self.driver, WITHIN, poll_frequency=0.05)
        return waiting.until(answer, f"{what}; the browser was at {self.address()}")

    def find(self, selector):
        """The one element that a selector names, once it is there."""
        found = self.until(lambda: self.all(selector), f"no {selector}")
        assert len(found) == 1, f"{len(found)} times {selector}"
        return found[0]

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def has(self, selector):
        return bool(self.all(selector))

    def address(self):
        """Where the browser is; a window may have closed by itself."""
        try:
            return self.driver.current_url
        except NoSuchWindowException:
            return "a window that has closed"

    def text(self, selector):
        texts = self.until(lambda: [one.text for one in self.all(selector)], f"no {selector}")
        assert len(texts) == 1, f"{len(texts)} times {selector}"
        return texts[0]

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def alert_is_open(self):
        try:
            self.driver.switch_to.alert
            return True
        except NoAlertPresentException:
            return False

    def is_gone(self, element):
        """Whether the page that an element was on has made way for another."""
        try:
            element.is_enabled()
            return False
        except WebDriverException as error:
            if page_has_gone(error):
                return True
            raise

    def focused(self):
        """The id of what has the focus, once the page has given it to what it asks to: some time after it has loaded."""
        at = """
        const wanted = document.querySelector('[autofocus]'), at = document.activeElement;
        return wanted && at !== wanted ? null : {id: at.id};
        """
        return self.until(lambda: self.script(at), "nothing has the focus")["id"]

    # Going.

    def leave_by(self, selector):
        """Clicks what leads to another page, and waits until this one has gone: the next may have the same elements."""
        element = self.find(selector)
        element.click()
        self.until(lambda: self.is_gone(element), f"{selector} leads nowhere")
        return self

    def open(self, address):
        self.driver.get(address)
        return self

    def forget(self):
        """Back to a browser that was never here."""
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        self._drain()
        self._log.clear()

    # What a person does, page by page. Each waits for its page by an element that only that page has.

    def sign_in(self, name, password=PASSWORD):
        field = self.find("#username")
        field.clear()
        field.send_keys(name)
        self.find("#password").send_keys(password)
        return self.leave_by("#sign-in")

    def accept(self):
        return self.leave_by("#accept")

    def deny(self):
        return self.leave_by("#deny")

    def pick(self, user):
        return self.leave_by(f'[id="pick-{user}"]')

    def use_another(self):
        return self.leave_by("#use-another")

    # The network, as the browser itself reports it.

    def requests(self):
        """Every request since the browser started or forgot: address, method, kind, body."""
        self._drain()
        return [
            {
                "url": event["request"]["url"],
                "method": event["request"]["method"],
                "kind": event.get("type"),
                "body": event["request"].get("postData"),
            }
            for name, event in self._log
            if name == "Network.requestWillBeSent"
        ]

    def documents(self):
        """Every page that was answered: address, status, headers with names in lower case."""
        self._drain()
        return [
            {
                "url": event["response"]["url"],
                "status": event["response"]["status"],
                "headers": {name.lower(): value for name, value in event["response"]["headers"].items()},
            }
            for name, event in self._log
            if name == "Network.responseReceived" and event.get("type") == "Document"
        ]

    def pages_shown(self):
        """The kinds of our own pages that were shown, in order: `sign-in`, `consent`, …"""
        ours = [page["url"] for page in self.documents() if page["url"].startswith(self.base + "/")]
        return [url.removeprefix(self.base + "/").split("/")[0].split("?")[0] for url in ours]

    def request_to(self, prefix):
        """The first request to an address, once it was made; whether anybody listens there or not."""
        return self.until(
            lambda: next((one for one in self.requests() if one["url"].startswith(prefix)), None), f"no request to {prefix}"
        )

    def _drain(self):
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"].startswith("Network."):
                self._log.append((message["method"], message["params"]))

    # Looks.

    def look(self, scheme="light", width=None, height=700):
        # Without motion, so that no colour is on its way while it is looked at.
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        media = {"features": [{"name": name, "value": value} for name, value in features.items()]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        self.hover(None)
        if width:
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        else:
            self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        return self

    def hover(self, element):
        """Moves the pointer over an element, or with `None` away from all."""
        if element:
            webdriver.ActionChains(self.driver, duration=0).move_to_element(element).perform()
        else:
            self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": 0, "y": 0})

    def tab(self):
        webdriver.ActionChains(self.driver).send_keys(Keys.TAB).perform()
        return self

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()
        return self


@contextmanager
def browse(server, scripts=True, cookies_in_frames=False):
    """A fresh browser. `scripts=False`: the person has switched JavaScript off.

    `cookies_in_frames=True`: the person lets a page's frames keep their cookies when they are of another site.
    """
    # Names of its sockets lie in this folder and must stay short.
    home = Path(tempfile.mkdtemp(prefix="e2e-browser-"))
    driver = None
    try:
        trust(home, server.ca)
        options = Options()
        options.binary_location = shutil.which("chromium")
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.add_argument(f"--user-data-dir={home / 'profile'}")
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        options.set_capability("unhandledPromptBehavior", "ignore")
        options.add_experimental_option(
            "prefs",
            {
                "credentials_enable_service": False,
                "profile.password_manager_enabled": False,
                "profile.password_manager_leak_detection": False,
                "net.network_prediction_options": 2,
                "profile.cookie_controls_mode": 0 if cookies_in_frames else 1,
                **({} if scripts else {"profile.managed_default_content_settings.javascript": 2}),
            },
        )
        places = {"HOME": home, "XDG_CONFIG_HOME": home / "config", "XDG_CACHE_HOME": home / "cache"}
        environment = {**os.environ, **{name: str(path) for name, path in places.items()}}
        driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"), env=environment))
        driver.set_page_load_timeout(WITHIN)
        driver.set_script_timeout(WITHIN)
        yield Browser(driver, server.base, server.ca)
    finally:
        try:
            if driver is not None:
                driver.quit()
        finally:
            shutil.rmtree(home, ignore_errors=True)


def trust(home, ca):
    """Puts the platform's authority into the browser's own store, so that no certificate error has to be ignored."""
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    for arguments in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "grantor", "-i", str(ca)]):
        subprocess.run(["certutil", "-d", f"sql:{store}", *arguments], check=True, capture_output=True)
