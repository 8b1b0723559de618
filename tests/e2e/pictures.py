"""A machine that publishes an application's picture, and notes who asks for it."""

import ssl
import struct
import threading
import zlib
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from nodes import make_certificates


def picture(size=96):
    """A blue ring around an orange disc, as PNG, with nothing around them."""

    def pixel(x, y):
        away = ((x - size / 2) ** 2 + (y - size / 2) ** 2) ** 0.5
        if away > size * 0.47:
            return b"\0\0\0\0"
        return b"\xd9\x5a\x1e\xff" if away < size * 0.24 else b"\x28\x50\xa0\xff"

    lines = b"".join(b"\0" + b"".join(pixel(x, y) for x in range(size)) for y in range(size))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


class Publisher:
    """Where the picture stands, and the headers of each request for it."""

    def __init__(self, address, ca):
        self.address = address
        self.ca = ca
        self.asked = []


@contextmanager
def published(folder):
    """Serves the picture over TLS with a certificate that only `ca` vouches for."""
    folder.mkdir(parents=True, exist_ok=True)
    make_certificates(folder)
    content = picture()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            publisher.asked.append(dict(self.headers))
            self.send_response(200)
            # What it says of itself is not believed.
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem", folder / "leaf.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    publisher = Publisher(f"https://localhost:{server.server_port}/logo.png", folder / "ca.pem")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()
