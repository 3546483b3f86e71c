"""The workspace's settings: what they are called, what they mean, and their values. Lengths of time are seconds."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from omnidesk.desk.acts import Act, perform
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.phone import USUAL_REGION, known_region
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import PROGRAM, Actor
from omnidesk.words.speech import _


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default."""

    lease_seconds: float = field(default=15.0, metadata={"help": "how long an engine holds a channel unless it renews"})
    tick_seconds: float = field(default=0.4, metadata={"help": "how often the engine looks for work that is due"})
    backoff_seconds: float = field(default=1.0, metadata={"help": "first wait after a failure; doubles, with jitter"})
    backoff_most_seconds: float = field(default=300.0, metadata={"help": "longest wait after failures"})
    send_backoff_most_seconds: float = field(default=900.0, metadata={"help": "longest wait between tries to send"})
    send_for_seconds: float = field(default=86_400.0, metadata={"help": "how long a message is tried before it fails"})
    verify_after_seconds: float = field(
        default=60.0, metadata={"help": "when the provider is asked about a lost answer"}
    )
    undo_seconds: float = field(
        default=-1.0, metadata={"help": "undo window for sending; -1: what the channel kind says"}
    )
    poll_seconds: float = field(
        default=-1.0, metadata={"help": "how often a source that cannot push is asked; -1: what the channel kind says"}
    )
    keep_deleted_days: float = field(default=30.0, metadata={"help": "how long a deletion can be undone"})
    timeout_seconds: float = field(default=30.0, metadata={"help": "how long a provider may keep silent"})
    reopen_days: int = field(
        default=0, metadata={"help": "an answer to a conversation closed longer ago starts a new one; 0: never"}
    )
    when_closed: str = field(
        default="reopen", metadata={"help": "an answer to a closed conversation: reopen it, or start a new one"}
    )
    skip_minutes: float = field(
        default=120.0, metadata={"help": "how long a conversation an agent passed over is not offered to them again"}
    )
    opening_hours: str = field(
        default="", metadata={"help": "such as `Europe/Amsterdam mon-fri 09:00-17:30, sat 10:00-16:00`; empty: always"}
    )
    bulk_per_minute: float = field(
        default=30.0, metadata={"help": "how many messages of one answer to many leave in a minute, on each channel"}
    )
    after_reply: str = field(
        default="next", metadata={"help": "what is shown after an answer: next (conversation), list, or stay"}
    )
    public_url: str = field(
        default="", metadata={"help": "how the world reaches `omnidesk serve`, such as https://desk.example.com"}
    )
    region: str = field(
        default=USUAL_REGION,
        metadata={"help": "the country (ISO 3166, such as NL) of telephone numbers that name none"},
    )
    check_items: str = field(
        default="order number, postcode, amount",
        metadata={"help": "what only the customer knows, of which two prove a caller or a new sender; commas between"},
    )
    shop_name: str = field(default="", metadata={"help": "shown behind the agent's name in From: Sanne (Shop)"})


_DAY, _YEAR = 86_400.0, 366 * 86_400.0
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "lease_seconds": (0.2, _DAY),
    "tick_seconds": (0.01, 60.0),
    "backoff_seconds": (0.0, _DAY),
    "backoff_most_seconds": (0.0, _DAY),
    "send_backoff_most_seconds": (0.0, _DAY),
    "send_for_seconds": (0.0, _YEAR),
    "verify_after_seconds": (0.0, _DAY),
    "undo_seconds": (0.0, 3_600.0),
    "poll_seconds": (0.1, _DAY),
    "keep_deleted_days": (0.0, 36_600.0),
    "timeout_seconds": (0.1, 3_600.0),
    "reopen_days": (0, 36_600),
    "skip_minutes": (0.0, 525_600.0),
    "bulk_per_minute": (0.0, 60_000.0),
}
"""From where to where each number may go."""
_CHOICES = {"after_reply": ("next", "list", "stay"), "when_closed": ("reopen", "new")}


def read(connection: Connection) -> Settings:
    """Return the settings in force."""
    known = {entry.name for entry in fields(Settings)}
    found = connection.all("SELECT key, value_json FROM setting")
    return Settings(**{row[0]: json.loads(row[1]) for row in found if row[0] in known})


def current(workspace: Workspace) -> Settings:
    """Return the settings in force."""
    return read(workspace.database.reader)


def _checked(name: str, value: str | int | float) -> Any:
    """Return a value as the setting keeps it. Raises UsageError."""
    kind = type(getattr(Settings(), name))
    if kind is str:
        return _checked_words(name, str(value))
    try:
        said = kind(value)
    except ValueError:
        raise UsageError(_("{name} takes a number, not {value!r}").format(name=name, value=value)) from None
    least, most = _BOUNDS[name]
    if said == -1 and getattr(Settings(), name) == -1:
        return said
    if not math.isfinite(said) or not least <= said <= most:
        raise UsageError(
            _("{name} is a number from {least:g} to {most:g}, not {value}").format(
                name=name, least=least, most=most, value=value
            )
        )
    return said


def _checked_words(name: str, said: str) -> str:
    choices = _CHOICES.get(name)
    if choices and said not in choices:
        raise UsageError(
            _("{name} is {choices}, not {said!r}").format(name=name, choices=f" {_('or')} ".join(choices), said=said)
        )
    if name == "region":
        if not known_region(said):
            raise UsageError(_("region is a country of two letters such as NL or BE, not {said!r}").format(said=said))
        return said.upper()
    if name == "opening_hours" and said:
        from omnidesk.desk.hours import parse

        parse(said)
    return one_line(said, 200)


def put(workspace: Workspace, name: str, value: str | int | float, actor: Actor = PROGRAM) -> rows.Act:
    """Change one setting. Raises NotFoundError, UsageError."""
    found = next((entry for entry in fields(Settings) if entry.name == name), None)
    if found is None:
        raise NotFoundError(
            _("there is no setting {name}; settings are {settings}").format(
                name=name, settings=", ".join(entry.name for entry in fields(Settings))
            )
        )
    said = _checked(name, value)

    def work(act: Act) -> None:
        before = getattr(read(act.tx), name)
        act.tx.execute(
            "INSERT INTO setting (key, value_json) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET "
            "value_json = excluded.value_json",
            (name, json.dumps(said)),
        )
        act.event("setting", after={"setting": name, "before": before, "value": said})
        act.summary = f"{name} is {said}"

    return perform(workspace, actor, "setting", work)[0]
