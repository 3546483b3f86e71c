"""Holds requests and answers against what Meta publishes of its API: openapi.json says from where it is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from omnidesk.connectors.testing import Asked, Reply
from omnidesk.connectors.testing.meta import path_of

BESIDE = ("biz_opaque_callback_data", "recipient")
"""Fields of a message that the documents name and the published schema does not: https://developers.facebook.com/docs/
whatsapp/cloud-api/reference/messages"""
_PATHS = {
    "messages": "/{Version}/{Phone-Number-ID}/messages",
    "media": "/{Version}/{Phone-Number-ID}/media",
    "message_templates": "/{Version}/{WABA-ID}/message_templates",
    "subscribed_apps": "/{Version}/{WABA-ID}/subscribed_apps",
}


@cache
def published() -> dict[str, Any]:
    """Return the excerpt of Meta's OpenAPI."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text())
    return found


def against(schema: dict[str, Any], said: Any) -> list[str]:
    """Return in words what does not keep to a schema of the excerpt."""
    whole = {**schema, "components": published()["components"]}
    return [
        f"{'/'.join(map(str, error.absolute_path)) or 'it'}: {error.message[:300]}"
        for error in Draft202012Validator(whole).iter_errors(said)
    ]


def reports(document: Any) -> list[str]:
    """Return in words what is wrong with a webhook that reports on messages. What Meta publishes of the messages in
    webhooks is not kept by its own examples."""
    value = document["entry"][0]["changes"][0]["value"]
    return against({"$ref": "#/components/schemas/StatusMessageValue"}, value)


def problems(asked: Asked, reply: Reply) -> list[str]:
    """Return in words what is wrong with a request, or with the answer that a fake gives to it."""
    path = path_of(asked)
    if path.startswith("/kept/"):
        return []
    last = path.rpartition("/")[2]
    one_id = "/{Version}/{Media-ID}" if "url" in (reply.document or {}) else "/{Version}/{Phone-Number-ID}"
    pattern = _PATHS.get(last, one_id)
    operation = published()["paths"].get(pattern, {}).get(asked.method.lower())
    what = f"{asked.method} {pattern}"
    if operation is None:
        return [f"{what}: nobody published that"]
    found = _of_request(asked, operation)
    if reply.status == 200 and not _is_receipt(asked):
        content = operation["responses"]["200"].get("content", {}).get("application/json", {})
        found += [f"answer: {one}" for one in against(content.get("schema", {}), reply.document)]
    return [f"{what}: {one}" for one in found]


def _of_request(asked: Asked, operation: dict[str, Any]) -> list[str]:
    if asked.method != "POST":
        return []
    content = operation["requestBody"]["content"]
    kind = asked.headers.get("content-type", "").partition(";")[0]
    if kind not in content:
        return [f"it takes {', '.join(content)}, not {kind}"]
    if kind == "multipart/form-data":
        names = {name for name, _, _ in asked.parts()}
        return [f"{name} is missing" for name in ("file", "messaging_product") if name not in names]
    said = asked.json()
    return [] if _is_receipt(asked) else against(content[kind]["schema"], _known(said))


def _known(said: dict[str, Any]) -> dict[str, Any]:
    """Return a message without what the schema does not know; it knows of no other addressee than a number."""
    known = {name: value for name, value in said.items() if name not in BESIDE}
    return known if "to" in known or "recipient" not in said else {**known, "to": said["recipient"]}


def _is_receipt(asked: Asked) -> bool:
    """That a message was read is told where messages are sent; the excerpt describes only those."""
    return b'"status"' in asked.body and asked.json().get("status") == "read"
