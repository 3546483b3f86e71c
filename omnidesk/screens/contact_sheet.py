"""What is written down of a call, a visit or a letter while it goes on, and its words on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from omnidesk import clock
from omnidesk.desk.lookup import Candidate
from omnidesk.text.clean import one_line
from omnidesk.text.phone import shown_phone
from omnidesk.widgets import badges, order_lines, times
from omnidesk.widgets.lines import cut, fit
from omnidesk.widgets.painting import Part
from omnidesk.words.speech import _, ngettext

UNUSED: Mapping[str, tuple[str, ...]] = {
    "call": (),
    "visit": ("contact-way", "contact-outcome", "contact-clock"),
    "letter": ("contact-outcome", "contact-clock"),
}
"""Actions that mean nothing for a kind."""


@dataclass
class Sheet:
    """One contact while it is written down; `began` is when its clock was started (monotonic seconds), `lasted` what
    it came to where it was stopped."""

    kind: str
    way: str = "in"
    outcome: str = "answered"
    who: str = ""
    order: str = ""
    shop: str = ""
    scan: str = ""
    notes: str = ""
    call: int | None = None
    customer: int | None = None
    belongs: int | None = None
    began: float = field(default_factory=clock.monotonic)
    lasted: int | None = None

    @property
    def seconds(self) -> int:
        """How long it lasts so far."""
        return int(clock.monotonic() - self.began) if self.lasted is None else self.lasted

    @property
    def written(self) -> bool:
        """Whether anything would be lost."""
        return bool(self.notes.strip() or self.order or self.scan or (self.who and self.call is None))


def title(kind: str) -> str:
    """Return what a kind is called."""
    return {"call": _("Call"), "visit": _("Visit")}.get(kind, _("Letter"))


def asked(kind: str) -> str:
    """Return what the first field of a kind asks for."""
    return {"call": _("Number or name"), "visit": _("Order or name")}.get(kind, _("From or to"))


def hint(kind: str) -> str:
    """Return what may be typed there."""
    hints = {
        "call": _("empty where it was withheld"),
        "visit": _("order or receipt (scan it), name, telephone, address"),
    }
    return hints.get(kind, _("name, postal address, e-mail or order"))


def looks_like_order(typed: str) -> bool:
    """Say whether what was typed may be the number of an order or receipt."""
    return any(letter.isdigit() for letter in typed) and " " not in typed.strip() and "@" not in typed


def contacted(one: Candidate, now: int) -> str:
    """Return when and how the last contact was; "" for none."""
    return "" if one.last_at is None else f"{badges.kind(one.last_kind)} {times.day_time(one.last_at, now).strip()}"


def open_words(count: int) -> str:
    """Return how many conversations are open, in words."""
    return ngettext("{count} open", "{count} open", count).format(count=count)


def order_words(one: Candidate) -> str:
    """Return the order by which a customer was found, and how it stands; "" for none."""
    return "" if one.order is None else f"{one_line(one.order.order.number)} {order_lines.stands(one.order.order)}"


def row(one: Candidate, width: int, now: int) -> tuple[Part, ...]:
    """Return a customer it may be, in one line."""
    where = next((each.value for each in one.customer.identities), "")
    said = [
        order_words(one),
        contacted(one, now),
        open_words(len(one.open)),
        *(f"#{each.id} {each.subject}" for each in one.open[:1]),
    ]
    if one.found_in:
        said.append(one.found_in)
    head = f" {fit(one_line(shown_phone(one.customer.name)), 22)} {fit(one_line(shown_phone(where)), 20)} "
    rest = "  ".join(one_line(part) for part in said if part)
    return ("strong", head), ("", cut(rest, max(10, width - len(head))))
