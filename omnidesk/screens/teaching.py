"""The teaching line: one line at the bottom names the next useful key until it has been used.

What an agent has learned is kept in the agent's own state folder, for all workspaces, by login. It is read and written
backstage; on a key nothing more happens than a look into a set.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual.message import Message

from omnidesk.screens.comfort import ComfortDesk
from omnidesk.screens.keys import Action, Keymap, shown
from omnidesk.screens.session import Opening
from omnidesk.widgets.painting import Part
from omnidesk.words.speech import _

FILE = "learned.json"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One key to learn: the action it is for, the places where it is taught, and what it does in words."""

    action: str
    places: tuple[str, ...]
    does: str


LISTS = ("queue", "thread", "customer")
LESSONS = (
    Lesson("open", ("queue",), "opens the conversation"),
    Lesson("reply", ("thread",), "replies to the customer"),
    Lesson("send", ("composer",), "sends, and asks how the conversation goes on"),
    Lesson("undo", LISTS, "takes back what you did last, a reply too while it waits"),
    Lesson("next", ("thread",), "opens the next conversation"),
    Lesson("close", ("thread",), "closes it and goes on to the next"),
    Lesson("back", ("thread",), "goes back to the queue"),
    Lesson("take", ("queue",), "takes the next one that nobody has"),
    Lesson("note", ("thread",), "writes a note for the team; @ calls a colleague"),
    Lesson("snooze", LISTS, "puts it aside: 2h, mon 9"),
    Lesson("mark", ("queue",), "marks it; what you do next is done to all marked"),
    Lesson("view-mine", ("queue",), "shows what is yours; g and another letter more"),
    Lesson("search", ("queue",), "searches every message"),
    Lesson("customer", ("thread",), "shows the customer"),
    Lesson("palette", LISTS, "finds any command by its words"),
    Lesson("help", LISTS, "shows all the keys"),
)
"""What is taught, in this order; in each place the first that is not learned yet."""


@dataclass
class LessonsRead(Message):
    """What the agent has learned in earlier sessions: names of actions."""

    learned: frozenset[str]


class TeachingDesk(ComfortDesk):
    """Teaches one key at a time."""

    def __init__(self, opening: Opening, complaints: tuple[str, ...] = ()) -> None:
        super().__init__(opening, complaints)
        self._learned: set[str] | None = None
        """None while nothing is taught: not read yet, not wanted, or all is learned."""

    def teach(self) -> None:
        """Begin to teach, unless the agent wants it not or reads with a screen reader."""
        file, preferences = self._lessons_file, self.session.preferences
        if file is not None and preferences.teach and not preferences.plain:
            self.backstage.read("lessons", partial(read, file, self.session.agent.login))

    @property
    def _lessons_file(self) -> Path | None:
        state = self.session.state
        return None if state is None else state.parent.with_name(FILE)

    def on_lessons_read(self, message: LessonsRead) -> None:
        """Show the first lesson that is left."""
        self._learned = set(message.learned)
        self.show_lesson()

    def practised(self, action: Action) -> None:
        """Take note that an action was used; a lesson learned is not taught again."""
        if self._learned is None or action.name in self._learned or action.name not in _NAMES:
            return
        self._learned.add(action.name)
        if (file := self._lessons_file) is not None:
            self.backstage.write(partial(write, file, self.session.agent.login, frozenset(self._learned)))

    def show_lesson(self) -> None:
        """Bring the line up to date with the place that the focus is in."""
        learned = self._learned
        if learned is None or not self.session.preferences.teach:
            self.status.teach(())
        else:
            self.status.teach(lesson(self.keymap, self.key_place, learned))


_NAMES = frozenset(one.action for one in LESSONS)


def lesson(keymap: Keymap, place: str, learned: Iterable[str]) -> tuple[Part, ...]:
    """Return the next lesson for a place, with the key as the agent has it; () where nothing is left to learn."""
    for one in LESSONS:
        if place in one.places and one.action not in learned and one.action in keymap.actions:
            keys = keymap.first(one.action, place)
            if keys:
                return ("dim", f" {_('try')} "), ("key", shown(keys)), ("dim", f"  {_(one.does)}")
    return ()


def read(file: Path, login: str) -> LessonsRead:
    """Return what an agent has learned; a file that cannot be read teaches from the start."""
    said = _content(file).get(login)
    return LessonsRead(frozenset(one for one in (said if isinstance(said, list) else ()) if isinstance(one, str)))


def write(file: Path, login: str, learned: frozenset[str]) -> None:
    """Keep what an agent has learned; a folder that cannot be written is let be."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = _content(file) | {login: sorted(learned)}
        fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump(content, out)
        fresh.replace(file)


def _content(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
