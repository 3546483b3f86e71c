"""One answer to many, before it goes: who gets it, by what, what it says, and who cannot and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.screens.messages import Acted, Trouble
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets.lines import Line, cut, fit, wrap
from omnidesk.widgets.times import span
from omnidesk.words.rows import Enclosure, Macro
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import bulk, undo
    from omnidesk.screens.desk import DeskScreen
else:
    bulk, undo = Later("omnidesk.desk.bulk"), Later("omnidesk.desk.undo")

PLACE = ("bulk",)
TEXT = 30
"""Lines of one text that are shown unfolded."""


@dataclass(frozen=True, slots=True)
class What:
    """What is sent to many: a text or a macro, and files with it."""

    text: str = ""
    macro: Macro | None = None
    files: tuple[Enclosure, ...] = ()


@dataclass
class Sent(Message):
    """The answers are queued."""

    said: str
    left_out: int


class BulkPreview(Listing):
    """Who gets it and who does not; y sends."""

    PLACE: ClassVar[str] = "bulk"
    HEADING: ClassVar[str] = "To many"

    def __init__(self, desk: DeskScreen, numbers: tuple[int, ...], what: What) -> None:
        super().__init__(desk)
        self.numbers, self.what = numbers, what
        self.prepared: bulk.Prepared | None = None
        self.unfolded: set[int] = set()
        self.sending = False

    def read(self, width: int) -> ListRead:
        """Prepare once; then only lay out."""
        if self.prepared is None:
            session = self.session
            what = self.what
            self.prepared = bulk.prepare(
                session.workspace, session.actor, self.numbers, what.text, what.macro, files=what.files
            )
        prepared = self.prepared
        lines = [
            line for one in prepared.recipients for line in _lines(one, width, one.conversation_id in self.unfolded)
        ]
        if prepared.refused:
            lines += [Line(()), Line((("warn", f" {_('{count} left out').format(count=len(prepared.refused))}"),))]
            lines += [
                Line((("dim", f" #{one.conversation_id:<6} {fit(one_line(one.customer), 24)} "),
                      ("", cut(one_line(one.reason), max(10, width - 34)))), one.conversation_id)
                for one in prepared.refused
            ]  # fmt: skip
        pause = span(int(prepared.seconds * 1000))
        last = _(", the last {pause} after the first").format(pause=pause) if prepared.seconds >= 60 else ""
        macro = self.what.macro
        said = f"“{one_line(macro.name)}”" if macro is not None else _("This answer")
        if self.what.files:
            said += f" [{', '.join(one_line(file.name, 30) for file in self.what.files)}]"
        title = _("{what} to {count} of {all}: y sends it").format(
            what=said, count=len(prepared.recipients), all=len(self.numbers)
        )
        return ListRead(lines, title + last)

    def on_mount(self) -> None:
        """Say that it takes a moment where there are many."""
        self.say(_("looking who can get it .."))

    def listed(self) -> None:
        """Everybody is looked at."""
        if not self.sending:
            self.say("")

    def on_trouble(self, message: Trouble) -> None:
        """It cannot be: say why in the queue, where the marks still are."""
        message.prevent_default()
        self.desk.post_message(message)
        self.dismiss()

    def on_sent(self, message: Sent) -> None:
        """Back to the queue, where u takes it back."""
        self.desk.queue.unmark()
        self.desk.post_message(Acted(message.said))
        self.dismiss()


def _lines(one: bulk.Recipient, width: int, unfolded: bool) -> list[Line]:
    key = one.conversation_id
    whom = ", ".join(address.address for address in one.to)
    said = clean(one.text)
    head = (
        ("strong", f" #{key:<6} {fit(one_line(one.customer), 24)} "),
        ("accent", fit(one_line(one.channel.name), 12)),
        ("dim", f" {fit(one.language or '-', 3)} "),
        ("", cut(one_line(whom) if unfolded else one_line(said, 400), max(10, width - 52))),
    )
    if not unfolded:
        return [Line(head, key)]
    texts = [text for line in said.split("\n") for text in wrap(line, width - 12)][:TEXT]
    return [Line(head, key), *(Line((("", f"         {text}"),), key) for text in texts)]


def show(desk: DeskScreen, numbers: tuple[int, ...], what: What) -> None:
    """Show who would get it."""
    desk.app.push_screen(BulkPreview(desk, numbers, what))


def send(screen: BulkPreview, press: Press) -> None:
    """Queue it for everybody who can get it."""
    prepared, session = screen.prepared, screen.session
    if prepared is None or screen.sending:
        return
    if not prepared.recipients:
        screen.say(_("nobody can get it"), wrong=True)
        return
    screen.sending = True
    screen.say(_("sending .."))

    def work() -> Sent:
        try:
            done = bulk.send(session.workspace, session.actor, prepared)
        finally:
            screen.sending = False
        left_out = len(done.refused) - len(prepared.refused)
        more = _(", {count} left out: they wrote meanwhile").format(count=left_out) if left_out else ""
        return Sent(done.act.summary + more + _("; the first goes in a minute"), left_out)

    screen.backstage.write(work)


def unfold(screen: BulkPreview, press: Press) -> None:
    """Show the whole text of the one under the cursor, or fold it."""
    screen.unfolded ^= {screen.key}
    screen.read_again()


def leave_out(screen: BulkPreview, press: Press) -> None:
    """Leave the conversation under the cursor out."""
    if screen.prepared is not None and screen.key:
        screen.numbers = tuple(number for number in screen.numbers if number != screen.key)
        screen.prepared = None
        screen.read_again()


def stop(desk: DeskScreen, press: Press) -> None:
    """Stop what has not left yet of the agent's answers to many."""
    session = desk.session

    def work() -> Acted:
        act = bulk.last_running(session.workspace, session.actor)
        done = undo.undo(session.workspace, session.actor, act.id)
        return Acted("; ".join([*done.restored[:1], *done.left]), undoable=False)

    desk.backstage.write(work)


ACTIONS = (
    Action("bulk-send", "send", "Send it to all of them", ("y",), PLACE, "To many", send, 1),
    Action("bulk-text", "text", "Show the whole text for one of them", ("enter", "z"), PLACE, "To many", unfold, 2),
    Action("bulk-without", "leave out", "Leave this one out", ("x",), PLACE, "To many", leave_out, 3),
    Action("bulk-stop", "stop", "Stop what is being sent to many", ("S",), PANES, "Answer", stop),
)
