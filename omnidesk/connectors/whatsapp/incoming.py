"""What a webhook of WhatsApp brings, one by one, and what each becomes: messages, news of ours, what one wants.

{"field": "messages", "value": {"metadata": {..}, "contacts": [..], "messages": [..], "statuses": [..]}}
{"field": "smb_message_echoes", "value": {"metadata": {..}, "message_echoes": [..]}}   typed on the phone itself
{"field": "user_preferences", "value": {"metadata": {..}, "user_preferences": [..]}}   no marketing any more
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Consenting, Decoded, DecodeError, Delivery, Item, Party
from omnidesk.connectors.meta import News, failure, opened, parted, passing
from omnidesk.connectors.whatsapp import contents
from omnidesk.connectors.whatsapp.contents import part, parts, word
from omnidesk.connectors.whatsapp.errors import ERRORS
from omnidesk.text.phone import could_be_phone
from omnidesk.words.kinds import Auto

LISTS = ("messages", "statuses", "message_echoes", "user_preferences")
REPORTED = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
"""The statuses of a message of ours that are news, and what they are."""
_BRAZIL, _NINTH = re.compile(r"55(\d\d)([6-9]\d{7})"), r"55\g<1>9\2"
"""Many Brazilian accounts are older than the ninth digit of their telephone numbers, and are called without it."""


def items(body: bytes, phone_number_id: str) -> Iterator[Item]:
    """Yield what a webhook brings for one of the account's numbers, each as an item of its own. Raises DecodeError."""
    for news in parted(opened(body)):
        value = part(news.what, "value")
        number = word(part(value, "metadata"), "phone_number_id")
        if number and number != phone_number_id:
            continue  # an app has one address for all its numbers
        rest = {name: said for name, said in value.items() if name not in LISTS}
        for name in LISTS:
            rows = value.get(name)
            for one in rows if isinstance(rows, list) else ():
                source = _source(name, one) if isinstance(one, dict) else ""
                if source:
                    raw = news.raw({**news.what, "value": {**rest, name: [one]}})
                    yield Item(source, raw, _moment(one), "application/json")


def decoded(item: Item) -> list[Decoded]:
    """Return what is in an item, or in a whole webhook. Raises DecodeError."""
    return [one for news in parted(opened(item.raw)) for one in _of(news, item)]


def _of(news: News, item: Item) -> Iterator[Decoded]:
    value = part(news.what, "value")
    for message in parts(value, "messages"):
        yield _message(message, value, item)
    for echo in parts(value, "message_echoes"):
        yield _echo(echo, value, item)
    for status in parts(value, "statuses"):
        if word(status, "status") in REPORTED:
            yield _report(status)
    for wish in parts(value, "user_preferences"):
        yield _wish(wish, value, item)


def _source(name: str, one: Mapping[str, Any]) -> str:
    """Return what an item is called; "" for what is no news."""
    if name == "statuses":
        status = word(one, "status")
        return f"{word(one, 'id')}/{status}" if status in REPORTED and word(one, "id") else ""
    if name == "user_preferences":
        return "/".join((word(one, "category"), *(word(one, key) for key in ("wa_id", "user_id", "timestamp"))))
    return word(one, "id")


def _moment(said: Mapping[str, Any]) -> int:
    """Return the time of something (seconds since 1970, as text), else now."""
    seconds = word(said, "timestamp")
    return int(seconds) * clock.SECOND if seconds.isascii() and seconds.isdigit() else clock.now()


def party(value: str, name: str = "", verified: bool = False) -> Party:
    """Return a person by their telephone number, of which a `wa_id` is an alias; or by the id that Meta gives to who
    hides theirs."""
    digits = value.removeprefix("+")
    if digits.isascii() and digits.isdigit():
        value = f"+{_BRAZIL.sub(_NINTH, digits) if _BRAZIL.fullmatch(digits) else digits}"
        return Party("phone", value, name, verified=verified)
    return Party("whatsapp", value, name, verified=verified)


