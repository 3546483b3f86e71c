"""What a provider answers over HTTP: its document, its words, and when it wants to be asked again."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import ConnectionLostError, ConnectorError
from omnidesk.text.clean import one_line

MOST_WAIT = 7 * 24 * 3600.0
"""Seconds; who asks for more is not believed."""
_MOST_WORDS = 2_000


class NotTakenError(ConnectionLostError):
    """The provider certainly did not process the request: it never arrived, or was turned away for now."""


class AnswerError(ConnectorError):
    """The provider said no; `answer` is what it said."""

    def __init__(self, message: str, answer: Answer) -> None:
        super().__init__(message)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said; headers by their names in lower case."""

    host: str
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the JSON document of the answer. Raises ConnectorError in words when it holds none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            what = "nothing" if not self.body.strip() else "a web page" if _is_page(self) else "no JSON"
            raise ConnectorError(
                f"{self.host} answers with {what} where data was asked for: look whether the address of the API is "
                "right, and whether this network wants a login"
            ) from None

    def words(self) -> str:
        """Return what the provider says in words, on one line; "" where it says nothing."""
        try:
            said = _words_of(json.loads(self.body))
        except (ValueError, RecursionError):
            said = "" if _is_page(self) else self.body[: 4 * _MOST_WORDS].decode("utf-8", "replace")
        return one_line(said, _MOST_WORDS)


def retry_after(answer: Answer) -> float | None:
    """Return the seconds after which an answer asks us to come back, None where it names no time.

    Retry-After (RFC 9110 10.2.3: seconds, or a date read against the answer's own), the X-RateLimit-Reset of many
    (seconds, epoch or ISO 8601), `retry_after` (Discord; Telegram in `parameters`), `retry_after_ms` (Matrix)."""
    headers = answer.headers
    now = _moment(headers.get("date", "")) or clock.now() / 1000
    for name in ("retry-after", "x-ratelimit-reset-after", "x-ratelimit-reset", "x-rate-limit-reset"):
        if (seconds := _seconds(headers.get(name, ""), now)) is not None:
            return seconds
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    inner = said.get("parameters")
    for document in (said, inner if isinstance(inner, dict) else {}):
        if (seconds := _seconds(document.get("retry_after"), now)) is not None:
            return seconds
        if (milliseconds := _seconds(document.get("retry_after_ms"), now, MOST_WAIT * 1000)) is not None:
            return milliseconds / 1000
    return None


def _seconds(said: object, now: float, most: float = MOST_WAIT) -> float | None:
    """Read a number of seconds, an epoch or a date as seconds from now."""
    if isinstance(said, bool) or said in (None, ""):
        return None
    try:
        number = float(str(said))
    except ValueError:
        at = _moment(str(said))
        return None if at is None else min(max(at - now, 0.0), most)
    if not 0 <= number < float("inf"):
        return None
    if number > 1_000_000_000 and most == MOST_WAIT:
        number = max(number - now, 0.0)
    return min(number, most)


def _moment(said: str) -> float | None:
    """Read an HTTP date or an ISO time as seconds since 1970."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        with contextlib.suppress(ValueError, TypeError, OverflowError, IndexError):
            at = read(said)
            if at.tzinfo is not None:
                return at.timestamp()
    return None


def _is_page(answer: Answer) -> bool:
    return "html" in answer.headers.get("content-type", "") or answer.body.lstrip()[:1] == b"<"


def _words_of(said: object, depth: int = 3) -> str:
    """Find the sentence in an error document: most APIs put it under one of these names."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return _words_of(said[0], depth - 1) if said and depth else ""
    if isinstance(said, dict) and depth:
        for key in ("error_description", "description", "message", "detail", "title", "error", "errors", "reason"):
            if words := _words_of(said.get(key), depth - 1):
                return words
    return ""
