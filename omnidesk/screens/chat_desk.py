"""What the main screen does with live chats: a line of them while there are any, who is there, who waits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens import chats
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Stirred, Written
from omnidesk.screens.session import Opening, Session
from omnidesk.screens.writing_desk import WritingDesk
from omnidesk.screens.writing_messages import ChatsRead, Redirected
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.chat_strip import ChatStrip, Shown
from omnidesk.widgets.lines import cut
from omnidesk.widgets.painted_rows import Company
from omnidesk.widgets.painting import Part
from omnidesk.words.kinds import NewsKind
from omnidesk.words.rows import News
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import leaving, live, notifications
    from omnidesk.desk.live import Chat, Chats
    from omnidesk.desk.visitors import Visitor
    from omnidesk.screens import sheets
    from omnidesk.screens.desk import DeskScreen
else:
    leaving, live = Later("omnidesk.desk.leaving"), Later("omnidesk.desk.live")
    notifications, sheets = Later("omnidesk.desk.notifications"), Later("omnidesk.screens.sheets")

PATIENCE_SECONDS = 0.5
"""Though the agent types without a pause, what a visitor says and reads is read after so long."""
PAGE = 40
"""Columns of the address of a page."""
LOOK_SECONDS = 2.0
"""How often is looked for who left without a word, where there is live chat at all."""


class ChatDesk(WritingDesk):
    """Keeps the live chats in sight."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        self._chats: Chats | None = None
        self._chats_looked_at = -1e9
        self._turning: tuple[int, bool] | None = None
        """The conversation for which it is read how its answer goes now, and whether the customer is gone."""
        self._known: frozenset[tuple[int, int | None]] | None = None
        """The new chats that rang already, or need not: number and since when somebody waits."""

    @property
    def _desk(self) -> DeskScreen:
        return self  # type: ignore[return-value]

    @property
    def chats(self) -> Chats:
        """The live chats as they were read last."""
        return self._chats if self._chats is not None else live.NONE

    @property
    def patience(self) -> float:
        """Seconds after which what others did is read, though the agent types without a pause."""
        sheet = self.composer.sheet
        return PATIENCE_SECONDS if sheet is not None and sheet.live else super().patience

    def on_stirred(self, message: Stirred) -> None:
        """Somebody may have written, come, gone or begun to type: that is shown at once, whatever is being typed."""
        self.look_at_chats()

    def tick_chats(self) -> None:
        """A second went by: waiting took longer, and nothing needs to be read for that."""
        if self._chats is None or not self._chats.kinds:
            return
        self._show_chats()
        self.strip.tick()
        if any(one.number == self.open_id for one in (*self.chats.mine, *self.chats.new)):
            self.head.refresh()
        if clock.monotonic() - self._chats_looked_at >= LOOK_SECONDS:
            self.look_at_chats()

    def look_at_chats(self) -> None:
        """Read the chats anew."""
        self._chats_looked_at = clock.monotonic()
        sheet = self.composer.sheet
        also = {self.open_id, sheet.conversation_id if sheet is not None else None}
        asked = tuple(number for number in also if number)
        self.backstage.read("chats", partial(_read, self.session, asked))

    def on_chats_read(self, message: ChatsRead) -> None:
        """The chats as they are now."""
        self._chats = message.chats
        self._ring()
        self._show_chats()

    def _ring(self) -> None:
        """Ring for chats that came since the console started, where the agent takes chats."""
        offered = [one for one in self.chats.new if one.offered]
        fresh = [
            one for one in offered if self._known is not None and (one.number, one.waiting_since) not in self._known
        ]
        self._known = frozenset((one.number, one.waiting_since) for one in offered)
        if self.chats.rings and fresh:
            self._desk.notifier.ring([_told(one) for one in fresh], self.session.preferences)
            self.say(notifications.said(_told(fresh[0])) + _(": {key} takes it").format(key=self.strip.take))

    def _show_chats(self) -> None:
        found = self.chats
        now = clock.now()
        new = [
            one for one in found.new if one.offered and (found.rings or (one.waiting_since or now) + live.ALARM <= now)
        ]
        shown = [*(self._shown(one, True) for one in new), *(self._shown(one, False) for one in found.mine)]
        self.strip.set_chats(shown)
        self.strip.key, self.strip.take = self._desk.keymap.hint("next-chat"), self._desk.keymap.hint("take")
        self.show_strip()
        company = _rows(found, now)
        if company or self.chat_company:
            self.chat_company = company
            self.here.show_rows()

        self.head.set_visitor(_visitor(found.visitor(self.open_id), now))
        self._turn(now)

    def _turn(self, now: int) -> None:
        """Let the composer turn to mail when the customer is gone, and back when they are back."""
        sheet = self.composer.sheet
        visitor = self.chats.visitor(sheet.conversation_id) if sheet is not None else None
        if sheet is None or sheet.sort != "reply" or visitor is None or not any(way.live for way in sheet.ways):
            self._turning = None
            return
        gone = leaving.gone(visitor, now)
        if gone == (sheet.left_at is not None) or self.composer.frozen:
            self._turning = None
        elif self._turning != (sheet.conversation_id, gone) and (written := self.composer.now) is not None:
            self._turning = sheet.conversation_id, gone
            self.backstage.read("turn", partial(sheets.turned, self.session, written))

    def on_redirected(self, message: Redirected) -> None:
        """It goes another way now: say so."""
        sheet, now = message.sheet, self.composer.sheet
        if now is None or now.sort != "reply" or now.conversation_id != sheet.conversation_id or self.composer.frozen:
            return
        self.composer.change(sheet)
        if sheet.chosen != now.chosen:
            back = sheet.left_at is None
            said = _("they are back: it goes by {channel} again") if back else _("they left: it goes by {channel} now")
            self.say(said.format(channel=sheet.chosen or _("nothing")))
        self.refresh_keys()

    def on_written(self, message: Written) -> None:
        """A line of a chat is on its way: go on with the next, unless the agent left it meanwhile."""
        now, sheet = self.composer.sheet, message.sheet
        if (
            message.after != "chat"
            or now is None
            or (now.conversation_id, now.sort) != (sheet.conversation_id, "reply")
        ):
            return
        message.prevent_default()
        self.kept_text = ""
        self.composer.go_on(replace(now, began_at=clock.now(), files=(), macros=()))
        self.asks_how = False
        self.here.stopped_typing()
        self.thread.follows = True
        self.thread.stand_at_newest()
        self.focus_pane("composer")
        self.refresh_keys()
        self.hold_keys(False)
        self.read_again()

    def _shown(self, one: Chat, new: bool) -> Shown:
        return Shown(
            number=one.number,
            customer=one.customer,
            waiting_since=one.waiting_since,
            alarm_at=one.waiting_since + live.ALARM if one.waiting_since is not None else None,
            unread=one.unread and not new,
            typing=one.visitor is not None and one.visitor.typing,
            left=one.visitor is not None and not one.visitor.here,
            new=new,
            open=one.number == self.open_id,
        )

    def open(self, conversation_id: int) -> None:
        """Show a conversation's thread, and who is at its other end."""
        if conversation_id != self.open_id:
            self.head.set_visitor(("", ""))
        super().open(conversation_id)
        if self._chats is not None and self._chats.kinds:
            self.look_at_chats()

    def on_chat_strip_chosen(self, message: ChatStrip.Chosen) -> None:
        """A chat was clicked: one's own is answered, a new one is looked at."""
        if message.number in [one.number for one in self.chats.mine]:
            chats.go(self._desk, message.number)
        else:
            self.queue.select(message.number)
            self.open(message.number)
            self.focus_pane("thread")


