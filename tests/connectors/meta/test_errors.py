"""What Meta's errors mean: who waits, who tries again, who asks a person."""

from __future__ import annotations

import json

import pytest

from omnidesk.connectors.base import ConnectionLostError, ConnectorError, LoginError, RetryAfterError
from omnidesk.connectors.http import Answer, AnswerError, NotTakenError
from omnidesk.connectors.meta import Meaning, failure, passing
from omnidesk.connectors.meta import errors as meta_errors

KNOWN = {
    131056: Meaning("passing", "too many messages to this customer"),
    131047: Meaning("final", "the window has closed"),
}


def raised(code: int, status: int = 400, subcode: int = 0, **headers: str) -> ConnectorError:
    body = {"error": {"message": "as Meta says", "code": code, "error_subcode": subcode}}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Answer("graph.facebook.com", status, json.dumps(body).encode(), names)
    told = meta_errors.said(answer)
    assert told is not None
    return meta_errors.error(answer, told, KNOWN)


@pytest.mark.parametrize(
    ("code", "status", "sort"),
    [
        (190, 400, LoginError),
        (190, 401, LoginError),
        (10, 403, LoginError),
        (230, 400, LoginError),
        (4, 400, RetryAfterError),
        (80003, 400, RetryAfterError),
        (80007, 429, RetryAfterError),
        (2, 503, NotTakenError),
        (131056, 400, NotTakenError),
        (131047, 400, AnswerError),
        (368, 400, AnswerError),
        (999999, 400, AnswerError),
        (1, 500, ConnectionLostError),
    ],
)
def test_a_code_says_what_happens_next(code: int, status: int, sort: type[ConnectorError]) -> None:
    assert type(raised(code, status)) is sort


def test_an_expired_token_says_why_and_what_to_do() -> None:
    words = str(raised(190, 401, 463))
    assert "it has expired" in words
    assert "omnidesk channel secret" in words


def test_the_usage_header_says_when_to_come_back() -> None:
    usage = json.dumps({"1": [{"call_count": 100, "estimated_time_to_regain_access": 7}]})
    error = raised(80007, x_business_use_case_usage=usage)
    assert isinstance(error, RetryAfterError)
    assert error.seconds == 420
    for broken in ("", "[", "[]", '{"1": 5}', '{"1": [{"estimated_time_to_regain_access": "soon"}]}'):
        error = raised(4, x_app_usage=broken)
        assert isinstance(error, RetryAfterError)
        assert error.seconds == 300


def test_what_is_no_error_of_metas_has_none() -> None:
    for body in (b"", b"<html>", b"[]", b'{"error": "words"}', b"[" * 100_000):
        assert meta_errors.said(Answer("graph.facebook.com", 400, body)) is None


def test_a_code_nobody_wrote_down_is_told_in_metas_words() -> None:
    assert failure(131999, "Something\x1b[2J new", KNOWN) == "Something new (Meta 131999)"
    assert failure(131047, "Re-engagement message", KNOWN) == "the window has closed (Meta 131047)"
    assert (passing(131056, KNOWN), passing(131047, KNOWN), passing(131999, KNOWN)) == (True, False, False)
