"""Text messages by Twilio: read by poll and webhook, sent once, with what became of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from omnidesk import clock
from omnidesk.connectors import since
from omnidesk.connectors.base import (
    Batch,
    Checked,
    Committing,
    ConnectorError,
    Cursor,
    Decoded,
    Failed,
    Item,
    NotSent,
    Outgoing,
    Payload,
    SendResult,
    Sent,
    Unknown,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.http import Answer
from omnidesk.connectors.manifest import Attachments, Manifest, RateLimit, Setting, TextRule
from omnidesk.connectors.since import Entry
from omnidesk.connectors.texting import text_message
from omnidesk.connectors.twilio import incoming
from omnidesk.connectors.twilio.account import ANSWERED, SECRETS, SETTINGS, TwilioConnector, moment, word

MOST_CHARS = 1_600
BATCH = 50
TRIAL = "Sent from your Twilio trial account - "
_SAME_MOMENT = 2 * clock.SECOND
"""How much earlier than it was written a message may have been made by the provider's clock, which counts seconds."""

MANIFEST = Manifest(
    kind="twilio-sms",
    name="SMS (Twilio)",
    badge="sms",
    inbound=("poll", "webhook"),
    outbound="start_new",
    threading="contact",
    idempotency="verify",
    identity_kinds=("phone",),
    settings=(
        *SETTINGS[:3],
        Setting("messaging_service", "Messaging service", "MG and 32 letters; it chooses the number that sends"),
        Setting(
            "hook_url", "Address of its webhooks", "such as https://desk.example.com/hooks/NAME: what became of a "
            "message is told there at once; else it is asked for", advanced=True,
        ),
        *SETTINGS[3:],
    ),
    secrets=SECRETS,
    auth=("token",),
    attachments=Attachments(inbound=True, outbound=True, max_bytes=5_000_000, max_count=10, fetched=True),
    text=TextRule(max_length=MOST_CHARS, segments=True),
    rate_limits=(RateLimit("send", 1, 1.0),),
    receipts=("delivered",),
    target_minutes=60,
    about="Text messages of a number at Twilio.",
    poll_seconds=20.0,
    history=True,
    privacy="Twilio gets the customer's number and what is written to them; it keeps both as your account there says.",
)  # fmt: skip


