"""Which parts of a mail are its text and which are files."""

from __future__ import annotations

from dataclasses import dataclass, field

from omnidesk.connectors.base import File
from omnidesk.connectors.email.charset import to_text
from omnidesk.connectors.email.header import unword
from omnidesk.connectors.email.mime import Part, fields_of
from omnidesk.text.clean import clean
from omnidesk.text.filename import safe_name
from omnidesk.text.html import html_to_text

LONGEST_TEXT = 5_000_000
"""Characters of text that are kept; what lies behind is in the raw mail."""


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
            for each in part.parts:
                _read(each, body)
    elif _is_text(part):
        if text := _text(part):
            body.texts.append(text)
    elif part.kind.startswith("multipart/"):
        # Its boundary never comes: what is there is shown as text rather than dropped.
        if text := clean(to_text(part.encoded()[:LONGEST_TEXT])).strip():
            body.texts.append(text)
    elif part.kind != "message/delivery-status" and part.kind != "message/disposition-notification":
        body.files.append(_file(part, len(body.files) + 1))


def _read_alternative(part: Part, body: Body) -> None:
    """One text in several forms: take the first plain one that says something, else the last that can be read.

    Files hidden within the forms (pictures of the HTML one, an invitation) are kept."""
    forms: list[tuple[str, list[File]]] = []
    for each in part.parts:
        form = Body()
        if each.kind == "text/html" and any(text.strip() for text, _ in forms) and _is_text(each):
            continue  # the HTML form is not even looked at: it would only say the same again
        _read(each, form)
        forms.append((form.text, form.files))
    said = [text for text, _ in forms if text.strip()]
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
    text = to_text(part.content(), part.type.values.get("charset"))[:LONGEST_TEXT]
    if part.kind == "text/html":
        return html_to_text(text)
    return clean(text).strip("\n").rstrip()


def _file(part: Part, number: int, inline: bool = False) -> File:
    disposition = part.disposition
    name = disposition.values.get("filename") or part.type.values.get("name") or ""
    if not name and part.kind == "message/rfc822":
        fields, _ = fields_of(part.raw, part.start, part.end)
        subject = unword(fields["subject"][0].decode("utf-8", "replace")) if "subject" in fields else ""
        name = f"{subject}.eml" if subject else ""
    content_id = part.get("content-id").strip().strip("<>")
    shown = inline or (disposition.value == "inline" and part.kind.startswith("image/"))
    return File(
        name=safe_name(name, part.kind, number),
        content_type=_safe_type(part.kind),
        data=part.content(),
        inline=shown and disposition.value != "attachment",
        content_id=clean(content_id, keep_newlines=False)[:200],
    )


def _safe_type(kind: str) -> str:
    main, _, sub = kind.partition("/")
    fits = all(
        each.replace("-", "").replace(".", "").replace("+", "").isalnum() and each.isascii() for each in (main, sub)
    )
    return kind if fits and len(kind) <= 127 else "application/octet-stream"
