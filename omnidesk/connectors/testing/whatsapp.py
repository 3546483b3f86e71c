"""WhatsApp's Cloud API, played as its documents describe it: one number of one account.

What it takes is judged as WhatsApp does: outside 24 hours after the customer's last message a text is taken and then
reported as failed (131047), a template with another number of values is refused (132000), one that is not there too
(132001). `hook_url` is where it posts what happens; without one it only remembers.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing.fake import Asked, Reply
from omnidesk.connectors.testing.harness import post
from omnidesk.connectors.testing.meta import FakeGraph, error, path_of, signed, wrapped

PHONE_ID, WABA_ID = "106540352242922", "102290129340398"
NUMBER = "+31970102000"
TOKEN, APP_SECRET, VERIFY_TOKEN = "EAAJB-token-of-the-tests", "secret-of-the-app-1234", "a-word-of-ours-1234"
DAY = 24 * 3_600
TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name": "order_update", "language": "en", "status": "APPROVED", "category": "UTILITY", "id": "1192339204654487",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Your order"},
            {
                "type": "BODY", "text": "Hello {{1}}, we have news about your order {{2}}. May we tell you here?",
                "example": {"body_text": [["Bram", "NL-10234"]]},
            },
            {"type": "FOOTER", "text": "The shop"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes, tell me"}]},
        ],
    },
    {
        "name": "order_update", "language": "nl", "status": "APPROVED", "category": "UTILITY", "id": "1192339204654488",
        "components": [
            {
                "type": "BODY", "text": "Hallo {{1}}, er is nieuws over je bestelling {{2}}. Mogen we dat hier zeggen?",
                "example": {"body_text": [["Bram", "NL-10234"]]},
            },
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Ja, graag"}]},
        ],
    },
    {
        "name": "track_parcel", "language": "en_US", "status": "APPROVED", "category": "UTILITY",
        "parameter_format": "NAMED", "id": "1192339204654489",
        "components": [
            {
                "type": "HEADER", "format": "TEXT", "text": "Parcel {{parcel}}",
                "example": {"header_text_named_params": [{"param_name": "parcel", "example": "3SABC"}]},
            },
            {
                "type": "BODY", "text": "It comes on {{day}}.",
                "example": {"body_text_named_params": [{"param_name": "day", "example": "Thursday"}]},
            },
            {
                "type": "BUTTONS",
                "buttons": [
                    {
                        "type": "URL", "text": "Follow it", "url": "https://shop.example/track/{{1}}",
                        "example": ["https://shop.example/track/3SABC"],
                    }
                ],
            },
        ],
    },
    {
        "name": "autumn_sale", "language": "en", "status": "APPROVED", "category": "MARKETING",
        "id": "1192339204654490",
        "components": [{"type": "BODY", "text": "Our autumn sale is on!"}],
    },
    {
        "name": "with_picture", "language": "en", "status": "APPROVED", "category": "MARKETING",
        "id": "1192339204654491",
        "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Look at this."}],
    },
    {
        "name": "refused_one", "language": "en", "status": "REJECTED", "category": "MARKETING",
        "id": "1192339204654492",
        "components": [{"type": "BODY", "text": "Never mind."}],
    },
)  # fmt: skip


@dataclass
class Taken:
    """A message that was taken: its id, and what was posted."""

    wamid: str
    said: dict[str, Any]

    @property
    def key(self) -> str:
        """Our own name for it."""
        return str(self.said.get("biz_opaque_callback_data", ""))


class FakeWhatsApp(FakeGraph):
    """One number. `wrote` is when each customer (their number without +) wrote last, in UTC milliseconds."""

    def __init__(self) -> None:
        super().__init__(TOKEN)
        self.hook_url = ""
        self.templates: list[dict[str, Any]] = [dict(one) for one in TEMPLATES]
        self.taken: list[Taken] = []
        self.read: list[str] = []
        self.wrote: dict[str, int] = {}
        self.media: dict[str, tuple[str, str, bytes]] = {}
        self.subscribed = True
        self.page_size = 2
        self._count = itertools.count(1)

    # --- what customers do

    def message(self, sender: str, kind: str, content: Any, ago: float = 0.0, **more: Any) -> dict[str, Any]:
        """Return a message as a webhook has it, from a number without +; it opens the window."""
        at = clock.now() - int(ago * 1000)
        self.wrote[sender] = max(at, self.wrote.get(sender, 0))
        said = {"from": sender, "id": self._wamid("in", sender), "timestamp": str(at // 1000), "type": kind}
        return said | ({kind: content} if content is not None else {}) | more

    def keep(self, name: str, content_type: str, data: bytes) -> str:
        """Keep a file that a customer sends; return its id."""
        found = str(2_600_000_000_000_000 + next(self._count))
        self.media[found] = (name, content_type, data)
        return found

    def webhook(
        self, url: str, messages: Sequence[Mapping[str, Any]] = (), name: str = "Bram de Vries", **lists: Any
    ) -> WebhookRequest:
        """Return a webhook with messages and whatever else it has (`statuses`, `message_echoes`)."""
        people = {str(one["from"]): name for one in messages}
        contacts = [{"profile": {"name": said}, "wa_id": number} for number, said in people.items()]
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": NUMBER.removeprefix("+"), "phone_number_id": PHONE_ID},
            **({"contacts": contacts, "messages": list(messages)} if messages else {}),
            **lists,
        }
        field = "smb_message_echoes" if "message_echoes" in lists else "messages"
        entry = {"id": WABA_ID, "changes": [{"value": value, "field": field}]}
        return signed(url, wrapped("whatsapp_business_account", entry), APP_SECRET)

    def report(self, taken: Taken, status: str, error_code: int = 0, title: str = "") -> dict[str, Any]:
        """Return what WhatsApp tells of a message of ours."""
        said: dict[str, Any] = {
            "id": taken.wamid, "status": status, "timestamp": str(clock.now() // 1000),
            "recipient_id": str(taken.said.get("to", "")).removeprefix("+"),
        }  # fmt: skip
        if taken.key:
            said["biz_opaque_callback_data"] = taken.key
        if error_code:
            said["errors"] = [{"code": error_code, "title": title, "message": title, "error_data": {"details": title}}]
        return said

    def tell(self, **lists: Any) -> None:
        """Post something to where webhooks go, beside whatever is being answered."""
        if self.hook_url:
            request = self.webhook(self.hook_url, **lists)
            threading.Thread(target=post, args=(request,), daemon=True).start()

    # --- what it answers

    def authorized(self, asked: Asked) -> bool:
        """The bearer token; files too are given to nobody else."""
        return super().authorized(asked)

    def sends(self, asked: Asked) -> bool:
        """A message; a receipt and a file may go as often as one likes."""
        return asked.method == "POST" and asked.path.endswith("/messages") and b'"status"' not in asked.body

    def answer(self, asked: Asked) -> Reply:
        """Answer a request."""
        path = path_of(asked)
        if path.startswith("/kept/"):
            return self._file(path.removeprefix("/kept/"))
        if asked.method == "POST":
            return self._posted(asked, path)
        if path == f"/{PHONE_ID}":
            return Reply({
                "id": PHONE_ID, "display_phone_number": NUMBER, "verified_name": "The shop", "status": "CONNECTED",
                "quality_rating": "GREEN", "platform_type": "CLOUD_API",
            })  # fmt: skip
        if path == f"/{WABA_ID}/message_templates":
            return self._listed(asked)
        if path == f"/{WABA_ID}/subscribed_apps":
            app = {"whatsapp_business_api_data": {"id": "1", "name": "desk", "link": "https://desk.example"}}
            return Reply({"data": [app] if self.subscribed else []})
        if path.removeprefix("/") in self.media:
            return self._about(path.removeprefix("/"))
        return error(100, f"Unsupported get request. Object with ID '{path[1:]}' does not exist", 400, subcode=33)

    def _posted(self, asked: Asked, path: str) -> Reply:
        if path == f"/{PHONE_ID}/media":
            (name, data), form = next((file, data) for _, file, data in asked.parts() if file), asked.form()
            return Reply({"id": self.keep(name, form["type"], data)})
        if path != f"/{PHONE_ID}/messages":
            return error(100, "Unsupported post request", 400, subcode=33)
        said = asked.json()
        if said.get("status") == "read":
            self.read.append(said["message_id"])
            return Reply({"success": True})
        return self._taken(said)

    def _taken(self, said: dict[str, Any]) -> Reply:
        kind, to = said["type"], str(said.get("to") or said.get("recipient")).removeprefix("+")
        if kind == "template" and (refused := self._refused(said["template"])):
            return refused
        if kind != "template" and kind != "text" and said[kind].get("id") not in self.media:
            return error(131009, "Parameter value is not valid", 400, details="the media id is not known")
        taken = Taken(self._wamid("out", to), said)
        self.taken.append(taken)
        late = clock.now() - self.wrote.get(to, 0) > DAY * 1000
        if kind != "template" and late:
            title = "Message failed to send because more than 24 hours have passed since the customer last replied"
            self.tell(statuses=[self.report(taken, "failed", 131047, title)])
        return Reply({
            "messaging_product": "whatsapp", "contacts": [{"input": said.get("to", ""), "wa_id": to}],
            "messages": [{"id": taken.wamid, "message_status": "accepted"}],
        })  # fmt: skip

    def _refused(self, said: Mapping[str, Any]) -> Reply | None:
        """Return how a template is refused: it is not there, or has other fields."""
        named = [one for one in self.templates if one["name"] == said["name"] and one["status"] == "APPROVED"]
        found = next((one for one in named if one["language"] == said["language"]["code"]), None)
        if found is None:
            return error(132001, "Template name does not exist in the translation", 404)
        given = {part["type"]: len(part.get("parameters", ())) for part in said.get("components", ())}
        for part in found["components"]:
            kind = str(part["type"]).lower()
            if kind in ("header", "body") and str(part.get("text", "")).count("{{") != given.get(kind, 0):
                return error(132000, "Number of parameters does not match the expected number of params", 400)
        return None

    def _listed(self, asked: Asked) -> Reply:
        start = int(asked.query.get("after", "0"))
        rows = self.templates[start : start + self.page_size]
        more = start + self.page_size < len(self.templates)
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + self.page_size)}}
        if more:
            paging["next"] = f"{self.url}{asked.path}?access_token={self.token}&after={start + self.page_size}"
        return Reply({"data": rows, "paging": paging})

    def _about(self, media_id: str) -> Reply:
        _name, content_type, data = self.media[media_id]
        return Reply({
            "messaging_product": "whatsapp", "id": media_id, "mime_type": content_type,
            "sha256": hashlib.sha256(data).hexdigest(), "file_size": str(len(data)),
            "url": f"{self.url}/kept/{media_id}",
        })  # fmt: skip

    def _file(self, media_id: str) -> Reply:
        return Reply(self.media[media_id][2]) if media_id in self.media else Reply(b"", 404)

    def _wamid(self, way: str, number: str) -> str:
        return f"wamid.{way}.{number}.{next(self._count):06d}"
