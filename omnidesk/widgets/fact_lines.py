"""Known facts as the console says them: where one is from, those of a customer in a few lines, one that is offered."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, cells, cut, spread
from omnidesk.widgets.painting import Painted, Part
from omnidesk.words.facts import KINDS, Fact
from omnidesk.words.speech import _

IN_PANE = 6
"""Facts that the customer's pane shows."""
BRIEF = {
    "order_number": "Order", "customer_number": "Customer", "serial_number": "Serial", "size": "Size", "iban": "IBAN",
}  # fmt: skip
"""What goes before values that do not show what they are, where there is little room."""


def whence(fact: Fact, now: int) -> str:
    """Say where a fact is from: `mail of Mon`, `order shop:1, today`, `koen, 12 Mar`."""
    day = times.day(fact.at, now)
    if fact.source == "agent":
        return _("{who}, {day}").format(who=one_line(fact.agent) or _("an agent"), day=day)
    if fact.source == "order":
        return _("order {order}, {day}").format(order=one_line(fact.reference, 40), day=day)
    kind = badges.kind(fact.channel) if fact.channel else _("message")
    said = _("{kind} of {day}").format(kind=kind, day=day)
    return said if fact.proven else said + _(", not proven")


def shown(fact: Fact, now: int) -> str:
    """Say a fact in words: `order number NL-10234, mail of Mon`."""
    return f"{one_line(fact.label)} {one_line(fact.value)}, {whence(fact, now)}"


def _telling(facts: Sequence[Fact], name: str) -> list[Fact]:
    """Return the first fact of each kind that tells more than the pane and the others say."""
    first: dict[str, Fact] = {}
    for fact in facts:
        first.setdefault(fact.kind, fact)
    address = first["address"].value if "address" in first else ""
    return [
        fact
        for kind, fact in first.items()
        if not (kind == "name" and fact.value == name) and not (kind == "postcode" and fact.value in address)
    ]


def _briefly(fact: Fact, now: int) -> str:
    where = one_line(fact.agent) if fact.source == "agent" else _("shop order") if fact.source == "order" else ""
    if fact.source not in ("agent", "order"):
        where = badges.kind(fact.channel) if fact.channel else ""
    return f"{where}{'' if fact.proven else '?'} {times.day(fact.at, now)}".strip()


def in_pane(facts: Sequence[Fact], name: str, width: int, now: int, key: str) -> list[Line]:
    """Return the lines of the customer's pane: the first of each kind, where it is from, and the key that lists all."""
    if not facts:
        return []
    lines = [Line(()), Line(spread((("head", f" {_('Known')}"),), (("faint", f"{key} "),), width))]
    first = _telling(facts, name)[:IN_PANE]
    for fact in first:
        right = _briefly(fact, now)
        word = _(BRIEF[fact.kind]) if fact.kind in BRIEF else "" if fact.kind in KINDS else one_line(fact.label)
        room = max(8, width - cells(right) - 4)
        left = cut(f"{word} {one_line(fact.value)}".strip(), room)
        lines.append(Line(spread((("", f" {left}"),), (("faint", f"{right} "),), width)))
    rest = len(facts) - len(first)
    if rest:
        lines.append(Line((("faint", _("   … and {count} more").format(count=times.number(rest))),)))
    return lines


class OfferLine(Painted):
    """The line under a draft: what is known of that which it asks for."""

    DEFAULT_CSS = """
    OfferLine { height: 1; display: none; }
    """

    def __init__(self) -> None:
        super().__init__(id="offer")
        self.fact: Fact | None = None
        self.key = "ctrl+r"
        """The key that inserts it."""

    def offer(self, fact: Fact | None) -> bool:
        """Offer a fact, or none; say whether that changed whether the line is there."""
        if fact == self.fact:
            return False
        before, self.fact = self.display, fact
        self.display = fact is not None
        self.refresh()
        return self.display is not before

    def render_line(self, y: int) -> Strip:
        """Paint the line."""
        width = self.size.width
        if self.fact is None:
            return self.strip((), width)
        key = _("{key} inserts").format(key=self.key) + " "
        said = cut(_("known: {fact}").format(fact=shown(self.fact, clock.now())), max(10, width - cells(key) - 2))
        parts: tuple[Part, ...] = spread((("note", f" {said}"),), (("dim", key),), width)
        return self.strip(parts, width)
