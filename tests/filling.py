"""Workspaces and messages for tests, filled the way the program fills them: every message goes through intake.

`open_desk(tmp_path)` gives a workspace with the agent sanne and a sample channel; `desk.receives(mail("1", "Where is
it?"))` takes in one mail from anna@example.test and returns the number of its conversation, `mail("2", answers="1")` is
her next one in it; `desk.sends_all()` brings out what is due, without an engine.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import agents, channels, intake, outbox, workspace
from omnidesk.desk.intake import Held
from omnidesk.desk.workspace import Workspace
from omnidesk.store import leases
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Actor, Channel
from tests import postgres

NOON = 1_795_435_200_000
"""Monday 23 November 2026, 12:00 UTC: where tests with a frozen clock begin."""

ANNA, BRAM, CARO = "anna@example.test", "bram@example.test", "caro@example.test"
SUPPORT = "support@shop.test"


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace with an agent who acts and a sample channel; `folder` is where the channel's files lie."""

    workspace: Workspace
    me: Actor
    channel: Channel
    folder: Path

    def receives(self, *items: Item, channel: Channel | None = None, imported: bool = False) -> list[int]:
        """Take items in, in one batch; return the conversation of each (0 for what was quarantined or refused)."""
        source = channel or self.channel
        admit(self.workspace, source, *items, imported=imported)
        intake.settle_rest(self.workspace, source.id)
        return [conversation_of(self.workspace, item.source_id, source) or 0 for item in items]

    def adds_channel(self, name: str, address: str, kind: str = "sample", **fields: Any) -> Channel:
        """Add a channel; `settings`, `history_days` and `read_only` as for `channels.add`."""
        settings = fields.pop("settings", None) or {"folder": str(self.folder)}
        return channels.add(self.workspace, self.me, kind, name, address, settings, **fields)[1]

    def another_agent(self, login: str) -> Actor:
        """Return an agent by login, made where there is none."""
        agent = agents.set_agent(self.workspace, self.me, login)[1]
        return Actor(agent.login, agent.id)

    def sends_all(self, channel: Channel | None = None) -> list[int]:
        """Bring what is due on a channel out, as the engine would with a provider that takes everything."""
        wanted = channel or self.channel
        held = hold(self.workspace, wanted)
        sent = []
        while claimed := outbox.claim(self.workspace, wanted.id, held):
            outbox.committing(self.workspace, claimed.message_id, held)
            outbox.finish(self.workspace, claimed.message_id, held, MessageStatus.SENT)
            sent.append(claimed.message_id)
        return sent

    def count(self, table: str, where: str = "TRUE") -> int:
        """Count rows of a table."""
        return int(self.workspace.database.reader.value(f"SELECT count(*) FROM {table} WHERE {where}"))

    def value(self, sql: str, *values: Any) -> Any:
        """Return the first column of the first row of a query."""
        return self.workspace.database.reader.value(sql, values)


def open_desk(folder: Path) -> Desk:
    """Return a new workspace in `folder`/home: the agent `sanne`, and a sample channel `demo` of support@shop.test."""
    opened = new_workspace(folder / "home")
    files = folder / "demo"
    files.mkdir(exist_ok=True)
    sanne = agents.get_agent(opened, "sanne")
    me = Actor(sanne.login, sanne.id)
    _, channel = channels.add(opened, me, "sample", "demo", SUPPORT, {"folder": str(files)})
    return Desk(opened, me, channel, files)


def new_workspace(home: Path) -> Workspace:
    """Return a new workspace with the agent `sanne`: a copy of one that was migrated once.

    It lives in PostgreSQL where the test asks for that (see tests.postgres)."""
    shutil.copytree(_migrated(), home)
    if (server := postgres.wanted()) is not None:
        url = server.database(_migrated_in)
        (home / "config.toml").write_text(f'database = "{url}"\n')
        (home / "omnidesk.db").unlink()
    return workspace.open_workspace(home)


def _migrated_in(url: str) -> None:
    """Make the workspace in a database that others are copied from, with the keys of the one in SQLite."""
    folder = Path(tempfile.mkdtemp(prefix="omnidesk-"))
    try:
        (folder / "keys").write_text((_migrated() / "keys").read_text())
        (folder / "config.toml").write_text(f'database = "{url}"\n')
        with mock.patch.dict(os.environ, OMNIDESK_AGENT="sanne"):
            workspace.create(folder, "Sanne").close()
    finally:
        shutil.rmtree(folder)


@cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="omnidesk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with mock.patch.dict(os.environ, OMNIDESK_AGENT="sanne"):
        workspace.create(folder / "home", "Sanne").close()
    return folder / "home"


def mail(
    name: str,
    text: str = "Where is my order?",
    /,
    *,
    sender: str = ANNA,
    at: int | None = None,
    answers: str | None = None,
    references: tuple[str, ...] = (),
    source: str | None = None,
    outbound: bool = False,
    junk: bool = False,
    files: Mapping[str, bytes] | None = None,
    **said: Any,
) -> Item:
    """Return an item of the sample connector, known as <NAME@example.test>, that answers the one named `answers`.

    `at` (UTC ms) is when it arrived, `source` its source id, `files` its attachments by name. What else is given
    goes into the line as it is (subject, to, thread, auto, name ..).
    """
    received = clock.now() if at is None else at
    line = {
        "id": message_id(name),
        "at": received,
        "outbound": outbound,
        "from": sender,
        "name": sender.partition("@")[0].title(),
        "subject": f"Subject {name}",
        "text": text,
        "to": [SUPPORT],
        "in_reply_to": [] if answers is None else [message_id(answers)],
        "references": [message_id(one) for one in references],
        "files": [
            {"name": file, "content_type": "text/plain", "base64": base64.b64encode(data).decode()}
            for file, data in (files or {}).items()
        ],
        **said,
    }
    raw = json.dumps(line).encode()
    return Item(
        source_id=source or str(line["id"]),
        raw=raw,
        received_at=received,
        media_type="application/json",
        folder="inbox",
        outbound=outbound,
        junk=junk,
    )


def message_id(name: str) -> str:
    """Return the Message-ID of the mail that tests know as `name`; whole ids stay as they are."""
    return name if name.startswith("<") else f"<{name}@example.test>"


def admit(
    opened: Workspace,
    channel: Channel,
    *items: Item,
    cursor: Mapping[str, Any] | None = None,
    held: Held | None = None,
    imported: bool = False,
) -> intake.Admitted:
    """Admit items without settling them."""
    return intake.admit(opened, channel.id, items, cursor, held, imported=imported)


def hold(opened: Workspace, channel: Channel, owner: str = "test", seconds: float = 60) -> Held:
    """Take a channel's lease, which must be free or this owner's."""
    name = f"channel:{channel.id}"
    number = opened.database.write(lambda tx: leases.acquire(tx, name, owner, int(seconds * 1000)))
    assert number is not None, f"{name} is held by somebody else"
    return Held(name, number)


def message_of(opened: Workspace, source_id: str, channel: Channel | None = None) -> int | None:
    """Return the message that an item of a channel (or of any) became, by its source id."""
    found = opened.database.reader.value(
        "SELECT message_id FROM receipt WHERE source_id = ? AND channel_id = coalesce(?, channel_id)",
        (source_id, None if channel is None else channel.id),
    )
    return None if found is None else int(found)


def conversation_of(opened: Workspace, source_id: str, channel: Channel | None = None) -> int | None:
    """Return the conversation that holds the message of an item, by its source id."""
    message = message_of(opened, source_id, channel)
    number = opened.database.reader.value("SELECT conversation_id FROM message WHERE id = ?", (message,))
    return None if number is None else int(number)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def __call__(self) -> int:
        """Return the time it shows."""
        return self.at

    def forward(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> int:
        """Move it on and return the new time."""
        self.at += int(seconds * clock.SECOND + minutes * clock.MINUTE + hours * clock.HOUR + days * clock.DAY)
        return self.at


@contextmanager
def standing_clock(at: int = NOON) -> Iterator[Clock]:
    """Run the block with a clock that moves only when told to."""
    hand = Clock(at)
    with clock.frozen(hand):
        yield hand


def wait_until(condition: Callable[[], Any], seconds: float = 30.0, what: str = "") -> Any:
    """Wait for a condition to become true and return its value; fail, saying `what`, after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain for {what or condition}"
        time.sleep(0.02)


def python(code: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Start a process of its own that runs `code`, which finds `arguments` in sys.argv and may import tests."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def write_lines(folder: Path, *items: Item) -> None:
    """Add items to the inbox.jsonl that a sample channel reads."""
    with (folder / "inbox.jsonl").open("ab") as inbox:
        inbox.write(b"".join(item.raw + b"\n" for item in items))


def sent_lines(folder: Path) -> list[dict[str, Any]]:
    """Return what a sample channel handed over, from its outbox.jsonl."""
    path = folder / "outbox.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
