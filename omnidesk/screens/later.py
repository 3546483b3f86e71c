"""Modules that are loaded when they are first used: the first paint needs none of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

ALSO = (
    "omnidesk.widgets.draft_area",
    "omnidesk.widgets.composer_fields",
    "omnidesk.widgets.portrait_lines",
    "omnidesk.screens.help",
    "omnidesk.screens.timeline",
    "omnidesk.screens.customer_note",
)
"""What is loaded by name when it is used."""


class Later:
    """Stands for a module until something of it is asked for; `get_ready` loads it in a thread before that."""

    all: tuple[Later, ...] = ()

    def __init__(self, name: str) -> None:
        self._name = name
        Later.all = (*Later.all, self)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def get_ready() -> None:
    """Load everything that was put off."""
    for name in (*(module._name for module in Later.all), *ALSO):
        import_module(name)
