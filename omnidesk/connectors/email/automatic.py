"""Mail that machines write: automatic answers (RFC 3834), delivery reports (RFC 3464), read receipts (RFC 8098),
abuse feedback (RFC 5965), and our own mail that comes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from omnidesk.connectors.base import Delivery
from omnidesk.connectors.email import bounce
from omnidesk.connectors.email.header import message_ids, unword
from omnidesk.connectors.email.mime import Fields, Part, fields_of
from omnidesk.text.address import normalise_email
from omnidesk.text.clean import clean, one_line
from omnidesk.words.kinds import Auto

LOOP_FIELD = "X-OmniDesk-Loop"
"""Marks what our own desk sent by itself."""
MOST_RECIPIENTS = 500

_LIST_FIELDS = frozenset((
    "list-id", "list-unsubscribe", "list-post", "list-help", "x-mailing-list", "x-beenthere", "mailing-list",
))  # fmt: skip
_AUTOMATIC_FIELDS = frozenset((
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from", "x-autoreply-from", "x-mail-autoreply",
    "x-vacation",
))  # fmt: skip
_NO_REPLY = re.compile(
    r"(?i)^(?:[\w.+-]*[._+-])?(?:no|not|non|do-?not|dont|never|nicht|geen|ne-?pas)[._-]?"
    r"(?:reply|replies|respond|response|antworten?|beantwoorden|antwoord|repondre|responder|rispondere)\b|"
    r"^(?:owner-|bounces?[+@-]|listserv@|majordomo@|mailman@)|-(?:request|bounces?|owner)@"
)
_OUT_OF_OFFICE = re.compile(
    r"(?i)\s*(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|autoreply|out of (?:the )?office(?: autoreply)?|"
    r"automatisch antwoord|afwezig(?:heid)?|automatische antwort|abwesenheitsnotiz|abwesend|réponse automatique|"
    r"absence du bureau|respuesta automática|risposta automatica|resposta automática|autosvar|automatiskt svar|"
    r"automatisk svar|automaattinen vastaus|odpowiedź automatyczna|automatická odpověď|automatikus válasz|"
    r"răspuns automat|otomatik yanıt|автоматический ответ|автоответ|自动回复|自動回覆|自動応答|자동 회신)\s*[:：]"
)
_ROBOTS = re.compile(r"(?i)^(?:mailer-daemon|postmaster|mail-daemon|mdaemon)(?:[@+]|$)")
_LIST_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_ENTITY = re.compile(r"(?:\(.*?\))+")
_Status = Literal["sent", "delivered", "read", "failed", "delayed"]
_ACTIONS: dict[str, _Status] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "sent",
    "expanded": "sent",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine says: why the mail counts as automatic (None when a person wrote it) and the news it brings."""

    auto: Auto | None = None
    deliveries: tuple[Delivery, ...] = ()


def read_report(mail: Part, sender: str) -> Report:
    """Judge a mail by its header and its report parts; `sender` is the normalised address it comes from."""
    if LOOP_FIELD.lower() in mail.fields:
        return Report(Auto.LOOP)
    if mail.kind == "multipart/report" or _part(mail, "message/delivery-status"):
        return _report(mail)
    robot = bool(_ROBOTS.match(sender))
    if robot or "x-failed-recipients" in mail.fields:
        return Report(Auto.BOUNCE)
    if _is_automatic(mail):
        empty = mail.get("return-path").strip() == "<>"
        return Report(Auto.BOUNCE if empty and bounce.SUBJECT.search(unword(mail.get("subject"))) else Auto.AUTO_REPLY)
    return Report()


def read_words(mail: Part, report: Report, sender: str, text: str) -> Report:
    """Complete the report of a bounce that has no part for machines from its text. A delay is no bounce."""
    if report.auto is not Auto.BOUNCE or report.deliveries:
        return report
    returned = _returned_id(mail)
    found = bounce.failed_recipients(text, mail.get("x-failed-recipients"), frozenset({sender}))
    deliveries = tuple(replace(each, external_id=returned or each.external_id) for each in found)
    failed = not deliveries or any(each.status == "failed" for each in deliveries)
    return Report(Auto.BOUNCE if failed else Auto.AUTO_REPLY, deliveries)


def must_not_be_answered(mail: Part, report: Report, sender: str) -> bool:
    """Say whether no machine of ours may answer a mail (RFC 3834 section 2), whoever wrote it: what is automatic, sent
    to many, from an address that takes no answer, or marked so."""
    fields = mail.fields
    if report.auto is not None or not sender or not _LIST_FIELDS.isdisjoint(fields):
        return True
    if "precedence" in fields and mail.get("precedence").strip().lower() in ("bulk", "junk", "list"):
        return True
    if "return-path" in fields and mail.get("return-path").strip() == "<>":
        return True
    if "x-auto-response-suppress" in fields:
        said = mail.get("x-auto-response-suppress").lower()
        if any(word in said for word in ("all", "autoreply", "oof")):
            return True
    return "x-loop" in fields or bool(_ROBOTS.match(sender) or _NO_REPLY.search(sender))


