"""One mailbox, several teams: rules that give what comes in to a team by To, subject, a header or the folder.

A rule fits where everything it says fits; of those that fit the first gives the team. It is asked when a message
comes in to a conversation that has neither team nor owner and that no agent has touched."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Decoded, Item
from omnidesk.desk import channels, teams
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.standing import Standing
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

CONDITIONS = ("to", "subject", "header", "folder")
LONGEST = 300
MOST_STARS = 4
_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
"""Fields in which servers keep the address that a mail was delivered to, whatever its To says."""
_RULES = (
    "SELECT r.id, r.channel_id, c.name AS channel, r.to_address, r.subject, r.header, r.folder, r.team_id, t.name AS "
    "team FROM routing_rule r LEFT JOIN channel c ON c.id = r.channel_id LEFT JOIN team t ON t.id = r.team_id "
    "WHERE r.removed_at IS NULL ORDER BY r.position, r.id"
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What must fit (empty: anything), and the team that gets it; `channel` None is every channel, `team` None one
    that was removed. `*` in a condition stands for anything."""

    id: int
    channel_id: int | None
    channel: str | None
    to: str
    subject: str
    header: str
    folder: str
    team_id: int
    team: str | None

    @property
    def said(self) -> str:
        """The rule as it is typed: `to:returns@shop.test team:Returns`."""
        parts = [("to", self.to), ("subject", self.subject), ("header", self.header), ("folder", self.folder)]
        parts += [("channel", self.channel or ""), ("team", self.team or _("(removed)"))]
        return " ".join(f"{name}:{shlex.quote(value)}" for name, value in parts if value)


def rules(connection: Connection) -> list[Rule]:
    """Return the rules in the order they are asked."""
    return [
        Rule(
            row["id"], row["channel_id"], row["channel"], row["to_address"], row["subject"], row["header"],
            row["folder"], row["team_id"], row["team"],
        )
        for row in connection.all(_RULES)
    ]  # fmt: skip


def list_rules(workspace: Workspace) -> list[Rule]:
    """Return the rules in the order they are asked."""
    return rules(workspace.database.reader)


def read(typed: str) -> dict[str, str]:
    """Return what a rule typed in one line says: `to:`, `subject:`, `header:`, `folder:`, `channel:`, `team:`.

    Raises UsageError."""
    said: dict[str, str] = {}
    try:
        words = shlex.split(typed)
    except ValueError:
        raise UsageError(_("a quote mark is missing its other one")) from None
    for word in words:
        name, colon, value = word.partition(":")
        if not colon or name not in (*CONDITIONS, "channel", "team"):
            known = ", ".join(f"{one}:" for one in (*CONDITIONS, "channel", "team"))
            raise UsageError(_("{word!r} is no part of a rule; the parts are {known}").format(word=word, known=known))
        said[name] = value
    return said


def add(
    workspace: Workspace,
    actor: Actor,
    team: str,
    conditions: Mapping[str, str],
    channel: str | None = None,
    before: int | None = None,
) -> tuple[rows.Act, Rule]:
    """Add a rule, last or `before` another. Raises UsageError without a condition, NotFoundError."""
    wanted = {name: one_line(conditions.get(name, ""), LONGEST).strip() for name in CONDITIONS}
    if not any(wanted.values()):
        raise UsageError(_("a rule needs a condition: to, subject, header or folder"))
    if wanted["header"] and not re.match(r"[!-9;-~]+(\s*:|\Z)", wanted["header"]):
        raise UsageError(_("a header is a name, or a name and what it holds: `X-Shop: outlet`"))
    if any(value.count("*") > MOST_STARS for value in wanted.values()):
        raise UsageError(_("a condition has at most {count} stars").format(count=MOST_STARS))
    theirs = teams.get(workspace, team)
    source = None if not channel else channels.get(workspace, channel).id

    def work(act: Act) -> int:
        order = [rule.id for rule in rules(act.tx)]
        if before is not None and before not in order:
            raise _unknown(before)
        act.tx.execute("INSERT INTO counter (name, value) VALUES ('rule', 0) ON CONFLICT (name) DO NOTHING")
        number = int(act.tx.value("UPDATE counter SET value = value + 1 WHERE name = 'rule' RETURNING value"))
        act.tx.insert(
            "routing_rule", id=number, channel_id=source, to_address=wanted["to"], subject=wanted["subject"],
            header=wanted["header"], folder=wanted["folder"], team_id=theirs.id, created_at=act.at, removed_at=act.at,
        )  # fmt: skip
        order.insert(len(order) if before is None else order.index(before), number)
        act.tx.execute_many("UPDATE routing_rule SET position = ? WHERE id = ?", list(enumerate(order)))
        act.change_row("rule", "routing_rule", number, {"removed_at": None})
        act.summary = f"rule {number} for {theirs.name}"
        return number

    done, number = perform_undoable(workspace, actor, "rule", work)
    return done, get(workspace, number)


