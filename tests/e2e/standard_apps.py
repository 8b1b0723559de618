"""What the example directory lacks for clients of the standard: apps with keys and certificates, which are made for one run."""

import base64
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from grantor import CONTOSO

SECRET = "secret-of-an-app-of-the-standard-for-one-run-0001"
REDIRECT = "http://localhost:5000/standard"
BY_TLS = "https://bank.example/answers"
VOUCHED_FOR = "vouched.client.example"

PUBLIC, PUSHING, SIGNING, SEALING, BANK, VOUCHED, OWN, ELSEWHERE = (f"c0105000-0000-4000-8000-00000000f{n:03}" for n in range(1, 9))


class Apps:
    """Their directory file, and what each app keeps to itself."""

    def __init__(self, folder):
        self.folder = folder
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "of-the-app"}, private=True)
        authority = identity("Authority of the applications")
        self.authority = folder / "authority.pem"
        self.authority.write_text(pem(authority[1]))
        self.vouched = identity("Vouched for", by=authority, dns=VOUCHED_FOR)
        self.own = identity("Speaks for itself")
        self.directory = folder / "standard.toml"
        self.directory.write_text(self._text())

    def signing(self):
        """The app's private key, as JavaScript takes it."""
        return self.key.as_dict(private=True)

    def settings(self, client_id, redirect_uri=REDIRECT, **more):
        return {"client_id": client_id, "redirect_uri": redirect_uri, "secret": SECRET, "signing": self.signing(), **more}

    def _text(self):
        jwks = {"keys": [self.key.as_dict(private=False)]}
        certified = {"keys": [{**public_jwk(self.own[0]), "x5c": [base64.b64encode(der(self.own[1])).decode()]}]}
        bound = {"tls_client_certificate_bound_access_tokens": True}
        sealed = {"request_object_encryption_alg": "ECDH-ES+A256KW", "request_object_encryption_enc": "A256GCM"}
        apps = [
            app(PUBLIC, "Holds a key", "none", {"dpop_bound_access_tokens": True}, kind="public_client"),
            app(PUSHING, "Pushes", "private_key_jwt", {"jwks": jwks, "require_pushed_authorization_requests": True}),
            app(SIGNING, "Signs", "client_secret_jwt", {"jwks": jwks, "require_signed_request_object": True}),
            app(SEALING, "Seals", "client_secret_basic", {"jwks": jwks, **sealed}),
            app(BANK, "Bank", "private_key_jwt", {"jwks": jwks}, at=BY_TLS, profile="fapi2-message-signing"),
            app(VOUCHED, "Vouched for", "tls_client_auth", {"tls_client_auth_san_dns": VOUCHED_FOR, **bound}),
            app(OWN, "Speaks for itself", "self_signed_tls_client_auth", {"jwks": certified, **bound}),
            app(ELSEWHERE, "Calls", "client_secret_post", {"backchannel_token_delivery_mode": "poll"}),
        ]
        return f"""
[[tenant]]
id = "{CONTOSO}"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"
policy = {{ dpop_nonces = "required", client_registration = "with-initial-access-token" }}
{"".join(apps)}"""


def app(client_id, name, method, metadata, kind="web", at=REDIRECT, profile="oauth2.1"):
    secret = f'secrets = [{{ description = "one run", value = "{SECRET}" }}]' if "secret" in method else ""
    return f"""
[[tenant.application]]
client_id = "{client_id}"
display_name = "{name}"
{kind}_redirect_uris = ["{at}"]
token_endpoint_auth_method = "{method}"
profile = "{profile}"
client_metadata = {toml(metadata)}
{secret}
"""


def toml(value):
    """A value as TOML writes it within a line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def identity(name, by=None, dns=None):
    """A key and a certificate for it: vouched for `by` an authority, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, issuer = (by[0], by[1].subject) if by else (key, subject)
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + 30 * day)
    made = made.add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    if dns:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(dns)]), critical=False)
    return key, made.sign(signer, hashes.SHA256())


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def shown(of, ca):
    """What Node wants to know in order to show a certificate, and to trust the server's."""
    key, certificate = of
    return {"key": private_pem(key), "cert": pem(certificate), "ca": ca.read_text()}


def private_pem(key):
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public_jwk(key):
    point = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": coordinate(point.x), "y": coordinate(point.y)}


def coordinate(number):
    return base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode()
