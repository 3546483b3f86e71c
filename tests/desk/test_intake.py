"""Intake: nothing received is lost (promise 1) and nothing is received twice (promise 2)."""

from __future__ import annotations

import random
import threading
from dataclasses import replace

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import channels, cleaning, intake, searching, threads, triage, undo, views
from omnidesk.store.leases import LeaseLostError
from omnidesk.words.errors import RefusedError
from tests.filling import (
    ANNA,
    BRAM,
    SUPPORT,
    Clock,
    Desk,
    admit,
    conversation_of,
    hold,
    mail,
    message_of,
    python,
    write_lines,
)
from tests.sync import scripted

pytestmark = pytest.mark.databases

KILLED = """
import os, sys
import psycopg
from omnidesk.desk import channels, intake, workspace
from tests.filling import mail
home, channel, deaths = sys.argv[1], int(sys.argv[2]), [int(number) for number in sys.argv[3:]]
items = [mail(str(n), answers=str(n - 1) if n % 3 else None, at=1_795_000_000_000 + n) for n in range(1, 10)]
def run(stop_after):
    opened = workspace.open_workspace(home)
    statements = 0
    def count(statement):
        nonlocal statements
        statements += 1
        if statements > stop_after:
            os._exit(9)
    if opened.database.dialect == "sqlite":
        for raw in (opened.database.reader.raw, opened.blobs.small.connection.raw):
            raw.set_trace_callback(count)
        opened.database.write(lambda tx: tx.raw.set_trace_callback(count))
    else:
        run_it = psycopg.Connection.execute
        psycopg.Connection.execute = lambda raw, sql, *rest, **more: (count(sql), run_it(raw, sql, *rest, **more))[1]
        run_many = psycopg.Cursor.executemany
        psycopg.Cursor.executemany = lambda cursor, sql, rows: (count(sql), run_many(cursor, sql, rows))[1]
    read = channels.cursor(opened, channel).get("lines", 0)
    assert opened.database.reader.value("SELECT count(*) FROM receipt") >= read, "the cursor ran ahead"
    intake.settle_rest(opened, channel)
    for begin in range(read, 9, 3):
        kept = intake.admit(opened, channel, items[max(0, begin - 1):begin + 3], {"lines": begin + 3})
        intake.settle(opened, kept.items)
for stop_after in (*deaths, 10**9):
    child = os.fork()
    if not child:
        run(stop_after)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def texts(desk: Desk, number: int) -> list[str]:
    return [message.text for message in threads.messages(desk.workspace, number)]


def causes(desk: Desk) -> list[str]:
    return [row[0] for row in desk.workspace.database.reader.all("SELECT cause FROM quarantine")]


# --- promise 2: nothing is received twice ---


def test_the_same_item_twice_is_one_message(desk: Desk) -> None:
    """Promise 2, in one batch and in two."""
    one = mail("1")
    assert desk.receives(one, one) == [1, 1]
    again = admit(desk.workspace, desk.channel, one, mail("2"))
    assert (len(again.items), again.duplicates) == (1, 1)
    assert (desk.count("message"), desk.count("receipt"), desk.count("raw_item")) == (1, 2, 2)


def test_the_same_mail_in_two_mailboxes_is_one_message_with_two_receipts(desk: Desk) -> None:
    """Promise 2."""
    sales = desk.adds_channel("sales", "sales@shop.test")
    (first,) = desk.receives(mail("1"))
    (second,) = desk.receives(mail("1"), channel=sales)
    assert first == second
    (message,) = threads.messages(desk.workspace, first)
    assert [receipt.channel for receipt in message.receipts] == ["demo", "sales"]
    assert views.count(desk.workspace, "open", None) == 1


def test_the_same_mail_admitted_in_both_mailboxes_before_either_was_filed_is_one_message(desk: Desk) -> None:
    """Promise 2."""
    sales = desk.adds_channel("sales", "sales@shop.test")
    admit(desk.workspace, desk.channel, mail("1"))
    admit(desk.workspace, sales, mail("1"))
    intake.settle_rest(desk.workspace, sales.id)
    intake.settle_rest(desk.workspace, desk.channel.id)
    (message,) = threads.messages(desk.workspace, 1)
    assert len(message.receipts) == 2


def test_the_same_message_id_with_other_content_is_another_message_and_flagged(desk: Desk) -> None:
    """Promise 2: a Message-ID alone never makes two mails one."""
    numbers = desk.receives(mail("1", "One text", source="<1@example.test> a"))
    numbers += desk.receives(mail("1", "Quite another", source="<1@example.test> b"))
    found = [message for number in set(numbers) for message in threads.messages(desk.workspace, number)]
    flagged = {message.text: "same-id-other-content" in message.warnings for message in found}
    assert flagged == {"One text": False, "Quite another": True}


def test_two_providers_that_both_count_from_one_do_not_swallow_each_others_messages(desk: Desk) -> None:
    """Promise 1: ids of two channels have nothing to do with each other unless the content is the same."""
    sales = desk.adds_channel("sales", "sales@shop.test")
    (first,) = desk.receives(mail("a", "My parcel", source="1"))
    (second,) = desk.receives(mail("b", "Your offer", source="1", sender=BRAM), channel=sales)
    assert texts(desk, first) == ["My parcel"]
    assert second != first
    assert texts(desk, second) == ["Your offer"]


def test_items_without_an_id_are_known_by_their_content(desk: Desk) -> None:
    """Promise 1: an empty source id is nobody's."""
    first, second = (replace(mail(name, name), source_id="") for name in ("1", "2"))
    admit(desk.workspace, desk.channel, first, second)
    admit(desk.workspace, desk.channel, second)
    intake.settle_rest(desk.workspace, desk.channel.id)
    assert desk.count("message") == 2


