"""ADAL for Python, unmodified: what was written for Azure AD v1.0 runs on."""

import threading
import uuid
from urllib.parse import urlencode

import adal
import pytest

from clients import NIGHTLY_JOB, NIGHTLY_SECRET, PALETTE_API
from grantor import (
    CHRIS,
    CHRIS_NAME,
    COLORS_API,
    CONSOLE,
    CONSOLE_REDIRECT,
    CONSOLE_SECRET,
    CONTOSO,
    NATIVE_APP,
    PASSWORD,
)
from walk import Person

GRAPH = "https://graph.microsoft.com"
COLORS = "api://colors"


def context(server, **more):
    """ADAL knows only Microsoft's own hosts, so that validation is switched off for any other server."""
    return adal.AuthenticationContext(server.authority, validate_authority=False, verify_ssl=str(server.ca), **more)


def code(server, client_id, redirect_uri, resource):
    """What a person brings back from the v1.0 authorization endpoint. ADAL has no call for that leg: each app builds the address."""
    state = str(uuid.uuid4())
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "resource": resource,
        "state": state,
    }
    address = f"{server.authority}/oauth2/authorize?{urlencode(asked)}"
    answer = Person(server.ca, CHRIS_NAME, PASSWORD).answer(address, redirect_uri)
    assert answer["state"] == state
    return answer["code"]


def is_chris(token, resource):
    assert token["tokenType"] == "Bearer"
    assert token["resource"] == resource
    assert 3000 < token["expiresIn"] <= 2 * 3600
    assert token["tenantId"] == CONTOSO
    assert token["oid"] == CHRIS
    assert token["userId"] == CHRIS_NAME
    assert token["isUserIdDisplayable"]
    assert (token["givenName"], token["familyName"]) == ("Chris", "Green")


def graph_claims(server, token, client_id):
    claims = server.claims(token["accessToken"], GRAPH)
    assert claims["ver"] == "1.0"
    assert claims["iss"] == f"{server.base}/{CONTOSO}/"
    assert claims["appid"] == client_id
    assert claims["oid"] == CHRIS
    assert claims["upn"] == claims["unique_name"] == CHRIS_NAME
    return claims


def colors_claims(server, token, client_id):
    """The API chose v2.0 for its tokens: it gets these, whichever endpoint was asked."""
    claims = server.claims(token["accessToken"], COLORS_API)
    assert claims["ver"] == "2.0"
    assert claims["azp"] == client_id
    assert claims["oid"] == CHRIS
    assert claims["scp"] == "Colors.Read"
    return claims


def test_a_web_app_redeems_its_code_and_refreshes_for_another_api(server):
    app = context(server)
    found = code(server, CONSOLE, CONSOLE_REDIRECT, GRAPH)
    token = app.acquire_token_with_authorization_code(found, CONSOLE_REDIRECT, GRAPH, CONSOLE, CONSOLE_SECRET)
    is_chris(token, GRAPH)
    # Permissions are static here: all that the app is registered for was asked at once.
    assert "User.Read" in graph_claims(server, token, CONSOLE)["scp"].split()
    assert server.me(token["accessToken"]).json()["id"] == CHRIS

    colors = app.acquire_token_with_refresh_token(token["refreshToken"], CONSOLE, COLORS, CONSOLE_SECRET)
    assert colors["resource"] == COLORS
    colors_claims(server, colors, CONSOLE)
    assert server.me(colors["accessToken"]).status_code == 401, "a token for another API opens nothing here"

    with pytest.raises(adal.AdalError) as told:
        app.acquire_token_with_refresh_token(colors["refreshToken"], CONSOLE, COLORS, "wrong")
    assert told.value.error_response["error"] == "invalid_client"
    assert told.value.error_response["error_codes"] == [70002, 7000215]


