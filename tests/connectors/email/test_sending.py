"""Promise 3: nothing is sent twice, and nothing is sent silently wrong."""

from __future__ import annotations

import email
import email.policy
import uuid
from typing import Any

import pytest

from omnidesk.connectors.base import (
    ConnectorError,
    Failed,
    LoginError,
    Outgoing,
    Payload,
    Quoted,
    Retry,
    Sent,
    Unknown,
)
from omnidesk.connectors.email import EmailConnector
from omnidesk.words.rows import Address
from tests.connectors.email.conftest import connector, everything
from tests.servers import Mailbox, simple_mail, until

pytestmark = pytest.mark.servers


class Commit:
    """Counts how often the engine was asked to commit itself."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def customer(mailbox: Mailbox) -> Mailbox:
    return mailbox.server.mailbox()


@pytest.fixture(autouse=True)
def nothing_left_over(mailbox: Mailbox) -> None:
    mailbox.server.submission.accepted.clear()


def written(mailbox: Mailbox, *to: str, **changes: Any) -> tuple[Payload, str]:
    key = str(uuid.uuid4())
    outgoing = Outgoing(
        key=key,
        external_id=f"<{key}@example.test>",
        sender=Address("Sanne (Shop)", mailbox.address),
        to=tuple(Address("", each) for each in to),
        cc=(),
        bcc=tuple(Address("", each) for each in changes.pop("bcc", ())),
        subject="Re: Where is my order?",
        text="It is on its way.\n",
        at=1_793_610_000_000,
        conversation=12,
        token="abcdef123",
        in_reply_to="<parent@example.org>",
        references=("<root@example.org>", "<parent@example.org>"),
        quoted=Quoted("Anna", "Where is it?", 1_793_600_000_000),
    )
    return EmailConnector.prepare(outgoing, changes), key


async def test_a_reply_arrives_threaded(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    commit = Commit()
    result = await connector(mailbox).send(payload, key, commit)
    assert isinstance(result, Sent)
    assert commit.count == 1
    (raw,) = until(customer.messages, "the reply")
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["From"] == f'"Sanne (Shop)" <{mailbox.address}>'
    assert mail["In-Reply-To"] == "<parent@example.org>"
    assert mail["References"] == "<root@example.org> <parent@example.org>"
    assert mail["Message-ID"] == f"<{key}@example.test>"
    assert mail.get_content().strip() == "It is on its way."


async def test_the_server_is_told_our_key_for_its_reports(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    await connector(mailbox).send(payload, key, Commit())
    assert f"ENVID={key}" in mailbox.server.submission.accepted[-1].options


async def test_hidden_recipients_are_in_the_envelope_only(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address, bcc=["hidden@example.org"])
    await connector(mailbox).send(payload, key, Commit())
    accepted = mailbox.server.submission.accepted[-1]
    assert accepted.recipients == [customer.address, "hidden@example.org"]
    assert b"hidden@example.org" not in accepted.raw


async def test_a_refused_recipient_among_others_is_named(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address, "ghost@example.test")
    with mailbox.server.submission.failing(**{"ghost@example.test": "550 no such user"}):
        result = await connector(mailbox).send(payload, key, Commit())
    assert isinstance(result, Sent)
    assert result.refused == {"ghost@example.test": "550 no such user"}


@pytest.mark.parametrize(
    ("replies", "kind", "committed"),
    [
        ({"MAIL": "451 later"}, Retry, 0),
        ({"MAIL": "550 never"}, Failed, 0),
        ({"RCPT": "450 greylisted"}, Retry, 0),
        ({"RCPT": "550 no such user"}, Failed, 0),
        ({"DATA": "451 later"}, Retry, 1),
        ({"DATA": "554 spam"}, Failed, 1),
    ],
)
async def test_a_refusal_is_certain(
    mailbox: Mailbox, customer: Mailbox, replies: dict[str, str], kind: type, committed: int
) -> None:
    payload, key = written(mailbox, customer.address)
    commit = Commit()
    with mailbox.server.submission.failing(**replies):
        result = await connector(mailbox).send(payload, key, commit)
    assert type(result) is kind
    assert next(iter(replies.values())) in result.reason
    assert commit.count == committed
    assert mailbox.server.submission.accepted == []


@pytest.mark.parametrize("fault", ["refuse", "drop_before_data"])
async def test_a_connection_lost_before_data_has_sent_nothing(mailbox: Mailbox, customer: Mailbox, fault: Any) -> None:
    payload, key = written(mailbox, customer.address)
    commit = Commit()
    with mailbox.server.submission.failing(fault):
        result = await connector(mailbox).send(payload, key, commit)
    assert isinstance(result, Retry)
    assert commit.count == 0


@pytest.mark.parametrize(("fault", "gone"), [("drop_in_data", 0), ("drop_after_data", 1), ("hang_after_data", 1)])
async def test_a_connection_lost_after_data_leaves_the_outcome_unknown(
    mailbox: Mailbox, customer: Mailbox, fault: Any, gone: int
) -> None:
    payload, key = written(mailbox, customer.address)
    with mailbox.server.submission.failing(fault):
        result = await connector(mailbox, timeout=1.5).send(payload, key, Commit())
    assert isinstance(result, Unknown)
    assert len(mailbox.server.submission.accepted) == gone


async def test_a_lost_lease_stops_the_sending_before_data(mailbox: Mailbox, customer: Mailbox) -> None:
    class LeaseLost(Exception):  # noqa: N818
        pass

    async def lost() -> None:
        raise LeaseLost

    payload, key = written(mailbox, customer.address)
    with pytest.raises(LeaseLost):
        await connector(mailbox).send(payload, key, lost)
    assert mailbox.server.submission.accepted == []


async def test_a_mail_larger_than_the_server_takes_fails_before_it_is_sent(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    huge = Payload(payload.data + b"x" * 27_000_000, payload.envelope)
    commit = Commit()
    result = await connector(mailbox).send(huge, key, commit)
    assert isinstance(result, Failed)
    assert "27.0 MB" in result.reason and "26.2 MB" in result.reason
    assert commit.count == 0


async def test_a_wrong_password_needs_a_login_and_sends_nothing(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    with pytest.raises(LoginError, match="refuses the login"):
        await connector(mailbox, password="wrong").send(payload, key, Commit())


async def test_a_read_only_channel_sends_and_files_nothing(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    source = connector(mailbox, read_only=True)
    with pytest.raises(ConnectorError, match="read-only"):
        await source.send(payload, key, Commit())
    await source.after_sent(payload, key)
    assert mailbox.messages("Sent") == []


async def test_a_copy_is_filed_where_the_server_keeps_none(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    source = connector(mailbox)
    await source.send(payload, key, Commit())
    await source.after_sent(payload, key)
    assert mailbox.messages("Sent") == [payload.data]
    assert b"\\Seen" in mailbox.server.flags(mailbox.address, "Sent")[0]
    await source.after_sent(payload, key)
    assert len(mailbox.messages("Sent")) == 1


async def test_no_copy_is_filed_where_the_server_keeps_one(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    submission = mailbox.server.submission
    submission.store_sent = True
    try:
        await connector(mailbox).send(payload, key, Commit())
    finally:
        submission.store_sent = False
    await connector(mailbox).after_sent(payload, key)
    assert len(mailbox.messages("Sent")) == 1


async def test_the_copy_read_back_is_the_same_mail(mailbox: Mailbox, customer: Mailbox) -> None:
    payload, key = written(mailbox, customer.address)
    source = connector(mailbox)
    await source.after_sent(payload, key)
    (item,), _ = await everything(source)
    (message,) = source.decode(item)
    assert item.outbound
    assert message.external_id == f"<{key}@example.test>"


async def test_a_copy_in_sent_proves_that_it_was_sent(mailbox: Mailbox) -> None:
    payload, key = written(mailbox, "anna@example.org")
    source = connector(mailbox)
    assert isinstance(await source.verify(payload, key), Unknown)
    await source.after_sent(payload, key)
    assert isinstance(await source.verify(payload, key), Sent)


async def test_an_answer_proves_that_it_was_sent(mailbox: Mailbox) -> None:
    payload, key = written(mailbox, "anna@example.org")
    mailbox.append("INBOX", simple_mail(in_reply_to=f"<{key}@example.test>"))
    assert isinstance(await connector(mailbox).verify(payload, key), Sent)


async def test_a_report_proves_that_it_was_sent(mailbox: Mailbox) -> None:
    payload, key = written(mailbox, "anna@example.org")
    mailbox.append("INBOX", simple_mail("Undelivered", f"It came back.\n\nMessage-ID: <{key}@example.test>\n"))
    assert isinstance(await connector(mailbox).verify(payload, key), Sent)
