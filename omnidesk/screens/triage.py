"""Actions that decide what becomes of a conversation: status, times, priority, tags, where it lies, and undo."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from omnidesk.screens.deciding import ask, decide, moment, understood
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, Choices
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import triage, undo
    from omnidesk.screens.desk import DeskScreen
else:
    triage, undo = Later("omnidesk.desk.triage"), Later("omnidesk.desk.undo")

NONE = ("none", "no", "geen", "-")


def close(desk: DeskScreen, press: Press) -> None:
    """Close."""
    session = desk.session
    decide(desk, lambda ids: triage.close(session.workspace, session.actor, ids), leaves=True)


def reopen(desk: DeskScreen, press: Press) -> None:
    """Open again, also out of spam and the deleted ones."""
    session = desk.session
    decide(desk, lambda ids: triage.reopen(session.workspace, session.actor, ids))


def pending(desk: DeskScreen, press: Press) -> None:
    """Wait for the customer."""
    session = desk.session
    decide(desk, lambda ids: triage.set_status(session.workspace, session.actor, ids, Status.PENDING), leaves=True)


def hold(desk: DeskScreen, press: Press) -> None:
    """Ask who is waited for, and until when."""
    if press.argument:
        desk.asked_about = desk.targets()
        held(desk, press.argument)
    else:
        ask(desk, "hold", _("Hold"), held, _("for whom, until when: PostNL, wed 9"), explain=_held_for)


def _held_for(text: str) -> str:
    whom, _comma, until = text.partition(",")
    said = _("waits for {whom}").format(whom=whom.strip()) if whom.strip() else ""
    when = _("until {when}").format(when=understood(until)) if until.strip() else ""
    return f"{said} {when}".strip()


def held(desk: DeskScreen, text: str) -> None:
    """Put on hold for who was typed."""
    whom, _comma, said = text.partition(",")
    until = moment(desk, said) if said.strip() else None
    if said.strip() and until is None:
        return
    session = desk.session
    decide(
        desk,
        lambda ids: triage.set_status(
            session.workspace, session.actor, ids, Status.ON_HOLD, whom.strip() or None, until
        ),
        leaves=True,
        ids=desk.asked_about,
    )


def snooze(desk: DeskScreen, press: Press) -> None:
    """Ask until when."""
    if press.argument:
        desk.asked_about = desk.targets()
        snoozed(desk, press.argument)
    else:
        hint = _("2h, tomorrow, mon 9, vrijdagmiddag, 1 dec 14:00")
        ask(desk, "snooze", _("Snooze"), snoozed, hint, explain=understood)


def snoozed(desk: DeskScreen, text: str) -> None:
    """Put aside until what was typed."""
    until = moment(desk, text) if text.strip() else None
    if until is None:
        return
    session = desk.session
    decide(
        desk,
        lambda ids: triage.snooze(session.workspace, session.actor, ids, until),
        leaves=True,
        ids=desk.asked_about,
    )


def promise(desk: DeskScreen, press: Press) -> None:
    """Ask by when the customer was promised an answer."""
    if press.argument:
        desk.asked_about = desk.targets()
        promised(desk, press.argument)
    else:
        hint = _("17:00, tomorrow 12:00, or none")
        ask(desk, "promise", _("Promise an answer on"), promised, hint, explain=_promised)


def _promised(text: str) -> str:
    return _("the promise goes") if text.strip().lower() in NONE else understood(text)


def promised(desk: DeskScreen, text: str) -> None:
    """Make it due at what was typed, or no longer."""
    if not text.strip():
        return
    withdrawn = text.strip().lower() in NONE
    at = None if withdrawn else moment(desk, text)
    if at is None and not withdrawn:
        return
    session = desk.session
    decide(desk, lambda ids: triage.promise(session.workspace, session.actor, ids, at), ids=desk.asked_about)


def priority(wanted: Priority) -> Callable[[DeskScreen, Press], None]:
    """Return the action that sets a priority."""

    def run(desk: DeskScreen, press: Press) -> None:
        session = desk.session
        decide(desk, lambda ids: triage.set_priority(session.workspace, session.actor, ids, wanted))

    return run


def tags(desk: DeskScreen, press: Press) -> None:
    """Ask which tags to put on and take off; those in use complete, the most used first."""
    if press.argument:
        desk.asked_about = desk.targets()
        tagged(desk, press.argument)
    elif ask(desk, "tags", _("Tags of"), tagged, _("+vip -old")):
        workspace = desk.session.workspace
        desk.backstage.read("choices", lambda: Choices("tags", triage.known_tags(workspace), each=True))


def tagged(desk: DeskScreen, text: str) -> None:
    """Put on and take off what was typed; a bare word is put on."""
    words = [word for word in re.split(r"[\s,]+", text.strip()) if word.strip("+-")]
    if not words:
        return
    add = [word.lstrip("+") for word in words if not word.startswith("-")]
    remove = [word[1:] for word in words if word.startswith("-")]
    session = desk.session
    decide(desk, lambda ids: triage.tag(session.workspace, session.actor, ids, add, remove), ids=desk.asked_about)


def delete(desk: DeskScreen, press: Press) -> None:
    """Delete; undo brings it back for thirty days."""
    session = desk.session
    decide(desk, lambda ids: triage.delete(session.workspace, session.actor, ids), leaves=True)


def spam(desk: DeskScreen, press: Press) -> None:
    """Move to spam."""
    session = desk.session
    decide(desk, lambda ids: triage.spam(session.workspace, session.actor, ids), leaves=True)


def block(desk: DeskScreen, press: Press) -> None:
    """Block who wrote, and move it to spam."""
    session = desk.session
    decide(desk, lambda ids: triage.block_senders(session.workspace, session.actor, ids), leaves=True)


def take_back(desk: DeskScreen, press: Press) -> None:
    """Undo the agent's own last act; an answer taken back is opened to be written on."""
    session = desk.session

    def work() -> Acted:
        done = undo.undo(session.workspace, session.actor)
        left = _(" - left as it is: {what}").format(what="; ".join(done.left)) if done.left else ""
        number = re.search(r"#(\d+)", done.undone.summary)
        show = int(number[1]) if number else None
        acted = Acted(done.act.summary + left, show=show, undoable=False)
        return replace(acted, write=True) if done.undone.kind == "reply" and show else acted

    desk.backstage.write(work)


