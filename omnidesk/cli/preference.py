"""omnidesk preference: how the console suits the agent at the keyboard; kept in the agent's own config file."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Annotated, Any

import typer

from omnidesk.cli import paging
from omnidesk.cli.session import Session, command, group
from omnidesk.screens import preferences

app = group("How the console suits you: theme, keys, rows; kept in your own config file, not in the workspace.")


@command(app, "list")
def list_preferences(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List all preferences with their values."""
    found = preferences.read()
    page, following = paging.cut(
        sorted(_rows(found.preferences), key=lambda row: row["name"]), limit, after, lambda row: str(row["name"])
    )
    document = {**paging.listed(page, following), "file": str(preferences.path()), "complaints": list(found.complaints)}

    def people(printer: Any) -> None:
        printer.table(
            ("Preference", "Value", "Default", "Meaning"),
            [(row["name"], _said(row["value"]), _said(row["default"]), row["help"]) for row in page],
        )
        for complaint in found.complaints:
            printer.say(complaint)

    session.show(document, people)


@command(app, "set")
def set_preference(
    session: Session,
    pairs: Annotated[list[str], typer.Argument(metavar="NAME VALUE..", help="Preferences, as `list` has them.")],
) -> None:
    """Change a preference, or several; `keys.close "ctrl+x, g e"` gives an action keys of your own, "" takes them."""
    from omnidesk.words.errors import RefusedError, UsageError

    if len(pairs) % 2:
        raise UsageError(f"{pairs[-1]} has no value: preference set NAME VALUE [NAME VALUE ..]")
    wanted = dict(zip(pairs[::2], pairs[1::2], strict=True))
    before = preferences.read()
    for name, value in wanted.items():
        if not name.startswith("keys."):
            preferences.checked(name, value)
        if name == "theme":
            _known_theme(value)
        if refused := _refused(before.preferences, name, value):
            raise RefusedError(refused)
    for name, value in wanted.items():
        preferences.put(name, value)
    found = preferences.read()
    named = {name.partition(".")[0] for name in wanted}
    rows = [row for row in _rows(found.preferences) if row["name"] in named]
    words = ", ".join(f"{row['name']} is {_said(row['value']) or 'empty'}" for row in rows)
    complaints = list(found.complaints)
    session.changed(None, {"preferences": rows, "complaints": complaints}, "; ".join([words, *complaints]))


@command(app, "keys")
def list_keys(session: Session) -> None:
    """List all actions of the console with their names and the keys that you have for them."""
    from omnidesk.screens import presets
    from omnidesk.screens.actions import ACTIONS
    from omnidesk.screens.keys import shown

    found = preferences.read()
    keymap, refused = presets.keymap(ACTIONS, found.preferences)
    items = [
        {
            "name": action.name,
            "keys": list(keymap.keys(action.name)),
            "where": list(action.where),
            "description": action.description,
        }
        for action in keymap.actions.values()
    ]
    complaints = [*found.complaints, *refused]

    def people(printer: Any) -> None:
        printer.table(
            ("Action", "Keys", "Does"),
            [(item["name"], ", ".join(shown(one) for one in item["keys"]), item["description"]) for item in items],
        )
        for complaint in complaints:
            printer.say(complaint)

    session.show({**paging.listed(items, None), "complaints": complaints}, people)


def _known_theme(name: str) -> None:
    """Raise NotFoundError for a theme there is not; the console itself goes on with another one."""
    from omnidesk.screens import themes
    from omnidesk.text.clean import one_line
    from omnidesk.words.errors import NotFoundError

    if name and name not in themes.names():
        some = ", ".join(sorted(themes.names()))
        raise NotFoundError(f"there is no theme {one_line(name, 40)}; themes are {some}")


def _refused(found: preferences.Preferences, name: str, keys: str) -> str:
    """Say why an action cannot have these keys; "" where it can."""
    from omnidesk.screens import presets
    from omnidesk.screens.actions import ACTIONS

    action = name.removeprefix("keys.")
    wanted = preferences.sequences(keys)
    if action == name or not wanted:
        return ""
    refused = presets.keymap(ACTIONS, replace(found, keys={**found.keys, action: wanted}))[1]
    return next((why for why in refused if f"keys.{action}:" in why or f"action {action};" in why), "")


def _rows(found: preferences.Preferences) -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "value": _plain(getattr(found, entry.name)),
            "default": _plain(getattr(preferences.DEFAULTS, entry.name)),
            "choices": list(entry.metadata["choices"]),
            "help": entry.metadata["help"],
        }
        for entry in fields(found)
    ]


def _plain(value: Any) -> Any:
    return {name: list(keys) for name, keys in value.items()} if hasattr(value, "items") else value


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {' or '.join(keys)}" for name, keys in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)