def test_a_native_apps_cache_serves_several_apis(server):
    app = context(server)
    found = code(server, NATIVE_APP, "http://localhost:1", GRAPH)
    token = app.acquire_token_with_authorization_code(found, "http://localhost:1", GRAPH, NATIVE_APP)
    is_chris(token, GRAPH)
    assert {"User.Read", "Mail.Read"} <= set(graph_claims(server, token, NATIVE_APP)["scp"].split())

    cached = app.acquire_token(GRAPH, CHRIS_NAME, NATIVE_APP)
    assert cached["accessToken"] == token["accessToken"]
    # ADAL itself takes the refresh token of one API for another, since the answer says that it may.
    colors = app.acquire_token(COLORS, CHRIS_NAME, NATIVE_APP)
    colors_claims(server, colors, NATIVE_APP)
    assert app.acquire_token(COLORS, CHRIS_NAME, NATIVE_APP)["accessToken"] == colors["accessToken"]


def test_a_program_that_acts_for_itself(server):
    app = context(server)
    token = app.acquire_token_with_client_credentials(COLORS, NIGHTLY_JOB, NIGHTLY_SECRET)
    assert token["resource"] == COLORS
    assert "refreshToken" not in token
    claims = server.claims(token["accessToken"], COLORS_API)
    assert claims["roles"] == ["Colors.Manage.All"]
    assert claims["azp"] == NIGHTLY_JOB
    assert "scp" not in claims
    again = app.acquire_token_with_client_credentials(COLORS, NIGHTLY_JOB, NIGHTLY_SECRET)
    assert again["accessToken"] == token["accessToken"], "the second one comes from the cache"

    with pytest.raises(adal.AdalError) as told:
        context(server).acquire_token_with_client_credentials(COLORS, NIGHTLY_JOB, "wrong")
    assert told.value.error_response["error_codes"] == [70002, 7000215]


@pytest.mark.parametrize("sent", [False, True], ids=["by its thumbprint", "sent along"])
def test_a_program_with_a_certificate(clients_server, certificate, sent):
    chain = certificate.pem if sent else None
    token = context(clients_server).acquire_token_with_client_certificate(
        COLORS, PALETTE_API, certificate.private_key, certificate.sha1, chain
    )
    claims = clients_server.claims(token["accessToken"], COLORS_API)
    assert claims["roles"] == ["Colors.Manage.All"]
    assert claims["azpacr"] == "2"


def test_a_device_code(server):
    app = context(server)
    device = app.acquire_user_code(GRAPH, NATIVE_APP)
    assert device["user_code"] in device["message"]
    assert device["verification_url"] in device["message"]
    # The person takes a moment, so that ADAL is told to wait at least once.
    walk = (device["verification_url"], device["user_code"])
    person = threading.Timer(1, Person(server.ca, CHRIS_NAME, PASSWORD).enter_code, walk)
    person.start()
    try:
        token = app.acquire_token_with_device_code(GRAPH, device, NATIVE_APP)
    finally:
        person.join()
    is_chris(token, GRAPH)
    assert server.me(token["accessToken"]).json()["id"] == CHRIS
    assert app.acquire_token(GRAPH, CHRIS_NAME, NATIVE_APP)["accessToken"] == token["accessToken"]


def test_a_device_code_that_the_person_declines(server):
    app = context(server)
    device = app.acquire_user_code(GRAPH, NATIVE_APP)
    Person(server.ca, CHRIS_NAME, PASSWORD).enter_code(device["verification_url"], device["user_code"], "deny")
    with pytest.raises(adal.AdalError, match="authorization_declined"):
        app.acquire_token_with_device_code(GRAPH, device, NATIVE_APP)


def test_a_name_and_a_password(server):
    """ADAL keeps the port when it asks about the name's domain, so that this needs no port of its own."""
    # This grant asks nobody: what the app needs was allowed before.
    code(server, NATIVE_APP, "http://localhost:1", GRAPH)
    app = context(server)
    token = app.acquire_token_with_username_password(GRAPH, CHRIS_NAME, PASSWORD, NATIVE_APP)
    is_chris(token, GRAPH)
    assert server.me(token["accessToken"]).json()["id"] == CHRIS
    with pytest.raises(adal.AdalError) as told:
        context(server).acquire_token_with_username_password(GRAPH, CHRIS_NAME, "wrong", NATIVE_APP)
    assert told.value.error_response["error"] == "invalid_grant"
    assert told.value.error_response["error_codes"] == [70002, 50126]
