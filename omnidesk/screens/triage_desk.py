"""What the main screen does while the agent triages: marks come from backstage, and what else is about the same."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from omnidesk import clock
from omnidesk.desk import views
from omnidesk.screens.arrivals import Arrivals
from omnidesk.screens.keys import shown
from omnidesk.screens.later import Later
from omnidesk.screens.messages import AlikeRead, MarksRead, MergePreviewed, RangeRead, Undecided
from omnidesk.screens.session import Opening
from omnidesk.widgets import times
from omnidesk.widgets.queue_list import QueueList
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens import joining, marking
    from omnidesk.screens.desk import DeskScreen
else:
    joining, marking = Later("omnidesk.screens.joining"), Later("omnidesk.screens.marking")

ALIKE_REST = 40.0
"""Counting what is alike rests this many times as long as it took."""
ALIKE_SECONDS = 0.4
"""How long the cursor rests on a row before what is alike is counted: counting takes the processor that keys need."""
ALIKE = 3
"""Others from which on it is said that there are such."""


class TriageDesk(Arrivals):
    """Takes marks, restores them where an act failed, counts what is alike."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        self.alike = (0, 0)
        """A conversation, and how many open ones are about the same."""
        self._settling: Timer | None = None

    def hold_keys(self, hold: bool) -> None:
        """Keep further keys back while what they are meant for opens or closes."""

    @property
    def _desk(self) -> DeskScreen:
        return self  # type: ignore[return-value]

    # Marks

    def on_marks_read(self, message: MarksRead) -> None:
        """All that was to be marked."""
        if message.view == self.queue.window.view:
            self.queue.mark_all(message.ids)
            count = times.number(len(message.ids))
            if message.more:
                self.say(_("the first {count} are marked: there are more than one act takes").format(count=count))
            elif not message.ids:
                self.say(_("there is nothing to mark"))
            self.refresh_bars()
        self.hold_keys(False)

    def on_queue_list_range_wanted(self, message: QueueList.RangeWanted) -> None:
        """A range of marks reaches over rows that are not loaded."""
        view = self.queue.window.view
        self.backstage.read("range", partial(marking.read_range, self.session, view, message.start, message.count))

    def on_range_read(self, message: RangeRead) -> None:
        """Which conversations a range reaches over."""
        if message.view == self.queue.window.view:
            self.queue.set_range(message.start, message.ids)
            self.refresh_bars()

    def on_undecided(self, message: Undecided) -> None:
        """An act on what was marked did not work: it is marked again, to be tried otherwise."""
        if message.ids and message.view == self.queue.window.view and not self.queue.marked:
            self.queue.mark_all(message.ids)
        self.hold_keys(False)
        self.say(message.said, wrong=True)
        self.refresh_bars()

    # Merging

    def on_merge_previewed(self, message: MergePreviewed) -> None:
        """Ask whether to merge, saying what goes where."""
        from omnidesk.screens.confirming import Confirm

        def answered(yes: bool | None) -> None:
            if yes:
                joining.do_merge(self._desk, message.ids, message.into)

        question = Confirm(message.question, message.lines, _("merge"))
        self.app.push_screen(question, answered)
        question.call_after_refresh(self.hold_keys, False)

    # Alike

    @property
    def alike_said(self) -> str:
        """How many open conversations are like the one under the cursor, and the key that shows them."""
        cursor = self.queue.cursor
        number, count = self.alike
        if cursor is None or cursor.id != number or count < ALIKE or self.view.startswith(views.ALIKE):
            return ""
        said = _("{count} others like this: {keys}")
        return said.format(count=times.number(count), keys=shown(self._desk.keymap.first("alike", "queue")))

    def read_again(self) -> None:
        """Read everything on the screen anew, and what is alike."""
        super().read_again()
        self._count_alike_later()

    def _refresh_bars_later(self) -> None:
        super()._refresh_bars_later()
        self._count_alike_later()

    def _count_alike_later(self) -> None:
        if self._settling is None:
            here = self.queue.cursor.id if self.queue.cursor is not None else None
            self._settling = self.set_timer(ALIKE_SECONDS, partial(self._count_alike, here))

    def _count_alike(self, settled: int | None) -> None:
        self._settling = None
        here = self.queue.cursor.id if self.queue.cursor is not None else None
        if here != settled:
            self._count_alike_later()
        elif here is not None:
            self._rested("alike", self._read_alike)

    def _read_alike(self) -> None:
        row = self.queue.cursor
        if row is not None and self.alike[0] != row.id:
            self.alike = (0, 0)
        if row is not None:
            self.backstage.read("alike", partial(marking.read_alike, self.session, row.id))

    def on_alike_read(self, message: AlikeRead) -> None:
        """How many others are about the same as the conversation under the cursor."""
        self._resting["alike"] = clock.monotonic() + max(ALIKE_SECONDS, ALIKE_REST * message.seconds)
        cursor = self.queue.cursor
        if cursor is not None and cursor.id == message.conversation_id:
            self.alike = (message.conversation_id, message.count)
            self.refresh_bars()
