"""Fixtures for the whole test suite."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.provider import Provider
from tests.servers import Mailbox, MailServer, missing


def _needs_servers() -> None:
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    """A running mail server, shared by the session: do not stop, kill or freeze it (use `own_mail_server`)."""
    _needs_servers()
    server = MailServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def own_mail_server() -> Iterator[MailServer]:
    """A running mail server of the test's own, to be stopped, killed or frozen at will."""
    _needs_servers()
    server = MailServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def mailbox(mail_server: MailServer) -> Mailbox:
    """A fresh, empty account on the shared mail server."""
    return mail_server.mailbox()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider of OAuth 2.0 logins, for support@example.test until a mailbox says otherwise."""
    found = Provider("support@example.test")
    yield found
    found.close()


@pytest.fixture
def token_mailbox(provider: Provider) -> Iterator[Mailbox]:
    """A mailbox on a mail server of the test's own, which lets in by tokens of the provider."""
    _needs_servers()
    server = MailServer(tokens=provider)
    try:
        server.start()
        made = server.mailbox()
        provider.user = made.address
        yield made
    finally:
        server.close()
