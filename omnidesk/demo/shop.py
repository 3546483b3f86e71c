"""Makes the demo's workspace and lets its customers write through the `sample` connector, as any channel would."""

from __future__ import annotations

import json
import os
import random
import tempfile
import threading
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.demo.stories import REPLIES, STORIES, Story, everyday
from omnidesk.desk import agents, channels, workspace
from omnidesk.words.errors import WorkspaceError

ADDRESS = "support@shop.example"
CONVERSATIONS = 80
STILL = 1_795_000_000_000
"""The moment at which a frozen demo stands: 18 November 2026, 11:06 UTC."""

QUIET_SECONDS = 20.0
"""About how long until the next customer writes."""


def make(folder: Path | None = None) -> Path:
    """Make a throw-away workspace and return its folder; its mail is read by the first sync."""
    home = folder or Path(tempfile.mkdtemp(prefix="omnidesk-demo-"))
    if workspace.exists(home):
        raise WorkspaceError(f"there is a workspace in {home} already: the demo wants a folder of its own")
    made = workspace.create(home, agent_name="Sanne")
    try:
        source = home / "sample"
        source.mkdir(mode=0o700)
        _write(source, [line for story in (*STORIES, *everyday(CONVERSATIONS)) for line in _mails(story)])
        channels.add(made, agents.actor(made), "sample", "shop", ADDRESS, {"folder": str(source)})
    finally:
        made.close()
    return home


def _mails(story: Story) -> list[dict[str, Any]]:
    now = clock.now()
    mails: list[dict[str, Any]] = []
    for line in story.lines:
        mail_id = f"<{story.address.partition('@')[0]}.{len(mails)}@demo.example>"
        mails.append(
            {
                "id": mail_id,
                "at": now - line.minutes_ago * clock.MINUTE,
                "from": ADDRESS if line.ours else story.address,
                "name": "Sanne" if line.ours else story.name,
                "to": [story.address] if line.ours else [ADDRESS],
                "subject": story.subject if not mails else f"Re: {story.subject}",
                "text": line.text,
                "in_reply_to": [mails[-1]["id"]] if mails else [],
                "outbound": line.ours,
            }
        )
    return mails


def _write(source: Path, mails: list[dict[str, Any]]) -> None:
    handle = os.open(source / "inbox.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.writelines(json.dumps(mail, ensure_ascii=False) + "\n" for mail in mails)


class Customers(threading.Thread):
    """The demo's customers: somebody writes now and then, and whoever got an answer thanks for it."""

    def __init__(self, home: Path, seed: int = 11) -> None:
        super().__init__(daemon=True, name="demo-customers")
        self.source = home / "sample"
        self._rng = random.Random(seed)
        self._stop = threading.Event()
        self._fresh = iter(everyday(500, seed=seed))
        self._answered = 0

    def run(self) -> None:
        """Write until stopped."""
        while not self._stop.wait(self._rng.uniform(0.3, 1.0) * QUIET_SECONDS):
            if not self._thank():
                story = next(self._fresh)
                first = _mails(story)[0]
                _write(self.source, [first | {"id": f"<live.{clock.now()}@demo.example>", "at": clock.now()}])

    def stop(self) -> None:
        """Write no more."""
        self._stop.set()

    def _thank(self) -> bool:
        """Answer the shop's next reply, if there is one."""
        outbox = self.source / "outbox.jsonl"
        lines = outbox.read_text(encoding="utf-8").splitlines() if outbox.exists() else []
        if len(lines) <= self._answered:
            return False
        said = json.loads(lines[self._answered])
        self._answered += 1
        answer = {
            "id": f"<thanks.{clock.now()}@demo.example>",
            "at": clock.now(),
            "from": said["to"][0],
            "to": [ADDRESS],
            "subject": said["subject"],
            "text": self._rng.choice(REPLIES),
            "in_reply_to": [said["external_id"]],
        }
        _write(self.source, [answer])
        return True
