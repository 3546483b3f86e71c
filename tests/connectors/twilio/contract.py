"""Holds requests and answers against what Twilio publishes of its API: openapi.json says from where it is."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.validation.exceptions import ValidationError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from omnidesk.connectors.testing import Asked, Reply

HOST = "https://api.twilio.com"


@dataclass
class _Request:
    path: str
    method: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters
    host_url: str = HOST


@dataclass
class _Response:
    data: bytes
    status_code: int
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@cache
def published() -> dict[str, Any]:
    """Return the excerpt of Twilio's OpenAPI."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_text())
    return found


@cache
def _api() -> OpenAPI:
    return OpenAPI.from_dict(published(), config=Config(spec_validator_cls=None))


def problems(asked: Asked, reply: Reply) -> list[str]:
    """Return in words what is wrong with a request, or with the answer that a fake gives to it."""
    request = _Request(
        asked.path,
        asked.method.lower(),
        asked.body or None,
        asked.headers.get("content-type", ""),
        RequestParameters(
            query=ImmutableMultiDict(asked.query),
            header=Headers(list(asked.headers.items())),
            cookie=ImmutableMultiDict(),
            path={},
        ),
    )
    what = f"{asked.method} {asked.path}"
    try:
        _api().validate_request(request)
        if reply.status < 300:
            _api().validate_response(request, _Response(reply.content()[0], reply.status))
    except (OpenAPIError, ValidationError) as error:
        causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
        return [f"{what}: {error}: {'; '.join(str(cause).splitlines()[0] for cause in causes)}"]
    unknown = set(asked.query) - _named(asked) - {"Page", "PageToken"}
    return [f"{what}: {name} is no field there" for name in sorted(unknown | set(_form(asked)) - _fields(asked))]


def _operation(asked: Asked) -> dict[str, Any]:
    parts = asked.path.split("/")
    for pattern, methods in published()["paths"].items():
        wanted = pattern.split("/")
        if len(wanted) == len(parts) and all(
            one == other or (one.startswith("{") and one.endswith(".json") == other.endswith(".json"))
            for one, other in zip(wanted, parts, strict=True)
        ):
            found: dict[str, Any] = methods.get(asked.method.lower(), {})
            return found
    return {}


def _named(asked: Asked) -> set[str]:
    return {one["name"] for one in _operation(asked).get("parameters", ()) if one["in"] == "query"}


def _form(asked: Asked) -> dict[str, str]:
    return asked.form() if asked.body else {}


def _fields(asked: Asked) -> set[str]:
    content = _operation(asked).get("requestBody", {}).get("content", {})
    return set(content.get("application/x-www-form-urlencoded", {}).get("schema", {}).get("properties", ()))
