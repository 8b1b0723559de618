"""Two nodes on one PostgreSQL database behind a round-robin: to its clients they are one platform."""

import base64
import hashlib
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urljoin, urlsplit

import jwt
import pytest
import requests

from grantor import ANSWERED_WITHIN, CHRIS, CHRIS_NAME, COLORS_API, CONSOLE_REDIRECT, CONTOSO, DIRECTORY_API, NATIVE_APP, PASSWORD
from msal_apps import COLORS, answer_at, as_chris, console_app, interactive, public_app, succeeded
from nodes import two_nodes
from walk import answered

# What one node changes, every other one knows within that many seconds.
KNOWN_WITHIN = 1.0

LEAVER = "5a11e0e5-0000-4000-8000-00000000e001"
LEAVER_NAME = "leaver@contoso.example"
STARS_API = "5a11e0e5-0000-4000-8000-00000000e002"
MOONS_API = "5a11e0e5-0000-4000-8000-00000000e003"
COUNTER = "5a11e0e5-0000-4000-8000-00000000e004"
COUNTER_SECRET = "counter-secret-for-local-use-only-0001"
MOVER = "5a11e0e5-0000-4000-8000-00000000e005"

TENANT = f"""
[[tenant]]
id = "{CONTOSO}"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"
"""


def leaver(enabled):
    return f"""{TENANT}
[[tenant.user]]
id = "{LEAVER}"
user_principal_name = "{LEAVER_NAME}"
password = "{PASSWORD}"
display_name = "Lee Leaver"
account_enabled = {str(enabled).lower()}
"""


def api(client_id, name, alg):
    return f"""
[[tenant.application]]
client_id = "{client_id}"
display_name = "{name}"
identifier_uris = ["api://{name}"]
access_token_version = 2
access_token_signing_alg = "{alg}"
[[tenant.application.app_role]]
value = "Count.All"
allowed_member_types = ["Application"]
display_name = "Count"
"""


def mover(redirect_uri, name):
    return f"""
[[tenant.application]]
client_id = "{MOVER}"
display_name = "{name}"
web_redirect_uris = ["{redirect_uri}"]
"""


# Beside what the example says: somebody who will leave, and APIs that choose algorithms which nobody else uses.
MORE = f"""{leaver(True)}{api(STARS_API, "stars", "ES256")}{api(MOONS_API, "moons", "EdDSA")}
[[tenant.application]]
client_id = "{COUNTER}"
display_name = "Counter"
secrets = [{{ description = "local", value = "{COUNTER_SECRET}" }}]
granted_app_roles = ["api://stars/Count.All", "api://moons/Count.All"]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two-nodes")
    (folder / "more.toml").write_text(MORE)
    with two_nodes(folder, folder / "more.toml") as running:
        yield running


@pytest.fixture(scope="module")
def shared_server(site):
    """What the browser's fixtures ask for."""
    return site.front


@pytest.fixture(autouse=True)
def _surroundings(site, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(site.front.ca))
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    yield
    site.whole()


class App:
    """The native app as a few lines of HTTP, with a connection of its own to one node or to the front."""

    def __init__(self, server):
        self.base = server.base
        self.authority = server.authority
        self.http = requests.Session()
        self.http.verify = str(server.ca)
        self.http.trust_env = False

    def token(self, **fields):
        return self.http.post(f"{self.authority}/oauth2/v2.0/token", data={"client_id": NATIVE_APP, **fields}, timeout=ANSWERED_WITHIN)

    def redeem(self, code, verifier):
        return self.token(
            grant_type="authorization_code", code=code, redirect_uri="http://localhost:1", code_verifier=verifier
        )

    def renew(self, refresh_token):
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def me(self, access_token):
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.http.get(f"{self.base}/v1.0/me", headers=headers, timeout=ANSWERED_WITHIN)

    def public_keys(self):
        answer = self.http.get(f"{self.authority}/discovery/v2.0/keys", timeout=ANSWERED_WITHIN)
        return {key["kid"]: key for key in answer.json()["keys"]}

    def count(self, name):
        """A token for an application that acts for itself."""
        return self.token(
            grant_type="client_credentials",
            client_id=COUNTER,
            client_secret=COUNTER_SECRET,
            scope=f"api://{name}/.default",
        )


