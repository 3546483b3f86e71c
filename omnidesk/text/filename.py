"""Names for files that came from outside: safe on every file system, never a path."""

from __future__ import annotations

import mimetypes
import re

from omnidesk.text.clean import one_line

LONGEST = 120
"""Characters in a name; in UTF-8 that stays within the 255 bytes of common file systems for nearly all scripts."""

_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_RESERVED = re.compile(r"(?i)^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_ALIKE = {
    "application/octet-stream": ".bin",
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/ms-tnef": ".dat",
    "application/pgp-encrypted": ".asc",
    "application/pgp-keys": ".asc",
    "application/rtf": ".rtf",
    "application/x-pkcs7-mime": ".p7m",
    "application/x-zip-compressed": ".zip",
    "application/xml": ".xml",
    "audio/amr": ".amr",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "image/jpg": ".jpg",
    "image/pjpeg": ".jpg",
    "image/x-png": ".png",
    "text/directory": ".vcf",
    "text/rtf": ".rtf",
}


def safe_name(name: str, content_type: str = "application/octet-stream", number: int = 1) -> str:
    """Return a name made from `name` that has no path, no control characters and a sane length.

    Where nothing is left of it the name is made up: `attachment-<number>` with the extension of `content_type`."""
    name = one_line(name, 2000).replace("\\", "/").rsplit("/", 1)[-1]
    name = _FORBIDDEN.sub("_", name).strip(" .")
    if not name.strip("_ "):
        return f"attachment-{number}{extension(content_type)}"
    if _RESERVED.match(name):
        name = f"_{name}"
    while len(name) > LONGEST or len(name.encode()) > 240:
        tail = found[0] if (found := _EXTENSION.search(name)) else ""
        stem = name[: len(name) - len(tail)]
        name = stem[: min(LONGEST - len(tail), len(stem) - max(1, len(stem) // 8))].rstrip(" .") + tail
    return name


def extension(content_type: str) -> str:
    """Return the usual extension of a media type, with its dot; `.bin` where there is none."""
    content_type = content_type.lower().strip()
    known = _ALIKE.get(content_type) or mimetypes.guess_extension(content_type)
    return known or {"message": ".eml", "text": ".txt"}.get(content_type.partition("/")[0], ".bin")


def type_of(name: str) -> str:
    """Return the media type that a file's name suggests; `application/octet-stream` where it suggests none."""
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
