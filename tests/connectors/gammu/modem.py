"""A real gammu-smsd with the dummy phone that Gammu brings: messages for it are files in a folder."""

from __future__ import annotations

import gzip
import itertools
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from omnidesk.connectors.gammu import backup, parts
from omnidesk.connectors.testing import wait_for

Service = Literal["files", "sql"]
NUMBER, CUSTOMER = "+31657000000", "+31612345678"
_SCHEMA = Path("/usr/share/doc/gammu-smsd/examples")
DUMMY_REFERENCE = 255
"""By which number the dummy phone says that its network knows each message."""


class Modem:
    """The daemon in a folder of its own."""

    def __init__(self, folder: Path, service: Service, inbox_format: str = "detail") -> None:
        self.folder = folder
        self.service = service
        self.config = folder / "smsdrc"
        self.database = folder / "smsd.db"
        self._phone = folder / "dummy"
        self._slot = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("inbox", "outbox", "sent", "error", "dummy/sms/1", "dummy/sms/2", "dummy/sms/3", "dummy/sms/4"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.config.write_text(self._written(inbox_format))
        if service == "sql":
            self._make_tables()

    def _written(self, inbox_format: str) -> str:
        folder = self.folder
        kept = (
            f"service = files\ninboxpath = {folder}/inbox/\noutboxpath = {folder}/outbox/\n"
            f"sentsmspath = {folder}/sent/\nerrorsmspath = {folder}/error/\ninboxformat = {inbox_format}\n"
            if self.service == "files"
            else f"service = sql\ndriver = sqlite3\ndbdir = {folder}/\ndatabase = smsd.db\n"
        )
        return (
            f"[gammu]\nmodel = dummy\nconnection = none\ndevice = {self._phone}\n\n[smsd]\n{kept}"
            f"logfile = {folder}/log\nphoneid = omni\ndeliveryreport = sms\nreceivefrequency = 1\nloopsleep = 1\n"
            "commtimeout = 1\nsendtimeout = 5\nmaxretries = 1\nchecksecurity = 0\ncheckbattery = 0\nchecksignal = 0\n"
            "multiparttimeout = 2\nstatusfrequency = 1\n"
        )

    def _make_tables(self) -> None:
        plain, packed = _SCHEMA / "sqlite.sql", _SCHEMA / "sqlite.sql.gz"
        schema = plain.read_text() if plain.exists() else gzip.decompress(packed.read_bytes()).decode()
        with closing(sqlite3.connect(self.database)) as database:
            database.executescript(schema)

    def start(self) -> None:
        """Start it."""
        nowhere = subprocess.DEVNULL
        words = ["gammu-smsd", "-c", str(self.config)]
        self._process = subprocess.Popen(words, stdin=nowhere, stdout=nowhere, stderr=nowhere)
        wait_for(lambda: "Starting phone communication" in self._log(), "gammu-smsd to start")

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    # --- what happens on the phone

    def receives(self, text: str, sender: str = CUSTOMER, lose: Sequence[int] = ()) -> None:
        """Let somebody send a message, in as many parts as it takes; parts in `lose` (from 1 on) never come."""
        messages = parts.divided(text, text)
        kind = backup.coding(messages)
        for place, (header, words) in enumerate(messages, 1):
            if place not in lose:
                self._lay(f"PDU = Deliver\n{_about(sender, header, words, kind)}")

    def reports(self, recipient: str, text: Literal["Delivered", "Failed", "Pending"]) -> None:
        """Let the network say what became of the newest message to this number."""
        status = {"Delivered": 0, "Pending": 0x20, "Failed": 0x41}[text]
        said = _about(recipient, "", text, "Default")
        self._lay(f"PDU = Status_Report\nDeliveryStatus = {status}\nMessageReference = {DUMMY_REFERENCE}\n{said}")

    def _lay(self, fields: str) -> None:
        """Put a message into the phone's memory; the daemon takes it out."""
        name = str(next(self._slot))
        hidden = self._phone / f"{name}.new"
        hidden.write_text(f"[SMSBackup000]\n{fields}")
        hidden.rename(self._phone / "sms" / "1" / name)

    def empty(self) -> bool:
        """Say whether the daemon has taken everything out of the phone."""
        return not any((self._phone / "sms" / "1").iterdir())


def _about(number: str, header: str, text: str, kind: str) -> str:
    digits = backup.encoded(text)
    lines = [digits[start : start + 200] for start in range(0, len(digits), 200)]
    words = "\n".join(f"Text{place:02} = {line}" for place, line in enumerate(lines))
    return (
        f'SMSC = "123456"\nDateTime = {datetime.now(UTC):%Y%m%dT%H%M%S}\nState = UnRead\nNumber = "{number}"\n'
        f"NumberUnicode = {backup.encoded(number)}\n{f'UDH = {header}' if header else ''}\n{words}\nCoding = {kind}\n"
        f"Folder = 1\nLength = {len(digits) // 4}\nClass = -1\n"
    )
