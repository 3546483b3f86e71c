"""Sample customers without a provider: messages come from a file of JSON lines, answers go to another.

It goes the same way as every other connector and serves as the example for writing one; `kinds` has those that play
e-mail, SMS, chat, WhatsApp and telephone. A line of `inbox.jsonl`:
`{"id": "1", "at": 1764000000000, "from": "anna@example.test", "name": "Anna", "subject": "Hello", "text": "..."}`,
and where wanted `kind` (of the identity), `to`, `reply_to`, `new` (what is new in the text), `in_reply_to`,
`references`, `thread`, `auth`, `auto`, `outbound` (of the item), `echo` (we said it elsewhere), `public`,
`message_kind`, `edits` (an earlier id), `also` (more addresses: ["anna@example.test", ["phone", "+31.."]]), `consents`
([{"given", "purpose", "source"}]), `files` ([{"name", "content_type", "base64"}], or with `reference` and `size`
instead of the bytes: they lie in the folder `files` under that name), `reports` of what we sent ([{"status",
"external_id", "key", "recipient", "detail"}]); a line without `from` is only such news. A file `busy` beside it,
holding a number of seconds, makes the channel ask to be left alone for that long; a file `broken` makes it fail. Each
request is counted in `requests` while one is there. A file `refuse` makes it refuse what is sent, in the words it
holds; `lose` makes it take the next message and say nothing.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import (
    Batch,
    Checked,
    Committing,
    ConnectionLostError,
    Connector,
    ConnectorError,
    Consenting,
    Cursor,
    Decoded,
    DecodeError,
    Delivery,
    Failed,
    File,
    Item,
    NotSent,
    Outgoing,
    Party,
    Payload,
    RetryAfterError,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.manifest import Attachments, Manifest, Setting, TextRule
from omnidesk.text.clean import clean, one_line
from omnidesk.words.kinds import Auth, Auto

BATCH = 250
PIECE = 65_536

MANIFEST = Manifest(
    kind="sample",
    name="Sample customers",
    badge="smpl",
    inbound=("poll", "local"),
    outbound="start_new",
    threading="headers",
    idempotency="key",
    identity_kinds=("email",),
    settings=(Setting("folder", "Folder", "where inbox.jsonl lies and outbox.jsonl is written", required=True),),
    attachments=Attachments(inbound=True, outbound=True),
    text=TextRule(subject=True),
    about="Made-up customers, from a file: to try things out.",
    undo_window=10.0,
    target_minutes=60,
    poll_seconds=1.0,
    history=True,
    privacy="Nothing leaves this machine.",
)


def read(item: Item, identity: str) -> Decoded:
    """Read one line of inbox.jsonl, whose people are known by this kind of identity. Raises DecodeError."""
    try:
        said = json.loads(item.raw)
        files = tuple(_file(file) for file in said.get("files", ()))
        kind = said.get("kind", identity)
        auth = Auth(said["auth"]) if said.get("auth") in set(Auth) else Auth.NONE
        verified = identity == "phone" or auth is Auth.PASS  # the network says who calls, a mail only claims it
        news = "from" not in said and "reports" in said
        sender = None if news else Party(kind, str(said["from"]), str(said.get("name", "")), verified=verified)
        text = "" if news else clean(str(said["text"]))
        reports = tuple(_report(report) for report in said.get("reports", ()))
        also = tuple(
            Party("email", one) if isinstance(one, str) else Party(str(one[0]), str(one[1]))
            for one in said.get("also", ())
        )
        recipients, reply_to = _parties(kind, said.get("to", ())), _parties(kind, said.get("reply_to", ()))
        consents = tuple(
            Consenting(bool(one["given"]), one.get("purpose", "marketing"), one_line(str(one.get("source", "")), 100))
            for one in said.get("consents", ())
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise DecodeError(f"this line is no sample message ({type(error).__name__}: {error})") from error
    return Decoded(
        external_id=str(said.get("external_id") or said.get("id") or item.source_id),
        sender=sender,
        to=recipients,
        reply_to=reply_to,
        subject=one_line(str(said.get("subject", "")), 500),
        text=text,
        content_hash=hashlib.sha256(f"{sender and sender.value}\n{text}".encode()).hexdigest(),
        reply_text=clean(str(said.get("new", ""))) or text,
        files=files,
        in_reply_to=tuple(said.get("in_reply_to", ())),
        references=tuple(said.get("references", ())),
        thread=str(said.get("thread", "")),
        auto=Auto(said["auto"]) if said.get("auto") in set(Auto) else None,
        auth=auth,
        deliveries=reports,
        also=also,
        received_at=item.received_at,
        kind=str(said.get("message_kind", "")),
        outbound=bool(said.get("echo")),
        public=bool(said.get("public")),
        edits=str(said.get("edits", "")),
        consents=consents,
    )


def _file(said: Mapping[str, Any]) -> File:
    name, kind = one_line(str(said["name"]), 120), str(said["content_type"])
    if "reference" in said:
        return File(name, kind, reference=str(said["reference"]), size=int(said.get("size", 0)))
    return File(name, kind, base64.b64decode(said["base64"]))


def _parties(kind: str, values: Iterable[Any]) -> tuple[Party, ...]:
    """Read addresses, each alone or behind a name: `["anna@example.test", ["Bram", "bram@example.test"]]`."""
    pairs = [("", value) if isinstance(value, str) else tuple(value) for value in values]
    return tuple(Party(kind, str(pair[1]), str(pair[0])) for pair in pairs)


def _report(said: Mapping[str, Any]) -> Delivery:
    return Delivery(
        said["status"],
        external_id=str(said.get("external_id", "")),
        key=str(said.get("key", "")),
        recipient=str(said.get("recipient", "")),
        detail=str(said.get("detail", "")),
    )


class SampleConnector(Connector):
    """A channel made of two files."""

    manifest = MANIFEST

    @property
    def _folder(self) -> Path:
        return Path(str(self.account.settings.get("folder", "")))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one line of inbox.jsonl."""
        return (read(item, "email"),)

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make the line that outbox.jsonl gets."""
        said = {
            "external_id": outgoing.external_id,
            "at": outgoing.at,
            "from": outgoing.sender.address,
            "to": [address.address for address in (*outgoing.to, *outgoing.cc, *outgoing.bcc)],
            "subject": outgoing.subject,
            "text": outgoing.text,
            **({"thread": outgoing.thread} if outgoing.thread else {}),
            **({"public": True} if outgoing.public else {}),
            **({"privately": True} if outgoing.privately else {}),
            **({"late": True} if outgoing.late else {}),
            **({"template": asdict(outgoing.template)} if outgoing.template else {}),
            "in_reply_to": [outgoing.in_reply_to] if outgoing.in_reply_to else [],
            "references": list(outgoing.references),
            "files": [
                {"name": file.name, "content_type": file.content_type, "base64": base64.b64encode(file.data).decode()}
                for file in outgoing.files
            ],
        }
        return Payload(json.dumps(said, ensure_ascii=False).encode())

    async def check(self) -> Checked:
        """See whether the folder is there and how much it holds."""
        if not self._folder.is_dir():
            raise ConnectorError(f"there is no folder {self._folder}: make it, or give another")
        return Checked(account=str(self._folder), total=len(await asyncio.to_thread(self._lines)))

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield the lines behind the cursor."""
        await asyncio.to_thread(self._mood)
        lines = await asyncio.to_thread(self._lines)
        done = int(cursor.get("lines", 0))
        if done > len(lines):
            done = 0  # the file was replaced: read it anew, receipts sort out what is known
        while done < len(lines):
            some = lines[done : done + BATCH]
            done += len(some)
            yield Batch(tuple(self._item(line) for line in some), {"version": 1, "lines": done}, done, len(lines))

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Append to outbox.jsonl, unless the key is there already."""
        refused = await asyncio.to_thread(self._refusal)
        if refused is not None:
            return Failed(refused)
        await committing()
        sent = await asyncio.to_thread(self._append, payload, key)
        if await asyncio.to_thread(self._loses):
            return Unknown("the sample provider took it and said nothing")
        return sent

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Look for the key in outbox.jsonl."""
        return Sent() if key in await asyncio.to_thread(self._keys) else NotSent()

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Read a file out of the folder `files`, a piece at a time."""
        await asyncio.to_thread(self._mood)
        path = self._folder / "files" / Path(reference).name
        try:
            with path.open("rb") as file:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    yield piece
        except OSError as error:
            raise ConnectorError(f"{path.name} cannot be read: {error.strerror}") from error

    def _mood(self) -> None:
        busy, broken = self._folder / "busy", self._folder / "broken"
        if busy.exists() or broken.exists():
            with (self._folder / "requests").open("a") as requests:
                requests.write(".")
        if busy.exists():
            raise RetryAfterError("the sample provider is busy", float(busy.read_text() or 60))
        if broken.exists():
            raise ConnectionLostError("the sample provider is broken: remove the file `broken` to mend it")

    def _refusal(self) -> str | None:
        try:
            return (self._folder / "refuse").read_text() or "the sample provider refuses it"
        except FileNotFoundError:
            return None

    def _loses(self) -> bool:
        try:
            (self._folder / "lose").unlink()
        except FileNotFoundError:
            return False
        return True

    def _lines(self) -> list[bytes]:
        path = self._folder / "inbox.jsonl"
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ConnectorError(f"{path} cannot be read: {error.strerror}") from error
        whole = content[: content.rfind(b"\n") + 1]  # a line being written has no end yet
        return [line for line in whole.split(b"\n") if line.strip()]

    @staticmethod
    def _item(line: bytes) -> Item:
        try:
            said = json.loads(line)
            at, source = int(said["at"]), str(said["id"])
        except (ValueError, KeyError, TypeError):
            said, at, source = {}, clock.now(), ""
        if not source:
            source = SampleConnector.identify(line)
        return Item(source, line, at, "application/json", folder="inbox", outbound=bool(said.get("outbound")))

    def _keys(self) -> set[str]:
        try:
            lines = (self._folder / "outbox.jsonl").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return set()
        return {json.loads(line)["key"] for line in lines if line.strip()}

    def _append(self, payload: Payload, key: str) -> Sent:
        if key not in self._keys():
            line = json.dumps({"key": key, **json.loads(payload.data)}, ensure_ascii=False) + "\n"
            handle = os.open(self._folder / "outbox.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            try:
                os.write(handle, line.encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        return Sent((key,), clock.now())
