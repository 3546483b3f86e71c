"""What a visitor posted: the raw item, as the web server makes it and `decode` reads it.

A JSON object `{"visitor", "id", "text", "name", "email", "page", "language", "away", "files": [{"name", "type",
"base64"}]}`. `id` is the UUID that the visitor's browser gave the message; `away` says that nobody was there, so that
it is answered by e-mail.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from omnidesk.connectors.base import DecodeError, File, Item

MEDIA_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Posted:
    """One message of a visitor, who is known by the token that the web server verified."""

    visitor: str
    id: str
    text: str = ""
    name: str = ""
    email: str = ""
    page: str = ""
    language: str = ""
    away: bool = False
    files: tuple[File, ...] = ()

    @property
    def source_id(self) -> str:
        """What makes a repeated post one message (promise 2)."""
        return f"{self.visitor}/{self.id}"


def item(posted: Posted, at: int) -> Item:
    """Return the raw item of a post that came at a time (UTC ms)."""
    said = {
        "visitor": posted.visitor,
        "id": posted.id,
        "text": posted.text,
        "name": posted.name,
        "email": posted.email,
        "page": posted.page,
        "language": posted.language,
        "away": posted.away,
        "files": [
            {"name": file.name, "type": file.content_type, "base64": base64.b64encode(file.data).decode()}
            for file in posted.files
        ],
    }
    return Item(posted.source_id, json.dumps(said, ensure_ascii=False).encode(), at, MEDIA_TYPE)


def read(raw: bytes) -> Posted:
    """Read a raw item. Raises DecodeError."""
    try:
        said = json.loads(raw)
        files = tuple(
            File(str(one["name"]), str(one["type"]), base64.b64decode(one["base64"], validate=True))
            for one in said.get("files", ())
        )
        return Posted(
            visitor=str(said["visitor"]),
            id=str(said["id"]),
            text=str(said.get("text", "")),
            name=str(said.get("name", "")),
            email=str(said.get("email", "")),
            page=str(said.get("page", "")),
            language=str(said.get("language", "")),
            away=bool(said.get("away")),
            files=files,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise DecodeError(f"this is no post of a visitor ({type(error).__name__}: {error})") from error