class Person(App):
    """Somebody at a browser without a window. Signs in once, allows once; then every code comes without a question."""

    def __init__(self, server, name):
        super().__init__(server)
        self.name = name

    def code(self):
        verifier = secrets.token_urlsafe(48)
        asked = {
            "client_id": NATIVE_APP,
            "response_type": "code",
            "redirect_uri": "http://localhost:1",
            "response_mode": "query",
            "scope": "openid profile offline_access User.Read",
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = f"{self.authority}/oauth2/v2.0/authorize"
        answer = self.http.get(address, params=asked, allow_redirects=False, timeout=ANSWERED_WITHIN)
        while True:
            if answer.is_redirect:
                address = urljoin(answer.url, answer.headers["Location"])
                if address.startswith("http://localhost:1"):
                    [code] = parse_qs(urlsplit(address).query)["code"]
                    return code, verifier
                answer = self.http.get(address, allow_redirects=False, timeout=ANSWERED_WITHIN)
            else:
                assert answer.status_code == 200, answer.text
                form = answered(answer.text, self.name, PASSWORD)
                address = urljoin(answer.url, form["action"])
                answer = self.http.post(address, data=form["fields"], allow_redirects=False, timeout=ANSWERED_WITHIN)

    def tokens(self):
        return well(self.redeem(*self.code()))


def well(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


def error_of(answer):
    """The error and its number; `None` for what was no error."""
    return None if answer.status_code == 200 else (answer.json()["error"], *answer.json()["error_codes"])


def contenders(site):
    """Two apps for each node, each with a connection that is open already."""
    apps = [App(node) for node in site.nodes for _ in range(2)]
    for app in apps:
        app.public_keys()
    return apps


def at_once(apps, call):
    """What each app gets for the same call, made by all at the same moment."""
    start = threading.Barrier(len(apps))

    def run(app):
        start.wait(ANSWERED_WITHIN)
        return call(app)

    with ThreadPoolExecutor(len(apps)) as pool:
        return list(pool.map(run, apps))


class FromNowOn:
    """The time in which what was changed just now must be known everywhere.

    One turn of asking counts for a tenth of a second at most: where it takes longer, the machine lets nobody work.
    """

    def __init__(self):
        self.passed = 0.0

    def known(self, condition, what):
        """Asks again until the condition holds."""
        while True:
            asked = time.monotonic()
            if condition():
                return
            assert self.passed < KNOWN_WITHIN, f"{what}: not within {KNOWN_WITHIN} s"
            time.sleep(0.02)
            self.passed += min(time.monotonic() - asked, 0.1)


def test_msal_signs_in_by_turns_at_both_nodes(site, fresh):
    before = site.flows()
    app = public_app(site.front)
    first = succeeded(interactive(app, fresh, ["User.Read"], as_chris, extra_scopes_to_consent=COLORS))
    [account] = app.get_accounts()

    silent = succeeded(app.acquire_token_silent(["User.Read"], account=account))
    assert (silent["token_source"], silent["access_token"]) == ("cache", first["access_token"])
    colors = succeeded(app.acquire_token_silent_with_error(COLORS, account=account))
    assert colors["token_source"] == "identity_provider"

    # A connection for each call: one goes to one node, the next one to the other.
    passed = len(site.turns.passed)
    for _ in site.nodes:
        answer = App(site.front).me(first["access_token"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["id"] == CHRIS
    assert set(site.turns.passed[passed:]) == {node.port for node in site.nodes}
    for node in site.nodes:
        assert node.claims(first["id_token"], NATIVE_APP)["iss"] == f"{site.front.base}/{CONTOSO}/v2.0"
        assert node.claims(first["access_token"], DIRECTORY_API)["oid"] == CHRIS
        assert node.claims(colors["access_token"], COLORS_API)["scp"] == "Colors.Read"

    # One sign-in is one flow, wherever its parts were served.
    [flow] = site.flows() - before
    parts = [node.milestones(flow) for node in site.nodes]
    assert all("api-called" in part for part in parts), parts
    assert sorted(parts[0] + parts[1]) == [
        "api-called",
        "api-called",
        "code-issued",
        "consented",
        "signed-in",
        "tokens-issued",
        "tokens-issued",
    ]


def test_each_step_of_a_sign_in_can_be_served_by_the_other_node(site, fresh):
    """Nothing of a flow is kept in a node: the turn comes after every single step."""
    one, two = site.nodes
    before = site.flows()
    app = console_app(site.front)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=CONSOLE_REDIRECT)

    site.only(one)
    fresh.open(flow["auth_uri"])
    fresh.find("#username")
    site.only(two)
    fresh.sign_in(CHRIS_NAME)
    fresh.find("#accept")
    site.only(one)
    fresh.accept()
    answer = answer_at(fresh, CONSOLE_REDIRECT)
    site.only(two)
    first = succeeded(app.acquire_token_by_auth_code_flow(flow, answer))
    site.only(one)
    [account] = app.get_accounts()
    renewed = succeeded(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))
    assert renewed["access_token"] != first["access_token"]
    assert one.me(first["access_token"]).json()["id"] == two.me(renewed["access_token"]).json()["id"] == CHRIS

    [flow] = site.flows() - before
    assert one.milestones(flow) == ["consented", "code-issued", "tokens-issued", "api-called"]
    assert two.milestones(flow) == ["signed-in", "tokens-issued", "api-called"]


def test_of_a_code_at_both_nodes_at_once_one_redemption_succeeds(site):
    # T15
    person = Person(site.front, CHRIS_NAME)
    apps = contenders(site)
    for turn in range(30):
        code, verifier = person.code()
        answers = at_once(apps, lambda app: app.redeem(code, verifier))  # noqa: B023
        won = [answer for answer in answers if answer.status_code == 200]
        assert len(won) == 1, [(answer.status_code, answer.text[:200]) for answer in answers]
        lost = {error_of(answer) for answer in answers if answer not in won}
        assert lost == {("invalid_grant", 54005)}
        # Somebody else has had the code: what it bought is good for nobody, at neither node.
        again = apps[turn % len(apps)].renew(won[0].json()["refresh_token"])
        assert error_of(again) == ("invalid_grant", 50173), again.text


def test_a_refresh_token_at_both_nodes_at_once_has_one_successor(site):
    # T24
    tokens = Person(site.front, CHRIS_NAME).tokens()
    apps = contenders(site)
    presented, seen = tokens["refresh_token"], set()
    for _ in range(30):
        answers = [well(answer) for answer in at_once(apps, lambda app: app.renew(presented))]  # noqa: B023
        seen.add(presented)
        successors = {answer["refresh_token"] for answer in answers}
        assert len(successors) == 1, f"{len(successors)} successors"
        [presented] = successors
        assert presented not in seen
    assert apps[0].me(answers[-1]["access_token"]).status_code == 200


def test_when_a_node_is_killed_the_other_goes_on(site, fresh):
    lost, left = site.nodes
    # Everything is allowed already, so that the browser is asked for nothing but the password.
    Person(site.front, CHRIS_NAME).code()
    before = site.flows()
    app = public_app(site.front)

    def signs_in_late(page):
        page.find("#username")
        lost.kill()
        site.only(None)
        page.sign_in(CHRIS_NAME)

    # The node whose page the person has is gone by the time the password is sent.
    site.only(lost)
    first = succeeded(interactive(app, fresh, ["User.Read"], signs_in_late))
    [account] = app.get_accounts()
    second = succeeded(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))
    assert App(site.front).me(second["access_token"]).json()["id"] == CHRIS

    lost.start()
    site.only(lost)
    third = succeeded(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))
    assert len({first["access_token"], second["access_token"], third["access_token"]}) == 3
    assert lost.me(first["access_token"]).json()["id"] == CHRIS
    for node in site.nodes:
        assert node.claims(third["access_token"], DIRECTORY_API)["oid"] == CHRIS

    [flow] = site.flows() - before
    assert left.milestones(flow) == ["signed-in", "code-issued", "tokens-issued", "tokens-issued", "api-called"]
    assert lost.milestones(flow) == ["tokens-issued", "api-called"], "only what it did since it started again"


