"""Presence: who is viewing or answering what. Rows that expire, never events.

A console says where its agent is when that changes, every two seconds at most in the long run, and once in a while so
that the row stays. A console that dies is left out at once by readers of its machine, and by others when its row
expires."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from omnidesk import clock
from omnidesk.desk import processes
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.speech import _

Doing = Literal["viewing", "answering", "typing"]
APART = 2.0
"""Seconds that each write of a console takes up, in the long run."""
RENEWED = 4.0
"""Seconds after which a row that stays as it is is written again."""
EXPIRES = 10 * clock.SECOND
_STRENGTH = {"viewing": 0, "answering": 1, "typing": 2}


@dataclass(frozen=True, slots=True)
class Present:
    """One agent at a console: where (None: nowhere in particular), and what they do there."""

    agent_id: int
    login: str
    conversation_id: int | None
    doing: Doing


@dataclass(frozen=True, slots=True)
class Away:
    """An agent who is away, and until when (UTC ms; None: not said)."""

    login: str
    until: int | None


def show(workspace: Workspace, process: str, agent_id: int, conversation_id: int | None, doing: Doing) -> None:
    """Say where the agent at a console is."""
    now = clock.now()
    workspace.database.write(
        lambda tx: tx.execute(
            "INSERT INTO presence (process, agent_id, conversation_id, doing, expires_at) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (process) DO UPDATE SET agent_id = excluded.agent_id, "
            "conversation_id = excluded.conversation_id, doing = excluded.doing, expires_at = excluded.expires_at",
            (process, agent_id, conversation_id, doing, now + EXPIRES),
        )
    )


def leave(workspace: Workspace, process: str) -> None:
    """Say that a console closed; what expired long ago goes with it."""
    before = clock.now() - EXPIRES
    workspace.database.write(
        lambda tx: tx.execute("DELETE FROM presence WHERE process = ? OR expires_at < ?", (process, before))
    )


def around(workspace: Workspace) -> tuple[Present, ...]:
    """Return who is at a console now, by login; an agent at two consoles stands there once a conversation.

    One read of a table with a row a console, and a look at the processes of this machine."""
    rows = workspace.database.reader.all(
        "SELECT p.process, p.agent_id, agent.login, p.conversation_id, p.doing FROM presence p "
        "JOIN agent ON agent.id = p.agent_id WHERE p.expires_at > ? ORDER BY agent.login",
        (clock.now(),),
    )
    found: dict[tuple[int, int | None], Present] = {}
    for row in rows:
        if processes.ended(row["process"]):
            continue
        here = Present(row["agent_id"], row["login"], row["conversation_id"], row["doing"])
        known = found.get((here.agent_id, here.conversation_id))
        if known is None or _STRENGTH[known.doing] < _STRENGTH[here.doing]:
            found[here.agent_id, here.conversation_id] = here
    return tuple(found.values())


def by_conversation(present: tuple[Present, ...], without: int | None = None) -> dict[int, tuple[Present, ...]]:
    """Return who is where, by conversation, `without` one agent: what rows of the queue show."""
    found: dict[int, list[Present]] = defaultdict(list)
    for one in present:
        if one.conversation_id is not None and one.agent_id != without:
            found[one.conversation_id].append(one)
    return {number: tuple(some) for number, some in found.items()}


def away(workspace: Workspace) -> tuple[Away, ...]:
    """Return the agents who are away now, by login."""
    rows = workspace.database.reader.all(
        "SELECT login, away_until FROM agent WHERE state = 'away' AND NOT disabled "
        "AND (away_until IS NULL OR away_until > ?) ORDER BY login",
        (clock.now(),),
    )
    return tuple(Away(row["login"], row["away_until"]) for row in rows)


def said(present: tuple[Present, ...]) -> str:
    """Return in words what colleagues do in one conversation: `koen is answering, bo is reading`."""
    words = {
        "viewing": _("{login} is reading"),
        "answering": _("{login} is answering"),
        "typing": _("{login} is typing an answer"),
    }
    return ", ".join(words[one.doing].format(login=one.login) for one in present)


def brief(present: tuple[Present, ...]) -> str:
    """Return the same in a word or two, for who is busiest there: `koen answers +1`."""
    words = {"viewing": _("{login} reads"), "answering": _("{login} answers"), "typing": _("{login} types")}
    first = max(present, key=lambda one: _STRENGTH[one.doing])
    others = f" +{len(present) - 1}" if len(present) > 1 else ""
    return words[first.doing].format(login=one_line(first.login, 9)) + others
