"""Webhooks of Meta: the handshake when one is subscribed, the signature, and what one holds.

    {"object": "page", "entry": [{"id": .., "time": .., "messaging": [{..}, ..], "changes": [{"field", "value"}, ..]}]}

One webhook may bring many things, and what was not taken comes again in another bundle: so each thing becomes an item
of its own, in the same wrapping, that `decode` reads like a whole webhook.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from omnidesk.connectors.base import ConnectorError, DecodeError, WebhookAnswer, WebhookRequest

LISTS = ("changes", "messaging", "standby")


@dataclass(frozen=True, slots=True)
class News:
    """One thing that a webhook brings: of which `object`, in which `entry` (its own fields: id, time), from which of
    its lists, and the thing itself."""

    object: str
    entry: Mapping[str, Any]
    among: str
    what: Mapping[str, Any]

    def raw(self, what: Mapping[str, Any] | None = None) -> bytes:
        """Return this alone (or `what` in its place) in the wrapping that it came in."""
        entry = {**self.entry, self.among: [self.what if what is None else what]}
        return json.dumps({"object": self.object, "entry": [entry]}, ensure_ascii=False, sort_keys=True).encode()


def turned_away(request: WebhookRequest, secrets: Mapping[str, str]) -> WebhookAnswer | None:
    """Return the answer to a handshake or to what is not signed; None for a webhook that Meta posted.

    Raises ConnectorError where there is no secret to look with."""
    if request.method == "GET":
        return _handshake(request, secrets.get("verify_token", ""))
    if request.method != "POST":
        return WebhookAnswer(405, b"webhooks are posted")
    secret = secrets.get("app_secret", "")
    if not secret:
        raise ConnectorError("give the app's secret as `app_secret`: webhooks are signed with it")
    given = request.headers.get("x-hub-signature-256", "")
    if not hmac.compare_digest(given.encode(), signature(request.body, secret).encode()):
        return WebhookAnswer(401, b"wrong signature")
    return None


def signature(body: bytes, secret: str) -> str:
    """Return the header X-Hub-Signature-256 of a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _handshake(request: WebhookRequest, token: str) -> WebhookAnswer:
    said = {name: values[-1] for name, values in parse_qs(urlsplit(request.url).query).items()}
    right = hmac.compare_digest(said.get("hub.verify_token", "").encode(), token.encode())
    if not token or not right or said.get("hub.mode") != "subscribe":
        return WebhookAnswer(403, b"wrong verify token")
    return WebhookAnswer(body=said.get("hub.challenge", "").encode())


def opened(raw: bytes) -> Mapping[str, Any]:
    """Return the document of a webhook. Raises DecodeError."""
    try:
        found = json.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is no webhook of Meta: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("entry"), list):
        raise DecodeError("this is no webhook of Meta: it has no entries")
    return found


def parted(document: Mapping[str, Any]) -> Iterator[News]:
    """Yield what a webhook brings, one by one; what has no shape is left out."""
    for entry in document["entry"]:
        if not isinstance(entry, dict):
            continue
        head = {name: value for name, value in entry.items() if name not in LISTS}
        for among in LISTS:
            rows = entry.get(among)
            for what in rows if isinstance(rows, list) else ():
                if isinstance(what, dict):
                    yield News(str(document.get("object") or ""), head, among, what)
