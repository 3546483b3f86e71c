"""Holds requests against what is published of the Bot API; api.json says from where it is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from omnidesk.connectors.testing import Asked
from omnidesk.connectors.testing.telegram import fields_of

_TYPES: dict[str, type | tuple[type, ...]] = {
    "Integer": int, "String": str, "Boolean": bool, "InputFile": bytes, "ReplyParameters": dict, "Float": float,
}  # fmt: skip


@cache
def published() -> dict[str, Any]:
    """Return the excerpt of the published API."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("api.json").read_text())
    return found


def problems(asked: Asked) -> list[str]:
    """Return in words what is wrong with a request."""
    if asked.path.startswith("/file/"):
        return []
    method = asked.path.rpartition("/")[2]
    known = published()["methods"].get(method)
    if known is None:
        return [f"{method} is no method that is known here"]
    form = "multipart/" in asked.headers.get("content-type", "")
    files = {name: data for name, file, data in asked.parts() if file} if form else {}
    said = {**fields_of(asked), **{name: data for name, data in files.items() if name in known}}
    attached = {one["media"].removeprefix("attach://") for one in said.get("media") or ()}
    found = [f"{method}: {name} is missing" for name, one in known.items() if one["required"] and name not in said]
    found += [f"{method}: {name} is no field" for name in {*said, *files} - set(known) - attached]
    typed = asked.headers.get("content-type", "").startswith("application/json")
    found += [
        f"{method}: {name} is {type(value).__name__}, not {' or '.join(known[name]['types'])}"
        for name, value in said.items()
        if name in known and not any(_is(value, kind, typed) for kind in known[name]["types"])
    ]
    return found


def _is(value: object, kind: str, typed: bool) -> bool:
    """Say whether a value is of a kind; in a form all but objects and lists are words."""
    if kind.startswith("Array of"):
        return isinstance(value, list)
    if not typed and kind in ("Integer", "Boolean", "Float"):
        return isinstance(value, str)
    if kind == "Integer" and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES.get(kind, dict))
