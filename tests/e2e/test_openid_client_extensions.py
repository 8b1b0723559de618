"""openid-client, unmodified, with what the standard has beyond a code and a secret, in headless Chromium."""

from urllib.parse import urlsplit

import pytest

from grantor import CHRIS_NAME, CONTOSO, registration_token, serve
from in_chromium import InChromium, issuer
from node_apps import played
from standard_apps import BANK, BY_TLS, ELSEWHERE, OWN, PUBLIC, PUSHING, REDIRECT, SEALING, SIGNING, VOUCHED, Apps, shown

# One token for userinfo and for the rest of the same API.
WITH_ME = "openid profile offline_access https://graph.microsoft.com/User.Read"


@pytest.fixture(scope="module")
def apps(tmp_path_factory):
    return Apps(tmp_path_factory.mktemp("standard"))


@pytest.fixture(scope="module")
def shared_server(apps):
    """What the browser's fixtures ask for: proofs must hold nonces there, and a second listener asks for certificates."""
    at = ("--listen", "127.0.0.1:0", "--mtls-listen", "127.0.0.1:0", "--mtls-ca", apps.authority)
    with serve(apps.folder / "data", apps.directory, at=at) as running:
        yield running


@pytest.fixture
def signs_in(apps, shared_server, fresh):
    """Goes the whole way with an app, and says how."""

    def run(client_id, scenario="person", **settings):
        settings = apps.settings(client_id, scenario=scenario, issuer=issuer(shared_server), **settings)
        said = played(shared_server, "standard", CHRIS_NAME, person=InChromium(fresh), **settings)
        assert said["claims"]["iss"] == issuer(shared_server)
        assert said["claims"]["aud"] == client_id or client_id is None
        assert said["renewed"]["sub"] == said["claims"]["sub"] == said["info"]["sub"]
        assert said["info"] == said["again"] and said["info"]["name"] == "Chris Green"
        assert said["late"]["error"] == said["replayed"]["error"] == "invalid_grant"
        assert said["left"] == {"state": "bye"}
        return said

    return run


def test_a_public_client_holds_a_key(signs_in, shared_server):
    me = f"{shared_server.base}/v1.0/me"
    said = signs_in(PUBLIC, proof="none", holds=True, bound=True, scope=WITH_ME, me=me)
    assert said["type"] == "dpop"
    assert said["me"]["status"] == 200 and said["me"]["body"]["displayName"] == "Chris Green"
    # Neither without a proof nor with another key, whatever the token.
    assert [(one["status"], one["error"]) for one in said["theft"]["read"]] == [(401, "invalid_token")] * 2
    assert [one["error"] for one in said["theft"]["renewed"]] == ["invalid_dpop_proof", "invalid_grant"]
    # It was asked for a nonce once, and kept it for every endpoint of the server.
    assert said["nonces"] == 1


def test_requests_are_pushed_and_a_key_proves_the_app(signs_in):
    said = signs_in(PUSHING, proof="key's signature", asks="pushed")
    assert said["asked"] == ["client_id", "request_uri"]
    assert said["type"] == "bearer" and said["gone"] == {"active": False}


def test_requests_are_signed_and_a_secret_proves_the_app_without_being_told(signs_in):
    said = signs_in(SIGNING, proof="secret's signature", asks="signed")
    assert said["asked"] == ["client_id", "request"]
    assert said["known"]["active"] is True and said["gone"] == {"active": False}


def test_requests_are_signed_and_encrypted(signs_in):
    said = signs_in(SEALING, proof="basic", asks="encrypted")
    assert said["asked"] == ["client_id", "request"]


def test_a_bank_has_all_of_it_at_once(signs_in):
    """FAPI 2.0 Message Signing: signed, pushed, answered in a signed form, bound to a key."""
    settings = {"redirect_uri": BY_TLS, "answers_signed": True, "metadata": {"authorization_signed_response_alg": "PS256"}}
    said = signs_in(BANK, proof="key's signature", asks="signed and pushed", holds=True, bound=True, **settings)
    assert list(said["answer"]) == ["response"]
    assert said["type"] == "dpop"
    assert [one["status"] for one in said["theft"]["read"]] == [401] * 2


@pytest.mark.parametrize("client_id", [VOUCHED, OWN], ids=["tls_client_auth", "self_signed_tls_client_auth"])
def test_a_certificate_proves_the_app_and_binds_its_tokens(signs_in, apps, shared_server, client_id):
    certificate = shown(apps.vouched if client_id == VOUCHED else apps.own, shared_server.ca)
    said = signs_in(client_id, proof="certificate", certificate=certificate, bound=True)
    assert said["type"] == "bearer" and said["known"]["active"] is True
    assert [(one["status"], one["error"]) for one in said["theft"]["read"]] == [(401, "invalid_token")] * 2


def test_a_person_who_is_elsewhere_answers(apps, shared_server, fresh):
    settings = apps.settings(ELSEWHERE, issuer=issuer(shared_server), login_hint=CHRIS_NAME)
    said = played(shared_server, "standard", CHRIS_NAME, person=InChromium(fresh), scenario="elsewhere", proof="post", **settings)
    assert said["claims"]["aud"] == ELSEWHERE and said["info"]["name"] == "Chris Green"
    assert said["renewed"]["sub"] == said["rehearsed"]["sub"] == said["claims"]["sub"]
    assert said["denied"]["error"] == "access_denied"
    assert said["again"]["error"] == "invalid_grant"


def test_an_app_registers_itself_and_looks_after_that(signs_in, shared_server):
    wanted = {"client_name": "Self-made", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "client_secret_post"}
    wanted["grant_types"] = ["authorization_code", "refresh_token"]
    wanted["post_logout_redirect_uris"] = [REDIRECT]
    token = registration_token(shared_server.ca.parent)
    said = signs_in(None, scenario="stranger", proof="post", initial_access_token=token, metadata=wanted)
    assert (said["second"]["status"], said["second"]["error"]) == (401, "invalid_token")
    client = said["registered"]
    assert said["claims"]["aud"] == client["client_id"]
    assert wanted.items() <= client.items()

    path = urlsplit(client["registration_client_uri"]).path
    own = {"headers": {"Authorization": f"Bearer {client['registration_access_token']}"}}
    kept = shared_server.get(path, **own)
    # The secret was told once.
    assert kept.status_code == 200 and {**kept.json(), **secret_of(client)} == client
    change = {"client_id": client["client_id"], **wanted, "redirect_uris": ["https://self-made.example/other"]}
    changed = shared_server.http.put(shared_server.base + path, json=change, timeout=60, **own)
    assert changed.status_code == 200, changed.text
    assert changed.json()["redirect_uris"] == shared_server.get(path, **own).json()["redirect_uris"] == change["redirect_uris"]
    asked = {"client_id": client["client_id"], "response_type": "code", "redirect_uri": REDIRECT, "scope": "openid"}
    asking = {"params": asked, "allow_redirects": False}
    assert shared_server.get(f"/{CONTOSO}/oidc/authorize", **asking).status_code == 400, "the old address is none any more"
    asked["redirect_uri"] = change["redirect_uris"][0]
    assert shared_server.get(f"/{CONTOSO}/oidc/authorize", **asking).is_redirect
    assert shared_server.http.delete(shared_server.base + path, timeout=60, **own).status_code == 204
    assert shared_server.get(path, **own).status_code == 401
    assert shared_server.get(f"/{CONTOSO}/oidc/authorize", **asking).status_code == 400


def secret_of(client):
    return {name: client[name] for name in ("client_secret", "client_secret_expires_at")}
