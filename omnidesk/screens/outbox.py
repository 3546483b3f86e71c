"""The outbox: what waits, is being sent, failed, is unknown or held, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.screens.messages import Acted
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, cut, fit, wrap
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.retelling import retold
from omnidesk.words.rows import OutboxRow
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import outbox
    from omnidesk.screens.desk import DeskScreen
else:
    outbox = Later("omnidesk.desk.outbox")

SHOWN = 500
"""How many messages are listed."""
_GROUPS = ("Failed", "Unknown: it may have been sent", "Held: something was said since", "Sending", "Waiting")
_STATUSES = {
    MessageStatus.FAILED: 0,
    MessageStatus.UNKNOWN: 1,
    MessageStatus.SENDING: 3,
    MessageStatus.QUEUED: 4,
}


@dataclass
class Rewritten(Message):
    """A message is a draft of a conversation again."""

    said: str
    number: int


class OutboxScreen(Listing):
    """Every message that has not gone out, the ones that need somebody first."""

    PLACE: ClassVar[str] = "outbox"
    HEADING: ClassVar[str] = "Outbox"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.rows: dict[int, OutboxRow] = {}

    def on_mount(self) -> None:
        """Count down while something waits."""
        self.set_interval(1.0, self._count_down)

    def _count_down(self) -> None:
        if any(row.status in (MessageStatus.QUEUED, MessageStatus.SENDING) for row in self.rows.values()):
            self.read_again()

    def read(self, width: int) -> ListRead:
        """Read what is on its way; what was dismissed is nobody's work any more."""
        found = outbox.troubles_first(self.session.workspace, SHOWN)
        self.rows = {row.message_id: row for row in found}
        return lay_out(found, self.session.agent.login, clock.now(), width)

    @property
    def row(self) -> OutboxRow | None:
        """The message of the cursor."""
        return self.rows.get(self.key)

    def on_rewritten(self, message: Rewritten) -> None:
        """Go on writing it."""
        self.dismiss()
        self.desk.post_message(Acted(message.said, show=message.number, undoable=False, write=True))

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A message was clicked twice."""
        open_conversation(self, Press())


def group(row: OutboxRow) -> int:
    """Return which heap a message lies on, the one that needs somebody most first."""
    return 2 if row.held else _STATUSES.get(row.status, 4)


def lay_out(found: list[OutboxRow], agent: str, now: int, width: int) -> ListRead:
    """Lay the messages out under what is the matter with them."""
    lines: list[Line] = []
    for place, title in enumerate(_GROUPS):
        rows = [row for row in found if group(row) == place]
        if not rows:
            continue
        style = "warn" if place < 3 else "title"
        lines.append(Line(((style, f" {_(title)} {len(rows)}"),)))
        lines += [line for row in rows for line in _lines(row, now, width)]
        lines.append(Line(()))
    if not lines:
        lines = [Line((("dim", f" {_('Nothing waits to go out, and nothing failed.')}"),))]
    mine = sum(1 for row in found if row.agent == agent)
    more = _(", {count} of yours").format(count=mine) if found else ""
    return ListRead(lines, _("Outbox {count}").format(count=len(found)) + more)


def _lines(row: OutboxRow, now: int, width: int) -> list[Line]:
    whom = ", ".join(one_line(one.name or one.address, 60) for one in row.to) or _("nobody")
    head = f" #{row.conversation_id:<6} {fit(whom, 28)} "
    by = _("by {channel}, {agent}").format(channel=one_line(row.channel), agent=row.agent or "omnidesk")
    when = _when(row, now)
    room = max(0, width - len(head) - len(when) - 2)
    seen = _(" PUBLIC") + " " if row.public else ""
    by = fit(by, max(0, room - len(seen)))
    first: tuple[Part, ...] = (("strong", head), ("", by), ("warn", seen), ("key", f"{when} "))
    found = [Line(first, row.message_id), Line((("dim", f"         {cut(one_line(row.subject), width - 10)}"),),
                                               row.message_id)]  # fmt: skip
    if row.error:
        words = wrap(one_line(retold(row.error), 600), width - 10, most=4)
        found += [Line((("warn", f"         {text}"),), row.message_id) for text in words]
    return found


def _when(row: OutboxRow, now: int) -> str:
    if row.held:
        return _("held")
    if row.status is MessageStatus.SENDING:
        return _("is being sent")
    if row.status is not MessageStatus.QUEUED:
        tried = _("tried {count}x").format(count=row.attempts) if row.attempts else _("not tried")
        return f"{tried}, {times.day_time(row.due_at, now).strip()}"
    if row.due_at <= now:
        return _("goes now")
    left = times.span(row.due_at - now + 999)
    if row.attempts:
        return _("again in {span} (tried {count}x)").format(span=left, count=row.attempts)
    if row.due_at - now < clock.HOUR:
        return _("goes in {span}").format(span=left)
    return _("goes {when}").format(when=times.day_time(row.due_at, now).strip())


def _act(screen: OutboxScreen, doing: str) -> None:
    row = screen.row
    if row is None:
        screen.say(_("there is no message here"))
        return
    session = screen.session

    def work() -> str:
        if doing == "retry":
            return outbox.retry(session.workspace, session.actor, row.message_id).summary
        if doing == "cancel":
            return outbox.cancel(session.workspace, session.actor, row.message_id).summary
        return outbox.resolve(session.workspace, session.actor, row.message_id, doing).summary

    screen.do(work)


def retry(screen: OutboxScreen, press: Press) -> None:
    """Send it now, or once more."""
    _act(screen, "retry")


def take_back(screen: OutboxScreen, press: Press) -> None:
    """Take it back; it goes nowhere."""
    _act(screen, "cancel")


def was_sent(screen: OutboxScreen, press: Press) -> None:
    """Say that it went out."""
    _act(screen, "sent")


def was_not_sent(screen: OutboxScreen, press: Press) -> None:
    """Say that it did not go out."""
    _act(screen, "not-sent")


def dismiss(screen: OutboxScreen, press: Press) -> None:
    """Need not be looked at any more."""
    _act(screen, "dismiss")


def edit(screen: OutboxScreen, press: Press) -> None:
    """Write it anew: its text is a draft again, and the composer opens with it."""
    row = screen.row
    if row is None:
        screen.say(_("there is no message here"))
        return
    session = screen.session

    def work() -> Rewritten:
        act, number = outbox.edit(session.workspace, session.actor, row.message_id)
        return Rewritten(act.summary, number)

    screen.backstage.write(work)


def open_conversation(screen: OutboxScreen, press: Press) -> None:
    """Show the message in its conversation."""
    row = screen.row
    if row is not None:
        screen.dismiss()
        screen.desk.post_message(Acted("", show=row.conversation_id, undoable=False, enter=True))


def show(desk: DeskScreen, press: Press) -> None:
    """Show the outbox."""
    desk.app.push_screen(OutboxScreen(desk))


HERE = ("outbox",)
ACTIONS = (
    Action("show-outbox", "outbox", "Show the outbox: what waits, failed, is unknown", ("g O",), PANES, "Views", show),
    Action("outbox-open", "open", "Open its conversation", ("enter",), HERE, "Outbox", open_conversation, 1),
    Action("outbox-retry", "send now", "Send it now, or once more", ("r",), HERE, "Outbox", retry, 2),
    Action("outbox-edit", "write anew", "Make it a draft again", ("e",), HERE, "Outbox", edit, 3),
    Action("outbox-cancel", "take back", "Take back what waits", ("c",), HERE, "Outbox", take_back, 4),
    Action("outbox-sent", "was sent", "It was sent after all", ("s",), HERE, "Outbox", was_sent, 5),
    Action("outbox-not-sent", "was not", "It was not sent", ("n",), HERE, "Outbox", was_not_sent, 6),
    Action("outbox-dismiss", "dismiss", "Dismiss it from what is undelivered", ("d",), HERE, "Outbox", dismiss, 7),
)
