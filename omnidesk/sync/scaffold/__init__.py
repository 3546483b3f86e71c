"""Writes a new connector as a package of its own: one that works, against a small provider that it brings along.

The files lie in `templates` as they are written, but for `$kind`, `$package`, `$name` and `$title`.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template

from omnidesk.connectors import registry
from omnidesk.words.errors import RefusedError, UsageError

_KIND = re.compile(r"[a-z][a-z0-9-]{0,30}")
_FILES = {
    "pyproject.toml": "pyproject.toml.template",
    "README.md": "README.md.template",
    "{package}/__init__.py": "package/init.py.template",
    "{package}/fake.py": "package/fake.py.template",
    "{package}/py.typed": "",
    "tests/test_conformance.py": "tests/conformance.py.template",
    "tests/test_connector.py": "tests/connector.py.template",
}


def write(kind: str, out: Path) -> tuple[Path, tuple[Path, ...]]:
    """Write a package for a kind of channel into a new folder under `out`; return the folder and its files.

    Raises UsageError for a bad name; RefusedError where the kind or the folder is there already."""
    if not _KIND.fullmatch(kind) or kind.endswith("-"):
        raise UsageError(f"{kind!r} is no name of a kind: small letters, digits and dashes, a letter first")
    taken = {one.kind for one in registry.kinds()} | {one.kind for one in registry.disabled()}
    if kind in taken:
        raise RefusedError(f"there is a connector for {kind} already: take another name")
    folder = out / f"omnidesk-{kind}"
    if folder.exists():
        raise RefusedError(f"{folder} is there already: nothing is overwritten")
    words = {
        "kind": kind,
        "package": f"omnidesk_{kind.replace('-', '_')}",
        "name": "".join(part.capitalize() for part in kind.split("-")),
        "title": kind.replace("-", " ").capitalize(),
        "badge": (kind.replace("-", "") + "xx")[: max(2, min(4, len(kind.replace("-", ""))))],
    }
    written = []
    for name, template in _FILES.items():
        path = folder / name.format(**words)
        path.parent.mkdir(parents=True, exist_ok=True)
        source = files(__name__).joinpath("templates", template).read_text(encoding="utf-8") if template else ""
        path.write_text(Template(source).substitute(words), encoding="utf-8")
        written.append(path)
    return folder, tuple(written)
