"""Every screen of the frozen demo as it was last looked at: its text, and which cell has which style.

A picture that changed on purpose is taken anew with `OMNIDESK_PICTURES=take python -m pytest
tests/console/test_snapshots.py`; look at what `git diff` says of it then.
"""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import shutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.style import Style

from omnidesk import clock
from omnidesk.demo import shop
from omnidesk.desk import workspace
from omnidesk.screens.preferences import Found, Preferences
from tests.console.steering import Console, console

PICTURES = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (100, 30), (140, 40))
THEMES = ("omnidesk-dark", "high-contrast-light")
SCREENS: dict[str, tuple[str, ...]] = {
    "queue": (),
    "compact": ("equals_sign", "r"),
    "thread": ("enter",),
    "unfolded": ("enter", "z"),
    "customer": ("enter", "tab"),
    "timeline": ("enter", "tab", "o"),
    "reply": ("enter", "r", *"Hello"),
    "note": ("enter", "n", *"Look"),
    "ways": ("enter", "r", "f4"),
    "preview": ("enter", "r", *"Hello", "f6"),
    "send": ("enter", "r", *"Hello", "ctrl+s"),
    "help": ("question_mark",),
    "search": ("slash", *"postnl", "enter"),
    "prompt": ("s",),
    "history": ("U",),
    "details": ("enter", "d"),
    "drafts": ("g", "d"),
    "macros": ("g", "M"),
    "facts": ("g", "k"),
    "channels": ("g", "C"),
    "outbox": ("g", "O"),
    "quarantine": ("g", "Q"),
    "news": ("g", "n"),
    "views": ("g", "v"),
    "agents": ("g", "A"),
    "stats": ("g", "percent_sign"),
    "palette": ("ctrl+p",),
    "macro": ("enter", "m"),
    "to-many": ("x", "x", "r", *"Hello", "ctrl+s", "m"),
    "leaving": ("g", "A", "D", "enter"),
    "picking": ("enter", "c", "a"),
    "confirm": ("U", "enter"),
    "set-up": ("g", "C", "a", "enter"),
}
"""What is pressed before a picture is taken."""
DRAWN_BY_LOT = re.compile(r"\d{12,}")
"""A message's id."""
LETTERS = string.ascii_letters + string.digits


@pytest.fixture(scope="session")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's workspace, made once."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    with clock.frozen(shop.STILL), pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMNIDESK_AGENT", "sanne")
        patch.setenv("TZ", "UTC")
        return shop.make(folder)


@pytest.fixture
def home(frozen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it in which the clock stands."""
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    monkeypatch.setenv("TZ", "UTC")
    with clock.frozen(shop.STILL):
        yield Path(shutil.copytree(frozen, tmp_path / "home"))


def picture(here: Console) -> str:
    """Return what is on the screen: the text, a letter for each cell's style, and what the letters mean."""
    texts, marks = [], []
    legend: dict[str, str] = {}
    for strip in here.app.screen._compositor.render_strips():
        texts.append(DRAWN_BY_LOT.sub(lambda found: "#" * len(found[0]), strip.text.rstrip()))
        marks.append("".join(_letter(legend, segment.style) * len(segment.text) for segment in strip))
    meanings = [f"{letter}  {said}" for said, letter in legend.items()]
    return "\n".join((*texts, "", *marks, "", *meanings, ""))


def _letter(legend: dict[str, str], style: Style | None) -> str:
    said = "nothing" if style is None else _said(style)
    return legend.setdefault(said, LETTERS[len(legend)])


def _said(style: Style) -> str:
    parts = [
        style.color.name if style.color else "default",
        "on",
        style.bgcolor.name if style.bgcolor else "default",
        *(word for word in ("bold", "dim", "italic", "underline", "reverse") if getattr(style, word)),
    ]
    return " ".join(parts)


async def still(here: Console) -> str:
    """Wait until the screen no longer changes and return its picture."""
    seen: list[str] = []
    for field in here.app.screen.query("TextArea, Input"):
        field.cursor_blink = False  # type: ignore[attr-defined]

    def unchanged() -> bool:
        seen.append(picture(here))
        return len(seen) > 12 and len(set(seen[-12:])) == 1

    for _ in range(2):
        await everything_read(here)
        seen.clear()
        await here.until(unchanged, "the screen to come to rest")
    return seen[-1]


async def everything_read(here: Console) -> None:
    """Wait until what was asked to be written is written, then have all of it read, colleagues too."""
    written = here.desk.backstage.write(lambda: None)
    if written is not None:
        await asyncio.wrap_future(written)
    here.desk._resting.clear()
    here.desk.read_again()
    here.desk.here.tick()
    here.desk.look_at_chats()
    await here.until(lambda: not here.desk.backstage._next, "the reads")


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_screen_looks_as_it_did(home: Path, screen: str, size: tuple[int, int]) -> None:
    opened = workspace.open_workspace(home)
    differences: list[str] = []
    async with console(opened, size, found=Found(Preferences(theme=THEMES[0], teach=False))) as here:
        await here.until(lambda: here.desk.summary is not None and here.desk.queue.window.exact, "the first reading")
        await here.until(lambda: not here.desk.side_by_side or here.desk.thread.blocks, "the first thread")
        await here.press(*SCREENS[screen])
        for theme in THEMES:
            here.app.theme = theme
            name = f"{screen}-{size[0]}x{size[1]}-{theme}"
            differences += compare(PICTURES / f"{name}.txt", await still(here))
    opened.close()
    assert not differences, "\n".join(differences)


def compare(file: Path, now: str) -> list[str]:
    """Return how a picture differs from the one that was taken before; take it where that was asked for."""
    if os.environ.get("OMNIDESK_PICTURES") == "take":
        file.parent.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8")
    if not file.exists():
        return [f"{file.name} was not taken yet: set OMNIDESK_PICTURES=take"]
    before = file.read_text(encoding="utf-8")
    return list(difflib.unified_diff(before.splitlines(), now.splitlines(), file.name, "now", lineterm="", n=1))
