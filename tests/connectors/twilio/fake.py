"""Twilio, played as its documents describe it, and strict: what does not keep to the published API is a complaint."""

from __future__ import annotations

import base64
import itertools
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing import Asked, FakeProvider, Reply, post
from omnidesk.connectors.twilio.account import signature
from tests.connectors.twilio import contract

ACCOUNT = "AC" + "0a" * 16
TOKEN = "secret-of-the-tests"
NUMBER = "+3197010200000"
CUSTOMER = "+31612345678"
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LARGEST_PAGE = 7
"""So few on a page that the next ones must be asked for."""
_BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
_LISTS = {
    "Messages": ("messages", "date_sent"),
    "Calls": ("calls", "start_time"),
    "Recordings": ("recordings", "date_created"),
    "IncomingPhoneNumbers": ("incoming_phone_numbers", ""),
}
"""Where the rows of a list lie, and by which of their fields a day is asked for."""
_FILTERS = {"To": "to", "From": "from", "ParentCallSid": "parent_call_sid", "CallSid": "call_sid",
            "PhoneNumber": "phone_number"}  # fmt: skip


class FakeTwilio(FakeProvider):
    """One account with one number; rows lie as the API shows them, oldest first."""

    def __init__(self) -> None:
        super().__init__(TOKEN)
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name, _ in _LISTS.values()}
        self.rows["incoming_phone_numbers"].append(
            {
                "sid": "PN" + "0b" * 16,
                "phone_number": NUMBER,
                "capabilities": {"sms": True, "voice": True, "mms": False},
            }
        )
        self.media: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.fetched: dict[str, list[tuple[str, str, bytes]]] = {}
        """Files that went with our messages: name, media type, content."""
        self.callbacks: dict[str, str] = {}
        self.complaints: list[str] = []
        self.kind = "Full"
        self._count = itertools.count(1)

    def sid(self, letters: str) -> str:
        """Return a new SID."""
        return f"{letters}{next(self._count):032x}"

    # --- what happens

    def receives(
        self, text: str, sender: str = CUSTOMER, ago: float = 0.0, **files: tuple[str, bytes]
    ) -> dict[str, Any]:
        """Let somebody send a text message, with files by name as (media type, content)."""
        sid = self.sid("MM" if files else "SM")
        row = self._message(sid, "inbound", "received", sender, NUMBER, text, ago) | {"num_media": str(len(files))}
        self.media[sid] = []
        for name, (content_type, data) in files.items():
            one = self.sid("ME")
            self.files[one] = (name, data)
            self.media[sid].append({
                "sid": one, "parent_sid": sid, "account_sid": ACCOUNT, "content_type": content_type,
                "date_created": row["date_created"], "uri": f"{_BASE}/Messages/{sid}/Media/{one}.json",
            })  # fmt: skip
        self.rows["messages"].append(row)
        return row

    def advance(self, sid: str, status: str, error: int | None = None) -> None:
        """Let a message of ours get on; who asked for it is told."""
        row = self.message(sid)
        row |= {"status": status, "error_code": error, "date_sent": row["date_sent"] or written()}
        if sid in self.callbacks:
            form = {"MessageSid": sid, "MessageStatus": status, "SmsSid": sid, "SmsStatus": status, "To": row["to"],
                    "From": row["from"], "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01"}  # fmt: skip
            post(signed(self.callbacks[sid], form | ({"ErrorCode": str(error)} if error else {})))

    def message(self, sid: str) -> dict[str, Any]:
        """Return a message."""
        return next(row for row in self.rows["messages"] if row["sid"] == sid)

    def calls(self, status: str, sender: str = CUSTOMER, to: str = NUMBER, **more: Any) -> dict[str, Any]:
        """Let somebody call: `began` and `ended` are UTC ms, the rest are fields of a call."""
        began, ended = more.pop("began", clock.now() - 60_000), more.pop("ended", None)
        row = {
            "sid": self.sid("CA"), "account_sid": ACCOUNT, "from": sender, "to": to, "status": status,
            "direction": "inbound", "parent_call_sid": None, "date_created": written(began),
            "start_time": written(began), "end_time": None if ended is None else written(ended),
            "duration": None, **more,
        }  # fmt: skip
        self.rows["calls"].append(row)
        return row

    def records(self, call: Mapping[str, Any], source: str, data: bytes, status: str = "completed") -> dict[str, Any]:
        """Record a call."""
        row = {
            "sid": self.sid("RE"), "account_sid": ACCOUNT, "call_sid": call["sid"], "status": status, "source": source,
            "duration": "9", "channels": 1, "date_created": written(), "start_time": written(),
        }  # fmt: skip
        self.files[str(row["sid"])] = (f"{row['sid']}.mp3", data)
        self.rows["recordings"].append(row)
        return row

    def _message(
        self, sid: str, direction: str, status: str, sender: str, to: str, text: str, ago: float
    ) -> dict[str, Any]:
        at = written(clock.now() - int(ago * 1000))
        return {
            "sid": sid, "account_sid": ACCOUNT, "direction": direction, "status": status, "from": sender, "to": to,
            "body": text, "num_media": "0", "num_segments": "1", "date_created": at, "date_updated": at,
            "date_sent": at if direction == "inbound" else None, "error_code": None, "error_message": None,
            "messaging_service_sid": None, "api_version": "2010-04-01", "price": None, "price_unit": "USD",
            "uri": f"{_BASE}/Messages/{sid}.json", "subresource_uris": {"media": f"{_BASE}/Messages/{sid}/Media.json"},
        }  # fmt: skip

    # --- what it answers

    def authorized(self, asked: Asked) -> bool:
        """The SID and token of the account; its files lie elsewhere, behind an address that nobody guesses."""
        said = base64.b64encode(f"{ACCOUNT}:{self.token}".encode()).decode()
        return asked.path.startswith("/kept/") or asked.headers.get("authorization") == f"Basic {said}"

    def says_busy(self, seconds: int) -> Reply:
        """Error 20429."""
        return replace(_error(429, 20429, "Too Many Requests"), headers={"Retry-After": str(seconds)})

    def says_refused(self) -> Reply:
        """Error 21614."""
        return _error(400, 21614, "'To' number is not a valid mobile number")

    def says_expired(self) -> Reply:
        """Error 20003."""
        return _error(401, 20003, "Authenticate")

    def answer(self, asked: Asked) -> Reply:
        """Answer a request, and hold it and its answer against what is published."""
        rest = asked.path.removeprefix(_BASE)
        if asked.path.startswith("/kept/"):
            return Reply(self.files[asked.path.rpartition("/")[2]][1])
        if not rest.endswith(".json"):
            return self._file(rest)
        reply = self._take(asked) if asked.method == "POST" else self._read(asked, rest.removesuffix(".json"))
        self.complaints += contract.problems(asked, reply)
        return reply

    def _file(self, rest: str) -> Reply:
        sid = rest.rpartition("/")[2]
        if sid.endswith(".mp3"):
            return Reply(self.files[sid.removesuffix(".mp3")][1])
        return Reply(None, 307, {"Location": f"{self.url}/kept/{sid}"})

    def _read(self, asked: Asked, rest: str) -> Reply:
        if not rest:
            return Reply({"sid": ACCOUNT, "friendly_name": "The shop", "status": "active", "type": self.kind})
        what, *more = rest.strip("/").split("/")
        key, day_field = _LISTS[what]
        if len(more) == 2:
            return self._page(asked, "media_list", self.media[more[0]])
        if more:
            found = next((row for row in self.rows[key] if row["sid"] == more[0]), None)
            return Reply(found) if found else _error(404, 20404, f"The requested resource {asked.path} was not found")
        rows = [row for row in self.rows[key] if _wanted(row, asked.query, day_field)]
        return self._page(asked, key, rows[::-1])

    def _page(self, asked: Asked, key: str, rows: list[dict[str, Any]]) -> Reply:
        """Return one page, the newest first; the token names the last row of the page before."""
        size = min(int(asked.query.get("PageSize", 50)), LARGEST_PAGE)
        after = asked.query.get("PageToken", "").removeprefix("PA")
        sids = [str(row["sid"]) for row in rows]
        start = sids.index(after) + 1 if after in sids else 0
        page = rows[start : start + size]
        number = int(asked.query.get("Page", 0))
        more = urlencode({**asked.query, "Page": number + 1, "PageToken": f"PA{page[-1]['sid']}"}) if page else ""
        return Reply({
            key: page, "page": number, "page_size": size, "uri": asked.path, "first_page_uri": asked.path,
            "next_page_uri": f"{asked.path}?{more}" if start + size < len(rows) else None, "previous_page_uri": None,
            "start": start, "end": start + len(page),
        })  # fmt: skip

    def _take(self, asked: Asked) -> Reply:
        form = asked.form()
        text = form.get("Body", "")
        media = [value for name, value in parse_qsl(asked.body.decode()) if name == "MediaUrl"]
        if not (text or media) or len(text) > 1600:
            return _error(
                400, 21617 if text else 21602, "The concatenated message body exceeds the 1600 character limit"
            )
        service = form.get("MessagingServiceSid")
        status = "accepted" if service else "queued"
        sid = self.sid("MM" if media else "SM")
        row = self._message(sid, "outbound-api", status, form.get("From", NUMBER), form["To"], text, 0.0)
        row |= {"messaging_service_sid": service, "num_media": str(len(media))}
        try:
            self.fetched[sid] = [_fetch(url) for url in media]
        except OSError:  # it is taken all the same, and fails later
            row |= {"status": "failed", "error_code": 11200, "date_sent": written()}
        self.rows["messages"].append(row)
        if "StatusCallback" in form:
            self.callbacks[row["sid"]] = form["StatusCallback"]
        return Reply(row, 201)


