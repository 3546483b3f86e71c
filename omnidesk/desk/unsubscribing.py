"""Unsubscribing from what goes to many (RFC 8058): links that nobody can make up, and what using one does.

A token names an address and the channel it was written to by, signed with the workspace's own key: nothing is stored
for it, it works without a login and does not end. It can forbid marketing there, and nothing else.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from omnidesk.connectors import registry
from omnidesk.desk import consents, settings
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.contents import Kept
from omnidesk.desk.identity import kind_of
from omnidesk.store import people
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import normalise_identity, valid_email
from omnidesk.words.kinds import Auto
from omnidesk.words.rows import PROGRAM, Address, Channel, Message

PATH = "/unsubscribe/"
_TOKEN = re.compile(r"(\d{1,16})\.(\d{1,16})\.([0-9a-f]{40})\Z")
_SUBJECT = re.compile(r"\bunsubscribe (\d{1,16}\.\d{1,16}\.[0-9a-f]{40})\b", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a token is about: an address, and the channel by which it was written to."""

    identity: int
    channel: int


def token(workspace: Workspace, identity: int, channel: int) -> str:
    """Make the token of an address and a channel. Raises WorkspaceError."""
    return f"{identity}.{channel}.{_signature(workspace, identity, channel)}"


def read(workspace: Workspace, said: str) -> Meant | None:
    """Return what a token is about, None for one that is not ours."""
    found = _TOKEN.match(said) if said.isascii() else None
    if found is None:
        return None
    meant = Meant(int(found[1]), int(found[2]))
    real = _signature(workspace, meant.identity, meant.channel)
    return meant if hmac.compare_digest(found[3], real) else None


def _signature(workspace: Workspace, identity: int, channel: int) -> str:
    return workspace.keyed_hash(f"unsubscribe\0{identity}\0{channel}")[:40]


def is_marketing(workspace: Workspace, message_id: int) -> bool:
    """Say whether a message goes to many who did not ask for it."""
    said = workspace.database.reader.value("SELECT outgoing_json FROM outbox WHERE message_id = ?", (message_id,))
    return bool(json.loads(said or "{}").get("marketing"))


def offered(workspace: Workspace, message: Message) -> tuple[str, ...]:
    """Return where whoever gets a message can unsubscribe, by a kind of channel that has room for it."""
    channel = people.channel(workspace.database.reader, message.channel_id)
    if registry.manifest(channel.kind).threading != "headers":
        return ()
    return links(workspace, channel, kind_of(channel.kind), message.to)


def links(workspace: Workspace, channel: Channel, kind: str, to: Sequence[Address]) -> tuple[str, ...]:
    """Return the addresses at which the first of those who get a message can unsubscribe: a page of `omnidesk serve`
    where the world reaches it by https, and a mailbox of ours. Rides on identity_once."""
    reader = workspace.database.reader
    value = normalise_identity(kind, to[0].address) if to else ""
    identity = reader.value("SELECT id FROM identity WHERE kind = ? AND scope = '' AND value = ?", (kind, value))
    if identity is None:
        return ()
    said = token(workspace, int(identity), channel.id)
    base = settings.current(workspace).public_url.rstrip("/")
    page = (f"{base}{PATH}{said}",) if base.startswith("https://") else ()
    mailbox = channel.address
    mail = (f"mailto:{quote(mailbox, safe='@')}?subject={quote(f'unsubscribe {said}')}",)
    return page + (mail if valid_email(mailbox) and mailbox.isascii() else ())


def withdraw(workspace: Workspace, said: str, source: str, at: int) -> bool:
    """Forbid marketing where a token says, since a time (UTC ms); False where it is not ours. Done already, it changes
    nothing; nor for an address that is gone."""
    meant = read(workspace, said)
    if meant is None:
        return False
    if _to_do(workspace.database.reader, meant, at) is not None:
        perform(workspace, PROGRAM, "unsubscribed", lambda act: _forbid(act, meant, source, at))
    return True


def _forbid(act: Act, meant: Meant, source: str, at: int) -> None:
    found = _to_do(act.tx, meant, at)
    if found is not None:
        customer, kind = found
        said = consents.Said("marketing", False, source, at)
        consents.put(act, consents.row(act.tx, meant.identity, kind, "marketing"), meant.identity, customer, kind, said)
        act.summary = f"somebody unsubscribed ({source})"


def _to_do(connection: Connection, meant: Meant, at: int) -> tuple[int, str] | None:
    """Return the customer and the kind of channel for which it is to be forbidden, None where there is nothing to
    do: it is forbidden, or was allowed since."""
    kind = connection.value("SELECT kind FROM channel WHERE id = ?", (meant.channel,))
    customer = connection.value("SELECT customer_id FROM identity WHERE id = ?", (meant.identity,))
    if kind is None or customer is None:
        return None
    known = consents.row(connection, meant.identity, kind, "marketing")
    if known is not None and (known["state"] == consents.WITHDRAWN or known["since"] > at):
        return None
    return int(customer), str(kind)


def heard(workspace: Workspace, outcome: tuple[Kept, ...] | str, at: int) -> tuple[Kept, ...] | str:
    """Do what decoded messages ask for that bear a token in their subject, before they are filed. They are kept as a
    machine's: nobody waits for an answer."""
    if isinstance(outcome, str) or not any(_SUBJECT.search(kept.message.subject) for kept in outcome):
        return outcome
    done = []
    for kept in outcome:
        found = _SUBJECT.search(kept.message.subject)
        asked = found is not None and withdraw(workspace, found[1], consents.MAIL, at)
        done.append(replace(kept, message=replace(kept.message, auto=Auto.FEEDBACK)) if asked else kept)
    return tuple(done)
