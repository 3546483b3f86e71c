"""What an answer becomes: one request, or several where it holds many files or more text than one message may.

A payload is one line of JSON, the steps, then the bytes of all files. Nothing is markup: no parse_mode is ever named,
so that a text arrives as it was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from omnidesk.connectors.base import File, Outgoing, Payload
from omnidesk.connectors.http import Part
from omnidesk.connectors.telegram.incoming import place
from omnidesk.connectors.telegram.manifest import LONGEST_CAPTION, LONGEST_TEXT, MOST_FILES, MOST_PHOTO, MOST_UPLOAD
from omnidesk.text.measure import length, pieces

PHOTOS = ("image/jpeg", "image/png", "image/webp")
"""What is shown as a picture; the rest, and what is too large for one, goes as a document."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a step: how the form names it, and where its bytes lie in the payload."""

    field: str
    name: str
    content_type: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Step:
    """One request: a method, its fields as JSON values, and files."""

    method: str
    fields: Mapping[str, Any]
    files: tuple[Enclosed, ...] = ()

    def form(self, chat: int | None = None) -> dict[str, str]:
        """Return the fields as a form has them; `chat` takes the place of the one that is named."""
        fields = {**self.fields, **({"chat_id": chat} if chat else {})}
        return {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in fields.items()
        }

    def parts(self, data: bytes) -> dict[str, Part]:
        """Return the files as a form has them."""
        return {one.field: (one.name, data[one.begin : one.end], one.content_type) for one in self.files}

    def as_documents(self) -> Step | None:
        """Return the step with its pictures sent as documents, None where it holds none."""
        if self.method == "sendPhoto":
            files = tuple(replace(one, field="document") for one in self.files)
            return replace(self, method="sendDocument", files=files)
        media = self.fields.get("media") or []
        if not any(one["type"] == "photo" for one in media):
            return None
        return replace(self, fields={**self.fields, "media": [{**one, "type": "document"} for one in media]})


@dataclass(slots=True)
class _Steps:
    """Steps as they are put together: all to one chat, the first of them as a reply."""

    common: dict[str, Any]
    reply: dict[str, Any]
    found: list[Step] = field(default_factory=list)

    def add(self, method: str, fields: Mapping[str, Any], files: Sequence[Enclosed] = ()) -> None:
        """Add one request."""
        first = {} if self.found else self.reply
        self.found.append(Step(method, {**self.common, **fields, **first}, tuple(files)))


def prepare(outgoing: Outgoing) -> Payload:
    """Return what goes out. Raises ValueError in words."""
    chat, topic = _where(outgoing)
    text = outgoing.text.strip()
    if not text and not outgoing.files:
        raise ValueError("a message on Telegram needs a text or a file")
    _look_at(outgoing.files)
    common = {"chat_id": chat, **({"message_thread_id": topic} if topic else {})}
    steps = _Steps(common, _reply(outgoing.in_reply_to, chat))
    caption = bool(outgoing.files) and length(text, "utf16") <= LONGEST_CAPTION
    for piece in () if caption or not text else pieces(text, "utf16", LONGEST_TEXT):
        steps.add("sendMessage", {"text": piece})
    for place_, (photos, some) in enumerate(_groups(outgoing.files)):
        _enclose(steps, some, photos, text if caption and place_ == 0 else "")
    head = json.dumps([asdict(step) for step in steps.found], ensure_ascii=False).encode()
    return Payload(b"\n".join((head, b"".join(file.data for file in outgoing.files))))


def read(data: bytes) -> tuple[list[Step], bytes]:
    """Return the steps of a payload and the bytes of its files."""
    head, _, rest = data.partition(b"\n")
    steps = [
        Step(one["method"], one["fields"], tuple(Enclosed(**file) for file in one["files"])) for one in json.loads(head)
    ]
    return steps, rest


def _where(outgoing: Outgoing) -> tuple[int, int]:
    """Return chat and topic. Only what answers in public goes into a group, whatever thread it goes on with."""
    if len(outgoing.to) != 1 or outgoing.cc or outgoing.bcc:
        raise ValueError("a message on Telegram goes to one customer")
    address = outgoing.to[0].address
    if outgoing.public:
        chat, topic = place(outgoing.thread)
        if not chat:
            raise ValueError("it is not known in which group it was asked")
        return chat, topic
    chat, _ = place(address)
    if chat <= 0:
        raise ValueError(
            f"{address} is no number of a customer on Telegram: a bot reaches people by their number alone"
        )
    return chat, 0


def _reply(parent: str, chat: int) -> dict[str, Any]:
    """Name the message that is answered, where it stands in the same chat; one that was deleted holds nothing up."""
    where, _, number = parent.rpartition("/")
    if not number.isdecimal() or where.rpartition("/")[2] != str(chat):
        return {}
    return {"reply_parameters": {"message_id": int(number), "allow_sending_without_reply": True}}


def _look_at(files: Sequence[File]) -> None:
    if len(files) > MOST_FILES:
        raise ValueError(f"Telegram takes {MOST_FILES} files at once")
    for file in files:
        if not file.data:
            raise ValueError(f"{file.name} is empty, and Telegram takes no empty files")
        if len(file.data) > MOST_UPLOAD:
            raise ValueError(f"{file.name} has {len(file.data) / 1e6:.0f} MB, Telegram takes {MOST_UPLOAD / 1e6:.0f}")


def _groups(files: Sequence[File]) -> Iterator[tuple[bool, list[tuple[File, int]]]]:
    """Yield pictures, then documents, which no album holds both of; each file with where its bytes begin."""
    placed, begin = [], 0
    for file in files:
        placed.append((file, begin))
        begin += len(file.data)
    for photos in (True, False):
        if some := [one for one in placed if _is_photo(one[0]) is photos]:
            yield photos, some


def _is_photo(file: File) -> bool:
    return file.content_type.lower() in PHOTOS and len(file.data) <= MOST_PHOTO


def _enclose(steps: _Steps, files: Sequence[tuple[File, int]], photos: bool, caption: str) -> None:
    kind = "photo" if photos else "document"
    alone = len(files) == 1
    enclosed = [
        Enclosed(kind if alone else f"file{number}", file.name, file.content_type, begin, begin + len(file.data))
        for number, (file, begin) in enumerate(files)
    ]
    said = {"caption": caption} if caption else {}
    if alone:
        steps.add("sendPhoto" if photos else "sendDocument", said, enclosed)
        return
    media = [{"type": kind, "media": f"attach://{one.field}"} for one in enclosed]
    steps.add("sendMediaGroup", {"media": [{**media[0], **said}, *media[1:]]}, enclosed)
