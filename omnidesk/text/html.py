"""HTML mail as text worth reading. Nothing is loaded, nothing is run, and the time is bounded by the input's length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from omnidesk.text.clean import clean

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

LONGEST = 2_000_000
"""Characters of HTML that are read; what lies behind is left to the original."""
MOST_NODES = 200_000
DEEPEST_QUOTE = 20
FEW_TAGS = 2_000
"""With no more tags than this a document cannot be costly."""
DEEPEST = 1_000
MOST_CLONES = 1_000_000
LONGEST_LINK = 200
"""A longer address of a link is a tracker's, and not worth reading."""

_SKIPPED = frozenset(
    [
        "head",
        "script",
        "style",
        "title",
        "template",
        "noscript",
        "object",
        "embed",
        "iframe",
        "svg",
        "math",
        "select",
        "textarea",
    ]
)
_PARAGRAPH = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "pre",
        "form",
        "fieldset",
        "figure",
        "hr",
    ]
)
_LINE = frozenset(
    [
        "div",
        "li",
        "tr",
        "dt",
        "dd",
        "address",
        "article",
        "aside",
        "section",
        "header",
        "footer",
        "main",
        "nav",
        "center",
        "caption",
        "figcaption",
        "body",
        "legend",
    ]
)
_HIDDEN = re.compile(
    r"(?i)display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden|"
    r"(?<![\w-])(?:opacity|font-size|max-height)\s*:\s*0(?:px|pt|em|%)?\s*(?:!important\s*)?(?:;|$)"
)
_DOT = re.compile(r"(?i)(?<![\w-])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$)")
_FILLING = re.compile("[\u034f\u200b\u200c\u2007\ufeff][\u034f\u200b-\u200d\u00ad\u2007\ufeff \xa0]{8,}+")
"""What newsletters put behind a preheader to keep the text out of the list."""
_HISTORY_IDS = re.compile(r"(?i)^(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|zwchr)$")
_HISTORY_STYLE = re.compile(r"(?i)border-top\s*:\s*solid\s*#?(?:e1e1e1|b5c4df)")
RULE = "_" * 32
"""What Outlook draws in plain text above the mail it answers; it stands where HTML marks that place in other ways."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_CROWDED = re.compile(r"<[a-zA-Z](?:[^<>\s]*+\s++){1000}")  # attributes are compared with one another
_DROPPED = re.compile(r"(?i)<(script|style|title|head|!--)")
_BREAK = re.compile(r"(?i)</?(?:p|div|br|tr|li|h[1-6]|table|blockquote|ul|ol|pre|hr)\b[^<>]*+>")
_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_MARKUP = re.compile(r"<[^<>]*+>")
_BLANK_LINES = re.compile(r"\n{3,}")


def html_to_text(html: str) -> str:
    """Return the readable text of an HTML document: paragraphs apart, lists marked, links with their address,
    quotes behind `> `; without scripts, styles, what is hidden, and images other than their alternative text."""
    from selectolax.lexbor import LexborHTMLParser

    html = clean(html)[:LONGEST]
    if costly(html):
        return _stripped(html)
    body = LexborHTMLParser(html).body
    if body is None:
        return _stripped(html)
    writer = _Writer()
    _walk(body, writer)
    return writer.text()


def costly(html: str) -> bool:
    """Say whether an HTML5 parser could need far longer for a document than its length lets expect."""
    return bool(_CROWDED.search(html)) or (html.count("<") > FEW_TAGS and _costly(html))


def _costly(html: str) -> bool:
    """Whether an HTML5 parser would need more than linear time: depth costs it a walk up for each tag, and each
    formatting element left open is cloned into every block that follows."""
    depth = formatting = clones = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _VOID:
            continue
        step = -1 if tag[1] else 1
        depth = max(0, depth + step)
        if name in _FORMATTING:
            formatting = max(0, formatting + step)
        clones += formatting
        if depth > DEEPEST or clones > MOST_CLONES:
            return True
    return False


def _stripped(html: str) -> str:
    """The text between the tags, for what is no sane document."""
    from html import unescape

    kept, position = [], 0
    while found := _DROPPED.search(html, position):
        kept.append(html[position : found.start()])
        name = found[1].lower()
        end = re.compile("--(?=>)" if name == "!--" else f"(?i)</{name}").search(html, found.end())
        position = html.find(">", end.end()) + 1 if end else 0
        position = position or len(html)
    text = _MARKUP.sub("", _BREAK.sub("\n", "".join(kept) + html[position:]))
    return _BLANK_LINES.sub("\n\n", re.sub(r"[ \t]+", " ", clean(unescape(text)))).strip()


def _walk(top: LexborNode, writer: _Writer) -> None:
    """Visit the tree below `top` without recursion: hostile mail nests thousands deep."""
    node = top.child
    depth = 0  # counted, because nodes are compared by their whole HTML
    for _ in range(MOST_NODES):
        if node is None:
            return
        if node.tag == "-text":
            writer.words(node.text_content or "")
        elif writer.enter(node):
            if node.child is not None:
                node = node.child
                depth += 1
                continue
            writer.leave(node)
        while node.next is None:
            if depth == 0 or node.parent is None:
                return
            node = node.parent
            depth -= 1
            writer.leave(node)
        node = node.next


class _Writer:
    """Collects lines; a line is (depth of quotation, text)."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str]] = []
        self._line = ""
        self._depth = 0
        self._exact = 0
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []

    def words(self, text: str) -> None:
        if self._exact:
            first, *others = text.split("\n")
            self._line += first
            for other in others:
                self._end_line(keep_blank=True)
                self._line = other
            return
        text = _SPACES.sub(" ", text)
        if "\u200c" in text or "\u034f" in text or "\u200b" in text:
            text = _FILLING.sub(" ", text)
        if not self._line or self._line[-1] in " \t":
            text = text.lstrip(" ")
        self._line += text

    def enter(self, node: LexborNode) -> bool:
        """Begin an element; False when it is not to be looked into."""
        tag = node.tag or ""
        if tag in _SKIPPED or tag.startswith("-") or tag.startswith("!"):
            return False
        attributes = node.attributes
        if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
            return False
        if tag in _PARAGRAPH:
            self._end_paragraph()
        elif tag in _LINE:
            self._end_line()
        if _HISTORY_IDS.match(attributes.get("id") or "") or _HISTORY_STYLE.search(attributes.get("style") or ""):
            self._rule()
        if tag == "br":
            self._end_line(keep_blank=True)
        elif tag == "blockquote":
            self._depth += 1
        elif tag == "pre":
            self._exact += 1
        elif tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._line = self._bullet()
        elif tag in ("td", "th"):
            if self._line.strip():
                self._line = self._line.rstrip() + "  "
        elif tag == "img":
            self._picture(attributes)
        elif tag == "a":
            self._links.append((attributes.get("href") or "", len(self._line)))
        return True

    def leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "a" and self._links:
            self._link(*self._links.pop())
        if tag in _PARAGRAPH:
            self._end_paragraph()
        elif tag in _LINE:
            self._end_line()
        if tag == "blockquote":
            self._depth = max(0, self._depth - 1)
            if self._lines and not self._lines[-1][1]:
                self._lines[-1] = (self._depth, "")  # the blank line behind a quote is not quoted
        elif tag == "pre":
            self._exact = max(0, self._exact - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def text(self) -> str:
        self._end_line()
        lines = (
            ("> " * min(depth, DEEPEST_QUOTE) + line).rstrip() if depth else line.rstrip()
            for depth, line in self._lines
        )
        return (
            clean(_BLANK_LINES.sub("\n\n", "\n".join(lines))).strip("\n").rstrip()
        )  # entities name control characters

    def _rule(self) -> None:
        self._end_paragraph()
        said = [line for _, line in self._lines[-2:] if line]
        if said and said[-1] != RULE:
            self._lines.append((self._depth, RULE))

    def _bullet(self) -> str:
        indent = "  " * max(0, len(self._lists) - 1)
        if self._lists and (count := self._lists[-1]) is not None:
            self._lists[-1] = count + 1
            return f"{indent}{count + 1}. "
        return f"{indent}- "

    def _picture(self, attributes: dict[str, str | None]) -> None:
        description = _SPACES.sub(" ", attributes.get("alt") or "").strip()
        small = ("0", "1", "0px", "1px")
        if attributes.get("width") in small or attributes.get("height") in small:
            return
        if description and not _DOT.search(attributes.get("style") or ""):
            self._line += f"[{description}]"

    def _link(self, address: str, start: int) -> None:
        address = address.strip()
        shown = self._line[start:].strip() if start <= len(self._line) else ""
        plain = address.removeprefix("mailto:").removeprefix("https://").removeprefix("http://").rstrip("/")
        if not address.lower().startswith(("http://", "https://", "mailto:")) or not plain:
            return
        if shown and plain.split("?")[0] not in shown and len(address) <= LONGEST_LINK:
            self._line = f"{self._line.rstrip()} <{address.removeprefix('mailto:')}>"

    def _end_line(self, keep_blank: bool = False) -> None:
        if self._line.strip() or keep_blank:
            self._lines.append((self._depth, self._line))
        self._line = ""

    def _end_paragraph(self) -> None:
        self._end_line()
        if self._lines and self._lines[-1][1].strip():
            self._lines.append((self._depth, ""))
