"""Whatever is wrong, the answer is one clear line that says what to do next, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors.sample import SampleConnector
from omnidesk.store import sqlite
from tests.cli.conftest import Desk, line, take_in

USAGE = (
    ["nosuch"],
    ["queue", "--vew", "open"],
    ["queue", "--limit", "0"],
    ["queue", "--limit", "1001"],
    ["queue", "--limit", "many"],
    ["queue", "--after", "nonsense"],
    ["queue", "--after", "mine.1.2.3"],
    ["queue", "--after", f"open.1.2.{2**80}"],
    ["search", ""],
    ["search", "status:nosuch"],
    ["search", "x", "--after", "nonsense"],
    ["search", "x", "--nosuch"],
    ["show", "one"],
    ["show", "-1"],
    ["show", "1", "--after", "1"],
    ["show", "1", "--after", "1.1", "--before", "1.1"],
    ["show"],
    ["history", "1", "--after", "x"],
    ["reply", "1"],
    ["reply", "1", "--text", "  "],
    ["reply", "1", "--text", "x", "--status", "nosuch"],
    ["reply", "1", "--text", "x", "--status", "snoozed"],
    ["reply", "1", "--text", "x", "--attach", "no-such-file"],
    ["new", "--via", "shop", "--subject", "s", "--text", "t"],
    ["status", "1", "snoozed"],
    ["status", "1", "nosuch"],
    ["status", "1", "open", "--until", "2h"],
    ["status", "1", "on-hold", "--until", "yesterday"],
    ["snooze", "1", "whenever"],
    ["snooze", "1", "2020-01-01"],
    ["snooze", "1"],
    ["priority", "1", "extreme"],
    ["tag", "1"],
    ["tag", "1", "vip"],
    ["tag", "1", "+"],
    ["tag", "1", "--vip"],
    ["close"],
    ["split", "1", "12345"],
    ["outbox", "resolve", "1", "perhaps"],
    ["channel", "add", "sample"],
    ["channel", "add", "sample", "--name", "Bad Name", "--set", "folder=."],
    ["channel", "add", "sample", "--name", "x"],
    ["channel", "add", "sample", "--name", "x", "--set", "folder"],
    ["channel", "add", "sample", "--name", "x", "--set", "folder=.", "--set", "nosuch=1"],
    ["channel", "add", "sample", "--name", "x", "--set", "folder=.", "--history-days", "-1"],
    ["channel", "add", "email", "--name", "x"],
    ["channel", "add", "email", "--name", "x", "--address", "a@x.test", "--imap-security", "maybe"],
    ["channel", "history", "shop", "some"],
    ["channel", "trial", "shop", "maybe"],
    ["channel", "kinds", "extra"],
    ["agent", "set", "me"],
    ["agent", "set", "me", "--state", "asleep"],
    ["setting", "set", "undo_seconds", "soon"],
    ["setting", "set", "opening_hours", "always"],
    ["undo", "last"],
    ["import", "mbox", "nosuch", "--channel", "shop"],
)
UNKNOWN = (
    ["queue", "--view", "nosuch"],
    ["show", "99"],
    ["show", "99999999999999999999999"],
    ["history", "99"],
    ["note", "99", "--text", "x"],
    ["reply", "99", "--text", "x"],
    ["reply", "1", "--text", "x", "--via", "nosuch"],
    ["new", "--to", "a@x.test", "--via", "nosuch", "--subject", "s", "--text", "t"],
    ["assign", "99", "me"],
    ["assign", "1", "nobody-of-this-name"],
    ["close", "1", "99"],
    ["snooze", "99", "2h"],
    ["merge", "1", "99"],
    ["split", "99", "1"],
    ["undo", "12345"],
    ["block", "nobody@x.test"],
    ["customer", "show", "1"],
    ["channel", "show", "nosuch"],
    ["channel", "disable", "nosuch"],
    ["channel", "add", "pigeon", "--name", "x"],
    ["sync", "--once", "--channel", "nosuch"],
    ["outbox", "retry", "1"],
    ["quarantine", "show", "1"],
    ["attachment", "1"],
    ["setting", "set", "nosuch", "1"],
    ["team", "set", "x", "nobody-of-this-name"],
)
REFUSED = (
    ["undo"],
    ["merge", "1", "1"],
    ["new", "--to", "not an address", "--via", "shop", "--subject", "s", "--text", "t"],
    ["reply", "1", "--text", "x", "--via", "desk"],
    ["channel", "remove", "desk"],
    ["channel", "rename", "shop", "desk"],
    ["channel", "secret", "shop"],
    ["sync", "--once", "--channel", "desk"],
    ["import", "maildir", "Maildir", "--channel", "desk"],
)


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_wrong_usage_is_status_2(desk: Desk, arguments: list[str]) -> None:
    desk.fails(*arguments, status=2)


@pytest.mark.parametrize("arguments", UNKNOWN, ids=" ".join)
def test_what_is_not_there_is_status_3(desk: Desk, arguments: list[str]) -> None:
    desk.fails(*arguments, status=3)


@pytest.mark.parametrize("arguments", REFUSED, ids=" ".join)
def test_what_a_rule_forbids_is_status_4(desk: Desk, arguments: list[str]) -> None:
    Path("Maildir/cur").mkdir(parents=True)
    desk.fails(*arguments, status=4)


def test_one_unknown_number_changes_none_of_the_others(desk: Desk) -> None:
    desk.fails("close", "1", "99", status=3)
    assert desk.json("show", "1")["status"] == "open"


def test_a_read_only_channel_refuses_to_answer(desk: Desk) -> None:
    desk.run("channel", "trial", "shop", "on")
    assert "read only" in desk.fails("reply", "1", "--text", "x", status=4)


def test_a_sent_message_is_never_taken_back(desk: Desk) -> None:
    act = desk.json("reply", "1", "--text", "x", "--now")["act"]["id"]
    assert "sent" in desk.fails("undo", str(act), status=4)


# --- the workspace


def test_without_a_workspace_every_command_says_how_to_make_one(desk: Desk) -> None:
    desk.home = desk.home.with_name("elsewhere")
    for command in (["queue"], ["show", "1"], ["sync", "--once"], ["upgrade"], ["channel", "list"]):
        assert "omnidesk init" in desk.fails(*command, status=1)
    assert "omnidesk init" in desk.run("doctor", status=1).out


@pytest.mark.parametrize("content", ["this is [ not TOML", 'colour = "red"', "database = 5", '\udcff'])  # fmt: skip
def test_a_broken_config_is_named_with_what_to_do(desk: Desk, content: str) -> None:
    (desk.home / "config.toml").write_text(content, errors="surrogateescape")
    assert "config.toml" in desk.fails("queue", status=1)
    assert "config.toml" in desk.run("doctor", status=1).out


@pytest.mark.sqlite
def test_a_database_newer_than_the_program_is_left_alone(desk: Desk) -> None:
    with contextlib.closing(sqlite3.connect(desk.home / "omnidesk.db")) as raw, raw:
        raw.execute("UPDATE mark SET value = '99' WHERE key IN ('schema', 'oldest_writer')")
    before = (desk.home / "omnidesk.db").read_bytes()
    for command in (["queue"], ["close", "1"], ["sync", "--once"], ["upgrade"]):
        assert "newer OmniDesk" in desk.fails(*command, status=1)
    assert "newer OmniDesk" in desk.run("doctor", status=1).out
    assert (desk.home / "omnidesk.db").read_bytes() == before


@pytest.mark.sqlite
@pytest.mark.parametrize("content", [b"", b"this is no database, whatever its name says. " * 100])
def test_a_file_that_is_no_database_is_named(desk: Desk, content: bytes) -> None:
    for path in desk.home.glob("omnidesk.db*"):
        path.unlink()
    (desk.home / "omnidesk.db").write_bytes(content)
    desk.fails("queue", status=1)
    assert "database" in desk.run("doctor", status=1).out


@pytest.mark.sqlite
def test_a_damaged_database_is_no_traceback(desk: Desk) -> None:
    path = desk.home / "omnidesk.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + os.urandom(len(whole) - 8192))
    desk.fails("queue", status=1)
    desk.fails("search", "anna", status=1)
    desk.run("doctor", status=1)


@pytest.mark.sqlite
def test_a_database_that_another_program_locks_is_status_5(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    with contextlib.closing(sqlite3.connect(desk.home / "omnidesk.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "try again" in desk.fails("close", "1", status=5)
        assert desk.run("queue").status == 0


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach."""
    folder = Path(tempfile.mkdtemp(prefix="omnidesk-cli-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(folder)


@pytest.fixture
def read_only_home(desk: Desk, open_folder: Path) -> Iterator[Path]:
    """A copy of the workspace that cannot be written: by its rights, or for root by its mount."""
    if os.getuid() != 0:
        shutil.copytree(desk.home, open_folder / "desk")
        for path in (open_folder / "desk", *(open_folder / "desk").rglob("*")):
            path.chmod(0o500 if path.is_dir() else 0o400)
        yield open_folder / "desk"
        return
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(open_folder)], check=False).returncode:
        pytest.skip("no mounts here")
    try:
        shutil.copytree(desk.home, open_folder / "desk")
        subprocess.run(["mount", "-o", "remount,ro", str(open_folder)], check=True)
        yield open_folder / "desk"
    finally:
        subprocess.run(["umount", "-l", str(open_folder)], check=True)


