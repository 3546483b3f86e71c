"""Actions that decide: each asks the desk in a thread and says what was done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, Choices, Trouble
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Act

if TYPE_CHECKING:
    from omnidesk.desk import agents, joining, undo
    from omnidesk.desk import triage as decide
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.text import when
else:
    agents, joining, undo = (Later(f"omnidesk.desk.{name}") for name in ("agents", "joining", "undo"))
    decide, when = Later("omnidesk.desk.triage"), Later("omnidesk.text.when")

Decision = Callable[[list[int]], Act]


def _decide(desk: DeskScreen, decision: Decision, leaves: bool = False, ids: list[int] | None = None) -> None:
    """Do one act on what is marked or looked at; `leaves` says that the agent is done with it then."""
    wanted = desk.targets() if ids is None else ids
    if not wanted:
        desk.say("there is no conversation here")
        return
    desk.queue.unmark()

    def work() -> Acted:
        act = decision(wanted)
        return Acted(act.summary, tuple(wanted) if leaves else ())

    desk.backstage.write(work)


def _many(ids: list[int]) -> str:
    return f"#{ids[0]}" if len(ids) == 1 else f"{len(ids)} conversations"


def _ask(
    desk: DeskScreen, purpose: str, question: str, then: Callable[[DeskScreen, str], None], hint: str, text: str = ""
) -> bool:
    """Ask about what is marked or looked at; the answer will be about the same, whatever moves meanwhile."""
    desk.asked_about = desk.targets()
    if not desk.asked_about:
        desk.say("there is no conversation here")
        return False
    desk.ask(purpose, f"{question} {_many(desk.asked_about)}:", then, hint, text)
    return True


def mark(desk: DeskScreen, press: Press) -> None:
    """Mark the row, and go on to the next."""
    if desk.queue.cursor is not None:
        desk.queue.mark(desk.queue.cursor)
        desk.queue.move(1)
        desk.refresh_bars()


def take_next(desk: DeskScreen, press: Press) -> None:
    """Take what is due first and nobody has."""
    session = desk.session

    def work() -> Acted:
        act, number = decide.take_next(session.workspace, session.actor)
        if number is None:
            return Acted("nothing waits in unassigned", undoable=False)
        return Acted(act.summary, show=number, enter=True)

    desk.backstage.write(work)


def assign(desk: DeskScreen, press: Press) -> None:
    """Ask who shall have it; a letter typed after `a` begins the answer."""
    if _ask(desk, "assign", "Assign", assigned, "a login, me, or none", press.typed):
        workspace = desk.session.workspace
        desk.backstage.read(
            "choices",
            lambda: Choices(
                "assign", ["me", "none", *(one.login for one in agents.list_agents(workspace) if not one.disabled)]
            ),
        )


def assigned(desk: DeskScreen, text: str) -> None:
    """Assign to who was typed."""
    said = text.strip()
    login = desk.session.agent.login if said == "me" else None if said in ("none", "nobody", "-") else said
    if said:
        _assign(desk, login, desk.asked_about)


def assign_me(desk: DeskScreen, press: Press) -> None:
    """Assign to the agent at the keyboard."""
    _assign(desk, desk.session.agent.login, None)


def _assign(desk: DeskScreen, login: str | None, ids: list[int] | None) -> None:
    session = desk.session
    _decide(desk, lambda wanted: decide.assign(session.workspace, session.actor, wanted, login), ids=ids)


def close(desk: DeskScreen, press: Press) -> None:
    """Close."""
    session = desk.session
    _decide(desk, lambda ids: decide.close(session.workspace, session.actor, ids), leaves=True)


def reopen(desk: DeskScreen, press: Press) -> None:
    """Open again, also out of spam and the deleted ones."""
    session = desk.session
    _decide(desk, lambda ids: decide.reopen(session.workspace, session.actor, ids))


def pending(desk: DeskScreen, press: Press) -> None:
    """Wait for the customer."""
    session = desk.session
    _decide(desk, lambda ids: decide.set_status(session.workspace, session.actor, ids, Status.PENDING), leaves=True)


def hold(desk: DeskScreen, press: Press) -> None:
    """Ask who is waited for, and until when."""
    _ask(desk, "hold", "Hold", held, "for whom, until when: PostNL, wed 9")


def held(desk: DeskScreen, text: str) -> None:
    """Put on hold for who was typed."""
    whom, _, moment = text.partition(",")
    session = desk.session
    try:
        until = when.parse_when(moment, clock.now()) if moment.strip() else None
    except UsageError as error:
        desk.say(str(error), wrong=True)
        return
    _decide(
        desk,
        lambda ids: decide.set_status(
            session.workspace, session.actor, ids, Status.ON_HOLD, whom.strip() or None, until
        ),
        leaves=True,
        ids=desk.asked_about,
    )


def snooze(desk: DeskScreen, press: Press) -> None:
    """Ask until when."""
    _ask(desk, "snooze", "Snooze", snoozed, "2h, tomorrow, mon 9, 2026-01-31 14:00")


def snoozed(desk: DeskScreen, text: str) -> None:
    """Put aside until what was typed."""
    if not text.strip():
        return
    session = desk.session
    try:
        until = when.parse_when(text, clock.now())
    except UsageError as error:
        desk.say(str(error), wrong=True)
        return
    _decide(
        desk, lambda ids: decide.snooze(session.workspace, session.actor, ids, until), leaves=True, ids=desk.asked_about
    )


def priority(wanted: Priority) -> Callable[[DeskScreen, Press], None]:
    """Return the action that sets a priority."""

    def run(desk: DeskScreen, press: Press) -> None:
        session = desk.session
        _decide(desk, lambda ids: decide.set_priority(session.workspace, session.actor, ids, wanted))

    return run


def tags(desk: DeskScreen, press: Press) -> None:
    """Ask which tags to put on and take off."""
    _ask(desk, "tags", "Tags of", tagged, "+vip -old")


def tagged(desk: DeskScreen, text: str) -> None:
    """Put on and take off what was typed; a bare word is put on."""
    words = [word for word in re.split(r"[\s,]+", text.strip()) if word.strip("+-")]
    if not words:
        return
    add = [word.lstrip("+") for word in words if not word.startswith("-")]
    remove = [word[1:] for word in words if word.startswith("-")]
    session = desk.session
    _decide(desk, lambda ids: decide.tag(session.workspace, session.actor, ids, add, remove), ids=desk.asked_about)


def delete(desk: DeskScreen, press: Press) -> None:
    """Delete; undo brings it back for thirty days."""
    session = desk.session
    _decide(desk, lambda ids: decide.delete(session.workspace, session.actor, ids), leaves=True)


def spam(desk: DeskScreen, press: Press) -> None:
    """Move to spam."""
    session = desk.session
    _decide(desk, lambda ids: decide.spam(session.workspace, session.actor, ids), leaves=True)


def block(desk: DeskScreen, press: Press) -> None:
    """Block who wrote, and move it to spam."""
    session = desk.session
    _decide(desk, lambda ids: decide.block_senders(session.workspace, session.actor, ids), leaves=True)


def merge(desk: DeskScreen, press: Press) -> None:
    """Ask which conversation to merge into."""
    _ask(desk, "merge", "Merge", merged, "the number of the conversation to merge it into")


def merged(desk: DeskScreen, text: str) -> None:
    """Merge into the number that was typed."""
    said = text.strip().lstrip("#")
    if not said:
        return
    if not said.isdigit() or len(said) > 15:
        desk.say(f"{text.strip()} is no conversation number", wrong=True)
        return
    _merge(desk, desk.asked_about, int(said))


def accept(desk: DeskScreen, press: Press) -> None:
    """Join the conversation that is offered."""
    if desk.open_id is None or not desk.head.offers:
        desk.say("nothing is offered here")
        return
    _merge(desk, [desk.open_id], desk.head.offers[0])


def _merge(desk: DeskScreen, ids: list[int], into: int) -> None:
    session = desk.session
    desk.queue.unmark()

    def work() -> Acted | Trouble:
        others = [one for one in ids if one != into]
        if not others:
            return Trouble(f"#{into} is that conversation itself")
        return Acted(joining.merge(session.workspace, session.actor, others, into).summary, show=into)

    desk.backstage.write(work)


def take_back(desk: DeskScreen, press: Press) -> None:
    """Undo the agent's own last act; an answer taken back is opened to be written on."""
    session = desk.session

    def work() -> Acted:
        done = undo.undo(session.workspace, session.actor)
        left = f" - left as it is: {'; '.join(done.left)}" if done.left else ""
        number = re.search(r"#(\d+)", done.undone.summary)
        show = int(number[1]) if number else None
        acted = Acted(done.act.summary + left, show=show, undoable=False)
        return replace(acted, write=True) if done.undone.kind == "reply" and show else acted

    desk.backstage.write(work)


