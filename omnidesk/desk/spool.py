"""The spool: what an agent wrote while the database was out of reach, in files of their own (promise 12).

Each lies under its UUID, which is the message's own, so that it is taken in exactly once when the database is back,
whoever was cut off in the middle. What waited longer than an hour is held where anything was said meanwhile, as every
message that waited so long (see desk.holding).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from omnidesk import clock
from omnidesk.desk import composing, drafts, holding
from omnidesk.desk.drafts import Written
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.errors import DatabaseLostError, OmniDeskError
from omnidesk.words.kinds import Status
from omnidesk.words.rows import Actor, Address, Enclosure
from omnidesk.words.speech import _

Sort = Literal["reply", "note", "aside", "new", "draft"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One text that waits for the database. `at` (UTC ms) is when the agent let go of it; a draft names in
    `draft_sort` what it is the draft of; the rest is as `composing.reply` takes it."""

    sort: Sort
    conversation_id: int
    written: Written
    draft_sort: str = ""
    when: composing.When = field(default_factory=composing.When)
    sender_only: bool = False
    confirmed: bool = False
    key: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one of them: on its way, stored (note, draft), held, or refused and kept as a draft; `why` says
    more in words."""

    waiting: Waiting
    became: Literal["queued", "stored", "held", "refused"]
    conversation_id: int
    why: str = ""


def keep(workspace: Workspace, actor: Actor, one: Waiting) -> Waiting:
    """Keep a text in the spool; a draft takes the place of the one before. Raises OmniDeskError where even that
    fails."""
    draft = f"draft-{one.conversation_id}-{one.draft_sort}"
    made = asdict(one) | {"key": one.key or (draft if one.sort == "draft" else str(uuid.uuid4())), "at": clock.now()}
    folder = _folder(workspace, actor)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = folder / f"{made['key']}.{os.getpid()}.part"
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            json.dump(made, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / f"{made['key']}.json")
    except OSError as error:
        raise OmniDeskError(
            _("the database is out of reach, and {folder} cannot be written ({why}): copy your text").format(
                folder=folder, why=error.strerror
            )
        ) from error
    if one.sort != "draft":
        (folder / f"{draft_key(one)}.json").unlink(missing_ok=True)  # it was sent: its draft is no more
    return _read(made)


def draft_key(one: Waiting) -> str:
    """Return the key under which the draft of a text lies in the spool."""
    return f"draft-{one.conversation_id}-{one.sort}"


def waiting(workspace: Workspace, actor: Actor) -> list[Waiting]:
    """Return what waits, in the order it was written."""
    found = []
    for path in _folder(workspace, actor).glob("*.json"):
        try:
            found.append(_read(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError, KeyError):
            continue  # taken in by another console at this moment, or not ours to understand: it stays
    return sorted(found, key=lambda one: (one.at, one.key))


def take_in(workspace: Workspace, actor: Actor) -> list[TakenIn]:
    """Take what waits into the workspace, each exactly once; what cannot go becomes a draft and says why.

    Raises DatabaseLostError where the database is lost again: what was not taken in waits on."""
    folder = _folder(workspace, actor)
    if not folder.is_dir():
        return []
    done = []
    with _alone(folder):
        for one in waiting(workspace, actor):
            try:
                done.append(_take_in(workspace, actor, one))
            except DatabaseLostError:
                raise
            except OmniDeskError as error:
                sort = one.draft_sort if one.sort == "draft" else one.sort
                drafts.save(workspace, actor, one.conversation_id, sort, _beside(workspace, actor, one, sort))
                done.append(TakenIn(one, "refused", one.conversation_id, str(error)))
            (folder / f"{one.key}.json").unlink(missing_ok=True)
    return done


def _beside(workspace: Workspace, actor: Actor, one: Waiting, sort: str) -> Written:
    """Return what could not go, ahead of what the agent began to write in its place meanwhile."""
    begun = drafts.get(workspace, actor, one.conversation_id, sort)
    if begun is None or begun.updated_at <= one.at or not begun.text.strip():
        return one.written
    return replace(one.written, text=f"{one.written.text}\n\n{begun.text}")


def _take_in(workspace: Workspace, actor: Actor, one: Waiting) -> TakenIn:
    written, who = one.written, (workspace, actor)
    if one.sort == "draft":
        known = drafts.get(workspace, actor, one.conversation_id, one.draft_sort)
        if known is None or known.updated_at < one.at:
            drafts.save(workspace, actor, one.conversation_id, one.draft_sort, written)
        return TakenIn(one, "stored", one.conversation_id)
    if one.sort == "note":
        composing.note(*who, one.conversation_id, written.text, key=one.key)
        return TakenIn(one, "stored", one.conversation_id)
    to, cc, bcc = ([_typed(person) for person in some or ()] for some in (written.to, written.cc, written.bcc))
    when = composing.When(
        now=one.when.now,
        at=one.when.at if one.when.at is not None and one.when.at > clock.now() else None,
        status=one.when.status,
        for_whom=one.when.for_whom,
        until=one.when.until,
        written_at=one.at,
    )
    if one.sort == "new":
        assert written.channel is not None
        queued = composing.new(
            *who, to, written.channel, written.subject, written.text, cc=cc, bcc=bcc, files=written.files, key=one.key,
            when=when,
        )  # fmt: skip
    elif one.sort == "aside":
        queued = composing.forward(
            *who, one.conversation_id, to, written.text, via=written.channel, cc=cc, bcc=bcc,
            subject=written.subject or None, files=written.files, key=one.key, when=when,
        )  # fmt: skip
    else:
        queued = composing.reply(
            *who, one.conversation_id, written.text, via=written.channel, to=to or None, cc=cc, bcc=bcc,
            files=written.files, key=one.key, to_sender_only=one.sender_only, when=when, confirmed=one.confirmed,
        )  # fmt: skip
    held = holding.said_meanwhile(workspace, queued.message.id)
    return TakenIn(one, "queued" if held is None else "held", queued.message.conversation_id, held or "")


def said(done: list[TakenIn]) -> str:
    """Return in one line what became of what waited; "" where nothing did."""
    words = {
        "queued": _("{count} on the way"),
        "held": _("{count} held, something was said meanwhile"),
        "stored": _("{count} drafts and notes stored"),
        "refused": _("{count} kept as drafts"),
    }
    counts = {became: sum(one.became == became for one in done) for became in words}
    parts = [words[became].format(count=count) for became, count in counts.items() if count]
    parts += [one_line(f"#{one.conversation_id}: {one.why}", 120) for one in done if one.became == "refused"][:1]
    return _("the database is back: {what}").format(what=", ".join(parts)) if parts else ""


def _folder(workspace: Workspace, actor: Actor) -> Path:
    from platformdirs import user_data_path

    place = hashlib.sha256(f"{workspace.database.name}\0{actor.name}".encode()).hexdigest()[:16]
    return user_data_path("omnidesk") / "spool" / place


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one console at a time take in; another waits."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _typed(person: Address) -> str:
    return f'"{person.name}" <{person.address}>' if person.name else person.address


def _read(kept: dict[str, Any]) -> Waiting:
    written, when = kept["written"], kept["when"]
    people = {
        name: None if written[name] is None else tuple(Address(one["name"], one["address"]) for one in written[name])
        for name in ("to", "cc", "bcc")
    }
    return Waiting(
        sort=kept["sort"],
        conversation_id=int(kept["conversation_id"]),
        written=Written(
            text=written["text"],
            channel=written["channel"],
            subject=written["subject"],
            files=tuple(Enclosure(one["name"], one["size"], one["source"]) for one in written["files"]),
            macros=tuple((int(one[0]), str(one[1]), str(one[2])) for one in written["macros"]),
            **people,
        ),
        draft_sort=kept["draft_sort"],
        when=composing.When(
            **{**when, "status": None if when["status"] is None else Status(when["status"])},
        ),
        sender_only=kept["sender_only"],
        confirmed=kept["confirmed"],
        key=kept["key"],
        at=int(kept["at"]),
    )
