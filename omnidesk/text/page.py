"""The HTML of a message as a page that a browser may show: no script, no form, nothing loaded from anywhere.

The sanitiser (nh3, ammonia's list of what is allowed) takes out what could act; the page's own policy forbids the
browser everything but inline styles and pictures within the page, should anything have been left.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import escape

LONGEST = 5_000_000
"""Characters of HTML; what lies behind is left out."""
MOST_PICTURES = 20_000_000
"""Bytes of pictures that are put into a page."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

_PICTURE_TYPES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"))
# nothing that takes an address, nothing that lifts a box out of its place
_STYLES = frozenset((
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "color",
    "direction", "display", "font", "font-family", "font-size", "font-style", "font-weight", "height",
    "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right",
    "margin-top", "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "table-layout", "text-align", "text-decoration", "text-indent", "text-transform",
    "vertical-align", "white-space", "width",
))  # fmt: skip
_LAYOUT = frozenset((
    "align", "valign", "bgcolor", "width", "height", "border", "cellpadding", "cellspacing", "dir",
))  # fmt: skip
_ADDRESS = re.compile(r"(?i)url\s*\(|expression\s*\(|@import|\\")


def safe_page(html: str, title: str, pictures: Mapping[str, tuple[str, bytes]] | None = None) -> str:
    """Return a whole HTML document that shows `html` and can do nothing else.

    `pictures` are those the message brought along: content id to media type and bytes."""
    import nh3

    inlined = _inlined(pictures or {})

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return value if re.match(r"(?i)\s*(?:https?|mailto|tel):", value) else None
        if name == "src":
            said = value.strip()
            if said.lower().startswith("cid:"):
                return inlined.get(said[4:].strip("<>"))
            return said if re.match(r"data:image/(?:png|jpeg|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+\Z", said) else None
        return None if name == "style" and _ADDRESS.search(value) else value

    allowed = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    for tag in ("table", "td", "th", "tr", "tbody", "thead", "tfoot", "col", "colgroup", "div", "p", "img", "hr"):
        allowed.setdefault(tag, set()).update(_LAYOUT)
    allowed.setdefault("*", set()).add("style")
    allowed.setdefault("font", set()).update(("color", "face", "size"))
    body = nh3.clean(
        html[:LONGEST],
        tags=(nh3.ALLOWED_TAGS | {"font", "center", "u", "big"}) - {"map", "area", "link", "base", "meta"},
        attributes=allowed,
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=set(_STYLES),
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )
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