def test_racing_readers_of_one_source_keep_each_item_once(desk: Desk) -> None:
    """Promise 2: the receipt's uniqueness decides, not a check in code."""
    items = [mail(str(number)) for number in range(20)]
    barrier = threading.Barrier(3)

    def take() -> None:
        barrier.wait()
        kept = intake.admit(desk.workspace, desk.channel.id, items)
        intake.settle(desk.workspace, kept.items)

    racing = [threading.Thread(target=take) for _ in range(3)]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    intake.settle_rest(desk.workspace, desk.channel.id)
    assert (desk.count("message"), desk.count("receipt"), desk.count("raw_item")) == (20, 20, 20)


def test_a_removed_channel_added_again_brings_nothing_twice(desk: Desk) -> None:
    """Promises 2 and 10."""
    desk.receives(mail("1"), mail("2", sender=BRAM))
    channels.remove(desk.workspace, desk.me, "demo")
    again = desk.adds_channel("demo", SUPPORT)
    desk.receives(mail("1"), mail("2", sender=BRAM), channel=again)
    assert desk.count("message") == 2
    assert views.count(desk.workspace, "open", None) == 2


def test_what_was_deleted_and_purged_does_not_return(time: Clock, desk: Desk) -> None:
    """Promises 2 and 10: the tombstone stays."""
    (number,) = desk.receives(mail("1", "Forget me"))
    triage.delete(desk.workspace, desk.me, number)
    time.forward(days=31)
    assert cleaning.clean(desk.workspace).messages == 1
    again = admit(desk.workspace, desk.channel, mail("1", "Forget me"))
    assert (len(again.items), again.duplicates) == (0, 1)
    channels.remove(desk.workspace, desk.me, "demo")
    added_again = desk.adds_channel("demo", SUPPORT)
    assert len(admit(desk.workspace, added_again, mail("1", "Forget me")).items) == 0
    assert desk.receives(mail("2", answers="1"), channel=added_again) == [2]


def test_what_was_deleted_but_not_purged_does_not_return_either(desk: Desk) -> None:
    """Promise 2."""
    (number,) = desk.receives(mail("1"))
    triage.delete(desk.workspace, desk.me, number)
    assert desk.receives(mail("1")) == [number]
    assert views.count(desk.workspace, "open", None) == 0
    assert desk.count("message") == 1


def words_of_the_index(desk: Desk) -> list[str]:
    if desk.workspace.database.dialect == "postgresql":
        return [row[0] for row in desk.workspace.database.reader.all("SELECT words::text FROM search")]
    desk.workspace.database.write(
        lambda tx: tx.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)")
    )
    return [row[0] for row in desk.workspace.database.write(lambda tx: tx.all("SELECT term FROM words"))]


def test_purging_takes_text_and_every_copy_of_the_original(time: Clock, desk: Desk) -> None:
    """Promise 10: after thirty days text and blobs go, also those of a second mailbox."""
    sales = desk.adds_channel("sales", "sales@shop.test")
    files = {"../secret/doc\x1b[2J .txt": b"disease"}
    (number,) = desk.receives(mail("1", "My secret disease", files=files))
    desk.receives(mail("1", "My secret disease", files=files, via="sales"), channel=sales)
    assert desk.count("message") == 1
    blobs = [row[0] for row in desk.workspace.database.reader.all("SELECT blob FROM raw_item")]
    assert len(set(blobs)) == 2
    triage.delete(desk.workspace, desk.me, number)
    time.forward(days=31)
    cleaning.clean(desk.workspace)
    assert desk.count("raw_item") == 0
    assert desk.count("message") == 0
    for name in blobs:
        with pytest.raises(Exception, match="is gone"):
            desk.workspace.blobs.get(name)
    assert words_of_the_index(desk) == []


