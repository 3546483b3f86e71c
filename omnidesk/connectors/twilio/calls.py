"""What a call becomes: from what the API says of it, its legs and its recordings, or from a webhook while it goes on.

A caller's call is taken by Twilio's own program at once, so it is `completed` however it went: whether a person took it
is told by its legs, the calls that the program makes to those who should (ParentCallSid).

    {"call": {..}, "legs": [{..}], "recordings": [{..}]}    as the API has them; of a recording's item, that one alone
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import parse_qsl

from omnidesk import clock
from omnidesk.connectors.base import Call, Decoded, DecodeError, File, Item, Party
from omnidesk.connectors.twilio.account import VERSION, moment, word

ENDED: Final = ("completed", "busy", "failed", "no-answer", "canceled")
_MISSED: Final[dict[str, Literal["busy", "failed", "missed"]]] = {
    "busy": "busy", "failed": "failed", "no-answer": "missed", "canceled": "missed",
}  # fmt: skip
_NOBODY: Final = (
    "", "anonymous", "restricted", "unknown", "unavailable",
    "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
)  # fmt: skip
"""How Twilio writes a withheld number: the words ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on a keypad."""
_ANSWERED_LEGS: Final = ("in-progress", "completed")


def decoded(item: Item) -> Decoded:
    """Return the news of a call that is in an item. Raises DecodeError."""
    said = _read(item.raw)
    call = said.get("call")
    if not isinstance(call, dict):
        return _of_form(said, item)
    sid = word(call, "sid")
    if not sid:
        raise DecodeError("a call of Twilio has a SID")
    outbound = not word(call, "direction").startswith("inbound")
    legs, recordings = _rows(said, "legs"), _rows(said, "recordings")
    return Decoded(
        external_id=sid,
        sender=party(word(call, "to" if outbound else "from")),
        received_at=moment(call, "start_time", "date_created") or item.received_at,
        kind="call",
        outbound=outbound,
        files=tuple(_recording(one) for one in recordings) if said.get("adds_recording") else (),
        call=_call(call, legs, recordings, outbound, item.received_at),
    )


def party(value: str) -> Party | None:
    """Return who is at the other end, None where the number was withheld."""
    return None if value.lower() in _NOBODY else Party("phone", value)


def _call(
    call: Mapping[str, Any],
    legs: Sequence[Mapping[str, Any]],
    recordings: Sequence[Mapping[str, Any]],
    outbound: bool,
    heard_at: int,
) -> Call:
    status = word(call, "status")
    began = moment(call, "date_created", "start_time") or heard_at
    if status not in ENDED:
        talking = status == "in-progress" and outbound
        return Call("talking" if talking else "ringing", began, moment(call, "start_time") if talking else None)
    ended = moment(call, "end_time") or heard_at
    if status != "completed":
        return Call("ended", began, ended_at=ended, outcome=_MISSED[status])
    taken = next((leg for leg in legs if word(leg, "status") in _ANSWERED_LEGS and word(leg, "duration") != "0"), None)
    if outbound or taken is not None:
        by = _who(word(taken, "to")) if taken is not None else ""
        answered = _answered_at(taken if taken is not None else call, ended)
        return Call("ended", began, answered, ended, "answered", by)
    if any(legs or word(one, "source") == "RecordVerb" for one in recordings):
        return Call("ended", began, _answered_at(call, ended), ended, "voicemail")
    if legs:
        return Call("ended", began, ended_at=ended, outcome="missed")
    return Call("ended", began, _answered_at(call, ended), ended, "answered")


def _answered_at(call: Mapping[str, Any], ended: int) -> int:
    """A call lasts from when it was answered (`duration`, seconds)."""
    seconds = word(call, "duration")
    return (moment(call, "end_time") or ended) - (int(seconds) if seconds.isdigit() else 0) * clock.SECOND


def _who(address: str) -> str:
    """`client:anna` and `sip:anna@shop.example` are anna."""
    return address.removeprefix("client:").removeprefix("sip:").partition("@")[0]


def _recording(said: Mapping[str, Any]) -> File:
    sid, account = word(said, "sid"), word(said, "account_sid")
    if not sid or not account:
        raise DecodeError("a recording of Twilio has a SID")
    return File(f"{sid}.mp3", "audio/mpeg", reference=f"/{VERSION}/Accounts/{account}/Recordings/{sid}.mp3")


def _of_form(form: Mapping[str, Any], item: Item) -> Decoded:
    """A webhook of a call that goes on; one of a leg that was answered says who took the call."""
    parent, status = word(form, "ParentCallSid"), word(form, "CallStatus")
    sid = parent or word(form, "CallSid")
    if not sid or status not in ("queued", "initiated", "ringing", "in-progress"):
        raise DecodeError("a webhook of a call has its SID and says how far it is")
    outbound = not word(form, "Direction").startswith("inbound")
    at = moment(form, "Timestamp") or item.received_at
    talking = status == "in-progress" and (bool(parent) or outbound)
    call = Call("talking" if talking else "ringing", at, at if talking else None)
    if parent:
        call = Call("talking", at, at, taken_by=_who(word(form, "To")))
    return Decoded(
        external_id=sid,
        sender=None if parent else party(word(form, "To" if outbound else "From")),
        received_at=at,
        kind="call",
        outbound=outbound and not parent,
        call=call,
    )


def _read(raw: bytes) -> Mapping[str, Any]:
    try:
        text = raw.decode()
        found = json.loads(text) if text.lstrip()[:1] == "{" else dict(parse_qsl(text, True))
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is no call of Twilio: {error}") from error
    if not isinstance(found, dict):
        raise DecodeError("this is no call of Twilio")
    return found


def _rows(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = said.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