def _message(said: Mapping[str, Any], value: Mapping[str, Any], item: Item) -> Decoded:
    sender, external_id = word(said, "from") or word(said, "from_user_id"), word(said, "id")
    if not sender or not external_id:
        raise DecodeError("a message of WhatsApp has an id and says from whom it is")
    content, beside = contents.of(said), contents.beside(said)
    context = part(said, "context")
    text = f"(forwarded)\n{content.text}".strip() if _forwarded(context) else content.text
    return Decoded(
        external_id=external_id,
        sender=party(sender, _name(value, sender), verified=True),
        to=_ours(value),
        text="\n\n".join(filter(None, (text, beside))),
        reply_text=text,
        quoted_text=beside,
        files=content.files,
        in_reply_to=tuple(filter(None, (word(context, "id") or word(part(said, "reaction"), "message_id"),))),
        thread=party(sender).value,
        received_at=_moment(said) if "timestamp" in said else item.received_at,
        auto=Auto.FEEDBACK if content.auto else None,
        edits=word(part(said, "edit"), "original_message_id"),
        also=_other_number(said),
    )


def _echo(said: Mapping[str, Any], value: Mapping[str, Any], item: Item) -> Decoded:
    """What somebody of ours typed in the app on the phone."""
    to, external_id = word(said, "to") or word(said, "to_user_id"), word(said, "id")
    if not to or not external_id:
        raise DecodeError("an echo of WhatsApp has an id and says to whom it went")
    content = contents.of(said)
    ours = word(said, "from") or word(part(value, "metadata"), "display_phone_number")
    return Decoded(
        external_id=external_id,
        sender=_number(ours),
        to=(party(to, _name(value, to)),),
        text=content.text,
        reply_text=content.text,
        files=content.files,
        in_reply_to=tuple(filter(None, (word(part(said, "context"), "id"),))),
        thread=party(to).value,
        received_at=_moment(said) if "timestamp" in said else item.received_at,
        auto=Auto.FEEDBACK if content.auto else None,
        edits=word(part(said, "edit"), "original_message_id"),
        outbound=True,
    )


def _report(said: Mapping[str, Any]) -> Decoded:
    """What became of a message of ours: named by its id and, where we sent it, by our key."""
    status = REPORTED[word(said, "status")]
    error = next(iter(parts(said, "errors")), {})
    code = error.get("code")
    number = code if isinstance(code, int) and not isinstance(code, bool) else 0
    words = word(part(error, "error_data"), "details") or word(error, "message") or word(error, "title")
    recipient = word(said, "recipient_id") or word(said, "recipient_user_id")
    return Decoded(
        external_id="",
        sender=None,
        deliveries=(
            Delivery(
                status,  # type: ignore[arg-type]
                external_id=word(said, "id"),
                key=word(said, "biz_opaque_callback_data"),
                recipient=party(recipient).value if recipient else "",
                detail=failure(number, words, ERRORS) if status == "failed" else "",
                permanent=not passing(number, ERRORS),
            ),
        ),
    )


def _wish(said: Mapping[str, Any], value: Mapping[str, Any], item: Item) -> Decoded:
    """A customer switched marketing messages of this number off, or on again."""
    sender = word(said, "wa_id") or word(said, "user_id")
    if not sender:
        raise DecodeError("a preference says whose it is")
    detail = contents.body(said, "detail")
    given = word(said, "value") in ("resume", "start")
    return Decoded(
        external_id=item.source_id,
        sender=party(sender, _name(value, sender), verified=True),
        to=_ours(value),
        text=detail,
        reply_text=detail,
        thread=party(sender).value,
        received_at=_moment(said) if "timestamp" in said else item.received_at,
        auto=Auto.FEEDBACK,
        consents=(Consenting(given, "marketing", word(said, "value")),),
    )


def _ours(value: Mapping[str, Any]) -> tuple[Party, ...]:
    ours = _number(word(part(value, "metadata"), "display_phone_number"))
    return (ours,) if ours is not None else ()


def _number(written: str) -> Party | None:
    """Return whose number this is, however it is written."""
    digits = "".join(letter for letter in written if letter.isdigit())
    return party(digits) if digits else None


def _name(value: Mapping[str, Any], sender: str) -> str:
    """Return the name that somebody gave themselves."""
    people = parts(value, "contacts")
    them = [one for one in people if sender in (word(one, "wa_id"), word(one, "user_id"))] or people
    profile = part(them[0], "profile") if len(them) == 1 else {}
    return word(profile, "name") or word(profile, "username")


def _forwarded(context: Mapping[str, Any]) -> bool:
    return context.get("forwarded") is True or context.get("frequently_forwarded") is True


def _other_number(said: Mapping[str, Any]) -> tuple[Party, ...]:
    """Return the number that a customer changed to."""
    system = part(said, "system")
    number = word(system, "wa_id") or word(system, "new_wa_id")
    return (party(number),) if number and could_be_phone(number) and number != word(said, "from") else ()