def test_a_deletion_younger_than_thirty_days_stays_undoable(time: Clock, desk: Desk) -> None:
    """Promise 10."""
    (number,) = desk.receives(mail("1"))
    act = triage.delete(desk.workspace, desk.me, number)
    time.forward(days=29)
    assert cleaning.clean(desk.workspace).messages == 0
    undo.undo(desk.workspace, desk.me, act.id)
    assert texts(desk, number) == ["Where is my order?"]
    assert views.count(desk.workspace, "open", None) == 1


def test_what_was_purged_cannot_be_brought_back(time: Clock, desk: Desk) -> None:
    """Promises 10 and 13: nothing to restore, so it is refused, and no empty conversation comes to the desk."""
    (number,) = desk.receives(mail("1"))
    act = triage.delete(desk.workspace, desk.me, number)
    time.forward(days=31)
    cleaning.clean(desk.workspace)
    with pytest.raises(RefusedError):
        undo.undo(desk.workspace, desk.me, act.id)
    assert views.count(desk.workspace, "open", None) == 0


# --- promise 1: nothing received is lost ---


def test_cursor_and_items_are_kept_together(desk: Desk) -> None:
    """Promise 1."""
    admit(desk.workspace, desk.channel, mail("1"), cursor={"lines": 1})
    assert channels.cursor(desk.workspace, desk.channel.id) == {"lines": 1}

    class Broken(dict):  # type: ignore[type-arg]
        pass

    with pytest.raises(TypeError):
        admit(desk.workspace, desk.channel, mail("2"), cursor=Broken(lines=object()))
    assert desk.count("receipt") == 1
    assert channels.cursor(desk.workspace, desk.channel.id) == {"lines": 1}


def test_a_lost_lease_writes_nothing(time: Clock, desk: Desk) -> None:
    """Promise 1: neither admitted, nor filed, nor the cursor moved."""
    held = hold(desk.workspace, desk.channel, "one", 10)
    kept = admit(desk.workspace, desk.channel, mail("1"), cursor={"lines": 1}, held=held)
    time.forward(seconds=11)
    hold(desk.workspace, desk.channel, "two", 10)
    with pytest.raises(LeaseLostError):
        admit(desk.workspace, desk.channel, mail("2"), cursor={"lines": 2}, held=held)
    with pytest.raises(LeaseLostError):
        intake.settle(desk.workspace, kept.items, held)
    assert (desk.count("receipt"), desk.count("message")) == (1, 0)
    assert channels.cursor(desk.workspace, desk.channel.id) == {"lines": 1}


def test_what_was_admitted_is_filed_by_the_next_run_exactly_once(desk: Desk) -> None:
    """Promise 1: killed between admit and settle."""
    admit(desk.workspace, desk.channel, *(mail(str(number)) for number in range(250)))
    assert intake.settle_rest(desk.workspace, desk.channel.id) == intake.Settled(250, 0)
    assert intake.settle_rest(desk.workspace, desk.channel.id) == intake.Settled(0, 0)
    assert desk.count("message") == 250


def test_filing_the_same_items_twice_changes_nothing(desk: Desk) -> None:
    """Promise 1: settling is repeatable."""
    kept = admit(desk.workspace, desk.channel, mail("1"), mail("2"))
    assert intake.settle(desk.workspace, kept.items).filed == 2
    assert intake.settle(desk.workspace, kept.items).filed == 0
    assert desk.count("message") == 2


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_instant_the_next_run_continues_exactly(desk: Desk, seed: int) -> None:
    """Promises 1 and 2: a process that dies at random statements loses nothing and doubles nothing."""
    at = random.Random(seed)
    deaths = [at.randrange(5, 80) for _ in range(12)]
    said = python(KILLED, desk.workspace.home.path, desk.channel.id, *deaths).communicate()[0].split()
    assert set(said[:-1]) <= {"9", "0"}
    assert said.count("9") >= 3
    assert said[-1] == "0"
    assert desk.count("message") == desk.count("receipt") == desk.count("raw_item", "state = 'done'") == 9
    numbers = [conversation_of(desk.workspace, mail(str(n)).source_id) for n in range(1, 10)]
    assert numbers == [1, 1, 2, 2, 2, 3, 3, 3, 4]
    shown = views.page(desk.workspace, "all", None, 9)
    assert {row.id: row.message_count for row in shown} == {1: 2, 2: 3, 3: 3, 4: 1}


