"""Writes a mail: the same message gives the same bytes, and nothing in it can become a header it is not."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Mapping, Sequence
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

from omnidesk import clock
from omnidesk.connectors.base import File, Outgoing, Payload, Quoted
from omnidesk.connectors.email.automatic import LOOP_FIELD
from omnidesk.connectors.email.header import message_ids
from omnidesk.connectors.email.manifest import MAX_FILE_BYTES
from omnidesk.text.address import normalise_email, valid_email
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filename import safe_name
from omnidesk.words.rows import Address

WIDTH = 76
LAST_REFERENCES = 10
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}\Z")
_SUBJECT_TOKEN = re.compile(r"\[#\d+-[A-Za-z0-9]+\]")


def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
    """Return the bytes of a mail and its envelope: `{"from", "recipients", "message_id", "at"}`.

    Bcc is in the envelope only. Raises ValueError in words when the message cannot be sent as it is."""
    sender = _checked(outgoing.sender)
    to, cc, bcc = (tuple(map(_checked, each)) for each in (outgoing.to, outgoing.cc, outgoing.bcc))
    recipients = list(dict.fromkeys(each.address for each in (*to, *cc, *bcc)))
    if not recipients:
        raise ValueError("the message has no recipient: name at least one address")
    if sum(len(file.data) for file in outgoing.files) > MAX_FILE_BYTES:
        raise ValueError(f"the files are larger than {MAX_FILE_BYTES // 1_000_000} MB together: send a link instead")
    message_id = next(iter(_ids(outgoing.external_id)), "")
    if not message_id:
        raise ValueError(f"{outgoing.external_id!r} is no Message-ID")
    fields = [
        _field("From", _addresses([sender])),
        *([_field("To", _addresses(to))] if to else []),
        *([_field("Cc", _addresses(cc))] if cc else []),
        _field("Subject", _words(_subject(outgoing, settings))),
        _field("Date", formatdate(outgoing.at / 1000).replace("-0000", "+0000")),
        _field("Message-ID", message_id),
        *_thread(outgoing),
        *_markers(outgoing, sender, settings),
        "MIME-Version: 1.0",
    ]
    text = clean(outgoing.text).rstrip() + "\n"
    if settings.get("quote") and outgoing.quoted:
        text += "\n" + _quotation(outgoing.quoted)
    # Only addresses outside ASCII make it anything else; the server must then take SMTPUTF8 (RFC 6532).
    data = "\r\n".join(fields).encode() + b"\r\n" + _body(text, outgoing.files, outgoing.key)
    envelope = {"from": sender.address, "recipients": recipients, "message_id": message_id, "at": outgoing.at}
    return Payload(data, envelope, () if to or cc else ("all recipients are hidden (Bcc)",))


def _checked(address: Address) -> Address:
    tidy = normalise_email(address.address)
    if not valid_email(tidy):
        raise ValueError(f"{one_line(address.address, 100)!r} is no e-mail address")
    return Address(one_line(address.name, 200), tidy)


def _subject(outgoing: Outgoing, settings: Mapping[str, Any]) -> str:
    subject = one_line(outgoing.subject, 900)
    if not settings.get("subject_token") or not outgoing.token:
        return subject
    mark = f"[#{outgoing.conversation}-{outgoing.token}]"
    return subject if mark in subject else f"{_SUBJECT_TOKEN.sub('', subject).rstrip()} {mark}".lstrip()


def _thread(outgoing: Outgoing) -> list[str]:
    fields = []
    answered = _ids(outgoing.in_reply_to)[:1]
    if answered:
        fields.append(_field("In-Reply-To", answered[0]))
    references = list(dict.fromkeys((*_ids(" ".join(outgoing.references)), *answered)))
    if len(references) > LAST_REFERENCES + 1:
        references = [references[0], *references[-LAST_REFERENCES:]]
    if references:
        fields.append(_field("References", "\r\n ".join(references)))
    return fields


def _ids(value: str) -> tuple[str, ...]:
    """The message ids that may stand in a header: ours are ASCII, and of others' what is not cannot be repeated."""
    return tuple(each for each in message_ids(value) if each.isascii() and each.isprintable())


def _markers(outgoing: Outgoing, sender: Address, settings: Mapping[str, Any]) -> list[str]:
    fields = []
    local, _, domain = sender.address.rpartition("@")
    if settings.get("plus_address") and outgoing.token:
        fields.append(_field("Reply-To", _addresses([Address(sender.name, f"{local}+{outgoing.token}@{domain}")])))
    if outgoing.auto:
        kind = "auto-replied" if outgoing.in_reply_to else "auto-generated"
        fields += [f"Auto-Submitted: {kind}", "X-Auto-Response-Suppress: All", f"{LOOP_FIELD}: {domain}"]
    if outgoing.unsubscribe:
        fields.append(_field("List-Unsubscribe", ",\r\n ".join(f"<{_link(one)}>" for one in outgoing.unsubscribe)))
        if any(one.startswith("https://") for one in outgoing.unsubscribe):
            fields.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")  # RFC 8058 section 3.1
    return fields


