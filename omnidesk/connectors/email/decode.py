"""From a raw mail to the one message it is. Pure and tolerant: any bytes give a message, at worst shown raw."""

from __future__ import annotations

import hashlib
import logging
import re

from omnidesk.connectors.base import Decoded, Item, Party
from omnidesk.connectors.email import header, mailid
from omnidesk.connectors.email.authenticity import authenticity
from omnidesk.connectors.email.automatic import list_id, must_not_be_answered, read_report, read_words
from omnidesk.connectors.email.body import Body, read_body
from omnidesk.connectors.email.charset import to_text
from omnidesk.connectors.email.mime import Part, parse
from omnidesk.connectors.email.voicemail import as_call
from omnidesk.text.address import parse_addresses
from omnidesk.text.clean import clean, one_line
from omnidesk.text.forward import is_forward
from omnidesk.text.reply import take_apart
from omnidesk.words.kinds import Auth

log = logging.getLogger(__name__)
MOST_REFERENCES = 200
MOST_SHOWN = 1_000_000
"""Bytes that are shown of a mail that nothing else can be said of."""
_PLUS_TOKEN = re.compile(r"\+([a-z0-9_-]{6,64})@")
_SUBJECT_TOKEN = re.compile(r"(?<![\w/.-])\[#\d{1,12}-([A-Za-z0-9]{6,64})\](?!\w|[./-]\w)")
"""Our mark in a subject, but not within a longer word or the name of a file."""


def decode(item: Item) -> Decoded:
    """Return the message of a mail. Never raises: what cannot be understood is shown as it came."""
    try:
        return as_call(_decode(item), item)
    except Exception as error:  # noqa: BLE001  a fault of ours must not cost a customer's mail
        log.warning("a mail could not be understood (%s) and is shown as it came", type(error).__name__)
        return _as_it_came(item)


def _as_it_came(item: Item) -> Decoded:
    text = clean(to_text(item.raw[:MOST_SHOWN]))
    return Decoded(
        external_id="",
        sender=None,
        text=text,
        reply_text=text,
        content_hash=hashlib.sha256(item.raw).hexdigest(),
        warnings=("unreadable",),
    )


def _decode(item: Item) -> Decoded:
    mail = parse(item.raw)
    sender, verified = _sender(mail, item.headers.get("authserv_id", ""))
    reply_to = _parties(mail, "reply-to")
    address = sender.value if sender else ""
    report = read_report(mail, address)
    subject = header.unword(mail.get("subject"))
    body = _body(mail, item)
    report = read_words(mail, report, address, body.text)
    parts = take_apart(body.text, is_forward(subject))
    return Decoded(
        external_id=mailid.external_id(mail.fields),
        sender=sender,
        to=_parties(mail, "to"),
        cc=_parties(mail, "cc"),
        bcc=_parties(mail, "bcc"),
        reply_to=reply_to,
        subject=subject,
        text=body.text,
        reply_text=parts.new,
        files=tuple(body.files),
        in_reply_to=_ids(mail, "in-reply-to"),
        references=_ids(mail, "references"),
        tokens=_tokens(mail, subject),
        content_hash=mailid.hash_of(mail.fields, mail.encoded()),
        sent_at=header.date(mail.get("date")),
        received_at=_received_at(mail),
        auto=report.auto,
        list_id=list_id(mail, address),
        auth=verified,
        deliveries=report.deliveries,
        warnings=_warnings(mail, item, sender, reply_to),
        quoted_text=parts.quoted,
        signature=parts.signature,
        no_auto_answer=must_not_be_answered(mail, report, address),
    )


def _body(mail: Part, item: Item) -> Body:
    if size := item.headers.get("truncated"):
        megabytes = int(size) / 1_000_000 if size.isdigit() else 0
        return Body([f"[This mail of {megabytes:.0f} MB was left on the server; only its header was read.]"])
    body = read_body(mail)
    if not body.texts and not body.files and item.raw.strip() and not mail.fields:
        body.texts.append(clean(to_text(item.raw[:1_000_000])).strip())
    return body


def _sender(mail: Part, authserv_id: str) -> tuple[Party | None, Auth]:
    """Who wrote the mail: From; where it names no usable address, the next best field that does."""
    name = ""
    for field in ("from", "reply-to", "sender", "x-original-from", "return-path"):
        for value in mail.all(field):
            named: list[str] = []
            for said, address in _people(value):
                named.append(header.unword(said) if field == "from" else "")
                if "@" not in address:
                    continue
                verdict = authenticity(mail, address, authserv_id) if field == "from" else Auth.NONE
                # `Jansen, Jan <jan@x.nl>` without quotes is one person.
                shown = name or ", ".join(filter(None, named)) or header.unword(said)
                return Party("email", one_line(address), shown, verified=verdict is Auth.PASS), verdict
            name = name or ", ".join(filter(None, named))
    return (Party("email", "", name) if name else None), Auth.NONE


def _people(value: str) -> list[tuple[str, str]]:
    """Who an address field names; some programs encode all of it, brackets too."""
    if "&lt;" in value:
        value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    found = parse_addresses(value)
    if "=?" in value and not any(address for _, address in found):
        return parse_addresses(header.unword(value))
    return found


def _parties(mail: Part, field: str) -> tuple[Party, ...]:
    if field not in mail.fields:
        return ()
    found: dict[str, Party] = {}
    for value in mail.all(field):
        for name, address in _people(value):
            if address:
                found.setdefault(address, Party("email", one_line(address), header.unword(name)))
    return tuple(found.values())


def _ids(mail: Part, field: str) -> tuple[str, ...]:
    if field not in mail.fields:
        return ()
    value = " ".join(mail.all(field))
    if "<" not in value and not all("@" in word for word in value.split()):
        return ()  # `Message from ann@x.test of Monday`: words, in which an address is no id
    ids = tuple(each for each in header.message_ids(value) if len(each) > len("<y>"))  # `y`: an answer at a prompt
    return ids if len(ids) <= MOST_REFERENCES else (ids[0], *ids[-MOST_REFERENCES:])


def _tokens(mail: Part, subject: str) -> tuple[str, ...]:
    found: list[str] = []
    for field in ("to", "cc", "delivered-to", "x-original-to", "envelope-to"):
        for value in mail.all(field):
            if "+" in value:
                for _, address in parse_addresses(value):
                    found += _PLUS_TOKEN.findall(address)
    if "[#" in subject:
        found += (token.lower() for token in _SUBJECT_TOKEN.findall(subject))
    return tuple(dict.fromkeys(found))


def _received_at(mail: Part) -> int | None:
    values = mail.fields.get("received")
    if not values:
        return None
    return header.date(header.as_text(values[0]).rpartition(";")[2])


def _warnings(mail: Part, item: Item, sender: Party | None, reply_to: tuple[Party, ...]) -> tuple[str, ...]:
    found = []
    if "truncated" in item.headers:
        found.append("truncated")
    if sender is None or "@" not in sender.value:
        found.append("no-sender")
    elif any(not _same_organisation(sender.value, each.value) for each in reply_to):
        found.append("reply-to-elsewhere")
    if len(mail.fields.get("from", ())) > 1:
        found.append("several-from")
    if mail.damaged:
        found.append("damaged")
    return tuple(found)


def _same_organisation(one: str, other: str) -> bool:
    one, other = (each.rpartition("@")[2] for each in (one, other))
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
