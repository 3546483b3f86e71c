"""Which parts of a mail are its text and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from omnidesk.connectors.base import File
from omnidesk.connectors.email.charset import to_text
from omnidesk.connectors.email.header import Parameters, as_text, unword
from omnidesk.connectors.email.mime import Part, fields_of, from_uuencode
from omnidesk.connectors.email.tnef import Pack, unpack
from omnidesk.text.clean import clean
from omnidesk.text.filename import safe_name, type_of
from omnidesk.text.html import html_to_text

LONGEST_TEXT = 5_000_000
"""Characters of text that are kept; what lies behind is in the raw mail."""

_META_CHARSET = re.compile(rb"(?i)<meta[^<>]{0,200}?charset\s*=\s*[\"']?\s*([a-z0-9_.:-]{2,40})")

_PAGE = re.compile(r"(?i)\s{0,100}<(?:!doctype\s+html|html|body)[\s>]")
_ENRICHED = re.compile(r"<param>[^<]{0,500}</param>|(<)<|</?[A-Za-z][A-Za-z0-9-]{0,60}>")

_UUENCODED = re.compile(
    r"^begin(?:-base64)? [0-7]{3,4} ([^\n]{1,255})\n((?:[ -`]{1,100}\n)*?)(?:[` ]?\n)?end[ \t]*(?:\n|\Z)", re.MULTILINE
)
_FILE_NAME = re.compile(r"[^\r\n]{1,200}\.(?!com\b|net\b|org\b)[A-Za-z][A-Za-z0-9]{1,4}\Z")
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"), (b"\x89PNG\r", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"), (b"PK\x03\x04", "application/zip"), (b"{\\rtf", "application/rtf"),
)  # fmt: skip
_NOT_BASE64 = re.compile(rb"\s{0,100}[A-Za-z0-9',.!?-]{1,40}(?: [A-Za-z0-9',.!?-]{1,40}){3}")
_MAY_BE_PACKS = ("application/ms-tnef", "application/vnd.ms-tnef", "application/octet-stream")


@dataclass(slots=True)
class Body:
    """The text of a mail, piece by piece, and its files."""

    texts: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text, the pieces apart by a blank line."""
        if len(self.texts) == 1:
            return self.texts[0]
        return "\n\n".join(self.texts)[:LONGEST_TEXT]


def read_body(mail: Part) -> Body:
    """Return the text and the files of a mail. Plain text is preferred; HTML is read where there is no other."""
    body = Body()
    _read(mail, body)
    return body


def _read(part: Part, body: Body) -> None:
    if part.parts:
        if part.kind == "multipart/alternative":
            _read_alternative(part, body)
        elif part.kind == "multipart/related":
            _read_related(part, body)
        else:
            for index, each in enumerate(part.parts):
                if index and each.kind == "text/plain" and body.texts and "name" in each.type.values:
                    body.files.append(_file(each, len(body.files) + 1))
                else:
                    _read(each, body)
    elif _is_text(part):
        text = _text(part)
        if part.kind != "text/html" and "\nend" in text and "begin " in text:
            text = _take_uuencoded(text, body)
        if text:
            body.texts.append(text)
    elif part.kind.startswith("multipart/"):
        # Its boundary never comes: what is there is shown as text rather than dropped.
        lines = clean(to_text(part.encoded()[:LONGEST_TEXT])).split("\n")
        mark = "--" + (part.type.values.get("boundary", "").strip() or "\n")
        if text := "\n".join(line for line in lines if not line.startswith(mark)).strip():
            body.texts.append(text)
    elif part.kind != "message/delivery-status" and part.kind != "message/disposition-notification":
        file = _file(part, len(body.files) + 1)
        pack = unpack(file.data) if part.kind in _MAY_BE_PACKS else None
        if pack is None:
            body.files.append(file)
        else:
            _unpack(pack, body)


def _unpack(pack: Pack, body: Body) -> None:
    """Take the files out of Outlook's winmail.dat, and its text where the mail has no other."""
    for packed in pack.files:
        kind = _safe_type(packed.content_type.lower()) if packed.content_type else type_of(packed.name)
        name = safe_name(packed.name, kind, len(body.files) + 1)
        content_id = clean(packed.content_id, keep_newlines=False)[:200]
        body.files.append(File(name, kind, packed.data, inline=bool(content_id), content_id=content_id))
    if not any(text.strip() for text in body.texts):
        text = clean(pack.text).strip() or html_to_text(to_text(pack.html)[:LONGEST_TEXT])
        if text:
            body.texts.append(text)


def _take_uuencoded(text: str, body: Body) -> str:
    """Make files of what stands uuencoded within a text, and return the rest."""

    def take(found: re.Match[str]) -> str:
        data = from_uuencode(found[2].encode("ascii", "replace"))
        if not data:
            return found[0]
        name = safe_name(found[1], number=len(body.files) + 1)
        body.files.append(File(name, type_of(name), data))
        return ""

    return _UUENCODED.sub(take, text).strip("\n").rstrip()


