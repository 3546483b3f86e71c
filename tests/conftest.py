"""Fixtures for the whole test suite."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests import postgres
from tests.provider import Provider
from tests.servers import Mailbox, MailServer, missing

DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a whole run use one database."""
    parser.addoption("--database", choices=DATABASES, help="make every workspace in this database")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `databases` on both, and with --database all that can choose on that one."""
    if "database" in metafunc.fixturenames:
        said = metafunc.config.getoption("--database")
        both = metafunc.definition.get_closest_marker("databases") is not None
        if (said or both) and metafunc.definition.get_closest_marker("sqlite") is None:
            needing = {"sqlite": "sqlite", "postgresql": pytest.param("postgresql", marks=pytest.mark.postgresql)}
            metafunc.parametrize("database", [needing[said]] if said else list(needing.values()), indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database that workspaces of a test are made in: `sqlite` or `postgresql`."""
    with postgres.chosen(getattr(request, "param", "sqlite")) as name:
        yield name


@pytest.fixture
def own_postgres() -> Iterator[postgres.PostgresServer]:
    """A running PostgreSQL of the test's own, to be stopped, killed or cut off at will."""
    if reason := postgres.missing():
        pytest.skip(reason)
    found = postgres.PostgresServer(durable=True)
    try:
        found.start()
        yield found
    finally:
        found.close()


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
