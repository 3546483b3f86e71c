"""An erased person is nowhere any more: not in a table, an index or a blob; that they came stays counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from omnidesk.connectors.base import Item
from omnidesk.desk import (
    belongings,
    cleaning,
    composing,
    consent_record,
    customer_merging,
    customer_tags,
    customers,
    drafts,
    erasing,
    person_export,
    undo,
)
from omnidesk.words.errors import NotFoundError, RefusedError
from tests.filling import BRAM, Clock, Desk, mail

pytestmark = pytest.mark.databases

ANNA, OTHER = "annabel.quistorp@zwaluwlaan.test", "quistorp@werk.test"
WORDS = ("quistorp", "zwaluwlaan", "annabel", "hemelsblauw", "bordeauxrood", "paardenbloem", "werk.test")
"""What only she is called, and what was said by her, to her and about her."""


def customer(desk: Desk, address: str) -> Any:
    (found,) = customers.find(desk.workspace, address)
    return found


def story(desk: Desk) -> int:
    """Let Anna be known by two addresses, merged; with mails, a file, an answer, a note, a draft and much else."""
    opened, me = desk.workspace, desk.me
    desk.receives(
        mail(
            "a1",
            "Where is my hemelsblauw coat?",
            sender=ANNA,
            name="Annabel Quistorp",
            files={"hemelsblauw.txt": b"bordeauxrood"},
        ),
        mail("b1", "Mine", sender=BRAM),
        mail("a2", "And the paardenbloem?", sender=OTHER, name="A. Quistorp", cc=[BRAM]),
        mail("b2", "She told me", answers="a2", sender=BRAM, to=["support@shop.test", OTHER]),
    )
    desk.receives(mail("a3", "I know Bram: hemelsblauw", answers="b1", sender=ANNA))
    customer_merging.merge(opened, me, [customer(desk, OTHER).id], customer(desk, ANNA).id)
    known = customer(desk, ANNA)
    customers.set_customer(opened, me, known.id, name="Annabel van Quistorp", company="Hemelsblauw bv")
    customer_tags.tag(opened, me, known.id, ["wholesale"])
    consent_record.say(opened, me, known.id, False, ANNA)
    composing.note(opened, me, 1, "She likes bordeauxrood")
    composing.reply(opened, me, 1, "Dear Annabel, it left", now=True)
    desk.sends_all()
    composing.reply(opened, me, 3, "Dear Mrs Quistorp", via="demo")
    drafts.save(opened, me, 1, "reply", "hemelsblauw as well")
    composing.forward(opened, me, 1, ["carrier@example.test"], "Where is the parcel of Quistorp?")
    return int(known.id)


def everything(desk: Desk) -> str:
    """Return all that the database and the blobs hold, in lower case."""
    reader = desk.workspace.database.reader
    parts = [
        str([tuple(row) for row in reader.all(f'SELECT * FROM "{table}"')])
        for table in sorted(belongings.tables(reader))
    ]
    for name in desk.workspace.blobs.names():
        parts.append(desk.workspace.blobs.get(name).decode("latin-1"))
    if desk.workspace.database.dialect == "sqlite":
        parts.append(str([tuple(row) for row in reader.all("SELECT term FROM search_vocabulary")]))
    else:
        parts += [str([tuple(row) for row in reader.all(f"SELECT * FROM {one}")]) for one in ("search", "search_names")]
    return "".join(parts).lower()


def test_nothing_of_an_erased_person_is_left_in_the_database_or_the_blobs(time: Clock, desk: Desk) -> None:
    who = story(desk)
    before = everything(desk)
    assert all(word in before for word in WORDS)
    messages, conversations = desk.count("message"), desk.count("conversation")
    time.forward(minutes=5)
    act = erasing.erase(desk.workspace, desk.me, who)
    after = everything(desk)
    assert [word for word in WORDS if word in after] == []
    assert (desk.count("message"), desk.count("conversation")) == (messages, conversations)
    assert desk.count("unnamed_blob") > 0
    assert "mine" in after
    assert (act.kind, act.summary, act.undoable) == ("erase", f"erased customer {who}", False)


def test_not_even_in_the_files(time: Clock, desk: Desk) -> None:
    if desk.workspace.database.dialect != "sqlite":
        pytest.skip("a server's files are its own; VACUUM clears them")
    who = story(desk)
    time.forward(minutes=5)
    erasing.erase(desk.workspace, desk.me, who)
    for path in desk.workspace.home.database.parent.rglob("*"):
        if path.is_file():
            raw = path.read_bytes().lower()
            assert [word for word in WORDS if word.encode() in raw] == [], path.name


def test_statistics_stay(time: Clock, desk: Desk) -> None:
    who = story(desk)
    shape = "SELECT conversation_id, kind, direction, at, channel_id, search_id FROM message ORDER BY id"
    before = [tuple(row) for row in desk.workspace.database.reader.all(shape)]
    counts = desk.value("SELECT message_count FROM conversation WHERE id = 1")
    erasing.erase(desk.workspace, desk.me, who)
    assert [tuple(row) for row in desk.workspace.database.reader.all(shape)] == before
    assert (
        desk.value("SELECT message_count FROM conversation WHERE id = 1") == counts - 1
    )  # what was queued is not said
    assert desk.value("SELECT status FROM conversation WHERE id = 1") == "closed"


def test_nothing_comes_back_with_the_next_sync_and_who_writes_again_is_new(time: Clock, desk: Desk) -> None:
    who = story(desk)
    time.forward(minutes=5)
    erasing.erase(desk.workspace, desk.me, who)
    again = [mail("a1", "Where is my hemelsblauw coat?", sender=ANNA), mail("a2", "And?", sender=OTHER)]
    assert desk.receives(*again) == [0, 0]
    (number,) = desk.receives(mail("a9", "Hello again", answers="a1", sender=ANNA, name="Annabel"))
    assert number not in (1, 3)
    fresh = customer(desk, ANNA)
    assert fresh.id != who and fresh.conversations == 1 and fresh.identities[0].consent == ()
    with pytest.raises(NotFoundError):
        erasing.preview(desk.workspace, 17)
    with pytest.raises(RefusedError, match="was erased"):
        erasing.preview(desk.workspace, who)


def test_the_preview_says_what_goes_and_where_to_look(time: Clock, desk: Desk) -> None:
    who = story(desk)
    found = erasing.preview(desk.workspace, who)
    assert (found.name, found.customers, set(found.addresses)) == ("Annabel van Quistorp", 2, {ANNA, OTHER})
    assert (found.conversations, found.files, found.took_part) == (2, 1, (2,))
    assert found.queued == 2


def test_what_others_said_stays_theirs(time: Clock, desk: Desk) -> None:
    who = story(desk)
    erasing.erase(desk.workspace, desk.me, who)
    texts = {row[0] for row in desk.workspace.database.reader.all("SELECT text FROM message")}
    assert texts == {"", "Mine"}
    assert customer(desk, BRAM).conversations == 1


def test_no_undo_brings_anything_back(time: Clock, desk: Desk) -> None:
    who = story(desk)
    before = [
        row[0] for row in desk.workspace.database.reader.all("SELECT id FROM act WHERE undoable ORDER BY id DESC")
    ]
    time.forward(minutes=5)
    erasing.erase(desk.workspace, desk.me, who)
    for act in before:
        try:
            undo.undo(desk.workspace, desk.me, act)
        except RefusedError:
            continue
    after = everything(desk)
    assert [word for word in WORDS if word in after] == []


def test_a_fresh_blob_goes_with_the_next_cleaning(time: Clock, desk: Desk) -> None:
    who = story(desk)
    erasing.erase(desk.workspace, desk.me, who)
    assert "quistorp" in everything(desk)
    time.forward(minutes=5)
    cleaning.clean(desk.workspace)
    assert "quistorp" not in everything(desk)


def test_it_waits_while_something_is_being_sent(time: Clock, desk: Desk) -> None:
    who = story(desk)
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE outbox SET state = 'sending' WHERE conversation_id = 3")
    )
    with pytest.raises(RefusedError, match="being sent"):
        erasing.erase(desk.workspace, desk.me, who)
    assert customer(desk, ANNA).id == who


def test_every_table_is_somebodys_or_nobodys(desk: Desk) -> None:
    known = {one.table for one in belongings.BELONGINGS} | {*belongings.APART, *belongings.PASSING, *belongings.NOBODYS}
    there = {
        one
        for one in belongings.tables(desk.workspace.database.reader)
        if not one.startswith(("search", "alembic", "sqlite", "blob"))
    }
    assert there - known == set()


def test_an_export_holds_everything_and_loads_nothing(time: Clock, desk: Desk, tmp_path: Path) -> None:
    who = story(desk)
    desk.receives(mail("a4", "<script>alert(1)</script><img src='https://evil.test/x.png'>", answers="a1", sender=ANNA))
    done = person_export.export(desk.workspace, desk.me, who, tmp_path / "out")
    document = json.loads((tmp_path / "out" / "data.json").read_text())
    assert document["customer"]["name"] == "Annabel van Quistorp"
    assert {one["value"] for one in document["addresses"]} == {ANNA, OTHER}
    assert [one["state"] for one in document["consent_history"]] == ["withdrawn"]
    texts = [each["text"] for one in document["conversations"] for each in one["messages"]]
    assert {"Where is my hemelsblauw coat?", "She likes bordeauxrood", "Dear Annabel, it left"} <= set(texts)
    assert [one["text"] for one in document["messages_elsewhere"]] == ["I know Bram: hemelsblauw"]
    assert [one["text"] for one in document["more"]["Drafts"]] == ["hemelsblauw as well"]
    (path,) = [file["path"] for one in document["conversations"] for each in one["messages"] for file in each["files"]]
    assert (tmp_path / "out" / path).read_bytes() == b"bordeauxrood"
    page = (tmp_path / "out" / "index.html").read_text()
    assert "<script" not in page and "<img" not in page and "&lt;script&gt;" in page
    assert "default-src &#x27;none&#x27;" in page
    assert (done.files, done.missing) == (1, ())
    with pytest.raises(RefusedError, match="not empty"):
        person_export.export(desk.workspace, desk.me, who, tmp_path / "out")


def test_a_call_keeps_its_times_and_loses_its_number_and_what_was_told_of_it(time: Clock, desk: Desk) -> None:
    channel = desk.adds_channel("phone", "+31201234567", "sample-call")
    for state, more in (("ringing", {}), ("ended", {"outcome": "missed", "ended_at": time.at + 9_000})):
        said = {"id": f"c1-{state}", "external_id": "c1", "at": time.at, "from": "+31612345678",
                "call": {"state": state, "began_at": time.at, **more}}  # fmt: skip
        desk.receives(Item(str(said["id"]), json.dumps(said).encode(), time.at, "application/json"), channel=channel)
    assert everything(desk).count("31612345678") > 3
    time.forward(minutes=5)
    erasing.erase(desk.workspace, desk.me, customer(desk, "+31612345678").id)
    assert "31612345678" not in everything(desk)
    assert desk.count("call", f"began_at = {time.at - 300_000} AND number = ''") == 1
    assert desk.count("message", "kind = 'call'") == 1


def test_what_lies_in_quarantine_goes_too(time: Clock, desk: Desk) -> None:
    who = story(desk)
    broken = Item("q1", b'{"from": "Annabel.Quistorp@zwaluwlaan.test", broken', time.at, "application/json")
    desk.receives(broken)
    assert desk.count("quarantine") == 1
    time.forward(minutes=5)
    erasing.erase(desk.workspace, desk.me, who)
    assert desk.count("quarantine") == 0
    assert "quistorp" not in everything(desk)


ELSEWHERE = {
    "fact": "id bigint, customer_id bigint, kind text, value text, folded text, source text, reference text, "
            "message_id bigint, agent_id bigint, proven boolean, at bigint, gone_at bigint",
    "shop_order": "id bigint, channel_id bigint, source_id text, number text, number_key text, name text, at bigint, "
                  "updated_at bigint, heard_at bigint, document_json text, raw_item_id bigint",
    "shop_order_address": "kind text, value text, order_id bigint",
    "order_note": "id bigint, uuid text, order_id bigint, channel_id bigint, agent_id bigint, author text, text text, "
                  "state text, due_at bigint, attempts integer, error text, created_at bigint",
}  # fmt: skip
"""Tables of other parts of the program, as they make them."""


def test_facts_and_orders_are_exported_and_erased_with_what_brought_them(
    time: Clock, desk: Desk, tmp_path: Path
) -> None:
    who = story(desk)
    raw = int(desk.value("SELECT min(id) FROM raw_item"))
    order = {"id": 7, "channel_id": 1, "source_id": "o7", "number": "NL-7", "number_key": "nl7", "name": "Quistorp",
             "at": time.at, "updated_at": time.at, "heard_at": time.at, "document_json": '{"lines": ["hemelsblauw"]}',
             "raw_item_id": raw}  # fmt: skip
    note = {"id": 9, "uuid": "u", "order_id": 7, "channel_id": 1, "author": "sanne", "text": "For Quistorp",
            "state": "sent", "attempts": 0, "error": "", "created_at": time.at}  # fmt: skip

    def fill(tx: Any) -> None:
        for table, columns in ELSEWHERE.items():
            tx.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        tx.insert("fact", id=1, customer_id=who, kind="size", value="paardenbloem 42", folded="42", source="message",
                  reference="", proven=True, at=time.at)  # fmt: skip
        tx.insert("shop_order", **order)
        for other in (7, 8):
            tx.insert("shop_order_address", kind="email", value=ANNA if other == 7 else BRAM, order_id=other)
        tx.insert("shop_order", **{**order, "id": 8, "source_id": "o8", "name": "Bram", "document_json": "{}",
                                   "raw_item_id": 0})  # fmt: skip
        tx.insert("order_note", **note)

    desk.workspace.database.write(fill)
    person_export.export(desk.workspace, desk.me, who, tmp_path / "out")
    more = json.loads((tmp_path / "out" / "data.json").read_text())["more"]
    assert [one["value"] for one in more["Known facts"]] == ["paardenbloem 42"]
    assert [(one["number"], one["document"]["lines"]) for one in more["Orders"]] == [("NL-7", ["hemelsblauw"])]
    assert [one["text"] for one in more["Notes on orders"]] == ["For Quistorp"]
    time.forward(minutes=5)
    erasing.erase(desk.workspace, desk.me, who)
    assert [word for word in WORDS if word in everything(desk)] == []
    assert [row[0] for row in desk.workspace.database.reader.all("SELECT id FROM shop_order")] == [8]
    assert (desk.count("fact"), desk.count("order_note"), desk.count("raw_item", f"id = {raw}")) == (0, 0, 0)