def test_no_refresh_token_is_lost_with_a_node(site):
    # T24
    """Apps renew without a pause while a node is killed. A renewal that got no answer is tried again with the same token."""
    lost, left = site.nodes
    person = Person(left, CHRIS_NAME)
    started = [person.tokens()["refresh_token"] for _ in range(6)]
    under_way = threading.Semaphore(0)
    killed = threading.Event()
    passed = len(site.turns.passed)

    def renews(refresh_token):
        before = after = 0
        app = App(site.front)
        until = time.monotonic() + ANSWERED_WITHIN
        while after < 5:
            assert time.monotonic() < until, f"{before} renewals, and {after} after the node was killed"
            was_killed = killed.is_set()
            try:
                refresh_token = well(app.renew(refresh_token))["refresh_token"]
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                app = App(site.front)
                continue
            if was_killed:
                after += 1
            else:
                before += 1
                if before == 5:
                    under_way.release()
        return refresh_token

    with ThreadPoolExecutor(len(started)) as pool:
        renewing = [pool.submit(renews, token) for token in started]
        for _ in started:
            assert under_way.acquire(timeout=ANSWERED_WITHIN)
        assert set(site.turns.passed[passed:]) == {lost.port, left.port}, "both had renewals to do"
        lost.kill()
        killed.set()
        last = [one.result() for one in renewing]
    assert len(set(last)) == len(started)
    lost.start()
    for token in last:
        well(App(lost).renew(token))


