"""Makes the demo's workspace: the weeks of a small web shop, played through the program as they went.

What customers and the shop said comes in through the `sample` connectors, as from any channel; what agents did goes
through the desk, at the time it was done. Everything is the same for the same present.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.demo import orders
from omnidesk.demo.canned import put_at_hand
from omnidesk.demo.everyday import DAYS, everyday, same_question
from omnidesk.demo.script import CHANNELS, MAIL, Did, Said, Stage, Step
from omnidesk.demo.stories import BRAM, STORIES
from omnidesk.desk import agents, channels, customers, presence, settings, workspace
from omnidesk.desk.workspace import Workspace
from omnidesk.sync.channel import ChannelRun
from omnidesk.words.errors import WorkspaceError
from omnidesk.words.kinds import AgentState
from omnidesk.words.rows import Actor

EVERYDAY = 226
STILL = 1_794_927_120_000
"""The moment at which a frozen demo stands: Tuesday 17 November 2026, 15:52 in Amsterdam."""

REOPEN_DAYS = 5
"""After that a message on a channel that knows no subjects is another matter."""

COLLEAGUES = {"koen": ("nl", "en"), "mila": ("nl", "de"), "bo": ("nl", "en", "de")}


def make(folder: Path | None = None) -> Path:
    """Make a throw-away workspace and return its folder; what was said and done by now is in it.

    Raises WorkspaceError where there is a workspace already."""
    home = folder or Path(tempfile.mkdtemp(prefix="omnidesk-demo-"))
    if workspace.exists(home):
        raise WorkspaceError(f"there is a workspace in {home} already: the demo wants a folder of its own")
    now = clock.now()
    with clock.frozen(now - (DAYS + 7) * clock.DAY):
        opened = workspace.create(home, agent_name="Sanne")
        try:
            with opened.in_haste():
                put_at_hand(opened, agents.actor(opened))
                Play(opened, home, now).all((*STORIES, *same_question(), *everyday(EVERYDAY)))
            with clock.frozen(now):
                tell_of_orders(opened, home)
                show_colleagues(opened)
        finally:
            opened.close()
    return home


def tell_of_orders(opened: Workspace, home: Path) -> None:
    """Let the shop's own program tell of what was ordered."""
    (kind, name), folder = orders.CHANNEL, folder_of(home, orders.CHANNEL[1])
    orders.write(folder, clock.now())
    _, channel = channels.add(opened, agents.actor(opened), kind, name, "", {"folder": str(folder)})
    run = ChannelRun(opened, channel, "demo", settings.current(opened), _at_once)
    if (error := asyncio.run(run.once()).error) is not None:
        raise WorkspaceError(f"the demo could not be made: {name}: {error}")


def show_colleagues(opened: Workspace) -> None:
    """Let Koen look at Bram's conversation, and Mila be around, until that expires."""
    bram = customers.conversations(opened, customers.find(opened, BRAM.mail)[0].id, 1)
    for login, number in (("koen", bram[0].id if bram else None), ("mila", None)):
        presence.show(opened, f"demo:{login}", agents.get_agent(opened, login).id, number, "viewing")


def folder_of(home: Path, channel: str) -> Path:
    """Return where the files of one of the shop's channels lie."""
    return home / "sample" / channel


