"""Modules that are loaded when they are first used: the first paint needs none of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


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
    for module in Later.all:
        import_module(module._name)
