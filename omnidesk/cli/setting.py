"""omnidesk setting: how the workspace behaves."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

import typer

from omnidesk.cli import paging
from omnidesk.cli.session import Session, command, group

app = group("How the workspace behaves; lengths of time are in seconds.")


@command(app, "list")
def list_settings(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List all settings with their values."""
    from omnidesk.desk import settings

    page, following = paging.cut(
        sorted(_rows(settings.current(session.workspace)), key=lambda row: row["name"]),
        limit,
        after,
        lambda row: str(row["name"]),
    )
    session.show(
        paging.listed(page, following),
        lambda printer: printer.table(
            ("Setting", "Value", "Default", "Meaning"),
            [(row["name"], str(row["value"]), str(row["default"]), row["help"]) for row in page],
        ),
    )


@command(app, "set")
def set_setting(
    session: Session,
    pairs: Annotated[list[str], typer.Argument(metavar="NAME VALUE..", help="Settings, as `list` has them.")],
) -> None:
    """Change a setting, or several."""
    from omnidesk.desk import settings
    from omnidesk.words.errors import UsageError

    if len(pairs) % 2:
        raise UsageError(f"{pairs[-1]} has no value: setting set NAME VALUE [NAME VALUE ..]")
    wanted = dict(zip(pairs[::2], pairs[1::2], strict=True))
    act = None
    for name, value in wanted.items():
        act = settings.put(session.workspace, name, value, session.actor)
    rows = [row for row in _rows(settings.current(session.workspace)) if row["name"] in wanted]
    words = ", ".join(f"{row['name']} is {row['value']}" for row in rows)
    session.changed(act, {"setting": rows[0], "settings": rows}, words)


def _rows(current: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": entry.name,
            "value": getattr(current, entry.name),
            "default": entry.default,
            "help": entry.metadata["help"],
        }
        for entry in fields(current)
    ]
