"""Clients of the standard, unmodified: openid-client (npm), Authlib (PyPI) and openidconnect (crates.io), in headless Chromium."""

import os
from urllib.parse import parse_qsl, urlsplit

import pytest
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet, RSAKey

from browser import browse
from grantor import CHRIS_NAME, CONSOLE, CONSOLE_REDIRECT, CONSOLE_SECRET, CONTOSO, NATIVE_APP, ROOT, serve
from in_chromium import InChromium, issuer
from node_apps import played, run

# The daemon of the example directory.
DAEMON, DAEMON_SECRET = "c0105000-0000-4000-8000-00000000a004", "daemon-secret-for-local-use-only-0001"


@pytest.mark.parametrize(
    ("proof", "algorithm"), [("basic", "oidc"), ("post", "oauth2")], ids=["OpenID discovery", "RFC 8414"]
)
def test_openid_client_goes_the_whole_way(server, browser, proof, algorithm):
    settings = {"issuer": issuer(server), "client_id": CONSOLE, "secret": CONSOLE_SECRET, "redirect_uri": CONSOLE_REDIRECT}
    settings = {**settings, "scenario": "person", "proof": proof, "algorithm": algorithm}
    said = played(server, "standard", CHRIS_NAME, person=InChromium(browser), **settings)
    assert said["answer"]["iss"] == issuer(server) == said["claims"]["iss"]
    changed = said["info"].pop("updated_at")
    assert 0 < changed <= server.get("/dev/clock").json()["now"]
    assert said["info"] == {
        "sub": said["claims"]["sub"],
        "name": "Chris Green",
        "given_name": "Chris",
        "family_name": "Green",
        "preferred_username": CHRIS_NAME,
    }
    assert said["renewed"]["sub"] == said["claims"]["sub"]
    assert said["known"]["active"] is True and said["known"]["client_id"] == CONSOLE
    assert said["gone"] == {"active": False}
    assert said["late"]["error"] == said["replayed"]["error"] == "invalid_grant"
    assert said["left"] == {"state": "bye"}


def test_openid_client_takes_a_signed_answer_and_nothing_else(server, browser):
    settings = {"issuer": issuer(server), "client_id": CONSOLE, "secret": CONSOLE_SECRET, "redirect_uri": CONSOLE_REDIRECT}
    settings = {**settings, "scenario": "person", "proof": "basic", "answers_signed": True}
    said = played(server, "standard", CHRIS_NAME, person=InChromium(browser), **settings)
    assert list(said["answer"]) == ["response"]
    assert said["claims"]["iss"] == issuer(server)
    assert said["gone"] == {"active": False}


VAULT, VAULT_SECRET = "c0105000-0000-4000-8000-00000000e003", "vault-secret-for-local-use-only-0001"
VAULT_REDIRECT = "http://localhost:5000/vault"

# What the application registers, and what the library expects of each answer by that.
FORMS = {
    "id_token_signed_response_alg": "ES256",
    "userinfo_signed_response_alg": "PS256",
    "introspection_signed_response_alg": "ES384",
    "authorization_signed_response_alg": "PS256",
}
ENCRYPTED = ["id_token", "userinfo", "introspection", "authorization"]


def vault(folder, key):
    """A directory with an application that has everything signed and encrypted, and access tokens that nobody can read."""
    said = {name: value for name, value in FORMS.items() if not name.startswith("id_token")}
    for response in ENCRYPTED:
        said[f"{response}_encrypted_response_alg"] = "RSA-OAEP-256"
        said[f"{response}_encrypted_response_enc"] = "A256GCM"
    members = ", ".join(f'{name} = "{value}"' for name, value in said.items())
    public = ", ".join(f'{name} = "{value}"' for name, value in key.as_dict(private=False).items())
    directory = folder / "vault.toml"
    directory.write_text(
        f"""
[[tenant]]
id = "{CONTOSO}"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"

  [[tenant.application]]
  client_id = "{VAULT}"
  display_name = "Vault"
  web_redirect_uris = ["{VAULT_REDIRECT}"]
  secrets = [{{ description = "local", value = "{VAULT_SECRET}" }}]
  id_token_signing_alg = "ES256"
  access_token_format = "opaque"
  client_metadata = {{ jwks = {{ keys = [{{ {public} }}] }}, {members} }}
"""
    )
    return directory


