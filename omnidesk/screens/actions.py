"""Every action of the console: from it come key map, key line, key help, palette and docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens import moving, triage, writing
from omnidesk.screens.keys import EVERYWHERE, PANES, Action, Press
from omnidesk.widgets.badges import VIEWS
from omnidesk.words.kinds import Priority, Status

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

READING = ("thread", "customer")
_VIEW_KEYS = {
    "mine": "m",
    "unassigned": "u",
    "open": "o",
    "pending": "p",
    "on-hold": "h",
    "snoozed": "s",
    "undelivered": "x",
    "spam": "!",
    "deleted": "#",
    "closed": "c",
    "all": "a",
}
_PRIORITY_KEYS = {Priority.URGENT: "u", Priority.HIGH: "h", Priority.NORMAL: "n", Priority.LOW: "l"}


def _help(desk: DeskScreen, press: Press) -> None:
    desk.show_help()


def _palette(desk: DeskScreen, press: Press) -> None:
    desk.app.action_command_palette()


def _add_channel(desk: DeskScreen, press: Press) -> None:
    desk.add_channel()


def _quit(desk: DeskScreen, press: Press) -> None:
    desk.leave()


MOVE = (
    Action("down", "down", "Go down; 5j goes five rows", ("j", "down"), PANES, "Move", moving.down),
    Action("up", "up", "Go up", ("k", "up"), PANES, "Move", moving.up),
    Action("top", "first", "Go to the first row, or row 5 with 5gg", ("g g", "home"), PANES, "Move", moving.top),
    Action("bottom", "last", "Go to the last row", ("G", "end"), PANES, "Move", moving.bottom),
    Action("half-down", "half down", "Go down half a screen", ("ctrl+d",), PANES, "Move", moving.half_down),
    Action("half-up", "half up", "Go up half a screen", ("ctrl+u",), PANES, "Move", moving.half_up),
    Action("page-down", "page down", "Go down a screen", ("pagedown", "space"), READING, "Move", moving.page_down),
    Action("page-up", "page up", "Go up a screen", ("pageup",), PANES, "Move", moving.page_up),
    Action("queue-page-down", "page down", "Go down a screen", ("pagedown",), ("queue",), "Move", moving.page_down),
    Action("open", "open", "Open the conversation", ("enter",), ("queue", "customer"), "Move", moving.open_here, 1),
    Action(
        "back", "back", "Go back: out of the pane, the marks, the search", ("q", "escape"), PANES, "Move", moving.back
    ),
    Action("next-pane", "pane", "Go to the next pane", ("tab",), EVERYWHERE, "Move", moving.next_pane),
    Action("previous-pane", "pane", "Go to the pane before", ("shift+tab",), EVERYWHERE, "Move", moving.previous_pane),
)

READ = (
    Action("next", "next", "Open the next conversation", ("J",), PANES, "Read", moving.next_conversation),
    Action("previous", "previous", "Open the conversation before", ("K",), PANES, "Read", moving.previous_conversation),
    Action("next-message", "message", "Go to the next message", ("]",), ("thread",), "Read", moving.next_message),
    Action(
        "previous-message", "message", "Go to the message before", ("[",), ("thread",), "Read", moving.previous_message
    ),
    Action("fold", "fold", "Show quoted, long and automatic text, or fold it", ("z",), PANES, "Read", moving.fold, 8),
    Action(
        "customer", "customer", "Show the customer, or the thread again", ("o",), PANES, "Read", moving.show_customer
    ),
    Action("search", "search", "Search all messages", ("/",), PANES, "Read", moving.search, 12),
)

ANSWER = (
    Action("reply", "reply", "Reply to the customer", ("r",), PANES, "Answer", writing.reply, 2),
    Action("reply-sender", "reply", "Reply to the sender only", ("R",), PANES, "Answer", writing.reply_to_sender),
    Action("note", "note", "Write a note that only the team sees", ("n",), PANES, "Answer", writing.note, 3),
)

DECIDE = (
    Action("take", "take", "Take the next conversation that nobody has", ("t",), PANES, "Decide", triage.take_next, 7),
    Action("assign-me", "me", "Assign to me", ("a a",), PANES, "Decide", triage.assign_me),
    Action("assign", "assign", "Assign to somebody", ("a enter", "a *"), PANES, "Decide", triage.assign),
    Action("close", "close", "Close", ("e",), PANES, "Decide", triage.close, 4),
    Action("reopen", "reopen", "Open again, also out of spam and deleted", ("E",), PANES, "Decide", triage.reopen),
    Action("wait", "wait", "Wait for the customer (pending)", ("w",), PANES, "Decide", triage.pending, 5),
    Action("hold", "hold", "Wait for somebody else (on hold)", ("h",), PANES, "Decide", triage.hold, 10),
    Action("snooze", "snooze", "Put aside until a time", ("s",), PANES, "Decide", triage.snooze, 6),
    *(
        Action(
            f"priority-{level}", str(level), f"Priority {level}", (f"p {key}",), PANES, "Decide", triage.priority(level)
        )
        for level, key in _PRIORITY_KEYS.items()
    ),
    Action("tags", "tags", "Put tags on and take them off", ("l",), PANES, "Decide", triage.tags, 13),
    Action("merge", "merge", "Merge into another conversation", ("M",), PANES, "Decide", triage.merge),
    Action("accept", "accept", "Accept what is offered: join conversations", ("y",), PANES, "Decide", triage.accept),
    Action("delete", "delete", "Delete (undoable for 30 days)", ("#",), PANES, "Decide", triage.delete),
    Action("spam", "spam", "Move to spam", ("!",), PANES, "Decide", triage.spam),
    Action(
        "block",
        "block",
        "Block the sender: this and what they write goes to spam",
        ("B",),
        PANES,
        "Decide",
        triage.block,
    ),
    Action(
        "mark",
        "mark",
        "Mark the row; actions then work on all marked",
        ("x", "space"),
        ("queue",),
        "Decide",
        triage.mark,
        11,
    ),
    Action("undo", "undo", "Take back your last act", ("u",), PANES, "Decide", triage.take_back, 9),
)

WRITE = (
    Action("send", "send and...", "Send", ("ctrl+s", "ctrl+enter"), ("composer",), "Write", writing.send, 1),
    Action(
        "channel", "channel", "Reply by the next channel", ("ctrl+t",), ("composer",), "Write", writing.next_channel, 2
    ),
    Action(
        "keep-draft", "keeps the draft", "Leave; the draft stays", ("escape",), ("composer",), "Write", writing.leave, 3
    ),
    Action(
        "send-default",
        "send",
        "Send, wait for the customer",
        ("enter",),
        ("send",),
        "Write",
        writing.send_with(None),
        1,
    ),
    Action(
        "send-close", "and close", "Send and close", ("c",), ("send",), "Write", writing.send_with(Status.CLOSED), 2
    ),
    Action("send-wait", "and wait", "Send and wait", ("w",), ("send",), "Write", writing.send_with(Status.PENDING), 3),
    Action(
        "send-open", "stays open", "Send and keep open", ("o",), ("send",), "Write", writing.send_with(Status.OPEN), 4
    ),
    Action("send-not", "go on writing", "Go on writing", ("escape",), ("send",), "Write", writing.do_not_send, 5),
)

SHOW = tuple(
    Action(
        f"view-{name}", title.lower(), f"Show {title}", (f"g {_VIEW_KEYS[name]}",), PANES, "Views", moving.to_view(name)
    )
    for name, title in VIEWS.items()
)

ALWAYS = (
    Action("palette", "commands", "All commands, and the theme", (":", "ctrl+p"), PANES, "Anywhere", _palette, 90),
    Action("add-channel", "add", "Add a mailbox", ("ctrl+n",), PANES, "Anywhere", _add_channel),
    Action("help", "keys", "Show the keys", ("?",), PANES, "Anywhere", _help, 99),
    Action("quit", "quit", "Leave", ("ctrl+q",), (*EVERYWHERE, "send"), "Anywhere", _quit),
)

ACTIONS = (*MOVE, *SHOW, *READ, *ANSWER, *DECIDE, *WRITE, *ALWAYS)
