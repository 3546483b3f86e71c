"""Actions that write: replies and notes, their drafts, and sending them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import DraftKept, Written
from omnidesk.text.clean import clean
from omnidesk.widgets.sheet import Sheet, Sort
from omnidesk.words.kinds import Direction, Status

if TYPE_CHECKING:
    from omnidesk.desk import composing, drafts
    from omnidesk.screens import reading
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
else:
    composing, drafts = Later("omnidesk.desk.composing"), Later("omnidesk.desk.drafts")
    reading = Later("omnidesk.screens.reading")


def _begin(desk: DeskScreen, sort: Sort, sender_only: bool = False) -> None:
    number = desk.open_id
    if desk.place == "queue" and desk.queue.cursor is not None:
        number = desk.queue.cursor.id
    if number is None:
        desk.say("open a conversation first")
    else:
        begin(desk, number, sort, sender_only)


def begin(desk: DeskScreen, number: int, sort: Sort, sender_only: bool = False) -> None:
    """Open the composer for a conversation."""
    if desk.composer.active:
        desk.leave_composer()
    desk.open(number)
    desk.hold_keys(True)
    desk.backstage.read("sheet", partial(reading.sheet, desk.session, number, sort, sender_only))


def reply(desk: DeskScreen, press: Press) -> None:
    """Begin a reply, or go on with its draft."""
    _begin(desk, "reply")


def reply_to_sender(desk: DeskScreen, press: Press) -> None:
    """Begin a reply that leaves out everyone but the sender."""
    _begin(desk, "reply", sender_only=True)


def note(desk: DeskScreen, press: Press) -> None:
    """Begin a note for the team."""
    _begin(desk, "note")


def keep_draft(desk: DeskScreen, sheet: Sheet, text: str) -> None:
    """Store what was written so far."""
    session = desk.session

    def work() -> DraftKept:
        drafts.save(session.workspace, session.actor, sheet.conversation_id, sheet.sort, clean(text))
        return DraftKept(sheet)

    desk.backstage.write(work)


def leave(desk: DeskScreen, press: Press) -> None:
    """Leave the composer; what was written stays as a draft."""
    desk.leave_composer()
    desk.focus_pane("thread")


def next_channel(desk: DeskScreen, press: Press) -> None:
    """Choose the next channel that can carry the reply."""
    sheet = desk.composer.sheet
    if sheet is None or sheet.sort == "note":
        return
    usable = [way.channel for way in sheet.ways if way.usable]
    if len(usable) < 2:
        desk.say("no other channel can carry this reply")
        return
    place = usable.index(sheet.chosen) if sheet.chosen in usable else -1
    desk.composer.change(replace(sheet, chosen=usable[(place + 1) % len(usable)]))


def send(desk: DeskScreen, press: Press) -> None:
    """Ask how to send; a note is stored at once."""
    sheet = desk.composer.sheet
    if sheet is None:
        return
    if not desk.composer.text.strip():
        desk.say("there is nothing to send yet", wrong=True)
    elif sheet.sort == "note":
        _write(desk, sheet, None)
    elif sheet.chosen is None:
        reasons = "; ".join(f"{way.channel}: {way.reason}" for way in sheet.ways)
        desk.say(f"no channel can carry this reply. {reasons}", wrong=True)
    else:
        desk.ask_how_to_send()


def send_with(status: Status | None) -> Callable[[DeskScreen, Press], None]:
    """Return the action that sends and leaves the conversation with a status (None: what the channel's kind says)."""

    def run(desk: DeskScreen, press: Press) -> None:
        sheet = desk.composer.sheet
        desk.stop_asking()
        if sheet is not None:
            _write(desk, sheet, status)

    return run


def do_not_send(desk: DeskScreen, press: Press) -> None:
    """Go on writing."""
    desk.stop_asking()
    desk.focus_pane("composer")


def _write(desk: DeskScreen, sheet: Sheet, status: Status | None) -> None:
    text = clean(desk.composer.text)
    desk.draft_timer_stop()
    desk.composer.freeze(True)
    desk.backstage.write(partial(_send, desk.session, sheet, text, status))


def _send(session: Session, sheet: Sheet, text: str, status: Status | None) -> Written:
    number = sheet.conversation_id
    if sheet.sort == "note":
        composing.note(session.workspace, session.actor, number, text)
        drafts.drop(session.workspace, session.actor, number, "note")
        return Written(sheet, f"note on #{number}")
    queued = composing.reply(
        session.workspace,
        session.actor,
        number,
        text,
        via=sheet.chosen,
        status=status,
        to_sender_only=sheet.sender_only,
    )
    leaving = (number,) if status is not Status.OPEN else ()
    waits = queued.due_at > clock.now() + clock.SECOND  # the countdown in the status bar says the rest
    return Written(sheet, "" if waits else f"answer to #{number} goes now", leaving)


def newer_than_answered(desk: DeskScreen) -> int:
    """Return how many messages came from outside after the one being answered."""
    sheet = desk.composer.sheet
    if sheet is None or sheet.sort == "note" or desk.thread.conversation_id != sheet.conversation_id:
        return 0
    inbound = [
        block.message
        for block in desk.thread.blocks
        if block.message.direction is Direction.INBOUND and block.message.auto is None
    ]
    ids = [message.id for message in inbound]
    return len(ids) - 1 - ids.index(sheet.answers) if sheet.answers in ids else 0


ANSWER = (
    Action("reply", "reply", "Reply to the customer", ("r",), PANES, "Answer", reply, 2),
    Action("reply-sender", "reply", "Reply to the sender only", ("R",), PANES, "Answer", reply_to_sender),
    Action("note", "note", "Write a note that only the team sees", ("n",), PANES, "Answer", note, 3),
)

WRITE = (
    Action("send", "send and...", "Send", ("ctrl+s", "ctrl+enter"), ("composer",), "Write", send, 1),
    Action("channel", "channel", "Reply by the next channel", ("ctrl+t",), ("composer",), "Write", next_channel, 2),
    Action("keep-draft", "keeps the draft", "Leave; the draft stays", ("escape",), ("composer",), "Write", leave, 3),
    Action(
        "send-default",
        "send",
        "Send, wait for the customer",
        ("enter",),
        ("send",),
        "Write",
        send_with(None),
        1,
    ),
    Action("send-close", "and close", "Send and close", ("c",), ("send",), "Write", send_with(Status.CLOSED), 2),
    Action("send-wait", "and wait", "Send and wait", ("w",), ("send",), "Write", send_with(Status.PENDING), 3),
    Action("send-open", "stays open", "Send and keep open", ("o",), ("send",), "Write", send_with(Status.OPEN), 4),
    Action("send-not", "go on writing", "Go on writing", ("escape",), ("send",), "Write", do_not_send, 5),
)

ACTIONS = (*ANSWER, *WRITE)
