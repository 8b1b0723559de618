"""Hundreds who send to several nodes at the same moment."""

import http.client
import json
import select
import socket
import ssl
from urllib.parse import urlencode

from grantor import ANSWERED_WITHIN

FORM = "application/x-www-form-urlencoded"


class Answer:
    """What one of them got."""

    def __init__(self, response):
        self.status = response.status
        self.location = response.getheader("Location", "")
        self.text = response.read().decode()

    def json(self):
        return json.loads(self.text)

    def said(self):
        """Its status, and the error that it names if it names one."""
        return self.status, self.json().get("error") if self.text.startswith("{") else None


class Crowd:
    """Connections that are open already, one after the other to each node in turn."""

    def __init__(self, site, size=200):
        self.context = ssl.create_default_context(cafile=site.front.ca)
        self.ports = [site.nodes[one % len(site.nodes)].port for one in range(size)]
        self.open = [self._connect(port) for port in self.ports]

    def posts(self, path, fields, **headers):
        """What each gets for the same form."""
        return self.sends("POST", path, {"Content-Type": FORM, **headers}, urlencode(fields))

    def gets(self, path, **headers):
        return self.sends("GET", path, headers)

    def sends(self, method, path, headers, body=""):
        """What each gets for the same request. Nobody has finished saying it when the last one has begun."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, "", body]).encode()
        self._whole()
        for one in self.open:
            one.sendall(request[:-1])
        for one in self.open:
            one.sendall(request[-1:])
        return [self._read(one, method) for one in self.open]

    def close(self):
        for one in self.open:
            one.close()

    def _connect(self, port):
        plain = socket.create_connection(("127.0.0.1", port), timeout=ANSWERED_WITHIN)
        # What is to go at once goes at once.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.context.wrap_socket(plain, server_hostname="localhost")

    def _whole(self):
        """A connection on which nothing is asked and something comes has been hung up."""
        gone, _, _ = select.select(self.open, [], [], 0)
        for one in gone:
            place = self.open.index(one)
            one.close()
            self.open[place] = self._connect(self.ports[place])

    @staticmethod
    def _read(one, method):
        response = http.client.HTTPResponse(one, method=method)
        response.begin()
        return Answer(response)
