"""The native client on the command line, against the real server, with a scripted browser in `BROWSER`."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from grantor import ADMIN_NAME, BINARY, CHRIS_NAME, COLORS_API, DIRECTORY_API, NATIVE_APP, PASSWORD

WALK = Path(__file__).with_name("walk.py")
COLORS = "api://colors/Colors.Read"


class CommandLine:
    def __init__(self, server, folder):
        self.server = server
        self.tokens = folder / "tokens.json"

    def run(self, *arguments, who=CHRIS_NAME, expect=0):
        environment = dict(
            os.environ,
            GRANTOR_CA=str(self.server.ca),
            GRANTOR_TOKENS=str(self.tokens),
            BROWSER=f"{sys.executable} {WALK} %s",
            WALK_NAME=who,
            WALK_PASSWORD=PASSWORD,
            WALK_CA=str(self.server.ca),
        )
        done = subprocess.run([BINARY, *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == expect, (arguments, done.stdout, done.stderr)
        return done

    def login(self, *scopes, who=CHRIS_NAME):
        asked = [part for scope in scopes for part in ("--scope", scope)]
        authority = f"{self.server.authority}/v2.0"
        return self.run("login", "--authority", authority, "--client-id", NATIVE_APP, *asked, who=who)


@pytest.fixture
def command(server, tmp_path):
    return CommandLine(server, tmp_path)


def test_one_sign_in_serves_several_apis(command):
    assert f"signed in as {CHRIS_NAME}" in command.login("User.Read", COLORS).stdout
    graph = command.run("token", "--scope", "User.Read").stdout.strip()
    assert command.server.claims(graph, DIRECTORY_API)["scp"].split()[0] == "User.Read"
    colors = command.run("token", "--scope", COLORS).stdout.strip()
    assert command.server.claims(colors, COLORS_API)["scp"] == "Colors.Read"
    assert command.run("token", "--scope", COLORS).stdout.strip() == colors, "the second one comes from the cache"
    assert command.run("token", "--scope", COLORS, "--renew").stdout.strip() != colors


def test_a_call_is_made_on_the_persons_behalf(command):
    command.login("User.Read")
    address = f"{command.server.base}/v1.0/me?$select=displayName"
    assert '"Chris Green"' in command.run("call", "GET", address, "--scope", "User.Read").stdout


def test_a_refused_call_is_a_failure_with_its_body(command):
    command.login("User.Read")
    missing = command.run("call", "GET", f"{command.server.base}/v1.0/nothing", "--scope", "User.Read", expect=1)
    assert "ResourceNotFound" in missing.stdout
    assert "404" in missing.stderr


def test_one_account_among_several(command):
    command.login("User.Read")
    command.login("User.Read", who=ADMIN_NAME)
    listed = command.run("accounts").stdout
    assert CHRIS_NAME in listed and ADMIN_NAME in listed
    assert "--account" in command.run("token", "--scope", "User.Read", expect=1).stderr
    token = command.run("token", "--scope", "User.Read", "--account", ADMIN_NAME).stdout.strip()
    assert command.server.claims(token, DIRECTORY_API)["upn"] == ADMIN_NAME
    command.run("logout", "--account", ADMIN_NAME)
    assert ADMIN_NAME not in command.run("accounts").stdout
    assert CHRIS_NAME in command.run("accounts").stdout


def test_the_token_file_is_for_its_owner_alone(command):
    command.login("User.Read")
    assert stat.S_IMODE(command.tokens.stat().st_mode) == 0o600


def test_nobody_signed_in_is_said_in_one_line(command):
    refused = command.run("token", "--scope", "User.Read", expect=1)
    assert refused.stderr.strip().splitlines() == ["grantor: nobody is signed in; run `grantor login` first"]
