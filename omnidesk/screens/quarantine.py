"""The quarantine: what came in and could not be processed; looked at, tried again, saved as it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import ModalScreen

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press, pressed
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, LinesView, fit, wrap
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.rows import Quarantined
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import quarantine
    from omnidesk.screens.desk import DeskScreen
else:
    quarantine = Later("omnidesk.desk.quarantine")

SHOWN = 500
"""How many items are listed."""
BEGIN = 64_000
"""How many bytes of an item are shown."""


@dataclass
class RawRead(Message):
    """How an item begins, as text that steers nothing."""

    title: str
    text: str


class RawView(ModalScreen[None], OnTop[None]):
    """What arrived, as text: j and k scroll, q goes back."""

    CSS = """
    RawView { align: center middle; }
    RawView LinesView { width: 94%; height: 94%; border: round $primary; background: $surface; padding: 0 1; }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.text = text
        self.view = LinesView()
        self.view.border_title = one_line(title, 100).replace("[", "(")

    def compose(self) -> ComposeResult:
        """One text."""
        yield self.view

    def on_resize(self) -> None:
        """Lay out for the width."""
        width = max(10, self.app.size.width * 94 // 100 - 6)
        self.view.show(Line((("", part),)) for line in self.text.split("\n") for part in wrap(line, width, most=200))

    def on_key(self, event: events.Key) -> None:
        """Scroll, or leave."""
        event.stop()
        steps = {"j": 1, "k": -1, "ctrl+d": 10, "ctrl+u": -10, "pagedown": 20, "pageup": -20, "G": 10**6, "g": -(10**6)}
        steps |= {"down": 1, "up": -1, "home": -(10**6), "end": 10**6, "space": 20}
        key = pressed(event.key, event.character)
        if key in ("q", "escape", "enter"):
            self.dismiss()
        elif key in steps:
            self.view.go(self.view.top + steps[key])


class QuarantineScreen(Listing):
    """Every item with its cause."""

    PLACE: ClassVar[str] = "quarantine"
    HEADING: ClassVar[str] = "Quarantine"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.rows: dict[int, Quarantined] = {}

    def read(self, width: int) -> ListRead:
        """Read what is in quarantine, oldest first."""
        found = quarantine.page(self.session.workspace, SHOWN)
        self.rows = {one.id: one for one in found}
        return lay_out(found, clock.now(), width)

    @property
    def row(self) -> Quarantined | None:
        """The item of the cursor."""
        return self.rows.get(self.key)

    def on_raw_read(self, message: RawRead) -> None:
        """Show it."""
        self.app.push_screen(RawView(message.title, message.text))

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """An item was clicked twice."""
        show_raw(self, Press())


def lay_out(found: list[Quarantined], now: int, width: int) -> ListRead:
    """Lay the items out: where from, when, how large, and why."""
    lines: list[Line] = []
    for one in found:
        tried = _("tried {count}x").format(count=one.attempts) if one.attempts > 1 else ""
        head = f" {fit(one_line(one.channel), 18)} {times.day_time(one.received_at, now):>13}  "
        facts = "  ".join(filter(None, (f"{times.size(one.size):>8}", one_line(one.media_type, 40), tried)))
        lines.append(Line((("strong", head), ("", facts)), one.id))
        words = wrap(one_line(one.cause, 600), width - 8, most=4)
        lines += [Line((("warn", f"      {text}"),), one.id) for text in words]
        lines.append(Line(()))
    if not lines:
        nothing = _("Nothing is in quarantine: all that came in could be processed.")
        lines = [Line((("dim", f" {nothing}"),))]
    return ListRead(lines, _("Quarantine {count}").format(count=len(found)))


def show_raw(screen: QuarantineScreen, press: Press) -> None:
    """Show how it arrived, as text."""
    one = screen.row
    if one is None:
        screen.say(_("nothing is here"))
        return

    def work() -> RawRead:
        raw = quarantine.raw(screen.session.workspace, one.id)
        text = clean(raw[:BEGIN].decode("utf-8", "replace"))
        size = times.size(len(raw))
        rest = _(".. the first {part} of {size}: w saves all of it").format(part=times.size(BEGIN), size=size)
        title = f"{one.channel}, {one.media_type}, {size} - {_('q goes back')}"
        return RawRead(title, f"{text}\n{rest}" if raw[BEGIN:] else text)

    screen.backstage.read("raw", work)


def retry(screen: QuarantineScreen, press: Press) -> None:
    """Process it once more."""
    one = screen.row
    if one is not None:
        _retry(screen, [one.id])


def retry_all(screen: QuarantineScreen, press: Press) -> None:
    """Process everything once more."""
    _retry(screen, None)


def _retry(screen: QuarantineScreen, ids: list[int] | None) -> None:
    workspace = screen.session.workspace

    def work() -> str:
        filed, left = quarantine.retry_many(workspace, ids)
        if not left:
            return _("it went through") if len(filed) == 1 else _("{count} went through").format(count=len(filed))
        said = _("{count} went through, {left} still here: the cause is the same")
        return said.format(count=len(filed), left=len(left))

    screen.do(work)


def export(screen: QuarantineScreen, press: Press) -> None:
    """Ask where to save it."""
    one = screen.row
    if one is not None:
        name = str(Path.cwd() / f"quarantined-{one.id}.raw")
        hint = _("a file that is not there yet")
        screen.ask(_("Save as:"), lambda here, said: _export(here, [one.id], said), hint, name)


def export_all(screen: QuarantineScreen, press: Press) -> None:
    """Ask for a folder to save everything in."""
    if screen.rows:
        ids = list(screen.rows)
        question = _("Save {count} items in the folder:").format(count=len(ids))
        screen.ask(question, lambda here, said: _export(here, ids, said, True), "", str(Path.cwd() / "quarantine"))


def _export(screen: QuarantineScreen, ids: list[int], said: str, folder: bool = False) -> None:
    if not said.strip():
        return
    path, workspace = Path(said.strip()).expanduser(), screen.session.workspace

    def work() -> str:
        for one in ids:
            quarantine.export(workspace, one, path / f"quarantined-{one}.raw" if folder else path)
        many = _("saved {count} items in {path}").format(count=len(ids), path=path)
        return many if folder else _("saved {what}").format(what=path)

    screen.do(work)


def show(desk: DeskScreen, press: Press) -> None:
    """Show the quarantine."""
    desk.app.push_screen(QuarantineScreen(desk))


HERE = ("quarantine",)
ACTIONS = (
    Action("show-quarantine", "quarantine", "Show what could not be processed", ("g Q",), PANES, "Views", show),
    Action("quarantine-show", "show", "Show it as it arrived", ("enter",), HERE, "Quarantine", show_raw, 1),
    Action("quarantine-retry", "try again", "Process it once more", ("r",), HERE, "Quarantine", retry, 2),
    Action("quarantine-retry-all", "all again", "Process all once more", ("R",), HERE, "Quarantine", retry_all, 3),
    Action("quarantine-export", "save", "Save it as it arrived", ("w",), HERE, "Quarantine", export, 4),
    Action("quarantine-export-all", "save all", "Save all of them", ("W",), HERE, "Quarantine", export_all, 5),
)
