"""What a WhatsApp message says in words, and its file, by its type.

Source: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors.base import File
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filename import extension

FILES = ("image", "video", "audio", "document", "sticker")
_MOST = 50
"""Contacts or ordered things that are written out."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. `auto`: nothing that waits for an answer (a reaction, news of the chat itself)."""

    text: str = ""
    files: tuple[File, ...] = ()
    auto: bool = False


def of(message: Mapping[str, Any]) -> Content:
    """Return what a message says; a type that nobody knows yet is told as such."""
    kind = word(message, "type")
    if kind in FILES:
        return _file(part(message, kind), kind)
    read = _READ.get(kind)
    if read is not None:
        return read(message)
    told = kind if kind and kind != "unknown" else word(part(message, "unsupported"), "type")
    errors = message.get("errors")
    first = next((one for one in errors if isinstance(one, dict)), {}) if isinstance(errors, list) else {}
    why = word(first, "title") or word(first, "message")
    what = f"a message of the kind {told}" if told and told != "unsupported" else "a message"
    return Content(f"({what} that WhatsApp does not pass on{f': {why}' if why else ''})")


def beside(message: Mapping[str, Any]) -> str:
    """Return what stands beside the text: the advertisement it came from, the product it is about."""
    said = []
    referral, context = part(message, "referral"), part(message, "context")
    product = part(context, "referred_product")
    if referral:
        words = (word(referral, name) for name in ("headline", "body", "source_url"))
        said.append("From an advertisement: " + " - ".join(filter(None, words)))
    if product:
        said.append(f"About the product {word(product, 'product_retailer_id')}")
    return "\n".join(said)


def _text(message: Mapping[str, Any]) -> Content:
    return Content(body(part(message, "text"), "body"))


def _file(said: Mapping[str, Any], kind: str) -> Content:
    """A file that Meta keeps for some weeks, under an id of its own."""
    content_type = word(said, "mime_type").partition(";")[0].strip() or "application/octet-stream"
    reference = word(said, "id")
    name = word(said, "filename") or f"{'voice' if said.get('voice') is True else kind}{extension(content_type)}"
    files = (File(name, content_type, reference=reference),) if reference else ()
    return Content(body(said, "caption"), files)


def _location(message: Mapping[str, Any]) -> Content:
    said = part(message, "location")
    place = ", ".join(filter(None, (word(said, name) for name in ("name", "address"))))
    latitude, longitude = said.get("latitude"), said.get("longitude")
    lines = [f"Location: {place}" if place else "Location"]
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        at = f"mlat={latitude}&mlon={longitude}"
        lines.append(f"{latitude}, {longitude} https://www.openstreetmap.org/?{at}#map=17/{latitude}/{longitude}")
    if url := word(said, "url"):
        lines.append(url)
    return Content("\n".join(lines))


def _contacts(message: Mapping[str, Any]) -> Content:
    lines = []
    for one in parts(message, "contacts"):
        name = word(part(one, "name"), "formatted_name") or word(part(one, "name"), "first_name")
        known = [word(each, "phone") or word(each, "wa_id") for each in parts(one, "phones")]
        known += [word(each, "email") for each in parts(one, "emails")]
        known.append(word(part(one, "org"), "company"))
        lines.append("Contact: " + ", ".join(filter(None, (name, *known))))
    return Content("\n".join(lines) or "Contact")


def _reaction(message: Mapping[str, Any]) -> Content:
    emoji = word(part(message, "reaction"), "emoji")
    return Content(f"reacted with {emoji}" if emoji else "took back a reaction", auto=True)


def _interactive(message: Mapping[str, Any]) -> Content:
    """A button that was pressed, a row that was chosen, a form that was filled in."""
    said = part(message, "interactive")
    for name in ("button_reply", "list_reply"):
        if chosen := part(said, name):
            more = word(chosen, "description")
            return Content(word(chosen, "title") + (f"\n{more}" if more else ""))
    if filled := part(said, "nfm_reply"):
        words = filter(None, (word(filled, "name"), body(filled, "body"), body(filled, "response_json")))
        return Content("\n".join(words))
    return Content(f"({word(said, 'type') or 'a choice'})")


def _button(message: Mapping[str, Any]) -> Content:
    return Content(body(part(message, "button"), "text"))


def _order(message: Mapping[str, Any]) -> Content:
    said = part(message, "order")
    lines = [body(said, "text"), "Order:"]
    for one in parts(said, "product_items"):
        price = " ".join(filter(None, (word(one, "currency"), word(one, "item_price"))))
        what = f"  {word(one, 'quantity') or '1'} x {word(one, 'product_retailer_id')}"
        lines.append(f"{what}, {price} each" if price else what)
    return Content("\n".join(filter(None, lines)))


def _system(message: Mapping[str, Any]) -> Content:
    said = part(message, "system")
    return Content(body(said, "body") or f"({word(said, 'type') or 'news of the chat'})", auto=True)


def _welcome(message: Mapping[str, Any]) -> Content:
    return Content("opened the chat for the first time", auto=True)


def _revoked(message: Mapping[str, Any]) -> Content:
    return Content("deleted a message they had sent", auto=True)


def _edited(message: Mapping[str, Any]) -> Content:
    return of(part(part(message, "edit"), "message"))


_READ: Mapping[str, Callable[[Mapping[str, Any]], Content]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "system": _system,
    "request_welcome": _welcome,
    "revoke": _revoked,
    "edit": _edited,
}


def part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object in another, empty where there is none."""
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def parts(said: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects in a list of another."""
    found = said.get(name)
    rows: Sequence[Any] = found if isinstance(found, list) else ()
    return [one for one in rows if isinstance(one, dict)][:_MOST]


def word(said: Mapping[str, Any], name: str) -> str:
    """Return a field as one clean line, "" where it has none."""
    value = said.get(name)
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return one_line(str(value), 500) if plain else ""


def body(said: Mapping[str, Any], name: str) -> str:
    """Return a field as clean text, "" where it has none."""
    value = said.get(name)
    return clean(value) if isinstance(value, str) else ""
