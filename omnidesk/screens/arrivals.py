"""What the main screen shows, and what it does when rows arrive from backstage."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from omnidesk import clock
from omnidesk.screens import status_line, windows
from omnidesk.screens.backstage import Backstage
from omnidesk.screens.later import Later
from omnidesk.screens.layout import AIRY, DeskFrame
from omnidesk.screens.listing import Listing
from omnidesk.screens.messages import (
    CustomerRead,
    DatabaseLost,
    EngineSays,
    OlderRead,
    Stirred,
    SummaryRead,
    ThreadRead,
    ViewRefused,
    ViewSaved,
    ViewsRead,
    WindowRead,
)
from omnidesk.screens.notifying import is_quiet
from omnidesk.screens.session import FIRST_VIEW, Opening
from omnidesk.screens.trail import Trail
from omnidesk.text.clean import one_line
from omnidesk.widgets.bars import Header
from omnidesk.widgets.customer_pane import CustomerPane, Known
from omnidesk.widgets.painting import Part
from omnidesk.widgets.queue_list import QueueList
from omnidesk.widgets.queue_window import Window
from omnidesk.widgets.thread_lines import Paper
from omnidesk.widgets.thread_view import ThreadView
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import triage
    from omnidesk.desk.status import Summary
    from omnidesk.screens import reading
    from omnidesk.screens.timeline import Standing
    from omnidesk.words.rows import Conversation
else:
    triage, reading = Later("omnidesk.desk.triage"), Later("omnidesk.screens.reading")

PREVIEW_SECONDS = 0.1
"""How long the cursor rests on a row before its thread is shown."""
REST = 6.0
"""A repeated read rests this many times as long as it took, so that huge workspaces do not keep a core busy."""
SUMMARY_SECONDS = 1.0
TYPING_SECONDS = 0.2
"""So long after a key what others did is not read: reading costs time that the next key needs."""
PATIENCE_SECONDS = 2.0
"""Though someone types without a pause, what others did is read after so long."""


class Arrivals(DeskFrame):
    """The state of the main screen: which view, which conversation, and what was last read of them."""

    def __init__(self, opening: Opening) -> None:
        super().__init__()
        self.opening = opening
        self.session = opening.session
        self.backstage = Backstage(self.post_message)
        self.view = opening.window.view
        self.view_before_search = self.view
        self.coming = ""
        """The view that is being read to be shown."""
        self._missed = False
        """Whether something was committed meanwhile, which that reading may have come too early for."""
        self.saved = ViewsRead((), {})
        self.open_id: int | None = None
        """The conversation whose thread is shown."""
        self.unfolded = False
        self._conversation: Conversation | None = None
        """The one whose customer is shown."""
        self.opened: set[int] = set()
        """Messages of the thread that are unfolded one by one."""
        self.trail = Trail()
        self.way_back: tuple[int, Standing] | None = None
        """The conversation that was opened from a customer's timeline, and how that was left."""
        self.summary: Summary | None = None
        self.engine_says = ""
        self.lost: DatabaseLost | None = None
        """Since when and why the database is out of reach; None while it is there."""
        self.said_at = 0.0
        self.typed_at = 0.0
        """When a key was last pressed (monotonic)."""
        self._stirred_at: float | None = None
        """When the first thing happened that was not read yet (monotonic)."""
        self._preview: Timer | None = None
        self._bars: Timer | None = None
        self._cursor_id: int | None = None
        self._resting: dict[str, float] = {}
        self._due: dict[str, Timer] = {}

    # What to show

    def show_view(self, name: str) -> None:
        """Show another view, or a search (`/words`), from its top, once it was read."""
        self.coming = name
        self.backstage.read("window", partial(windows.window, self.session, windows.Asked(name)))

    def open(self, conversation_id: int) -> None:
        """Show a conversation's thread."""
        self._forget_preview()
        if conversation_id == self.open_id:
            return
        self.open_id = conversation_id
        self.unfolded = False
        self.opened.clear()
        asked = reading.Asked(conversation_id, self.paper)
        self.backstage.read("thread", partial(reading.thread, self.session, asked))

    def enter(self, conversation_id: int) -> None:
        """Open a conversation and go to its thread; it counts as read then."""
        self.way_back = None
        self.open(conversation_id)
        self.focus_pane("thread")
        self.mark_read(conversation_id)

    def mark_read(self, conversation_id: int) -> None:
        """Take the unread mark off; `H` leads back to it."""
        self.trail.visit(conversation_id)
        session = self.session
        self.backstage.write(lambda: triage.mark_read(session.workspace, session.actor, conversation_id))

    def close_thread(self) -> None:
        """Show no conversation."""
        self.open_id = None
        self.thread.clear()
        self.head.set_conversation(None)
        for pane in (self.customer, self.fold):
            pane.set_known(Known(None, ()))

    @property
    def paper(self) -> Paper:
        """What messages are laid out on now."""
        return Paper(self.thread.room, clock.now(), self.unfolded, self.app.size.height >= AIRY, frozenset(self.opened))

    def lay_out_again(self) -> None:
        """Lay the thread out for another width or folding."""
        thread = self.thread
        if thread.conversation_id is not None:
            asked = reading.Asked(thread.conversation_id, self.paper, tuple(thread.blocks), thread.more)
            self.backstage.read("thread", partial(reading.thread, self.session, asked))

    # Reading again

    def read_again(self) -> None:
        """Read everything on the screen anew, each part as often as its reading allows."""
        self._rested("window", self._read_window)
        self._rested("thread", self.lay_out_again)
        self._rested("summary", self._read_summary)
        self._rested("saved", self.read_saved)

    def read_saved(self) -> None:
        """Read the saved views and what they hold."""
        self.backstage.read("saved", partial(reading.saved, self.session))

    def _rested(self, name: str, read: object) -> None:
        """Call `read` now, or once what was read last has rested."""
        assert callable(read)
        wait = self._resting.get(name, 0.0) - clock.monotonic()
        if wait <= 0:
            read()
        elif name not in self._due:
            self._due[name] = self.set_timer(wait, partial(self._wake, name, read))

    def _wake(self, name: str, read: object) -> None:
        self._due.pop(name, None)
        assert callable(read)
        read()

    def _read_window(self) -> None:
        self._missed = bool(self.coming)
        if not self.coming:
            asked = windows.Asked(self.view, self.queue.held_row)
            self.backstage.read("window", partial(windows.window, self.session, asked))

    def _read_summary(self) -> None:
        self.backstage.read("summary", partial(reading.summary, self.session))

    def on_stirred(self, message: Stirred) -> None:
        """Something was committed: read it, but not into a row of keys."""
        if self._stirred_at is None:
            self._stirred_at = clock.monotonic()
            self._read_what_stirred()

    @property
    def patience(self) -> float:
        """Seconds after which what others did is read, though someone types without a pause."""
        return PATIENCE_SECONDS

    def _read_what_stirred(self) -> None:
        assert self._stirred_at is not None
        wait = min(self.typed_at + TYPING_SECONDS, self._stirred_at + self.patience) - clock.monotonic()
        if wait > 0:
            self.set_timer(wait, self._read_what_stirred)
            return
        self._stirred_at = None
        self.read_again()
        if isinstance(self.app.screen, Listing):
            self.app.screen.read_again()

    # What was read

    def on_window_read(self, message: WindowRead) -> None:
        """Rows of the view."""
        self._resting["window"] = clock.monotonic() + REST * message.seconds
        if message.window.view == self.coming:
            self._show(message.window)
        elif not self.coming and message.window.view == self.view:
            self._take_window(message.window)

    def _show(self, window: Window) -> None:
        """Another view is there."""
        query = windows.search_of(window.view)
        if windows.passing(window.view) and not windows.passing(self.view):
            self.view_before_search = self.view
        self.view, self.coming = window.view, ""
        self._take_window(window)
        self._catch_up()
        if query is not None:
            nothing = _("nothing was found for {query}: q goes back").format(query=query)
            self.say("" if window.count else nothing)
            self.focus_pane("queue")

    def on_view_refused(self, message: ViewRefused) -> None:
        """A view cannot be shown: the one before stays, or where that one is gone the usual one comes."""
        if message.view != self.coming and message.gone:
            if message.view == self.view and not self.coming:
                self.say(_("the view {view} is not there any more").format(view=one_line(message.view, 40)))
                self.show_view(FIRST_VIEW)
            return
        self.say(message.said, wrong=True)
        if message.view == self.coming:
            self.coming = ""
            self._catch_up()

    def _catch_up(self) -> None:
        """Read what was left out while another view was being read."""
        if self._missed:
            self._read_window()

    def on_views_read(self, message: ViewsRead) -> None:
        """The saved views."""
        self.saved = message
        self._resting["saved"] = clock.monotonic() + max(SUMMARY_SECONDS, REST * message.seconds)
        self.refresh_bars()
        if isinstance(self.app.screen, Listing) and self.app.screen.PLACE == "views":
            self.app.screen.read_again()

    def on_view_saved(self, message: ViewSaved) -> None:
        """The search that is shown was saved: it is a view now."""
        self.say(message.said + _(" - u takes it back"))
        self.read_saved()
        self.show_view(message.view)

    def _take_window(self, window: Window) -> None:
        self.queue.set_window(window)
        if not window.count:
            self._nothing_here()
        self.refresh_bars()

    def _nothing_here(self) -> None:
        if not self.composer.active and self.place in ("queue", ""):
            self.close_thread()

    def on_thread_read(self, message: ThreadRead) -> None:
        """A conversation, opened or read again."""
        self._resting["thread"] = clock.monotonic() + REST * message.seconds
        if message.asked != self.open_id:
            return
        self.open_id = message.conversation.id
        self.head.set_conversation(message.conversation, message.offers, message.check, message.held)
        self.head.check_items = message.check_items
        same = message.refresh and self.thread.conversation_id == message.conversation.id
        if not same:
            self.thread.open(message.conversation.id, message.blocks, message.more, message.conversation.message_count)
        elif message.blocks != self.thread.blocks or message.more != self.thread.more:
            self.thread.update_blocks(message.blocks, message.more)
        if message.width != self.paper.width and self.thread.size.width:
            self.lay_out_again()
        self._conversation = message.conversation
        if same:
            self._rested("customer", self._read_customer)
        else:
            self._read_customer()
        self.thread_changed()
        self.refresh_bars()

    def _read_customer(self) -> None:
        if self._conversation is not None:
            self.backstage.read("customer", partial(reading.customer, self.session, self._conversation))

    def on_older_read(self, message: OlderRead) -> None:
        """Older messages, to go above."""
        if message.conversation_id == self.thread.conversation_id:
            known = {block.message.id for block in self.thread.blocks}
            older = [block for block in message.blocks if block.message.id not in known]
            self.thread.update_blocks([*older, *self.thread.blocks], message.more)

    def on_customer_read(self, message: CustomerRead) -> None:
        """Who the open conversation is with."""
        self._resting["customer"] = clock.monotonic() + REST * message.seconds
        if message.conversation_id == self.open_id:
            self.customer.set_known(message.known)
            self.fold.set_known(message.known)

    def on_summary_read(self, message: SummaryRead) -> None:
        """Counts and health."""
        self.summary = message.summary
        self._resting["summary"] = clock.monotonic() + max(SUMMARY_SECONDS, REST * message.seconds)
        self.refresh_bars()

    def on_engine_says(self, message: EngineSays) -> None:
        """The engine stopped, or runs again."""
        self.engine_says = message.said
        self.refresh_bars()

    # What the panes ask for

    def on_queue_list_wanted(self, message: QueueList.Wanted) -> None:
        """Rows outside the window."""
        if self.coming:
            return
        count = self.queue.window.count if self.queue.window.exact else None
        asked = windows.Asked(self.view, message.around, message.offset, message.land, message.place, count)
        self.backstage.read("window", partial(windows.window, self.session, asked))

    def on_queue_list_moved(self, message: QueueList.Moved) -> None:
        """The cursor rests on another row: show its thread beside it, unless something is being written."""
        if self._bars is None:
            self._bars = self.set_timer(PREVIEW_SECONDS, self._refresh_bars_later)
        row = message.row
        moved = row is not None and row.id != self._cursor_id
        self._cursor_id = row.id if row is not None else None
        if not moved:
            return
        self._forget_preview()
        if row is not None and row.id != self.open_id and self.side_by_side and not self.composer.active:
            self._preview = self.set_timer(PREVIEW_SECONDS, partial(self._show_preview, row.id))

    def _refresh_bars_later(self) -> None:
        """Not with the row: Textual paints the smallest rectangle around all that changed, here the whole screen."""
        self._bars = None
        self.refresh_bars()

    def _forget_preview(self) -> None:
        if self._preview is not None:
            self._preview.stop()
            self._preview = None

    def _show_preview(self, conversation_id: int) -> None:
        cursor = self.queue.cursor  # a prompt asks about the row it stands on: the preview comes under it too
        if self.front == "queue" and not self.composer.active and cursor is not None and cursor.id == conversation_id:
            self.open(conversation_id)

    def on_queue_list_opened(self, message: QueueList.Opened) -> None:
        """A row was clicked twice."""
        self.enter(message.row.id)

    def on_thread_view_older_wanted(self, message: ThreadView.OlderWanted) -> None:
        """The agent scrolled up to the first loaded message."""
        conversation = self.head.conversation
        if self.thread.conversation_id is not None and conversation is not None:
            asked = reading.Asked(self.thread.conversation_id, self.paper)
            self.backstage.read(
                "older", partial(reading.older, self.session, asked, message.before, conversation.waiting_since)
            )

    def on_thread_view_width_changed(self, message: ThreadView.WidthChanged) -> None:
        """The pane has another width."""
        self.lay_out_again()

    def on_customer_pane_opened(self, message: CustomerPane.Opened) -> None:
        """Another conversation of the customer was chosen."""
        self.enter(message.conversation_id)

    def on_header_view_chosen(self, message: Header.ViewChosen) -> None:
        """A view was clicked."""
        self.show_view(message.view)
        self.focus_pane("queue")

    # Bars

    @property
    def place(self) -> str:
        """Where the focus is: queue, thread, customer, composer, send; "" while a prompt asks."""
        return self.front

    @property
    def alone(self) -> list[Part]:
        """What to say of an engine that ends with this console."""
        return []

    @property
    def who(self) -> str:
        """Who works here."""
        return self.session.agent.login

    @property
    def ringing(self) -> str:
        """The call that rings or runs, in words; "" where none does."""
        return ""

    @property
    def alike_said(self) -> str:
        """How many open conversations are like the one under the cursor, in words; "" where that says little."""
        return ""

    def thread_changed(self) -> None:
        """Something in the open thread is new."""

    def say(self, text: str, wrong: bool = False) -> None:
        """Tell the agent something in the status bar."""
        self.said_at = clock.monotonic()
        self.status.say(text, wrong)

    def refresh_bars(self) -> None:
        """Bring header, captions and status bar up to date."""
        summary, query = self.summary, windows.search_of(self.view)
        now = clock.now()
        counts = {**(summary.counts if summary is not None else {}), **self.saved.counts}
        if query is None and self.queue.window.view == self.view and self.queue.window.exact:
            counts[self.view] = self.queue.window.count
        self.header.set_state(
            view=self.view,
            title=f"/{query}" if query is not None else self.queue.window.title or self.view,
            counts=counts,
            overdue=summary.overdue if summary is not None else 0,
            agent=self.who,
            saved=[view.name for view in self.saved.views],
        )
        self.caption.set_parts(*status_line.caption(self.queue, self.view, query, summary, self.alike_said))
        self.status.set_state(
            self.ringing or status_line.coming(summary, self.session.agent.login, now),
            [
                *status_line.lost(self.lost, now),
                *status_line.health(summary, self.engine_says, now, is_quiet(self.session.preferences, now)),
                *self.alone,
            ],
        )
