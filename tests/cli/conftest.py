"""A desk with a few conversations, copied for each test, and ways to run commands on it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from omnidesk import clock
from omnidesk.cli.main import run
from omnidesk.connectors.base import Item
from omnidesk.desk import agents, channels, intake, workspace
from tests import postgres

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\u202eevil\u2066"
"""Sets a title, clears a screen, colours, and turns text around, if a terminal ever gets it."""


def line(number: int, sender: str, text: str, **more: Any) -> dict[str, Any]:
    """One message as the sample connector reads it."""
    return {
        "id": f"<{number}@shop.test>",
        "at": clock.now() - clock.HOUR + number * clock.SECOND,
        "from": sender,
        "name": sender.partition("@")[0].title(),
        "to": ["support@shop.test"],
        "subject": f"Matter {number}",
        "text": text,
        **more,
    }


STORY = (
    line(1, "anna@x.test", "Waar is mijn bestelling NL-10234?"),
    line(2, "bram@x.test", "Hello wörld, can I return the boots?"),
    line(3, "anna@x.test", "Any news?", in_reply_to=["<1@shop.test>"]),
    line(4, "chris@x.test", "A question about the bill", files=[
        {"name": "../../bill.txt", "content_type": "text/plain", "base64": "cGFpZA=="}
    ]),
    line(5, f"evil{EVIL}@x.test", f"Nice text {EVIL} here\n{EVIL}second line", subject=f"Buy {EVIL} now", name=EVIL),
    line(6, "dora@x.test", "I am away", auto="auto_reply"),
)  # fmt: skip


def take_in(home: Path, *lines: dict[str, Any], channel: str = "shop") -> None:
    """Receive messages as an engine would."""
    opened = workspace.open_workspace(home)
    found = channels.get(opened, channel)
    items = [Item(said["id"], json.dumps(said).encode(), said["at"], "application/json") for said in lines]
    intake.settle(opened, intake.admit(opened, found.id, items, {"lines": len(items)}).items)
    opened.close()


@dataclass
class Result:
    """What a command left: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on the one line of standard output."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)


@dataclass
class Desk:
    """A workspace and the commands run on it."""

    home: Path
    folder: Path
    _captured: Callable[[], Any] = field(repr=False)

    def run(self, *arguments: str, status: int = 0) -> Result:
        """Run a command in this process; it must end with this status."""
        self._captured()
        found = run(["--home", str(self.home), *arguments])
        out, err = self._captured()
        assert found == status, (found, out, err)
        return Result(found, out, err)

    def json(self, *arguments: str, status: int = 0) -> Any:
        """Run a command with --json; return its document."""
        return self.run(*arguments, "--json", status=status).document

    def fails(self, *arguments: str, status: int) -> str:
        """Run a command that must fail with one clear line on standard error and nothing else; return the line."""
        result = self.run(*arguments, status=status)
        assert result.out == "", result.out
        assert result.err.startswith("omnidesk: ") and result.err.count("\n") == 1, result.err
        assert "Traceback" not in result.err
        return result.err

    def program(self, *arguments: str, stdin: str = "", **more: Any) -> Result:
        """Run the program itself, as a shell would."""
        return program(["--home", str(self.home), *arguments], stdin, **more)

    def sent(self) -> list[dict[str, Any]]:
        """What the sample connector's provider got."""
        path = self.folder / "outbox.jsonl"
        return [json.loads(one) for one in path.read_text().splitlines()] if path.exists() else []


def program(arguments: Sequence[str], stdin: str = "", **more: Any) -> Result:
    """Run `python -m omnidesk`."""
    command = [sys.executable, "-m", "omnidesk", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, **more)
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace made once."""
    home = tmp_path_factory.mktemp("template") / "desk"
    make_desk(home)
    return home


def make_desk(home: Path) -> None:
    """Make the workspace that each test gets a copy of."""
    with mock.patch.dict(os.environ, OMNIDESK_AGENT="sanne"):
        made = workspace.create(home, "Sanne", "sanne@shop.test")
        me = agents.actor(made)
        channels.add(made, me, "sample", "shop", "support@shop.test", {"folder": "folder"})
        made.close()
        take_in(home, *STORY)


def make_desk_in(url: str) -> None:
    """Make it in a PostgreSQL database that others are copied from."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config.toml").write_text(f'database = "{url}"\n')
        (Path(folder) / "keys").write_text("00" * 32)
        make_desk(Path(folder))


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own, which is also where everything of the user's would be."""
    for name in ("OMNIDESK_HOME", "OMNIDESK_DATABASE_URL", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def desk(
    template: Path, alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, database: str
) -> Desk:
    """A copy of the desk; its channel `shop` is two files in a folder."""
    shutil.copytree(template, alone / "desk")
    if (server := postgres.wanted()) is not None:
        (alone / "desk" / "config.toml").write_text(f'database = "{server.database(make_desk_in)}"\n')
        (alone / "desk" / "omnidesk.db").unlink()
        (alone / "desk" / "keys").write_text("00" * 32)
    (alone / "folder").mkdir()
    monkeypatch.chdir(alone)
    return Desk(alone / "desk", alone / "folder", capsys.readouterr)


@pytest.fixture
def password() -> str:
    """A password that exists only while the test runs."""
    return secrets.token_urlsafe(12)
