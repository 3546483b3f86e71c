"""Calls of a SIP softphone: the events that baresip tells over the control socket of its module ctrl_tcp.

Each event is a JSON object in a netstring (`12:{..},`). A call is told of from its first ring to its end under one id.
What happened while nobody listened is not told again, so there is nothing to pull.
Source: the module's own description, and what baresip 1.0 was seen to send (docs/telephone.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from omnidesk import clock
from omnidesk.connectors.baresip import recordings
from omnidesk.connectors.base import (
    Batch,
    Call,
    Checked,
    Committing,
    ConnectionLostError,
    Connector,
    Cursor,
    Decoded,
    DecodeError,
    Failed,
    Item,
    Outgoing,
    Party,
    Payload,
    SendResult,
)
from omnidesk.connectors.manifest import REGION, Attachments, Manifest, Setting
from omnidesk.text.clean import clean, one_line

MANIFEST = Manifest(
    kind="baresip",
    name="SIP softphone (baresip)",
    badge="sip",
    inbound=("socket",),
    outbound="none",
    threading="contact",
    idempotency="none",
    identity_kinds=("phone", "sip"),
    settings=(
        Setting("host", "Host", "where baresip runs", default="127.0.0.1"),
        Setting("port", "Port", "its ctrl_tcp_listen", "number", 4444),
        Setting(
            "recordings", "Recordings", "the folder in which baresip's module sndfile records (snd_path)", advanced=True
        ),
        REGION,
    ),
    attachments=Attachments(inbound=True),
    joins="never",
    target_minutes=30,
    about="Calls of a SIP softphone on this machine.",
    privacy="Nothing leaves this machine: the softphone tells of its calls.",
)

LONGEST = 65_536
"""Bytes of one event; ctrl_tcp sends a few hundred."""
PING_SECONDS = 30.0
_STATES = {
    "CALL_INCOMING": "ringing",
    "CALL_OUTGOING": "ringing",
    "CALL_RINGING": "ringing",
    "CALL_PROGRESS": "ringing",
    "CALL_ANSWERED": "talking",
    "CALL_ESTABLISHED": "talking",
    "CALL_CLOSED": "ended",
}
_PING = b'{"command":"uafind","token":"omnidesk"}'
_NUMBER = re.compile(r"\+?[0-9(][0-9 ().-]{2,}")
_NOBODY = ("", "anonymous", "unknown", "unavailable", "restricted")


class BaresipConnector(Connector):
    """A softphone on this machine, or on one that lets us at its control socket."""

    manifest = MANIFEST

    @property
    def _where(self) -> tuple[str, int]:
        said = self.account.settings
        return str(said.get("host") or "127.0.0.1"), int(said.get("port") or 4444)

    async def check(self) -> Checked:
        """See that a baresip answers at the control socket."""
        reader, writer = await self._connected()
        try:
            async with asyncio.timeout(self.account.timeout):
                await _ask(writer)
                while "response" not in json.loads(await _frame(reader)):
                    pass
        except (TimeoutError, ValueError, OSError, EOFError) as error:
            raise ConnectionLostError(f"what listens at {self._place} does not answer as baresip does") from error
        finally:
            await _close(writer)
        return Checked(account=f"baresip at {self._place}")

    async def listen(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield each call event as it happens; a softphone that keeps silent is asked whether it is there."""
        reader, writer = await self._connected()
        try:
            while True:
                raw = await self._next(reader, writer)
                if (item := _item(raw)) is not None:
                    yield Batch((await self._with_recording(item),), {"version": 1})
        except (OSError, EOFError, ValueError) as error:
            raise ConnectionLostError(f"baresip at {self._place} broke off: {error!r}") from error
        finally:
            await _close(writer)

    async def _with_recording(self, item: Item) -> Item:
        """Name beside the end of a call what was recorded of it."""
        folder = str(self.account.settings.get("recordings") or "")
        if not folder or not item.source_id.endswith("/CALL_CLOSED"):
            return item
        found = await asyncio.to_thread(recordings.just_made, folder, item.received_at)
        return replace(item, headers={recordings.HEADER: "\n".join(found)}) if found else item

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Read a recording. Raises ConnectionLostError while it is being written, MissingError where it is gone."""
        folder = str(self.account.settings.get("recordings") or "")
        yield await asyncio.to_thread(recordings.read, folder, reference, clock.now())

    async def _next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        waiting = asyncio.ensure_future(_frame(reader))
        try:
            for patience in (PING_SECONDS, self.account.timeout):
                done, _ = await asyncio.wait({waiting}, timeout=patience)
                if done:
                    return waiting.result()
                await _ask(writer)
            raise ConnectionLostError(f"baresip at {self._place} is silent: is it frozen?")
        finally:
            waiting.cancel()

    @property
    def _place(self) -> str:
        host, port = self._where
        return f"{host}:{port}"

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self.account.timeout):
                return await asyncio.open_connection(*self._where, limit=LONGEST)
        except (OSError, TimeoutError) as error:
            raise ConnectionLostError(
                f"no baresip at {self._place}: start it, with the module ctrl_tcp.so and ctrl_tcp_listen {self._place}"
            ) from error

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one event as news of its call. Raises DecodeError."""
        try:
            event = json.loads(item.raw)
            state, call_id = _STATES[event["type"]], str(event["id"])
            uri, name = str(event.get("peeruri", "")), str(event.get("peerdisplayname") or "")
            outbound = event.get("direction") == "outgoing" or event["type"] == "CALL_OUTGOING"
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DecodeError(f"this is no event of a call ({type(error).__name__})") from error
        return (
            Decoded(
                external_id=one_line(clean(call_id), 250),
                sender=_party(uri, name),
                received_at=item.received_at,
                kind="call",
                outbound=outbound,
                call=_call(state, item.received_at, str(event.get("param") or "")),
                files=recordings.files(item),
            ),
        )

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Refuse: nothing is written to a telephone."""
        raise ValueError("nothing can be written to a telephone: call back, or answer on another channel")

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Refuse, as `prepare` does."""
        return Failed("nothing can be written to a telephone")