def test_a_poison_item_goes_to_quarantine_and_the_others_go_on(desk: Desk) -> None:
    """Promise 1."""
    poison = replace(mail("2"), raw=b"\x00 this is no JSON")
    assert desk.receives(mail("1"), poison, mail("3", sender=BRAM)) == [1, 0, 2]
    (cause,) = causes(desk)
    assert "cannot be decoded" in cause
    assert desk.count("raw_item", "state = 'quarantined'") == 1
    assert intake.item_of(desk.workspace, desk.value("SELECT raw_item_id FROM quarantine")).raw == poison.raw


def test_an_item_that_breaks_filing_leaves_no_trace_of_itself_but_its_cause(scripted_kinds: None, desk: Desk) -> None:
    """Promise 1: an item is filed whole or not at all."""
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    poison = scripted.item("bad", sender="poison@example.test", sent_at=2**70)
    assert desk.receives(scripted.item("good"), poison, scripted.item("fine", sender=BRAM), channel=odd) == [1, 0, 2]
    assert "filing failed" in causes(desk)[0]
    assert desk.count("identity", "value = 'poison@example.test'") == 0


@pytest.mark.parametrize(
    "odd",
    [
        {"received_at": 10**25},
        {"received_at": -(10**25)},
        {"source_id": "\ud800"},
        {"folder": "\ud800"},
        {"headers": {"x": "\udfff"}},
        {"position": "\ud800"},
    ],
    ids=str,
)
def test_an_item_that_cannot_even_be_written_down_as_it_is_stops_nothing(desk: Desk, odd: dict[str, object]) -> None:
    """Promise 1: whatever a source says, the channel goes on."""
    kept = admit(desk.workspace, desk.channel, mail("1"), replace(mail("2"), **odd), mail("3"), cursor={"lines": 3})
    assert len(kept.items) == 3
    intake.settle_rest(desk.workspace, desk.channel.id)
    assert desk.count("message") + desk.count("quarantine") == 3
    assert message_of(desk.workspace, mail("3").source_id)


def test_an_item_whose_original_is_gone_does_not_stop_the_others(desk: Desk) -> None:
    """Promise 1."""
    admit(desk.workspace, desk.channel, mail("1"), mail("2"), mail("3"))
    lost = desk.value("SELECT blob FROM raw_item WHERE source_id = ?", mail("2").source_id)
    desk.workspace.blobs.remove([lost], 2**60)
    intake.settle_rest(desk.workspace, desk.channel.id)
    assert desk.count("message") == 2
    assert desk.count("raw_item", "state = 'quarantined'") == 1


def test_a_broken_message_takes_its_whole_raw_item_to_quarantine(scripted_kinds: None, desk: Desk) -> None:
    """Promise 1: filed whole or not at all, also what is put off to the end of a batch."""
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    body = scripted.item(
        "hook", {"external_id": "a", "text": "uniqueword"}, {"external_id": "b", "sent_at": 2**70}, at=1_700_000_000_000
    )
    assert desk.receives(scripted.item("1"), body, scripted.item("2"), channel=odd) == [1, 0, 2]
    assert searching.search(desk.workspace, "uniqueword", None)[0] == []
    assert desk.count("conversation") == 2
    assert [row.id for row in views.page(desk.workspace, "all", None, 9)] == [2, 1]


@pytest.mark.parametrize("odd", ["\ud800", "\x1b[2J", "\x00"])
def test_a_cause_may_hold_anything(scripted_kinds: None, desk: Desk, odd: str) -> None:
    """Promises 1 and 8: what a decoder says of a poison item is foreign text too."""
    channel = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    poison = scripted.item("2", deliveries=[{odd: 1}])
    assert desk.receives(scripted.item("1"), poison, scripted.item("3"), channel=channel) == [1, 0, 2]
    (cause,) = causes(desk)
    assert odd not in cause


