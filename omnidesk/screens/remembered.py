"""Where the agent was: a small file in the agent's state folder, one a workspace, read before the first paint."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

KEPT = 20
"""Workspaces whose place is remembered; the longest unused are forgotten."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Where an agent was; conversations by number, 0 for none."""

    agent: int
    view: str = "open"
    query: str = ""
    """The search that was shown instead of the view."""
    cursor: int = 0
    """The row of the cursor."""
    open: int = 0
    """The conversation whose thread was shown."""
    front: str = "queue"
    writing: str = ""
    """Whether the composer was open: reply, note; "" for no."""


def file_of(home: str) -> Path:
    """Return the file that remembers the place in a workspace."""
    from platformdirs import user_state_path

    name = hashlib.sha256(str(Path(home).resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return user_state_path("omnidesk") / "places" / f"{name}.json"


def read(file: Path, agent: int) -> Remembered | None:
    """Return where the agent was; None where that is not known. Never raises."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    values: dict[str, Any] = {}
    for entry in fields(Remembered):
        said = content.get(entry.name)
        if entry.name in ("agent", "cursor", "open"):
            fits = type(said) is int and 0 <= said < 1 << 53
        else:
            fits = isinstance(said, str)
        if fits:
            values[entry.name] = said
    return Remembered(**values) if values.get("agent") == agent else None


def write(file: Path, where: Remembered) -> None:
    """Remember where the agent is; a folder that cannot be written is let be."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(asdict(where), out)
        fresh.replace(file)


def tidy(file: Path) -> None:
    """Forget the places of the workspaces that were not used for longest."""
    with suppress(OSError):
        files = sorted(file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in files[KEPT:]:
            old.unlink()
