"""Sample customers who mail, text, chat, use WhatsApp and phone: one kind of channel each, with rules of its own.

They read and write the same files as the plain sample connector. Beyond mail a person is known by telephone number or
as a visitor, and what they and the shop say to each other on a channel is one thread. The line of a call may hold
`missed` (seconds it rang), or `seconds` and `taken_by`; one that was taken counts as ours, since it was an answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from omnidesk.connectors.base import Decoded, DecodeError, Item
from omnidesk.connectors.manifest import Attachments, ReplyWindow, TextRule
from omnidesk.connectors.sample import MANIFEST, SampleConnector, read

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
    attachments=Attachments(),
    text=TextRule(max_length=459, unit="gsm7"),
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
    attachments=Attachments(),
    text=TextRule(),
    target_minutes=30,
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


class SampleCall(SampleConnector):
    """Customers who phone: calls that were missed wait, those that were taken are on record."""

    manifest = CALL

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one call; what was said of it follows how it went."""
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


def _of_contact(item: Item, identity: str) -> Decoded:
    """Read a line of a channel where all that is said between a contact and the shop is one thread."""
    decoded = read(item, identity)
    assert decoded.sender is not None
    contact = decoded.to[0] if item.outbound and decoded.to else decoded.sender
    return replace(decoded, thread=decoded.thread or contact.value)
