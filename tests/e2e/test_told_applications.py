"""What passes between the server and an app behind the browser's back, over TLS: its keys are fetched, and it is told things."""

import json
import subprocess
import time

import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey, KeySet

from browser import browse
from grantor import ANSWERED_WITHIN, BINARY, CHRIS_NAME, CONTOSO, serve
from in_chromium import InChromium, issuer
from listener import listen, pairs
from node_apps import played
from standard_apps import REDIRECT, SECRET, app, identity, pem, private_pem

TOLD = "c0105000-0000-4000-8000-00000000f101"
PINGED = "c0105000-0000-4000-8000-00000000f102"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Scene:
    """Two apps at `there`, and the server that has been told that it may contact it."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "published"}, private=True)
        self.authority = identity("Authority of those who are told")
        (folder / "authority.pem").write_text(pem(self.authority[1]))
        key, certificate = identity("localhost", by=self.authority, dns="localhost")
        (folder / "there.pem").write_text(private_pem(key) + pem(certificate))

    def directory(self, there):
        there.published["/keys"] = json.dumps({"keys": [self.key.as_dict(private=False)]})
        told = {"jwks_uri": f"{there.address}/keys", "backchannel_logout_uri": f"{there.address}/logout"}
        pinged = {
            "backchannel_token_delivery_mode": "ping",
            "backchannel_client_notification_endpoint": f"{there.address}/ping",
        }
        file = self.folder / "told.toml"
        file.write_text(
            f"""
[[tenant]]
id = "{CONTOSO}"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"
{app(TOLD, "Is told", "private_key_jwt", told)}
{app(PINGED, "Is pinged", "client_secret_post", pinged)}
"""
        )
        return file


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path)


@pytest.fixture
def there(scene):
    with listen(certificate=scene.folder / "there.pem") as listening:
        yield listening


@pytest.fixture
def server(scene, there):
    at = ("--listen", "127.0.0.1:0", "--outgoing-allow", "localhost", "--outgoing-ca", scene.folder / "authority.pem")
    with serve(scene.folder / "data", scene.directory(there), at=at) as running:
        yield running


def comes(there, count):
    """What has come, once so much has."""
    until = time.monotonic() + ANSWERED_WITHIN
    while len(there.arrived) < count:
        assert time.monotonic() < until, there.arrived
        time.sleep(0.02)
    return there.arrived


def logouts(server):
    told = [BINARY, "app", "--data", server.ca.parent, "logouts", TOLD]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout


def test_an_app_proves_itself_by_published_keys_and_hears_of_the_end_of_the_session(scene, there, server):
    settings = {"client_id": TOLD, "redirect_uri": REDIRECT, "signing": scene.key.as_dict(private=True)}
    assert logouts(server) == "it was told of no session within the last days\n"
    with browse(server) as browser:
        settings = {**settings, "scenario": "person", "proof": "key's signature", "issuer": issuer(server)}
        said = played(server, "standard", CHRIS_NAME, person=InChromium(browser), **settings)
    assert said["left"] == {"state": "bye"}

    [came] = comes(there, 1)
    assert (came["method"], came["path"]) == ("POST", "/logout")
    keys = KeySet.import_key_set(server.get(f"/{CONTOSO}/oidc/keys").json())
    token = joserfc_jwt.decode(pairs(came["body"])["logout_token"], keys)
    assert token.header["typ"] == "logout+jwt"
    assert (token.claims["iss"], token.claims["aud"]) == (issuer(server), TOLD)
    assert (token.claims["sub"], token.claims["sid"]) == (said["claims"]["sub"], said["claims"]["sid"])
    assert token.claims["events"] == {LOGOUT: {}} and "nonce" not in token.claims
    until = time.monotonic() + ANSWERED_WITHIN
    while not (lines := logouts(server).splitlines())[0].endswith("heard"):
        assert time.monotonic() < until, lines
    assert f"session {token.claims['sid']}" in lines[0] and lines[1].endswith("200") and len(lines) == 2, lines


def test_an_app_is_pinged_when_a_person_elsewhere_has_answered(there, server):
    proof = {"client_id": PINGED, "client_secret": SECRET}
    asked = {**proof, "scope": "openid", "login_hint": CHRIS_NAME, "client_notification_token": "said-to-nobody-else"}
    begun = server.post(f"/{CONTOSO}/oidc/bc-authorize", data=asked).json()
    server.post("/dev/ciba", params={"auth_req_id": begun["auth_req_id"], "action": "allow"})
    [came] = comes(there, 1)
    assert (came["method"], came["path"], came["authorization"]) == ("POST", "/ping", "Bearer said-to-nobody-else")
    assert json.loads(came["body"]) == {"auth_req_id": begun["auth_req_id"]}
    asked = {**proof, "grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": begun["auth_req_id"]}
    assert "id_token" in server.post(f"/{CONTOSO}/oidc/token", data=asked).json()
