"""HTML from outside without anything that acts or loads: no script, handler, form, remote picture or dangerous address.

Elements and attributes are let through by name (nh3); addresses and styles by what they say. Links to the web, to mail
and to telephones stay: they do nothing until a person follows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from omnidesk.text.clean import clean
from omnidesk.text.html import costly, html_to_text

if TYPE_CHECKING:
    import nh3

LONGEST = 2_000_000
"""Characters of HTML; what lies behind is left out."""
LONGEST_STYLE = 2_000

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
_STYLE_VALUE = re.compile(
    r"""(?:(?!rgb|hsl)[\w#%.,\s!+-]|(?:rgb|hsl)a?\([\d\s.,%/]{1,60}\)|"[\w\s.-]{0,80}"|'[\w\s.-]{0,80}')+\Z""", re.I
)
_LAYOUT = frozenset((
    "align", "valign", "bgcolor", "width", "height", "border", "cellpadding", "cellspacing", "dir",
    "colspan", "rowspan",
))  # fmt: skip
_LAID_OUT = ("table", "td", "th", "tr", "tbody", "thead", "tfoot", "col", "colgroup", "div", "p", "img", "hr")
_LAYOUT_VALUE = re.compile(r"[\w#%.,+ -]{0,60}\Z")
_NO_TAGS = frozenset(("map", "area", "link", "base", "meta", "details", "summary", "data"))
_DROPPED_WHOLE = frozenset((
    "script", "style", "title", "template", "svg", "math", "object", "iframe", "noembed", "noframes", "xmp", "select",
    "textarea", "audio", "video",
))  # fmt: skip
_LINK = re.compile(r"(?i)(?:https?://|mailto:|tel:)[^\s\x00-\x20<>\"'`]*\Z")
_PICTURE = re.compile(r"(?i)data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]+\Z")
_CONTENT_ID = re.compile(r"(?i)cid:[\w.@$%+=~{}#!&*/^|?-]{1,300}\Z")


def sanitised(html: str, pictures: Mapping[str, str] | None = None) -> str:
    """Return `html` without all that could act or load. Pictures named by `cid:` stay as they are; with `pictures`
    (content id to `data:` address) they are put in their place, and others lose their source."""
    html = clean(html)[:LONGEST]
    if not html.strip():
        return ""
    if costly(html):
        return f"<pre>{escape(html_to_text(html))}</pre>"
    if pictures is None:
        return _cleaner().clean(html)
    return _made(pictures).clean(html)


@cache
def _cleaner() -> nh3.Cleaner:
    return _made(None)


def _made(pictures: Mapping[str, str] | None) -> nh3.Cleaner:
    import nh3

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            said = value.strip()
            return said if _LINK.match(said) else None
        if name == "src":
            return _source(value.strip(), pictures)
        if name == "style":
            return _style(value)
        if name in ("alt", "summary", "rel"):
            return value
        return value if _LAYOUT_VALUE.match(value) else None

    allowed = {tag: set(names) - {"cite"} for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    for tag in _LAID_OUT:
        allowed.setdefault(tag, set()).update(_LAYOUT)
    allowed.setdefault("*", set()).add("style")
    allowed.setdefault("font", set()).update(("color", "face", "size"))
    return nh3.Cleaner(
        tags=(nh3.ALLOWED_TAGS | {"font", "center", "u", "big"}) - _NO_TAGS,
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=allowed,
        attribute_filter=attribute,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def _source(said: str, pictures: Mapping[str, str] | None) -> str | None:
    if said[:4].lower() == "cid:":
        if pictures is not None:
            return pictures.get(said[4:].strip("<>"))
        return said if _CONTENT_ID.match(said) else None
    return said if _PICTURE.match(said) else None


def _style(value: str) -> str | None:
    """The declarations that only change how text and boxes look; None where there is none."""
    kept = []
    for declaration in value[:LONGEST_STYLE].split(";"):
        name, _, said = declaration.partition(":")
        name, said = name.strip().lower(), said.strip()
        if name in _STYLES and _STYLE_VALUE.match(said):
            kept.append(f"{name}:{said}")
    return ";".join(kept) or None
