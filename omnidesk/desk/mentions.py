"""Colleagues named in a note: `@koen` tells koen of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from omnidesk.desk import notifications
from omnidesk.desk.acts import Act
from omnidesk.words.kinds import NewsKind

_NAMED = re.compile(r"(?<![\w@.])@([\w][\w.+-]{0,63})")


def mentioned(text: str, logins: Iterable[str]) -> tuple[str, ...]:
    """Return the logins that a text names with `@`, in the order of the text; what is no login is just text."""
    known = {login.lower(): login for login in logins}
    found: dict[str, None] = {}
    for match in _NAMED.finditer(text):
        said = match[1].lower()
        while said and said not in known and said[-1] in ".-+":
            said = said[:-1]  # the end of a sentence
        if said in known:
            found[known[said]] = None
    return tuple(found)


def tell(act: Act, number: int, message_id: int, text: str) -> None:
    """Tell the agents whom a note names, within the act that writes it; who wrote it knows."""
    if "@" not in text:
        return
    agents = {row["login"]: row["id"] for row in act.tx.all("SELECT id, login FROM agent WHERE NOT disabled")}
    for login in mentioned(text, agents):
        if agents[login] != act.actor.agent_id:
            notifications.tell(act, agents[login], NewsKind.MENTION, number, message_id, act.actor.name)
