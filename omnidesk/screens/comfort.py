"""What the main screen does for comfort: it comes back to where the agent was, keeps what the agent prefers, and says
in words what the eye would see."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.geometry import Offset
from textual.theme import Theme

from omnidesk import clock
from omnidesk.screens import moving, remembered, windows, writing
from omnidesk.screens.keys import EVERYWHERE, Keymap, KeyReader
from omnidesk.screens.macro_desk import MacroDesk
from omnidesk.screens.preferences import put
from omnidesk.screens.remembered import Remembered
from omnidesk.screens.session import Opening
from omnidesk.widgets import queue_row
from omnidesk.widgets.bars import KeyLine
from omnidesk.widgets.queue_list import QueueList
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

REMEMBER_SECONDS = 3.0
"""How often at most it is written down where the agent is."""


class ComfortDesk(MacroDesk):
    """Remembers, prefers, announces."""

    keymap: Keymap
    reader: KeyReader

    def __init__(self, opening: Opening, complaints: tuple[str, ...] = ()) -> None:
        super().__init__(opening)
        self.complaints = complaints
        """What could not be used of the agent's preferences, in words."""
        self._remembered: Remembered | None = opening.place
        self._remembered_at = clock.monotonic()
        self._announced = 0

    def get_comfortable(self) -> None:
        """Arrange the screen as the agent prefers it, with the focus where it was."""
        place = self.opening.place
        self.keys.buttons = self.session.preferences.preset == "arrows"
        self.apply_preferences()
        if self.complaints:
            others = len(self.complaints) - 1
            more = _(" (and {count} more)").format(count=others) if others else ""
            self.say(self.complaints[0] + more, wrong=True)
        front = place.front if place is not None and place.open else "queue"
        self.focus_pane({"composer": "thread"}.get(front, front) if front in EVERYWHERE else "queue")
        self.app.theme_changed_signal.subscribe(self, self.theme_changed)

    def apply_preferences(self) -> None:
        """Give panes and rows the form the agent prefers."""
        preferences = self.session.preferences
        self.most_panes = 1 if preferences.plain else preferences.panes or 3
        self.queue.set_tall(1 if preferences.rows == "compact" or preferences.plain else 2)
        self.set_plain(preferences.plain)
        self.lay_out_for(self.app.size.width, self.app.size.height)

    # Where the agent was

    @property
    def where(self) -> Remembered:
        """Where the agent is now."""
        sheet = self.composer.sheet
        cursor, query = self.queue.cursor, windows.search_of(self.view)
        return Remembered(
            agent=self.session.agent.id,
            view=self.view if query is None else self.view_before_search,
            query=query or "",
            cursor=cursor.id if cursor is not None else 0,
            open=self.open_id or 0,
            front=self.front,
            writing=sheet.sort if sheet is not None else "",
        )

    def remember(self, last: bool = False) -> None:
        """Write down where the agent is, if that changed and not too often; `last` before the program ends."""
        state, now = self.session.state, clock.monotonic()
        if state is None or not (last or now - self._remembered_at > REMEMBER_SECONDS):
            return
        where = self.where
        if where != self._remembered:
            self._remembered, self._remembered_at = where, now
            self.backstage.write(partial(remembered.write, state, where))
        if last:
            self.backstage.write(partial(remembered.tidy, state))

    def restore(self) -> None:
        """Go on where the agent was; what is gone since is let be."""
        place = self.opening.place
        if place is None:
            return
        if place.query:
            moving.searched(cast("DeskScreen", self), place.query)
        if place.open and (place.writing or self.front != "queue" or self.side_by_side):
            self.open(place.open)
        if place.open and place.writing in ("reply", "note"):
            writing.begin(cast("DeskScreen", self), place.open, "note" if place.writing == "note" else "reply")

    # Preferences

    def prefer(self, name: str, value: Any) -> None:
        """Change a preference and keep it."""
        session = self.session
        self.session = replace(session, preferences=replace(session.preferences, **{name: value}))
        if session.config is not None:
            self.backstage.write(partial(put, name, value, session.config))

    def theme_changed(self, theme: Theme) -> None:
        """The agent chose another theme."""
        if theme.name != self.session.preferences.theme:
            self.prefer("theme", theme.name)

    # The mouse

    def on_key_line_chosen(self, message: KeyLine.Chosen) -> None:
        """A key of the line was clicked: that is as good as pressing it."""
        for key in self.keymap.sequence(self.key_place, message.label, self.reader.waiting):
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))

    # Plain mode

    def announce(self) -> None:
        """In plain mode: say in one line what the cursor stands on, and put the terminal's cursor there."""
        row = self.queue.cursor
        if not self.session.preferences.plain or self.place != "queue" or row is None or row.id == self._announced:
            return
        self._announced = row.id
        self._put_cursor()
        count = self.queue.window.count if self.queue.window.exact else 0
        self.say(queue_row.spoken(row, clock.now(), self.queue.place + 1, count, self.queue.company(row)))

    def _put_cursor(self) -> None:
        """Put the terminal's cursor on the row, or on the first line of another pane."""
        widget = {"queue": self.queue, "thread": self.thread, "customer": self.customer}.get(self.place)
        if widget is not None and self.session.preferences.plain:
            down = self.queue.place * self.queue.tall - int(self.queue.scroll_offset.y) if widget is self.queue else 0
            self.app.cursor_position = widget.region.offset + Offset(0, down)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Another pane has the focus."""
        self._put_cursor()

    def on_queue_list_moved(self, message: QueueList.Moved) -> None:
        """The cursor stands on another row."""
        self.announce()
