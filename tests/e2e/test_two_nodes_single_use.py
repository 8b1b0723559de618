"""What is good for one use, presented by two hundred at once to two nodes on one PostgreSQL database: it is used once."""

import base64
import hashlib
import secrets
import time
from collections import Counter
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from crowd import Crowd
from grantor import CHRIS_NAME, CONTOSO, NATIVE_APP, PASSWORD, registration_token
from nodes import two_nodes
from standard_apps import SECRET, app, public_jwk
from walk import Person, answered, forms

# Each of them, or all but one.
ALL = 200

KEYED = "5a11e0e5-0000-4000-8000-00000000f001"
WAITING = "5a11e0e5-0000-4000-8000-00000000f002"
REDIRECT = "http://localhost:1"
OIDC = f"/{CONTOSO}/oidc"


@pytest.fixture(scope="module")
def key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="module")
def site(tmp_path_factory, key):
    folder = tmp_path_factory.mktemp("single-use")
    jwks = {"keys": [public_jwk(key)]}
    (folder / "more.toml").write_text(
        f"""
[[tenant]]
id = "{CONTOSO}"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"
policy = {{ client_registration = "with-initial-access-token" }}
{app(KEYED, "Has a key", "private_key_jwt", {"jwks": jwks})}
granted_app_roles = ["api://colors/Colors.Manage.All"]
{app(WAITING, "Waits", "client_secret_post", {"backchannel_token_delivery_mode": "poll"})}
granted_app_roles = ["api://colors/Colors.Manage.All"]
"""
    )
    with two_nodes(folder, folder / "more.toml") as running:
        yield running


@pytest.fixture(scope="module")
def crowd(site):
    gathered = Crowd(site, ALL)
    yield gathered
    gathered.close()


@pytest.fixture(scope="module")
def chris(site):
    """Somebody who has allowed the native app everything, so that each further request is answered without a question."""
    person = Person(site.front.ca, CHRIS_NAME, PASSWORD)
    person.answer(asking(site), REDIRECT)
    return person


VERIFIER = secrets.token_urlsafe(48)


def request_of(**more):
    return {
        "client_id": NATIVE_APP,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid profile offline_access",
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **more,
    }


def asking(site, **more):
    return f"{site.front.base}{OIDC}/authorize?{urlencode(request_of(**more))}"


def redemption(code):
    proof = {"redirect_uri": REDIRECT, "code_verifier": VERIFIER, "client_id": NATIVE_APP}
    return {"grant_type": "authorization_code", "code": code, **proof}


def cookies_of(person):
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)


def codes_in(answers):
    return [parse_qs(urlsplit(one.location).query)["code"][0] for one in answers if "code=" in one.location]


def sole_winner(answers, *lost):
    """The one that succeeded; all others were refused in that way."""
    counted = Counter(one.said() for one in answers)
    assert counted == {(200, None): 1, lost: ALL - 1}, counted
    [won] = [one for one in answers if one.status == 200]
    return won.json()


def tokens(site, code):
    answer = site.front.post(f"{OIDC}/token", data=redemption(code))
    assert answer.status_code == 200, answer.text
    return answer.json()


