"""A real gammu-smsd with its dummy phone, as the conformance suite asks for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from omnidesk import clock
from omnidesk.connectors.gammu import backup, config, parts
from omnidesk.connectors.gammu.folders import InFolders
from omnidesk.connectors.gammu.tables import InTables
from omnidesk.connectors.testing import Harness, Received, Said, wait_for
from tests.connectors.gammu.modem import NUMBER, Modem, Service
from tests.connectors.numbers import number_of

_NOBODY = "messages are files and rows on this machine: nobody answers, who could be slow, broken or full"
_SENT = (
    "SELECT {} FROM outbox UNION ALL SELECT {} FROM outbox_multipart p JOIN outbox USING (ID) "
    "UNION ALL SELECT {} FROM sentitems"
)


class ModemHarness(Harness):
    """One modem."""

    kind = "gammu"
    address = NUMBER
    secrets = {}  # noqa: RUF012
    not_applicable = {  # noqa: RUF012
        "retry_after": _NOBODY,
        "outage": _NOBODY,
        "freeze": _NOBODY,
        "lost_answer": "what was put down for the daemon is there or is not, which is looked at",
        "refusal": "the dummy phone sends everything; what the daemon could not send is tested apart",
        "lost_position": "messages are asked for by day, and a day does not get lost",
    }

    def __init__(self, folder: Path, service: Service, inbox_format: str = "detail") -> None:
        self.modem = Modem(folder, service, inbox_format)
        self.settings = {"config": str(self.modem.config)}

    def __enter__(self) -> Self:
        self.modem.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.modem.stop()

    @property
    def kept(self) -> InFolders | InTables:
        """What the connector would see."""
        said = config.read(str(self.modem.config))
        return InFolders(said) if isinstance(said, config.Folders) else InTables(said)

    def inject(self, *messages: Said) -> None:
        before = len(self.kept.entries(0))
        for said in messages:
            self.modem.receives(said.text, number_of(said.sender))
        wait_for(lambda: len(self.kept.entries(0)) >= before + len(messages), "gammu-smsd to put the messages down")

    def inject_raw(self, raw: bytes) -> None:
        before = len(self.kept.entries(0))
        if self.modem.service == "files":
            path = self.modem.folder / "inbox" / f"IN20261128_{clock.now() % 1_000_000:06}_00_+31600000000_00.txt"
            path.write_bytes(raw)
        else:
            with closing(sqlite3.connect(self.modem.database)) as database, database:
                database.execute(
                    "INSERT INTO inbox (Text, UDH, TextDecoded, RecipientID) VALUES ('', '', ?, 'omni')",
                    (raw.decode("latin-1"),),
                )
        wait_for(lambda: len(self.kept.entries(0)) > before, "the poison to be there")

    def received(self) -> Sequence[Received]:
        if self.modem.service == "files":
            return [Received(parts.joined(some), key) for key, (_, some) in self._files().items()]
        found: dict[str, list[tuple[int, str]]] = {}
        for key, place, text in self._rows("CreatorID, 1, Text", "CreatorID, p.SequencePosition, p.Text",
                                           "CreatorID, SequencePosition, Text"):  # fmt: skip
            found.setdefault(str(key).removeprefix("omnidesk/"), []).append((int(place), backup.decoded(str(text))))
        return [Received("".join(text for _, text in sorted(set(some))), key) for key, some in found.items()]

    def _files(self) -> dict[str, tuple[str, list[parts.Part]]]:
        found = {}
        for folder in ("outbox", "sent", "error"):
            for path in sorted((self.modem.folder / folder).glob("OUT*")):
                name = path.name.removesuffix(".smsbackup").split("_", 4)
                found[name[4].removeprefix("omnidesk-")] = name[3], backup.read(path.read_bytes())
        return found

    def _rows(self, *columns: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.modem.database)) as database:
            return database.execute(_SENT.format(*columns)).fetchall()

    def report(self, received: Received, status: Literal["delivered", "read"]) -> None:
        """The daemon has sent it, then the network says that it arrived."""
        wait_for(lambda: any(one.row.get("key") == received.key for one in self.kept.entries(0)), "it to be sent")
        self.modem.reports(number_of(Said("").sender), "Delivered")