def _item(raw: bytes) -> Item | None:
    """Return an event of a call as an item; what else the softphone tells is no message."""
    event = json.loads(raw)
    if not isinstance(event, dict) or event.get("type") not in _STATES or not event.get("id"):
        return None
    return Item(f"{event['id']}/{event['type']}", raw, clock.now(), "application/json")


def _party(uri: str, name: str) -> Party | None:
    """Return who is at the other end of a call (RFC 3261 19.1): a number, or an address of SIP; None if withheld."""
    user = unquote(re.sub(r"^.*?sips?:|@.*$|[;?>].*$", "", uri)).strip()
    if user.lower() in _NOBODY or uri.endswith("anonymous.invalid"):
        return None
    if _NUMBER.fullmatch(user):
        return Party("phone", user, name)
    address = re.sub(r"^.*?sips?:|[;?>].*$", "", uri)
    return Party("sip", address, name)


def _call(state: str, at: int, reason: str) -> Call:
    if state == "ringing":
        return Call("ringing", at)
    if state == "talking":
        return Call("talking", at, answered_at=at)
    return Call("ended", at, ended_at=at, outcome="busy" if "busy" in reason.lower() else "")


async def _ask(writer: asyncio.StreamWriter) -> None:
    writer.write(b"%d:%s," % (len(_PING), _PING))
    await writer.drain()


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """Read one netstring. Raises ValueError for what is none, EOFError at the end."""
    head = await reader.readuntil(b":")
    size = int(head[:-1])
    if not 0 <= size <= LONGEST:
        raise ValueError(f"a frame of {size} bytes")
    frame = await reader.readexactly(size + 1)
    if frame[-1:] != b",":
        raise ValueError("a frame without its end")
    return frame[:-1]


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await writer.wait_closed()