@pytest.mark.sqlite
def test_a_workspace_that_cannot_be_written_says_so_on_every_change(desk: Desk, read_only_home: Path) -> None:
    desk.home = read_only_home
    for command in (["close", "1"], ["reply", "1", "--text", "x"], ["channel", "disable", "shop"], ["sync", "--once"]):
        assert "cannot be written" in desk.fails(*command, status=1)
    assert "cannot be written" in desk.run("doctor", status=1).out


@pytest.mark.sqlite
def test_a_limit_on_what_may_be_written_loses_nothing(desk: Desk) -> None:
    """What the kernel refuses to write, as on a full disk, is said; what was committed before stays."""
    size = max(path.stat().st_size for path in desk.home.glob("*.db*"))
    note = ["note", "1", "--text", "-"]
    limited = desk.program(*note, stdin="x" * 3_000_000, preexec_fn=lambda: _limit_files(size + 100_000))
    assert limited.status == 1 and limited.err.count("\n") == 1 and "Traceback" not in limited.err, limited
    assert len(desk.json("show", "1")["messages"]) == 2
    desk.run("note", "1", "--text", "there is room again")


def _limit_files(size: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.sqlite
@pytest.mark.skipif(os.getuid() != 0 or sys.platform != "linux", reason="only root can mount a small disk")
def test_a_full_disk_is_named_and_nothing_is_lost(desk: Desk, open_folder: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(open_folder)], check=False)
    if mounted.returncode:
        pytest.skip("no mounts here")
    try:
        home = open_folder / "desk"
        shutil.copytree(desk.home, home)
        with contextlib.suppress(OSError), (open_folder / "ballast").open("wb", buffering=0) as ballast:
            while ballast.write(bytes(4096)) == 4096:
                continue
        desk.home = home
        assert "full" in desk.fails("note", "1", "--text", "x" * 500_000, status=1)
        assert "problem" in desk.run("doctor", status=1).out
        (desk.folder / "inbox.jsonl").write_text('{"id": "<9@x>", "at": 1, "from": "a@x.test", "text": "hi"}\n')
        assert "full" in desk.run("sync", "--once", status=1).err
        (open_folder / "ballast").unlink()
        assert desk.json("sync", "--once")["channels"][0]["received"] == 1
        assert desk.run("note", "1", "--text", "there is room again").status == 0
    finally:
        subprocess.run(["umount", "-l", str(open_folder)], check=True)


