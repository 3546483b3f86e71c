"""The agent's drafts: what is unfinished, wherever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from omnidesk import clock
from omnidesk.screens import writing
from omnidesk.screens.keys import Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text import recipients
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, cut, fit, spread
from omnidesk.widgets.pick_list import PickList
from omnidesk.widgets.sheet import Sort
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import drafts, threads
    from omnidesk.desk.drafts import Draft
    from omnidesk.screens.desk import DeskScreen
else:
    drafts, threads = Later("omnidesk.desk.drafts"), Later("omnidesk.desk.threads")

PLACE = ("drafts",)
SORTS: dict[str, Sort] = {"reply": "reply", "note": "note", "aside": "aside", "new": "new"}


class DraftList(Listing):
    """Drafts, the last changed first."""

    PLACE: ClassVar[str] = "drafts"
    HEADING: ClassVar[str] = "Your drafts"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.rows: dict[int, Draft] = {}

    def read(self, width: int) -> ListRead:
        """The drafts as lines."""
        found = drafts.waiting(self.session.workspace, self.session.actor)
        self.rows = {_key(one): one for one in found}
        numbers = [one.conversation_id for one in found if one.conversation_id]
        subjects = {one.id: one for one in threads.conversations(self.session.workspace, numbers)}
        lines: list[Line] = []
        for key, one in self.rows.items():
            about = subjects.get(one.conversation_id)
            whom = recipients.write(one.written.to or ()) or (about.customer if about else "")
            title = one.written.subject or (about.subject if about else "") or _("(no subject)")
            number = f"#{one.conversation_id}" if one.conversation_id else _("new")
            head = (("key", f" {fit(number, 8)}"), ("strong", f"{_(one.sort).upper():<6} "), ("", one_line(title, 200)))
            when = times.day_time(one.updated_at, clock.now()).strip()
            tail = f"  {cut(one_line(whom, 400), min(40, width // 3))}  {when} "
            lines.append(Line(spread(head, (("dim", tail),), width), key))
            lines.append(Line((("dim", f"          {cut(one_line(one.text, 400), max(10, width - 10))}"),), key))
        if not lines:
            lines.append(Line((("dim", f" {_('nothing is unfinished')}"),)))
        return ListRead(lines, _("Your drafts: {count}").format(count=len(found)) if found else "")

    @property
    def chosen(self) -> Draft | None:
        """The draft under the cursor."""
        return self.rows.get(self.key)

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A draft was clicked twice."""
        go_on(self, Press())


def _key(draft: Draft) -> int:
    """Return what the cursor knows a draft by: there is one of each sort in a conversation."""
    return draft.conversation_id * len(SORTS) + list(SORTS).index(draft.sort) + 1


def go_on(screen: DraftList, press: Press) -> None:
    """Go on writing the draft under the cursor."""
    draft = screen.chosen
    if draft is not None:
        screen.dismiss()
        if draft.conversation_id:
            screen.desk.enter(draft.conversation_id)
        writing.begin(screen.desk, draft.conversation_id, SORTS[draft.sort])


def drop(screen: DraftList, press: Press) -> None:
    """Ask whether the draft under the cursor shall go."""
    draft = screen.chosen
    if draft is None:
        return
    session = screen.session

    def answered(screen: DraftList, text: str) -> None:
        if text.strip().lower() in ("y", "yes", "j", "ja"):
            screen.do(lambda: _dropped(draft))

    def _dropped(draft: Draft) -> str:
        drafts.drop(session.workspace, session.actor, draft.conversation_id, draft.sort)
        return _("the draft is gone")

    screen.ask(_("Throw this draft away for good?"), answered, _("y throws it away"))


ACTIONS = (
    Action("open-draft", "go on", "Go on with this draft", ("enter",), PLACE, "Answer", go_on, 1),
    Action("drop-draft", "throw away", "Throw this draft away", ("#", "d"), PLACE, "Answer", drop, 2),
)