def _link(said: str) -> str:
    if not re.fullmatch(r"(?:https://|mailto:)[!-;=?-~]+", said):
        raise ValueError(f"{one_line(said, 100)!r} is no link for List-Unsubscribe")
    return said


def _quotation(quoted: Quoted) -> str:
    """The message answered, behind `> `, under a line that says whose it is."""
    when = (clock.to_rfc3339(quoted.at) or "")[:16].replace("T", " ")
    lines = clean(quoted.text).strip("\n").split("\n")
    marked = "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)
    return f"On {when} UTC, {one_line(quoted.author, 200)} wrote:\n{marked}\n"


# --- fields


def _field(name: str, value: str) -> str:
    """One header field. Its value has line ends only where this module folded it."""
    if any(not line.startswith(" ") for line in value.split("\r\n")[1:]) or re.search(
        r"[\r\n]", value.replace("\r\n", "")
    ):
        raise ValueError(f"{name} holds a line end")
    return f"{name}: {value}"


def _words(text: str) -> str:
    """Unstructured text: as it is where it is ASCII, else in encoded words of whole characters (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return _folded(text)
    words, piece = [], ""
    for character in text:
        if len((piece + character).encode()) > 42:
            words.append(piece)
            piece = ""
        piece += character
    words.append(piece)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word.encode()).decode()}?=" for word in words if word)


def _folded(text: str) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > WIDTH - 10:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])


def _addresses(addresses: Sequence[Address]) -> str:
    written = []
    for each in addresses:
        name = each.name
        if not name:
            written.append(each.address)
        elif name.isascii() and "=?" not in name:
            phrase = name if _ATOMS.match(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
            written.append(f"{phrase} <{each.address}>")
        else:
            written.append(f"{_words(name)} <{each.address}>")
    return ",\r\n ".join(written)


# --- body


def _body(text: str, files: Sequence[File], key: str) -> bytes:
    said = _text_part(text)
    if not files:
        return said
    # Neither base64 nor quoted-printable can hold "=_": the boundary cannot occur within a part.
    boundary = f"=_{re.sub('[^A-Za-z0-9-]', '', key)[:60] or 'omnidesk'}"
    mark = f"\r\n--{boundary}\r\n".encode()
    parts = [said, *(_file_part(file, number) for number, file in enumerate(files, 1))]
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n'.encode()
    return head + mark + mark.join(parts) + f"\r\n--{boundary}--\r\n".encode()


def _text_part(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if data.isascii() and max(map(len, data.split(b"\n"))) < 900 and b"=_" not in data:
        encoding, body = "7bit", data.replace(b"\n", b"\r\n")
    elif sum(byte > 127 for byte in data) * 3 < len(data):
        encoding, body = "quoted-printable", quopri.encodestring(data).replace(b"\n", b"\r\n")
    else:
        encoding = "base64"
        body = base64.encodebytes(data.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n")
    charset = "us-ascii" if data.isascii() else "utf-8"
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


def _file_part(file: File, number: int) -> bytes:
    kind = file.content_type if _MEDIA_TYPE.match(file.content_type) else "application/octet-stream"
    if kind.lower().startswith(("message/", "multipart/")):
        kind = "application/octet-stream"  # those may not be encoded (RFC 2046 section 5.2.1); the name says the rest
    name = _name_parameter(safe_name(file.name, kind, number))
    body = binascii.b2a_base64(file.data, newline=False)
    lines = b"\r\n".join(body[index : index + WIDTH] for index in range(0, len(body), WIDTH))
    disposition = "inline" if file.inline else "attachment"
    head = [
        f"Content-Type: {kind}",
        f"Content-Disposition: {disposition};\r\n {name}",
        "Content-Transfer-Encoding: base64",
    ]
    if file.content_id and re.fullmatch(r"[!-;=?-~]{1,200}", file.content_id):
        head.append(f"Content-ID: <{file.content_id}>")
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + lines


def _name_parameter(name: str) -> str:
    """The filename parameter; names outside ASCII in the pieces of RFC 2231."""
    if name.isascii():
        return 'filename="' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    encoded = "utf-8''" + quote(name, safe="")
    pieces = re.findall(r"(?:%[0-9A-F]{2}|[^%]){1,20}", encoded)
    if len(pieces) == 1:
        return f"filename*={encoded}"
    return ";\r\n ".join(f"filename*{number}*={piece}" for number, piece in enumerate(pieces))
