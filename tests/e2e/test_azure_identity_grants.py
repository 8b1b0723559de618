"""azure-identity for Python, unmodified: certificates and device codes."""

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, DeviceCodeCredential, aio

from clients import PALETTE_API, Certificate
from grantor import CHRIS, CHRIS_NAME, CONTOSO, DIRECTORY_API, NATIVE_APP, PASSWORD
from test_azure_identity import COLORS, common, may_manage_colors, without_waiting
from walk import Person

USER_READ = "https://graph.microsoft.com/User.Read"


def by_certificate(server, made, **more):
    return CertificateCredential(CONTOSO, PALETTE_API, certificate_path=str(made.pfx), **common(server), **more)


@pytest.mark.parametrize("chain", [False, True], ids=["by its thumbprint", "sent along"])
def test_a_certificate(clients_server, certificate, chain):
    credential = by_certificate(clients_server, certificate, send_certificate_chain=chain)
    may_manage_colors(clients_server, credential.get_token(COLORS).token, PALETTE_API, "2")


def test_a_certificate_without_waiting(clients_server, certificate):
    """This one pads the parts of its assertion, and signs it with PS256."""
    path = str(certificate.pfx)
    token = without_waiting(aio.CertificateCredential, clients_server, PALETTE_API, certificate_path=path)
    may_manage_colors(clients_server, token, PALETTE_API, "2")


def test_a_certificate_that_nobody_registered(clients_server, tmp_path):
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        by_certificate(clients_server, Certificate(tmp_path)).get_token(COLORS)


def by_device(server, prompts, decision="accept"):
    person = Person(server.ca, CHRIS_NAME, PASSWORD)

    def prompt(address, user_code, _expires_on):
        prompts.append(user_code)
        person.enter_code(address, user_code, decision)

    return DeviceCodeCredential(NATIVE_APP, tenant_id=CONTOSO, prompt_callback=prompt, **common(server))


def test_a_device_code(server):
    prompts = []
    credential = by_device(server, prompts)
    record = credential.authenticate(scopes=[USER_READ])
    assert record.home_account_id == f"{CHRIS}.{CONTOSO}"
    assert record.tenant_id == CONTOSO
    assert record.username == CHRIS_NAME
    assert f"https://{record.authority}" == server.base

    token = credential.get_token(USER_READ)
    assert server.claims(token.token, [DIRECTORY_API, "https://graph.microsoft.com"])["oid"] == CHRIS
    assert server.me(token.token).json()["id"] == CHRIS
    assert len(prompts) == 1, "the token came silently"


def test_a_device_code_that_the_person_declines(server):
    prompts = []
    with pytest.raises(ClientAuthenticationError, match="AADSTS"):
        by_device(server, prompts, decision="deny").get_token(USER_READ)
    assert len(prompts) == 1
