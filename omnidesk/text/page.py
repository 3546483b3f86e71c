"""The HTML of a message as a page that a browser may show: no script, no form, nothing loaded from anywhere.

`sanitised` takes out what could act; the page's own policy forbids the
browser everything but inline styles and pictures within the page, should anything have been left.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape

from omnidesk.text.sanitised import sanitised

MOST_PICTURES = 20_000_000
"""Bytes of pictures that are put into a page."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

_PICTURE_TYPES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"))


def safe_page(html: str, title: str, pictures: Mapping[str, tuple[str, bytes]] | None = None) -> str:
    """Return a whole HTML document that shows `html` and can do nothing else.

    `pictures` are those the message brought along: content id to media type and bytes."""
    body = sanitised(html, _inlined(pictures or {}))
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta http-equiv="x-dns-prefetch-control" content="off"><meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title></head>\n<body>\n{body}\n</body></html>\n"
    )


def _inlined(pictures: Mapping[str, tuple[str, bytes]]) -> dict[str, str]:
    found, room = {}, MOST_PICTURES
    for name, (content_type, data) in pictures.items():
        room -= len(data)
        if content_type in _PICTURE_TYPES and room >= 0:
            found[name] = f"data:{content_type};base64,{base64.b64encode(data).decode()}"
    return found
