"""Private messages and what becomes of them, as webhooks tell: the entries of `messaging` and `standby`.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events and, for Instagram,
https://developers.facebook.com/docs/messenger-platform/instagram/features/webhook
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from omnidesk.connectors.base import Decoded, DecodeError, Delivery, File, Party
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filename import extension, type_of
from omnidesk.words.kinds import Auto

TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg", "file": "application/octet-stream"}
SHARED = {
    "share": "shared a post", "ig_reel": "shared a reel", "reel": "shared a reel", "ig_post": "shared a post",
    "story_mention": "mentioned you in their story", "fallback": "shared a link", "location": "shared where they are",
    "template": "sent a card", "product_template": "sent a product", "unsupported_type": "sent something that only the "
    "app shows",
}  # fmt: skip
"""What an attachment is that is no file, in words."""
_MOST = 20


def source_id(event: Mapping[str, Any]) -> str:
    """Return what names one event, "" for one that is no news for us."""
    who, at = party_id(event, "sender"), event.get("timestamp")
    if message := inner(event, "message"):
        gone = ":deleted" if message.get("is_deleted") else ""
        return f"{word(message, 'mid')}{gone}" if word(message, "mid") else ""
    if edit := inner(event, "message_edit"):
        return f"{word(edit, 'mid')}:edited:{edit.get('num_edit', at)}" if word(edit, "mid") else ""
    if postback := inner(event, "postback"):
        return word(postback, "mid") or f"postback:{who}:{at}"
    if reaction := inner(event, "reaction"):
        return f"{word(reaction, 'mid')}:reaction:{who}:{at}"
    if read := inner(event, "read"):
        return f"read:{who}:{word(read, 'mid') or read.get('watermark', at)}"
    if delivery := inner(event, "delivery"):
        return f"delivery:{who}:{delivery.get('watermark', at)}"
    return f"referral:{who}:{at}" if inner(event, "referral") else ""


def decoded(event: Mapping[str, Any], account: str, kind: str) -> Decoded | None:
    """Return what an event says; None for one that is no news for us. Raises DecodeError."""
    if not source_id(event):
        return None
    sender, recipient = _party(event, "sender", account, kind), _party(event, "recipient", account, kind)
    if message := inner(event, "message"):
        return _message(event, message, sender, recipient, account)
    if read := inner(event, "read"):
        return _seen(read, sender)
    if delivery := inner(event, "delivery"):
        return _delivered(delivery, sender)
    return _said(event, sender, recipient, account)


def _message(
    event: Mapping[str, Any], message: Mapping[str, Any], sender: Party, recipient: Party, account: str
) -> Decoded:
    mid, ours = word(message, "mid"), bool(message.get("is_echo")) or sender.value == account
    contact = recipient if ours else sender
    at = moment(event.get("timestamp"))
    files, words = attached(message.get("attachments"), mid)
    text = "\n".join(part for part in (_answered(message), clean(text_of(message, "text")), *words) if part)
    edits = ""
    if message.get("is_deleted"):
        text, files, edits = "(taken back by whoever wrote it)", (), mid
    elif message.get("is_unsupported") and not (text or files):
        text = f"({SHARED['unsupported_type']})"
    elif not (text or files):
        text = "(an empty message)"
    key = word(message, "metadata")
    return Decoded(
        external_id=f"{mid}:deleted" if edits else mid,
        sender=sender,
        to=(recipient,),
        text=text,
        reply_text=text,
        files=files,
        in_reply_to=_answers(message),
        thread=contact.value,
        sent_at=at,
        received_at=at,
        outbound=ours,
        edits=edits,
        deliveries=(Delivery("sent", external_id=mid, key=key),) if ours and key else (),
    )


def _answered(message: Mapping[str, Any]) -> str:
    """Say what a message answers where that is a story of ours, and what was pressed where it names it."""
    story = inner(inner(message, "reply_to"), "story")
    return "(in answer to your story)" if story else ""


def _answers(message: Mapping[str, Any]) -> tuple[str, ...]:
    mid = word(inner(message, "reply_to"), "mid")
    return (mid,) if mid else ()


def _said(event: Mapping[str, Any], sender: Party, recipient: Party, account: str) -> Decoded:
    """What a customer did without writing: a button, a reaction, an edit, a link that they came by."""
    at, mid, ours = moment(event.get("timestamp")), source_id(event), sender.value == account
    auto: Auto | None = None
    edits, answers = "", ""
    referral = inner(event, "referral") or inner(inner(event, "postback"), "referral")
    if edit := inner(event, "message_edit"):
        edits = word(edit, "mid")
        text = clean(text_of(edit, "text"))
    elif postback := inner(event, "postback"):
        text = clean(text_of(postback, "title")) or word(postback, "payload")
        text = "\n".join(part for part in (text, came_by(referral)) if part)
    elif reaction := inner(event, "reaction"):
        mid = edits = f"{word(reaction, 'mid')}:reaction:{sender.value}"
        answers, auto = word(reaction, "mid"), Auto.FEEDBACK
        shown = clean(text_of(reaction, "emoji")) or word(reaction, "reaction")
        text = f"{shown} (to a message)" if word(reaction, "action") != "unreact" else "(took a reaction back)"
    else:
        text, auto = came_by(referral) or "(came by a link)", Auto.FEEDBACK
    return Decoded(
        external_id=mid,
        sender=sender,
        to=(recipient,),
        text=text,
        reply_text=text,
        thread=(recipient if ours else sender).value,
        in_reply_to=(answers,) if answers else (),
        sent_at=at,
        received_at=at,
        auto=auto,
        edits=edits,
        outbound=ours,
        no_auto_answer=auto is not None,
    )


def came_by(referral: Mapping[str, Any]) -> str:
    """Say which link or ad brought somebody here."""
    if not referral:
        return ""
    ad = word(inner(referral, "ads_context_data"), "ad_title") or word(referral, "ad_id")
    said = [f"by the ad {ad}" if ad else "by a link", *([word(referral, "ref")] if word(referral, "ref") else [])]
    return f"(came {': '.join(said)})"


def _seen(read: Mapping[str, Any], sender: Party) -> Decoded:
    mid, until = word(read, "mid"), moment(read.get("watermark")) or 0
    if not mid and not until:
        raise DecodeError("a receipt says which message was read, or until when")
    one = Delivery("read", external_id=mid) if mid else Delivery("read", thread=sender.value, until=until)
    return Decoded(external_id="", sender=None, deliveries=(one,))


def _delivered(delivery: Mapping[str, Any], sender: Party) -> Decoded:
    mids, until = delivery.get("mids"), moment(delivery.get("watermark")) or 0
    named = [one_line(mid, 500) for mid in mids if isinstance(mid, str)] if isinstance(mids, list) else []
    news = [Delivery("delivered", external_id=mid) for mid in named[:_MOST]]
    if not news and until:
        news = [Delivery("delivered", thread=sender.value, until=until)]
    if not news:
        raise DecodeError("a receipt says which message was delivered, or until when")
    return Decoded(external_id="", sender=None, deliveries=tuple(news))


def attached(said: object, mid: str) -> tuple[tuple[File, ...], list[str]]:
    """Return the files of a message, which Meta keeps, and in words what else hangs on it."""
    files, words = [], []
    for place, one in enumerate(rows(said)):
        sort, payload = word(one, "type"), inner(one, "payload")
        if sort in TYPES:
            name, content_type = _named(word(payload, "url"), sort, place)
            files.append(File(name, content_type, reference=f"message/{mid}/{place}"))
        else:
            words.append(shared(sort, one, payload))
    return tuple(files), words


def listed_files(said: object, mid: str) -> tuple[tuple[File, ...], list[str]]:
    """Return the files of a message as a list has them: by name and media type, or by the sort of picture they are."""
    files, words = [], []
    for place, one in enumerate(rows(said)):
        content_type, name = word(one, "mime_type"), word(one, "name")
        sort = next((each for each in ("image", "video") if f"{each}_data" in one), "file")
        if not (content_type or name or word(one, "file_url") or f"{sort}_data" in one):
            words.append(f"({SHARED['unsupported_type']})")
            continue
        usual, by_sort = _named("", sort, place)
        size = one.get("size")
        files.append(
            File(
                one_line(name, 120) or usual,
                content_type or by_sort,
                reference=f"message/{mid}/{place}",
                size=size if isinstance(size, int) else 0,
            )
        )
    return tuple(files), words


def shared(sort: str, one: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """Say in words what was attached that is no file."""
    coordinates = inner(payload, "coordinates")
    title, link = word(one, "title") or word(payload, "title"), word(one, "url") or word(payload, "url")
    if coordinates:
        link = f"geo:{coordinates.get('lat')},{coordinates.get('long')}"
    if "fbsbx.com" in link or "fbcdn.net" in link:
        link = ""  # a file of Meta's that needs the app, or a signed address that ends in a while
    told = " ".join(part for part in (title, link) if part)
    what = SHARED.get(sort, f"sent something of the sort {sort}")
    return f"({what}{f': {told}' if told else ''})"


def _named(url: str, sort: str, place: int) -> tuple[str, str]:
    """Return a file's name and media type; a webhook says only where it lies and roughly what it is."""
    name = urlsplit(url).path.rpartition("/")[2] if url else ""
    name = one_line(name, 120) if "." in name[1:] else f"{sort}-{place + 1}{extension(TYPES[sort])}"
    return name, type_of(name) if sort == "file" else TYPES[sort]


