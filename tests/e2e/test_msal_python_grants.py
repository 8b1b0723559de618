"""MSAL for Python, unmodified: every grant beside the interactive one."""

import socket
import threading

import msal
import pytest

from clients import (
    DRAW,
    MIX,
    NIGHTLY_JOB,
    NIGHTLY_SECRET,
    PALETTE_API,
    PALETTE_SECRET,
    SKETCH_API,
    SKETCH_SECRET,
    Certificate,
)
from grantor import CHRIS, CHRIS_NAME, COLORS_API, CONTOSO, PASSWORD, serve
from msal_apps import COLORS, public_app, refused, succeeded
from walk import Person

MANAGE = ["api://colors/.default"]


def native_app(server, **more):
    return public_app(server, verify=str(server.ca), **more)


def confidential_app(server, client_id, credential):
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=credential,
        authority=server.authority,
        instance_discovery=False,
        verify=str(server.ca),
    )


# Client credentials.


def manages_colors(server, app, proof):
    result = succeeded(app.acquire_token_for_client(MANAGE))
    assert result["token_source"] == "identity_provider"
    assert "refresh_token" not in result and "id_token" not in result
    claims = server.claims(result["access_token"], COLORS_API)
    assert claims["roles"] == ["Colors.Manage.All"]
    assert claims["azp"] == app.client_id
    assert claims["azpacr"] == proof
    assert claims["oid"] == claims["sub"]
    assert "scp" not in claims
    again = succeeded(app.acquire_token_for_client(MANAGE))
    assert again["token_source"] == "cache"
    assert again["access_token"] == result["access_token"]


def test_a_program_proves_itself_by_its_secret(clients_server):
    manages_colors(clients_server, confidential_app(clients_server, NIGHTLY_JOB, NIGHTLY_SECRET), "1")
    wrong = confidential_app(clients_server, NIGHTLY_JOB, "wrong")
    refused(wrong.acquire_token_for_client(MANAGE), "invalid_client", 7000215)


# The ways to tell MSAL of a certificate: each makes an assertion of another look.
FORMS = {
    "RS256, by its SHA-1 thumbprint": lambda made: {"private_key": made.private_key, "thumbprint": made.sha1},
    "RS256, sent along": lambda made: {
        "private_key": made.private_key,
        "thumbprint": made.sha1,
        "public_certificate": made.pem,
    },
    "PS256, sent along": lambda made: {"private_key": made.private_key, "public_certificate": made.pem},
    "PS256, by its SHA-256 thumbprint": lambda made: {"private_key_pfx_path": str(made.pfx)},
}


@pytest.mark.parametrize("form", FORMS)
def test_a_program_proves_itself_by_its_certificate(clients_server, certificate, form):
    manages_colors(clients_server, confidential_app(clients_server, PALETTE_API, FORMS[form](certificate)), "2")


def test_a_certificate_that_nobody_registered(clients_server, tmp_path):
    stranger = Certificate(tmp_path)
    for form in FORMS.values():
        app = confidential_app(clients_server, PALETTE_API, form(stranger))
        refused(app.acquire_token_for_client(MANAGE), "invalid_client", 700027)


# On behalf of a person.


def signed_in(server, scopes):
    """What the native app has of a person who signed in and allowed what it asked for."""
    app = native_app(server)
    flow = app.initiate_auth_code_flow(scopes, redirect_uri="http://localhost:1")
    answer = Person(server.ca, CHRIS_NAME, PASSWORD).answer(flow["auth_uri"], "http://localhost:1")
    return succeeded(app.acquire_token_by_auth_code_flow(flow, answer))


@pytest.fixture(scope="module")
def asked(clients_server):
    """Tokens of one person for the two middle tiers."""
    scopes = {"palette": MIX, "sketch": DRAW}
    return {name: signed_in(clients_server, scopes)["access_token"] for name, scopes in scopes.items()}


@pytest.mark.parametrize("proof", ["secret", "certificate"])
def test_an_api_calls_others_on_a_persons_behalf(clients_server, certificate, asked, proof):
    server = clients_server
    credential = PALETTE_SECRET if proof == "secret" else FORMS["PS256, by its SHA-256 thumbprint"](certificate)
    app = confidential_app(server, PALETTE_API, credential)
    graph = succeeded(app.acquire_token_on_behalf_of(asked["palette"], ["User.Read"]))
    assert graph["token_source"] == "identity_provider"
    assert server.me(graph["access_token"]).json()["id"] == CHRIS

    colors = succeeded(app.acquire_token_on_behalf_of(asked["palette"], COLORS))
    claims = server.claims(colors["access_token"], COLORS_API)
    assert claims["oid"] == CHRIS
    assert claims["azp"] == PALETTE_API, "the middle tier asked"
    assert claims["azpacr"] == ("1" if proof == "secret" else "2")
    assert claims["scp"] == "Colors.Read"

    # All that was consented to for that API.
    everything = succeeded(app.acquire_token_on_behalf_of(asked["palette"], MANAGE))
    assert server.claims(everything["access_token"], COLORS_API)["scp"] == "Colors.Read"


