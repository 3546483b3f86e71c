"""Fills a workspace with sample conversations, through intake like everything else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import agents, channels, intake, workspace
from omnidesk.desk.workspace import Workspace
from omnidesk.words.rows import Actor


@dataclass
class Filler:
    """A workspace with one sample channel, and customers who write to it."""

    workspace: Workspace
    home: Path
    channel_id: int
    actor: Actor
    count: int = field(default=0)

    @classmethod
    def make(cls, home: Path) -> Filler:
        found = workspace.create(str(home), agent_name="Sanne")
        actor = agents.actor(found)
        folder = home / "sample"
        folder.mkdir(exist_ok=True)
        _, channel = channels.add(found, actor, "sample", "shop", "shop@shop.test", {"folder": str(folder)})
        return cls(found, home, channel.id, actor)

    def item(self, text: str, who: str = "Bram de Vries", ago: int = 0, **said: Any) -> Item:
        self.count += 1
        at = clock.now() - ago
        address = said.pop("address", who.lower().replace(" ", ".") + "@mail.test")
        line = {"id": f"m{self.count}@mail.test", "at": at, "from": address, "name": who, "text": text, "to": ["shop@shop.test"]}
        raw = json.dumps(line | said).encode()
        return Item(f"m{self.count}@mail.test", raw, at, "application/json", folder="inbox", outbound=bool(said.get("outbound")))

    def take(self, *items: Item) -> None:
        """Let items arrive together."""
        intake.settle(self.workspace, intake.admit(self.workspace, self.channel_id, items).items)

    def write(self, text: str, who: str = "Bram de Vries", ago: int = 0, **said: Any) -> int:
        """Let one message arrive; return its conversation."""
        self.take(self.item(text, who, ago, **said))
        reader = self.workspace.database.reader
        return int(reader.value("SELECT conversation_id FROM message WHERE external_id = ?", (f"m{self.count}@mail.test",)))

    def last_id(self) -> str:
        """The id of the message written last, to answer to."""
        return f"m{self.count}@mail.test"
