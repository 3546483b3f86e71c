"""What an IMAP server's answers mean: mails, folder names, refusals; and how sets of UIDs and strings are written."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omnidesk import clock
from omnidesk.text.clean import one_line

_CODE = re.compile(r"\[([A-Za-z-]+)(?: ([^\]]*))?\]")
_REFUSAL = re.compile(r"(?s)(?:\w+ failed: |\w+ command error: BAD \[b['\"])(.*?)(?:['\"]\])?\Z")
_USUAL_MAIL = re.compile(rb'\d+ \(UID (\d+) INTERNALDATE "([^"]*)" BODY\[\](?:<\d+>)? \{\d+\}\Z')


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail read: its bytes, or their beginning where more was not asked for."""

    uid: int
    raw: bytes
    received_at: int


def fetched(answer: list[Any]) -> Fetched | None:
    """Return the mail of a FETCH answer, None when it holds none, such as one that only tells of flags."""
    from imapclient.datetime_util import parse_to_datetime
    from imapclient.response_parser import parse_fetch_response

    # imapclient looks at each character in Python; nearly all answers have this form.
    if len(answer) == 2 and answer[1] == b")" and (usual := _USUAL_MAIL.match(answer[0][0])):
        with contextlib.suppress(ValueError):
            return Fetched(int(usual[1]), answer[0][1], _received_at(parse_to_datetime(usual[2], normalise=False)))
    for uid, said in parse_fetch_response(answer, normalise_times=False).items():
        for key, body in said.items():
            if key.startswith(b"BODY[]"):
                return Fetched(uid, body if isinstance(body, bytes) else b"", _received_at(said.get(b"INTERNALDATE")))
    return None


def _received_at(moment: datetime | None) -> int:
    try:
        return clock.now() if moment is None else int(moment.timestamp()) * 1000
    except (OverflowError, ValueError):  # a zone or a year that no calendar has
        return clock.now()


def uid_set(uids: Iterable[int]) -> str:
    """Return UIDs as IMAP writes them, neighbours as ranges: `3:5,9`."""
    parts: list[tuple[int, int]] = []
    for uid in sorted(uids):
        if parts and parts[-1][1] == uid - 1:
            parts[-1] = (parts[-1][0], uid)
        else:
            parts.append((uid, uid))
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in parts)


def shown_name(wire_name: str) -> str:
    """Return a folder's name as people read it (modified UTF-7, RFC 3501 section 5.1.3)."""
    from imapclient import imap_utf7

    name = wire_name
    if wire_name.isascii():
        with contextlib.suppress(ValueError):
            name = imap_utf7.decode(wire_name.encode())
    return one_line(name, 500)


def human_text(said: str) -> str:
    """Return what a server says to people, without its response code."""
    return one_line(_CODE.sub("", said), 300)


def refusal(said: str) -> tuple[str, str]:
    """Return what a server says to people when it refuses, and its response code (RFC 5530), "" when it gave none."""
    words = found[1] if (found := _REFUSAL.match(said)) else said
    code = found[1].upper() if (found := _CODE.search(words)) else ""
    return human_text(words) or one_line(words, 300), code


def said_by(error: BaseException) -> str:
    """Return the text of an error of the library, whether it has it as bytes or not."""
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def quoted(text: str) -> str:
    """Return a quoted string (RFC 3501 section 4.3). Line ends cannot be part of one: nothing can be smuggled in."""
    return '"' + re.sub(r"[\r\n\0]", "", text).replace("\\", "\\\\").replace('"', '\\"') + '"'
