"""Fixtures for the whole test suite."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

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