_PRIORITY_KEYS = {Priority.URGENT: "u", Priority.HIGH: "h", Priority.NORMAL: "n", Priority.LOW: "l"}

ACTIONS = (
    Action("take", "take", "Take the next conversation that nobody has", ("t",), PANES, "Decide", take_next, 7),
    Action("assign-me", "me", "Assign to me", ("a a",), PANES, "Decide", assign_me),
    Action("assign", "assign", "Assign to somebody", ("a enter", "a *"), PANES, "Decide", assign),
    Action("close", "close", "Close", ("e",), PANES, "Decide", close, 4),
    Action("reopen", "reopen", "Open again, also out of spam and deleted", ("E",), PANES, "Decide", reopen),
    Action("wait", "wait", "Wait for the customer (pending)", ("w",), PANES, "Decide", pending, 5),
    Action("hold", "hold", "Wait for somebody else (on hold)", ("h",), PANES, "Decide", hold, 10),
    Action("snooze", "snooze", "Put aside until a time", ("s",), PANES, "Decide", snooze, 6),
    *(
        Action(f"priority-{level}", str(level), f"Priority {level}", (f"p {key}",), PANES, "Decide", priority(level))
        for level, key in _PRIORITY_KEYS.items()
    ),
    Action("tags", "tags", "Put tags on and take them off", ("l",), PANES, "Decide", tags, 13),
    Action("merge", "merge", "Merge into another conversation", ("M",), PANES, "Decide", merge),
    Action("accept", "accept", "Accept what is offered: join conversations", ("y",), PANES, "Decide", accept),
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
    Action(
        "mark",
        "mark",
        "Mark the row; actions then work on all marked",
        ("x", "space"),
        ("queue",),
        "Decide",
        mark,
        11,
    ),
    Action("undo", "undo", "Take back your last act", ("u",), PANES, "Decide", take_back, 9),
)
