"""Finds the connectors that are installed, built-in and third-party alike, through their entry points.

An entry point bears the name of its kind, so that a channel's connector is found without loading the others. One that
cannot be used stands aside with the reason; it never takes the place of another, nor the program down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from omnidesk.connectors.base import API, Connector
from omnidesk.connectors.manifest import Manifest
from omnidesk.words.errors import NotFoundError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "omnidesk.connectors"
OURS = "omnidesk"


@dataclass(frozen=True, slots=True)
class Disabled:
    """A connector that is installed but cannot be used, and why."""

    kind: str
    reason: str


@cache
def _points() -> tuple[dict[str, EntryPoint], tuple[Disabled, ...]]:
    """Return the entry point of each kind, and those whose kind another has taken: ours goes first, then by name."""
    from importlib.metadata import entry_points

    chosen: dict[str, EntryPoint] = {}
    clashing: list[Disabled] = []
    for point in sorted(entry_points(group=GROUP), key=lambda one: (_origin(one) != OURS, _origin(one), one.value)):
        other = chosen.setdefault(point.name, point)
        if other is not point:
            words = f"{_origin(point)} brings it too, and {_origin(other)} has it: uninstall one of them"
            clashing.append(Disabled(point.name, words))
    return chosen, tuple(clashing)


def _origin(point: EntryPoint) -> str:
    """Return the name of the package that an entry point is of."""
    return point.dist.name if point.dist is not None else "a package without a name"


@cache
def _loaded(kind: str) -> type[Connector] | Disabled:
    """Load the connector of a kind that has an entry point."""
    point = _points()[0][kind]
    try:
        connector = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001  a broken plugin must not take the desk down
        return Disabled(kind, f"it does not load: {error!r}")
    manifest = getattr(connector, "manifest", None)
    if not isinstance(connector, type) or not issubclass(connector, Connector) or not isinstance(manifest, Manifest):
        return Disabled(kind, f"{point.value} is no connector with a manifest")
    if manifest.api > API:
        return Disabled(kind, f"it needs interface {manifest.api}, this program has {API}: upgrade omnidesk")
    if manifest.kind != kind:
        return Disabled(kind, f"its manifest is of kind {manifest.kind}: the entry point must have that name")
    return connector


def kinds() -> tuple[Manifest, ...]:
    """Return the manifests of all usable connectors, by kind; loads them all."""
    found = (_loaded(kind) for kind in sorted(_points()[0]))
    return tuple(one.manifest for one in found if not isinstance(one, Disabled))


def disabled() -> tuple[Disabled, ...]:
    """Return the connectors that are installed but cannot be used, by kind; loads them all."""
    broken = [one for one in map(_loaded, _points()[0]) if isinstance(one, Disabled)]
    return tuple(sorted([*broken, *_points()[1]], key=lambda one: (one.kind, one.reason)))


def connector(kind: str) -> type[Connector]:
    """Return the connector for a kind of channel. Raises NotFoundError."""
    if kind not in _points()[0]:
        raise NotFoundError(
            f"no connector for channels of kind {kind}; `omnidesk channel kinds` lists what is installed"
        )
    found = _loaded(kind)
    if isinstance(found, Disabled):
        raise NotFoundError(f"the connector for {kind} is disabled: {found.reason}")
    return found


def manifest(kind: str) -> Manifest:
    """Return the manifest of a kind of channel. Raises NotFoundError."""
    return connector(kind).manifest


def look_again() -> None:
    """Forget what is installed: something was added or taken away."""
    _points.cache_clear()
    _loaded.cache_clear()