def test_a_disabled_user_is_refused_by_every_node_at_once(site):
    tokens = Person(site.front, LEAVER_NAME).tokens()
    apps = [App(node) for node in site.nodes]
    for app in apps:
        tokens = well(app.renew(tokens["refresh_token"]))
        assert app.me(tokens["access_token"]).json()["id"] == LEAVER

    def is_refused(app):
        renewal, call = app.renew(tokens["refresh_token"]), app.me(tokens["access_token"])
        return error_of(renewal) == ("invalid_grant", 50057) and call.status_code == 401

    with site.changed(leaver(False)):
        changed = FromNowOn()
        for app in apps:
            changed.known(lambda: is_refused(app), "the refusal")  # noqa: B023


def test_a_redirect_address_that_is_taken_away_is_refused_by_every_node(site):
    """An application is kept in the memory of each node that has read it, and for no longer than that."""
    apps = [App(node) for node in site.nodes]
    old, new = "http://localhost:7001/old", "http://localhost:7001/new"

    def takes(app, redirect_uri):
        asked = {"client_id": MOVER, "response_type": "code", "redirect_uri": redirect_uri, "scope": "openid"}
        address = f"{app.authority}/oauth2/v2.0/authorize"
        answer = app.http.get(address, params=asked, allow_redirects=False, timeout=ANSWERED_WITHIN)
        # On to the pages, or a page that says why not: no such address, or at first no such application.
        assert answer.is_redirect or answer.status_code == 400, answer.text
        assert answer.is_redirect or "50011" in answer.text or "700016" in answer.text, answer.text
        return answer.is_redirect

    with site.changed(TENANT + mover(old, "Mover")):
        changed = FromNowOn()
        for app in apps:
            changed.known(lambda: takes(app, old), "the application")  # noqa: B023
            assert not takes(app, new)
    for turn in range(3):
        with site.changed(TENANT + mover(new, f"Mover {turn}")):
            changed = FromNowOn()
            for app in apps:
                changed.known(lambda: not takes(app, old), "the refusal")  # noqa: B023
                assert takes(app, new)
        old, new = new, old


def test_a_signing_key_of_one_node_is_published_by_the_other(site):
    one, two = (App(node) for node in site.nodes)
    for app in (one, two):
        assert "EC" not in {key["kty"] for key in app.public_keys().values()}, "the key that is to be made is there already"

    token = well(one.count("stars"))["access_token"]
    made = FromNowOn()
    header = jwt.get_unverified_header(token)
    assert header["alg"] == "ES256"
    made.known(lambda: header["kid"] in two.public_keys(), "the key at the other node")
    for app in (one, two):
        key = jwt.PyJWK(app.public_keys()[header["kid"]], algorithm="ES256")
        assert jwt.decode(token, key, algorithms=["ES256"], audience=STARS_API)["roles"] == ["Count.All"]

    # The other node signs with it too, and makes none of its own.
    assert jwt.get_unverified_header(well(two.count("stars"))["access_token"])["kid"] == header["kid"]


def test_of_two_nodes_that_make_the_first_key_at_once_one_does(site):
    apps = contenders(site)
    for app in apps:
        assert "OKP" not in {key["kty"] for key in app.public_keys().values()}, "the key that is to be made is there already"
    tokens = [well(answer)["access_token"] for answer in at_once(apps, lambda app: app.count("moons"))]
    made = FromNowOn()
    [kid] = {jwt.get_unverified_header(token)["kid"] for token in tokens}
    for app in apps:
        made.known(lambda: kid in app.public_keys(), "the key")  # noqa: B023
        assert [key["kty"] for key in app.public_keys().values()].count("OKP") == 1
        key = jwt.PyJWK(app.public_keys()[kid], algorithm="EdDSA")
        for token in tokens:
            jwt.decode(token, key, algorithms=["EdDSA"], audience=MOONS_API)
