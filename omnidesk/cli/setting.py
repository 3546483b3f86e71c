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
    name: Annotated[str, typer.Argument(metavar="NAME", help="The setting, as `list` has it.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its new value.")],
) -> None:
    """Change a setting."""
    from omnidesk.desk import settings

    changed = settings.put(session.workspace, name, value)
    row = next(row for row in _rows(changed) if row["name"] == name)
    session.changed(None, {"setting": row}, f"{name} is {row['value']}")


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
