"""A throw-away PostgreSQL server: in a folder of its own, on loopback, gone at the end."""

import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

READY_WITHIN = 120
SUPERUSER = "postgres"


def binaries():
    """The folder of the server's programs; without one the tests fail, unless they are not wanted."""
    if os.environ.get("GRANTOR_SKIP_POSTGRES") == "1":
        pytest.skip("nothing is tested on PostgreSQL, since GRANTOR_SKIP_POSTGRES=1")
    if named := os.environ.get("PG_BIN"):
        assert (Path(named) / "initdb").exists(), f"PG_BIN is {named}, where there is no initdb"
        return Path(named)
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if path.parts[-3].isdigit()]
    if not found:
        pytest.fail(
            "no PostgreSQL server to test with: install the package postgresql, or name the folder of its programs in PG_BIN, "
            "or set GRANTOR_SKIP_POSTGRES=1 to go without these tests",
            pytrace=False,
        )
    return max(found, key=lambda path: int(path.parts[-2]))


def free_port():
    """A port that can be listened on, from below those that the system hands out to whoever connects: it stays free."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def is_ready(process, ask):
    """Whether the server takes connections, or has ended: somebody else may have been faster to take its port."""
    until = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < until:
        if subprocess.run(ask, check=False).returncode == 0:
            return True
        time.sleep(0.02)
    return False


@contextmanager
def postgres():
    """Starts a server with one empty database and yields that one's URL."""
    programs = binaries()
    # Its socket lies in this folder, and the names of sockets must stay short.
    folder = Path(tempfile.mkdtemp(prefix="e2e-pg-"))
    process = None
    try:
        owner = {}
        # The server refuses to run as root: then it runs as the user that its package has made.
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)
        make = ["-D", "data", "-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        done = subprocess.run([programs / "initdb", *make], cwd=folder, capture_output=True, text=True, check=False, **owner)
        assert done.returncode == 0, f"initdb: {done.stderr}"
        for _ in range(5):
            port = free_port()
            # By its own socket: at the port, a server of somebody else might answer.
            where = ["-h", str(folder), "-p", str(port), "-U", SUPERUSER]
            run = ["-D", "data", "-p", str(port), "-k", str(folder), "-h", "127.0.0.1", "-c", "fsync=off"]
            with (folder / "log").open("wb") as log:
                process = subprocess.Popen(
                    [programs / "postgres", *run], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **owner
                )
            if is_ready(process, [programs / "pg_isready", "-q", *where]):
                break
        else:
            pytest.fail(f"the PostgreSQL server did not start:\n{(folder / 'log').read_text()[-4000:]}", pytrace=False)
        subprocess.run([programs / "createdb", *where, "grantor"], check=True)
        yield f"postgres://{SUPERUSER}@127.0.0.1:{port}/grantor?sslmode=disable"
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # Without waiting for its clients.
            try:
                process.wait(READY_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)
