"""What the main screen does while the agent writes: the composer opens, drafts are kept, what is sent leaves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual.timer import Timer

from omnidesk import clock
from omnidesk.screens import attaching, editor, sending, writing
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, DatabaseBack, DatabaseLost, DraftKept, SheetRead, Stirred, Written
from omnidesk.screens.reading_desk import ReadingDesk
from omnidesk.screens.session import Opening, Session
from omnidesk.screens.who_is_here import WhoIsHere
from omnidesk.screens.writing_messages import (
    AddressesRead,
    AskAgain,
    Cautioned,
    DraftsWaiting,
    EditorDone,
    EditorFound,
    EditorReady,
    FactFound,
    FilesFound,
    PresenceRead,
)
from omnidesk.widgets import times
from omnidesk.widgets.composer import Composer
from omnidesk.widgets.painted_rows import Company
from omnidesk.widgets.painting import Part
from omnidesk.widgets.sheet import Sheet, Sort
from omnidesk.words.speech import _, ngettext

if TYPE_CHECKING:
    from omnidesk.desk import drafts, spool
    from omnidesk.screens import sheets
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.widgets.composer_fields import Fields
    from omnidesk.widgets.draft_area import DraftArea
else:
    drafts, sheets = Later("omnidesk.desk.drafts"), Later("omnidesk.screens.sheets")
    spool = Later("omnidesk.desk.spool")

DRAFT_SECONDS = 0.6
"""How long after the first key that is not stored yet a draft is stored, whether more keys come or not."""


class WritingDesk(ReadingDesk):
    """Keeps what is being written."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        self.asks_how = False
        """Whether the line of keys asks how to send."""
        self.filled = False
        """Whether the composer has the whole screen."""
        self.here = WhoIsHere(self)
        self.chat_company: Mapping[int, Company] = {}
        """What the rows of live chats say of who waits or types there."""
        self._draft_timer: Timer | None = None
        self.kept_text = ""
        """The text as its draft has it."""
        self._cursors: dict[tuple[int, Sort], tuple[str, tuple[int, int]]] = {}
        """Where the cursor stood in a text that was left, by conversation and sort."""

    def hold_keys(self, hold: bool) -> None:
        """Keep further keys back while what they are meant for opens or closes."""

    def refresh_keys(self) -> None:
        """Show the keys that are useful now."""

    @property
    def who(self) -> str:
        """Who works here: the agent, who else is at a console, who is away."""
        return self.here.line

    @property
    def key_place(self) -> str:
        """Where keys are looked up: the place, but `chat` where a line is written to somebody who waits for it."""
        place, sheet = self.place, self.composer.sheet
        chats = sheet is not None and sheet.live and self.focused is self.composer.area
        return "chat" if place == "composer" and chats else place

    @property
    def engine_pid(self) -> int | None:
        """The process of the engine that this console started; None where it runs none."""
        return None

    @property
    def alone(self) -> list[Part]:
        """What to say of an engine that ends with this console while something waits for its time."""
        left = self.here.left
        if left is None or left.others or not left.staying:
            return []
        said = _("{count} scheduled: the engine ends with this console").format(count=left.staying)
        return [("note", said)]

    # Opening

    def look_for_drafts(self) -> None:
        """See at the start whether drafts wait."""
        session = self.session
        if session.workspace.database.dialect == "postgresql":
            self.backstage.write(lambda: _take_in(session))  # what an earlier console left waiting for the database
        self.backstage.read("drafts", lambda: DraftsWaiting(len(drafts.waiting(session.workspace, session.actor))))

    def on_drafts_waiting(self, message: DraftsWaiting) -> None:
        """Say that drafts wait, unless one is open already."""
        if message.count and not self.composer.active:
            said = ngettext(
                "{count} draft is waiting: gd lists it", "{count} drafts are waiting: gd lists them", message.count
            )
            self.say(said.format(count=message.count))

    async def on_sheet_read(self, message: SheetRead) -> None:
        """Who a text goes to is known: open the composer."""
        sheet = message.sheet
        self.prompt.cancel()  # one that was opened while this was read
        if sheet.conversation_id:
            self.open(sheet.conversation_id)
        self.front = "composer"
        self.fill_screen(self.filled or sheet.sort == "new")
        await self.composer.begin(sheet, message.text)
        self.kept_text = self.composer.text
        text, cursor = self._cursors.pop((sheet.conversation_id, sheet.sort), ("", (0, 0)))
        if text and text == self.composer.text and self.composer.area is not None:
            self.composer.area.move_cursor(cursor)
        self.thread_changed()
        self.here.changed()
        self.refresh_keys()
        self.hold_keys(False)
        self.mind_draft()
        home, login = self.session.home, self.session.agent.login
        self.backstage.read("cut-off", partial(_cut_off, home, sheet, login))

    def on_editor_found(self, message: EditorFound) -> None:
        """An editor was cut off in this draft."""
        sheet = self.composer.sheet
        if sheet is not None and sheet.conversation_id == message.conversation_id:
            when = times.day_time(message.at, clock.now()).strip()
            said = _("your editor was cut off here at {when}: ctrl+o goes on with it").format(when=when)
            self.composer.warn("editor", said)

    def thread_changed(self) -> None:
        """Warn when something newer than what is being answered arrived; in a chat it stands right above."""
        sheet = self.composer.sheet
        chats = sheet is not None and sheet.live
        self.thread.follows = chats
        newer = 0 if chats else writing.newer_than_answered(self)
        one = _("a newer message arrived since: read before you send")
        several = _("{count} newer messages arrived since: read before you send").format(count=newer)
        self.composer.warn("newer", *([one if newer == 1 else several] if newer else []))

    # Layout

    def fill_screen(self, filled: bool) -> None:
        """Give the composer the whole screen, or its place under the thread."""
        self.filled = filled
        self.lay_out_for(self.app.size.width, self.app.size.height)

    def lay_out_for(self, width: int, height: int) -> None:
        """Lay out for a size; a composer that fills the screen leaves nothing beside it."""
        super().lay_out_for(width, height)
        for part in (self.head, self.thread):
            part.display = not self.filled
        if self.filled:
            self.fold.display = False
        self.composer.filled = self.filled
        self.composer.fit()

    def show_front(self) -> None:
        """Show the pane in front, where panes do not stand side by side."""
        super().show_front()
        if self.filled:
            self.left.display = self.customer.display = False
            self.middle.display = True

    def close_composer(self) -> None:
        """Close the composer and give its place back."""
        self.asks_how = False
        self.composer.close()
        if self.filled:
            self.fill_screen(False)
        self.here.changed()

    # Drafts

    def on_composer_typed(self, message: Composer.Typed) -> None:
        """Store the draft soon; keys that come meanwhile do not put it off."""
        self.here.typed()
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_SECONDS, self._keep_draft)

    def _keep_draft(self) -> None:
        self._draft_timer = None
        sheet = self.composer.now
        if sheet is not None:
            self.kept_text = self.composer.text
            writing.keep_draft(self, sheet, self.kept_text)
            self.mind_draft()

    def as_drafted(self, sheet: Sheet, text: str) -> Sheet:
        """Return a sheet as its draft keeps it."""
        return sheet

    def draft_timer_stop(self, keep: bool = False) -> None:
        """Do not store the draft later; with `keep` store it now if it waits: what was typed last may not have been
        told yet."""
        waits = self._draft_timer is not None or self.composer.text != self.kept_text
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None
        if keep and waits:
            self._keep_draft()

    def mind_draft(self) -> None:
        """Look in a thread for what to mind about the draft as it is."""
        sheet = self.composer.now
        if sheet is not None and sheet.sort == "reply":
            self.backstage.read("mind", partial(sheets.mind, self.session, sheet, self.composer.text))
            self.backstage.read("known", partial(sheets.known, self.session, sheet, self.composer.text))

    def on_fact_found(self, message: FactFound) -> None:
        """Offer what is known of that which is asked."""
        sheet = self.composer.sheet
        if sheet is not None and sheet.conversation_id == message.conversation_id and sheet.sort == "reply":
            self.composer.offer(message.fact)

    def on_cautioned(self, message: Cautioned) -> None:
        """Say what to mind."""
        sheet = self.composer.sheet
        if sheet is not None and sheet.conversation_id == message.conversation_id:
            self.composer.warn("cautions", *message.said)
            if self.asks_how:
                self.refresh_keys()

    def on_draft_kept(self, message: DraftKept) -> None:
        """A draft is safe."""
        self.read_again()

    def leave_composer(self) -> None:
        """Close the composer; what was written stays as a draft, and so does the place of its cursor."""
        sheet, area = self.composer.sheet, self.composer.area
        if sheet is not None and area is not None:
            self._cursors[sheet.conversation_id, sheet.sort] = area.text, area.cursor_location
        self.draft_timer_stop(keep=True)
        self.close_composer()

    # Recipients, files, editor

    def on_fields_searched(self, message: Fields.Searched) -> None:
        """Look for addresses that begin so."""
        sheet = self.composer.sheet
        if sheet is not None:
            self.backstage.read("addresses", partial(sheets.addresses, self.session, sheet, message.begun))

    def on_addresses_read(self, message: AddressesRead) -> None:
        """Complete from these."""
        if self.composer.fields is not None:
            self.composer.fields.set_known(message.known, message.begun, message.other)

    def on_draft_area_pasted(self, message: DraftArea.Pasted) -> None:
        """A path, or more than a text."""
        attaching.pasted(self, message)

    def on_files_found(self, message: FilesFound) -> None:
        """Attach."""
        attaching.found(self, message)

    def on_editor_ready(self, message: EditorReady) -> None:
        """Hand the terminal over."""
        editor.run(self, message)
        self.hold_keys(False)

    def on_editor_done(self, message: EditorDone) -> None:
        """Go on with what the editor left; its file goes once the draft is stored."""
        sheet = self.composer.now
        self.composer.warn("editor")
        if sheet is None or sheet.conversation_id != message.conversation_id or message.text is None:
            return
        self.composer.put(message.text)
        self.draft_timer_stop()
        writing.keep_draft(self, sheet, message.text)
        path = Path(message.path)
        self.backstage.write(lambda: editor.forget(path))
        self.focus_pane("composer")

    # Sending

    def ask_how_to_send(self) -> None:
        """Ask in the line of keys; the focus leaves the text so that a letter answers."""
        self.asks_how = True
        self.set_focus(None)
        self.refresh_keys()

    def stop_asking(self) -> None:
        """Go back to the text."""
        self.asks_how = False
        self.refresh_keys()

    def on_ask_again(self, message: AskAgain) -> None:
        """Something should be looked at before it goes."""
        self.hold_keys(False)
        sending.ask_again(cast("DeskScreen", self), message)

    def on_written(self, message: Written) -> None:
        """A reply is queued or a note stored: the composer closes, and what the setting says is shown."""
        self.close_composer()
        if message.said:
            self.say(message.said + (_(" - u takes it back") if message.undoable else ""))
        to_list = message.after == "list" or self.open_id is None
        self.focus_pane("queue" if to_list else "thread")
        self.read_again()
        self.go_on(message.leaving)

    def go_on(self, leaving: tuple[int, ...]) -> None:
        """Open the next conversation when the one looked at was dealt with."""
        if self.open_id not in leaving or self.place not in ("thread", "customer", "composer"):
            return
        queue = self.queue
        if queue.cursor is not None and queue.cursor.id == self.open_id:
            following = queue.row_at(queue.place + 1) or queue.row_at(queue.place - 1)
            if following is None:
                self.focus_pane("queue")
                self.close_thread()
                return
            queue.move(1 if queue.row_at(queue.place + 1) else -1)
        if queue.cursor is not None:
            self.open(queue.cursor.id)
            self.focus_pane("thread")
            self.mark_read(queue.cursor.id)

    # A database that goes and comes

    def on_database_lost(self, message: DatabaseLost) -> None:
        """What is on the screen stays; what is written goes to the spool."""
        self.composer.freeze(False)
        self.hold_keys(False)
        if self.lost is None:
            self.lost = message
            self.say("")
        self.refresh_bars()

    def on_database_back(self, message: DatabaseBack) -> None:
        """Take in what waited, and show what is there now."""
        back, self.lost = self.lost is not None, None
        session = self.session
        self.backstage.write(lambda: _take_in(session))
        if back:
            self.say(_("the database is back"))
            self.read_again()
        self.refresh_bars()

    # Presence

    def open(self, conversation_id: int) -> None:
        """Show a conversation's thread, and who else is there."""
        super().open(conversation_id)
        self.here.changed()

    def close_thread(self) -> None:
        """Show no conversation: nobody reads one here any more."""
        super().close_thread()
        self.here.changed()

    def focus_pane(self, name: str) -> None:
        """Bring a pane to the front; where that is the queue alone, no thread is being read."""
        super().focus_pane(name)
        self.here.moved()

    def on_stirred(self, message: Stirred) -> None:
        """Somebody may have come or gone: that is shown at once, whatever is being typed."""
        self.here.stirred()

    def on_presence_read(self, message: PresenceRead) -> None:
        """Who else is here."""
        self.here.take(message)


def _take_in(session: Session) -> Acted | None:
    said = spool.said(spool.take_in(session.workspace, session.actor))
    return Acted(said, undoable=False) if said else None


def _cut_off(home: str, sheet: Sheet, login: str) -> EditorFound | None:
    at = editor.cut_off(home, sheet.conversation_id, sheet.sort, login)
    return None if at is None else EditorFound(sheet.conversation_id, at)