@pytest.mark.parametrize("signed", [False, True], ids=["plain answer", "signed and encrypted answer"])
def test_openid_client_reads_what_is_encrypted_for_it(tmp_path, signed):
    key = RSAKey.generate_key(2048, {"use": "enc", "kid": "of-the-vault"}, private=True)
    settings = {"client_id": VAULT, "secret": VAULT_SECRET, "redirect_uri": VAULT_REDIRECT, "metadata": FORMS}
    # The key of the Web Cryptography API says itself what it is for.
    private = {**key.as_dict(private=True), "key_ops": ["decrypt"]}
    with serve(tmp_path / "data", vault(tmp_path, key)) as server, browse(server) as browser:
        said = played(
            server,
            "standard",
            CHRIS_NAME,
            person=InChromium(browser),
            scenario="person",
            proof="basic",
            issuer=issuer(server),
            answers_signed=signed,
            key=private,
            **settings,
        )
    assert said["claims"]["aud"] == VAULT and said["renewed"]["sub"] == said["claims"]["sub"]
    assert said["info"]["sub"] == said["claims"]["sub"] and said["info"]["name"] == "Chris Green"
    assert said["known"]["active"] is True and said["known"]["client_id"] == VAULT
    assert said["gone"] == {"active": False}


def test_openid_client_acts_for_itself(server):
    settings = {"issuer": issuer(server), "client_id": DAEMON, "secret": DAEMON_SECRET, "resource": "api://colors"}
    said = played(server, "standard", CHRIS_NAME, scenario="alone", proof="basic", **settings)
    assert said["refresh_token"] is None
    assert said["access_token"].count(".") == 2


def test_openid_client_waits_for_a_device(server):
    settings = {"issuer": issuer(server), "client_id": NATIVE_APP}
    said = played(server, "standard", CHRIS_NAME, scenario="device", proof="none", **settings)
    assert said["claims"]["iss"] == issuer(server)


class OfAuthlib(OAuth2Mixin, OpenIDMixin, BaseApp):
    """What the library's integrations with web frameworks are made of, without a framework."""

    client_cls = OAuth2Session


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_goes_the_whole_way(server, browser, method):
    document = server.get(f"/{CONTOSO}/oidc/.well-known/openid-configuration").json()
    app = OAuth2Session(
        CONSOLE,
        CONSOLE_SECRET,
        scope="openid profile offline_access",
        redirect_uri=CONSOLE_REDIRECT,
        token_endpoint_auth_method=method,
        code_challenge_method="S256",
    )
    app.verify = str(server.ca)
    app.trust_env = False
    verifier, nonce = "v" * 64, "nonce-of-authlib"
    address, state = app.create_authorization_url(document["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    browser.open(address).sign_in(CHRIS_NAME).accept()
    came = browser.request_to(CONSOLE_REDIRECT + "?")["url"]
    assert dict(parse_qsl(urlsplit(came).query))["state"] == state
    token = app.fetch_token(document["token_endpoint"], authorization_response=came, code_verifier=verifier)

    keys = KeySet.import_key_set(server.get(urlsplit(document["jwks_uri"]).path).json())
    proven = joserfc_jwt.decode(token["id_token"], keys, algorithms=document["id_token_signing_alg_values_supported"])
    options = {"iss": {"essential": True, "value": document["issuer"]}, "aud": {"essential": True, "value": CONSOLE}}
    claims = CodeIDToken(proven.claims, proven.header, options, {"nonce": nonce, "client_id": CONSOLE})
    claims.validate(now=server.get("/dev/clock").json()["now"])
    info = app.get(document["userinfo_endpoint"]).json()
    assert info["sub"] == claims["sub"] and info["name"] == "Chris Green"
    renewed = app.refresh_token(document["token_endpoint"], refresh_token=token["refresh_token"])
    assert renewed["access_token"] != token["access_token"]
    known = app.introspect_token(document["introspection_endpoint"], token=renewed["access_token"]).json()
    assert known["active"] is True
    assert app.get(document["userinfo_endpoint"]).json() == info, "with the token that the library keeps by now"
    assert app.revoke_token(document["revocation_endpoint"], token=renewed["refresh_token"]).status_code == 200
    known = app.introspect_token(document["introspection_endpoint"], token=renewed["access_token"]).json()
    assert known == {"active": False}

    in_a_framework = OfAuthlib(
        None,
        client_id=CONSOLE,
        server_metadata_url=f"{issuer(server)}/.well-known/openid-configuration",
        client_kwargs={"verify": str(server.ca), "trust_env": False},
    )
    out = in_a_framework.create_logout_url(CONSOLE_REDIRECT, renewed["id_token"])
    assert InChromium(browser).leave(out["url"], CONSOLE_REDIRECT) == {"state": out["state"]}


def test_the_openidconnect_crate_goes_the_whole_way(server, browser):
    program = [os.environ.get("OPENIDCONNECT_APP", ROOT / "target" / "debug" / "examples" / "openidconnect")]
    settings = {"issuer": issuer(server), "client_id": CONSOLE, "secret": CONSOLE_SECRET, "redirect_uri": CONSOLE_REDIRECT}
    said = run(program, server, InChromium(browser), ca=str(server.ca), **settings)
    assert said["info"]["sub"] == said["sub"] and said["info"]["name"] == "Chris Green"
    assert said["again"] == said["info"]
    assert said["left"] == {"state": "bye"}
