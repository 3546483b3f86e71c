"""Fixtures for tests of the web server: a desk with a chat, served by a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.desk.conftest import desk
from tests.filling import Desk, open_desk
from tests.web.served import Served, add_chat, reachable, with_chat

__all__ = ["desk"]


@pytest.fixture
def own_served(desk: Desk) -> Iterator[Served]:
    """A chat that is served and always online, by a server of the test's own: to be killed at will."""
    found = with_chat(desk)
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the tests of a module share."""
    opened = open_desk(tmp_path_factory.mktemp("served"))
    found = with_chat(opened)
    found.start()
    yield found
    found.stop()
    opened.workspace.close()


@pytest.fixture
async def served(server: Served) -> Served:
    """A chat of the test's own that is always online, on the server that the tests of a module share."""
    found = Served(server.desk, add_chat(server.desk, f"chat-{uuid4().hex[:8]}"), server.port)
    await reachable(found)
    return found
