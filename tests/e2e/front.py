"""What stands in front of several nodes: passes connections through, each to the next node that accepts it."""

import itertools
import socket
import threading
from contextlib import suppress


class Front:
    """A round-robin over TCP. `only` stops the turning, so that a test can say which node serves a step."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.passed = []
        self._ports = []
        self._turns = itertools.count()
        self._only = None
        self._open = set()
        self._lock = threading.Lock()

    def to(self, ports):
        """From here on, in turn, to those ports."""
        self._ports = list(ports)
        threading.Thread(target=self._accept, daemon=True).start()

    def only(self, port):
        """Hangs up every connection; those to come go to that port. With `None` they go round again."""
        with self._lock:
            self._only = port
            self._hang_up()

    def close(self):
        # To shut it down wakes the thread that accepts; to close it would not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            self._hang_up()

    def _hang_up(self):
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client):
        with client:
            with self._lock:
                node = self._connect()
                if node is None:
                    return
                self._open |= {client, node}
            with node:
                back = threading.Thread(target=self._pump, args=(node, client), daemon=True)
                back.start()
                self._pump(client, node)
                back.join()
                with self._lock:
                    self._open -= {client, node}

    def _connect(self):
        turn = next(self._turns)
        ports = [self._only] if self._only else [self._ports[(turn + i) % len(self._ports)] for i in range(len(self._ports))]
        for port in ports:
            with suppress(OSError):
                node = socket.create_connection(("127.0.0.1", port), timeout=60)
                node.settimeout(None)
                self.passed.append(port)
                return node
        return None

    @staticmethod
    def _pump(source, target):
        """Passes bytes one way; the end of one side is the end of both."""
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
