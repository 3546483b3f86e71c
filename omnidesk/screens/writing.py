"""Actions that begin to write: replies, notes, questions to others, new conversations; and those of the composer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from omnidesk.screens import attaching, chooser, editor, reaching, sending
from omnidesk.screens.keys import EVERYWHERE, PANES, WRITING, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, DraftKept
from omnidesk.text.clean import clean
from omnidesk.widgets.sheet import Sheet, Sort
from omnidesk.words.errors import DatabaseLostError, RefusedError
from omnidesk.words.kinds import Direction
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import drafts, outbox, spool, undo
    from omnidesk.screens import draft_list, preview, sheets
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.writing_desk import WritingDesk
else:
    drafts, sheets = Later("omnidesk.desk.drafts"), Later("omnidesk.screens.sheets")
    spool = Later("omnidesk.desk.spool")
    outbox, undo = Later("omnidesk.desk.outbox"), Later("omnidesk.desk.undo")
    draft_list, preview = Later("omnidesk.screens.draft_list"), Later("omnidesk.screens.preview")


def _begin(
    desk: DeskScreen, sort: Sort, sender_only: bool = False, forward: bool = False, privately: bool = False
) -> None:
    number = desk.open_id
    if desk.place == "queue" and desk.queue.cursor is not None:
        number = desk.queue.cursor.id
    if number is None:
        desk.say(_("open a conversation first"))
    else:
        begin(desk, number, sort, sender_only, forward, _passed(desk) if forward else (), privately)


def _passed(desk: DeskScreen) -> tuple[int, ...]:
    """The messages to pass on: those marked in the thread, else the one being read."""
    if desk.place != "thread" or desk.thread.current is None:
        return ()
    return tuple(sorted(desk.thread.marked)) or (desk.thread.current.message.id,)


def begin(
    desk: DeskScreen,
    number: int,
    sort: Sort | None,
    sender_only: bool = False,
    forward: bool = False,
    passed: tuple[int, ...] = (),
    privately: bool = False,
) -> None:
    """Open the composer for a conversation; 0 is a new one. Without a sort, for its last draft. `forward` passes the
    messages `passed` on, else the last one; `privately` answers in private what was said in public."""
    work = partial(sheets.sheet, desk.session, number, sort, sender_only, forward, passed, privately)
    wrote = desk.composer.active
    if wrote:
        desk.leave_composer()
    if number:
        desk.open(number)
    desk.hold_keys(True)
    if wrote:
        desk.backstage.write(work)  # behind the draft that was left, which may be the one that is gone on with
    else:
        desk.backstage.read("sheet", work)


def go_on(desk: DeskScreen, number: int) -> None:
    """Open the composer with the draft of a conversation that was changed last, else for a reply."""
    begin(desk, number, None)


def reply(desk: DeskScreen, press: Press) -> None:
    """Begin a reply, or go on with its draft."""
    _begin(desk, "reply")


def reply_to_sender(desk: DeskScreen, press: Press) -> None:
    """Begin a reply that leaves out everyone but the sender."""
    _begin(desk, "reply", sender_only=True)


def go_on_in_private(desk: DeskScreen, press: Press) -> None:
    """Answer in private what was said in public: begin to, or go on so with the reply that is being written."""
    sheet = desk.composer.now
    if sheet is None or sheet.sort != "reply":
        _begin(desk, "reply", privately=True)
        return
    try:
        desk.composer.change(sheets.in_private(sheet))
    except RefusedError as error:
        desk.say(str(error), wrong=True)


def note(desk: DeskScreen, press: Press) -> None:
    """Begin a note for the team."""
    _begin(desk, "note")


def ask_elsewhere(desk: DeskScreen, press: Press) -> None:
    """Begin a question to a third party."""
    _begin(desk, "aside")


def forward(desk: DeskScreen, press: Press) -> None:
    """Pass messages on to a third party, with their files: those marked, else the one being read, else the last. More
    join the draft."""
    _begin(desk, "aside", forward=True)


def new(desk: DeskScreen, press: Press) -> None:
    """Begin a message to somebody, in a conversation of its own."""
    begin(desk, 0, "new")


def show_drafts(desk: DeskScreen, press: Press) -> None:
    """List the agent's drafts."""
    desk.app.push_screen(draft_list.DraftList(desk))


def take_back_scheduled(desk: DeskScreen, press: Press) -> None:
    """Take back what is scheduled in the conversation looked at; it becomes a draft again."""
    number, session = next(iter(desk.targets()), None), desk.session
    if number is None:
        desk.say(_("open a conversation first"))
        return

    def work() -> Acted:
        act_id = outbox.scheduled_act(session.workspace, number)
        if act_id is None:
            return Acted(_("nothing is scheduled in #{number}").format(number=number), undoable=False)
        undone = undo.undo(session.workspace, session.actor, act_id)
        said = _("took back: {what}").format(what="; ".join(undone.restored))
        return Acted(said, show=number, undoable=False, write=True)

    desk.backstage.write(work)


def keep_draft(desk: WritingDesk, sheet: Sheet, text: str) -> None:
    """Store what was written so far."""
    session, sheet = desk.session, desk.as_drafted(sheet, text)

    def work() -> DraftKept:
        kept = sheets.written(sheet, text)
        if sheet.sort == "aside" and not text.strip() and not sheet.to:
            kept = drafts.Written("")
        try:
            drafts.save(session.workspace, session.actor, sheet.conversation_id, sheet.sort, kept)
        except DatabaseLostError:
            draft = spool.Waiting("draft", sheet.conversation_id, kept, draft_sort=sheet.sort)
            spool.keep(session.workspace, session.actor, draft)
        return DraftKept(sheet)

    desk.backstage.write(work)


