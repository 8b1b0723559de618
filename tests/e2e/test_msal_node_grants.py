"""MSAL for Node, unmodified: certificates, on behalf of a person, and device codes."""

import pytest

from clients import DRAW, MIX, PALETTE_API, PALETTE_SECRET, SKETCH_API, SKETCH_SECRET, Certificate
from grantor import CHRIS, CHRIS_NAME, COLORS_API, CONTOSO, NATIVE_APP
from node_apps import played
from test_msal_python_grants import signed_in

COLORS = ["api://colors/Colors.Read"]
MANAGE = ["api://colors/.default"]


def forms_of(made):
    """The ways to tell MSAL of a certificate: by either thumbprint, alone or with the certificate itself."""
    thumbprints = ({"thumbprint": made.sha1}, {"thumbprintSha256": made.sha256})
    chains = ({}, {"x5c": made.pem})
    key = {"privateKey": made.private_key}
    return [{"clientCertificate": {**key, **thumbprint, **chain}} for thumbprint in thumbprints for chain in chains]


def test_a_program_proves_itself_by_its_certificate(clients_server, certificate):
    settings = {"client_id": PALETTE_API, "scopes": MANAGE, "credentials": forms_of(certificate)}
    for result in played(clients_server, "client_credentials", CHRIS_NAME, **settings):
        claims = clients_server.claims(result["first"]["accessToken"], COLORS_API)
        assert claims["roles"] == ["Colors.Manage.All"]
        assert claims["azp"] == PALETTE_API
        assert claims["azpacr"] == "2"
        assert result["again"]["fromCache"]


def test_a_certificate_that_nobody_registered(clients_server, tmp_path):
    settings = {"client_id": PALETTE_API, "scopes": MANAGE, "credentials": forms_of(Certificate(tmp_path))}
    for result in played(clients_server, "client_credentials", CHRIS_NAME, **settings):
        assert result["first"]["refused"]["errorCode"] == "invalid_client", result
        assert result["first"]["refused"]["errorNo"] == 700027, result


def test_an_api_calls_others_on_a_persons_behalf(clients_server, certificate):
    server = clients_server
    credentials = [{"clientSecret": PALETTE_SECRET}, forms_of(certificate)[-1]]
    assertion = signed_in(server, MIX)["access_token"]
    settings = {"client_id": PALETTE_API, "assertion": assertion, "scopes": [COLORS, ["User.Read"]]}
    results = played(server, "on_behalf_of", CHRIS_NAME, credentials=credentials, **settings)
    for result, proof in zip(results, ["1", "2"], strict=True):
        colors, graph = result["each"]
        claims = server.claims(colors["accessToken"], COLORS_API)
        assert claims["oid"] == CHRIS
        assert claims["azp"] == PALETTE_API, "the middle tier asked"
        assert claims["azpacr"] == proof
        assert claims["scp"] == "Colors.Read"
        assert server.me(graph["accessToken"]).json()["id"] == CHRIS
        assert result["again"]["fromCache"]
        assert result["again"]["accessToken"] == colors["accessToken"]


def test_what_nobody_allowed_the_api_is_not_given_on_anybodys_behalf(clients_server):
    assertion = signed_in(clients_server, DRAW)["access_token"]
    settings = {"client_id": SKETCH_API, "assertion": assertion, "credentials": [{"clientSecret": SKETCH_SECRET}]}
    [result] = played(clients_server, "on_behalf_of", CHRIS_NAME, scopes=[["User.Read"]], **settings)
    refused = result["each"][0]["refused"]
    assert refused["ask"], refused
    assert refused["subError"] == "consent_required"
    assert refused["errorNo"] == 65001


def test_a_device_code(server):
    said = played(server, "device_code", CHRIS_NAME, client_id=NATIVE_APP)
    assert server.claims(said["device"]["idToken"], NATIVE_APP)["oid"] == CHRIS
    assert server.me(said["device"]["accessToken"]).json()["id"] == CHRIS
    assert said["device"]["account"]["homeAccountId"] == f"{CHRIS}.{CONTOSO}"
    assert not said["silent"]["fromCache"]
    assert server.me(said["silent"]["accessToken"]).json()["id"] == CHRIS


def test_a_device_code_that_the_person_declines(server):
    refused = played(server, "device_code", CHRIS_NAME, decision="deny", client_id=NATIVE_APP)["device"]["refused"]
    assert refused["errorCode"] == "post_request_failed", refused
    assert "authorization_declined" in refused["errorMessage"]


def test_a_policy_that_wants_more_reaches_the_app_as_a_call_for_the_person(clients_server):
    """Rehearsed, since Grantor has no such policy: what the library makes of the refusal is the library's own doing."""
    assertion = signed_in(clients_server, MIX)["access_token"]
    settings = {"client_id": PALETTE_API, "assertion": assertion, "credentials": [{"clientSecret": PALETTE_SECRET}]}
    for code, error, suberror in ((50079, "invalid_grant", "basic_action"), (53000, "interaction_required", "")):
        clients_server.rehearse(code, PALETTE_API, at="token")
        [result] = played(clients_server, "on_behalf_of", CHRIS_NAME, scopes=[COLORS], **settings)
        refused = result["each"][0]["refused"]
        assert refused["ask"], refused
        assert (refused["errorCode"], refused["subError"], refused["errorNo"]) == (error, suberror, code)
        assert ("capolids" in (refused["claims"] or "")) == (code == 53000), refused
        assert clients_server.claims(result["again"]["accessToken"], COLORS_API)["oid"] == CHRIS, "it was rehearsed once"
