"""Holds requests, and the answers that a fake gives, against what a provider publishes of its API (OpenAPI 3)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.validation.exceptions import ValidationError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from omnidesk.connectors.testing import Asked, Reply

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass
class _Request:
    host_url: str
    path: str
    method: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters


@dataclass
class _Response:
    data: bytes
    status_code: int
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


class Contract:
    """What is published, from a file beside the tests; `allowed` are further fields of a query that the provider's own
    links have."""

    def __init__(self, path: Path, host: str, allowed: frozenset[str] = frozenset()) -> None:
        self._path = path
        self._host = host
        self._allowed = allowed

    @cached_property
    def published(self) -> dict[str, Any]:
        """The document."""
        found: dict[str, Any] = json.loads(self._path.read_text())
        return found

    @cached_property
    def _api(self) -> OpenAPI:
        return OpenAPI.from_dict(self.published, config=Config(spec_validator_cls=None))

    def problems(self, asked: Asked, reply: Reply) -> list[str]:
        """Return in words what is wrong with a request, or with the answer that a fake gives to it."""
        request = _Request(
            self._host,
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
            self._api.validate_request(request)
            data, content_type = reply.content()
            if reply.status < 300 and data:
                self._api.validate_response(request, _Response(data, reply.status, content_type))
        except (OpenAPIError, ValidationError) as error:
            causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
            return [f"{what}: {error}: {'; '.join(str(cause).splitlines()[0] for cause in causes)}"]
        operation = self._operation(asked)
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        unknown = set(asked.query) - named - self._allowed
        return [f"{what}: {name} is no field there" for name in sorted(unknown | self._odd_fields(asked, operation))]

    def _operation(self, asked: Asked) -> dict[str, Any]:
        parts = asked.path.split("/")
        for pattern, methods in self.published["paths"].items():
            wanted = pattern.split("/")
            if len(wanted) == len(parts) and all(
                one == other or (one.startswith("{") and one.endswith(".json") == other.endswith(".json"))
                for one, other in zip(wanted, parts, strict=True)
            ):
                found: dict[str, Any] = methods.get(asked.method.lower(), {})
                return found
        return {}

    def _odd_fields(self, asked: Asked, operation: dict[str, Any]) -> set[str]:
        """Return fields of the body that nothing is published of: validation lets them pass."""
        if not asked.body:
            return set()
        content = operation.get("requestBody", {}).get("content", {})
        kind = _JSON if _JSON in content else _FORM
        schema = content.get(kind, {}).get("schema", {})
        if "$ref" in schema:
            schema = self.published["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return set(asked.json() if kind == _JSON else asked.form()) - set(schema.get("properties", ()))
