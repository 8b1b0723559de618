"""Somebody at a browser without a window: opens an address, signs in and allows, by the pages' own forms.

As a program it is a browser for `BROWSER`: WALK_NAME and WALK_PASSWORD say who signs in; WALK_CA is the authority to trust.
It ends when the application has its answer.
"""

import os
import sys
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

# Longer than any page takes on a slow machine.
WITHIN = 60


class Forms(HTMLParser):
    """The forms of a page: action, fields, and the ids inside, each with the name and the value that it would send."""

    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "fields": {}, "ids": {}})
        elif self.forms and tag in ("input", "button"):
            name, value = attributes.get("name"), attributes.get("value", "")
            self.forms[-1]["ids"][attributes.get("id")] = (name, value)
            if tag == "input" and attributes.get("type") != "checkbox" and name:
                self.forms[-1]["fields"][name] = value


def forms(text):
    reader = Forms()
    reader.feed(text)
    return reader.forms


def answered(text, name, password, decision="accept"):
    """The form of a page as a person fills it in who signs in and decides: its action and its fields."""
    found = forms(text)
    for form in found:
        if "password" in form["ids"]:
            form["fields"].update(username=name, password=password)
            return form
        if decision in form["ids"]:
            form["fields"].update([form["ids"][decision]])
            return form
    assert len(found) == 1, text
    return found[0]


class Person:
    """Who signs in, with the cookies of one browser."""

    def __init__(self, ca, name, password):
        self.name = name
        self.password = password
        self.http = requests.Session()
        self.http.verify = str(ca)
        self.http.trust_env = False

    def visit(self, address):
        """Opens what an application says, answers every page, and brings the application its answer."""
        response = self.http.get(address, timeout=WITHIN)
        while response.url.startswith("https:"):
            response = self._send(response, answered(response.text, self.name, self.password))
        return response

    def answer(self, address, redirect_uri):
        """The same for an application at which nobody listens: what it would be told, as in the browser's address bar."""
        response = self._get(address)
        while True:
            if response.is_redirect:
                address = urljoin(response.url, response.headers["Location"])
                if address.startswith(redirect_uri):
                    parts = urlsplit(address)
                    return dict(parse_qsl(parts.fragment or parts.query, strict_parsing=True))
                response = self._get(address)
            else:
                assert response.status_code == 200, response.text
                form = answered(response.text, self.name, self.password)
                response = self._send(response, form, allow_redirects=False)

    def enter_code(self, address, user_code, decision="accept"):
        """Opens the page of the device grant, types the code, signs in where it is asked, and decides."""
        response = self.http.get(address, timeout=WITHIN)
        [form] = [form for form in forms(response.text) if "user-code" in form["ids"]]
        form["fields"][form["ids"]["user-code"][0]] = user_code
        response = self._send(response, form)
        while not any(f'id="{done}"' in response.text for done in ("device-done", "device-declined")):
            assert response.status_code == 200, response.text
            response = self._send(response, answered(response.text, self.name, self.password, decision))

    def _get(self, address):
        return self.http.get(address, allow_redirects=False, timeout=WITHIN)

    def _send(self, response, form, **more):
        return self.http.post(urljoin(response.url, form["action"]), data=form["fields"], timeout=WITHIN, **more)


if __name__ == "__main__":
    Person(os.environ["WALK_CA"], os.environ["WALK_NAME"], os.environ["WALK_PASSWORD"]).visit(sys.argv[1])
