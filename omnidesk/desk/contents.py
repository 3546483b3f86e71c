"""What is kept of a decoded message, whatever becomes of it: intake, redecoding and `omnidesk parse` share it. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from omnidesk.connectors.base import Decoded, File, Party
from omnidesk.desk import indexing
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filename import safe_name

if TYPE_CHECKING:
    from omnidesk.text.facts.said import Found

LONGEST_SUBJECT = 998
LONGEST_TEXT = 2_000_000
"""Characters of a message's text that are kept beside its raw item."""
LONGEST_NAME = 200
MOST_RECIPIENTS = 500
_KIND = re.compile(r"[a-z][a-z0-9-]{0,30}")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it is written down; `size` in bytes and `sha256` are of the decoded content, `position` is its place
    among the files of its raw item."""

    position: int
    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str
    reference: str = ""
    """What the provider calls it where its bytes are still to be fetched; `size` is then what it says, 0 unknown."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A decoded message as it is kept: its words clean, its files without their bytes, and the folded words by which
    the search finds it."""

    message: Decoded
    recipients: dict[str, list[list[str]]]
    files: tuple[KeptFile, ...]
    search_words: str
    kind: str = ""
    """What it is where that is not its channel's kind."""
    facts: tuple[Found, ...] = ()
    """What its writer tells of themselves; telephone numbers as they wrote them."""


def keep(decoded: Decoded, first: int = 0) -> Kept:
    """Return what is kept of a message; `first` is how many files its raw item has before it."""
    text, reply_text = words(decoded)
    for_whom, kept = recipients(decoded), files(decoded.files, first)
    message = replace(
        decoded,
        subject=subject(decoded),
        text=text,
        reply_text=reply_text,
        list_id=list_id(decoded),
        files=(),
        quoted_text="",
        signature="",
    )
    searched = indexing.words(message.subject, text, for_whom, [file.name for file in kept])
    return Kept(message, for_whom, kept, searched, kind(decoded), told(message))


def told(message: Decoded) -> tuple[Found, ...]:
    """Return what the writer of a message tells of themselves; a machine tells nothing."""
    if message.auto is not None:
        return ()
    from omnidesk.text.facts.finding import find

    return find(message.reply_text, message.subject, region="")


def words(decoded: Decoded) -> tuple[str, str]:
    """Return the text and what is new in it."""
    text = clean(decoded.text)[:LONGEST_TEXT]
    return text, clean(decoded.reply_text)[:LONGEST_TEXT] or text


def kind(decoded: Decoded) -> str:
    """Return the kind of a message that has one of its own; only agents write notes."""
    return decoded.kind if _KIND.fullmatch(decoded.kind) and decoded.kind != "note" else ""


def subject(decoded: Decoded) -> str:
    """Return the subject on one line."""
    return one_line(decoded.subject, LONGEST_SUBJECT)


def sender(decoded: Decoded) -> tuple[str, str]:
    """Return the sender's name and address, both "" where nobody is named."""
    return ("", "") if decoded.sender is None else _pair(decoded.sender)


def recipients(decoded: Decoded) -> dict[str, list[list[str]]]:
    """Return name and address of everyone the message is for, by list; empty lists are left out."""
    lists = {"to": decoded.to, "cc": decoded.cc, "bcc": decoded.bcc, "reply_to": decoded.reply_to}
    return {
        name: [list(_pair(party)) for party in parties[:MOST_RECIPIENTS]] for name, parties in lists.items() if parties
    }


def list_id(decoded: Decoded) -> str | None:
    """Return the list the message came by."""
    return None if decoded.list_id is None else one_line(decoded.list_id, 200)


def files(found: Sequence[File], first: int = 0) -> tuple[KeptFile, ...]:
    """Return the files as they are written down; `first` is how many the raw item has before them."""
    return tuple(
        KeptFile(
            position=place,
            name=safe_name(file.name, file.content_type, place + 1),
            content_type=one_line(file.content_type, 127),
            size=max(0, file.size) if file.reference else len(file.data),
            sha256="" if file.reference else hashlib.sha256(file.data).hexdigest(),
            inline=file.inline,
            content_id=one_line(file.content_id, 300),
            reference=file.reference,
        )
        for place, file in enumerate(found, first)
    )


def _pair(party: Party) -> tuple[str, str]:
    return one_line(party.name, LONGEST_NAME), one_line(party.value, 320)
