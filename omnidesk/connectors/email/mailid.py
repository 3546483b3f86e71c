"""What makes two arrivals the same mail: its Message-ID and a hash of its content without the traces of transport."""

from __future__ import annotations

import hashlib
import re

from omnidesk.connectors.email.header import as_text, message_ids
from omnidesk.connectors.email.mime import Fields, begin_of, fields_of

CONTENT_FIELDS = ("from", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references")
"""Fields that a relay does not touch; with them go all `Content-*`."""

_ODD = re.compile(r"[^\x21-\x7e]")


def content_hash(raw: bytes) -> str:
    """Return the SHA-256 (hex) of a mail's content: the same for each of its copies in several mailboxes.

    Line ends and blank lines at the end do not count: IMAP servers and mbox files change them."""
    fields, body = fields_of(raw, begin_of(raw), len(raw))
    return hash_of(fields, raw[body:])


def source_id(raw: bytes) -> str:
    """Return what a receipt knows this mail by; never empty, at most 300 printable ASCII characters."""
    fields, body = fields_of(raw, begin_of(raw), len(raw))
    digest = hash_of(fields, raw[body:])
    named = external_id(fields)
    if not named or len(named) > 200 or _ODD.search(named):
        return f"sha256:{digest}"
    return f"{named}:{digest}"


def external_id(fields: Fields) -> str:
    """Return the Message-ID with its brackets, "" when there is none."""
    for value in fields.get("message-id", ()):
        if ids := message_ids(as_text(value)):
            return ids[0]
    return ""


def hash_of(fields: Fields, body: bytes) -> str:
    """Return the `content_hash` of a mail that was taken apart already."""
    content = [name for name in fields if name.startswith("content-")]
    head = [
        b"%s:%s\n" % (name.encode(), b" ".join(value.split()))
        for name in (*CONTENT_FIELDS, *sorted(content))
        for value in fields.get(name, ())
    ]
    # As IMAP gives it (RFC 3501 section 2.2): only what comes from elsewhere has other line ends to be changed.
    if body.count(b"\n") != body.count(b"\r\n"):
        body = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    digest = hashlib.sha256(b"".join(head))
    digest.update(b"\n")
    digest.update(body.rstrip(b"\r\n"))
    return digest.hexdigest()
