"""Writes docs/keys.md from the key map: `python docs/keys.py`. A test says when that is due."""

from __future__ import annotations

from pathlib import Path

from omnidesk.screens.help import page

if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(page(), encoding="utf-8")
