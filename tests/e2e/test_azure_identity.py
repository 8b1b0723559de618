"""azure-identity for Python, unmodified: the credentials that scripts and services use."""

import asyncio

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import AsyncioRequestsTransport
from azure.identity import ClientSecretCredential, aio

from clients import NIGHTLY_JOB, NIGHTLY_SECRET
from grantor import COLORS_API, CONTOSO

COLORS = "api://colors/.default"


def common(server):
    """What every credential is told of a server that is not Microsoft's."""
    return {"authority": server.base, "disable_instance_discovery": True, "connection_verify": str(server.ca)}


def without_waiting(kind, server, *arguments, **more):
    """A token by one of the credentials for programs that do not wait. These speak HTTP by themselves, without MSAL."""

    async def ask():
        transport = AsyncioRequestsTransport(connection_verify=str(server.ca))
        async with kind(CONTOSO, *arguments, transport=transport, **common(server), **more) as credential:
            first = await credential.get_token(COLORS)
            assert (await credential.get_token(COLORS)).token == first.token, "the second one comes from the cache"
            return first.token

    return asyncio.run(ask())


def may_manage_colors(server, token, client_id, proof):
    claims = server.claims(token, COLORS_API)
    assert claims["roles"] == ["Colors.Manage.All"]
    assert claims["azp"] == client_id
    assert claims["azpacr"] == proof
    assert claims["tid"] == CONTOSO
    assert "scp" not in claims
    return claims


def test_a_client_secret(shared_server):
    for tenant in (CONTOSO, "contoso.example"):
        credential = ClientSecretCredential(tenant, NIGHTLY_JOB, NIGHTLY_SECRET, **common(shared_server))
        token = credential.get_token(COLORS)
        claims = may_manage_colors(shared_server, token.token, NIGHTLY_JOB, "1")
        assert token.expires_on == pytest.approx(claims["exp"], abs=30)
        assert credential.get_token(COLORS).token == token.token, "the second one comes from the cache"

    wrong = ClientSecretCredential(CONTOSO, NIGHTLY_JOB, "wrong", **common(shared_server))
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        wrong.get_token(COLORS)


def test_a_client_secret_without_waiting(shared_server):
    token = without_waiting(aio.ClientSecretCredential, shared_server, NIGHTLY_JOB, NIGHTLY_SECRET)
    may_manage_colors(shared_server, token, NIGHTLY_JOB, "1")
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        without_waiting(aio.ClientSecretCredential, shared_server, NIGHTLY_JOB, "wrong")
