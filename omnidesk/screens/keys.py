"""Actions and keys: what an action is, and how pressed keys become one.

A key sequence is written as its keys with spaces between: `g m`, `ctrl+s`, `5` is a count where a list has the focus.
`*` stands for any printable key, which is handed to the action. `thread:j` is `j` in the thread only, where its action
works in more places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnidesk.words.speech import _

PANES = ("queue", "thread", "customer")
"""Where lists have the focus."""
WRITING = ("composer", "chat")
"""Where a text is written: one to be looked at before it goes, or lines to somebody who waits at the other end."""
EVERYWHERE = (*PANES, *WRITING)
_WRITTEN = {"question_mark": "?", "slash": "/", "colon": ":", "number_sign": "#", "exclamation_mark": "!"}
_SHOWN = {
    "ctrl+s": "ctrl+s", "escape": "esc", "enter": "Enter", "tab": "Tab", "shift+tab": "S-Tab",
    "shift+enter": "S-Enter", "space": "Space",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Press:
    """How an action was called: its count (`5j`; None when not given), the key that `*` stood for, and what was said
    behind its name in the palette (`:promise 17:00`)."""

    count: int | None = None
    typed: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing an agent can do: `word` is for the key line, `where` are the places its keys work in.

    `run` gets the screen that the place is on. `rank` orders the key line, the smallest first; 0 keeps it off the
    line. `takes` names what may be said behind the action's name in the palette. `brief` is the word where the line
    must show every key and has no room.
    """

    name: str
    word: str
    description: str
    keys: tuple[str, ...]
    where: tuple[str, ...]
    group: str
    run: Callable[[Any, Press], None] = field(compare=False, repr=False)
    rank: int = 0
    takes: str = ""
    brief: str = ""


def placed(sequence: str) -> tuple[str, tuple[str, ...]]:
    """Return the only place a sequence works in ("": all of its action's) and its keys."""
    place, colon, keys = sequence.partition(":")
    if colon and place.isalpha() and len(place) > 1 and keys:
        return place, tuple(keys.split(" "))
    return "", tuple(sequence.split(" "))


def shown(sequence: str) -> str:
    """Return a key sequence as people read it: `gm`, `ctrl+s`, `esc`."""
    keys = [_SHOWN.get(key, key) for key in placed(sequence)[1]]
    return "".join(keys) if all(len(key) == 1 for key in keys) else " ".join(keys)


def pressed(key: str, character: str | None) -> str:
    """Return a key as sequences write it, from Textual's name for it and the character it makes."""
    if character is not None and character.isprintable() and len(character) == 1 and character != " ":
        return character
    return _WRITTEN.get(key, key)


class Keymap:
    """Which sequence does what where. Sequences can be replaced by action name."""

    def __init__(self, actions: Iterable[Action], changed: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self.actions = {action.name: action for action in actions}
        self._keys = {action.name: (changed or {}).get(action.name, action.keys) for action in self.actions.values()}
        self._by_place: dict[str, dict[tuple[str, ...], Action]] = {}
        for action in self.actions.values():
            for sequence in self._keys[action.name]:
                only, keys = placed(sequence)
                for place in action.where:
                    if only in ("", place):
                        self._by_place.setdefault(place, {})[keys] = action

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the sequences of an action."""
        return self._keys[name]

    def hint(self, name: str) -> str:
        """Return the first sequence of an action as people read it; the name where it has no keys."""
        return shown(self._keys[name][0]) if self._keys[name] else f":{name}"

    def find(self, place: str, keys: tuple[str, ...]) -> Action | None:
        """Return the action of a whole sequence; a last key that is printable also finds `*`."""
        table = self._by_place.get(place, {})
        found = table.get(keys)
        if found is None and len(keys) > 1 and len(keys[-1]) == 1:
            found = table.get((*keys[:-1], "*"))
        return found

    def following(self, place: str, keys: tuple[str, ...]) -> list[tuple[str, Action]]:
        """Return what can be pressed after the keys so far: last key and its action."""
        table = self._by_place.get(place, {})
        size = len(keys)
        return [(said[size], action) for said, action in table.items() if len(said) > size and said[:size] == keys]

    def line(self, place: str, brief: bool = False) -> list[tuple[str, str]]:
        """Return key and word of the actions worth showing in a place, the most useful first; `brief`: short words."""
        here = [action for action in self.actions.values() if place in action.where and action.rank]
        named = [(action, action.brief if brief and action.brief else action.word) for action in here]
        ranked = sorted(named, key=lambda one: one[0].rank)
        first = [(self.first(action.name, place), _(word)) for action, word in ranked]
        return [(shown(sequence), word) for sequence, word in first if sequence]

    def first(self, name: str, place: str) -> str:
        """Return the first sequence of an action that works in a place; "" where none does."""
        return next((said for said in self._keys[name] if placed(said)[0] in ("", place)), "")

    def sequence(self, place: str, label: str, waiting: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the keys that a label of the key line stands for; () where nothing can be pressed for it."""
        if waiting:
            keys: Iterable[tuple[str, ...]] = ((key,) for key, _ in self.following(place, waiting))
        else:
            keys = self._by_place.get(place, {})
        found = next((one for one in keys if shown(" ".join(one)) == label and "*" not in one), None)
        named = next((key for key, said in _SHOWN.items() if said == label), None)
        return found or ((named,) if named else ())


class KeyReader:
    """Collects keys until they name an action."""

    def __init__(self, keymap: Keymap) -> None:
        self.keymap = keymap
        self.waiting: tuple[str, ...] = ()
        self.used = False
        self._count = ""

    def feed(self, place: str, key: str) -> tuple[Action, Press] | None:
        """Take one key; return the action it completes. `used` and `waiting` say what became of it otherwise."""
        self.used = True
        if self.waiting and key == "escape":
            self.clear()
            return None
        if place not in WRITING and not self.waiting and key.isdigit() and (self._count or key != "0"):
            self._count = (self._count + key)[:6]
            return None
        keys = (*self.waiting, key)
        if self.keymap.following(place, keys):
            self.waiting = keys
            return None
        action = self.keymap.find(place, keys)
        press = Press(int(self._count) if self._count else None, key if len(key) == 1 else "")
        self.used = action is not None or bool(self.waiting)
        self.clear()
        return (action, press) if action is not None else None

    def clear(self) -> None:
        """Forget what was pressed so far."""
        self.waiting, self._count = (), ""
