"""The story of one customer on five channels: one conversation with one owner; then every step is undone again."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import customer_merging, customers, joining, logbook, suggesting, threads, triage, undo
from omnidesk.desk.acts import Act
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import Likeness
from omnidesk.words.rows import Contact
from tests.filling import ANNA, NOON, Clock, Desk, mail

pytestmark = pytest.mark.databases
PHONE = "+31612345678"


def told(desk: Desk, number: int) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in threads.messages(desk.workspace, number) if one.kind != "note"]


def state(desk: Desk) -> dict[str, object]:
    """Whose everything is, and where it stands."""
    reader = desk.workspace.database.reader
    asked = {
        "identities": "SELECT value, customer_id FROM identity ORDER BY id",
        "messages": "SELECT id, conversation_id, customer_id FROM message ORDER BY id",
        "conversations": "SELECT id, customer_id, place, owner_id, transfers FROM conversation ORDER BY id",
    }
    return {name: [tuple(row) for row in reader.all(sql)] for name, sql in asked.items()}


def test_five_channels_one_conversation_one_owner_and_back_again(time: Clock, desk: Desk) -> None:
    opened, me = desk.workspace, desk.me
    texts = desk.adds_channel("sms", "+31201234567", "sample-sms")
    chats = desk.adds_channel("site", "", "sample-chat")
    whatsapp = desk.adds_channel("app", "+31201234568", "sample-whatsapp")
    acts: list[int] = []
    before: list[dict[str, object]] = []

    def done(act: int) -> None:
        acts.append(act)

    # Monday: a mail, which Sanne answers for. Tuesday: a text message of a number nobody knows
    desk.receives(mail("mail", "Where is my order?", auth="pass", at=clock.now()))
    desk.receives(mail("text", "And?", sender=PHONE, thread=PHONE, at=clock.now() + 1), channel=texts)
    before.append(state(desk))
    done(triage.assign(opened, me, 1, "sanne").id)
    anna, number = (customers.find(opened, one)[0].id for one in (ANNA, PHONE))
    opened.database.write(lambda tx: _suggest(tx, desk, anna, number))
    (suggested,) = suggesting.offered(opened, anna)
    before.append(state(desk))
    done(suggesting.accept(opened, me, suggested.id).id)
    assert threads.offers(opened, 2) == [1]
    before.append(state(desk))
    done(joining.merge(opened, me, 2, 1).id)

    # Wednesday: WhatsApp by the same number joins by itself; she phones, and chats
    time.at = NOON + clock.DAY
    assert desk.receives(mail("app", "Hello?", sender=PHONE, thread="w", at=clock.now()), channel=whatsapp) == [1]
    logged = logbook.log(
        opened, me, logbook.Entry("call", Contact("in", "answered", 60), "Promised a refund", number=PHONE,
                                  conversation=logbook.ONLY_OPEN)
    )  # fmt: skip
    assert logged.message.conversation_id == 1
    (chat,) = desk.receives(mail("chat", "I am here", sender="v1", auth="pass", at=clock.now() + 2), channel=chats)
    before.append(state(desk))
    visitor = customers.identity_of(opened, "v1", "visitor")
    done(customer_merging.link(opened, me, visitor.id, anna).id)
    before.append(state(desk))
    done(joining.merge(opened, me, chat, 1).id)

    found = threads.conversation(opened, 1)
    assert [kind for kind, _text in told(desk, 1)] == ["sample", "sample-sms", "sample-whatsapp", "call", "sample-chat"]
    assert (found.owner, found.transfers) == ("sanne", 0)
    assert customers.get(opened, anna).conversations == 1
    assert {one.value for one in customers.get(opened, anna).identities} == {ANNA, PHONE, "v1"}

    # and back: each step taken back leaves what stood before it
    after = len(told(desk, 1))
    while acts:
        undo.undo(opened, me, acts.pop())
        stood = before.pop() if len(acts) in (4, 3) else None
        if stood is not None:
            assert state(desk) == stood
    assert opened.database.reader.value("SELECT count(*) FROM message WHERE kind <> 'note'") == after
    assert customers.find(opened, ANNA)[0].id != customers.find(opened, PHONE)[0].id
    assert threads.conversation(opened, 1).owner is None
    with pytest.raises(RefusedError):
        undo.undo(opened, me, acts[0] if acts else _first(desk))


def _first(desk: Desk) -> int:
    found = desk.workspace.database.reader.value("SELECT min(id) FROM act WHERE undone_by IS NOT NULL")
    return int(found)


def _suggest(tx: object, desk: Desk, one: int, other: int) -> None:
    act = Act(tx, desk.me, "test")  # type: ignore[arg-type]
    suggesting.suggest(act, one, other, Likeness.NAMED, PHONE)
    act.record()
