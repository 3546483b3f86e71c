"""What a crowd left behind, judged: each function returns what is wrong, in words, and nothing where all is well."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.desk.claims import MOMENT
from omnidesk.desk.workspace import Workspace
from omnidesk.store.changes import MARKS, Position
from tests.crowd.clerk import ALLOWED
from tests.crowd.crowd import Crowd
from tests.filling import sent_lines

FIELDS = ("status", "priority", "owner_id", "team_id", "place", "hold_for", "snoozed_until", "deleted_at", "tags")
"""Of a conversation: what agents and the program decide, always with an event."""
START: dict[str, Any] = {
    **dict.fromkeys(FIELDS), "status": "open", "priority": "normal", "place": "desk", "tags": []
}  # fmt: skip
USUAL = re.compile(
    r"'s now: |nobody's now: |can be taken back|nothing of yours|is deleted|is spam|cannot be taken back"
)
"""What an agent is told when a colleague was faster, or when there is nothing to do."""


def unruly_processes(crowd: Crowd) -> list[str]:
    """No process ends with an error, a trace, or a word of locks."""
    wrong = [f"{name} ended with {status}" for name, status in crowd.ended.items() if status]
    for path in crowd.folder.glob("*.out"):
        said = path.read_text(errors="replace")
        wrong += [f"{path.name}: {word}: {said[-2000:]}" for word in ("Traceback", "locked", "failed") if word in said]
    for line in crowd.lines("clerk-*.jsonl"):
        bad = "Traceback" in line["err"] or "locked" in line["err"]
        if bad or line["status"] not in ALLOWED[line["argv"][0]]:
            wrong.append(f"{line['argv']} ended with {line['status']}: {line['err']}")
    return wrong


def unhappy_consoles(crowd: Crowd) -> list[str]:
    """A console complains of nothing but colleagues who were faster, and shows in the end what is there."""
    wrong = []
    for found in crowd.lines("sitter-*.json"):
        wrong += [f"a console said: {said}" for said in found["complaints"] if not USUAL.search(said)]
        wrong += [f"a console is stale: {said}" for said in found["stale"]]
    return wrong


def lost_or_doubled_messages(crowd: Crowd, workspace: Workspace) -> list[str]:
    """Each message that a customer wrote is there exactly once, by one receipt."""
    written = {name for names in crowd.messages.values() for name in names}
    reader = workspace.database.reader
    there = Counter(row[0] for row in reader.all("SELECT external_id FROM message WHERE direction = 'inbound'"))
    wrong = [f"{name} is there {there[name]} times" for name in written if there[name] != 1]
    wrong += [f"{name} was never written" for name in there if name not in written]
    receipts = reader.value("SELECT count(*) FROM receipt WHERE message_id IS NOT NULL")
    if receipts != len(written):
        wrong.append(f"{receipts} receipts for {len(written)} messages")
    waiting = reader.value("SELECT count(*) FROM raw_item WHERE state <> 'done'")
    return [*wrong, *([f"{waiting} items were not filed"] if waiting else [])]


def forgotten_acts(crowd: Crowd, workspace: Workspace) -> list[str]:
    """Every act that a command said it did is in the log, with its events."""
    reader = workspace.database.reader
    acts = {row[0] for row in reader.all("SELECT id FROM act")}
    with_events = {row[0] for row in reader.all("SELECT DISTINCT act_id FROM event")}
    wrong = []
    for line in crowd.lines("clerk-*.jsonl"):
        if line["act"] is not None and (
            line["act"] not in acts or (line["undoable"] and line["act"] not in with_events)
        ):
            wrong.append(f"{line['argv']} made act {line['act']}, of which nothing is known")
    return wrong


def _changes(workspace: Workspace) -> Iterator[tuple[Any, dict[str, Any], dict[str, Any]]]:
    """Yield each event of a conversation with the fields it changed, before and after."""
    rows = workspace.database.reader.all(
        "SELECT event.id, event.at, event.actor, event.kind, event.conversation_id, event.before_json, "
        "event.after_json, act.kind AS act FROM event JOIN act ON act.id = event.act_id "
        "WHERE event.conversation_id IS NOT NULL ORDER BY event.id"
    )
    for row in rows:
        before, after = json.loads(row["before_json"]), json.loads(row["after_json"])
        if row["kind"] == "opened" or "row" in after:
            before, after = {}, {name: value for name, value in after.items() if name == "status"}
        yield row, {name: before.get(name) for name in FIELDS if name in after}, {
            name: after[name] for name in FIELDS if name in after
        }  # fmt: skip


def lost_updates(workspace: Workspace) -> list[str]:
    """Each change began with what the one before it left, and the last of them is what the row says."""
    folded: dict[int, dict[str, Any]] = defaultdict(lambda: dict(START))
    wrong = []
    for row, before, after in _changes(workspace):
        number = row["conversation_id"]
        known = folded[number]
        if row["kind"] != "opened":
            wrong += [
                f"#{number} {name} was {known[name]!r}, event {row['id']} ({row['kind']}) says {value!r}"
                for name, value in before.items()
                if value != known[name]
            ]
        known.update(after)
    tags: dict[int, list[str]] = defaultdict(list)
    reader = workspace.database.reader
    for row in reader.all("SELECT t.conversation_id, tag.name FROM conversation_tag t JOIN tag ON tag.id = t.tag_id"):
        tags[row[0]].append(row[1])
    for row in reader.all(f"SELECT id, {', '.join(name for name in FIELDS if name != 'tags')} FROM conversation"):
        there = {name: row[name] for name in FIELDS if name != "tags"} | {"tags": sorted(tags[row["id"]])}
        wrong += [
            f"#{row['id']} {name} is {there[name]!r}, its events say {value!r}"
            for name, value in folded[row["id"]].items()
            if there[name] != value
        ]
    return wrong


def double_claims(workspace: Workspace) -> list[str]:
    """Nobody takes what somebody has, and no command takes for its agent what a colleague got a moment ago."""
    agents = {row[1]: row[0] for row in workspace.database.reader.all("SELECT id, login FROM agent")}
    given: dict[int, tuple[int, str]] = {}
    wrong = []
    for row, before, after in _changes(workspace):
        if "owner_id" not in after:
            continue
        number, had, has = row["conversation_id"], before["owner_id"], after["owner_id"]
        at, by = given.get(number, (0, ""))
        if row["act"] == "take" and had is not None:
            wrong.append(f"{row['actor']} took #{number}, which {had} had")
        for_themselves = row["act"] == "assign" and has is not None and has == agents.get(row["actor"])
        told = row["actor"].startswith("sitter")  # a console shows whose it is: taking it over is meant
        if for_themselves and not told and had is not None and by != row["actor"] and row["at"] - at < MOMENT:
            wrong.append(f"{row['actor']} took #{number}, which {had} got {row['at'] - at} ms before")
        given[number] = row["at"], row["actor"]
    return wrong


def wrongly_sent(crowd: Crowd, workspace: Workspace) -> list[str]:
    """What was sent left exactly once, what was taken back never, and nothing stayed behind."""
    left = Counter(line["key"] for name in crowd.messages for line in sent_lines(crowd.files(name)))
    states = {row[0]: row[1] for row in workspace.database.reader.all("SELECT uuid, state FROM outbox")}
    wrong = [f"{key} left {times} times" for key, times in left.items() if times != 1]
    wrong += [f"{key} left and is {states.get(key)}" for key in left if states.get(key) != "sent"]
    wrong += [f"{key} is sent and never left" for key, state in states.items() if state == "sent" and not left[key]]
    wrong += [f"{key} is {state}" for key, state in states.items() if state not in ("sent", "cancelled")]
    answered = sum(line["argv"][0] == "reply" and line["status"] == 0 for line in crowd.lines("clerk-*.jsonl"))
    if answered != len(states):
        wrong.append(f"{answered} replies were accepted, {len(states)} are in the outbox")
    return wrong


@dataclass(frozen=True)
class Look:
    """One reading of the feed: from where to where, when it began (monotonic) and ended, and what it told."""

    came_from: Position
    reached: Position
    touched: frozenset[int]
    began: float
    at: int


def looks(crowd: Crowd) -> list[Look]:
    """Return what the one who watched found, in order."""
    return [
        Look(_position(line["from"]), _position(line["to"]), frozenset(line["touched"]), line["began"], line["at"])
        for line in crowd.lines("watcher.jsonl")
    ]


def _position(said: list[Any]) -> Position:
    return Position(said[0], frozenset(said[1]))


def _watched(found: Sequence[Look], workspace: Workspace) -> Iterator[tuple[Any, int]]:
    """Yield each event that was committed while somebody watched, with the place of the look that reached it.

    What came after the last look nobody could see."""
    reader = workspace.database.reader
    mark = MARKS[reader.dialect]
    for row in reader.all(f"SELECT id, at, act_id, conversation_id, {mark} AS mark FROM event ORDER BY id"):
        if not found[0].came_from.holds(row["mark"]):
            place = bisect_left(found, True, key=lambda look, mark=row["mark"]: look.reached.holds(mark))
            if place < len(found):
                yield row, place


def unseen_changes(crowd: Crowd, workspace: Workspace) -> list[str]:
    """The feed passes nothing over, and whoever looks after a command has returned finds what it did."""
    found = looks(crowd)
    wrong = []
    last_of_act: dict[int, tuple[int, int]] = {}
    for row, place in _watched(found, workspace):
        number = row["conversation_id"]
        if number is not None:
            if number not in found[place].touched:
                wrong.append(f"the feed passed over event {row['id']}, which changed #{number}")
            last_of_act[row["act_id"]] = row["id"], place
    begun = [look.began for look in found]
    for line in crowd.lines("clerk-*.jsonl"):
        after = bisect_right(begun, line["ended"])
        ended = bisect_right(begun, begun[after]) - 1 if after < len(begun) else len(begun)  # a look can be many lines
        event, seen = last_of_act.get(line["act"], (0, 0))
        if seen > ended:
            wrong.append(f"{line['argv']} had returned before a look that did not find event {event}")
    return wrong


def delays(crowd: Crowd, workspace: Workspace) -> list[float]:
    """Return the milliseconds from the beginning of each write until the look that found its events had ended."""
    found = looks(crowd)
    return [float(found[place].at - row["at"]) for row, place in _watched(found, workspace)]


def delays_after_commit(crowd: Crowd, workspace: Workspace) -> list[float]:
    """Return the milliseconds from each commit until then, where the database knows when that was."""
    reader = workspace.database.reader
    if reader.dialect == "sqlite" or reader.value("SHOW track_commit_timestamp") != "on":
        return []
    asked = (
        "SELECT xid, (extract(epoch FROM pg_xact_commit_timestamp(xid::text::xid)) * 1000)::float8 "
        "FROM (SELECT DISTINCT xid FROM event WHERE xid IS NOT NULL) AS written"
    )
    committed = dict(reader.all(asked))
    found = looks(crowd)
    return [found[place].at - committed[row["mark"]] for row, place in _watched(found, workspace)]
