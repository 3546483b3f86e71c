"""Life in the demo: somebody writes or phones now and then, whoever got an answer answers, colleagues are around."""

from __future__ import annotations

import heapq
import json
import random
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.demo.everyday import THANKS, Language, asked
from omnidesk.demo.script import CHANNELS, CHAT, MAIL, PHONE, SMS, WHATSAPP, Said
from omnidesk.demo.shop import append, folder_of, show_colleagues
from omnidesk.desk import presence, workspace
from omnidesk.words.errors import OmniDeskError

QUIET = 20.0
"""Seconds until somebody else writes, at most."""
ANSWERS_IN = {CHAT: (2.0, 5.0), WHATSAPP: (5.0, 12.0), SMS: (6.0, 14.0), MAIL: (8.0, 25.0)}
"""Seconds in which customers answer on a channel."""
PATIENCE = 75 * clock.SECOND
"""How long a visitor stays in the chat without an answer."""
LOOKS = 0.4
"""Seconds between two looks at what the shop sent."""
_SHARES = {MAIL: 40, WHATSAPP: 22, CHAT: 16, SMS: 14, PHONE: 8}
_MORE: dict[Language, tuple[str, ...]] = {
    "nl": ("Top. En kan ik er nog een paar veters bij doen?", "Fijn! Krijg ik dan ook een mail als hij er is?"),
    "en": ("Great. One more question: can I still add a pair of laces?", "Good to know. Do I need to do anything?"),
    "de": ("Prima. Kann ich noch ein Paar Schnürsenkel dazubestellen?", "Gut. Muss ich noch etwas tun?"),
}
LEFT = "The visitor left the chat."


class Life:
    """What customers do from a moment on (UTC ms); every `step` does what is due by then."""

    def __init__(self, home: Path, now: int, seed: int = 11) -> None:
        self.home = home
        self._rng = random.Random(seed)
        self._due: list[tuple[int, int, str, dict[str, Any]]] = []
        self._ids = count(1)
        self._numbers = count(8000)
        self._seen = {name: len(self._sent(name)) for name in CHANNELS}
        self._answers: dict[str, int] = {}
        self._begun = now
        self._next = self._soon(now)

    def step(self, now: int) -> None:
        """Write what customers write by now, and think of answers to what the shop sent."""
        for name in ANSWERS_IN:
            lines = self._sent(name)
            for sent in lines[self._seen[name] :]:
                self._answer(name, json.loads(sent), now)
            self._seen[name] = len(lines)
        if now >= self._next:
            self._next = self._soon(now)
            self._somebody_new(now)
        while self._due and self._due[0][0] <= now:
            _, _, name, line = heapq.heappop(self._due)
            if line.get("text") != LEFT or line["from"] not in self._answers:
                append(folder_of(self.home, name), [line])

    def _soon(self, now: int) -> int:
        return now + int(self._rng.uniform(0.3, 1.0) * QUIET * clock.SECOND)

    def _sent(self, name: str) -> list[str]:
        path = folder_of(self.home, name) / "outbox.jsonl"
        content = path.read_text(encoding="utf-8") if path.exists() else ""
        return content[: content.rfind("\n") + 1].splitlines()

    def _later(self, at: int, name: str, line: dict[str, Any]) -> None:
        number = next(self._ids)
        line = {"id": f"<live.{self._begun}.{number}@demo.example>", "at": at, "to": [CHANNELS[name][1]], **line}
        heapq.heappush(self._due, (at, number, name, line))

    def _answer(self, name: str, said: dict[str, Any], now: int) -> None:
        whom = said["to"][0]
        before = self._answers[whom] = self._answers.get(whom, 0) + 1
        words = (_MORE if before % 2 else THANKS)[_language(whom)]
        at = now + int(self._rng.uniform(*ANSWERS_IN[name]) * clock.SECOND)
        line = {"from": whom, "text": self._rng.choice(words)}
        if name == MAIL:
            line |= {"subject": said["subject"], "in_reply_to": [said["external_id"]]}
        self._later(at, name, line)

    def _somebody_new(self, now: int) -> None:
        name = self._rng.choices(list(_SHARES), list(_SHARES.values()))[0]
        said = asked(self._rng, next(self._numbers), 0, name)[1]
        line: dict[str, Any] = {"from": said.who.address(name), "name": said.who.name}
        if name == PHONE:
            line |= {"text": "", "missed": self._rng.randrange(10, 40)}
        else:
            line |= {"subject": said.subject, "text": said.text}
        self._later(now, name, line)
        if name == CHAT:
            self._later(now + PATIENCE, CHAT, {**_leaves(said), "text": LEFT})


def _leaves(said: Said) -> dict[str, Any]:
    return {"from": said.who.visitor, "name": said.who.name, "auto": "auto_reply"}


def _language(address: str) -> Language:
    """Guess which language a customer writes from their address."""
    if address.startswith("+49") or address.endswith("brief.example"):
        return "de"
    return "nl" if address.startswith("+31") or address.endswith("post.example") else "en"


class LifeThread(threading.Thread):
    """Lets life go on in the background until stopped."""

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True, name="demo-life")
        self._home = home
        self._ended = threading.Event()

    def run(self) -> None:
        """Go on until stopped; a workspace that cannot be written just now is let be."""
        life = Life(self._home, clock.now())
        opened = workspace.open_workspace(self._home)
        shown = 0.0
        try:
            while not self._ended.wait(LOOKS):
                with suppress(OSError, OmniDeskError):
                    life.step(clock.now())
                    if clock.monotonic() - shown > presence.RENEWED:
                        shown = clock.monotonic()
                        show_colleagues(opened)
        finally:
            opened.close()

    def stop(self) -> None:
        """Write no more."""
        self._ended.set()
