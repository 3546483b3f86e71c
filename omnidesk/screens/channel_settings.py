"""Changing the settings of a channel in one line, as `omnidesk channel set` does."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from omnidesk.screens.keys import Action, Press
from omnidesk.screens.later import Later
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import channels
    from omnidesk.screens.channels import ChannelsScreen
    from omnidesk.sync import form
else:
    channels, form = Later("omnidesk.desk.channels"), Later("omnidesk.sync.form")


FIRST = ("aliases",)
"""What is changed most often, where a kind has it."""


@dataclass
class SettingsAsked(Message):
    """Which settings a channel has, and the first of them as it stands."""

    name: str
    keys: tuple[str, ...]
    begun: str


def change(screen: ChannelsScreen, press: Press) -> None:
    """Ask for settings, those at hand that are used most already named."""
    one = screen.row
    if one is None:
        screen.say(_("there is no channel here: a adds one"))
    elif press.argument:
        _change(screen, press.argument, one.name)
    else:

        def work() -> SettingsAsked:
            keys = form.keys(one.kind)
            begun = next((f"{key}={shlex.quote(str(one.settings.get(key) or ''))}" for key in FIRST if key in keys), "")
            return SettingsAsked(one.name, keys, begun)

        screen.backstage.read("settings", work)


def ask(screen: ChannelsScreen, asked: SettingsAsked) -> None:
    """Ask for settings in one line."""
    hint = _("NAME=VALUE .., words in quotes; NAME= takes one back: {names}").format(names=", ".join(asked.keys))
    question = _("Settings of {name}:").format(name=asked.name)
    screen.ask(question, partial(_change, name=asked.name), hint, asked.begun)


def _change(screen: ChannelsScreen, text: str, name: str) -> None:
    session = screen.session

    def work() -> str:
        try:
            pairs = [word.partition("=") for word in shlex.split(text)]
        except ValueError:
            raise UsageError(_("a quote mark is missing its other one")) from None
        if bad := next((key for key, equals, _value in pairs if not equals), None):
            raise UsageError(_("{word!r} is no setting: write NAME=VALUE").format(word=bad))
        one = channels.get(session.workspace, name)
        fresh = form.changed(one.kind, {key: value for key, _equals, value in pairs})
        return channels.set_settings(session.workspace, session.actor, name, fresh)[0].summary

    if text.strip():
        screen.do(work)


ACTIONS = (
    Action(
        "channel-set", "settings", "Change its settings: further addresses, folders ..", ("s",), ("channels",),
        "Channels", change, 9, takes="NAME=VALUE ..",
    ),
)  # fmt: skip
