"""Channels: added, renamed, switched, removed. Removing one keeps everything it brought (promise 10)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from omnidesk.desk.acts import Act, perform
from omnidesk.store import people
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.kinds import Health
from omnidesk.words.rows import Actor, Channel
from omnidesk.words.speech import _

NOW = 0
"""`next_attempt_at` of a channel that somebody wants tried at once."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def list_channels(workspace: Workspace) -> list[Channel]:
    """Return all channels, by name, the built-in `desk` among them."""
    return people.channels(workspace.database.reader)


def get(workspace: Workspace, name: str | int) -> Channel:
    """Return one channel by name or id. Raises NotFoundError."""
    return people.channel(workspace.database.reader, name)


def check_name(workspace: Workspace, name: str) -> None:
    """Raise UsageError or RefusedError unless a channel may be called so."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            _("{name!r} is no channel name: small letters, digits and dashes, at most 31, a letter first").format(
                name=name
            )
        )
    if any(channel.name == name for channel in list_channels(workspace)):
        raise RefusedError(_("there is a channel {name} already; choose another name").format(name=name))


def add(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    name: str,
    address: str,
    settings: Mapping[str, Any],
    history_days: int = 14,
    read_only: bool = False,
) -> tuple[rows.Act, Channel]:
    """Add a channel; its secrets are kept elsewhere, under its id."""
    check_name(workspace, name)
    if not 0 <= history_days <= 36_500:
        raise UsageError(_("history days are a number from 0 to 36500"))
    _answering().check(workspace, kind, name, settings)
    whole = _joining(settings)

    def work(act: Act) -> int:
        channel_id = new_id()
        act.tx.insert(
            "channel",
            id=channel_id,
            name=name,
            kind=kind,
            address=address,
            settings_json=json.dumps(whole),
            history_days=history_days,
            read_only=read_only,
            created_at=act.at,
        )
        act.event("channel_added", after={"channel": channel_id, "name": name, "kind": kind})
        act.summary = f"added channel {name}"
        return channel_id

    done, channel_id = perform(workspace, actor, "channel", work)
    return done, get(workspace, channel_id)


def _answering() -> Any:
    """Return the module that reads manifests, which the console's first paint does without."""
    from omnidesk.desk import answering

    return answering