_PRIORITY_KEYS = {Priority.URGENT: "u", Priority.HIGH: "h", Priority.NORMAL: "n", Priority.LOW: "l"}
_WHEN = "2h, mon 9, tomorrow 14:00"

ACTIONS = (
    Action("close", "close", "Close", ("e",), PANES, "Decide", close, 4),
    Action("reopen", "reopen", "Open again, also out of spam and deleted", ("E",), PANES, "Decide", reopen),
    Action("wait", "wait", "Wait for the customer (pending)", ("w",), PANES, "Decide", pending, 5),
    Action("hold", "hold", "Wait for somebody else (on hold)", ("h",), PANES, "Decide", hold, 10, "PostNL, wed 9"),
    Action("snooze", "snooze", "Put aside until a time", ("s",), PANES, "Decide", snooze, 6, _WHEN),
    Action("promise", "promise", "Promise an answer on a time", ("P",), PANES, "Decide", promise, takes="17:00"),
    *(
        Action(f"priority-{level}", str(level), f"Priority {level}", (f"p {key}",), PANES, "Decide", priority(level))
        for level, key in _PRIORITY_KEYS.items()
    ),
    Action("tags", "tags", "Put tags on and take them off", ("l",), PANES, "Decide", tags, 13, "+vip -old"),
    Action("delete", "delete", "Delete (undoable for 30 days)", ("#",), PANES, "Decide", delete),
    Action("spam", "spam", "Move to spam", ("!",), PANES, "Decide", spam),
    Action(
        "block",
        "block",
        "Block the sender: this and what they write goes to spam",
        ("B",),
        PANES,
        "Decide",
        block,
    ),
    Action("undo", "undo", "Take back your last act", ("u",), PANES, "Decide", take_back, 9),
)
