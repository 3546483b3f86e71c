"""Taking the next conversation, and passing one over with a reason.

What is offered: open, on the desk, without an owner, of no team or one of the agent's, not passed over by them lately,
and no live chat where they take none. First whoever waits in a live chat, then customers whom this agent knows (those
whom a colleague knows come last for a while), then VIPs, then what is overdue, then urgent ones; among equals whoever
waits longest.
"""

from __future__ import annotations

from typing import Any

from omnidesk import clock
from omnidesk.desk import conversations, due, live, ownership, settings
from omnidesk.desk.acts import Act, perform, perform_undoable
from omnidesk.desk.triage import Ids
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import AgentState
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

CANDIDATES = 20
"""Conversations looked at outside the transaction: colleagues may take the first ones meanwhile."""
LONGEST_REASON = 200
REASONS = ("not my language", "needs a specialist", "waiting for a colleague")
"""What is proposed before anybody gave a reason."""


def take_next(workspace: Workspace, actor: Actor) -> tuple[rows.Act, int | None]:
    """Take the conversation that comes first for this agent; (act, None) when nothing waits for them."""
    while True:
        wanted = candidates(workspace.database.reader, actor)

        def work(act: Act, wanted: list[int] = wanted) -> int | None:
            return _take_first(act, wanted)

        act, number = perform(workspace, actor, "take", work)
        if number is not None or len(wanted) < CANDIDATES:
            return act, number


def candidates(reader: Connection, actor: Actor) -> list[int]:
    """Return the first conversations to be offered to an agent; rides on conversation_owner."""
    now = clock.now()
    state = reader.value("SELECT state FROM agent WHERE id = ?", (actor.agent_id,))
    kinds = sorted(live.kinds(reader))
    chats, takes = f"c.last_kind IN ({', '.join('?' * len(kinds))})" if kinds else "FALSE", state != AgentState.NO_CHATS
    besides, first = ("", f"({chats} AND c.waiting_since IS NOT NULL) DESC, ") if takes else (f"AND NOT {chats} ", "")
    known, values = ownership.order(actor.agent_id, now)
    found = reader.all(
        "SELECT c.id FROM conversation c LEFT JOIN customer ON customer.id = c.customer_id "
        "WHERE c.place = 'desk' AND c.status = 'open' AND c.owner_id IS NULL "
        "AND (c.team_id IS NULL OR c.team_id IN (SELECT team_id FROM team_member WHERE agent_id = ?)) "
        "AND NOT EXISTS (SELECT 1 FROM skip s WHERE s.conversation_id = c.id AND s.agent_id = ? AND s.until > ?) "
        f"{besides}ORDER BY {first}{known}, coalesce(customer.vip, FALSE) DESC, c.queue_due < ? DESC, "
        "c.priority = 'urgent' DESC, c.queue_waiting, c.id LIMIT ?",
        (actor.agent_id, actor.agent_id, now, *kinds, *values, now, CANDIDATES),
    )
    return [row[0] for row in found]


def _take_first(act: Act, wanted: list[int]) -> int | None:
    """Take the first of these that is still free."""
    for number in wanted:
        free = act.tx.execute(  # it is ours from here on: whoever comes second finds it changed, on any database
            "UPDATE conversation SET touched = ? WHERE id = ? AND place = 'desk' AND status = 'open' "
            "AND owner_id IS NULL",
            (True, number),
        ).rowcount
        if free:
            act.change("assigned", number, owner_id=act.actor.agent_id)
            act.summary = f"took #{number}"
            act.undoable = True
            return number
    return None


def skip(
    workspace: Workspace, actor: Actor, ids: Ids, reason: str, take: bool = False
) -> tuple[rows.Act, int | None, int]:
    """Pass conversations over: for `skip_minutes` they are not offered to this agent again. What was theirs goes back
    to everyone. With `take` the next one is taken in the same act. One undo.

    Returns the act, what was taken, and until when (UTC ms). Raises UsageError, NotFoundError, RefusedError."""
    why = one_line(reason, LONGEST_REASON)
    if not why:
        raise UsageError(_("say in a word why it is passed over: the team sees it"))
    if actor.agent_id is None:
        raise RefusedError(_("only an agent passes a conversation over"))
    wanted = [ids] if isinstance(ids, int) else list(dict.fromkeys(ids))
    if not wanted:
        raise UsageError(_("no conversation was named"))
    following = _others(candidates(workspace.database.reader, actor), wanted) if take else []
    until = clock.now() + int(settings.current(workspace).skip_minutes * clock.MINUTE)

    def work(act: Act) -> int | None:
        for number in wanted:
            _skip_one(act, number, why, until)
        taken = _take_first(act, following)
        if taken is None and following:  # colleagues took them meanwhile
            taken = _take_first(act, _others(candidates(act.tx, actor), wanted))
        many = f"#{wanted[0]}" if len(wanted) == 1 else f"{len(wanted)} conversations"
        act.summary = f"passed over {many} ({why})" + (f", took #{taken}" if taken is not None else "")
        return taken

    act, taken = perform_undoable(workspace, actor, "skip", work)
    return act, taken, until


def _others(found: list[int], wanted: list[int]) -> list[int]:
    return [number for number in found if number not in wanted]


def _skip_one(act: Act, number: int, why: str, until: int) -> None:
    here = conversations.current(act.tx, number)
    row = act.tx.one("SELECT owner_id FROM conversation WHERE id = ?", (here,))
    if row is None:
        raise NotFoundError(_("there is no conversation {number}").format(number=number))
    agent = act.actor.agent_id
    act.tx.execute(
        "INSERT INTO skip (conversation_id, agent_id, reason, until) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (conversation_id, agent_id) DO UPDATE SET reason = excluded.reason, until = excluded.until",
        (here, agent, why, until),
    )
    act.event("skipped", here, after={"agent": agent, "reason": why, "until": until})
    if row["owner_id"] == agent:
        act.change("assigned", here, owner_id=None)
    due.refresh(act.tx, here)


def withdraw(act: Act, event: Any, agent: int) -> bool:
    """Offer a conversation to an agent again that they passed over; False where that was over already."""
    done = act.tx.execute(
        "DELETE FROM skip WHERE conversation_id = ? AND agent_id = ?", (event["conversation_id"], agent)
    )
    return bool(done.rowcount)


def reasons(workspace: Workspace) -> list[str]:
    """Return the reasons that were given, the most frequent first, then the proposed ones."""
    given = [
        row[0]
        for row in workspace.database.reader.all(
            "SELECT reason FROM skip WHERE reason <> '' GROUP BY reason ORDER BY count(*) DESC, reason LIMIT 50"
        )
    ]
    return [*given, *(reason for reason in REASONS if reason not in given)]
