"""A connector installed as a stranger's package is: a module and the entry point that names it."""

from __future__ import annotations

from pathlib import Path


def install(folder: Path, kind: str, source: str, name: str = "TheConnector") -> Path:
    """Write a package to a folder that goes on the path, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{kind}_plugin.py").write_text(source)
    facts = folder / f"{kind}_plugin-1.0.dist-info"
    facts.mkdir(exist_ok=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {kind}-plugin\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[omnidesk.connectors]\n{kind} = {kind}_plugin:{name}\n")
    return folder
