"""Fixtures for tests of the web server: a desk with a chat, served by a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.desk.conftest import desk
from tests.filling import Desk
from tests.web.served import Served, with_chat

__all__ = ["desk"]


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:
    """A chat that is served and always online."""
    found = with_chat(desk)
    found.start()
    yield found
    found.stop()