class TwilioSms(TwilioConnector):
    """Text messages of one number, or of one messaging service."""

    manifest = MANIFEST

    async def check(self) -> Checked:
        """Log in, and look whether the number takes text messages."""
        found = await self.looked_at("sms")
        if self._service:
            return replace(found, warnings=tuple(one for one in found.warnings if "has no number" not in one))
        return found

    @property
    def _service(self) -> str:
        return str(self.account.settings.get("messaging_service") or "")

    # --- what comes in

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield messages that came, and what became of ours, since the day before the last poll."""
        day = since.day(cursor, since.days(self.account.settings))
        rows = await self._rows(day)
        fresh, after = since.unread([entry for row in rows if (entry := _entry(row))], cursor)
        for start in range(0, len(fresh), BATCH):
            some = fresh[start : start + BATCH]
            done = start + len(some)
            items = tuple([await self._item(entry) for entry in some])
            yield Batch(items, after if done == len(fresh) else cursor, done, len(fresh))
        if not fresh and after != cursor:
            yield Batch((), after)

    async def _rows(self, day: str) -> list[Mapping[str, Any]]:
        """List from a day on what went to and from the number, or all of a service."""
        when, number = {"DateSent>": day}, self.account.address
        if not self._service:
            return [
                *await self.listed("/Messages", {"To": number, **when}),
                *await self.listed("/Messages", {"From": number, **when}),
            ]
        rows = await self.listed("/Messages", when)
        return [
            row for row in rows if row.get("messaging_service_sid") == self._service or number in _ends(row)
        ]  # fmt: skip

    async def _item(self, entry: Entry) -> Item:
        """Return what was listed as an item, with its files, which are listed apart."""
        row = dict(entry.row)
        if word(row, "num_media") not in ("", "0") and row.get("direction") == "inbound":
            row["media"] = await self.listed(f"/Messages/{word(row, 'sid')}/Media")
        raw = json.dumps(row, ensure_ascii=False, sort_keys=True).encode()
        return Item(entry.mark, raw, entry.at, "application/json")

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take a message, or what became of one of ours, that Twilio signed."""
        form = self.posted(request)
        if form is None:
            return WebhookAnswer(401, b"wrong signature")
        said = incoming.read(request.body)
        sid, status = word(said, "sid"), word(said, "status")
        if said.get("direction") != "inbound" and status not in incoming.REPORTED and sid:
            return ANSWERED
        source = sid if said.get("direction") == "inbound" else f"{sid}/{status}"
        item = Item(
            source if sid else self.identify(request.body), request.body, clock.now(),
            "application/x-www-form-urlencoded",
        )  # fmt: skip
        return replace(ANSWERED, batch=Batch((item,), {}))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one message, or what became of one of ours. Raises DecodeError."""
        return (incoming.decoded(item),)

    # --- what goes out

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make the form that Twilio takes. Raises ValueError in words."""
        text, warnings = text_message(outgoing, MOST_CHARS)
        if len(outgoing.links) < len(outgoing.files):
            raise ValueError("Twilio fetches files from this desk: say how the world reaches it with public_url")
        service = str(settings.get("messaging_service") or "")
        sender = ("MessagingServiceSid", service) if service else ("From", outgoing.sender.address)
        form = [("To", outgoing.to[0].address), sender, *((("Body", text),) if text else ())]
        form += [("MediaUrl", link) for link in outgoing.links]
        if hook := str(settings.get("hook_url") or ""):
            form.append(("StatusCallback", hook))
        return Payload(
            urlencode(form).encode(), {"to": outgoing.to[0].address, "text": text, "at": outgoing.at}, warnings
        )

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Hand a message over; Twilio has no key that would keep it from being sent twice."""
        answer = await self.client.hand_over(
            committing, "POST", self.path("/Messages.json"), data=payload.data, accept=(400,),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        if not isinstance(answer, Answer):
            return answer
        try:
            said = answer.json()
        except ConnectorError as error:
            return Unknown(str(error))
        if answer.status == 400:
            return Failed(incoming.failure(word(said, "code"), word(said, "message")))
        if word(said, "status") == "failed":
            return Failed(incoming.failure(word(said, "error_code"), word(said, "error_message")))
        return Sent((word(said, "sid"),), moment(said, "date_created"))

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Look for the message among the newest to that number: made after it was written, with the same words.

        Not asked for by day: what still waits at Twilio has no date on which it was sent."""
        written, text = int(payload.envelope["at"]), str(payload.envelope["text"])
        rows = await self.listed("/Messages", {"To": str(payload.envelope["to"])}, most_pages=1)
        found = [
            row
            for row in rows
            if str(row.get("direction")).startswith("outbound")
            and str(row.get("body")).removeprefix(TRIAL).strip() == text
            and (moment(row, "date_created") or written) >= written - _SAME_MOMENT
        ]
        if len(found) > 1:
            return Unknown("Twilio has several messages with these words to this number: look there which is this one")
        return Sent((word(found[0], "sid"),), moment(found[0], "date_created")) if found else NotSent()


def _entry(row: Mapping[str, Any]) -> Entry | None:
    """Return what is listed as an entry, None where it is no news yet."""
    sid, status = word(row, "sid"), word(row, "status")
    at = moment(row, "date_sent", "date_created") or clock.now()
    if row.get("direction") == "inbound":
        return Entry(at, sid, row) if sid and status != "receiving" else None
    return Entry(at, f"{sid}/{status}", row) if sid and status in incoming.REPORTED else None


def _ends(row: Mapping[str, Any]) -> tuple[str, str]:
    return word(row, "from"), word(row, "to")
