"""Telephone calls by Twilio: each with how it went, who took it, and its recording when there is one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

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
    Outgoing,
    Payload,
    SendResult,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.manifest import Attachments, Manifest
from omnidesk.connectors.since import Entry
from omnidesk.connectors.twilio import calls
from omnidesk.connectors.twilio.account import ANSWERED, SECRETS, SETTINGS, TwilioConnector, moment, word

BATCH = 20
MANIFEST = Manifest(
    kind="twilio-voice",
    name="Telephone (Twilio)",
    badge="tel",
    inbound=("poll", "webhook"),
    outbound="none",
    threading="contact",
    idempotency="none",
    identity_kinds=("phone",),
    settings=SETTINGS,
    secrets=SECRETS,
    auth=("token",),
    attachments=Attachments(inbound=True, media_types=("audio/*",)),
    about="Calls and recordings of a number at Twilio.",
    joins="never",
    target_minutes=30,
    poll_seconds=15.0,
    history=True,
    privacy="Calls and recordings lie at Twilio, as your account there says; they are read from there.",
)


class TwilioVoice(TwilioConnector):
    """Calls to and from one number."""

    manifest = MANIFEST

    async def check(self) -> Checked:
        """Log in, and look whether the number takes calls."""
        return await self.looked_at("voice")

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield calls and recordings since the day before the last poll."""
        day, number = since.day(cursor, since.days(self.account.settings)), self.account.address
        when = {"StartTime>": day}
        to_us = await self.listed("/Calls", {"To": number, **when})
        ours = {word(row, "sid") for row in to_us}
        from_us = [
            row
            for row in await self.listed("/Calls", {"From": number, **when})
            if row.get("parent_call_sid") not in ours
        ]
        recordings = await self.listed("/Recordings", {"DateCreated>": day})
        entries = [entry for row in (*to_us, *from_us, *recordings) if (entry := _entry(row))]
        fresh, after = since.unread(entries, cursor)
        for start in range(0, len(fresh), BATCH):
            some = fresh[start : start + BATCH]
            done = start + len(some)
            found = [await self._item(entry) for entry in some]
            items = tuple(item for item in found if item is not None)
            yield Batch(items, after if done == len(fresh) else cursor, done, len(fresh))
        if not fresh and after != cursor:
            yield Batch((), after)

    async def _item(self, entry: Entry) -> Item | None:
        row = entry.row
        if word(row, "call_sid"):
            return await self._recorded(row)
        if word(row, "status") in calls.ENDED:
            return await self._ended(row)
        return _packed(entry.mark, entry.at, {"call": row})

    async def _ended(self, call: Mapping[str, Any]) -> Item:
        """Return the item of a call that has ended, with what tells how it went."""
        sid = word(call, "sid")
        said = {"call": call, **await self._around(call)}
        return _packed(f"{sid}/{word(call, 'status')}", moment(call, "end_time", "date_created") or clock.now(), said)

    async def _around(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Return the legs and recordings of a call where they say how it went."""
        if word(call, "status") != "completed" or not word(call, "direction").startswith("inbound"):
            return {}
        sid = word(call, "sid")
        return {
            "legs": await self.listed("/Calls", {"ParentCallSid": sid}),
            "recordings": await self.listed("/Recordings", {"CallSid": sid}),
        }

    async def _recorded(self, recording: Mapping[str, Any]) -> Item | None:
        """Return the item of a recording with its call, None where it is of another number's call."""
        call = await self.read(f"/Calls/{word(recording, 'call_sid')}.json")
        parent = word(call, "parent_call_sid")
        number = self.account.address
        if parent:
            whole = await self.read(f"/Calls/{parent}.json")
            call = whole if number in (word(whole, "to"), word(whole, "from")) else call
        if number not in (word(call, "to"), word(call, "from")):
            return None
        around = await self._around(call)
        said = {"call": call, "legs": around.get("legs", []), "recordings": [recording], "adds_recording": True}
        at = moment(recording, "date_created", "start_time") or clock.now()
        return _packed(word(recording, "sid"), at, said)

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take news of a call that Twilio signed; of one that ended, or was recorded, the whole is asked for.

        Where that cannot be had now, the next poll brings it."""
        form = self.posted(request)
        if form is None:
            return WebhookAnswer(401, b"wrong signature")
        item = await self._told(form, request.body)
        return ANSWERED if item is None else replace(ANSWERED, batch=Batch((item,), {}))

    async def _told(self, form: Mapping[str, str], body: bytes) -> Item | None:
        sid, status = word(form, "CallSid"), word(form, "CallStatus")
        parent = word(form, "ParentCallSid")
        try:
            if word(form, "RecordingSid") and word(form, "RecordingStatus"):
                recording = await self.read(f"/Recordings/{word(form, 'RecordingSid')}.json")
                return await self._recorded(recording) if _entry(recording) else None
            if status in calls.ENDED and not parent:
                return await self._ended(await self.read(f"/Calls/{sid}.json"))
        except ConnectorError:
            return None
        if status in calls.ENDED or (parent and status != "in-progress"):
            return None
        source = f"{sid}/{status}" if sid else self.identify(body)
        return Item(source, body, clock.now(), "application/x-www-form-urlencoded")

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one piece of news about a call. Raises DecodeError."""
        return (calls.decoded(item),)

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Refuse: nothing is written to a telephone."""
        raise ValueError("nothing can be written to a telephone: call back, or answer on another channel")

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Refuse, as `prepare` does."""
        return Failed("nothing can be written to a telephone")


def _packed(source: str, at: int, said: Mapping[str, Any]) -> Item:
    return Item(source, json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), at, "application/json")


def _entry(row: Mapping[str, Any]) -> Entry | None:
    """Return what is listed as an entry, None for a recording that is not ready."""
    sid, status = word(row, "sid"), word(row, "status")
    at = moment(row, "start_time", "date_created") or clock.now()
    if not sid or (word(row, "call_sid") and status != "completed"):
        return None
    return Entry(at, sid if word(row, "call_sid") else f"{sid}/{status}", row)
