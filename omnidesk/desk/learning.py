"""What a channel's source shows of itself: settings that nobody typed, learned from what it brings."""

from __future__ import annotations

import json
from collections.abc import Iterable

from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.desk.acts import Act


def learn(act: Act, channel_id: int, items: Iterable[Item]) -> None:
    """Let a channel's connector learn from items; what it is sure of becomes a setting, unless somebody typed one."""
    row = act.tx.one("SELECT kind, settings_json, learned_json FROM channel WHERE id = ?", (channel_id,))
    if row is None:
        return
    connector = registry.connector(row["kind"])
    before = memory = json.loads(row["learned_json"] or "{}")
    settings = json.loads(row["settings_json"] or "{}")
    found: dict[str, str] = {}
    for item in items:
        memory, fresh = connector.learn(item, memory, {**settings, **found})
        found |= fresh
    if memory != before:
        kept = json.dumps(memory, separators=(",", ":"))
        act.tx.execute("UPDATE channel SET learned_json = ? WHERE id = ?", (kept, channel_id))
    if found:
        act.change_row("channel_changed", "channel", channel_id, {"settings_json": json.dumps({**settings, **found})})
