"""The registry of actions, and how keys become actions."""

from __future__ import annotations

import pytest

from omnidesk.screens.actions import ACTIONS
from omnidesk.screens.help import GROUPS
from omnidesk.screens.keys import Keymap, KeyReader, pressed, shown

TAKEN = {"ctrl+i", "alt+enter", "ctrl+y", "ctrl+e", "ctrl+k", "ctrl+w"}


def test_no_key_means_two_things_in_one_place() -> None:
    seen: dict[tuple[str, str], str] = {}
    for action in ACTIONS:
        for place in action.where:
            for keys in action.keys:
                assert (place, keys) not in seen, f"{keys} in {place}: {action.name} and {seen[place, keys]}"
                seen[place, keys] = action.name


def test_no_key_alone_begins_a_sequence() -> None:
    for place in ("queue", "thread", "customer"):
        used = [keys.split(" ") for action in ACTIONS if place in action.where for keys in action.keys]
        leaders = {keys[0] for keys in used if len(keys) > 1}
        assert not leaders & {keys[0] for keys in used if len(keys) == 1}


def test_every_action_has_a_key_a_word_a_description_and_a_group() -> None:
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)
    for action in ACTIONS:
        assert action.keys and action.word and action.description
        assert action.group in GROUPS
        assert not TAKEN & set(action.keys)


@pytest.mark.parametrize(
    ("place", "keys", "name", "count"),
    [
        ("queue", ["j"], "down", None),
        ("queue", ["1", "0", "j"], "down", 10),
        ("queue", ["g", "g"], "top", None),
        ("queue", ["5", "g", "g"], "top", 5),
        ("thread", ["g", "m"], "view-mine", None),
        ("queue", ["a", "a"], "assign-me", None),
        ("queue", ["a", "k"], "assign", None),
        ("queue", ["a", "enter"], "assign", None),
        ("composer", ["ctrl+s"], "send", None),
        ("send", ["c"], "send-close", None),
    ],
)
def test_keys_find_their_action(place: str, keys: list[str], name: str, count: int | None) -> None:
    reader = KeyReader(Keymap(ACTIONS))
    found = [reader.feed(place, key) for key in keys]
    assert found[:-1] == [None] * (len(keys) - 1)
    assert found[-1] is not None
    action, press = found[-1]
    assert action.name == name
    assert press.count == count


def test_escape_forgets_the_keys_so_far() -> None:
    reader = KeyReader(Keymap(ACTIONS))
    reader.feed("queue", "g")
    assert reader.waiting == ("g",)
    assert reader.feed("queue", "escape") is None
    found = reader.feed("queue", "e")
    assert found is not None and found[0].name == "close"


def test_keys_can_be_changed_by_the_name_of_the_action() -> None:
    keymap = Keymap(ACTIONS, {"close": ("ctrl+x",)})
    found = KeyReader(keymap).feed("queue", "ctrl+x")
    assert found is not None and found[0].name == "close"
    assert KeyReader(keymap).feed("queue", "e") is None
    assert ("ctrl+x", "close") in keymap.line("queue")


def test_keys_are_written_as_people_read_them() -> None:
    assert shown("g m") == "gm"
    assert shown("escape") == "esc"
    assert pressed("question_mark", "?") == "?"
    assert pressed("space", " ") == "space"
    assert pressed("upper_g", "G") == "G"
