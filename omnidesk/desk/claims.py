"""Who was faster: a conversation changes its owner only where nobody else took it meanwhile."""

from __future__ import annotations

import json
from collections.abc import Mapping

from omnidesk import clock
from omnidesk.desk.acts import Act
from omnidesk.words.errors import RefusedError
from omnidesk.words.speech import _

MOMENT = 10 * clock.SECOND
"""Whoever takes for themselves what a colleague got so recently has most likely not seen it."""


def check(act: Act, number: int, owner: int | None, seen: Mapping[int, str | None]) -> None:
    """Raise RefusedError where a conversation is not to change to this owner, because somebody was faster.

    It is whose it is `seen` to be (by login), where that is said; else an agent does not take it from a colleague who
    was given it a moment ago by anybody but the agent."""
    row = act.tx.one(
        "SELECT c.owner_id, agent.login FROM conversation c LEFT JOIN agent ON agent.id = c.owner_id WHERE c.id = ?",
        (number,),
    )
    if row is None or row["owner_id"] == owner:
        return
    if number in seen:
        faster = row["login"] != seen[number]
    else:
        faster = row["owner_id"] is not None and owner == act.actor.agent_id and _given_just_now(act, number)
    if faster:
        now = _("#{number} is {login}'s now") if row["owner_id"] is not None else _("#{number} is nobody's now")
        raise RefusedError(
            _("{now}: that changed a moment ago, look again").format(now=now.format(number=number, login=row["login"]))
        )


def _given_just_now(act: Act, number: int) -> bool:
    """Say whether somebody else gave a conversation to its owner a moment ago; rides on event_conversation."""
    lately = act.tx.all(
        "SELECT actor, after_json FROM event WHERE conversation_id = ? AND at > ? ORDER BY id DESC",
        (number, act.at - MOMENT),
    )
    given = next((row["actor"] for row in lately if "owner_id" in json.loads(row["after_json"])), None)
    return given is not None and given != act.actor.name
