"""A tiny app: what arrives at its redirect address, exactly as it arrived."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

PAGE = b"<!doctype html><html lang=en><title>arrived</title><h1 id=arrived>The answer arrived</h1>"


class Listener:
    def __init__(self, port):
        self.address = f"http://localhost:{port}"
        self.arrived = []

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
def listen(port=0):
    class Handler(BaseHTTPRequestHandler):
        timeout = 60

        def do_GET(self):
            self.take("")

        def do_POST(self):
            self.take(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def take(self, body):
            parts = urlsplit(self.path)
            if parts.path != "/favicon.ico":
                listener.arrived.append({"method": self.command, "path": parts.path, "query": parts.query, "body": body})
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    listener = Listener(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
