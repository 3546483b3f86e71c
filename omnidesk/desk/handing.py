"""Addresses under which a provider fetches the files of a message that goes out: each for one file and two days.

They lead to `omnidesk serve`, which the world reaches at the setting `public_url`, and are signed with the workspace's
own key: nobody makes one, or makes one last longer, without it.

    https://desk.example.com/files/893398242611413/1795953600/3f1c../invoice.pdf
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from omnidesk import clock
from omnidesk.store.workspace import Workspace

LASTS = 2 * clock.DAY
"""How long a provider may take: as long as a message is tried, and another day."""
_LETTERS = 40


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that a provider fetches."""

    name: str
    content_type: str
    data: bytes


def links(workspace: Workspace, public_url: str, files: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """Return the address of each of these files (id and name); () where the world does not reach us."""
    if not public_url:
        return ()
    until = (clock.now() + LASTS) // clock.SECOND
    return tuple(
        f"{public_url.rstrip('/')}/files/{number}/{until}/{_signature(workspace, number, until)}/{quote(name, safe='')}"
        for number, name in files
    )


def fetched(workspace: Workspace, number: int, until: int, signature: str) -> Handed | None:
    """Return the file of an address, None where nobody signed it, its time is over, or the file is none of ours.

    Raises NotFoundError where its content is gone."""
    made = _signature(workspace, number, until)
    if not hmac.compare_digest(made.encode(), signature.encode()) or until * clock.SECOND < clock.now():
        return None
    row = workspace.database.reader.one(
        "SELECT a.name, a.content_type, a.blob FROM attachment a JOIN outbox o ON o.message_id = a.message_id "
        "WHERE a.id = ?",
        (number,),
    )
    return None if row is None else Handed(row["name"], row["content_type"], workspace.blobs.get(row["blob"]))


def _signature(workspace: Workspace, number: int, until: int) -> str:
    return workspace.keyed_hash(f"file\0{number}\0{until}")[:_LETTERS]
