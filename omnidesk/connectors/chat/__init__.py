"""Live chat with the visitors of a site, who are connected to `omnidesk serve` itself.

There is no provider in between: the web server verifies a visitor's token and keeps what they post, and shows them
what has the state `sent`. To hand a message over is therefore to let that state be committed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import (
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Decoded,
    Item,
    NotSent,
    Outgoing,
    Party,
    Payload,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.chat import posted
from omnidesk.connectors.chat.manifest import LONGEST, MANIFEST, MAX_FILE_BYTES
from omnidesk.connectors.chat.settings import look
from omnidesk.text.address import normalise_email, valid_email
from omnidesk.text.clean import clean, one_line

SUBJECT = 60
"""Characters of a message that become the subject of one that is answered by e-mail."""


class ChatConnector(Connector):
    """The chat of one site."""

    manifest = MANIFEST

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read what a visitor posted.

        An address they gave proves nothing; it gets the answer when nobody was there.
        """
        said = posted.read(item.raw)
        name, text = one_line(said.name, 100), clean(said.text)[:LONGEST]
        email = normalise_email(said.email) if said.email and valid_email(said.email) else ""
        mailbox = (Party("email", email, name),) if email else ()
        files = hashlib.sha256(b"\0".join(file.data for file in said.files)).hexdigest() if said.files else ""
        return (
            Decoded(
                external_id=said.source_id,
                sender=Party("visitor", said.visitor, name, verified=True),
                subject=one_line(text, SUBJECT) if said.away else "",
                text=text,
                reply_text=text,
                reply_to=mailbox if said.away else (),
                files=said.files,
                thread=said.visitor,
                content_hash=hashlib.sha256(f"{said.source_id}\n{text}\n{files}".encode()).hexdigest(),
                received_at=item.received_at,
                also=mailbox,
            ),
        )

    @staticmethod
    def identify(raw: bytes) -> str:
        """Return the visitor and the UUID of a post; a hash of what is none."""
        try:
            said = json.loads(raw)
            return f"{said['visitor']}/{said['id']}"
        except (ValueError, KeyError, TypeError):
            return hashlib.sha256(raw).hexdigest()

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Say who gets what; the visitor's browser reads the message itself from us."""
        if sum(len(file.data) for file in outgoing.files) > MAX_FILE_BYTES:
            raise ValueError(f"the files have more than {MAX_FILE_BYTES // 1_000_000} MB")
        said = {"to": [one.address for one in outgoing.to], "text": outgoing.text, "key": outgoing.key}
        return Payload(json.dumps(said, ensure_ascii=False).encode())

    async def check(self) -> Checked:
        """See whether the settings can be used: there is no provider to ask."""
        try:
            found = look(self.account.settings, self.account.address)
        except ValueError as error:
            raise ConnectorError(str(error)) from error
        plain = [one for one in found.origins if one.startswith("http://") and not _on_this_machine(one)]
        return Checked(
            account=self.account.address or found.origins[0],
            details=(f"shown on {', '.join(found.origins)}", f"speaks {', '.join(found.languages)}"),
            warnings=tuple(f"{one} is not encrypted: what its visitors write can be read on the way" for one in plain),
        )

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Hand over: once the state is committed the visitor's page is told of it."""
        await committing()
        return Sent((key,), clock.now())

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Nothing was lost on a way of no length: it can go again under its key."""
        return NotSent()


def _on_this_machine(origin: str) -> bool:
    host = origin.partition("://")[2]
    return host.startswith(("localhost", "127.", "[::1]"))
