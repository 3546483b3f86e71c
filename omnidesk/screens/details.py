"""Everything about one message: who and when, warnings, receipts, how its delivery went, the header it came with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from omnidesk import clock
from omnidesk.screens.keys import Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, wrap
from omnidesk.widgets.thread_lines import people_line, warned
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Address, Message
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import history
    from omnidesk.screens.desk import DeskScreen
else:
    history = Later("omnidesk.desk.history")

_NAMES = 16
"""Columns of the names of what is told."""


class Details(Listing):
    """The details of one message."""

    PLACE: ClassVar[str] = "details"
    HEADING: ClassVar[str] = "Details of the message"

    def __init__(self, desk: DeskScreen, message: Message) -> None:
        super().__init__(desk)
        self.message = message

    def read(self, width: int) -> ListRead:
        """Read what the store knows and lay it out."""
        from omnidesk.desk import originals

        passage = history.passage(self.session.workspace, self.message)
        before = originals.earlier(self.session.workspace, self.message)
        return ListRead(
            laid_out(self.message, passage, width, clock.now(), before), f"{_(self.HEADING)} {self.message.id}"
        )


def laid_out(
    message: Message, passage: history.Passage, width: int, now: int, before: Sequence[tuple[int, str]] = ()
) -> list[Line]:
    """Return the details as lines; `before` is what the message said before it was edited, and since when (UTC ms)."""
    said: list[tuple[str, str]] = [
        (_("from"), people_line((message.sender,))),
        (_("written by"), f"{one_line(message.author.name)} ({_(str(message.author.kind))})"),
        *((name, people_line(some)) for name, some in _recipients(message) if some),
        (_("subject"), one_line(message.subject, 1_000)),
        (_("channel"), f"{one_line(message.channel)} ({badges.kind(message.kind)}), {_(str(message.direction))}"),
        (_("at"), _when(message.at, now)),
    ]
    if message.sent_at is not None:
        said.append((_("says it is of"), _when(message.sent_at, now)))
    domain = {"pass": _("confirmed"), "fail": _("NOT confirmed")}.get(message.auth, _("not checked"))
    said += [
        (_("joined by"), one_line(retold(message.joined_by)) or _("nothing: written here")),
        (_("sender's domain"), domain),
        (_("status"), f"{_(str(message.status))}{f': {one_line(retold(message.error))}' if message.error else ''}"),
        *((("id", one_line(message.external_id, 998)),) if message.external_id else ()),
        *(((_("list"), one_line(message.list_id)),) if message.list_id else ()),
    ]
    lines = _section(_("Message"), said, width)
    if warnings := warned(message):
        lines += _section(_("Beware"), [("!", words) for words in warnings], width, "warn")
    if before:
        lines += _section(_("Said before it was edited"), [(_when(at, now), text) for at, text in before], width)
    steps = [(_when(at, now), words) for at, words in passage.steps]
    lines += _section(_("Receipts and delivery"), steps, width)
    if message.attachments:
        files = [(times.size(one.size), f"{one_line(one.name)}  {one.content_type}") for one in message.attachments]
        lines += _section(_("Files"), files, width)
    return lines + (_section(_("Header as it came"), list(passage.headers), width) if passage.headers else [])


def _recipients(message: Message) -> tuple[tuple[str, tuple[Address, ...]], ...]:
    return ((_("to"), message.to), ("cc", message.cc), ("bcc", message.bcc), (_("reply to"), message.reply_to))


def _when(at: int, now: int) -> str:
    return f"{times.local(at):%Y-%m-%d %H:%M:%S}"


def _section(title: str, said: list[tuple[str, str]], width: int, style: str = "") -> list[Line]:
    lines = [Line((("title", f" {title}"),))]
    for name, text in said:
        room = max(20, width - max(_NAMES, len(name)) - 4)
        for place, part in enumerate(wrap(one_line(text, 2_000), room, 20)):
            shown = name if place == 0 else ""
            lines.append(Line((("dim", f"  {shown:<{max(_NAMES, len(name))}} "), (style, part))))
    return [*lines, Line(())]


def show(desk: DeskScreen, press: Press) -> None:
    """Show the details of the message being read."""
    current = desk.thread.current
    if current is None:
        desk.say(_("there is no message here"))
    else:
        desk.app.push_screen(Details(desk, current.message))


ACTIONS = (
    Action("details", "details", "Header, receipts and delivery of the message", ("d",), ("thread",), "Read", show, 14),
)