def append(folder: Path, lines: list[dict[str, Any]]) -> None:
    """Add lines to what customers said on a channel."""
    handle = os.open(folder / "inbox.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


class Play:
    """Plays a script in the order of its times: lines wait until somebody acts, then they are read as any mail is."""

    def __init__(self, opened: Workspace, home: Path, now: int) -> None:
        self.workspace, self.home, self.now = opened, home, now
        me = agents.actor(opened)
        self.stage = Stage(opened, now, me.name)
        self.actors = {"": me, **self._colleagues(me)}
        self._runs = {name: self._open(name, me) for name in CHANNELS}
        self._waiting: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._unread: dict[str, str] = {}
        self._last: dict[tuple[str, str], str] = {}
        self._ids = count(1)

    def _open(self, name: str, me: Actor) -> ChannelRun:
        (kind, address), folder = CHANNELS[name], folder_of(self.home, name)
        folder.mkdir(mode=0o700, parents=True)
        _, channel = channels.add(self.workspace, me, kind, name, address, {"folder": str(folder)})
        return ChannelRun(self.workspace, channel, "demo", settings.current(self.workspace), _at_once)

    def _colleagues(self, me: Actor) -> dict[str, Actor]:
        found = {}
        for login, languages in COLLEAGUES.items():
            agent = agents.set_agent(self.workspace, me, login, name=login.title(), languages=languages)[1]
            found[login] = Actor(agent.login, agent.id)
        agents.set_team(self.workspace, me, "Service desk", [me.name, *COLLEAGUES])
        settings.put(self.workspace, "reopen_days", REOPEN_DAYS, me)
        return found

    def all(self, steps: tuple[Step, ...]) -> None:
        """Play everything, and come to rest in the present."""
        for step in sorted(steps, key=lambda one: -one.ago):
            with clock.frozen(self._at(step.ago)):
                if isinstance(step, Did):
                    self._act(step)
                    continue
                if step.bounces:
                    self._sync([step.channel])
                self._waiting[step.channel].append(self._line(step))
                self._unread[step.who.address(step.channel)] = step.channel
        with clock.frozen(self.now):
            away = self.now + 3 * clock.DAY
            agents.set_agent(self.workspace, self.actors["koen"], "bo", state=AgentState.AWAY, away_until=away)
            self._sync(CHANNELS)

    def _act(self, step: Did) -> None:
        self._sync({self._unread[address] for address in step.addresses if address in self._unread})
        numbers = [self.stage.number(address) for address in step.addresses]
        queued = step.act(self.stage, self.actors[step.agent], numbers)
        if queued is not None:
            self._last[queued.message.channel, step.addresses[0]] = queued.message.external_id or ""

    def _sync(self, names: Iterable[str]) -> None:
        """Read what was said on these channels and send what was answered, one by one, so that numbers are certain."""
        for name in CHANNELS:
            if name in names:
                self.stage.known.clear()
                append(folder_of(self.home, name), self._waiting.pop(name, []))
                self._unread = {address: channel for address, channel in self._unread.items() if channel != name}
                done = asyncio.run(self._runs[name].once())
                if done.error is not None:
                    raise WorkspaceError(f"the demo could not be made: {name}: {done.error}")

    def _at(self, ago: float) -> int:
        return self.now - int(ago * clock.MINUTE)

    def _line(self, said: Said) -> dict[str, Any]:
        """Return what was said as the sample connector reads it."""
        theirs, (_, ours) = said.who.address(said.channel), CHANNELS[said.channel]
        thread = said.channel, theirs
        line: dict[str, Any] = {
            "id": f"<{next(self._ids)}@demo.example>",
            "at": self._at(said.ago),
            "from": ours if said.by else theirs,
            "name": said.by or said.who.name,
            "to": [[said.who.name, theirs]] if said.by else [ours],
            "outbound": bool(said.by),
            "subject": said.subject,
            "text": said.text,
            "in_reply_to": [self._last[thread]] if thread in self._last and _goes_on(said) else [],
            "files": [
                {"name": name, "content_type": kind, "base64": base64.b64encode(data).decode()}
                for name, kind, data in said.files
            ],
        }
        if said.quoted:
            line |= {"new": said.text, "text": f"{said.text}\n\n> " + said.quoted.strip().replace("\n", "\n> ")}
        if said.bounces:
            report = {"status": "failed", "external_id": self._last[thread], "recipient": theirs}
            line |= {
                "from": f"mailer-daemon@{theirs.partition('@')[2]}",
                "name": "Mail delivery",
                "auto": "bounce",
                "reports": [report | {"detail": said.bounces}],
            }
        line |= {name: value for name in ("auto", "auth") if (value := getattr(said, name))}
        line |= {"reply_to": [said.reply_to]} if said.reply_to else {}
        line |= {"missed": said.rang} if said.rang else {}
        line |= {"seconds": said.talked, "taken_by": said.by} if said.talked else {}
        if not said.auto:
            self._last[thread] = line["id"]
        return line


async def _at_once(work: Any, *arguments: Any, **named: Any) -> Any:
    """Run what the engine would run in a thread: nobody waits meanwhile."""
    return work(*arguments, **named)


def _goes_on(said: Said) -> bool:
    """Say whether a mail answers the one before it, or begins another matter."""
    return said.channel == MAIL and bool(
        said.by or said.auto or said.bounces or said.subject.lower().startswith(("re:", "aw:"))
    )
