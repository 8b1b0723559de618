"""Applications in a process of their own, their libraries unmodified: each says one thing per line and is told what it asks for."""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path

from grantor import PASSWORD
from walk import Person

SCENARIOS = Path(__file__).with_name("node")

# Longer than any scenario takes on a slow machine, the device grant's waiting included.
PLAYED_WITHIN = 180


def played(server, script, name, decision="accept", person=None, **settings):
    """Plays a script on Node to its end and returns what it says last; wherever it sends a person, that is `name`, or `person`."""
    person = person or Person(server.ca, name, PASSWORD)
    program = [shutil.which("node"), SCENARIOS / f"{script}.mjs"]
    return run(program, server, person, decision, authority=server.authority, **settings)


def run(program, server, person, decision="accept", **settings):
    """The same for any program."""
    process = subprocess.Popen(
        [*program, json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(server.ca)},
    )
    too_late = threading.Timer(PLAYED_WITHIN, process.kill)
    too_late.start()
    try:
        for line in process.stdout:
            [(kind, what)] = json.loads(line).items()
            if kind == "done":
                return what
            answer = serve_person(person, kind, what, decision)
            if answer is not None:
                process.stdin.write(json.dumps(answer) + "\n")
                process.stdin.flush()
        raise AssertionError(f"the scenario ended before it was done:\n{process.stderr.read()[-4000:]}")
    finally:
        too_late.cancel()
        process.kill()
        process.communicate()


def serve_person(person, kind, what, decision):
    """Does what a scenario asks of the person; returns what it is to be told."""
    if kind == "visit":
        person.visit(what)
        return None
    if kind == "device":
        person.enter_code(what["verificationUri"], what["userCode"], decision)
        return {}
    if kind == "leave":
        return person.leave(what["address"], what["redirect_uri"])
    if kind == "elsewhere":
        person.decide(**what)
        return {}
    assert kind == "answer", kind
    return person.answer(what["address"], what["redirect_uri"])