def renewal(refresh_token):
    return {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": NATIVE_APP}


def test_a_code_is_redeemed_once_and_what_it_bought_is_revoked(site, crowd, chris):
    code = chris.answer(asking(site), REDIRECT)["code"]
    won = sole_winner(crowd.posts(f"{OIDC}/token", redemption(code)), 400, "invalid_grant")
    for node in site.nodes:
        refused = node.post(f"{OIDC}/token", data=renewal(won["refresh_token"]))
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
        called = node.get(f"{OIDC}/userinfo", headers={"Authorization": f"Bearer {won['access_token']}"})
        assert called.status_code == 401


def test_a_refresh_token_has_one_successor(site, crowd, chris):
    presented = tokens(site, chris.answer(asking(site), REDIRECT)["code"])["refresh_token"]
    answers = crowd.posts(f"{OIDC}/token", renewal(presented))
    assert Counter(one.said() for one in answers) == {(200, None): ALL}
    # Within the grace window each gets the same one.
    [successor] = {one.json()["refresh_token"] for one in answers}
    assert successor != presented
    for node in site.nodes:
        assert node.post(f"{OIDC}/token", data=renewal(successor)).status_code == 200


def test_a_device_code_buys_tokens_once(site, crowd, chris):
    begun = site.front.post(f"{OIDC}/device-authorization", data={"client_id": NATIVE_APP, "scope": "openid"}).json()
    chris.enter_code(begun["verification_uri"], begun["user_code"])
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    asked = {"grant_type": grant, "device_code": begun["device_code"], "client_id": NATIVE_APP}
    assert "id_token" in sole_winner(crowd.posts(f"{OIDC}/token", asked), 400, "invalid_grant")


def test_an_answer_of_a_person_elsewhere_buys_tokens_once(site, crowd):
    proof = {"client_id": WAITING, "client_secret": SECRET}
    asked = {**proof, "scope": "openid", "login_hint": CHRIS_NAME}
    begun = site.front.post(f"{OIDC}/bc-authorize", data=asked).json()
    allowed = site.front.post("/dev/ciba", params={"auth_req_id": begun["auth_req_id"], "action": "allow"})
    assert allowed.json() == {"approved": True}
    asked = {**proof, "grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": begun["auth_req_id"]}
    assert "id_token" in sole_winner(crowd.posts(f"{OIDC}/token", asked), 400, "invalid_grant")


def test_a_pushed_request_gets_one_code(site, crowd, chris):
    pushed = site.front.post(f"{OIDC}/par", data=request_of())
    assert pushed.status_code == 201, pushed.text
    place = urlencode({"client_id": NATIVE_APP, "request_uri": pushed.json()["request_uri"]})
    answers = crowd.gets(f"{OIDC}/authorize?{place}", Cookie=cookies_of(chris))
    [code] = codes_in(answers)
    assert "id_token" in tokens(site, code)
    for node in site.nodes:
        late = node.get(f"{OIDC}/authorize?{place}", allow_redirects=False)
        assert late.status_code == 400 and "Location" not in late.headers


def test_a_form_is_answered_once(site, crowd, chris):
    response = chris.http.get(asking(site, prompt="consent"), timeout=60)
    assert any("accept" in form["ids"] for form in forms(response.text)), response.text
    form = answered(response.text, CHRIS_NAME, PASSWORD)
    path = urlsplit(urljoin(response.url, form["action"]))
    answers = crowd.posts(f"{path.path}?{path.query}".rstrip("?"), form["fields"], Cookie=cookies_of(chris))
    [code] = codes_in(answers)
    assert "id_token" in tokens(site, code)


def test_an_assertion_proves_an_app_once(site, crowd, key):
    now = site.front.get("/dev/clock").json()["now"]
    claims = {"iss": KEYED, "sub": KEYED, "aud": f"{site.front.base}{OIDC}", "iat": now, "exp": now + 60, "jti": "once"}
    asked = {
        "grant_type": "client_credentials",
        "resource": "api://colors",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, key, algorithm="ES256"),
    }
    sole_winner(crowd.posts(f"{OIDC}/token", asked), 401, "invalid_client")


def test_a_proof_of_a_key_counts_once(site, crowd, key):
    claims = {"jti": "once", "htm": "POST", "htu": f"{site.front.base}{OIDC}/token", "iat": int(time.time())}
    proof = jwt.encode(claims, key, algorithm="ES256", headers={"typ": "dpop+jwt", "jwk": public_jwk(key)})
    asked = {"client_id": WAITING, "client_secret": SECRET, "grant_type": "client_credentials", "resource": "api://colors"}
    won = sole_winner(crowd.posts(f"{OIDC}/token", asked, DPoP=proof), 400, "invalid_dpop_proof")
    assert won["token_type"] == "DPoP"


@pytest.mark.parametrize("uses", [1, 7])
def test_as_many_apps_register_as_a_token_is_good_for(site, crowd, uses):
    token = registration_token(site.nodes[0].data, "--database", site.database, uses=uses)
    body = '{"redirect_uris": ["https://self-made.example/answers"]}'
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    answers = crowd.sends("POST", f"{OIDC}/register", headers, body)
    assert Counter(one.said() for one in answers) == {(201, None): uses, (401, "invalid_token"): ALL - uses}
    assert len({one.json()["client_id"] for one in answers if one.status == 201}) == uses
