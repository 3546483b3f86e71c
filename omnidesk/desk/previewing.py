"""A message as whoever gets it will see it: prepared as it would be sent, and read back by the same connector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import DecodeError, File, Item, Outgoing, Payload, Quoted
from omnidesk.desk import composing, enclosing, outbox
from omnidesk.desk.letters import Letter
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.rows import Actor, Address, Enclosure
from omnidesk.words.speech import _

STANDS_IN = b"x"
"""What stands for a file's content: only its name is shown."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What is being written: its sort (reply, aside or new), conversation (0: none yet), text and channel."""

    sort: str
    number: int
    text: str
    via: str
    to: Sequence[str]
    cc: Sequence[str]
    bcc: Sequence[str]
    subject: str = ""
    files: Sequence[Enclosure] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it will arrive; `bcc` is seen by nobody."""

    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    subject: str
    text: str
    files: tuple[Enclosure, ...]
    warnings: tuple[str, ...]


def preview(workspace: Workspace, actor: Actor, unsent: Unsent) -> Preview:
    """Return a message as it would arrive; nothing is queued. Raises RefusedError, UsageError, NotFoundError."""
    letter = _letter(workspace, actor, unsent)
    outgoing = _outgoing(workspace, actor, letter, unsent)
    connector = registry.connector(letter.channel.kind)
    try:
        payload = connector.prepare(outgoing, letter.channel.settings)
    except ValueError as error:
        raise RefusedError(_("it cannot go out as it is: {error}").format(error=error)) from error
    subject, text = _read_back(letter.channel.kind, payload, outgoing)
    shown = tuple(unsent.files)
    enclosing.sizes(shown)
    outward = letter.outward
    return Preview(letter.sender, outward.to, outward.cc, outward.bcc, subject, text, shown, payload.warnings)


def _letter(workspace: Workspace, actor: Actor, unsent: Unsent) -> Letter:
    to, text, via, cc, bcc = unsent.to, unsent.text, unsent.via, unsent.cc, unsent.bcc
    bare = bool(unsent.files)
    if unsent.sort == "new":
        return composing.new_letter(workspace, actor, to, via, unsent.subject, text, cc, bcc, None, bare)
    if unsent.sort == "aside":
        subject = unsent.subject or None
        return composing.forward_letter(workspace, actor, unsent.number, to, text, via, cc, bcc, subject, None, bare)
    return composing.reply_letter(workspace, actor, unsent.number, text, via, to, cc, bcc, bare=bare)


def _outgoing(workspace: Workspace, actor: Actor, letter: Letter, unsent: Unsent) -> Outgoing:
    reader = workspace.database.reader
    signature = reader.value("SELECT signature FROM agent WHERE id = ?", (actor.agent_id,))
    token = reader.value("SELECT token FROM conversation WHERE id = ?", (unsent.number,)) or ""
    answers = letter.answers if letter.aside is None else None
    domain = letter.channel.address.rpartition("@")[2] or "omnidesk.invalid"
    return Outgoing(
        key=letter.key,
        external_id=f"<omni.{letter.key}@{domain}>",
        sender=letter.sender,
        to=letter.outward.to,
        cc=letter.outward.cc,
        bcc=letter.outward.bcc,
        subject=letter.subject,
        text=outbox.signed(letter.channel.kind, letter.outward.text, signature),
        at=clock.now(),
        conversation=unsent.number,
        token=token if letter.aside is None else "",
        files=tuple(File(file.name, "application/octet-stream", STANDS_IN) for file in unsent.files),
        in_reply_to=(answers.external_id or "") if answers else "",
        public=letter.public,
        privately=letter.privately,
        links=tuple(file.name for file in unsent.files),
        quoted=Quoted(answers.sender.name or answers.sender.address, answers.text, answers.at) if answers else None,
    )


def _read_back(kind: str, payload: Payload, outgoing: Outgoing) -> tuple[str, str]:
    """Return subject and text as a reader of the channel gets them; as written where it cannot be read back."""
    item = Item("preview", payload.data, outgoing.at, outbound=True)
    try:
        decoded = registry.connector(kind).decode(item)
    except (DecodeError, NotFoundError):
        return outgoing.subject, outgoing.text
    return (decoded[0].subject, decoded[0].text) if decoded else (outgoing.subject, outgoing.text)
