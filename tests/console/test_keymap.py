"""Presets, keys of the agent's own, and docs/keys.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk.screens.actions import ACTIONS
from omnidesk.screens.help import page
from omnidesk.screens.keys import Action, Keymap, KeyReader
from omnidesk.screens.preferences import Preferences
from omnidesk.screens.presets import FORBIDDEN, PRESETS, clashes, keymap


def _nothing(*_: object) -> None:
    """Do nothing."""


def _keys(**own: str | tuple[str, ...]) -> tuple[Keymap, tuple[str, ...]]:
    said = {name.replace("_", "-"): (keys,) if isinstance(keys, str) else keys for name, keys in own.items()}
    return keymap(ACTIONS, Preferences(keys=said))


def _named(found: Keymap, place: str, *keys: str) -> str:
    reader = KeyReader(found)
    pressed = [reader.feed(place, key) for key in keys]
    assert pressed[-1] is not None
    return pressed[-1][0].name


@pytest.mark.parametrize("preset", PRESETS)
def test_in_every_preset_every_action_has_a_key_and_no_key_means_two_things(preset: str) -> None:
    found, complaints = keymap(ACTIONS, Preferences(preset=preset))
    assert not complaints
    assert not [name for name in found.actions if not found.keys(name)]
    assert not set(PRESETS[preset]) - set(found.actions), "the preset names what is no action"
    assert not clashes(ACTIONS, {name: found.keys(name) for name in found.actions})


@pytest.mark.parametrize("preset", PRESETS)
def test_no_preset_uses_a_key_that_belongs_to_the_terminal_or_the_text(preset: str) -> None:
    found, _ = keymap(ACTIONS, Preferences(preset=preset))
    used = {key for name in found.actions for keys in found.keys(name) for key in keys.split(" ")}
    assert not used & (FORBIDDEN.keys() - {"ctrl+z"})


@pytest.mark.parametrize(
    ("place", "keys", "name"),
    [
        ("queue", "z", "undo"),
        ("thread", "u", "back"),
        ("queue", "b", "snooze"),
        ("queue", "c", "new"),
        ("queue", "e", "close"),
        ("queue", "#", "delete"),
        ("queue", "!", "spam"),
        ("queue", "j", "down"),
        ("thread", "j", "next"),
        ("thread", "k", "previous"),
        ("thread", "n", "next-message"),
        ("queue", "o", "open"),
        ("thread", "r", "reply-sender"),
        ("thread", "a", "reply"),
        ("thread", "f", "forward"),
        ("queue", "x", "mark"),
        ("queue", "/", "search"),
        ("queue", "?", "help"),
        ("queue", "g i", "view-open"),
    ],
)
def test_gmails_keys_do_what_they_do_in_gmail(place: str, keys: str, name: str) -> None:
    found, _ = keymap(ACTIONS, Preferences(preset="gmail"))
    assert _named(found, place, *keys.split(" ")) == name


def test_the_preset_arrows_moves_without_letters() -> None:
    found, _ = keymap(ACTIONS, Preferences(preset="arrows"))
    for name in ("down", "up", "top", "bottom", "open", "back", "next", "previous", "next-message", "next-view"):
        assert len(found.keys(name)[0].split(" ")[0]) > 1, name


def test_what_a_preset_leaves_without_a_key_has_its_own_behind_a_backslash() -> None:
    actions = [
        Action("undo", "undo", "Undo", ("u",), ("queue",), "Decide", _nothing),
        Action("zoom", "zoom", "Zoom", ("z",), ("queue",), "Look", _nothing),
    ]
    found, _ = keymap(actions, Preferences(preset="gmail"))
    assert found.keys("zoom") == ("\\ z",)


def test_keys_of_ones_own_replace_the_presets() -> None:
    found, complaints = _keys(close=("f12", "g e"))
    assert not complaints
    assert _named(found, "queue", "f12") == _named(found, "thread", "g", "e") == "close"


def test_two_actions_can_change_keys() -> None:
    found, complaints = _keys(close="w", wait="e")
    assert not complaints
    assert _named(found, "queue", "w") == "close"
    assert _named(found, "queue", "e") == "wait"


def test_a_key_can_work_in_one_place_only() -> None:
    found, complaints = _keys(close=("thread:f12", "e"))
    assert not complaints
    assert _named(found, "thread", "f12") == "close"
    assert KeyReader(found).feed("queue", "f12") is None
    assert found.sequence("thread", "f12") == ("f12",)


@pytest.mark.parametrize(
    ("action", "keys", "words"),
    [
        ("close", "w", "w is wait in the queue already"),
        ("close", "g", "g is "),
        ("close", "g m x", "gm is view-mine"),
        ("reopen", "ctrl+e", "ctrl+e cannot be used: it goes to the end of the line"),
        ("reopen", "ctrl+i", "terminals send it as Tab"),
        ("reopen", "alt+enter", "it arrives as Enter"),
        ("hold", "9", "digits are counts"),
        ("hold", "flup", "flup is no key"),
        ("hold", "composer:h", "hold does not work in composer"),
        ("send", "s", "it is text where text is written"),
    ],
)
def test_keys_that_cannot_be_are_refused_in_words_and_the_presets_stay(action: str, keys: str, words: str) -> None:
    found, (complaint,) = _keys(**{action: keys})
    assert words in complaint
    assert f"keys.{action}" in complaint
    usual, _ = keymap(ACTIONS, Preferences())
    assert found.keys(action) == usual.keys(action)


def test_keys_for_an_action_that_is_none_are_named() -> None:
    found, (complaint,) = _keys(clsoe="f12")
    assert "there is no action clsoe" in complaint
    assert "clsoe" not in found.actions


def test_what_is_refused_does_not_take_the_rest_with_it() -> None:
    found, complaints = _keys(close="w", reopen="f12")
    assert len(complaints) == 1
    assert found.keys("reopen") == ("f12",)


def test_the_page_on_keys_is_made_from_the_key_map() -> None:
    written = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    assert written == page(), "run `python docs/keys.py`"


def test_the_page_on_keys_has_every_action_once() -> None:
    said = page()
    for action in ACTIONS:
        found = said.count(f"| {action.description} | `{action.name}` |")
        assert found == 1, f"{action.name}: is its group one of the help's?"
