"""Several `grantor serve` on one database, behind a round-robin."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

from front import Front
from grantor import BINARY, DIRECTORY, STOPPED_WITHIN, Server, wait_until_ready
from postgres import free_port, postgres


class Node(Server):
    """One node, addressed past the front."""

    def __init__(self, site, name):
        self.port = None
        super().__init__(None, site.folder)
        self.site = site
        self.data = site.folder / name
        self.log = self.data.with_suffix(".log")
        self.process = None

    def start(self, *directories):
        """Starts it, for the first time or again, and waits until it serves."""
        for _ in range(5):
            # Its port is chosen once, and stays: the front knows it.
            port = self.port or free_port()
            if self._run(port, directories):
                self._is_at(port)
                return self
            # Somebody else may have been faster to take a port that was free.
            assert not self.port and "cannot be listened on" in self.log.read_text(), self.log.read_text()[-4000:]
        raise AssertionError("every port is taken")

    def _is_at(self, port):
        self.port = port
        self.base = f"https://localhost:{port}"
        self.authority = f"{self.base}/contoso.example"

    def _run(self, port, directories):
        """Whether it serves at that port, or has ended."""
        arguments = ["--dev", "--data", self.data, "--listen", f"127.0.0.1:{port}", "--database", self.site.database]
        arguments += ["--public-url", self.site.front.base]
        arguments += ["--tls-cert", self.site.folder / "leaf.pem", "--tls-key", self.site.folder / "leaf.key"]
        arguments += [part for file in directories for part in ("--directory", file)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "serve", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={name: value for name, value in os.environ.items() if not name.startswith("GRANTOR_")},
            )
        base = wait_until_ready(self.process, self.log, may_end=True)
        if base is None:
            self.kill()
            return False
        assert base == self.site.front.base
        return True

    def kill(self):
        """As if its machine were gone: it gets no chance to say anything to anybody."""
        self.end()
        self.process = None

    def stop(self):
        """In order."""
        assert self.process.poll() is None, f"the node ended during the test:\n{self.log.read_text()[-4000:]}"
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOPPED_WITHIN) == 0, self.log.read_text()[-4000:]

    def end(self):
        """Whatever state it is in."""
        if self.process is not None:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def milestones(self, flow):
        """What of one flow was done here, in order; without what is recorded anew for each page that is asked for."""
        events = self.get("/dev/flows", params={"id": flow}).json()["events"]
        return [event["event"] for event in events if event["event"] not in ("authorization-asked", "person-asked")]


class Site:
    """Two nodes, their database, and `front`, which is all that a client knows of them."""

    def __init__(self, folder, database):
        self.folder = folder
        self.database = database
        make_certificates(folder)
        self.turns = Front()
        self.front = Server(f"https://localhost:{self.turns.port}", folder)
        self.nodes = []

    def start(self, *directories):
        first = Node(self, "one")
        self.nodes.append(first)
        first.start(DIRECTORY, *directories)
        second = self.another("two")
        self.nodes.append(second)
        second.start()
        self.turns.to(node.port for node in self.nodes)

    def another(self, name):
        """One more node on the same database: an operator gives it the master key of the first."""
        node = Node(self, name)
        node.data.mkdir(mode=0o700)
        shutil.copy(self.nodes[0].data / "master.key", node.data / "master.key")
        (node.data / "master.key").chmod(0o600)
        return node

    def other(self, node):
        return next(one for one in self.nodes if one is not node)

    def whole(self):
        """All nodes run again, and all get their turn."""
        for node in self.nodes:
            if node.process is None:
                node.start()
        self.only(None)

    def only(self, node):
        """What comes through the front goes to that node; with `None`, to each in turn again."""
        self.turns.only(node and node.port)

    @contextmanager
    def changed(self, directory):
        """Applies a directory file by a third node, which has come by just for that. Yields when the change was made."""
        file = self.folder / f"change-{time.monotonic_ns()}.toml"
        file.write_text(directory)
        third = self.another(file.stem)
        try:
            third.start(file)
            yield
            third.stop()
        finally:
            third.end()

    def flows(self):
        """The flows among the newest events of the nodes."""
        return {event["flow"] for node in self.nodes for event in node.events() if event["event"] == "authorization-asked"}


@contextmanager
def two_nodes(folder, *directories):
    with postgres() as database:
        site = Site(folder, database)
        try:
            site.start(*directories)
            yield site
            for node in site.nodes:
                node.stop()
                panics = [line for line in node.log.read_text().splitlines() if "panicked" in line]
                assert not panics, panics
        finally:
            site.turns.close()
            for node in site.nodes:
                node.end()


def make_certificates(folder):
    """An authority for nothing but this, `ca.pem`, and the certificate that every node presents."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    usage = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature", "extendedKeyUsage=serverAuth"]
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Two nodes",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    openssl(folder, "req", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=localhost")
    (folder / "leaf.ext").write_text("\n".join([names, *usage, "authorityKeyIdentifier=keyid", "subjectKeyIdentifier=hash"]))
    openssl(folder, "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "leaf.ext", "-out", "leaf.pem")  # fmt: skip


def openssl(folder, *arguments):
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