def test_one_raw_item_may_give_several_messages(scripted_kinds: None, desk: Desk) -> None:
    """Promise 1: a webhook's body may hold several messages, each with its files."""
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    body = scripted.item(
        "hook",
        {"external_id": "a", "text": "First", "files": {"a.txt": b"one"}},
        {"external_id": "b", "text": "Second", "sender": BRAM, "files": {"b.txt": b"two"}},
        {"external_id": "c", "text": "Third", "in_reply_to": ["a"]},
    )
    desk.receives(body, channel=odd)
    assert desk.count("message") == 3
    assert texts(desk, 1) == ["First", "Third"]
    assert texts(desk, 2) == ["Second"]
    files = [message.attachments[0] for number in (1, 2) for message in threads.messages(desk.workspace, number)[:1]]
    assert [threads.attachment_bytes(desk.workspace, file.id)[1] for file in files] == [b"one", b"two"]
    desk.receives(body, channel=odd)
    assert desk.count("message") == 3


def test_a_forged_message_with_our_own_message_id_is_not_swallowed(desk: Desk) -> None:
    """Promise 1: whoever got an answer of ours knows its Message-ID; what they write under it is still news."""
    from omnidesk.desk import composing

    (number,) = desk.receives(mail("1"))
    ours = composing.reply(desk.workspace, desk.me, number, "Dear Anna").message
    desk.sends_all()
    desk.receives(mail(ours.external_id or "", "I never got my money back", source="other"))
    assert desk.count("message", "text = 'I never got my money back'") == 1
    assert desk.count("message", "warnings LIKE '%same-id-other-content%'") == 1


def test_our_own_copy_in_sent_is_a_receipt_of_what_we_sent(desk: Desk) -> None:
    """Promise 2."""
    from omnidesk.desk import composing

    (number,) = desk.receives(mail("1"))
    ours = composing.reply(desk.workspace, desk.me, number, "Dear Anna").message
    desk.sends_all()
    copy = mail(ours.external_id or "", "Dear Anna", sender=SUPPORT, to=[ANNA], outbound=True, source="copy")
    assert desk.receives(copy) == [number]
    assert [len(message.receipts) for message in threads.messages(desk.workspace, number)] == [1, 1]


def test_quarantined_items_can_be_tried_again(desk: Desk) -> None:
    poison = replace(mail("2"), raw=b"{}")
    desk.receives(poison)
    raw_id = desk.value("SELECT raw_item_id FROM quarantine")
    assert intake.settle(desk.workspace, [(raw_id, intake.item_of(desk.workspace, raw_id))]).quarantined == 1
    assert desk.value("SELECT attempts FROM quarantine") == 2
    assert intake.settle(desk.workspace, [(raw_id, mail("2"))]).filed == 1
    assert (desk.count("quarantine"), desk.count("message")) == (0, 1)


def test_removing_a_channel_keeps_its_messages_and_frees_its_name(desk: Desk) -> None:
    """Promise 10."""
    (number,) = desk.receives(mail("1"))
    channels.rename(desk.workspace, desk.me, "demo", "renamed")
    channels.disable(desk.workspace, desk.me, "renamed")
    channels.remove(desk.workspace, desk.me, "renamed")
    assert texts(desk, number) == ["Where is my order?"]
    assert (
        threads.raw(desk.workspace, threads.messages(desk.workspace, number)[0].id)
        == mail("1", at=desk.value("SELECT received_at FROM raw_item")).raw
    )
    desk.adds_channel("renamed", "new@shop.test")


def test_the_sample_channel_reads_only_whole_lines(desk: Desk) -> None:
    write_lines(desk.folder, mail("1"))
    with (desk.folder / "inbox.jsonl").open("ab") as inbox:
        inbox.write(b'{"id": "half')
    from omnidesk.connectors.base import Account
    from omnidesk.connectors.sample import SampleConnector

    connector = SampleConnector(Account(1, "demo", SUPPORT, {"folder": str(desk.folder)}))
    assert len(connector._lines()) == 1


def test_a_line_that_is_no_message_still_has_an_id_of_its_own(desk: Desk) -> None:
    from omnidesk.connectors.sample import SampleConnector

    first, again, other = (SampleConnector._item(line) for line in (b"junk", b"junk", b"more"))
    assert isinstance(first, Item)
    assert first.source_id == again.source_id != other.source_id != ""


def test_a_long_batch_lets_others_write_in_between(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many at once: a transaction of intake that took too long is followed by shorter ones."""
    hand = iter(range(1000))
    monkeypatch.setattr(clock, "monotonic", lambda: next(hand) * intake.LONGEST * 2)
    monkeypatch.setattr(intake, "FIRST", 4)
    monkeypatch.setattr(intake, "FEWEST", 1)
    numbers = desk.receives(*(mail(str(number), sender=f"c{number}@example.test") for number in range(7)))
    assert len(set(numbers)) == 7
    assert desk.count("act", "kind = 'received'") == 3
    assert desk.count("raw_item", "state = 'done'") == 7