def _read_alternative(part: Part, body: Body) -> None:
    """One text in several forms: take the first plain one that says something, else the last that can be read.

    Files hidden within the forms (pictures of the HTML one, an invitation) are kept."""
    forms: list[tuple[str, list[File]]] = []
    read: list[Part] = []
    for each in part.parts:
        form = Body()
        if each.kind == "text/html" and any(text.strip() for text, _ in forms) and _is_text(each):
            continue  # the HTML form is not even looked at: it would only say the same again
        _read(each, form)
        forms.append((form.text, form.files))
        read.append(each)
    said = [text for each, (text, _) in zip(read, forms, strict=True) if text.strip() and each.kind == "text/plain"]
    said = said or [text for text, _ in forms if text.strip()]
    if said:
        body.texts.append(said[0])
    for _, files in forms:
        body.files.extend(files)


def _read_related(part: Part, body: Body) -> None:
    """A text and what is shown within it."""
    for index, each in enumerate(part.parts):
        if index and not each.parts and not _is_text(each):
            body.files.append(_file(each, len(body.files) + 1, inline=True))
        else:
            _read(each, body)


def _is_text(part: Part) -> bool:
    if part.kind not in ("text/plain", "text/html", "text/enriched", "text/markdown"):
        return False
    if "content-disposition" in part.fields:
        disposition = part.disposition
        return disposition.value != "attachment" and "filename" not in disposition.values
    return part.kind != "text/html" or "name" not in part.type.values


def _text(part: Part) -> str:
    data = part.content()
    charset = part.type.values.get("charset")
    if part.encoding.startswith(b"base64") and _has_words(part.raw[part.start : min(part.end, part.start + 4_000)]):
        data = part.encoded()  # it only says so
    if part.kind == "text/html":
        return html_to_text(_page(data, charset))
    text = to_text(data, charset)[:LONGEST_TEXT]
    if part.kind == "text/enriched":
        text = _ENRICHED.sub(lambda found: found[1] or "", text)
    elif "content-type" not in part.fields and _PAGE.match(text):
        return html_to_text(text)
    return clean(text).strip("\n").rstrip()


def _page(data: bytes, charset: str | None) -> str:
    """Return HTML as text: by the charset of its field, else by what the page says of itself."""
    if not charset and (meta := _META_CHARSET.search(data, 0, 4_000)):
        charset = meta[1].decode("ascii")
    return to_text(data, charset)[:LONGEST_TEXT]


def _has_words(raw: bytes) -> bool:
    """Whether most lines of what claims to be base64 hold words with spaces between them, as base64 never does."""
    lines = [line for line in raw.split(b"\n") if line.strip()]
    spaced = sum(b" " in line.strip() for line in lines)
    return bool(_NOT_BASE64.match(raw)) or (spaced * 2 > len(lines) and len(lines) > 1)


def _file(part: Part, number: int, inline: bool = False) -> File:
    disposition = part.disposition
    content_id = part.get("content-id").strip().strip("<>")
    shown = inline or (disposition.value == "inline" and part.kind.startswith("image/"))
    data = part.content()
    return File(
        name=safe_name(_name(part, disposition, data), _kind_by_content(part.kind, data), number),
        content_type=_safe_type(part.kind),
        data=data,
        inline=shown and disposition.value != "attachment",
        content_id=clean(content_id, keep_newlines=False)[:200],
    )


def _name(part: Part, disposition: Parameters, data: bytes) -> str:
    """What a file is called, by the places where programs say it; "" where none does."""
    for values in (disposition.values, part.type.values):
        if name := values.get("filename") or values.get("name"):
            return name
    if part.kind == "message/rfc822":
        fields, _ = fields_of(data, 0, len(data))
        subject = unword(as_text(fields["subject"][0], part.charset)) if "subject" in fields else ""
        return f"{subject}.eml".replace("/", "_").replace("\\", "_") if subject else ""
    for field_name in ("content-location", "content-description", "content-id"):
        if field_name in part.fields:
            said = unword(part.get(field_name)).strip("<>")
            said = said.partition("@")[0] if field_name == "content-id" else said.partition("?")[0]
            if _FILE_NAME.match(said):
                return said
    return ""


def _kind_by_content(kind: str, data: bytes) -> str:
    """The media type that a made-up name goes by: that of the first bytes where the mail says none."""
    if kind != "application/octet-stream":
        return kind
    return next((known for begins, known in _BEGINNINGS if data.startswith(begins)), kind)


def _safe_type(kind: str) -> str:
    main, _, sub = kind.partition("/")
    fits = all(
        each.replace("-", "").replace(".", "").replace("+", "").isalnum() and each.isascii() for each in (main, sub)
    )
    return kind if fits and len(kind) <= 127 else "application/octet-stream"


def read_page(mail: Part) -> str:
    """Return the HTML of a mail as it came: of the first part that is shown as such; "" where there is none."""
    waiting = [mail]
    while waiting:
        part = waiting.pop(0)
        if part.kind == "text/html" and not part.parts and _is_text(part):
            return _page(part.content(), part.type.values.get("charset"))
        waiting = [*part.parts, *waiting]
    return ""
