"""What the tests are handed: a server, a browser, a listener."""

import os
import signal

import pytest

import clients
from browser import browse
from grantor import BINARY, serve
from listener import listen


def pytest_addoption(parser):
    parser.addoption("--screenshots", action="store_true", help="rewrite docs/screenshots")


def pytest_configure(config):
    # Asked to end, the suite still stops its servers and browsers.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What this machine says of authorities and proxies would hold before what a test says of its own server.
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
    if not BINARY.exists():
        raise pytest.UsageError(f"{BINARY} is missing: run scripts/e2e, or `cargo build -p grantor-server` first")


@pytest.fixture
def server(tmp_path):
    """A server of the test's own: nobody has signed in, nothing is consented to."""
    with serve(tmp_path / "data") as running:
        yield running


@pytest.fixture
def browser(server):
    with browse(server) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    """One server for a module whose tests do not depend on what was consented to before."""
    with serve(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The certificate by which the API of `clients.toml` proves itself, in a folder with that file."""
    return clients.certificate(tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="module")
def clients_server(tmp_path_factory, certificate):
    """One server for a module, with the example directory and `clients.toml`."""
    with serve(tmp_path_factory.mktemp("shared") / "data", certificate.directory) as running:
        yield running


@pytest.fixture(scope="module")
def shared_browser(shared_server):
    with browse(shared_server) as opened:
        yield opened


@pytest.fixture
def fresh(shared_browser):
    """The shared browser, with no cookies and nothing cached."""
    shared_browser.forget()
    return shared_browser


@pytest.fixture(scope="module")
def shared_browser_without_scripts(shared_server):
    with browse(shared_server, scripts=False) as opened:
        yield opened


@pytest.fixture
def fresh_without_scripts(shared_browser_without_scripts):
    shared_browser_without_scripts.forget()
    return shared_browser_without_scripts


@pytest.fixture
def listener():
    with listen() as listening:
        yield listening
