"""A batch files what its items would file one by one (promise 5), and reads and writes as often as one of them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import intake, triage
from tests.filling import ANNA, BRAM, CARO, NOON, SUPPORT, Desk, admit, mail, open_desk

CONVERSATIONS = (
    "SELECT id, subject, status, place, unread, touched, backlog, kinds, last_kind, preview, message_count, unproven, "
    "created_at, last_inbound_at, last_message_at, waiting_since, next_due_at, due_reason, queue_due, queue_waiting "
    "FROM conversation WHERE merged_into IS NULL ORDER BY id"
)
MESSAGES = (
    "SELECT r.source_id, m.conversation_id, m.joined_by, m.stranger, m.history, m.unproven, m.warnings, m.at, "
    "m.reply_text, i.value FROM message m JOIN raw_item r ON r.id = m.raw_item_id LEFT JOIN identity i "
    "ON i.id = m.identity_id ORDER BY r.source_id"
)
PARTICIPANTS = (
    "SELECT p.conversation_id, i.value, i.name, i.verified, c.name, c.created_at FROM participant p JOIN identity i "
    "ON i.id = p.identity_id JOIN customer c ON c.id = i.customer_id ORDER BY 1, 2"
)
EVENTS = (
    "SELECT kind, conversation_id, before_json, after_json FROM event WHERE kind NOT IN ('channel_added', 'verified') "
    "ORDER BY id"
)
SIGNED = "{}\n\nKind regards\nAnna Jansen\nThe Bakery, Delft"


def said(desk: Desk) -> list[list[tuple[Any, ...]]]:
    reader = desk.workspace.database.reader
    return [[tuple(row) for row in reader.all(sql)] for sql in (CONVERSATIONS, MESSAGES, PARTICIPANTS, EVENTS)]


def letters(at: random.Random, since: int) -> list[Item]:
    """Mails that answer and name each other, in threads that split and meet, from several people, in any order."""
    names: list[str] = []
    found = []
    for number in range(40):
        answers = at.choice(names[-12:]) if names and at.random() < 0.6 else None
        outbound = at.random() < 0.3
        sender = at.choice((ANNA, ANNA, BRAM, CARO))
        more: dict[str, Any] = {"auto": "auto_reply"} if at.random() < 0.1 else {}
        found.append(
            mail(
                f"m{number}",
                SIGNED.format(f"This is number {number}."),
                sender=SUPPORT if outbound else sender,
                to=[sender if outbound else SUPPORT, *([CARO] if at.random() < 0.2 else [])],
                at=since + at.randrange(0, 50) * clock.MINUTE,
                answers=answers,
                references=tuple(at.sample(names, min(len(names), at.randrange(0, 3)))) if answers else (),
                outbound=outbound,
                junk=at.random() < 0.05 and not outbound,
                auth=at.choice(("pass", "none", "fail")),
                **more,
            )
        )
        names.append(f"m{number}")
    at.shuffle(found)
    return found


@pytest.mark.parametrize("days", [-400, 0], ids=["old", "new"])
@pytest.mark.parametrize("seed", range(5))
def test_a_batch_files_as_its_items_one_by_one(tmp_path: Path, seed: int, days: int) -> None:
    """Promise 5: which messages come together changes neither threads nor people nor what the queue shows."""
    results = []
    for size in (1, 7, 40):
        folder = tmp_path / str(size)
        folder.mkdir()
        with clock.frozen(NOON):
            desk = open_desk(folder)
        with clock.frozen(NOON + clock.HOUR):
            items = letters(random.Random(seed), NOON + days * clock.DAY)
            for first in range(0, len(items), size):
                desk.receives(*items[first : first + size])
            results.append(said(desk))
    assert results[0] == results[1] == results[2]


def test_what_an_agent_did_holds_for_each_message_of_a_batch(desk: Desk) -> None:
    """An owned conversation in the midst of a batch takes the same way as by itself."""
    (number,) = desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, number, desk.me.name)
    triage.close(desk.workspace, desk.me, number)
    assert desk.receives(mail("2", answers="1"), mail("3", sender=BRAM), mail("4", answers="2")) == [1, 2, 1]
    assert desk.value("SELECT status FROM conversation WHERE id = 1") == "open"
    assert desk.value("SELECT message_count FROM conversation WHERE id = 1") == 3
    assert desk.count("notification") == 1


@pytest.mark.sqlite
def test_a_batch_asks_hardly_more_than_a_single_message(desk: Desk) -> None:
    """Each statement is a round trip where the database is another machine."""

    def statements(*items: Item) -> int:
        asked: list[str] = []
        kept = admit(desk.workspace, desk.channel, *items)
        desk.workspace.database.write(lambda tx: tx.raw.set_trace_callback(asked.append))
        intake.settle(desk.workspace, kept.items)
        desk.workspace.database.write(lambda tx: tx.raw.set_trace_callback(None))
        return sum(sql.startswith("SELECT") for sql in asked)

    one = statements(mail("a"), mail("b", answers="a"))
    many = [mail(f"m{n}", answers=f"m{n - 1}" if n % 4 else None, sender=f"c{n % 7}@example.test") for n in range(80)]
    assert statements(*many) <= one + 4
