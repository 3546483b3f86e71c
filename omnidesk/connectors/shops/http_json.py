"""Orders from anything that answers with JSON over HTTP: asked by address or number, and polled where it lists changes.

The addresses are templates under the base: `orders?email={email}`; what is filled in is percent-encoded.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from string import Formatter
from typing import Any
from urllib.parse import quote

from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    ConnectorError,
    Cursor,
    Decoded,
    Item,
    Wanted,
)
from omnidesk.connectors.http import Client
from omnidesk.connectors.manifest import SHOP_PAGES, Manifest, Secret, Setting
from omnidesk.connectors.shops import common, mapping, reading

PER_PAGE = 100
_PLACES = {"by_email": "email", "by_phone": "phone", "by_number": "number"}
_HEADER = re.compile(r"[A-Za-z0-9-]{1,80}")

MANIFEST = Manifest(
    kind="http-json",
    name="Orders over HTTP",
    badge="json",
    inbound=("poll",),
    outbound="none",
    threading="contact",
    idempotency="none",
    identity_kinds=("email", "phone"),
    settings=(
        Setting("api_url", "Base address", "such as https://erp.example.com/api", required=True),
        Setting("by_email", "Orders of an e-mail address", "such as orders?email={email}"),
        Setting("by_phone", "Orders of a telephone number", "such as orders?phone={phone}"),
        Setting("by_number", "The order with a number", "such as orders/{number}"),
        Setting("list", "Orders that changed", "such as orders?since={since}&page={page}; empty: only asked for"),
        Setting("items", "Where the orders are", "the path to the list in an answer, such as data.orders; empty: told"),
        mapping.FIELDS,
        Setting("header", "Header of the login", "Authorization, or one such as X-Api-Key", default="Authorization",
                advanced=True),
        Setting("scheme", "Before the token", "such as Bearer; - for nothing", default="Bearer", advanced=True),
        common.HISTORY,
        *SHOP_PAGES,
    ),
    secrets=(Secret("token", "Token", "what the source lets in by; none where it needs none", required=False),),
    auth=("token", "none"),
    about="Orders from any program that answers with JSON, asked by e-mail address, telephone or order number.",
    address=False,
    poll_seconds=120.0,
    commerce=True,
    looks_up=("email", "phone", "number"),
    privacy="The source is asked with the addresses of those who write, and with the order numbers they name.",
)  # fmt: skip


class HttpJson(common.ShopConnector):
    """One source."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._client = Client(account, "", self._login)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._client.aclose()

    def _login(self, secrets: Mapping[str, str]) -> Mapping[str, str]:
        name, token = self._said("header") or "Authorization", secrets.get("token", "")
        scheme = self._said("scheme") or "Bearer"
        if not token or not _HEADER.fullmatch(name):
            return {}
        return {name: token if scheme == "-" else f"{scheme} {token}"}

    def _said(self, key: str) -> str:
        return str(self.account.settings.get(key) or "").strip()

    async def check(self) -> Checked:
        """Look whether the templates can be filled in and the source answers. Raises ConnectorError."""
        try:
            mapping.names(self._said("fields"))
        except ValueError as error:
            raise ConnectorError(str(error)) from error
        known = {key: self._said(key) for key in (*_PLACES, "list") if self._said(key)}
        if not known:
            raise ConnectorError("give at least one of by_email, by_phone, by_number and list: else nothing is asked")
        for key, template in known.items():
            wanted = _PLACES.get(key)
            if wanted is not None and f"{{{wanted}}}" not in template:
                raise ConnectorError(f"{key} has no place {{{wanted}}} for what is asked")
            _filled(template, dict.fromkeys(("email", "phone", "number", "since", "since_ms", "page"), "0"))
        if "list" in known:
            found = await self._read(known["list"], self._moment(0, 1))
        else:
            key = next(iter(known))
            found = await self._read(known[key], {_PLACES[key]: "0"})
        counted = (f"{len(found)} orders",) if "list" in known else ()
        return Checked(self._client.host, self._client.host, details=counted)

    async def _read(self, template: str, said: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """Return the orders behind an address; none where it says 404."""
        answer = await self._client.get(_filled(template, said), accept={404})
        if answer.status == 404:
            return []
        document = answer.json()
        if path := self._said("items"):
            found = common.inner(document, *path.split("."))
            document = document if found is None else found  # one order alone has no list around it
        return _orders(document)

    @staticmethod
    def _moment(start: int, page: int) -> dict[str, str]:
        at = datetime.fromtimestamp(start // 1000, UTC)
        return {"since": f"{at:%Y-%m-%dT%H:%M:%SZ}", "since_ms": str(start), "page": str(page)}

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield the orders that changed since the last poll, where the source lists them."""
        template = self._said("list")
        if not template:
            return
        position = reading.Position(cursor, common.days(self.account.settings))
        seen: set[str] = set()
        for number in range(1, reading.MOST_PAGES):
            found = [self._item(one) for one in await self._read(template, self._moment(position.start, number))]
            fresh = position.fresh(found)
            if fresh:
                yield Batch(fresh, position.cursor)
            ids = {one.source_id for one in found}
            if ids <= seen or "{page}" not in template:
                return
            seen |= ids
        raise ConnectorError(f"{self._client.host} lists orders without end")

    async def look_up(self, wanted: Wanted) -> Sequence[Item]:
        """Ask for the orders of an address, or for the one with a number; () where there is no template for it."""
        template = self._said(f"by_{wanted.kind}")
        if not template:
            return ()
        return [self._item(one) for one in await self._read(template, {wanted.kind: wanted.value})]

    def _item(self, said: Mapping[str, Any]) -> Item:
        fields = self._said("fields")
        return common.item(HttpJson.decode, common.raw(said), {"fields": fields} if fields else {})

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one order. Raises DecodeError."""
        return (mapping.decoded(item),)


def _filled(template: str, said: Mapping[str, str]) -> str:
    """Return an address with its places filled in. Raises ConnectorError in words."""
    try:
        places = {name for _text, name, _shape, _turn in Formatter().parse(template) if name is not None}
        if unknown := places - set(said):
            raise ConnectorError(f"the address {template!r} has a place {{{sorted(unknown)[0]}}} that nothing fills")
        return template.format(**{name: quote(value, safe="") for name, value in said.items()})
    except (ValueError, IndexError, AttributeError) as error:
        raise ConnectorError(f"the address {template!r} cannot be read: {error}") from error


def _orders(document: Any) -> list[Mapping[str, Any]]:
    """Return the orders in an answer: a list, the one list of objects in it, or one order alone."""
    if isinstance(document, list):
        return [one for one in document if isinstance(one, dict)]
    if not isinstance(document, dict):
        return []
    for name in ("orders", "data", "items", "results", "bestellingen", "order"):
        inner = document.get(name)
        if isinstance(inner, list) and all(isinstance(one, dict) for one in inner) and not _is_order(document):
            return list(inner)
        if isinstance(inner, dict) and not _is_order(document):
            return _orders(inner)
    return [document] if document else []


def _is_order(document: Mapping[str, Any]) -> bool:
    """Say whether a document is an order itself: it bears a number."""
    return any(isinstance(document.get(name), str | int) for name in ("number", "orderNumber", "order_number", "id"))
