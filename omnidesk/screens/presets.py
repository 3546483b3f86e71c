"""Key presets, and the key map that an agent's preferences make of a preset and keys of their own.

A preset takes its keys from whatever else has them; what is left without a key has its own behind a backslash. Keys of
the agent's own take nothing from anybody: where one would mean two things it is refused, in words, and the preset's
keys stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import combinations

from omnidesk.screens.keys import PANES, WRITING, Action, Keymap, placed, shown
from omnidesk.screens.preferences import Preferences
from omnidesk.text.clean import one_line
from omnidesk.words.speech import _

Keys = Mapping[str, tuple[str, ...]]

ARROWS: Keys = {
    "down": ("down",),
    "up": ("up",),
    "top": ("home",),
    "bottom": ("end",),
    "half-down": ("ctrl+down", "ctrl+d"),
    "half-up": ("ctrl+up", "ctrl+u"),
    "open": ("enter", "right"),
    "back": ("escape", "left", "backspace"),
    "next": ("ctrl+right", "J"),
    "previous": ("ctrl+left", "K"),
    "next-message": ("shift+down", "]"),
    "previous-message": ("shift+up", "["),
    "next-view": ("shift+right", ">"),
    "previous-view": ("shift+left", "<"),
    "list-down": ("down",),
    "list-up": ("up",),
    "list-first": ("home",),
    "list-last": ("end",),
    "list-half-down": ("ctrl+down", "ctrl+d"),
    "list-half-up": ("ctrl+up", "ctrl+u"),
    "list-leave": ("escape", "left", "backspace"),
}
"""Moving needs no letters, and the line of keys is a line of buttons."""

GMAIL: Keys = {
    "down": ("queue:j", "customer:j", "down"),
    "up": ("queue:k", "customer:k", "up"),
    "next": ("thread:j", "J"),
    "previous": ("thread:k", "K"),
    "next-message": ("n", "]"),
    "previous-message": ("p", "["),
    "open": ("o", "enter"),
    "back": ("u", "escape"),
    "undo": ("z",),
    "snooze": ("b",),
    "new": ("c",),
    "close": ("e",),
    "delete": ("#",),
    "spam": ("!",),
    "mark": ("x", "space"),
    "reply": ("a",),
    "reply-sender": ("r",),
    "forward": ("f",),
    "ask-elsewhere": ("F",),
    "note": ("N",),
    "help": ("?",),
    "tags": ("l",),
    "fold": (":",),
    "palette": ("ctrl+p", "."),
    "view-open": ("g i", "g o"),
    "view-snoozed": ("g b",),
    "view-all": ("g a",),
    "alike": ("g I",),
    "assign-me": ("v v",),
    "assign": ("v enter", "v *"),
    "priority-urgent": ("+ u",),
    "priority-high": ("+ h",),
    "priority-normal": ("+ n",),
    "priority-low": ("+ l",),
    "block": ("B",),
    "customer": ("i",),
    "list-leave": ("q", "escape"),
    "list-palette": (":", "ctrl+p", "."),
    "views-undo": ("z",),
    "agent-undo": ("z",),
    "macro-undo": ("z",),
    "fact-undo": ("z",),
    "take-back": ("z", "enter"),
}
"""Gmail's own keys where Gmail has the action; Gmail's `a` answers all, its `r` the sender."""

ELSEWHERE = "\\"
"""What goes before the keys of an action that a preset leaves without any."""
PRESETS: Mapping[str, Keys] = {"vim": {}, "arrows": ARROWS, "gmail": GMAIL}

FORBIDDEN = {
    "ctrl+i": "terminals send it as Tab",
    "ctrl+m": "terminals send it as Enter",
    "alt+enter": "it arrives as Enter",
    "ctrl+y": "it is redo where text is written",
    "ctrl+e": "it goes to the end of the line where text is written",
    "ctrl+k": "it deletes to the end of the line where text is written",
    "ctrl+w": "it deletes a word where text is written",
    "ctrl+c": "it copies, and says how to quit",
    "ctrl+z": "it puts the console to sleep",
}
"""Keys that no action can have, and why."""
_EDITING = ("enter", "escape", "tab", "space", "backspace", "delete", "insert")
_MOVING = ("home", "end", "pageup", "pagedown", "up", "down", "left", "right")
_NAMED = frozenset((*_EDITING, *_MOVING, *(f"f{number}" for number in range(1, 25))))
_MODIFIED = re.compile(r"(?:(?:ctrl|shift|alt|meta|super)\+)*(.+)", re.DOTALL)


def keymap(actions: Iterable[Action], preferences: Preferences) -> tuple[Keymap, tuple[str, ...]]:
    """Return the key map of an agent, and what of their keys was refused, in words."""
    known = {action.name: action for action in actions}
    keys = _preset(known, PRESETS.get(preferences.preset, {}))
    own, complaints = _sound(known, preferences.keys)
    while own and (refused := _first_clash(known, {**keys, **own}, own)):
        name, words = refused
        del own[name]
        complaints.append(words)
    return Keymap(known.values(), {**keys, **own}), tuple(complaints)


def clashes(actions: Iterable[Action], keys: Keys) -> list[tuple[Action, Action, str, str]]:
    """Return what means two things: both actions, the place, the keys as people read them."""
    tables: dict[tuple[str, str], list[tuple[tuple[str, ...], Action]]] = {}
    for action in actions:
        for sequence in keys.get(action.name, action.keys):
            only, pressed = placed(sequence)
            for place in action.where:
                if only in ("", place):
                    tables.setdefault((place, pressed[0]), []).append((pressed, action))
    return [
        (first, second, place, shown(" ".join(one if len(one) < len(other) else other)))
        for (place, _), table in tables.items()
        for (one, first), (other, second) in combinations(table, 2)
        if first is not second and _same(one, other)
    ]


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Say whether two sequences are equal, or one begins the other."""
    size = min(len(one), len(other))
    return one[:size] == other[:size]


