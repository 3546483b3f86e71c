"""Sample customers who mail, text, chat, use WhatsApp and phone: one kind of channel each, with rules of its own.

They read and write the same files as the plain sample connector. Beyond mail a person is known by telephone number or
as a visitor, and what they and the shop say to each other on a channel is one thread. The line of a call may hold
`missed` (seconds it rang), or `seconds` and `taken_by`; one that was taken counts as ours, since it was an answer. News
of a call that goes on holds `call`: {"state", "began_at", "answered_at", "ended_at", "outcome", "taken_by"}, under the
call's `external_id`, and no `from` where the number was withheld.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from omnidesk.connectors.base import Call, Decoded, DecodeError, Item, Template
from omnidesk.connectors.manifest import REGION, Attachments, ReplyWindow, TextRule
from omnidesk.connectors.sample import MANIFEST, SampleConnector, read
from omnidesk.words.rows import Address

MAIL = replace(MANIFEST, kind="sample-mail", name="Sample e-mail", badge="mail", target_minutes=480)
CHAT = replace(
    MANIFEST,
    kind="sample-chat",
    name="Sample chat",
    badge="chat",
    outbound="reply_only",
    threading="native_thread",
    identity_kinds=("visitor",),
    text=TextRule(max_length=4_000),
    typing=True,
    receipts=("delivered", "read"),
    live=True,
    undo_window=0.0,
    target_minutes=1,
    after_reply="open",
    poll_seconds=0.4,
)
SMS = replace(
    MANIFEST,
    kind="sample-sms",
    name="Sample SMS",
    badge="sms",
    threading="contact",
    identity_kinds=("phone",),
    attachments=Attachments(inbound=True),
    text=TextRule(max_length=459, unit="gsm7", segments=True),
    receipts=("delivered",),
)
WHATSAPP = replace(
    MANIFEST,
    kind="sample-whatsapp",
    name="Sample WhatsApp",
    badge="wa",
    outbound="reply_only",
    threading="contact",
    identity_kinds=("phone",),
    attachments=Attachments(inbound=True, outbound=True, max_bytes=16_000_000, max_count=1),
    text=TextRule(max_length=4_096),
    reply_window=ReplyWindow(24 * 3600, outside="template"),
    receipts=("delivered", "read"),
)
CALL = replace(
    MANIFEST,
    kind="sample-call",
    name="Sample telephone",
    badge="call",
    outbound="none",
    threading="contact",
    identity_kinds=("phone",),
    settings=(*MANIFEST.settings, REGION),
    attachments=Attachments(inbound=True),
    text=TextRule(),
    target_minutes=30,
    joins="never",
)
TEMPLATES = (
    Template("order_shipped", "en", "utility", "Your order {{1}} was shipped.", ("1",)),
    Template("order_shipped", "nl", "utility", "Je bestelling {{1}} is verstuurd.", ("1",)),
)


class SampleMail(SampleConnector):
    """Customers who send e-mail."""

    manifest = MAIL


class SampleChat(SampleConnector):
    """Visitors of the shop's site who chat."""

    manifest = CHAT

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read what a visitor wrote, or what was answered."""
        return (_of_contact(item, "visitor"),)

    async def typing(self, to: Address, thread: str) -> None:
        """Leave a file `typing` that names for whom an answer is being written."""
        path = Path(str(self.account.settings.get("folder", ""))) / "typing"
        with contextlib.suppress(OSError):
            await asyncio.to_thread(path.write_text, to.address, encoding="utf-8")


class SampleSms(SampleConnector):
    """Customers who send text messages."""

    manifest = SMS

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one text message."""
        return (_of_contact(item, "phone"),)


class SampleWhatsApp(SampleConnector):
    """Customers who use WhatsApp, where an answer is free for a day after they wrote."""

    manifest = WHATSAPP

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one WhatsApp message."""
        return (_of_contact(item, "phone"),)

    async def templates(self) -> Sequence[Template]:
        """Return what may be said after the window has closed."""
        return TEMPLATES


class SampleCall(SampleConnector):
    """Customers who phone: calls that were missed wait, those that were taken are on record."""

    manifest = CALL

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one call; what was said of it follows how it went."""
        call = _live(item)
        if call is not None:
            return (call,)
        decoded = _of_contact(item, "phone")
        said = json.loads(item.raw)
        try:
            if "missed" in said:
                how = f"Missed, rang {int(said['missed'])} s: call back {decoded.thread}"
            elif "seconds" in said:
                minutes, seconds = divmod(int(said["seconds"]), 60)
                how = f"{minutes}m{seconds:02d}s, taken by {said.get('taken_by', 'nobody')}"
            else:
                return (decoded,)
        except (ValueError, TypeError) as error:
            raise DecodeError(f"this line is no call: {error}") from error
        text = "\n".join(part for part in (how, decoded.text) if part)
        return (replace(decoded, text=text, reply_text=text),)


def _live(item: Item) -> Decoded | None:
    """Read news of a call as a telephone system tells it; None for a line that tells of a whole call."""
    try:
        said = json.loads(item.raw)
        told = said.get("call")
        if told is None:
            return None
        call = Call(
            state=told["state"],
            began_at=int(told["began_at"]),
            answered_at=told.get("answered_at"),
            ended_at=told.get("ended_at"),
            outcome=told.get("outcome", ""),
            taken_by=str(told.get("taken_by", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DecodeError(f"this line is no call: {error}") from error
    decoded = read(replace(item, raw=json.dumps({"text": "", "from": "", **said}).encode()), "phone")
    withheld = decoded.sender is None or not decoded.sender.value
    return replace(decoded, sender=None if withheld else decoded.sender, call=call, outbound=item.outbound)


def _of_contact(item: Item, identity: str) -> Decoded:
    """Read a line of a channel where all that is said between a contact and the shop is one thread."""
    decoded = read(item, identity)
    if decoded.sender is None:
        return decoded
    contact = decoded.to[0] if (item.outbound or decoded.outbound) and decoded.to else decoded.sender
    return replace(decoded, thread=decoded.thread or contact.value)
