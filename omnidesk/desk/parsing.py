"""What arrived as intake would store it, without a workspace and without storing anything: a mail, a bare body, or the
raw payload of any kind of channel."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Call, Consenting, Decoded, DecodeError, Delivery, Item
from omnidesk.desk import contents, order_contents
from omnidesk.text import forward
from omnidesk.text.address import parse_addresses
from omnidesk.text.clean import one_line
from omnidesk.text.sanitised import sanitised
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.kinds import AuthorKind, Auto, Direction, MessageStatus
from omnidesk.words.orders import Order
from omnidesk.words.rows import Address, Attachment, Author, Message

_NO_DEFECTS = frozenset(("reply-to-elsewhere",))
"""Warnings about a sender, not about how the mail was made."""


class UnreadableError(OmniDeskError):
    """A raw payload that its connector can make nothing of."""


class Sort(StrEnum):
    """What the bytes are."""

    MAIL = "mail"
    TEXT = "text"
    HTML = "html"


_HEADS = {Sort.MAIL: b"", Sort.TEXT: b"Content-Type: text/plain\r\n\r\n", Sort.HTML: b"Content-Type: text/html\r\n\r\n"}


@dataclass(frozen=True, slots=True)
class Inner:
    """What a mail passes on: who wrote it, its subject and its text."""

    sender: Address
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What a bounce says of one recipient. `status` is the enhanced code (RFC 3463), `code` the SMTP reply; `hard`
    when trying again is of no use."""

    address: str
    status: str
    code: str | None
    action: str
    reason: str
    hard: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """A message with all that is known of it; ids of `message` and its files are 0. `html` is sanitised, "" for none;
    `failures` is None where the mail is no bounce."""

    message: Message
    html: str
    quoted_text: str
    signature: str
    forwarded: Inner | None
    failures: tuple[Failure, ...] | None
    no_auto_answer: bool
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """One message of a raw payload, with what the channel says of it beside its words; ids are 0."""

    message: Message
    thread: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    edits: str
    call: Call | None
    consents: tuple[Consenting, ...]
    deliveries: tuple[Delivery, ...]
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """What a raw payload holds: messages, and news about messages of ours that is no message itself."""

    messages: tuple[Read, ...]
    deliveries: tuple[Delivery, ...]


def decode(kind: str, raw: bytes) -> Payload:
    """Return what intake would make of a webhook body, an item of a poll or a mail at a channel of this kind.

    A status or a handshake holds no message. Raises UnreadableError, NotFoundError for an unknown kind."""
    connector = registry.connector(kind)
    try:
        item = Item(connector.identify(raw) or "file", raw, clock.now(), media_type(raw))
        found = tuple(connector.decode(item))
    except DecodeError as error:
        raise UnreadableError(f"this is no payload of {kind}: {error}") from error
    except Exception as error:  # a connector that breaks on it would put it in quarantine
        raise UnreadableError(f"decoding it as {kind} failed: {type(error).__name__}: {error}") from error
    public = connector.manifest.public
    return Payload(
        messages=tuple(_read(decoded, kind, public) for decoded in found if not _is_news(decoded)),
        deliveries=tuple(each for decoded in found if _is_news(decoded) for each in decoded.deliveries),
    )


def media_type(raw: bytes) -> str:
    """Guess what bytes without a header are: JSON, a form (as some webhooks post), else a mail."""
    if raw.lstrip()[:1] in (b"{", b"["):
        return "application/json"
    head = raw[:1000].partition(b"=")
    if head[1] and re.fullmatch(rb"[\w%.+\[\]-]+", head[0]):
        return "application/x-www-form-urlencoded"
    return "message/rfc822"


def _is_news(decoded: Decoded) -> bool:
    """Say whether it only tells of what became of messages: nobody says anything in it."""
    said = decoded.text or decoded.subject or decoded.files or decoded.call or decoded.edits
    return decoded.sender is None and not said


def _read(decoded: Decoded, kind: str, public: bool) -> Read:
    message = replace(_message(decoded, kind), public=decoded.public or public)
    return Read(
        message=message,
        thread=one_line(decoded.thread, 998),
        in_reply_to=decoded.in_reply_to,
        references=decoded.references,
        edits=decoded.edits,
        call=decoded.call,
        consents=decoded.consents,
        deliveries=decoded.deliveries,
        order=None if decoded.order is None else order_contents.kept(decoded.order),
    )