def _party(event: Mapping[str, Any], which: str, account: str, kind: str) -> Party:
    value = party_id(event, which)
    if not value:
        raise DecodeError("this says not from whom it is, or to whom")
    name = one_line(text_of(inner(event, which), "name"), 200)
    return Party(kind, value, name, account, verified=True)


def party_id(event: Mapping[str, Any], which: str) -> str:
    """Return the id of who sent or gets something."""
    return word(inner(event, which), "id")


# --- reading what was posted


def inner(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a document within another, an empty one where there is none."""
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def rows(said: object) -> Iterator[Mapping[str, Any]]:
    """Yield the documents of a list, or of the `data` of one; no more than a person sends at once."""
    found: object = said.get("data") if isinstance(said, dict) else said
    listed: Sequence[object] = found if isinstance(found, list) else ()
    yield from (one for one in listed[:_MOST] if isinstance(one, dict))


def word(said: Mapping[str, Any], name: str) -> str:
    """Return a field as one clean line, "" where it has none."""
    value = said.get(name)
    return one_line(str(value), 1000) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def text_of(said: Mapping[str, Any], name: str) -> str:
    """Return a text as it was written, "" where there is none."""
    value = said.get(name)
    return value if isinstance(value, str) else ""


def moment(said: object) -> int | None:
    """Return a time in UTC milliseconds: Meta writes them so, or in seconds."""
    with suppress(ValueError, TypeError, OverflowError):
        number = int(said)  # type: ignore[call-overload]
        if 0 < number < 10**11:
            number *= 1000
        return number if 0 < number < 10**14 else None
    return None