def _fetch(url: str) -> tuple[str, str, bytes]:
    """Fetch a file as Twilio does: without a login, told what it is by its media type."""
    with _DIRECTLY.open(url, timeout=30) as answer:
        return unquote(url.rpartition("/")[2]), answer.headers["Content-Type"], answer.read()


def written(at: int | None = None) -> str:
    """Return a time as Twilio writes it (RFC 2822, whole seconds)."""
    return format_datetime(datetime.fromtimestamp((clock.now() if at is None else at) // 1000, UTC))


def signed(url: str, form: Mapping[str, str], token: str = TOKEN) -> WebhookRequest:
    """Return a webhook as Twilio posts it."""
    headers = {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": signature(url, list(form.items()), token),
    }
    return WebhookRequest("POST", url, headers, urlencode(form).encode())


def posted(row: Mapping[str, Any], fake: FakeTwilio) -> dict[str, str]:
    """Return the fields by which Twilio tells of a message that came."""
    form = {"MessageSid": row["sid"], "SmsSid": row["sid"], "SmsMessageSid": row["sid"], "AccountSid": ACCOUNT,
            "From": row["from"], "To": row["to"], "Body": row["body"], "NumMedia": row["num_media"],
            "NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01", "FromCountry": "NL",
            "FromCity": "", "ToCountry": "NL"}  # fmt: skip
    for place, one in enumerate(fake.media[row["sid"]]):
        form[f"MediaUrl{place}"] = f"{fake.url}{one['uri'].removesuffix('.json')}"
        form[f"MediaContentType{place}"] = one["content_type"]
    return form


def _wanted(row: Mapping[str, Any], query: Mapping[str, str], day_field: str) -> bool:
    for name, key in _FILTERS.items():
        if name in query and row.get(key) != query[name]:
            return False
    day = next((value for name, value in query.items() if name.endswith(">")), "")
    if not day:
        return True
    said = row.get(day_field)
    return bool(said) and datetime.strptime(str(said), "%a, %d %b %Y %H:%M:%S %z").date().isoformat() >= day


def _error(status: int, code: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply({"code": code, "message": message, "more_info": more, "status": status}, status)
