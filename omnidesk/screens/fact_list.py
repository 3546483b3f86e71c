"""What is known about a customer, each fact with where it is from: corrected, forgotten, written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import fact_lines, times
from omnidesk.widgets.lines import Line, cut, spread
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.facts import Fact
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import customers, facts, threads, undo
    from omnidesk.screens.desk import DeskScreen
else:
    customers, facts = Later("omnidesk.desk.customers"), Later("omnidesk.desk.facts")
    threads, undo = Later("omnidesk.desk.threads"), Later("omnidesk.desk.undo")

PLACE = ("facts",)


class FactList(Listing):
    """The facts about the customer of a conversation."""

    PLACE: ClassVar[str] = "facts"
    HEADING: ClassVar[str] = "Known"

    def __init__(self, desk: DeskScreen, number: int) -> None:
        super().__init__(desk)
        self.number = number
        self.customer_id: int | None = None
        self.facts: dict[int, Fact] = {}

    def read(self, width: int) -> ListRead:
        """Each fact under what it is called, the newest of its kind first."""
        workspace = self.session.workspace
        self.customer_id = threads.conversation(workspace, self.number).customer_id
        if self.customer_id is None:
            return ListRead([Line((("dim", f" {_('nobody yet')}"),))])
        found = facts.of_customer(workspace, self.customer_id)
        self.facts = {one.id: one for one in found}
        now, lines = clock.now(), []
        for place, one in enumerate(found):
            if not place or found[place - 1].kind != one.kind:
                lines += [*([Line(())] if place else []), Line((("head", f" {one_line(one.label)}"),))]
            where = f"#{one.conversation_id}  " if one.conversation_id else ""
            right = f"{where}{fact_lines.whence(one, now)}  {times.day_time(one.at, now).strip()} "
            lines.append(Line(spread((("", f"   {cut(one.value, 400)}"),), (("dim", right),), width), one.id))
        if not found:
            lines.append(Line((("dim", f" {_('Nothing is known yet: n writes a fact down.')}"),)))
        name = one_line(customers.get(workspace, self.customer_id).name, 60)
        return ListRead(lines, _("Known about {name}: {count}").format(name=name, count=len(found)))

    @property
    def fact(self) -> Fact | None:
        """The fact under the cursor."""
        return self.facts.get(self.key)

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A fact was clicked twice."""
        correct(self, Press())


def show(desk: DeskScreen, press: Press) -> None:
    """List what is known about the customer of the conversation looked at."""
    number = next(iter(desk.targets()), None)
    if number is None:
        desk.say(_("open a conversation first"))
    else:
        desk.app.push_screen(FactList(desk, number))


def correct(screen: FactList, press: Press) -> None:
    """Ask for the right value of the fact under the cursor."""
    fact = screen.fact
    if fact is None:
        return

    def answered(screen: FactList, said: str) -> None:
        session = screen.session

        def work() -> str:
            act = facts.correct(session.workspace, session.actor, fact.customer_id, fact.id, said)[0]
            return act.summary + _(" - u takes it back")

        if said.strip():
            screen.do(work)

    question = _("{label} instead of {value}:").format(label=one_line(fact.label), value=one_line(fact.value, 60))
    screen.ask(question, answered, _("the old value does not come back from the same source"), fact.value)


def forget(screen: FactList, press: Press) -> None:
    """Forget the fact under the cursor."""
    fact, session = screen.fact, screen.session
    if fact is None:
        return

    def work() -> str:
        act = facts.forget(session.workspace, session.actor, fact.customer_id, fact.id)[0]
        return act.summary + _(" - u takes it back")

    screen.do(work)


def new(screen: FactList, press: Press) -> None:
    """Ask for a fact to write down."""
    screen.ask(_("Write down:"), _written, _("order number: NL-10234, size: 42, postcode: 3511 AB .."))


def _written(screen: FactList, said: str) -> None:
    kind, mark, value = said.partition("=" if "=" in said and ":" not in said.split("=")[0] else ":")
    session, customer = screen.session, screen.customer_id
    if not said.strip() or customer is None:
        return
    if not mark or not value.strip():
        screen.say(_("say what it is, a colon, and the value: size: 42"), wrong=True)
        return

    def work() -> str:
        return facts.add(session.workspace, session.actor, customer, kind, value)[0].summary + _(" - u takes it back")

    screen.do(work)


def take_back(screen: FactList, press: Press) -> None:
    """Take the agent's own last act back."""
    session = screen.session
    screen.do(lambda: undo.undo(session.workspace, session.actor).act.summary)


GROUP = "Known facts"
ACTIONS = (
    Action("facts", "known", "List what is known about the customer", ("g k",), PANES, "Read", show),
    Action("fact-correct", "correct", "Correct the fact", ("enter", "e"), PLACE, GROUP, correct, 1),
    Action("fact-forget", "forget", "Forget the fact", ("#",), PLACE, GROUP, forget, 2),
    Action("fact-new", "new", "Write a fact down", ("n",), PLACE, GROUP, new, 3),
    Action("fact-undo", "undo", "Take back your last act", ("u",), PLACE, GROUP, take_back, 4),
)
