"""What the example directory lacks for the client libraries' tests: `clients.toml`, and a certificate for one run."""

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

# What the directory files say.
NIGHTLY_JOB = "c0105000-0000-4000-8000-00000000a004"
NIGHTLY_SECRET = "daemon-secret-for-local-use-only-0001"
PALETTE_API = "c0105000-0000-4000-8000-00000000e001"
PALETTE_SECRET = "palette-secret-for-local-use-only-0001"
PALETTE_REDIRECT = "http://localhost:5000/palette"
SKETCH_API = "c0105000-0000-4000-8000-00000000e002"
SKETCH_SECRET = "sketch-secret-for-local-use-only-0001"
MIX = ["api://palette/Palette.Mix"]
DRAW = ["api://sketch/Sketch.Draw"]


class Certificate:
    """A self-signed certificate and its key, in the forms in which the libraries want them."""

    def __init__(self, folder):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Palette API")])
        now = datetime.datetime.now(datetime.UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=365))
            .sign(self.key, hashes.SHA256())
        )
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.private_key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self.path = folder / "certificate.pem"
        self.path.write_text(self.pem)
        self.pfx = folder / "certificate.pfx"
        without_password = serialization.NoEncryption()
        self.pfx.write_bytes(pkcs12.serialize_key_and_certificates(None, self.key, self.certificate, None, without_password))

    @property
    def sha1(self):
        return self.certificate.fingerprint(hashes.SHA1()).hex()

    @property
    def sha256(self):
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def certificate(folder):
    """A new certificate, with a `clients.toml` beside it that has it."""
    made = Certificate(folder)
    made.directory = folder / "clients.toml"
    text = Path(__file__).with_name("clients.toml").read_text()
    made.directory.write_text(text.replace("CERTIFICATE\"", f'{made.pem}"'))
    return made
