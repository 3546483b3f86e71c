"""A connector whose provider does what a test says, found through an entry point like every third-party one.

Items are JSON: the fields of `Decoded`, or a list of them under `messages`; see `item`. What `send` does is taken
from `PROVIDERS[channel address].script`, one `Step` a call, and `Sent()` when the script is over.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from omnidesk import clock
from omnidesk.connectors.base import (
    Batch,
    Checked,
    Committing,
    Connector,
    Cursor,
    Decoded,
    DecodeError,
    Delivery,
    File,
    Item,
    NotSent,
    Outgoing,
    Party,
    Payload,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.manifest import Attachments, Manifest, ReplyWindow, Secret, TextRule
from omnidesk.words.kinds import Auto

KINDS = {"key": "KeyConnector", "verify": "VerifyConnector", "none": "NoneConnector", "window": "WindowConnector"}


@dataclass(frozen=True, slots=True)
class Step:
    """What one call of `send` does: raise or return `outcome`, before or after `committing` was awaited."""

    outcome: SendResult | Exception
    commits: bool = True


@dataclass(slots=True)
class Provider:
    """What the provider of one address will do and what was asked of it."""

    script: list[Step] = field(default_factory=list)
    verdicts: list[Sent | NotSent | Unknown] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    handed: list[tuple[str, bytes]] = field(default_factory=list)
    """(key, data) of every payload that passed `committing`"""
    verified: list[str] = field(default_factory=list)
    prepare_fails: Exception | None = None


PROVIDERS: defaultdict[str, Provider] = defaultdict(Provider)


class Scripted(Connector):
    """What the kinds below share; they differ in their manifests."""

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read the fields of `Decoded` from JSON."""
        try:
            said = json.loads(item.raw)
            return tuple(_decoded(item, one) for one in said.get("messages", [said]))
        except (ValueError, KeyError, TypeError) as error:
            raise DecodeError(f"no scripted message: {error}") from error

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make what the provider gets."""
        wrong = PROVIDERS[outgoing.sender.address].prepare_fails
        if wrong is not None:
            raise wrong
        return Payload(json.dumps({"id": outgoing.external_id, "text": outgoing.text}).encode(), {"v": 1})

    @property
    def provider(self) -> Provider:
        """What the test said of this account's provider."""
        return PROVIDERS[self.account.address]

    async def check(self) -> Checked:
        """Find nothing."""
        return Checked(account=self.account.address)

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield the batches that the test laid out, behind the cursor."""
        for number, batch in enumerate(self.provider.batches, 1):
            if number > int(cursor.get("read", 0)):
                yield replace(batch, cursor={"version": 1, "read": number})

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Do the next step of the script."""
        step = self.provider.script.pop(0) if self.provider.script else Step(Sent((f"p-{key}",)))
        if step.commits:
            await committing()
            self.provider.handed.append((key, payload.data))
        if isinstance(step.outcome, Exception):
            raise step.outcome
        return step.outcome

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Answer as the test said, else as a provider that cannot tell."""
        self.provider.verified.append(key)
        return self.provider.verdicts.pop(0) if self.provider.verdicts else Unknown("cannot tell")


def _manifest(name: str, **fields: Any) -> Manifest:
    return Manifest(
        **{
            "kind": f"scripted-{name}",
            "name": f"Scripted {name}",
            "badge": "sc",
            "inbound": ("poll",),
            "outbound": "start_new",
            "threading": "headers",
            "idempotency": name,
            "identity_kinds": ("email",),
            "attachments": Attachments(inbound=True, outbound=True, max_bytes=1000, max_count=2),
            "text": TextRule(subject=True),
            "undo_window": 10.0,
            "target_minutes": 60,
            "poll_seconds": 0.1,
        }
        | fields
    )


class KeyConnector(Scripted):
    """The provider knows our idempotency key."""

    manifest: ClassVar[Manifest] = _manifest("key")


class VerifyConnector(Scripted):
    """The provider can be asked."""

    manifest: ClassVar[Manifest] = _manifest("verify", secrets=(Secret("password", "Password"),))


class NoneConnector(Scripted):
    """The provider tells nothing."""

    manifest: ClassVar[Manifest] = _manifest("none", target_minutes=480)


class WindowConnector(Scripted):
    """A messenger: the customer writes first, answers within a day, 20 characters, no files."""

    manifest: ClassVar[Manifest] = _manifest(
        "window",
        idempotency="key",
        outbound="reply_only",
        reply_window=ReplyWindow(24 * 3600),
        text=TextRule(max_length=20),
        attachments=Attachments(),
        undo_window=3.0,
        after_reply="open",
    )


def item(name: str, *messages: Mapping[str, Any], at: int | None = None, **said: Any) -> Item:
    """Return an item with the fields of one `Decoded`, or with several `messages`.

    Parties are written as an address or as the fields of `Party`, files by name as bytes, deliveries as fields."""
    raw = json.dumps({"messages": [_plain(one) for one in messages or [said]]}).encode()
    return Item(name, raw, clock.now() if at is None else at, "application/json")


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    files = {name: base64.b64encode(data).decode() for name, data in said.get("files", {}).items()}
    return {**said, "files": files}


def _decoded(item: Item, said: dict[str, Any]) -> Decoded:
    parties = {name: tuple(_party(one) for one in said.pop(name, ())) for name in ("to", "cc", "bcc", "reply_to")}
    files = tuple(File(name, "text/plain", base64.b64decode(data)) for name, data in said.pop("files").items())
    sender = said.pop("sender", "anna@example.test")
    text = said.pop("text", "Hello")
    auto = said.pop("auto", None)
    return Decoded(
        external_id=said.pop("external_id", f"<{item.source_id}@example.test>"),
        sender=None if sender is None else _party(sender),
        text=text,
        reply_text=said.pop("reply_text", text),
        files=files,
        auto=Auto(auto) if auto else None,
        deliveries=tuple(Delivery(**one) for one in said.pop("deliveries", ())),
        **parties,
        **{name: tuple(value) if isinstance(value, list) else value for name, value in said.items()},
    )


def _party(said: Any) -> Party:
    return Party("email", said) if isinstance(said, str) else Party(**said)


def install(folder: Path) -> Path:
    """Lay an installed distribution into `folder`, whose entry points name the connectors; return `folder`."""
    info = folder / "scripted-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: scripted\nVersion: 1.0\n")
    points = "\n".join(f"scripted-{kind} = {__name__}:{name}" for kind, name in KINDS.items())
    (info / "entry_points.txt").write_text(f"[omnidesk.connectors]\n{points}\n")
    return folder
