"""What an error of Meta's means, by its code: `{"error": {"message", "type", "code", "error_subcode", "error_data"}}`.

The HTTP status says little (most are 400); the code says it all. Where Meta names no time to come back, `again` does.
Sources: https://developers.facebook.com/docs/graph-api/guides/error-handling,
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from omnidesk.connectors.base import ConnectionLostError, ConnectorError, LoginError, RetryAfterError
from omnidesk.connectors.http import Answer, AnswerError, NotTakenError, retry_after
from omnidesk.text.clean import one_line

Sort = Literal["login", "later", "passing", "final"]
_LONGEST_WORDS = 300
_USAGE = ("x-business-use-case-usage", "x-app-usage", "x-page-usage", "x-ad-account-usage")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error means for people (`words`) and for the engine.

    `login` needs a person, `later` the channel waits `again` seconds, `passing` this request may be made again soon,
    `final` never."""

    sort: Sort
    words: str
    again: float = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """An error as Meta says it; `code` 0 where it says none."""

    code: int
    subcode: int
    words: str


_TOKEN = "Meta takes the access token no more"
_NEW = "make a new one, and store it with `omnidesk channel secret`"
GENERAL: Mapping[int, Meaning] = {
    0: Meaning("login", f"{_TOKEN}: {_NEW}"),
    2: Meaning("passing", "Meta is overloaded or down for a moment"),
    3: Meaning("login", "the app lacks a capability: look at its permissions at Meta"),
    4: Meaning("later", "the app has made too many requests", 300.0),
    10: Meaning("login", "the token lacks a permission: give it to the app or the system user, and make a new token"),
    17: Meaning("later", "too many requests were made for this user", 300.0),
    32: Meaning("later", "too many requests were made for this page", 300.0),
    102: Meaning("login", f"{_TOKEN}: {_NEW}"),
    190: Meaning("login", f"{_TOKEN}: it has expired or was withdrawn; {_NEW}"),
    341: Meaning("later", "the app has come to a limit for now", 300.0),
    368: Meaning("final", "Meta has blocked the account for a time for breaking its rules: see its account quality"),
    613: Meaning("later", "too many requests were made", 60.0),
    80006: Meaning("later", "too many messages went through the page", 300.0),
    80007: Meaning("later", "the business account has come to its limit of requests", 300.0),
}
"""What every API of Meta's may say; 200 to 299 are permissions, 80000 to 80014 limits of a business."""
_PERMISSION = Meaning("login", "the token lacks a permission: give it to the app or the system user, make a new token")
_BUSINESS = Meaning("later", "the business has come to a limit of requests", 300.0)
TOKEN_ENDS = {
    458: "the app was taken out of the account",
    459: "the account must log in at Meta itself first",
    460: "the password was changed",
    463: "it has expired",
    464: "the account must log in at Meta itself first",
    467: "it was withdrawn",
    492: "its person may not work for the page any more",
}
"""Why a token is taken no more, by the subcode."""


def said(answer: Answer) -> Said | None:
    """Return the error in an answer, None where it holds none of Meta's."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict):
        return None
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    words = details or error.get("error_user_msg") or error.get("message") or ""
    return Said(_number(error.get("code")), _number(error.get("error_subcode")), one_line(str(words), _LONGEST_WORDS))


def meaning(code: int, known: Mapping[int, Meaning]) -> Meaning | None:
    """Return what a code means, by a channel's own table first; None for one that nobody wrote down."""
    found = known.get(code) or GENERAL.get(code)
    if found is None and 200 <= code < 300:
        return _PERMISSION
    if found is None and 80000 <= code <= 80014:
        return _BUSINESS
    return found


def failure(code: int, words: str, known: Mapping[int, Meaning]) -> str:
    """Return why something failed, in our words where the code is known, else in Meta's."""
    found = meaning(code, known)
    told = found.words if found else one_line(words, _LONGEST_WORDS) or "Meta does not say why"
    return f"{told} (Meta {code})" if code else told


def passing(code: int, known: Mapping[int, Meaning]) -> bool:
    """Say whether an error may be over the next time."""
    found = meaning(code, known)
    return found is not None and found.sort in ("later", "passing")


def error(answer: Answer, told: Said, known: Mapping[int, Meaning]) -> ConnectorError:
    """Return what an error means in the words of the interface."""
    found = meaning(told.code, known)
    why = failure(told.code, told.words, known)
    if told.subcode in TOKEN_ENDS and found is not None and found.sort == "login":
        why = f"{_TOKEN}: {TOKEN_ENDS[told.subcode]}; {_NEW} (Meta {told.code}, {told.subcode})"
    if found is None:
        return _by_status(answer, why)
    if found.sort == "login":
        return LoginError(why)
    if found.sort == "later":
        seconds = regained(answer) or found.again
        return RetryAfterError(f"{why}; it is asked again in {seconds:.0f} s", seconds)
    if found.sort == "passing":
        return NotTakenError(f"{why}: it is tried again")
    return AnswerError(why, answer)


def regained(answer: Answer) -> float | None:
    """Return in how many seconds Meta says it can be asked again, None where its usage headers name no time."""
    if (seconds := retry_after(answer)) is not None:
        return seconds
    waits = [wait for name in _USAGE for wait in _waits(answer.headers.get(name, ""))]
    return max(waits) * 60.0 if waits else None


def _waits(header: str) -> Iterator[float]:
    """The minutes in a usage header: one object, or a list of them for each business."""
    found: Any = None
    with suppress(ValueError, RecursionError):
        found = json.loads(header)
    if not isinstance(found, dict):
        return
    rows = [found, *(row for rows in found.values() if isinstance(rows, list) for row in rows)]
    for row in rows:
        minutes = row.get("estimated_time_to_regain_access") if isinstance(row, dict) else None
        if isinstance(minutes, int | float) and 0 < minutes < 7 * 24 * 60:
            yield float(minutes)


def _by_status(answer: Answer, why: str) -> ConnectorError:
    """A code that nobody wrote down means what the HTTP status says."""
    if answer.status in (401, 403):
        return LoginError(f"{why}. Look at what this channel logs in with")
    if answer.status == 429:
        seconds = regained(answer)
        if seconds is not None:
            return RetryAfterError(f"{why}; it is asked again in {seconds:.0f} s", seconds)
        return NotTakenError(f"{why}: it is tried again")
    if answer.status == 503:
        return NotTakenError(f"{why}: it is tried again")
    if answer.status >= 500:
        return ConnectionLostError(f"{why}: it is tried again")
    return AnswerError(why, answer)


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