def test_keys_that_are_missing_are_named_by_the_doctor(desk: Desk) -> None:
    (desk.home / "keys").unlink()
    assert any(check["name"] == "keys" and not check["ok"] for check in desk.json("doctor", status=1)["checks"])


@pytest.mark.sqlite
def test_a_workspace_that_others_can_read_is_a_problem(desk: Desk) -> None:
    (desk.home / "omnidesk.db").chmod(0o644)
    (check,) = [one for one in desk.json("doctor", status=1)["checks"] if not one["ok"]]
    assert check["name"] == "rights" and "chmod" in check["advice"]


# --- channels


def test_one_channel_s_error_is_said_and_the_document_still_printed(desk: Desk) -> None:
    desk.run("channel", "add", "sample", "--name", "broken", "--set", "folder=broken", "--no-test")
    Path("broken/inbox.jsonl").mkdir(parents=True)
    done = desk.run("sync", "--once", "--json", status=1)
    assert done.err.startswith("omnidesk: broken: ") and done.err.count("\n") == 1
    errors = {one["channel"]: one["error"] for one in done.document["channels"]}
    assert errors["broken"] and errors["shop"] is None


def test_a_connector_s_fault_stops_no_other_channel(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(connector: SampleConnector) -> Path:
        if connector.account.name == "broken":
            raise ValueError("the connector is wrong")
        return desk.folder

    desk.run("channel", "add", "sample", "--name", "broken", "--set", "folder=.", "--no-test")
    monkeypatch.setattr(SampleConnector, "_folder", property(wrong))
    document = desk.json("sync", "--once", status=1)
    errors = {one["channel"]: one["error"] for one in document["channels"]}
    assert "the connector is wrong" in errors["broken"] and errors["shop"] is None


@pytest.mark.sqlite
def test_a_missing_secret_says_where_to_put_it(desk: Desk) -> None:
    add = ["channel", "add", "email", "--name", "support", "--address", "s@x.test", "--no-test", "--password-stdin"]
    assert desk.program(*add, stdin="x\n").status == 0
    Path(os.environ["OMNIDESK_SECRETS_FILE"]).unlink()
    said = desk.run("sync", "--once", "--json", status=1)
    assert "OMNIDESK_SECRET_SUPPORT_PASSWORD" in said.err
    assert "channel secret support" in said.document["channels"][1]["error"]
    assert any(one["name"] == "channel support" and not one["ok"] for one in desk.json("doctor", status=1)["checks"])


def test_a_server_out_of_reach_is_status_5_and_nothing_is_stored(desk: Desk) -> None:
    add = [
        "channel", "add", "email", "--name", "far", "--address", "s@x.test", "--password-stdin",
        "--imap-host", "127.0.0.1", "--imap-port", "9", "--imap-security", "none",
        "--smtp-host", "127.0.0.1", "--smtp-port", "9", "--smtp-security", "none",
    ]  # fmt: skip
    done = desk.program(*add, stdin="x\n")
    assert done.status == 5 and done.err.count("\n") == 1, done
    desk.fails("channel", "show", "far", status=3)


def test_nothing_of_a_failed_command_stays_behind(desk: Desk) -> None:
    take_in(desk.home, line(60, "anna@x.test", "one more"))
    before = desk.json("queue", "--view", "all")
    for arguments in (*USAGE[:8], *UNKNOWN[:12]):
        desk.run(*arguments, status=2 if arguments in USAGE else 3)
    assert desk.json("queue", "--view", "all") == before


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["queue", "--view", ""], "--view"),
        (["reply", "1", "--text", "x", "--attach", ""], "--attach"),
        (["reply", "1", "--text", "x", "--via", ""], "--via"),
        (["stats", "--since", ""], "--since"),
        (["bulk", "send", "1", "--macro", ""], "--macro"),
    ],
)
def test_an_option_without_a_value_is_named(desk: Desk, words: list[str], option: str) -> None:
    assert f"{option} is empty: give it a value" in desk.fails(*words, status=2)


def test_a_theme_that_is_none_is_refused_with_those_there_are(desk: Desk) -> None:
    assert "themes are" in desk.fails("preference", "set", "theme", "no-such-theme", status=3)
