"""Meta, as far as all its products are alike: the errors of the Graph API, and webhooks signed with the app's secret.

A fake of one product is a subclass with its own `answer`; `asked.path` has no version (`path_of` takes it off).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.meta import signature
from omnidesk.connectors.testing.fake import Asked, FakeProvider, Reply


class FakeGraph(FakeProvider):
    """The Graph API with one token."""

    def says_busy(self, seconds: int) -> Reply:
        """Error 80007, and in the usage header when it will be over (minutes)."""
        usage = {"102290129340398": [{"call_count": 100, "estimated_time_to_regain_access": seconds / 60}]}
        reply = error(80007, "(#80007) Rate limit issues", 400)
        return Reply(reply.document, reply.status, {"X-Business-Use-Case-Usage": json.dumps(usage)})

    def says_refused(self) -> Reply:
        """Error 100: a recipient that cannot be written to."""
        return error(100, "(#100) No matching user found", 400)

    def says_expired(self) -> Reply:
        """Error 190, subcode 463."""
        return error(190, "Error validating access token: Session has expired", 401, "OAuthException", 463)


def path_of(asked: Asked) -> str:
    """Return the path of a request behind the version of the API: `/106540352242922/messages`."""
    version, _, rest = asked.path.lstrip("/").partition("/")
    return f"/{rest}" if version.startswith("v") else asked.path


def error(
    code: int, message: str, status: int = 400, sort: str = "OAuthException", subcode: int = 0, details: str = ""
) -> Reply:
    """Return an error as the Graph API words it."""
    said: dict[str, Any] = {"message": message, "type": sort, "code": code, "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam"}
    if subcode:
        said["error_subcode"] = subcode
    if details:
        said["error_data"] = {"messaging_product": "whatsapp", "details": details}
    return Reply({"error": said}, status)


def signed(url: str, document: Any, secret: str) -> WebhookRequest:
    """Return a webhook as Meta posts it; `document` may be the bytes of one."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = {"content-type": "application/json", "x-hub-signature-256": signature(body, secret)}
    return WebhookRequest("POST", url, headers, body)


def handshake(url: str, token: str, challenge: str = "1158201444") -> WebhookRequest:
    """Return how Meta asks whether a webhook's address is ours."""
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
    return WebhookRequest("GET", f"{url}?{urlencode(query)}", {}, b"")


def wrapped(kind: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a webhook with one entry."""
    return {"object": kind, "entry": [dict(entry)]}