def parse(raw: bytes, sort: Sort = Sort.MAIL) -> Parsed:
    """Return what intake would make of a mail, or of a body alone. Any bytes give a message."""
    connector = registry.connector("email")
    # A body goes through the very same reading as one within a mail, its character set found out as there.
    item = Item("file", _HEADS[sort] + raw, clock.now())
    (decoded,) = connector.decode(item)
    if sort is not Sort.MAIL:
        decoded = replace(decoded, warnings=(), no_auto_answer=False)
    return Parsed(
        message=_message(decoded, "email"),
        html=sanitised(connector.page(item)),
        quoted_text=decoded.quoted_text,
        signature=decoded.signature,
        forwarded=_forwarded(decoded),
        failures=_failures(decoded),
        no_auto_answer=decoded.no_auto_answer,
        in_reply_to=decoded.in_reply_to,
        references=decoded.references,
        defects=_defects(decoded) if sort is Sort.MAIL else (),
    )


def _message(decoded: Decoded, kind: str) -> Message:
    name, address = contents.sender(decoded)
    text, reply_text = contents.words(decoded)
    lists = {which: tuple(Address(*pair) for pair in pairs) for which, pairs in contents.recipients(decoded).items()}
    now = clock.now()
    return Message(
        id=0, conversation_id=0, customer_id=None, channel="", channel_id=0, kind=contents.kind(decoded) or kind,
        direction=Direction.OUTBOUND if decoded.outbound else Direction.INBOUND,
        author=Author(AuthorKind.AGENT if decoded.outbound else AuthorKind.CUSTOMER, None, name),
        sender=Address(name, address),
        to=lists.get("to", ()), cc=lists.get("cc", ()), bcc=lists.get("bcc", ()), reply_to=lists.get("reply_to", ()),
        subject=contents.subject(decoded),
        text=text,
        reply_text=reply_text,
        attachments=tuple(
            Attachment(0, file.name, file.content_type, file.size or said.size, file.sha256, file.inline)
            for file, said in zip(contents.files(decoded.files), decoded.files, strict=True)
        ),
        external_id=one_line(decoded.external_id, 998) or None,
        receipts=(), joined_by="", stranger=False,
        auto=decoded.auto,
        list_id=contents.list_id(decoded),
        public=False, aside=None,
        auth=decoded.auth,
        status=MessageStatus.RECEIVED, error=None,
        warnings=decoded.warnings,
        at=min(decoded.received_at or decoded.sent_at or now, now),
        sent_at=decoded.sent_at,
        received_at=decoded.received_at,
    )  # fmt: skip


def _forwarded(decoded: Decoded) -> Inner | None:
    """What is passed on within the text, or as the one mail that is attached to a forward."""
    if decoded.auto in (Auto.BOUNCE, Auto.FEEDBACK):
        return None
    if found := forward.forwarded(decoded.reply_text or decoded.text, decoded.subject):
        people = parse_addresses(found.writer)
        name, address = people[0] if people else (found.writer, "")
        return Inner(Address(one_line(name, contents.LONGEST_NAME), one_line(address, 320)), found.subject, found.text)
    mails = [file for file in decoded.files if file.content_type == "message/rfc822"]
    if len(mails) == 1 and (forward.is_forward(decoded.subject) or not decoded.text.strip()):
        (inner,) = registry.connector("email").decode(Item("file", mails[0].data, clock.now()))
        return Inner(Address(*contents.sender(inner)), contents.subject(inner), contents.words(inner)[0])
    return None


def _failures(decoded: Decoded) -> tuple[Failure, ...] | None:
    told = [each for each in decoded.deliveries if each.status in ("failed", "delayed")]
    if not told and decoded.auto is not Auto.BOUNCE:
        return None
    return tuple(
        Failure(
            address=each.recipient,
            status=each.code or ("5.0.0" if each.permanent else "4.0.0"),
            code=each.reply or None,
            action=each.status,
            reason=each.detail,
            hard=each.status == "failed" and each.permanent,
        )
        for each in told
    )


def _defects(decoded: Decoded) -> tuple[str, ...]:
    found = [warning for warning in decoded.warnings if warning not in _NO_DEFECTS]
    if not decoded.external_id:
        found.append("no-message-id")
    if decoded.sent_at is None:
        found.append("no-date")
    return tuple(found)
