"""MSAL for Node, unmodified: a process each, with its own listener where it has one."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from clients import NIGHTLY_JOB, NIGHTLY_SECRET
from grantor import CHRIS, CHRIS_NAME, COLORS_API, CONSOLE, CONSOLE_REDIRECT, CONSOLE_SECRET, CONTOSO, NATIVE_APP
from node_apps import played

COLORS = ["api://colors/Colors.Read"]


def test_a_person_signs_in_and_silent_calls_follow(server):
    said = played(server, "interactive", CHRIS_NAME, client_id=NATIVE_APP, other=COLORS)
    first = said["first"]
    assert first["tokenType"] == "Bearer"
    assert 3000 < first["seconds"] <= 2 * 3600
    assert {"User.Read", "openid", "profile"} <= set(first["scopes"])
    assert server.claims(first["idToken"], NATIVE_APP) == first["idTokenClaims"]
    assert server.me(first["accessToken"]).json()["id"] == CHRIS

    [account] = said["accounts"]
    assert account["homeAccountId"] == f"{CHRIS}.{CONTOSO}"
    assert account["localAccountId"] == CHRIS
    assert account["tenantId"] == CONTOSO
    assert account["username"] == CHRIS_NAME
    assert account["name"] == "Chris Green"
    assert account["environment"] == urlsplit(server.base).netloc

    assert said["cached"]["fromCache"]
    assert said["cached"]["accessToken"] == first["accessToken"]
    assert not said["renewed"]["fromCache"]
    assert said["renewed"]["accessToken"] != first["accessToken"]
    assert server.me(said["renewed"]["accessToken"]).json()["id"] == CHRIS

    # What the person has not allowed: the library itself says that somebody must be asked.
    refused = said["other"]["refused"]
    assert refused["ask"], refused
    assert refused["subError"] == "consent_required"
    assert refused["errorNo"] == 65001


@pytest.mark.parametrize("pkce", [True, False], ids=["with PKCE", "without PKCE"])
def test_a_web_app_redeems_its_code(server, pkce):
    settings = {"client_id": CONSOLE, "redirect_uri": CONSOLE_REDIRECT, "credential": {"clientSecret": CONSOLE_SECRET}}
    said = played(server, "code", CHRIS_NAME, pkce=pkce, **settings)
    asked = parse_qs(urlsplit(said["asked"]["address"]).query)
    assert ("code_challenge" in asked) == pkce
    assert said["answer"]["state"] == said["asked"]["state"], "what the app sent comes back as it was"
    assert said["first"]["idTokenClaims"]["nonce"] == said["asked"]["nonce"]
    uid = base64.urlsafe_b64decode(said["answer"]["client_info"] + "==")
    assert CHRIS.encode() in uid and CONTOSO.encode() in uid
    if pkce:
        assert said["wrong"]["refused"]["errorCode"] == "invalid_grant"
        assert said["wrong"]["refused"]["errorNo"] == 501481
    assert server.claims(said["first"]["idToken"], CONSOLE)["oid"] == CHRIS
    assert said["renewed"]["accessToken"] != said["first"]["accessToken"]
    assert server.me(said["renewed"]["accessToken"]).json()["id"] == CHRIS


def test_a_program_proves_itself_by_its_secret(shared_server):
    credentials = [{"clientSecret": NIGHTLY_SECRET}, {"clientSecret": "wrong"}]
    scopes = ["api://colors/.default"]
    settings = {"client_id": NIGHTLY_JOB, "scopes": scopes, "credentials": credentials}
    right, wrong = played(shared_server, "client_credentials", CHRIS_NAME, **settings)
    claims = shared_server.claims(right["first"]["accessToken"], COLORS_API)
    assert claims["roles"] == ["Colors.Manage.All"]
    assert claims["azp"] == NIGHTLY_JOB
    assert claims["azpacr"] == "1"
    assert "scp" not in claims
    assert claims["oid"] == claims["sub"]
    assert right["first"]["scopes"] == scopes
    assert right["again"]["fromCache"]
    assert right["again"]["accessToken"] == right["first"]["accessToken"]
    for each in wrong.values():
        assert each["refused"]["errorCode"] == "invalid_client"
        assert each["refused"]["errorNo"] == 7000215