def _preset(known: Mapping[str, Action], preset: Keys) -> dict[str, tuple[str, ...]]:
    """Return the sequences of all actions: a preset's keys are taken from the actions it does not name."""
    named = {name: keys for name, keys in preset.items() if name in known}
    taken: dict[str, list[tuple[str, ...]]] = {}
    for name, keys in named.items():
        for sequence in keys:
            only, pressed = placed(sequence)
            for place in known[name].where:
                if only in ("", place):
                    taken.setdefault(place, []).append(pressed)
    kept = {
        action.name: tuple(one for one in action.keys if not _is_taken(one, action, taken))
        or tuple(f"{ELSEWHERE} {one}" for one in action.keys)
        for action in known.values()
        if taken and action.name not in named
    }
    return {**{name: action.keys for name, action in known.items()}, **kept, **named}


def _is_taken(sequence: str, action: Action, taken: Mapping[str, list[tuple[str, ...]]]) -> bool:
    only, pressed = placed(sequence)
    places = [place for place in action.where if only in ("", place)]
    return any(_same(pressed, other) for place in places for other in taken.get(place, ()))


def _sound(known: Mapping[str, Action], own: Keys) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the agent's keys that can be keys, and words about the others."""
    found: dict[str, tuple[str, ...]] = {}
    complaints: list[str] = []
    for name, sequences in own.items():
        if name not in known:
            unknown = _("keys: there is no action {name}; docs/keys.md has their names")
            complaints.append(unknown.format(name=one_line(name, 40)))
            continue
        reasons = [why for sequence in sequences if (why := _refused(sequence, known[name]))]
        if reasons or not sequences:
            why = reasons[0] if reasons else _("it needs a key")
            complaints.append(_("{name}: {why}; the preset's stay").format(name=f"keys.{name}", why=why))
        else:
            found[name] = tuple(sequences)
    return found, complaints


def _refused(sequence: str, action: Action) -> str:
    only, keys = placed(sequence)
    if only and only not in action.where:
        return _("{name} does not work in {place}").format(name=action.name, place=one_line(only, 20))
    lists = set(action.where) & set(PANES) and only not in WRITING
    typed = set(action.where) & set(WRITING) and only in ("", *WRITING)
    for place, key in enumerate(keys):
        if key in FORBIDDEN:
            return _("{key} cannot be used: {why}").format(key=key, why=_(FORBIDDEN[key]))
        bare = _MODIFIED.fullmatch(key)
        name = bare[1] if bare else key
        if name not in _NAMED and len(name) != 1:
            return _("{key} is no key").format(key=one_line(key, 20))
        if place == 0 and key.isdigit() and lists:
            return _("{key} cannot be used: {why}").format(key=key, why=_("digits are counts, as in 5j"))
        if place == 0 and len(key) == 1 and typed:
            return _("{key} cannot be used: {why}").format(key=key, why=_("it is text where text is written"))
    return ""


def _first_clash(known: Mapping[str, Action], keys: Keys, own: Keys) -> tuple[str, str] | None:
    """Return an own action that must give way, and the words about it."""
    for first, second, place, said in clashes(known.values(), keys):
        if first.name in own or second.name in own:
            mine, other = (first, second) if first.name in own else (second, first)
            why = _("{keys} is {name} in the {place} already").format(keys=said, name=other.name, place=_(place))
            return mine.name, _("{name}: {why}; the preset's stay").format(name=f"keys.{mine.name}", why=why)
    return None
