"""Writing from the command line: later, to third parties, drafts; and the engine as a service."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from omnidesk.desk import agents, drafts, workspace
from omnidesk.words.rows import Actor
from tests.cli.conftest import Desk, program


def run(desk: Desk, *words: str) -> tuple[int, dict[str, object], str]:
    done = program([*words, "--home", str(desk.home), "--json"])
    return done.status, done.document if done.status == 0 else {}, done.err


def test_a_reply_can_be_scheduled(desk: Desk) -> None:
    status, said, _ = run(desk, "reply", "1", "--text", "See you", "--at", "2030-01-01 09:00")
    assert status == 0
    assert str(said["due_at"]).startswith(("2029-12-31", "2030-01-01"))
    assert run(desk, "reply", "1", "--text", "x", "--at", "soonish")[0] == 2
    assert run(desk, "reply", "1", "--text", "x", "--at", "2h", "--now")[0] == 2


def test_a_reply_names_what_to_mind(desk: Desk) -> None:
    _, said, _ = run(desk, "reply", "1", "--text", "Dear Eva, hi", "--to", "new@x.test")
    warnings = " ".join(str(one) for one in said["warnings"])  # type: ignore[attr-defined]
    assert "new@x.test is new to this conversation" in warnings
    assert "greets Eva" in warnings


def test_a_reply_can_wait_for_a_named_party(desk: Desk) -> None:
    assert run(desk, "reply", "1", "--text", "Hi", "--for", "PostNL")[0] == 0
    assert run(desk, "show", "1")[1]["status"] == "on-hold"
    assert run(desk, "reply", "1", "--text", "Hi", "--for", "PostNL", "--status", "closed")[0] == 2


def test_an_aside_asks_a_third_party(desk: Desk) -> None:
    before = run(desk, "show", "3")[1]["status"]
    message = run(desk, "show", "3")[1]["messages"][0]["id"]  # type: ignore[index]
    status, said, error = run(
        desk, "aside", "3", "--to", "repairs@makers.test", "--text", "Can you mend it?", "--message", str(message)
    )
    assert status == 0, error
    sent = said["message"]
    assert sent["aside"] == sent["id"]  # type: ignore[index]
    assert "A question about the bill" in sent["text"]  # type: ignore[index]
    assert [one["name"] for one in sent["attachments"]] == ["bill.txt"]  # type: ignore[index]
    assert (before, run(desk, "show", "3")[1]["status"]) == ("open", "on-hold")
    assert run(desk, "aside", "1", "--to", "a@b.test", "--text", "x", "--message", str(message))[0] == 3


def test_drafts_are_listed(desk: Desk) -> None:
    opened = workspace.open_workspace(desk.home)
    me = agents.whoami(opened)
    drafts.save(opened, Actor(me.login, me.id), 1, "reply", "Half a thought")
    opened.close()
    (item,) = run(desk, "drafts")[1]["items"]  # type: ignore[misc]
    assert (item["conversation_id"], item["sort"], item["text"]) == (1, "reply", "Half a thought")


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that writes down what it was asked."""
    tool = tmp_path / "bin" / "systemctl"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tool.parent}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_the_engine_can_be_a_service(desk: Desk, systemd: Path) -> None:
    status, said, error = run(desk, "service", "install")
    assert status == 0, error
    unit = Path(str(said["path"]))
    assert unit.parent == systemd / "config" / "systemd" / "user"
    assert f'"--home" "{desk.home}" "sync"' in unit.read_text()
    assert f"--user enable --now {unit.name}" in (systemd / "asked").read_text()
    assert run(desk, "service", "show")[1]["running"]
    assert run(desk, "service", "remove")[0] == 0
    assert not unit.exists()
    assert run(desk, "service", "remove")[0] == 4


def test_without_systemd_the_service_says_why_not(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, error = run(desk, "service", "install")
    assert status == 4 and "systemd is not here" in error
    assert "systemd is not here" in str(run(desk, "service", "show")[1]["why_not"])


def test_init_installs_the_service_where_it_is_told_to(systemd: Path) -> None:
    done = program(["init", "--home", str(systemd / "new"), "--agent-name", "S", "--service", "--json"])
    assert done.status == 0, done.err
    assert done.document["service"].startswith("omnidesk-")
    again = program(["init", "--home", str(systemd / "other"), "--agent-name", "S", "--json"])
    assert again.document["service"] is None
