"""The words and files of a message. Telegram keeps the files; what holds no words and no file is said in brackets.

Places in a text are counted in UTF-16 code units: https://core.telegram.org/bots/api#messageentity
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from omnidesk.connectors.base import File
from omnidesk.connectors.telegram.update import Said, file_id, inner, line, listed, real, whole
from omnidesk.text.clean import clean
from omnidesk.text.filename import extension

SERVICE = frozenset((
    "boost_added", "channel_chat_created", "chat_background_set", "chat_owner_changed", "chat_owner_left",
    "chat_shared", "checklist_tasks_added", "checklist_tasks_done", "connected_website", "delete_chat_photo",
    "direct_message_price_changed", "forum_topic_closed", "forum_topic_created", "forum_topic_edited",
    "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden", "gift", "gift_upgrade_sent",
    "giveaway_completed", "giveaway_created", "group_chat_created", "left_chat_member", "managed_bot_created",
    "message_auto_delete_timer_changed", "migrate_from_chat_id", "migrate_to_chat_id", "new_chat_members",
    "new_chat_photo", "new_chat_title", "paid_message_price_changed", "passport_data", "pinned_message",
    "poll_option_added", "poll_option_deleted", "proximity_alert_triggered", "refunded_payment",
    "suggested_post_approval_failed", "suggested_post_approved", "suggested_post_declined", "suggested_post_paid",
    "suggested_post_refunded", "supergroup_chat_created", "unique_gift", "users_shared", "video_chat_ended",
    "video_chat_participants_invited", "video_chat_scheduled", "video_chat_started", "web_app_data",
    "write_access_allowed",
))  # fmt: skip
"""What makes a message one of the program Telegram, which nobody wrote."""
_ABOUT = frozenset((
    "author_signature", "business_connection_id", "caption_entities", "chat", "date", "direct_messages_topic",
    "edit_date", "effect_id", "entities", "external_reply", "forward_origin", "from", "guest_bot_caller_chat",
    "guest_bot_caller_user", "guest_query_id", "has_media_spoiler", "has_protected_content", "is_automatic_forward",
    "is_from_offline", "is_paid_post", "is_topic_message", "link_preview_options", "media_group_id", "message_id",
    "message_thread_id", "paid_star_count", "quote", "reply_markup", "reply_to_checklist_task_id", "reply_to_message",
    "reply_to_poll_option_id", "reply_to_story", "sender_boost_count", "sender_business_bot", "sender_chat",
    "sender_tag", "show_caption_above_media", "suggested_post_info", "via_bot",
))  # fmt: skip
"""What is said about a message and is no part of it."""
_FILES = {
    "animation": "video/mp4",
    "audio": "audio/mpeg",
    "document": "application/octet-stream",
    "live_photo": "video/mp4",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "voice": "audio/ogg",
}
"""Where a message has a file, and of which type it is where it does not say."""
_STICKERS = (("is_animated", "application/x-tgsticker", ".tgs"), ("is_video", "video/webm", ".webm"))
_PICTURE = "image/jpeg"
_SHOWN = frozenset((
    *_FILES, "caption", "contact", "dice", "location", "photo", "poll", "rich_message", "sticker", "text", "venue",
))  # fmt: skip
_MOST_BLOCKS, _MOST_ENTITIES = 500, 100
_MOST_OPTIONS = 20
_NEW_LINE = re.compile(r"[\r\n;]+")


def is_service(message: Said) -> bool:
    """Say whether nobody wrote a message: something happened in the chat, or a channel repeats itself in its group."""
    return not SERVICE.isdisjoint(message) or message.get("is_automatic_forward") is True


def text(message: Said) -> str:
    """Return what a message says, clean."""
    parts = [_forwarded(message), _words(message), *_said_otherwise(message)]
    return "\n".join(part for part in parts if part)


def files(message: Said) -> tuple[File, ...]:
    """Return the files of a message: what Telegram keeps by reference, a contact and a place as small files."""
    return (*_kept(message), *_made(message))


# --- words


def _words(message: Said) -> str:
    """The text or caption; where words hide a link it stands behind them."""
    for name, marks in (("text", "entities"), ("caption", "caption_entities")):
        said = message.get(name)
        if isinstance(said, str) and said:
            return clean(_with_links(said, listed(message, marks)))
    blocks = listed(inner(message, "rich_message"), "blocks")[:_MOST_BLOCKS]
    return clean("\n".join(_plain(block) for block in blocks)) or line(inner(message, "sticker"), "emoji")


def _plain(said: object, deepest: int = 20) -> str:
    """The words of a rich text or of a block of them, without what they look like."""
    if isinstance(said, str):
        return said
    if isinstance(said, list) and deepest:
        return "".join(_plain(one, deepest - 1) for one in said)
    if isinstance(said, dict) and deepest:
        inside = [said[key] for key in said if key == "text" or isinstance(said[key], list | dict)]
        return "\n".join(words for one in inside if (words := _plain(one, deepest - 1)))
    return ""


def _with_links(said: str, entities: list[Any]) -> str:
    links = [one for one in entities[:_MOST_ENTITIES] if isinstance(one, dict) and one.get("type") == "text_link"]
    if not links:
        return said
    found = said.encode("utf-16-le", "surrogatepass")
    for one in sorted(links, key=lambda one: whole(one, "offset") or 0, reverse=True):
        begin, length, url = whole(one, "offset"), whole(one, "length"), line(one, "url", 2_000)
        if begin is None or length is None or begin < 0 or length < 1 or not url:
            continue
        end = 2 * (begin + length)
        shown = found[2 * begin : end].decode("utf-16-le", "replace")
        if end <= len(found) and shown.strip() != url:
            found = found[:end] + f" ({url})".encode("utf-16-le", "surrogatepass") + found[end:]
    return found.decode("utf-16-le", "replace")


def _forwarded(message: Said) -> str:
    """Whose words they are, where the sender passes them on."""
    origin = inner(message, "forward_origin")
    if not origin:
        return ""
    who = (
        name_of(inner(origin, "sender_user"))
        or line(origin, "sender_user_name")
        or line(inner(origin, "sender_chat"), "title")
        or line(inner(origin, "chat"), "title")
    )
    return f"[forwarded from {who}]" if who else "[forwarded]"


def name_of(user: Said) -> str:
    """Return what a person is called: the names they gave themselves, else their name for links."""
    return " ".join(part for part in (line(user, "first_name"), line(user, "last_name")) if part) or (
        f"@{line(user, 'username')}" if line(user, "username") else ""
    )


def _said_otherwise(message: Said) -> Iterator[str]:
    if contact := inner(message, "contact"):
        said = ", ".join(part for part in (name_of(contact), line(contact, "phone_number")) if part)
        yield f"[contact: {said}]"
    if where := _place(message):
        venue = inner(message, "venue")
        named = [part for part in (line(venue, "title"), line(venue, "address")) if part]
        latitude, longitude = where
        yield ", ".join([*named, f"{latitude:.6f}, {longitude:.6f}"])
        yield f"https://www.openstreetmap.org/?mlat={latitude:.6f}&mlon={longitude:.6f}"
    if poll := inner(message, "poll"):
        yield f"[poll: {line(poll, 'question', 500)}]"
        yield from (f"- {line(one, 'text')}" for one in listed(poll, "options")[:_MOST_OPTIONS])
    if dice := inner(message, "dice"):
        yield f"{line(dice, 'emoji')} {whole(dice, 'value') or ''}".strip()
    others = sorted(key for key in message if key not in _ABOUT and key not in _SHOWN)
    if not any(key in message for key in _SHOWN) and others:
        yield f"[only Telegram shows this: {', '.join(key.replace('_', ' ')[:40] for key in others[:3])}]"


# --- files


def _kept(message: Said) -> Iterator[File]:
    number = whole(message, "message_id") or 0
    sizes = [one for one in listed(message, "photo") if file_id(one)]
    if sizes and "live_photo" not in message:
        largest = max(sizes, key=lambda one: ((whole(one, "width") or 0) * (whole(one, "height") or 0), _size(one)))
        yield File(f"photo-{number}.jpg", _PICTURE, reference=file_id(largest), size=_size(largest))
    for where, usual in _FILES.items():
        if where == "document" and "animation" in message:
            continue  # the same, for programs that do not know the other
        yield from _one(message, where, usual, f"{where.replace('_', '-')}-{number}")
    sticker = inner(message, "sticker")
    kind, ending = next(((kind, end) for key, kind, end in _STICKERS if sticker.get(key)), ("image/webp", ".webp"))
    if reference := file_id(sticker):
        yield File(f"sticker-{number}{ending}", kind, reference=reference, size=_size(sticker))


def _one(message: Said, where: str, usual: str, made_up: str) -> Iterator[File]:
    said = inner(message, where)
    if reference := file_id(said):
        kind = line(said, "mime_type", 127) or usual
        name = line(said, "file_name") or f"{made_up}{extension(kind)}"
        yield File(name, kind, reference=reference, size=_size(said))


def _size(said: Mapping[str, Any]) -> int:
    return max(0, whole(said, "file_size") or 0)


def _made(message: Said) -> Iterator[File]:
    if contact := inner(message, "contact"):
        yield File("contact.vcf", "text/vcard", _vcard(contact).encode("utf-8", "replace"))
    if where := _place(message):
        point = {"type": "Point", "coordinates": [where[1], where[0]]}  # RFC 7946 section 3.1.1: longitude first
        yield File("location.geojson", "application/geo+json", json.dumps(point).encode())


def _vcard(contact: Said) -> str:
    """The card that the customer's program made, else one of name and number (RFC 6350)."""
    card = contact.get("vcard")
    if isinstance(card, str) and card.startswith("BEGIN:VCARD"):
        return clean(card)
    name, number = (_NEW_LINE.sub(" ", one) for one in (name_of(contact), line(contact, "phone_number")))
    return f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name or number}\r\nTEL:{number}\r\nEND:VCARD\r\n"


def _place(message: Said) -> tuple[float, float] | None:
    where = inner(message, "venue", "location") or inner(message, "location")
    latitude, longitude = real(where, "latitude"), real(where, "longitude")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude
