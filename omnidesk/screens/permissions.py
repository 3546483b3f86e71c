"""What may be sent to the customer: what each address allows and how that came about; allowed and forbidden here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, cut, fit, spread
from omnidesk.widgets.painting import Part
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import consent_record, customers
    from omnidesk.desk.consent_record import Change, Standing
    from omnidesk.screens.desk import DeskScreen
else:
    consent_record, customers = Later("omnidesk.desk.consent_record"), Later("omnidesk.desk.customers")

PLACE = ("permissions",)
_GROUP = "Lists"
MOST_CHANGES = 200


class Permissions(Listing):
    """A line for each address, kind of channel and purpose, and below how it came about."""

    PLACE: ClassVar[str] = "permissions"
    HEADING: ClassVar[str] = "What may be sent"

    def __init__(self, desk: DeskScreen, customer: int) -> None:
        super().__init__(desk)
        self.customer = customer
        self.rows: list[Standing] = []

    def read(self, width: int) -> ListRead:
        """What each address allows, and the history."""
        row = customers.get(self.session.workspace, self.customer)
        self.rows = consent_record.standings(self.session.workspace, row)
        now = clock.now()
        lines = [Line(_standing(one, width, now), place) for place, one in enumerate(self.rows, 1)]
        if not lines:
            lines = [Line((("dim", f" {_('no address of this customer can be written to')}"),))]
        changes = consent_record.history(self.session.workspace, self.customer, MOST_CHANGES)
        if changes:
            lines += [Line(()), Line((("title", f" {_('How it came about')}"),))]
            lines += [Line((("dim", f" {cut(_changed(one, now), width - 2)}"),)) for one in changes]
        return ListRead(lines, _("What may be sent to {name}").format(name=one_line(row.name, 60)))

    @property
    def chosen(self) -> Standing | None:
        """The line under the cursor."""
        return self.rows[self.key - 1] if 0 < self.key <= len(self.rows) else None

    def put(self, given: bool) -> None:
        """Write down that the line under the cursor is allowed, or is not."""
        one, session, customer = self.chosen, self.session, self.customer
        if one is None:
            return

        def work() -> str:
            act = consent_record.say(
                session.workspace, session.actor, customer, given, one.identity.value, one.purpose, one.channel_kind
            )
            return act.summary + _(" - u takes it back")

        self.do(work)


def _standing(one: Standing, width: int, now: int) -> tuple[Part, ...]:
    word, style = (_("may"), "good") if one.may else (_("may not"), "warn")
    said = one.said
    why = _("nothing was said")
    if said is not None:
        parts = [times.day_time(said.since, now).strip(), _(said.ground) if said.ground else "", one_line(said.source)]
        why = ", ".join(part for part in parts if part)
    left: tuple[Part, ...] = (
        ("", f" {fit(one_line(one.identity.value), 32)} "),
        ("head", f"{fit(one.channel_kind, 10)} "),
        ("", f"{fit(_(one.purpose), 10)} "),
        (style, fit(word, 8)),
    )
    return spread(left, (("dim", f" {cut(why, max(10, width - 70))} "),), width)


def _changed(one: Change, now: int) -> str:
    words = {"given": _("allowed {purpose} on {kind}"), "withdrawn": _("forbade {purpose} on {kind}")}
    said = words.get(one.state, _("took back what was said of {purpose} on {kind}"))
    what = said.format(purpose=_(one.purpose), kind=one.channel_kind)
    ground = f", {_(one.ground)}" if one.ground else ""
    return f"{times.day_time(one.at, now).strip()}  {one_line(one.address)}  {what}{ground}  ({one_line(one.source)})"


def show(desk: DeskScreen, press: Press) -> None:
    """Show what may be sent to the customer of the open conversation."""
    known = desk.customer.known.customer
    if desk.open_id is None or known is None:
        desk.say(_("open a conversation with a customer first"))
        return
    desk.app.push_screen(Permissions(desk, known.id))


def _allow(screen: Permissions, press: Press) -> None:
    screen.put(True)


def _forbid(screen: Permissions, press: Press) -> None:
    screen.put(False)


ACTIONS = (
    Action("permissions", "may send", "What may be sent to the customer, and why", ("g y",), PANES, "Decide", show),
    Action("permit", "allow", "Allow what the cursor is on", ("a",), PLACE, _GROUP, _allow, 1),
    Action("forbid", "forbid", "Forbid what the cursor is on", ("f",), PLACE, _GROUP, _forbid, 2),
)
