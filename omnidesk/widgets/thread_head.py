"""The line over the thread: number, subject, status, priority, owner; and what the agent must know about it."""

from __future__ import annotations

from textual.strip import Strip

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import spread, wrap
from omnidesk.widgets.painting import Painted, Part
from omnidesk.words.kinds import Place, Priority, Status
from omnidesk.words.rows import Conversation, Held
from omnidesk.words.speech import _

MOST_LINES = 4
"""Lines that an answer which is ready may take."""


def first_line(conversation: Conversation, width: int) -> tuple[Part, ...]:
    """Number and subject at the left; status, priority, owner at the right."""
    place = conversation.status if conversation.place is Place.DESK else conversation.place
    right: list[Part] = [("good" if conversation.status is Status.OPEN else "dim", f"  {_(place)}")]
    if conversation.priority is not Priority.NORMAL:
        urgent = conversation.priority in (Priority.URGENT, Priority.HIGH)
        right.append(("warn" if urgent else "dim", f"  {_(conversation.priority)}"))
    if conversation.team:
        right.append(("dim", f"  @{one_line(conversation.team, 20)}"))
    nobody = _("nobody")
    if conversation.absent_owner:
        nobody = _("nobody, {name} is away").format(name=one_line(conversation.absent_owner))
    right.append(("strong" if conversation.owner else "dim", f"  {one_line(conversation.owner or '') or nobody} "))
    left = (("dim", f" #{conversation.id} "), ("title", one_line(conversation.subject) or _("(no subject)")))
    return spread(left, right, width)


def second_line(
    conversation: Conversation,
    offers: tuple[int, ...],
    width: int,
    now: int,
    present: str = "",
    visitor: Part = ("", ""),
    check: str = "",
    held: Held | None = None,
    keys: tuple[str, str] = ("y", "Y"),
) -> tuple[Part, ...]:
    """Who else is here, the visitor of a chat, tags, a check of the person, an answer that waits and offers at the
    left, clocks at the right; `keys` take and refuse what is offered."""
    left: list[Part] = [("warn", f" {present} " if present else "")]
    left.append((visitor[0], f" {visitor[1]} " if visitor[1] else ""))
    left += [("accent", " " + " ".join(f"+{one_line(tag)}" for tag in conversation.tags) if conversation.tags else "")]
    outcome, _colon, by = conversation.person_check.partition(": ")
    if check:
        left.append(("warn", _("  CHECK WHO IT IS (gY): {why}").format(why=_(check))))
    elif outcome:
        said = _("  person checked: {by}").format(by=one_line(by)) if by else _("  FAILED the check of the person")
        left.append(("good" if by else "warn", said))
    if held is not None and held.ready:
        left.append(_waits(held, keys))
    if conversation.repeats:
        left.append(("warn", _("  asked again on another channel")))
    if conversation.transfers:
        left.append(("dim", _("  went from hand to hand {count}x").format(count=conversation.transfers)))
    if held is not None and not held.ready and not offers:
        left.append(_waits(held, keys))
    elif offers and not (held is not None and held.ready):
        left.append(("note", _("  may belong to #{number}: y joins it, Y does not").format(number=offers[0])))
    return spread(left, (*_clocks(conversation, now), ("", " ")), width)


def _waits(held: Held, keys: tuple[str, str]) -> Part:
    """Say what becomes of an answer that was written before."""
    if not held.ready:
        return ("note", _("  an answer waits until they write on {channel}").format(channel=one_line(held.channel)))
    said = _("  ANSWER READY: {yes} sends it, {no} edits it")
    return ("good", said.format(yes=keys[0], no=keys[1]))


def _waiting_text(held: Held | None, width: int) -> list[str]:
    """Return an answer that is ready to go, as far as there is room: it should be read before it goes."""
    if held is None or not held.ready:
        return []
    names = ", ".join(one_line(file.name, 60) for file in held.files)
    said = one_line(f"{held.text}  [{names}]" if names else held.text, 1_000)
    return wrap(said, max(20, width - 4), MOST_LINES)


def _clocks(conversation: Conversation, now: int) -> list[Part]:
    if conversation.status is Status.SNOOZED and conversation.snoozed_until:
        when = times.day_time(conversation.snoozed_until, now).strip()
        return [("dim", _(" back {when}").format(when=when))]
    if conversation.status is Status.ON_HOLD:
        until = ""
        if conversation.snoozed_until:
            until = _(" until {when}").format(when=times.moment(conversation.snoozed_until, now))
        whom = one_line(conversation.hold_for or "") or _("somebody")
        return [("dim", _(" waiting for {whom}").format(whom=whom) + until)]
    if conversation.status is Status.CLOSED:
        return []
    said: list[Part] = []
    if conversation.promised_at is not None:
        said.append(("note", _(" promised {when}").format(when=times.moment(conversation.promised_at, now))))
    if conversation.waiting_since is None:
        return said
    said.append(("", "," * bool(said) + _(" waiting {time}").format(time=times.span(now - conversation.waiting_since))))
    if conversation.next_due_at is not None and conversation.next_due_at < now:
        said.append(("warn", _(", {time} late").format(time=times.span(now - conversation.next_due_at))))
    return said


class ThreadHead(Painted):
    """Two lines over the thread, and under them the answer that is ready to go."""

    DEFAULT_CSS = """
    ThreadHead { height: 2; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.conversation: Conversation | None = None
        self.offers: tuple[int, ...] = ()
        self.check = ""
        """Why the person is to be checked, "" where they are not."""
        self.check_items: tuple[str, ...] = ()
        self.held: Held | None = None
        """The answer that waits until the customer writes."""
        self.keys = ("y", "Y")
        """The keys that take and refuse what is offered."""
        self._text: list[str] = []
        self.present = ""
        """What colleagues do here, and what is scheduled."""
        self.visitor: Part = ("", "")
        """Whether the visitor of a live chat is there, and what they look at."""

    def set_visitor(self, said: Part) -> None:
        """Say whether the visitor of a live chat is there."""
        if said != self.visitor:
            self.visitor = said
            self.refresh()

    def set_conversation(
        self,
        conversation: Conversation | None,
        offers: tuple[int, ...] = (),
        check: str = "",
        held: Held | None = None,
    ) -> None:
        """Show a conversation, or nothing."""
        if (conversation, offers, check, held) != (self.conversation, self.offers, self.check, self.held):
            self.conversation, self.offers, self.check, self.held = conversation, offers, check, held
            self._lay_out()
            self.refresh()

    def _lay_out(self) -> None:
        self._text = _waiting_text(self.held, self.size.width or self.app.size.width)
        self.styles.height = 2 + len(self._text)

    def on_resize(self) -> None:
        """Fit the new width."""
        self._lay_out()

    def set_present(self, said: str) -> None:
        """Say what colleagues do here, and what is scheduled."""
        if said != self.present:
            self.present = said
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one of the lines."""
        width = self.size.width
        parts: tuple[Part, ...] = ()
        if self.conversation is not None and y == 0:
            parts = first_line(self.conversation, width)
        elif self.conversation is not None and y == 1:
            parts = second_line(
                self.conversation, self.offers, width, clock.now(), self.present, self.visitor, self.check, self.held,
                self.keys,
            )  # fmt: skip
        elif self.conversation is not None and y - 2 < len(self._text):
            parts = (("good", f"  │ {self._text[y - 2]}"),)
        return self.strip(parts, width)