def get(workspace: Workspace, number: int) -> Rule:
    """Return a rule. Raises NotFoundError."""
    found = next((one for one in list_rules(workspace) if one.id == number), None)
    if found is None:
        raise _unknown(number)
    return found


def _unknown(number: int) -> NotFoundError:
    return NotFoundError(_("there is no rule {number}; `omnidesk rule list` shows them").format(number=number))


def remove(workspace: Workspace, actor: Actor, number: int) -> tuple[rows.Act, Rule]:
    """Remove a rule; what it gave to its team stays there. Raises NotFoundError."""
    gone = get(workspace, number)

    def work(act: Act) -> None:
        act.change_row("rule", "routing_rule", number, {"removed_at": act.at})
        act.summary = f"removed rule {number}"

    return perform_undoable(workspace, actor, "rule", work)[0], gone


# --- what fits


class Router:
    """The rules as intake needs them, read once a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.rules = [rule for rule in rules(connection) if rule.team is not None]

    def team_for(self, one: Standing, channel_id: int, kind: str, item: Item, decoded: Decoded) -> int | None:
        """Return the team of the first rule that fits what came in to a conversation, unless somebody has it."""
        if not self.rules or one.touched or one.team_id is not None or one.owner_id is not None:
            return None
        rule = first_fitting(self.rules, channel_id, kind, item, decoded)
        return None if rule is None else rule.team_id


def first_fitting(
    found: Sequence[Rule], channel_id: int | None, kind: str, item: Item, decoded: Decoded
) -> Rule | None:
    """Return the first rule that fits a message which came in by a channel (None: any)."""
    if not found:
        return None
    names = {_header_of(rule)[0] for rule in found if rule.header}
    fields = registry.connector(kind).fields(item, (*names, *_ENVELOPE))
    delivered = [value.strip(" <>").lower() for name in _ENVELOPE for value in fields.get(name, ())]
    addresses = [party.value.lower() for party in (*decoded.to, *decoded.cc, *decoded.bcc)] + delivered
    for rule in found:
        here = rule.channel_id is None or channel_id is None or rule.channel_id == channel_id
        if here and _fits(rule, item.folder, decoded.subject, addresses, fields):
            return rule
    return None


def _fits(rule: Rule, folder: str, subject: str, addresses: Sequence[str], fields: Mapping[str, Any]) -> bool:
    if rule.to and not any(_is(rule.to.lower(), address) for address in addresses):
        return False
    if rule.folder and not _is(rule.folder.casefold(), folder.casefold()):
        return False
    if rule.subject and not _holds(rule.subject, subject):
        return False
    if rule.header:
        name, words = _header_of(rule)
        return any(_holds(words, value) if words else True for value in fields.get(name, ()))
    return True


def _header_of(rule: Rule) -> tuple[str, str]:
    name, _colon, words = rule.header.partition(":")
    return name.strip().lower(), words.strip()


@cache
def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in words.split("*")), re.DOTALL)


def _is(words: str, value: str) -> bool:
    return value == words or ("*" in words and _pattern(words).fullmatch(value) is not None)


def _holds(words: str, value: str) -> bool:
    """Say whether a text holds these words in small letters or capitals; with `*` anything may stand between."""
    return _pattern(words.casefold()).search(one_line(value, 10_000).casefold()) is not None


def tried(workspace: Workspace, raw: bytes, channel: str | None = None, folder: str = "INBOX") -> Rule | None:
    """Return the rule that a mail would meet, without storing it. Raises NotFoundError."""
    source = None if channel is None else channels.get(workspace, channel)
    kind = "email" if source is None else source.kind
    item = Item("trial", raw, clock.now(), folder=folder)
    decoded = registry.connector(kind).decode(item)
    known = [rule for rule in list_rules(workspace) if rule.team is not None]
    return first_fitting(known, None if source is None else source.id, kind, item, decoded[0]) if decoded else None
