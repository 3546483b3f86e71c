"""The acts on a conversation and its customer; one that can be taken back first shows what goes where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from omnidesk import clock
from omnidesk.screens.confirming import Confirm
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, spread
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Act
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import history, undo
    from omnidesk.screens.desk import DeskScreen
else:
    history, undo = Later("omnidesk.desk.history"), Later("omnidesk.desk.undo")

SHOWN_STEPS = 40
_KINDS = {"received": "a message came in", "read": "read it", "intake": "messages came in"}


@dataclass
class PreviewRead(Message):
    """What taking an act back would do."""

    preview: history.Preview


class History(Listing):
    """What was done, newest first."""

    PLACE: ClassVar[str] = "history"
    HEADING: ClassVar[str] = "History"

    def __init__(self, desk: DeskScreen, conversation_id: int) -> None:
        super().__init__(desk)
        self.conversation_id = conversation_id
        self._undoable = 0
        self._begun = False

    def read(self, width: int) -> ListRead:
        """Read the acts."""
        acts = history.acts(self.session.workspace, self.conversation_id)
        now = clock.now()
        self._undoable = next((act.id for act in acts if act.undoable and act.undone_by is None), 0)
        lines = [_line(act, width, now) for act in acts] or [Line((("faint", f" {_('nothing was done here yet')}"),))]
        title = _("#{number}: what was done, and can be taken back").format(number=self.conversation_id)
        return ListRead(lines, title)

    def listed(self) -> None:
        """Begin on the newest act that can be taken back."""
        if not self._begun and self._undoable:
            self._begun = True
            self.list.pick(self._undoable)

    def preview(self) -> None:
        """Read what taking the act of the cursor back would do."""
        session, act_id = self.session, self.key
        if act_id:
            self.backstage.write(lambda: PreviewRead(history.preview(session.workspace, session.actor, act_id)))

    def on_preview_read(self, message: PreviewRead) -> None:
        """Show it, and ask."""
        found = message.preview
        said = [f"{step.what}: {step.now} -> {step.then}" for step in found.steps[:SHOWN_STEPS]]
        said += [] if found.steps else list(found.restored)
        said += [_("stays as it is: {what}").format(what=one) for one in found.left[:SHOWN_STEPS]]
        question = _("Take back: {what}?").format(what=retold(found.act.summary) or found.act.kind)
        self.app.push_screen(Confirm(question, said, _("take it back")), partial(self._sure, found.act.id))

    def _sure(self, act_id: int, yes: bool | None) -> None:
        session = self.session
        if yes:
            self.do(lambda: undo.undo(session.workspace, session.actor, act_id).act.summary)
            self.desk.read_again()

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """An act was clicked twice."""
        self.preview()


def _line(act: Act, width: int, now: int) -> Line:
    state: Part = ("faint", "")
    if act.undone_by is not None:
        state = ("faint", f" {_('taken back')} ")
    elif act.undoable:
        state = ("accent", f" {_('can be taken back')} ")
    said = one_line(retold(act.summary) or _(_KINDS.get(act.kind, act.kind.replace("_", " "))), 300)
    left: list[Part] = [
        ("dim", f" {times.day_time(act.at, now):<12} "),
        ("strong", f"{one_line(act.actor, 20):<10} "),
        ("", said),
    ]
    return Line(spread(left, (state,), width), act.id)


def show(desk: DeskScreen, press: Press) -> None:
    """List the acts on the conversation looked at."""
    found = desk.targets()
    if found:
        desk.app.push_screen(History(desk, found[0]))
    else:
        desk.say(_("there is no conversation here"))


def _preview(screen: History, press: Press) -> None:
    screen.preview()


ACTIONS = (
    Action("history", "history", "What was done here, each act to take back", ("U",), PANES, "Read", show, 15),
    Action("take-back", "take back", "Show what taking it back would do, then ask", ("enter", "u"), ("history",),
           "Lists", _preview, 1),
)  # fmt: skip
