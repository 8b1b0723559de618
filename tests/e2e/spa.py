"""A single-page app with MSAL for the browser, unmodified: the pages in `spa/` at the address that the directory knows."""

import json
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from grantor import SPA

HERE = Path(__file__).parent
MSAL = HERE / "node" / "node_modules" / "@azure" / "msal-browser" / "lib"
FILES = {
    "/": HERE / "spa" / "index.html",
    "/app.html": HERE / "spa" / "app.html",
    "/msal-browser.min.js": MSAL / "msal-browser.min.js",
    "/msal-redirect-bridge.min.js": MSAL / "redirect-bridge" / "msal-redirect-bridge.min.js",
}
# The redirect address that `contoso.toml` gives the app; `/` takes the answers, the app itself is beside it.
PORT = 5173
ADDRESS = f"http://localhost:{PORT}"


class Handler(SimpleHTTPRequestHandler):
    """Serves the app's files and its settings, and nothing else."""

    def __init__(self, settings, *arguments):
        self.settings = settings
        super().__init__(*arguments)

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/settings.json":
            self._answer("application/json", json.dumps(self.settings).encode())
        elif path in FILES:
            self._answer(self.guess_type(FILES[path]), FILES[path].read_bytes())
        else:
            self.send_error(404)

    def _answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def spa(server):
    """Serves the app, which signs people in at `server`."""
    settings = {"base": server.base, "authority": server.authority, "client_id": SPA}
    web = ThreadingHTTPServer(("127.0.0.1", PORT), partial(Handler, settings))
    web.daemon_threads = True
    thread = Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


class Page:
    """The app as it stands in a browser."""

    def __init__(self, browser):
        self.browser = browser

    def open(self):
        self.browser.open(f"{ADDRESS}/app.html")
        return self.ready()

    def ready(self):
        self.browser.find("body[data-ready]")
        return self

    def shown(self):
        """What the app shows of what it got."""
        return json.loads(self.browser.until(lambda: self.browser.text("#result"), "the app shows nothing"))

    def quietly(self, call, *arguments):
        """What a call says that asks nobody."""
        script = "const [call, parameters, done] = arguments; window.quiet[call](...parameters).then(done, (e) => done(String(e)));"
        return self.browser.driver.execute_async_script(script, call, arguments)

    def in_a_window(self, button, walk):
        """Clicks what opens a window, walks there, and comes back when it has closed."""
        driver = self.browser.driver
        home, before = driver.current_window_handle, set(driver.window_handles)
        self.browser.find(button).click()
        [window] = self.browser.until(lambda: set(driver.window_handles) - before, "no window opened")
        driver.switch_to.window(window)
        try:
            walk(self.browser)
        finally:
            driver.switch_to.window(home)
        self.browser.until(lambda: set(driver.window_handles) == before, "the window stays open")
        return self.shown()
