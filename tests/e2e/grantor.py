"""The platform under test: a process of its own, in a folder of its own, on a free port."""

import os
import queue
import signal
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import jwt
import requests

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("GRANTOR_BINARY", ROOT / "target" / "debug" / "grantor"))
DIRECTORY = ROOT / "examples" / "contoso" / "contoso.toml"

# What the directory file says.
PASSWORD = "correct-horse-battery-staple"
CONTOSO = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
CHRIS = "12345678-73a6-4952-a53a-e9916737ff7f"
CHRIS_NAME = "ChrisG@contoso.example"
ADMIN = "6e7b768e-07e2-4810-8459-485f84f8f204"
ADMIN_NAME = "admin@contoso.example"
NATIVE_APP = "11111111-1111-1111-1111-111111111111"
COLORS_API = "c0105000-0000-4000-8000-00000000a001"
CONSOLE = "c0105000-0000-4000-8000-00000000a002"
CONSOLE_SECRET = "console-secret-for-local-use-only-0001"
CONSOLE_REDIRECT = "http://localhost:5000/getAToken"
SPA = "c0105000-0000-4000-8000-00000000a003"
DIRECTORY_API = "00000003-0000-0000-c000-000000000000"

# Longer than anything takes on a slow machine: whoever waits goes on at once when it is there.
READY_WITHIN = 120
STOPPED_WITHIN = 60
ANSWERED_WITHIN = 60


class Server:
    """A running `grantor serve --dev`."""

    def __init__(self, base, data):
        self.base = base
        self.ca = data / "ca.pem"
        self.authority = f"{base}/contoso.example"
        self.http = requests.Session()
        self.http.verify = str(self.ca)
        self.http.trust_env = False

    def get(self, path, **arguments):
        return self.http.get(self.base + path, timeout=ANSWERED_WITHIN, **arguments)

    def post(self, path, **arguments):
        return self.http.post(self.base + path, timeout=ANSWERED_WITHIN, **arguments)

    def me(self, access_token):
        return self.get("/v1.0/me", headers={"Authorization": f"Bearer {access_token}"})

    def advance(self, length):
        """Moves the server's clock forward; returns by how many seconds it moved."""
        before = self.get("/dev/clock").json()["now"]
        answer = self.post("/dev/clock", json={"advance": length})
        assert answer.status_code == 200, answer.text
        return answer.json()["now"] - before

    def rehearse(self, code, client_id, **more):
        """The next request of an application is refused with that code."""
        answer = self.post("/dev/refusals", json={"code": code, "client_id": client_id, **more})
        assert answer.status_code == 200, answer.text

    def events(self):
        """What the server recorded, newest flows included."""
        return self.get("/dev/flows").json()["events"]

    def claims(self, token, audience):
        """The claims of a token after its signature (by the published keys), times and audience were checked."""
        keys = {key["kid"]: key for key in self.get("/contoso.example/discovery/v2.0/keys").json()["keys"]}
        header = jwt.get_unverified_header(token)
        key = jwt.PyJWK(keys[header["kid"]], algorithm="RS256")
        # The server's clock may have been moved: its times are compared with its own clock, not with ours.
        unchecked = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        claims = jwt.decode(token, key, algorithms=["RS256"], audience=audience, options=unchecked)
        now = self.get("/dev/clock").json()["now"]
        assert claims["nbf"] <= now < claims["exp"], (claims, now)
        return claims


@contextmanager
def serve(data, *directories, at=("--listen", "127.0.0.1:0")):
    """Starts the platform; at the end it must stop by itself, in order, when asked to."""
    errors = data.with_suffix(".log")
    files = [part for file in (DIRECTORY, *directories) for part in ("--directory", file)]
    with errors.open("wb") as log:
        process = subprocess.Popen(
            [BINARY, "serve", "--dev", "--data", data, *at, *files],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("GRANTOR_")},
        )
    try:
        base = wait_until_ready(process, errors)
        yield Server(base, data)
        assert process.poll() is None, f"the server ended during the test:\n{errors.read_text()[-4000:]}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOPPED_WITHIN) == 0, errors.read_text()[-4000:]
        panics = [line for line in errors.read_text().splitlines() if "panicked" in line]
        assert not panics, panics
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def registration_token(data, *store, uses=1):
    """What an administrator gives to somebody whose apps may register themselves."""
    make = [BINARY, "tenant", "--data", data, *store, "registration-token", "contoso.example", "--uses", str(uses)]
    done = subprocess.run(make, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def wait_until_ready(process, errors, may_end=False):
    """The public URL that a starting server says on its standard output once it serves; `None` when it ends instead and may."""
    lines = queue.Queue()

    def read():
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    try:
        line = lines.get(timeout=READY_WITHIN)
    except queue.Empty:
        line = ""
    if may_end and line == "":
        process.wait(STOPPED_WITHIN)
        return None
    word, _, base = line.strip().partition(" ")
    assert word == "ready", f"the server did not get ready, it said {line!r}:\n{errors.read_text()[-4000:]}"
    return base