def list_id(mail: Part, sender: str = "") -> str | None:
    """Return the id of the mailing list a mail came by (RFC 2919); of lists and newsletters that have none, the
    address they post to, else their sender's. None where a mail came by none."""
    value = mail.get("list-id")
    if not value:
        if _LIST_FIELDS.isdisjoint(mail.fields) and (
            "precedence" not in mail.fields or mail.get("precedence").strip().lower() != "list"
        ):
            return None
        for name in ("list-post", "x-mailing-list", "x-beenthere", "mailing-list"):
            if found := _LIST_ADDRESS.search(mail.get(name)):
                return one_line(found[0], 255).lower()
        return sender or None
    found = re.search(r"<([^<>]{1,255})>", value)
    return one_line(found[1] if found else value, 255).lower() or None


def _is_automatic(mail: Part) -> bool:
    fields = mail.fields
    submitted = _ENTITY.sub("", mail.get("auto-submitted")).split(";")[0].strip().lower()
    listed = not _LIST_FIELDS.isdisjoint(fields)
    if submitted and submitted != "no":
        # What a machine sends to a list or as a newsletter is read like any other mail of it.
        return not (listed and submitted == "auto-generated")
    if not _AUTOMATIC_FIELDS.isdisjoint(fields):
        return mail.get("x-autoreply").strip().lower() != "no"
    precedence = mail.get("precedence").strip().lower()
    if precedence in ("auto_reply", "auto-reply"):
        return True
    # Newsletters are customers' business; a bulk mail that answers one and belongs to no list is an old autoresponder.
    if precedence in ("bulk", "junk") and "in-reply-to" in fields and not listed:
        return True
    if "in-reply-to" in fields or "x-auto-response-suppress" in fields or "references" in fields:
        subject = unword(mail.get("subject"))
        if not listed and _OUT_OF_OFFICE.match(subject):
            return True
    return not listed and mail.get("return-path").strip() == "<>"


def _report(mail: Part) -> Report:
    kind = mail.type.values.get("report-type", "").lower()
    if kind == "feedback-report" or _part(mail, "message/feedback-report"):
        return Report(Auto.FEEDBACK)
    if receipt := _part(mail, "message/disposition-notification"):
        return Report(Auto.AUTO_REPLY, _read_receipt(receipt))
    status = _part(mail, "message/delivery-status")
    if status is None:
        return Report(Auto.BOUNCE if kind in ("", "delivery-status") else Auto.AUTO_REPLY)
    deliveries = _deliveries(mail, status)
    failed = not deliveries or any(each.status == "failed" for each in deliveries)
    return Report(Auto.BOUNCE if failed else Auto.AUTO_REPLY, deliveries)


def _deliveries(mail: Part, status: Part) -> tuple[Delivery, ...]:
    blocks = _blocks(status)
    envelope = one_line(_first(blocks[0], "original-envelope-id") if blocks else "", 200)
    returned = _returned_id(mail)
    found = []
    for block in blocks[: MOST_RECIPIENTS + 1]:
        recipient = _first(block, "final-recipient") or _first(block, "original-recipient")
        action = _ENTITY.sub("", _first(block, "action")).strip().lower()
        if not recipient or action not in _ACTIONS:
            continue
        code = _first(block, "status").strip()
        detail = one_line(" ".join(_first(block, "diagnostic-code").split(";", 1)[-1].split()), 1000)
        found.append(
            Delivery(
                status=_ACTIONS[action],
                external_id=returned,
                key=envelope,
                recipient=normalise_email(_first(block, "original-recipient").split(";", 1)[-1])
                or normalise_email(recipient.split(";", 1)[-1]),
                detail=detail or one_line(code, 100),
                permanent=action == "failed" and not code.startswith("4"),
                code=bounce.enhanced_code(code) or bounce.enhanced_code(detail),
                reply=bounce.reply_code(detail),
            )
        )
    return tuple(found)


def _read_receipt(receipt: Part) -> tuple[Delivery, ...]:
    for block in _blocks(receipt):
        ids = message_ids(_first(block, "original-message-id"))
        disposition = _first(block, "disposition").lower()
        if ids and disposition.rsplit(";", 1)[-1].strip().startswith("displayed"):
            recipient = normalise_email(_first(block, "final-recipient").split(";", 1)[-1])
            return (Delivery(status="read", external_id=ids[0], recipient=recipient),)
    return ()


def _blocks(part: Part) -> list[Fields]:
    """The groups of fields of a status part, apart by blank lines; empty ones left out."""
    content = clean(part.content().decode("utf-8", "replace")).encode()
    blocks = []
    for chunk in re.split(rb"\n[ \t]*\n", content)[: MOST_RECIPIENTS + 2]:
        fields, _ = fields_of(chunk.lstrip(b"\n"), 0, len(chunk.lstrip(b"\n")))
        if fields:
            blocks.append(fields)
    return blocks


def _first(fields: Fields, name: str) -> str:
    values = fields.get(name)
    return unword(values[0].decode("utf-8", "replace")) if values else ""


def _returned_id(mail: Part) -> str:
    """The Message-ID of the mail that a report brings back, whole or its header only."""
    for kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
        part = _part(mail, kind)
        if part is not None:
            content = part.content()
            fields, _ = fields_of(content, 0, len(content))
            for value in fields.get("message-id", ()):
                if ids := message_ids(value.decode("utf-8", "replace")):
                    return ids[0]
    return ""


def _part(mail: Part, kind: str) -> Part | None:
    """The first part of this type, however deep; forwarded mails are not looked into."""
    stack = [mail]
    while stack:
        part = stack.pop()
        if part.kind == kind:
            return part
        stack.extend(reversed(part.parts))
    return None
