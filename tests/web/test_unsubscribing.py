"""Unsubscribing from what goes to many, end to end: the fields of the mail, the page, the mailbox (RFC 8058)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from omnidesk.connectors.email.compose import prepare
from omnidesk.desk import bulk, composing, consent_record, customers, erasing, outbox, settings, threads
from omnidesk.sync import secrets
from omnidesk.sync.channel import ChannelRun
from omnidesk.words.rows import Channel
from tests.filling import ANNA, BRAM, Desk, mail
from tests.servers import Mailbox, simple_mail
from tests.web.site import served

PUBLIC = "https://desk.example.test"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    with served(desk.workspace) as address:
        yield address


def mailed(desk: Desk, *numbers: int, public_url: str = PUBLIC) -> Message:
    """Send a bulk answer; return the mail of the first conversation as it leaves."""
    settings.put(desk.workspace, "public_url", public_url)
    sent = bulk.send(desk.workspace, desk.me, bulk.prepare(desk.workspace, desk.me, numbers, "Big sale!"))
    payload = prepare(outbox.outgoing(desk.workspace, sent.messages[0]), {})
    return message_from_bytes(payload.data)


def links(found: Message) -> tuple[str, str]:
    page, mailbox = re.findall(r"<([^>]+)>", str(found["List-Unsubscribe"]))
    return page, mailbox


def said(desk: Desk, address: str = ANNA) -> list[tuple[str, str, str]]:
    (one,) = customers.find(desk.workspace, address)
    return [(each.purpose, each.state, each.source) for each in one.identities[0].consent]


def test_a_mail_to_many_says_where_to_unsubscribe_and_an_answer_does_not(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    found = mailed(desk, number)
    page, mailbox = links(found)
    assert page.startswith(f"{PUBLIC}/unsubscribe/")
    assert mailbox.startswith("mailto:support@shop.test?subject=unsubscribe%20")
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    queued = composing.reply(desk.workspace, desk.me, number, "It left")
    answer = message_from_bytes(prepare(outbox.outgoing(desk.workspace, queued.message.id), {}).data)
    assert answer["List-Unsubscribe"] is None


@pytest.mark.parametrize("public_url", ["", "http://desk.example.test"])
def test_without_https_there_is_only_the_mailbox(desk: Desk, public_url: str) -> None:
    (number,) = desk.receives(mail("1"))
    found = mailed(desk, number, public_url=public_url)
    assert re.findall(r"<(mailto:[^>]+)>", str(found["List-Unsubscribe"]))
    assert "http" not in str(found["List-Unsubscribe"]) and found["List-Unsubscribe-Post"] is None


def test_one_click_unsubscribes_once_and_for_all_mailings(desk: Desk, site: str) -> None:
    number, other = desk.receives(mail("1"), mail("2", sender=BRAM))
    page = links(mailed(desk, number, other))[0].replace(PUBLIC, site)
    asked = httpx.get(page, headers={"Accept-Language": "nl"})
    assert asked.status_code == 200 and "Afmelden" in asked.text and "<script" not in asked.text
    assert 'form method="post"' in asked.text
    assert said(desk) == [], "who follows a link has not unsubscribed"
    done = httpx.post(page, data=ONE_CLICK)
    assert done.status_code == 200 and "You are unsubscribed" in done.text
    assert said(desk) == [("marketing", "withdrawn", "unsubscribe link")]
    acts = desk.count("act")
    assert httpx.post(page, data=ONE_CLICK).status_code == 200
    assert desk.count("act") == acts, "a second click changes nothing"
    assert said(desk, BRAM) == []
    prepared = bulk.prepare(desk.workspace, desk.me, [number, other], "Another sale!")
    assert [one.conversation_id for one in prepared.recipients] == [other]
    assert "said unsubscribe link" in prepared.refused[0].reason
    composing.reply(desk.workspace, desk.me, number, "It left")
    (change,) = consent_record.history(desk.workspace, customers.find(desk.workspace, ANNA)[0].id)
    assert (change.by, change.source) == ("omnidesk", "unsubscribe link")


def test_a_forged_link_changes_nothing(desk: Desk, site: str) -> None:
    (number,) = desk.receives(mail("1"))
    token = links(mailed(desk, number))[0].rpartition("/")[2]
    identity, channel, sign = token.split(".")
    for forged in (
        f"{identity}.{channel}.{'0' * 40}", f"{int(identity) + 1}.{channel}.{sign}", f"{identity}.{channel}", "x",
        f"{identity}.{channel}.{sign}0", "١.1." + sign,
    ):  # fmt: skip
        for answer in (
            httpx.post(f"{site}/unsubscribe/{forged}", data=ONE_CLICK),
            httpx.get(f"{site}/unsubscribe/{forged}"),
        ):
            assert answer.status_code == 404 and "does not work" in answer.text
    assert httpx.post(f"{site}/unsubscribe/{token}", content=b"x" * 10_000).status_code == 413
    assert said(desk) == []


def test_a_mail_with_the_token_unsubscribes_and_is_no_work(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    token = links(mailed(desk, number))[0].rpartition("/")[2]
    (other,) = desk.receives(mail("u1", "", subject=f"unsubscribe {token}", sender="anna.elsewhere@example.test"))
    assert said(desk) == [("marketing", "withdrawn", "unsubscribe mail")]
    (message,) = threads.messages(desk.workspace, other)
    assert message.auto == "feedback"
    found = threads.conversation(desk.workspace, other)
    assert found.waiting_since is None and found.next_due_at is None
    desk.receives(mail("u2", "", subject=f"Re: unsubscribe {token[:-1]}0", sender=BRAM))
    assert said(desk, BRAM) == []


def test_a_relay_has_no_such_page(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    page = links(mailed(desk, number))[0]
    with served(desk.workspace, relays=True) as site:
        assert httpx.post(page.replace(PUBLIC, site), data=ONE_CLICK).status_code == 404
    assert said(desk) == []


def test_the_page_speaks_german_too(desk: Desk, site: str) -> None:
    (number,) = desk.receives(mail("1"))
    page: Any = links(mailed(desk, number))[0].replace(PUBLIC, site)
    assert "Abmelden" in httpx.get(f"{page}?lang=de").text
    assert "abgemeldet" in httpx.post(f"{page}?lang=de", data=ONE_CLICK).text


@pytest.mark.servers
def test_through_real_mail_servers_to_the_mailbox_and_back_and_gone_for_good(
    desk: Desk, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mailing leaves with its fields, a mail program answers to the mailbox, the customer is erased: neither their
    mails on the server nor our copy in Sent come back."""
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    monkeypatch.setattr(bulk, "WINDOW", 0)
    settings.put(desk.workspace, "public_url", PUBLIC)
    office = desk.adds_channel("office", mailbox.address, "email", settings=mailbox.settings)
    secrets.store(office.id, mailbox.secrets)
    mailbox.deliver(simple_mail("Parcel", "Where is it?", f"Anna <{ANNA}>", mailbox.address))
    _runs(desk, office)
    number = int(desk.value("SELECT max(id) FROM conversation"))
    bulk.send(desk.workspace, desk.me, bulk.prepare(desk.workspace, desk.me, [number], "Big sale!"))
    _runs(desk, office)
    taken = [one for one in mailbox.server.submission.accepted if one.recipients == [ANNA]][-1]  # others share it
    page, there = links(message_from_bytes(taken.raw))
    asked = unquote(there.partition("?subject=")[2])
    assert page.endswith(asked.partition(" ")[2])
    mailbox.deliver(simple_mail(asked, "", f"Anna <{ANNA}>", mailbox.address))
    _runs(desk, office)
    assert said(desk) == [("marketing", "withdrawn", "unsubscribe mail")]
    messages = desk.count("message")
    erasing.erase(desk.workspace, desk.me, customers.find(desk.workspace, ANNA)[0].id)
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE channel SET cursor_json = '{}' WHERE id = ?", (office.id,))
    )
    _runs(desk, office)
    assert desk.count("message") == messages
    assert customers.find(desk.workspace, ANNA) == []


def _runs(desk: Desk, channel: Channel) -> None:
    """Read a mailbox to its end and send what is due."""
    conf = settings.current(desk.workspace)
    done = asyncio.run(ChannelRun(desk.workspace, channel, "test", conf, asyncio.to_thread).once())
    assert done.error is None, done.error
