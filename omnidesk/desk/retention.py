"""For how long things are kept: rules by age and tag, obeyed once a day by whoever holds the clock.

Only closed conversations are touched, by the time of their last message. `erase` takes the words and leaves that they
took place; `delete` does what an agent's delete does, and can be undone for as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from omnidesk import clock
from omnidesk.desk import forgetting, triage
from omnidesk.desk.acts import Act, perform
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.kinds import Place
from omnidesk.words.rows import PROGRAM, Actor
from omnidesk.words.speech import _

WHAT = ("erase", "delete")
AT_A_TIME = 50
"""Conversations of one transaction."""
EVERY = clock.DAY
_MARK = "retention_at"


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of closed conversations whose last message is older than so many days, and that have a tag; an
    empty tag is for all."""

    id: int
    days: int
    tag: str
    what: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Due:
    """The conversations for which a rule is due, oldest first."""

    rule: Rule
    conversations: tuple[int, ...]


def list_rules(workspace: Workspace) -> list[Rule]:
    """Return the rules, those for the oldest last."""
    found = workspace.database.reader.all("SELECT * FROM retention_rule ORDER BY days, id")
    return [Rule(row["id"], row["days"], row["tag"], row["what"], row["created_at"]) for row in found]


def put(workspace: Workspace, actor: Actor, days: int, what: str, tag: str = "") -> tuple[rows.Act, Rule]:
    """Make a rule, or change the days of the one that there is for this tag and this way. Raises UsageError."""
    if what not in WHAT:
        raise UsageError(_("a rule says erase or delete, not {said}").format(said=what))
    if not 1 <= days <= 36_600:
        raise UsageError(_("days are a number from 1 to 36600"))
    name = triage.tag_name(tag.removeprefix("+")) if tag else ""

    def work(act: Act) -> Rule:
        tx = act.tx
        row = tx.one("SELECT * FROM retention_rule WHERE tag = ? AND what = ?", (name, what))
        fresh = Rule(row["id"] if row else new_id(), days, name, what, row["created_at"] if row else act.at)
        if row is None:
            tx.insert("retention_rule", id=fresh.id, days=days, tag=name, what=what, created_at=fresh.created_at)
        else:
            tx.execute("UPDATE retention_rule SET days = ? WHERE id = ?", (days, fresh.id))
        _ran(tx, act.at)  # it is first obeyed in a day: time to look at what it would do
        act.event("retention_set", after={"rule": fresh.id, "days": days, "tag": name, "what": what})
        act.summary = f"retention: {said(fresh)}"
        return fresh

    return perform(workspace, actor, "retention_rule", work)


def remove(workspace: Workspace, actor: Actor, rule: int) -> rows.Act:
    """Remove a rule; what it did stays done. Raises NotFoundError."""

    def work(act: Act) -> None:
        row = act.tx.one("SELECT * FROM retention_rule WHERE id = ?", (rule,))
        if row is None:
            raise NotFoundError(
                _("there is no rule {rule}; `omnidesk retention list` shows them").format(rule=rule)
            )  # fmt: skip
        act.tx.execute("DELETE FROM retention_rule WHERE id = ?", (rule,))
        gone = {name: row[name] for name in ("days", "tag", "what")}
        act.event("retention_removed", before={"rule": rule, **gone})
        act.summary = f"retention rule {rule} removed"

    return perform(workspace, actor, "retention_rule", work)[0]


def said(rule: Rule) -> str:
    """Return a rule in words."""
    which = f"tagged {rule.tag} " if rule.tag else ""
    return f"{rule.what} conversations {which}closed and older than {rule.days} days"


def due(workspace: Workspace, limit: int = 1_000_000) -> list[Due]:
    """Return for which conversations which rules are due now, changing nothing. What one rule deletes no other
    erases."""
    found, taken = [], set[int]()
    for rule in sorted(list_rules(workspace), key=lambda one: one.what):
        some = [one for one in _due(workspace.database.reader, rule, limit) if one not in taken]
        taken.update(some)
        found.append(Due(rule, tuple(some)))
    return found


def _due(connection: Connection, rule: Rule, limit: int) -> list[int]:
    """Rides on conversation_status_newest."""
    tagged = (
        "AND EXISTS (SELECT 1 FROM conversation_tag t JOIN tag ON tag.id = t.tag_id "
        "WHERE t.conversation_id = c.id AND tag.name = ?) "
        if rule.tag
        else ""
    )
    found = connection.all(
        "SELECT c.id FROM conversation c WHERE c.place = 'desk' AND c.status = 'closed' AND c.last_message_at < ? "
        f"AND c.merged_into IS NULL AND c.message_count > 0 AND (c.erased_at IS NULL OR ? = 'delete') {tagged}"
        "ORDER BY c.last_message_at LIMIT ?",
        (clock.now() - rule.days * clock.DAY, rule.what, *([rule.tag] if rule.tag else []), limit),
    )
    return [row[0] for row in found]


def run(workspace: Workspace) -> list[rows.Act]:
    """Do what the rules say, a few conversations at a time; return the acts."""
    done: list[rows.Act] = []
    while (act := _some(workspace)) is not None:
        done.append(act)
    _finish(workspace, bool(done))
    return done


def run_daily(workspace: Workspace) -> None:
    """Do a few conversations, once a day until nothing is due, and only where there are rules: whoever holds the clock
    asks every second."""
    reader = workspace.database.reader
    if reader.value("SELECT 1 FROM retention_rule LIMIT 1") is None:
        return
    last = int(reader.value("SELECT value FROM mark WHERE key = ?", (_MARK,)) or 0)
    if clock.now() - last >= EVERY and _some(workspace) is None:
        _finish(workspace, True)


def _some(workspace: Workspace) -> rows.Act | None:
    """Do the next few conversations of the first rule that is due; None where nothing is left to do."""
    for one in due(workspace, AT_A_TIME):
        if one.conversations:
            act, many = perform(workspace, PROGRAM, "retention", partial(_do, workspace, due=one))
            if many:
                return act
    return None


def _finish(workspace: Workspace, scrub: bool) -> None:
    workspace.database.write(lambda tx: _ran(tx, clock.now()))
    if scrub and forgetting.remove_blobs(workspace):
        workspace.database.scrub()


def _ran(tx: Transaction, at: int) -> None:
    said = "INSERT INTO mark (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
    tx.execute(said, (_MARK, str(at)))


def _do(workspace: Workspace, act: Act, due: Due) -> int:
    """Do what a rule says with some conversations, as one act; return with how many."""
    blobs: set[str] = set()
    many, rule = 0, due.rule
    for number in due.conversations:
        if rule.what == "delete":
            act.change("placed", number, place=Place.DELETED, deleted_at=act.at)
        elif forgetting.being_sent(act.tx, number):  # tomorrow
            continue
        else:
            forgetting.forget_conversation(workspace, act, number, blobs)
            act.event("erased", number)
        many += 1
    forgetting.note_blobs(act, blobs)
    act.summary = f"retention rule {rule.id}: {rule.what} {many} conversations"
    act.undoable = rule.what == "delete"
    return many
