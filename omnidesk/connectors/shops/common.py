"""What all shops share: source ids that name a state of an order, times, amounts, and notes that do not go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import (
    Committing,
    Connector,
    Decoded,
    DecodeError,
    Failed,
    Item,
    Outgoing,
    Party,
    Payload,
    SendResult,
)
from omnidesk.connectors.manifest import Setting
from omnidesk.text.clean import one_line

HISTORY = Setting(
    "history", "Days of history", "how many days of orders are read when the channel is new", "number", 365,
    advanced=True,
)  # fmt: skip
MOST_DEPTH = 12
Decode = Callable[[Item], Sequence[Decoded]]


class ShopConnector(Connector):
    """A shop that takes no notes, unless its kind says how."""

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Nothing goes out. Raises ValueError."""
        raise ValueError("this shop takes no notes")

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Nothing goes out."""
        return Failed("this shop takes no notes")


def note(outgoing: Outgoing) -> Payload:
    """Return a note for an order: its text with who wrote it, and the order it is for. Raises ValueError."""
    text = outgoing.text.strip()
    if not text or not outgoing.thread:
        raise ValueError("a note needs a text and an order")
    author = outgoing.sender.name or "OmniDesk"
    said = text if author == "OmniDesk" else f"{text} ({author})"
    return Payload(said.encode(), {"order": outgoing.thread, "at": outgoing.at})


def holds(there: str, text: str) -> bool:
    """Say whether a note in the shop holds ours, however the shop has set it."""
    bare, ours = _letters(there), _letters(text)
    return ours in bare if ours else text.strip() in there


def _letters(text: str) -> str:
    return "".join(letter for letter in unescape(re.sub(r"<[^>]*>", " ", text)) if letter.isalnum()).casefold()


def item(decode: Decode, raw: bytes, headers: Mapping[str, str] | None = None, at: int | None = None) -> Item:
    """Return an order as an item. Its source id names this state of it, by its id, its time and what it says: the same
    state is the same thing by poll and by webhook, and one that comes again is known."""
    known = Item("order", raw, 0, "application/json", headers or {})
    source, updated = hashlib.sha256(raw).hexdigest(), 0
    with suppress(DecodeError):
        (decoded,) = decode(known)
        if decoded.order is not None:
            said = repr((decoded.order, decoded.sender, decoded.also)).encode()
            updated = decoded.order.updated_at
            source = f"{decoded.external_id}/{updated}/{hashlib.sha256(said).hexdigest()[:16]}"
    received = min(updated or at or clock.now(), clock.now())
    return Item(one_line(source, 300), raw, received, "application/json", headers or {})


def raw(document: Mapping[str, Any]) -> bytes:
    """Return an order's document as it is kept."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True).encode()


def document(said: bytes, what: str) -> Mapping[str, Any]:
    """Return the JSON object in an item. Raises DecodeError."""
    try:
        found = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is no order of {what}: {error}") from error
    if not isinstance(found, dict):
        raise DecodeError(f"this is no order of {what}")
    return found


def signed(body: bytes, secret: str, signature: str) -> bool:
    """Say whether a webhook bears the HMAC-SHA256 of its body in base64, as WooCommerce and Shopify sign."""
    made = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(made, signature.encode())


def word(said: Any, *names: str) -> str:
    """Return the first of these fields that holds a word or a number, as one line; "" where none does."""
    for name in names:
        value = said.get(name) if isinstance(said, Mapping) else None
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return one_line(str(value), 500)
    return ""


def rows(said: Any, name: str) -> list[Mapping[str, Any]]:
    """Return the objects in a list of a document; GraphQL wraps lists in `nodes`."""
    value = said.get(name) if isinstance(said, Mapping) else None
    if isinstance(value, Mapping):
        value = value.get("nodes")
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def inner(said: Any, *path: str) -> Any:
    """Return what lies behind a path of names, None where nothing does."""
    for name in path:
        said = said.get(name) if isinstance(said, Mapping) else None
    return said


def moment(said: Any, zone: Any = UTC) -> int | None:
    """Return a time in UTC milliseconds: ISO 8601 (without a zone as of `zone`), a date, or seconds or milliseconds
    since 1970."""
    text = str(said).strip() if isinstance(said, str | int | float) and not isinstance(said, bool) else ""
    with suppress(ValueError, OverflowError, OSError):
        if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
            number = float(text)
            return int(number if number > 100_000_000_000 else number * 1000)
        if re.match(r"\d{1,2}[-./]\d{1,2}[-./]\d{4}", text):
            for shape in ("%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y %H:%M"):
                with suppress(ValueError):
                    return clock.from_datetime(datetime.strptime(text, shape).replace(tzinfo=zone))
        if len(text) == 10:
            found = date.fromisoformat(text)
            return clock.from_datetime(datetime(found.year, found.month, found.day, tzinfo=zone))
        at = datetime.fromisoformat(text)
        return clock.from_datetime(at if at.tzinfo else at.replace(tzinfo=zone))
    return None


def amount(said: Any) -> str:
    """Return an amount as a decimal number, however it is written (`€ 1.234,50`); "" where it is none."""
    text = str(said) if isinstance(said, str | int | float) and not isinstance(said, bool) else ""
    bare = re.sub(r"[^\d,.-]", "", text)
    if "," in bare and "." in bare:
        thousands = "." if bare.rfind(",") > bare.rfind(".") else ","
        bare = bare.replace(thousands, "")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+", bare):
        bare = bare.replace(",", "")
    bare = bare.replace(",", ".")
    try:
        return f"{Decimal(bare):f}" if bare else ""
    except InvalidOperation:
        return ""


def summed(*amounts: str) -> str:
    """Return the sum of amounts, "" where there is none."""
    found = [Decimal(one) for one in map(amount, amounts) if one]
    return f"{sum(found, Decimal(0)):f}" if found else ""


def customer(email: str, phone: str, name: str) -> tuple[Party | None, tuple[Party, ...]]:
    """Return who placed an order, and further addresses of theirs. Nothing of it is verified."""
    found = [Party(kind, value, name) for kind, value in (("email", email), ("phone", phone)) if value]
    return (found[0] if found else None), tuple(found[1:])


def postal(*lines: str) -> tuple[str, ...]:
    """Return a postal address, a line each, without empty ones."""
    return tuple(said for one in lines if (said := one_line(one, 200)))


def days(settings: Mapping[str, Any]) -> int:
    """Return of how many days orders are read first."""
    try:
        return max(0, min(int(settings.get("history", 365)), 36_500))
    except (TypeError, ValueError):
        return 365
