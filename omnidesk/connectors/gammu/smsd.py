"""Text messages by a modem: what gammu-smsd has put down is read, what it should send is put down for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from omnidesk import clock
from omnidesk.connectors import since
from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    ConnectionLostError,
    Connector,
    Cursor,
    Decoded,
    Item,
    Outgoing,
    Payload,
    Retry,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.gammu import config, incoming, parts
from omnidesk.connectors.gammu.folders import InFolders
from omnidesk.connectors.gammu.tables import InTables
from omnidesk.connectors.manifest import REGION, Manifest, Setting, TextRule
from omnidesk.connectors.since import Entry
from omnidesk.connectors.texting import text_message
from omnidesk.text.phone import valid_phone

MOST_CHARS = 1_600
BATCH = 50

MANIFEST = Manifest(
    kind="gammu",
    name="SMS (modem, Gammu)",
    badge="sms",
    inbound=("poll",),
    outbound="start_new",
    threading="contact",
    idempotency="key",
    identity_kinds=("phone",),
    settings=(
        Setting("config", "Configuration", "the file that gammu-smsd runs with, on this machine", default=config.USUAL),
        Setting("history", "Days of history", "how many are read when the channel is new", "number", 30, advanced=True),
        REGION,
    ),
    text=TextRule(max_length=MOST_CHARS, segments=True),
    receipts=("delivered",),
    target_minutes=60,
    about="Text messages of a USB modem or a phone on a cable, by Gammu.",
    poll_seconds=3.0,
    history=True,
    privacy="The modem's network gets the customer's number and what is written to them; nobody else does.",
)


class GammuConnector(Connector):
    """One modem."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._config = str(account.settings.get("config") or config.USUAL)

    def _kept(self) -> InFolders | InTables:
        said = config.read(self._config)
        return InFolders(said) if isinstance(said, config.Folders) else InTables(said)

    async def check(self) -> Checked:
        """Look whether what the daemon keeps can be read and written, and whether it does well."""

        def look() -> Checked:
            kept = self._kept()
            complaint = kept.complaint()
            warnings = (*kept.warnings(), *((complaint,) if complaint else ()))
            return Checked(f"gammu-smsd ({self._config})", self.account.address, kept.count(), warnings=warnings)

        return await asyncio.to_thread(look)

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield messages that came, and what became of ours, since the day before the last look."""
        kept = await asyncio.to_thread(self._kept)
        day = since.day(cursor, since.days(self.account.settings))
        entries = await asyncio.to_thread(kept.entries, _midnight(day))
        fresh, after = since.unread(entries, cursor)
        for start in range(0, len(fresh), BATCH):
            some = fresh[start : start + BATCH]
            done = start + len(some)
            items = await asyncio.to_thread(_items, kept, some)
            yield Batch(items, after if done == len(fresh) else cursor, done, len(fresh))
        if not fresh and after != cursor:
            yield Batch((), after)
        complaint = await asyncio.to_thread(kept.complaint)
        if complaint:
            raise ConnectionLostError(complaint)

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one message, or what became of one of ours. Raises DecodeError."""
        found = incoming.decoded(item)
        return () if found is None else (found,)

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Divide a text into what the modem sends. Raises ValueError in words."""
        text, warnings = text_message(outgoing, MOST_CHARS)
        if outgoing.files:
            raise ValueError("files cannot go by text message here: send a link, or answer on another channel")
        number = outgoing.to[0].address
        if not valid_phone(number):
            raise ValueError(f"{number} is no telephone number")
        said = {"number": number, "messages": parts.divided(text, outgoing.key), "at": outgoing.at}
        return Payload(json.dumps(said, ensure_ascii=False).encode(), warnings=warnings)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Put a message down for the daemon, under a name by which it is found again whatever becomes of it."""
        said = json.loads(payload.data)
        try:
            kept = await asyncio.to_thread(self._kept)
            if await asyncio.to_thread(kept.there, key):
                return Sent()
        except ConnectionLostError as error:
            return Retry(str(error))
        await committing()
        messages = [(header, text) for header, text in said["messages"]]
        try:
            await asyncio.to_thread(kept.put, key, said["number"], messages, int(said["at"]))
        except ConnectionLostError as error:
            return Unknown(str(error))
        return Sent(at=clock.now())


def _items(kept: InFolders | InTables, some: Sequence[Entry]) -> tuple[Item, ...]:
    return tuple(map(kept.item, some))


def _midnight(day: str) -> int:
    return clock.from_datetime(datetime.fromisoformat(f"{day}T00:00:00+00:00"))
