"""Real mails for tests of the desk: raw bytes through intake into a channel of the kind email, no server needed."""

from __future__ import annotations

from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.connectors.email.mailid import source_id
from omnidesk.desk import intake, outbox, threads
from omnidesk.words.rows import Channel, Conversation, Message
from tests.filling import ANNA, Desk, admit, conversation_of, message_of

OFFICE = "office@shop.test"
SERVER = "mx.shop.test"


class Mailroom:
    """A desk with one mailbox, office@shop.test, into which mails are put as its server would bring them."""

    def __init__(self, desk: Desk, **settings: Any) -> None:
        self.desk = desk
        self.channel: Channel = desk.adds_channel("office", OFFICE, "email", settings={"quote": False, **settings})
        self._count = 0

    def gets(self, *fields: str, text: str = "Hello", folder: str = "INBOX", **item: Any) -> int:
        """Take one mail in, made of header `fields` and a text; return its conversation. What is not given of From,
        To, Subject and Message-ID is made up."""
        return self.takes(self.raw(*fields, text=text), folder=folder, **item)

    def raw(self, *fields: str, text: str = "Hello") -> bytes:
        """Return a mail's bytes."""
        self._count += 1
        said = {field.partition(":")[0].lower() for field in fields}
        usual = {
            "from": f"From: Anna <{ANNA}>",
            "to": f"To: {OFFICE}",
            "subject": f"Subject: Question {self._count}",
            "message-id": f"Message-ID: <m{self._count}@example.test>",
        }
        head = [*fields, *(line for name, line in usual.items() if name not in said)]
        return "\r\n".join([*head, "", text, ""]).encode()

    def takes(self, raw: bytes, folder: str = "INBOX", **item: Any) -> int:
        """Take a raw mail in; return its conversation."""
        source = source_id(raw)
        channel = item.pop("channel", self.channel)
        imported = item.pop("imported", False)
        headers = {"authserv_id": name} if (name := str(channel.settings.get("authserv_id") or "")) else {}
        made = Item(source, raw, item.pop("received_at", clock.now()), folder=folder, headers=headers, **item)
        admit(self.desk.workspace, channel, made, imported=imported)
        intake.settle_rest(self.desk.workspace, channel.id)
        number = conversation_of(self.desk.workspace, source, channel)
        assert number is not None, self.desk.value("SELECT cause FROM quarantine")
        return number

    def message(self, raw: bytes) -> Message:
        """Return the message that a raw mail became."""
        found = message_of(self.desk.workspace, source_id(raw))
        assert found is not None
        return threads.message(self.desk.workspace, found)

    def conversation(self, number: int) -> Conversation:
        """Return a conversation as it is now."""
        return threads.conversation(self.desk.workspace, number)

    def newest(self, number: int) -> Message:
        """Return the message of a conversation that came last."""
        found = self.desk.value("SELECT max(id) FROM message WHERE conversation_id = ?", number)
        return threads.message(self.desk.workspace, found)

    def sent_mail(self, message_id: int) -> str:
        """Return the bytes of a message of ours as they would leave, as text."""
        from omnidesk.connectors import registry

        made = outbox.outgoing(self.desk.workspace, message_id)
        payload = registry.connector("email").prepare(made, self.channel.settings)
        return payload.data.decode()