def test_what_nobody_allowed_the_api_is_not_given_on_anybodys_behalf(clients_server, asked):
    app = confidential_app(clients_server, SKETCH_API, SKETCH_SECRET)
    missing = refused(app.acquire_token_on_behalf_of(asked["sketch"], ["User.Read"]), "invalid_grant", 65001)
    assert missing["suberror"] == "consent_required"


def test_a_token_for_another_api_is_nobodys_word(clients_server, asked):
    app = confidential_app(clients_server, SKETCH_API, SKETCH_SECRET)
    result = app.acquire_token_on_behalf_of(asked["palette"], ["User.Read"])
    assert result["error"] == "invalid_grant", result
    assert result["error_codes"] in ([50013], [500131]), result


# Device code.


def test_a_device_code_with_the_pages_in_a_real_browser(server, browser):
    app = native_app(server)
    flow = app.initiate_device_flow(["User.Read"])
    assert flow["user_code"] in flow["message"]
    assert flow["verification_uri"] in flow["message"]

    # Small letters do as well.
    browser.open(flow["verification_uri"]).find("#user-code").send_keys(flow["user_code"].lower())
    browser.leave_by("#continue").sign_in(CHRIS_NAME)
    while not browser.has("#device-done"):
        browser.accept()
        browser.until(lambda: browser.has("#device-done") or browser.has("#accept"), "neither a question nor the end")

    # MSAL notes in a flow when it asked last; the second use below shall not wait for the first.
    spent = dict(flow)
    result = succeeded(app.acquire_token_by_device_flow(flow))
    assert result["id_token_claims"]["oid"] == CHRIS
    assert server.me(result["access_token"]).json()["id"] == CHRIS
    [account] = app.get_accounts()
    assert account["home_account_id"] == f"{CHRIS}.{CONTOSO}"
    renewed = succeeded(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))
    assert renewed["access_token"] != result["access_token"]

    # A code is worth one sign-in.
    assert native_app(server).acquire_token_by_device_flow(spent)["error"] == "invalid_grant"


def test_a_device_waits_until_the_person_has_decided(server):
    app = native_app(server)
    flow = app.initiate_device_flow(["User.Read"])
    pending = app.acquire_token_by_device_flow(dict(flow), exit_condition=lambda _: True)
    assert pending["error"] == "authorization_pending", pending
    walk = (flow["verification_uri"], flow["user_code"])
    person = threading.Timer(1, Person(server.ca, CHRIS_NAME, PASSWORD).enter_code, walk)
    person.start()
    try:
        result = succeeded(app.acquire_token_by_device_flow(flow))
    finally:
        person.join()
    assert result["id_token_claims"]["oid"] == CHRIS


def test_a_device_code_that_the_person_declines(server):
    app = native_app(server)
    flow = app.initiate_device_flow(["User.Read"])
    Person(server.ca, CHRIS_NAME, PASSWORD).enter_code(flow["verification_uri"], flow["user_code"], "deny")
    assert app.acquire_token_by_device_flow(flow)["error"] == "authorization_declined"


def test_a_device_code_ends(server):
    app = native_app(server)
    flow = app.initiate_device_flow(["User.Read"])
    server.advance("16m")
    assert app.acquire_token_by_device_flow(flow)["error"] == "expired_token"


# Username and password.


@pytest.fixture
def server_at_443(tmp_path):
    """MSAL leaves the port out when it asks about the name's domain: that works only at the port of https itself."""
    try:
        socket.create_server(("127.0.0.1", 443)).close()
    except OSError as error:
        pytest.skip(f"nothing can be served at port 443 here: {error}")
    with serve(tmp_path / "data", at=("--listen", "127.0.0.1:443", "--public-url", "https://localhost")) as running:
        assert running.base == "https://localhost"
        yield running


def test_a_name_and_a_password(server_at_443):
    server = server_at_443

    def ask(password, scopes=("User.Read",)):
        app = native_app(server)
        with pytest.warns(DeprecationWarning, match="more secure flow"):
            return app, app.acquire_token_by_username_password(CHRIS_NAME, password, list(scopes))

    # This grant asks nobody: what was not allowed before is refused.
    missing = refused(ask(PASSWORD)[1], "invalid_grant", 65001)
    assert missing["suberror"] == "consent_required"
    signed_in(server, ["User.Read"])

    # By another app object: one that was refused would repeat the refusal from memory for a minute.
    app, result = ask(PASSWORD)
    assert succeeded(result)["id_token_claims"]["oid"] == CHRIS
    assert server.me(result["access_token"]).json()["id"] == CHRIS
    [account] = app.get_accounts()
    assert account["home_account_id"] == f"{CHRIS}.{CONTOSO}"
    renewed = succeeded(app.acquire_token_silent(["User.Read"], account=account, force_refresh=True))
    assert renewed["access_token"] != result["access_token"]
    refused(ask("wrong")[1], "invalid_grant", 50126)
