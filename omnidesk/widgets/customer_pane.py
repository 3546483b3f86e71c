"""The customer: who they are, how to reach them, what was last, notes and their other conversations; or the same in two
lines, where room is scarce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message
from textual.strip import Strip

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, fact_lines, times
from omnidesk.widgets.lines import Line, cells, cut, fit, spread, wrap
from omnidesk.widgets.painting import Painted
from omnidesk.widgets.pick_list import PickList
from omnidesk.widgets.thread_lines import cut_parts
from omnidesk.words.facts import Fact
from omnidesk.words.kinds import Likeness, Status
from omnidesk.words.rows import Conversation, Customer, Suggestion
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.words.orders import OrdersBeside
    from omnidesk.words.portrait import Portrait


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about the customer of a conversation; `others` are those open first, then newest first, as far as
    they were read."""

    customer: Customer | None
    others: tuple[Conversation, ...]
    name: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    """Who the customer may be besides."""
    portrait: Portrait | None = None
    orders: OrdersBeside | None = None
    """None where none stand beside it."""
    facts: tuple[Fact, ...] = ()


_FOR = {
    Likeness.NAMED: "wrote of {value}",
    Likeness.NAME: "the same name: {value}",
    Likeness.ORDER: "both named {value}",
}


def lay_out(known: Known, width: int, now: int, whole_key: str = "o", facts_key: str = "gk") -> list[Line]:
    """Return the pane's lines; a line of a conversation has its number as key, one of an order `order_lines.key`.
    `whole_key` opens the whole history, `facts_key` lists all that is known."""
    customer, portrait = known.customer, known.portrait
    ordered = _ordered(known, width, now)
    if customer is None or portrait is None:
        return [Line((("strong", f" {cut(one_line(known.name) or _('nobody yet'), width - 2)}"),)), *ordered]
    from omnidesk.widgets import portrait_lines

    lines = portrait_lines.head(customer, portrait, width, now)
    said = portrait_lines.context(portrait, now)
    if said:
        lines += [Line(()), *(Line((("", f" {line}"),)) for line in wrap(said, width - 2))]
    lines += [Line(()), *portrait_lines.addresses(customer, portrait, width, now)]
    for one in known.suggestions:
        lines.append(
            Line((("note", f" {cut(_('may be {name}').format(name=portrait_lines.name(one.other)), width - 2)}"),))
        )
        evidence = _(_FOR[one.likeness]).format(value=one_line(one.value))
        lines.append(Line((("dim", f"   {cut(evidence, width - 4)}"),)))
    if known.suggestions:
        lines.append(Line((("dim", f" {_('y: one person   Y: two people')}"),)))
    lines += fact_lines.in_pane(known.facts, customer.name, width, now, facts_key)
    lines += ordered
    noted = portrait_lines.notes(portrait, width, now)
    lines += [Line(()), *noted] if noted else []
    lines += [Line(()), Line((("head", f" {summary(known)}"),))]
    for other in known.others:
        state = f" {_(other.status)} "
        left = (
            ("dim", f" #{other.id} "),
            ("strong" if other.unread else "", one_line(other.subject) or _("(no subject)")),
        )
        lines.append(Line(spread(left, ((_status_style(other.status), state),), width), other.id))
        below = f"   {times.day_time(other.last_message_at, now).strip()}  {' '.join(map(badges.kind, other.kinds))}"
        lines.append(Line(cut_parts((("faint", f"{below}  {one_line(other.preview, 200)}"),), width - 1), other.id))
    rest = customer.conversations - 1 - len(known.others)
    if rest > 0:
        lines.append(Line((("faint", _("   … and {count} more").format(count=times.number(rest))),)))
    lines += [Line(()), Line((("dim", f" {_('{key} whole history').format(key=whole_key)}"),))]
    return lines


def _ordered(known: Known, width: int, now: int) -> list[Line]:
    if known.orders is None:
        return []
    from omnidesk.widgets import order_lines  # a desk without a shop paints without it

    return order_lines.pane(known.orders, width, now)


def _first_order(known: Known) -> str:
    if known.orders is None:
        return ""
    from omnidesk.widgets import order_lines

    return order_lines.one_liner(known.orders)


def summary(known: Known) -> str:
    """Count the other conversations: `Also 1 open, 11 closed`."""
    if not known.others:
        return _("No other conversations")
    count: dict[str, int] = {}
    for other in known.others:
        count[other.status] = count.get(other.status, 0) + 1
    return _("Also ") + ", ".join(f"{many} {_(status)}" for status, many in count.items())


def _status_style(status: Status) -> str:
    return "good" if status is Status.OPEN else "faint" if status is Status.CLOSED else "dim"


class CustomerPane(PickList):
    """The customer of the open conversation; the cursor walks the other conversations."""

    DEFAULT_CSS = """
    CustomerPane { height: 1fr; }
    """

    @dataclass
    class Opened(Message):
        """Another conversation of the customer was chosen."""

        conversation_id: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known(None, ())
        self.whole_key = "o"
        """What opens the whole history."""
        self.facts_key = "gk"

    def set_known(self, known: Known) -> None:
        """Show what is known."""
        fresh = (known.customer and known.customer.id) != (self.known.customer and self.known.customer.id)
        if known == self.known and self.lines:
            return
        self.known = known
        self._paint()
        if fresh:
            self.cursor_key = 0
            self.go(0)

    def tell_the_time(self) -> None:
        """Show the hour where the customer is as it is now."""
        if self.known.portrait is not None and self.known.portrait.local is not None and self.display:
            self._paint()

    def _paint(self) -> None:
        self.show(lay_out(self.known, self.room, clock.now(), self.whole_key, self.facts_key))

    def on_resize(self) -> None:
        """Lay out for the new width."""
        self._paint()

    def on_blur(self) -> None:
        """Light nothing up when the agent works elsewhere."""
        self.cursor_key = 0


class CustomerFold(Painted):
    """The customer in two lines over the thread."""

    DEFAULT_CSS = """
    CustomerFold { height: 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known(None, ())

    def set_known(self, known: Known) -> None:
        """Show what is known."""
        if known != self.known:
            self.known = known
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one of the two lines."""
        said = self._lines()[y] if y < 2 else ""
        return self.strip((("dim", f" {said}"),), self.size.width)

    def _lines(self) -> tuple[str, str]:
        customer, portrait = self.known.customer, self.known.portrait
        if customer is None or portrait is None:
            return one_line(self.known.name), ""
        from omnidesk.widgets import portrait_lines

        now = clock.now()
        first = [
            portrait_lines.name(customer) + (" VIP" if customer.vip else ""),
            one_line(customer.company or ""),
            portrait.language or customer.language or "",
            portrait_lines.local_time(portrait, now),
            portrait_lines.context(portrait, now, brief=True),
        ]
        addresses = ", ".join(one_line(identity.value) for identity in customer.identities[:3])
        second = f"{_first_order(self.known) or addresses}   {summary(self.known)}"
        room = self.size.width - cells(_(" o customer")) - 2
        return "  ".join(part for part in first if part), fit(second, room) + _(" o customer")
