"""Finds the connectors that are installed, built-in and third-party alike, through their entry points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from omnidesk.connectors.base import API, Connector
from omnidesk.connectors.manifest import Manifest
from omnidesk.words.errors import NotFoundError

GROUP = "omnidesk.connectors"


@dataclass(frozen=True, slots=True)
class Disabled:
    """A connector that is installed but cannot be used, and why."""

    kind: str
    reason: str


@cache
def _found() -> tuple[dict[str, type[Connector]], tuple[Disabled, ...]]:
    from importlib.metadata import entry_points

    usable: dict[str, type[Connector]] = {}
    disabled: list[Disabled] = []
    for point in entry_points(group=GROUP):
        try:
            connector = point.load()
            api = connector.manifest.api
        except Exception as error:  # noqa: BLE001  a broken plugin must not take the desk down
            disabled.append(Disabled(point.name, f"it does not load: {error!r}"))
            continue
        if api > API:
            disabled.append(Disabled(point.name, f"it needs interface {api}, this program has {API}: upgrade omnidesk"))
        else:
            usable[connector.manifest.kind] = connector
    return usable, tuple(disabled)


def kinds() -> tuple[Manifest, ...]:
    """Return the manifests of all usable connectors, by kind."""
    return tuple(connector.manifest for _, connector in sorted(_found()[0].items()))


def disabled() -> tuple[Disabled, ...]:
    """Return the connectors that are installed but cannot be used."""
    return _found()[1]


def connector(kind: str) -> type[Connector]:
    """Return the connector for a kind of channel. Raises NotFoundError."""
    usable, broken = _found()
    if kind in usable:
        return usable[kind]
    for entry in broken:
        if entry.kind == kind:
            raise NotFoundError(f"the connector for {kind} is disabled: {entry.reason}")
    raise NotFoundError(f"no connector for channels of kind {kind}; `omnidesk channel kinds` lists what is installed")


def manifest(kind: str) -> Manifest:
    """Return the manifest of a kind of channel. Raises NotFoundError."""
    return connector(kind).manifest