def leave(desk: DeskScreen, press: Press) -> None:
    """Leave the composer; what was written stays as a draft."""
    desk.leave_composer()
    desk.focus_pane("thread" if desk.open_id is not None else "queue")


def next_channel(desk: DeskScreen, press: Press) -> None:
    """Choose the next channel that can carry it; a public one is chosen by name only."""
    sheet = desk.composer.now
    if sheet is None or sheet.sort == "note":
        return
    usable = [way.channel for way in sheet.ways if way.usable and not way.public]
    if not [one for one in usable if one != sheet.chosen]:
        desk.say(_("no other channel can carry this"))
        return
    place = usable.index(sheet.chosen) if sheet.chosen in usable else -1
    desk.composer.change(sheet.by(usable[(place + 1) % len(usable)]))


def quote(desk: DeskScreen, press: Press) -> None:
    """Insert what is answered, quoted."""
    sheet = desk.composer.sheet
    if sheet is None or not sheet.quote:
        desk.say(_("there is nothing to quote"))
    else:
        desk.composer.insert(sheet.quote)


def insert_fact(desk: DeskScreen, press: Press) -> None:
    """Insert the known fact that is offered."""
    fact = desk.composer.offered.fact
    if fact is None:
        desk.say(_("nothing is offered: what you ask for is not known"))
        return
    desk.composer.insert(clean(fact.value))
    desk.composer.offer(None)
    desk.focus_pane("composer")


def fill(desk: DeskScreen, press: Press) -> None:
    """Give the composer the whole screen, or its place under the thread."""
    desk.fill_screen(not desk.filled)


def show_preview(desk: DeskScreen, press: Press) -> None:
    """Show the text as whoever gets it will see it."""
    sheet = desk.composer.now
    if sheet is not None and sheet.sort != "note":
        desk.app.push_screen(preview.Preview(desk, sheet, desk.composer.text))
    else:
        desk.say(_("a note is seen as it is"))


def next_field(desk: DeskScreen, press: Press) -> None:
    """Take what is suggested, or go to the next field."""
    desk.composer.next_field()


def previous_field(desk: DeskScreen, press: Press) -> None:
    """Go to the field before."""
    desk.composer.next_field(-1)


def newer_than_answered(desk: WritingDesk) -> int:
    """Return how many messages came from outside after the one being answered, or since writing began."""
    sheet = desk.composer.sheet
    if sheet is None or sheet.sort != "reply" or desk.thread.conversation_id != sheet.conversation_id:
        return 0
    inbound = [
        block.message
        for block in desk.thread.blocks
        if block.message.direction is Direction.INBOUND and block.message.auto is None and block.message.aside is None
    ]
    ids = [message.id for message in inbound]
    behind = len(ids) - 1 - ids.index(sheet.answers) if sheet.answers in ids else 0
    return max(behind, sum(message.at > sheet.began_at for message in inbound))


ANSWER = (
    Action("reply", "reply", "Reply to the customer", ("r",), PANES, "Answer", reply, 2),
    Action("reply-sender", "reply", "Reply to the sender only", ("R",), PANES, "Answer", reply_to_sender),
    Action("in-private", "in private", "Answer in private what was said in public", ("ctrl+g",), EVERYWHERE, "Answer",
           go_on_in_private),
    Action("note", "note", "Write a note that only the team sees", ("n",), PANES, "Answer", note, 3),
    Action("ask-elsewhere", "ask", "Ask somebody else (aside)", ("f",), PANES, "Answer", ask_elsewhere, 11),
    Action("forward", "forward", "Forward the message to somebody else", ("F",), PANES, "Answer", forward),
    Action("new", "new", "Write to somebody first", ("C",), PANES, "Answer", new),
    Action("drafts", "drafts", "List your drafts", ("g d",), PANES, "Answer", show_drafts),
    Action("unschedule", "unschedule", "Take back what is scheduled here", ("W",), PANES, "Answer",
           take_back_scheduled),
)  # fmt: skip

WRITE = (
    Action("channel", "channel", "Go on with the next channel", ("ctrl+t",), WRITING, "Write", next_channel, 2),
    Action("channels", "channels", "Choose a channel, and see why not", ("f4",), WRITING, "Write", chooser.choose, 8),
    Action("editor", "editor", "Write in your own editor", ("ctrl+o",), WRITING, "Write", editor.edit, 3),
    Action("attach", "attach", "Attach a file, or take one off (-1)", ("f5",), WRITING, "Write", attaching.attach, 5),
    Action("preview", "preview", "Show it as they will see it", ("f6",), WRITING, "Write", show_preview, 6),
    Action("quote", "quote", "Quote what is answered", ("f7",), WRITING, "Write", quote, 7),
    Action("insert-fact", "known", "Insert the known fact that is offered", ("ctrl+r",), WRITING, "Write", insert_fact),
    Action("fill", "full", "Write on the whole screen, or under the thread", ("f8",), WRITING, "Write", fill, 9),
    Action("next-field", "to", "Complete; go to the recipients", ("tab",), WRITING, "Write", next_field, 4),
    Action("previous-field", "back", "Go to the field before", ("shift+tab",), WRITING, "Write", previous_field),
    Action("keep-draft", "keeps the draft", "Leave; the draft stays", ("escape",), WRITING, "Write", leave, 10),
)  # fmt: skip

ACTIONS = (*ANSWER, *WRITE, *sending.ACTIONS, *chooser.ACTIONS, *reaching.ACTIONS)
