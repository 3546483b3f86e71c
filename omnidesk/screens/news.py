"""What happened for the agent: mentions, answers, work given to them, sends that did not go; and what is so now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Done, Listing, ListRead
from omnidesk.screens.messages import Acted
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, cut
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.kinds import NewsKind
from omnidesk.words.rows import News
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import notifications
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
else:
    notifications = Later("omnidesk.desk.notifications")

SHOWN = 300
"""How much news is listed."""


class NewsScreen(Listing):
    """The agent's news, newest first, under what is so now."""

    PLACE: ClassVar[str] = "news"
    HEADING: ClassVar[str] = "News"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.rows: dict[int, News] = {}

    def read(self, width: int) -> ListRead:
        """Read what happened and what is so."""
        me, workspace = self.session.agent.id, self.session.workspace
        now = notifications.standing(workspace, me)
        news = notifications.page(workspace, me, SHOWN, seen=True)
        self.rows = {-place: one for place, one in enumerate(now, 1)} | {one.id: one for one in news}
        return lay_out(now, news, notifications.unseen(workspace, me), clock.now(), width)

    @property
    def row(self) -> News | None:
        """What the cursor stands on."""
        return self.rows.get(self.key)

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """It was clicked twice."""
        follow(self, Press())


def lay_out(now_so: list[News], news: list[News], unseen: int, now: int, width: int) -> ListRead:
    """Lay it out: what is so has keys below zero, news its ids."""
    lines: list[Line] = []
    if now_so:
        lines.append(Line((("warn", " " + _("Now {count}").format(count=len(now_so))),)))
        lines += [_line(one, -place, now, width) for place, one in enumerate(now_so, 1)]
        lines.append(Line(()))
    if news:
        lines.append(Line((("title", f" {_('What happened')}"),)))
        lines += [_line(one, one.id, now, width) for one in news]
    if not lines:
        nothing = _("Nothing happened for you yet. History is not news: it never comes here.")
        lines = [Line((("dim", f" {nothing}"),))]
    return ListRead(lines, _("News, {count} new").format(count=unseen) if unseen else "")


def _line(one: News, key: int, now: int, width: int) -> Line:
    new = one.seen_at is None and one.id
    mark = f" {_('new')} "
    when = times.day_time(one.at, now)
    text = cut(one_line(notifications.said(one), 600), max(10, width - 22))
    return Line((("key" if new else "", mark if new else " " * len(mark)), ("dim", f"{when:>13}  "),
                 ("strong" if new or not one.id else "", text)), key)  # fmt: skip


def follow(screen: NewsScreen, press: Press) -> None:
    """Open what it is about, and mark it as seen."""
    one, session = screen.row, screen.session
    if one is None:
        screen.say(_("there is nothing here"))
        return
    if one.id:
        screen.desk.backstage.write(partial(_see, session, one.id))
    if one.kind is NewsKind.CHANNEL:
        from omnidesk.screens.channels import show as show_channels

        screen.dismiss()
        show_channels(screen.desk, press)
    elif one.conversation_id is not None:
        screen.dismiss()
        screen.desk.post_message(Acted("", show=one.conversation_id, undoable=False, enter=True))


def _see(session: Session, news_id: int) -> None:
    notifications.see(session.workspace, session.agent.id, [news_id])


def seen(screen: NewsScreen, press: Press) -> None:
    """Mark it as seen, and go on to the next."""
    one, session = screen.row, screen.session
    if one is not None and one.id:
        screen.list.move(1)
        screen.backstage.write(lambda: Done(_marked(notifications.see(session.workspace, session.agent.id, [one.id]))))


def all_seen(screen: NewsScreen, press: Press) -> None:
    """Mark all of it as seen."""
    session = screen.session
    screen.do(lambda: _marked(notifications.see(session.workspace, session.agent.id)))


def _marked(count: int) -> str:
    return _("{count} marked as seen").format(count=count) if count else _("all of it was seen already")


def quieten(screen: NewsScreen, press: Press) -> None:
    """Let nothing ring, or let it ring again."""
    from omnidesk.screens.notifying import disturb

    disturb(screen.desk, press)
    screen.say(screen.desk.status.said)


def show(desk: DeskScreen, press: Press) -> None:
    """Show the news."""
    desk.app.push_screen(NewsScreen(desk))


HERE = ("news",)
ACTIONS = (
    Action("show-news", "news", "Show what happened for you", ("g n",), PANES, "Views", show),
    Action("news-open", "open", "Open what it is about", ("enter",), HERE, "News", follow, 1),
    Action("news-seen", "seen", "Mark it as seen", ("x", "space"), HERE, "News", seen, 2),
    Action("news-all-seen", "all seen", "Mark all as seen", ("X",), HERE, "News", all_seen, 3),
    Action("news-quiet", "quiet", "Do not disturb: let nothing ring", ("D",), HERE, "News", quieten, 4),
)