def _joining(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with a policy of joining as it is kept. Raises UsageError."""
    from omnidesk.desk import elsewhere

    return {**settings, "join": elsewhere.checked(str(settings["join"]))} if settings.get("join") else dict(settings)


def _change(
    workspace: Workspace,
    actor: Actor,
    name: str,
    fields: Mapping[str, Any],
    summary: str,
    also: Callable[[Act], None] = lambda act: None,
) -> tuple[rows.Act, Channel]:
    channel = get(workspace, name)
    if channel.kind == "desk":
        raise RefusedError(_("the built-in channel desk cannot be changed"))

    def work(act: Act) -> None:
        act.change_row("channel_changed", "channel", channel.id, fields)
        also(act)
        act.summary = summary

    done = perform(workspace, actor, "channel", work)[0]
    return done, get(workspace, channel.id)


def enable(workspace: Workspace, actor: Actor, name: str) -> tuple[rows.Act, Channel]:
    """Switch a channel on."""
    return _change(workspace, actor, name, {"enabled": True, "health": Health.OK, "error": None}, f"switched {name} on")


def disable(workspace: Workspace, actor: Actor, name: str) -> tuple[rows.Act, Channel]:
    """Switch a channel off; what it brought stays."""
    return _change(workspace, actor, name, {"enabled": False}, f"switched {name} off")


def rename(workspace: Workspace, actor: Actor, name: str, fresh: str) -> tuple[rows.Act, Channel]:
    """Give a channel another name."""
    check_name(workspace, fresh)
    follow = partial(_answering().follow, name=name, fresh=fresh)
    return _change(workspace, actor, name, {"name": fresh}, f"renamed {name} to {fresh}", follow)


def set_read_only(workspace: Workspace, actor: Actor, name: str, read_only: bool) -> tuple[rows.Act, Channel]:
    """Start or end a trial beside another desk: nothing is sent or flagged on the server."""
    return _change(
        workspace, actor, name, {"read_only": read_only}, f"{name} {'only reads' if read_only else 'may send'}"
    )


def set_history(workspace: Workspace, actor: Actor, name: str, days: int) -> tuple[rows.Act, Channel]:
    """Say how many days before the channel was added still count as news, for what is yet to be read."""
    if not 0 <= days <= 36_500:
        raise UsageError(_("history days are a number from 0 to 36500"))
    return _change(workspace, actor, name, {"history_days": days}, f"{name} history {days} days")


def set_settings(
    workspace: Workspace, actor: Actor, name: str, settings: Mapping[str, Any]
) -> tuple[rows.Act, Channel]:
    """Change settings of a channel and leave the others; None takes one away. They must be as their kind wants them."""
    channel = get(workspace, name)
    _answering().check(workspace, channel.kind, name, settings)
    whole = {key: value for key, value in {**channel.settings, **_joining(settings)}.items() if value is not None}
    told = ", ".join(sorted(settings))
    return _change(workspace, actor, name, {"settings_json": json.dumps(whole)}, f"changed {told} of {name}")


def remove(workspace: Workspace, actor: Actor, name: str) -> tuple[rows.Act, Channel]:
    """Remove a channel: it stops, its name is free, its conversations and messages stay."""

    channel = get(workspace, name)
    waiting = workspace.database.reader.value(
        "SELECT count(*) FROM outbox WHERE channel_id = ? AND state IN ('queued', 'sending')", (channel.id,)
    )
    if waiting:
        raise RefusedError(
            _(
                "{waiting} messages are still to go out on {name}: let them go or cancel them (omnidesk outbox list)"
            ).format(waiting=waiting, name=name)
        )

    def work(act: Act) -> None:
        if channel.kind == "desk":
            raise RefusedError(_("the built-in channel desk cannot be removed"))
        act.change_row("channel_removed", "channel", channel.id, {"removed_at": act.at, "enabled": False})
        act.summary = f"removed channel {name}"

    done = perform(workspace, actor, "channel", work)[0]
    return done, channel


def try_now(workspace: Workspace, actor: Actor, name: str) -> tuple[rows.Act, Channel]:
    """Ask whichever engine runs a channel to connect anew at once, whatever it waits for."""
    channel = get(workspace, name)
    if channel.kind == "desk" or not channel.enabled:
        raise RefusedError(_("{name} is not running: switch it on first").format(name=name))

    def work(act: Act) -> None:
        act.tx.execute("UPDATE channel SET next_attempt_at = ? WHERE id = ?", (NOW, channel.id))
        act.summary = f"{name} is tried again now"

    return perform(workspace, actor, "channel", work)[0], channel


def take_asked(workspace: Workspace, running: Collection[int]) -> list[int]:
    """Return which of these channels (by id) somebody asked to try now; each is asked for once."""
    asked = "SELECT id FROM channel WHERE next_attempt_at = ?"
    found = [row[0] for row in workspace.database.reader.all(asked, (NOW,)) if row[0] in running]
    if found:
        marks = ", ".join(str(one) for one in found)
        workspace.database.write(
            lambda tx: tx.execute(
                f"UPDATE channel SET next_attempt_at = NULL WHERE id IN ({marks}) AND next_attempt_at = ?", (NOW,)
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """Something that somebody changed about a channel, in words."""

    at: int
    actor: str
    said: str


def log(workspace: Workspace, name: str, limit: int = 100) -> list[Change]:
    """Return what was changed about a channel, newest first; rides on event_conversation, which has it under none."""
    channel = get(workspace, name)
    found = workspace.database.reader.all(
        "SELECT e.at, e.actor, e.kind, e.before_json, e.after_json FROM event e WHERE e.conversation_id IS NULL "
        "AND e.kind IN ('channel_added', 'channel_changed', 'channel_removed', 'secret_stored') ORDER BY e.id DESC"
    )
    changes: list[Change] = []
    for row in found:
        after = json.loads(row["after_json"])
        if channel.id in (after.get("row"), after.get("channel")) and len(changes) < limit:
            changes.append(Change(row["at"], row["actor"], _said(row["kind"], json.loads(row["before_json"]), after)))
    return changes


def _said(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if kind == "channel_added":
        return f"added as {after.get('name', '')}"
    if kind == "secret_stored":
        return "its secret was stored anew"
    words: dict[str, Callable[[Any, Any], str]] = {
        "channel.enabled": lambda old, new: "switched on" if new else "switched off",
        "channel.name": lambda old, new: f"renamed from {old} to {new}",
        "channel.read_only": lambda old, new: "only reads from now on" if new else "may send from now on",
        "channel.history_days": lambda old, new: f"history of {new} days, before {old}",
        "channel.settings_json": _settings_said,
        "channel.removed_at": lambda old, new: "removed",
    }
    said = [words[name](before.get(name), value) for name, value in after.items() if name in words]
    return ", ".join(said) or "changed"


def _settings_said(before: Any, after: Any) -> str:
    old, new = json.loads(before or "{}"), json.loads(after or "{}")
    changed = [key for key in sorted(old | new) if old.get(key) != new.get(key)]
    return ", ".join(f"{key} {new[key]}" if key in new else f"{key} as usual" for key in changed)


def note_secret(workspace: Workspace, actor: Actor, name: str) -> tuple[rows.Act, Channel]:
    """Write down that a channel's secret was stored anew, never the secret; its engine tries it at once."""
    channel = get(workspace, name)

    def work(act: Act) -> None:
        act.event("secret_stored", after={"channel": channel.id})
        act.tx.execute("UPDATE channel SET next_attempt_at = ? WHERE id = ?", (NOW, channel.id))
        act.summary = f"the secret of {name} was stored anew"

    return perform(workspace, actor, "channel", work)[0], channel


@dataclass(frozen=True, slots=True)
class Holds:
    """What a channel brought and still has to do: shown before it is removed."""

    messages: int
    conversations: int
    leaving: int
    quarantined: int


def holds(workspace: Workspace, name: str) -> Holds:
    """Return what a channel brought, and what is still to go out on it."""
    channel, reader = get(workspace, name), workspace.database.reader
    counted = reader.all(
        "SELECT count(*), count(DISTINCT conversation_id) FROM message WHERE channel_id = ?", (channel.id,)
    )[0]
    leaving = "SELECT count(*) FROM outbox WHERE channel_id = ? AND state IN ('queued', 'sending')"
    quarantined = "SELECT count(*) FROM quarantine WHERE channel_id = ?"
    return Holds(counted[0], counted[1], reader.value(leaving, (channel.id,)), reader.value(quarantined, (channel.id,)))


def note_health(workspace: Workspace, channel_id: int, health: Health, error: str | None, **fields: int | None) -> None:
    """Write down how a channel does; `last_success_at` and `next_attempt_at` (UTC ms) where given. No event."""
    said: dict[str, Any] = {"health": health, "error": error, **fields}
    columns = ", ".join(f"{name} = ?" for name in said)
    write: Callable[[Any], Any] = lambda tx: tx.execute(  # noqa: E731
        f"UPDATE channel SET {columns} WHERE id = ?", (*said.values(), channel_id)
    )
    workspace.database.write(write)


def cursor(workspace: Workspace, channel_id: int) -> dict[str, Any]:
    """Return how far a channel's source has been read."""
    found = workspace.database.reader.value("SELECT cursor_json FROM channel WHERE id = ?", (channel_id,))
    said: dict[str, Any] = json.loads(found or "{}")
    return said
