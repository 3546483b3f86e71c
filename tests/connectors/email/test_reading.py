"""A mailbox is read whole, newest first, and what comes is told at once; whatever breaks, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from omnidesk.connectors.base import ConnectionLostError, ConnectorError
from omnidesk.connectors.email import EmailConnector, reading
from tests.connectors.email.conftest import Listening, connector, everything
from tests.servers import Mailbox, MailServer, simple_mail

pytestmark = pytest.mark.servers
Listen = Callable[[EmailConnector, Any], Listening]


def numbered(count: int, start: int = 1) -> list[bytes]:
    return [simple_mail(f"number {n}", message_id=f"<{n}@example.org>") for n in range(start, start + count)]


def ids(items: list[Any]) -> list[str]:
    return [item.source_id.split(":")[0] for item in items]


async def test_the_first_sync_is_complete_and_brings_the_newest_first(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_MAILS", 10)
    monkeypatch.setattr(reading, "FETCH_MAILS", 10)
    mailbox.append_many("INBOX", numbered(35))
    batches = [batch async for batch in connector(mailbox).pull({})]
    assert ids(list(batches[0].items)) == [f"<{n}@example.org>" for n in range(26, 36)]
    assert [len(batch.items) for batch in batches] == [10, 10, 10, 5]
    assert [(batch.done, batch.total) for batch in batches] == [(10, 35), (20, 35), (30, 35), (35, 35)]
    assert batches[-1].cursor["folders"]["INBOX"]["ranges"] == [[1, 35]]


async def test_nothing_is_read_again_and_nothing_on_the_server_changes(mailbox: Mailbox) -> None:
    mailbox.append_many("INBOX", numbered(3))
    _, cursor = await everything(connector(mailbox))
    assert (await everything(connector(mailbox), cursor))[0] == []
    mailbox.append_many("INBOX", numbered(1, start=4))
    items, _ = await everything(connector(mailbox), cursor)
    assert ids(items) == ["<4@example.org>"]
    assert not any(b"Seen" in flags for flags in mailbox.server.flags(mailbox.address))


async def test_sent_and_junk_are_read_and_told_apart_by_their_flags(mailbox: Mailbox) -> None:
    mailbox.append("INBOX", simple_mail("in"))
    mailbox.append("Sent", simple_mail("out"))
    mailbox.append("Junk", simple_mail("junk"))
    mailbox.append("Archive", simple_mail("not read"))
    items, _ = await everything(connector(mailbox))
    assert [(item.folder, item.outbound, item.junk) for item in items] == [
        ("INBOX", False, False),
        ("Sent", True, False),
        ("Junk", False, True),
    ]


async def test_named_folders_are_read_instead(mailbox: Mailbox) -> None:
    with mailbox.server.imap(mailbox.address) as client:
        client.create('"Klachten &AOk-"')
    mailbox.append('"Klachten &AOk-"', simple_mail("complaint"))
    mailbox.append("INBOX", simple_mail("in"))
    items, _ = await everything(connector(mailbox, folders="Klachten é, Missing"))
    assert [item.folder for item in items] == ["Klachten é"]


async def test_a_sync_that_broke_off_goes_on_where_it_was(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_MAILS", 10)
    monkeypatch.setattr(reading, "FETCH_MAILS", 10)
    mailbox.append_many("INBOX", numbered(30))
    first = connector(mailbox).pull({})
    batch = await anext(first)
    await first.aclose()  # type: ignore[attr-defined]
    mailbox.append_many("INBOX", numbered(5, start=31))
    items, cursor = await everything(connector(mailbox), batch.cursor)
    assert sorted(ids(items) + ids(list(batch.items))) == sorted(f"<{n}@example.org>" for n in range(1, 36))
    assert cursor["folders"]["INBOX"]["ranges"] == [[1, 35]]


async def test_a_server_killed_in_mid_fetch_loses_and_doubles_nothing(
    own_mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_MAILS", 10)
    monkeypatch.setattr(reading, "FETCH_MAILS", 10)
    mailbox = own_mail_server.mailbox()
    # Larger than what the sockets hold between them: the rest cannot be on its way already.
    mails = [simple_mail(message_id=f"<{n}@example.org>", text="x" * 70 + "\n" + "y" * 900_000) for n in range(40)]
    mailbox.append_many("INBOX", mails)
    got: list[Any] = []
    cursor: Any = {}
    with pytest.raises(ConnectionLostError):
        async for batch in connector(mailbox).pull({}):
            got += batch.items
            cursor = batch.cursor
            own_mail_server.kill()
    assert 0 < len(got) < 40
    own_mail_server.start()
    rest, _ = await everything(connector(mailbox), cursor)
    assert sorted(ids(got) + ids(rest)) == sorted(f"<{n}@example.org>" for n in range(40))


@pytest.mark.parametrize("folder", ["INBOX", "Sent"])
async def test_under_a_new_uidvalidity_everything_is_read_again_as_the_same(mailbox: Mailbox, folder: str) -> None:
    mailbox.append_many(folder, numbered(5))
    before, cursor = await everything(connector(mailbox))
    mailbox.server.reset_uidvalidity(mailbox.address, folder)
    after, _ = await everything(connector(mailbox), cursor)
    assert [item.source_id for item in after] == [item.source_id for item in before]


async def test_a_folder_that_vanished_does_not_keep_the_others_from_being_read(mailbox: Mailbox) -> None:
    mailbox.append("Junk", simple_mail())
    _, cursor = await everything(connector(mailbox, folders="INBOX,Junk"))
    mailbox.server.delete_folder(mailbox.address, "Junk")
    mailbox.append("INBOX", simple_mail("later"))
    items, _ = await everything(connector(mailbox, folders="INBOX,Junk"), cursor)
    assert [item.folder for item in items] == ["INBOX"]


async def test_no_folder_at_all_is_an_error_in_words(mailbox: Mailbox) -> None:
    with pytest.raises(ConnectorError, match=r"none of the folders Nowhere exists; there are: .*INBOX"):
        await everything(connector(mailbox, folders="Nowhere"))


async def test_a_large_mail_is_put_together_and_a_huge_one_comes_as_its_header(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 10_000)
    monkeypatch.setattr(reading, "LARGEST", 60_000)
    large, huge = (simple_mail(message_id=f"<{size}@x>", text=("z" * 98 + "\n") * size) for size in (495, 900))
    mailbox.append_many("INBOX", [simple_mail(message_id="<small@x>"), large, huge])
    items, cursor = await everything(connector(mailbox))
    by_id = dict(zip(ids(items), items, strict=True))
    assert by_id["<495@x>"].raw == large
    assert by_id["<900@x>"].headers["truncated"] == str(len(huge))
    assert by_id["<900@x>"].raw == huge[: huge.index(b"\r\n\r\n") + 4]
    assert cursor["folders"]["INBOX"]["ranges"] == [[1, 3]]


async def test_batches_stay_within_memory(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_BYTES", 5_000)
    mailbox.append_many("INBOX", [simple_mail(text="x" * 900 + "\n") for _ in range(20)])
    batches = [batch async for batch in connector(mailbox).pull({})]
    assert max(len(batch.items) for batch in batches) <= 6
    assert sum(len(batch.items) for batch in batches) == 20


async def test_a_new_mail_is_told_at_once(mailbox: Mailbox, listening: Listen) -> None:
    source = connector(mailbox, poll_seconds=60)
    _, cursor = await everything(source)
    listener = listening(source, cursor)
    mailbox.deliver(simple_mail("live", message_id="<live@x>"))
    batch = await listener.next()
    assert ids(list(batch.items)) == ["<live@x>"]
    mailbox.deliver(simple_mail("again", message_id="<again@x>"))
    batch = await listener.next()
    assert ids(list(batch.items)) == ["<again@x>"]
    assert (await everything(source, batch.cursor))[0] == []


async def test_mail_in_other_folders_is_found_while_waiting(mailbox: Mailbox, listening: Listen) -> None:
    source = connector(mailbox)
    listener = listening(source, (await everything(source))[1])
    mailbox.append("Sent", simple_mail(message_id="<sent@x>"))
    assert ids(list((await listener.next()).items)) == ["<sent@x>"]


async def test_without_idle_the_mailbox_is_polled(listening: Listen, mailbox: Mailbox) -> None:
    server = MailServer(idle=False)
    try:
        server.start()
        other = server.mailbox()
        source = connector(other)
        listener = listening(source, (await everything(source))[1])
        other.deliver(simple_mail(message_id="<polled@x>"))
        assert ids(list((await listener.next()).items)) == ["<polled@x>"]
    finally:
        server.close()


async def test_an_empty_mailbox_whose_mails_were_deleted_is_waited_at_in_peace(
    mailbox: Mailbox, listening: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.append_many("INBOX", numbered(3))
    with mailbox.server.imap(mailbox.address) as client:
        client.select("INBOX")
        client.store("1:*", "+FLAGS", "\\Deleted")
        client.expunge()
    looks = []
    original = reading.Session.examine

    async def counting(self: Any, folder: Any) -> Any:
        looks.append(folder.name)
        return await original(self, folder)

    monkeypatch.setattr(reading.Session, "examine", counting)
    listener = listening(connector(mailbox, poll_seconds=60), {})
    mailbox.deliver(simple_mail(message_id="<first@x>"))
    assert ids(list((await listener.next()).items)) == ["<first@x>"]
    assert len(looks) < 12


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_a_connection_that_breaks_while_waiting_is_noticed(
    own_mail_server: MailServer, listening: Listen, how: str
) -> None:
    mailbox = own_mail_server.mailbox()
    source = connector(mailbox, poll_seconds=60)
    listener = listening(source, (await everything(source))[1])
    mailbox.deliver(simple_mail())
    await listener.next()
    getattr(own_mail_server, how)()
    with pytest.raises(ConnectionLostError):
        await listener.next()


async def test_a_frozen_server_is_noticed(own_mail_server: MailServer, listening: Listen) -> None:
    mailbox = own_mail_server.mailbox()
    source = connector(mailbox, timeout=1.0)
    listener = listening(source, (await everything(source))[1])
    mailbox.deliver(simple_mail())
    await listener.next()
    own_mail_server.freeze()
    try:
        with pytest.raises(ConnectionLostError, match="said nothing"):
            await listener.next()
    finally:
        own_mail_server.thaw()


async def test_a_cancelled_listener_ends_at_once_and_closes_its_connection(mailbox: Mailbox, listening: Listen) -> None:
    source = connector(mailbox, poll_seconds=60)
    listener = listening(source, {})
    mailbox.deliver(simple_mail())
    await listener.next()
    listener.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(listener.task, 5)
    assert source._mailbox._sessions == set()


async def test_reading_goes_over_tls_and_starttls(mailbox: Mailbox) -> None:
    mailbox.append("INBOX", simple_mail())
    for changes in (
        {"imap_security": "tls", "imap_port": mailbox.server.imaps_port},
        {"imap_security": "starttls"},
        {"imap_security": "starttls", "imap_host": "localhost"},
    ):
        assert len((await everything(connector(mailbox, **changes)))[0]) == 1


async def test_the_name_of_our_server_goes_with_each_mail(mailbox: Mailbox) -> None:
    mailbox.append("INBOX", simple_mail())
    items, _ = await everything(connector(mailbox, authserv_id="mx.example.test"))
    assert items[0].headers["authserv_id"] == "mx.example.test"


async def test_one_command_brings_several_batches_whose_cursors_hold_no_more_than_was_given(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_MAILS", 5)
    monkeypatch.setattr(reading, "FETCH_MAILS", 20)
    mailbox.append_many("INBOX", numbered(23))
    given: set[int] = set()
    async for batch in connector(mailbox).pull({}):
        assert len(batch.items) <= 5
        given |= {int(item.position.partition(":")[2]) for item in batch.items}
        ranges = batch.cursor["folders"]["INBOX"]["ranges"]
        assert {uid for low, high in ranges for uid in range(low, high + 1)} == given
    assert given == set(range(1, 24))
