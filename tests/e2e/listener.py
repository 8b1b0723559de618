"""A tiny app: what arrives at its redirect address, exactly as it arrived."""

import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

PAGE = b"<!doctype html><html lang=en><title>arrived</title><h1 id=arrived>The answer arrived</h1>"


class Listener:
    def __init__(self, scheme, port):
        self.address = f"{scheme}://localhost:{port}"
        self.arrived = []
        # What it publishes, by path: JSON documents. Who fetches one has not arrived.
        self.published = {}

    def sole_answer(self):
        """The one request that was made to the redirect address; a second one would spend a code twice."""
        assert len(self.arrived) == 1, self.arrived
        return self.arrived[0]


def pairs(text):
    """A form or query as its pairs. A name that stands twice is a fault of the sender, not a list."""
    found = parse_qsl(text, keep_blank_values=True, strict_parsing=True)
    assert len({name for name, _ in found}) == len(found), found
    return dict(found)


@contextmanager
def listen(port=0, certificate=None):
    """With a certificate and its key in a file, it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 60

        def do_GET(self):
            self.take("")

        def do_POST(self):
            self.take(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def take(self, body):
            parts = urlsplit(self.path)
            if document := listener.published.get(parts.path):
                return self.answer("application/json", document.encode())
            if parts.path != "/favicon.ico":
                came = {"method": self.command, "path": parts.path, "query": parts.query, "body": body}
                listener.arrived.append({**came, "authorization": self.headers.get("Authorization")})
            return self.answer("text/html; charset=utf-8", PAGE)

        def answer(self, kind, content):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    listener = Listener("https" if certificate else "http", server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