def _visitor(one: Visitor | None, now: int) -> Part:
    """Say whether a visitor is there, and what they look at or looked at last."""
    if one is None:
        return "", ""
    at = _(" at {page}").format(page=_page(one.page)) if one.page else ""
    if one.here:
        return "good", (_("visitor is typing") if one.typing else _("visitor is here")) + at
    return "note", _("visitor left {span} ago").format(span=times.span(now - one.seen_at)) + at


def _page(address: str) -> str:
    """Return the address of a page as short as it says which one: its path, the host where there is none."""
    bare = one_line(address, 500).partition("://")[2] or one_line(address, 500)
    host, _slash, path = bare.partition("?")[0].partition("/")
    return cut(f"/{path}" if path else host, PAGE)


def _told(one: Chat) -> News:
    return News(0, NewsKind.CHAT, one.number, None, "", one.customer, "", "", one.waiting_since or clock.now(), None)


def _rows(found: Chats, now: int) -> dict[int, Company]:
    """What the rows of the queue say: who waits too long without anybody, and who types."""
    rows = {
        one.number: Company(_("typing"), _("the customer is typing"), False)
        for one in (*found.mine, *found.new)
        if one.visitor is not None and one.visitor.typing
    }
    for one in found.new:
        if one.waiting_since is not None and one.waiting_since + live.ALARM <= now:
            waited = _("waiting {time}").format(time=times.seconds(now - one.waiting_since))
            rows[one.number] = Company(waited, _("waits in a chat that nobody has"), True)
    return rows


def _read(session: Session, also: tuple[int, ...]) -> ChatsRead:
    return ChatsRead(live.chats(session.workspace, session.agent.id, also))
