"""A browser for `BROWSER`: opens an address, signs in and allows, without a window.

WALK_NAME and WALK_PASSWORD say who signs in; WALK_CA is the authority to trust. It ends when the application has its answer.
"""

import os
import sys
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests


class Forms(HTMLParser):
    """The forms of a page: action, fields, and the ids inside."""

    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attributes.get("action", ""), "fields": {}, "ids": set()})
        elif self.forms and tag in ("input", "button"):
            self.forms[-1]["ids"].add(attributes.get("id"))
            if tag == "input" and attributes.get("type") != "checkbox" and attributes.get("name"):
                self.forms[-1]["fields"][attributes["name"]] = attributes.get("value", "")


def answered(text, name, password):
    """The form of a page as a person fills it in who signs in and allows: its action and its fields."""
    reader = Forms()
    reader.feed(text)
    for form in reader.forms:
        if "password" in form["ids"]:
            form["fields"].update(username=name, password=password)
            return form
        if "accept" in form["ids"]:
            form["fields"]["decision"] = "accept"
            return form
    assert len(reader.forms) == 1, text
    return reader.forms[0]


def main(address):
    session = requests.Session()
    session.verify = os.environ["WALK_CA"]
    session.trust_env = False
    response = session.get(address, timeout=60)
    while response.url.startswith("https:"):
        form = answered(response.text, os.environ["WALK_NAME"], os.environ["WALK_PASSWORD"])
        response = session.post(urljoin(response.url, form["action"]), data=form["fields"], timeout=60)


if __name__ == "__main__":
    main(sys.argv[1])
