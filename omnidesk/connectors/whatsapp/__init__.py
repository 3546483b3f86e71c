"""WhatsApp by Meta's Cloud API: told of messages by webhook alone; after a day of silence only templates go out.

manifest   what it can do, as data; the files it carries     errors      what its errors mean
incoming   what a webhook brings, and what it becomes        contents    what a message says, by its type
payloads   what a message of ours becomes                    templates   approved texts, listed and filled in

Sources: https://developers.facebook.com/docs/whatsapp/cloud-api and the OpenAPI of facebook/openapi (MIT).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Decoded,
    Failed,
    Item,
    Outgoing,
    Payload,
    Retry,
    SendResult,
    Sent,
    Template,
    Unknown,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.http import Answer, AnswerError
from omnidesk.connectors.meta import Graph, turned_away
from omnidesk.connectors.whatsapp import incoming, payloads, templates
from omnidesk.connectors.whatsapp.contents import parts, word
from omnidesk.connectors.whatsapp.errors import ERRORS
from omnidesk.connectors.whatsapp.manifest import MANIFEST

_ID = re.compile(r"\d{5,25}")
_ABOUT = "display_phone_number,verified_name,quality_rating,status,platform_type"


class WhatsAppConnector(Connector):
    """One number of a WhatsApp Business account."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.graph = Graph(account, ERRORS)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self.graph.aclose()

    def _id(self, key: str) -> str:
        """Return one of the ids in the settings. Raises ConnectorError where it is none."""
        said = str(self.account.settings.get(key) or "").strip()
        if not _ID.fullmatch(said):
            raise ConnectorError(f"{key} is a number that Meta shows under WhatsApp, API Setup: look there")
        return said

    # --- setting up

    async def check(self) -> Checked:
        """Log in, and look whether the number is the account's, may send, and has its webhooks delivered."""
        about = await self.graph.read(self._id("phone_number_id"), fields=_ABOUT)
        rows = await self._listed()
        warnings = [*self._of_number(about), *await self._of_webhooks()]
        usable = [one for one in map(templates.listed, rows) if one is not None]
        approved = sum(word(row, "status") == "APPROVED" for row in rows)
        details = [f"{len(usable)} templates"]
        if approved > len(usable):
            details.append(f"{approved - len(usable)} more take pictures or codes, and cannot be filled in here")
        number = word(about, "display_phone_number") or self.account.address
        return Checked(word(about, "verified_name") or number, number, None, None, tuple(details), tuple(warnings))

    def _of_number(self, about: Mapping[str, Any]) -> list[str]:
        found = []
        digits = re.sub(r"\D", "", word(about, "display_phone_number"))
        if digits and digits != re.sub(r"\D", "", self.account.address):
            found.append(f"the phone number ID is that of +{digits}, and not of {self.account.address}")
        if word(about, "status") not in ("", "CONNECTED"):
            found.append(f"the number is {word(about, 'status').lower()} at WhatsApp, not connected")
        if word(about, "quality_rating") == "RED":
            found.append("WhatsApp rates this number low: too many customers block it or complain")
        return found

    async def _of_webhooks(self) -> list[str]:
        """Webhooks come only where an app is subscribed to the account, beside being set up in the app."""
        try:
            apps = await self.graph.read(f"{self._id('waba_id')}/subscribed_apps")
        except AnswerError:
            return []
        if parts(apps, "data"):
            return []
        return ["no app is subscribed to this WhatsApp account: no message will come in (see docs/whatsapp.md)"]

    async def _listed(self) -> list[Mapping[str, Any]]:
        return await self.graph.pages(f"{self._id('waba_id')}/message_templates", fields=templates.FIELDS, limit=100)

    async def templates(self) -> Sequence[Template]:
        """List the approved texts that can be filled in with words."""
        return [one for one in map(templates.listed, await self._listed()) if one is not None]

    # --- what comes in

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take what Meta signed: messages, news of ours, what somebody typed on the phone."""
        refused = turned_away(request, self.account.secrets)
        if refused is not None:
            return refused
        found = tuple(incoming.items(request.body, self._id("phone_number_id")))
        return WebhookAnswer(batch=Batch(found, {}))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one thing that a webhook brought, or a whole webhook. Raises DecodeError."""
        return incoming.decoded(item)

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream a file: where it lies holds for five minutes, so it is asked for first. Raises ConnectorError."""
        link = word(await self.graph.read(reference, phone_number_id=self._id("phone_number_id")), "url")
        if not link:
            raise ConnectorError("Meta does not say where the file lies: it keeps files for 30 days")
        async for part in self.graph.download(link):
            yield part

    # --- what goes out

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make what WhatsApp takes. Raises ValueError in words."""
        return payloads.prepared(outgoing)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Upload the files, then hand the messages over in their order; WhatsApp keeps none from being sent twice."""
        messages, files = payloads.unpacked(payload)
        ids: dict[int, str] = {}
        for file in files:
            try:
                ids[file.place] = await self._upload(file)
            except AnswerError as error:
                return Failed(str(error))
        done: list[str] = []
        for one in payloads.uploaded(messages, ids):
            outcome = await self._hand_over(one, committing if not done else _nothing)
            if isinstance(outcome, str):
                done.append(outcome)
            elif done and not isinstance(outcome, Unknown):
                return Unknown(f"{len(done)} of {len(messages)} parts went, then: {outcome.reason}")
            else:
                return outcome
        return Sent(tuple(done))

    async def _hand_over(self, message: Mapping[str, Any], committing: Committing) -> str | Retry | Failed | Unknown:
        answer = await self.graph.hand_over(
            committing, "POST", f"{self._id('phone_number_id')}/messages", json=dict(message)
        )
        if not isinstance(answer, Answer):
            return answer
        try:
            said = answer.json()
        except ConnectorError as error:
            return Unknown(str(error))
        first = next(iter(parts(said, "messages")), {}) if isinstance(said, dict) else {}
        return word(first, "id") or Unknown("WhatsApp took it and does not say as what")

    async def _upload(self, file: payloads.Enclosed) -> str:
        """Give a file to Meta; return under which id it is kept. Raises ConnectorError."""
        answer = await self.graph.post(
            f"{self._id('phone_number_id')}/media",
            form={"messaging_product": "whatsapp", "type": file.content_type},
            files={"file": (file.name, file.data, file.content_type)},
        )
        said = answer.json()
        found = word(said, "id") if isinstance(said, dict) else ""
        if not found:
            raise ConnectorError("Meta took the file and does not say under which id")
        return found

    async def after_sent(self, payload: Payload, key: str) -> None:
        """Mark what was answered as read, so that the customer sees two blue ticks."""
        answered = str(payload.envelope.get("answers") or "")
        if answered:
            said = {"messaging_product": "whatsapp", "status": "read", "message_id": answered}
            await self.graph.post(f"{self._id('phone_number_id')}/messages", json=said)


async def _nothing() -> None:
    """What precedes each part but the first: the first said already that from there on anything may have gone."""
