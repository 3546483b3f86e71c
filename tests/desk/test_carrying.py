"""Moving a workspace to PostgreSQL: whole, compared, resumable, and nothing is switched over before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.desk import carrying, composing, drafts, searching, threads, triage, undo, workspace
from omnidesk.store import carrying as carriers
from omnidesk.store.blobs import IN_DATABASE
from omnidesk.words.errors import OmniDeskError, RefusedError, TryLaterError, WorkspaceError
from tests import postgres
from tests.filling import Desk, mail

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url() -> str:
    if reason := postgres.missing():
        pytest.skip(reason)
    return postgres.shared().database()


@pytest.fixture
def full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with something in most tables."""
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    large = b"a large file " * (IN_DATABASE // 10)
    for number in range(30):
        desk.receives(mail(str(number), f"Where is order {number}? Grüße", sender=f"c{number % 7}@example.test"))
    desk.receives(mail("file", "See the file", files={"large.txt": large}), mail("nul", "Odd \0 text"))
    triage.tag(desk.workspace, desk.me, [1, 2], ["late"])
    composing.note(desk.workspace, desk.me, 1, "Warehouse says Thursday")
    composing.reply(desk.workspace, desk.me, 2, "On its way")
    drafts.save(desk.workspace, desk.me, 3, "reply", "Half an ans")
    return desk


def quiet(table: str, done: int, total: int) -> None:
    """Nobody watches."""


def content(opened: workspace.Workspace) -> dict[str, list[Any]]:
    """Return every row of what people see."""
    found = {}
    for table in ("conversation", "message", "event", "act", "customer", "identity", "attachment", "receipt", "draft"):
        rows = opened.database.reader.all(f"SELECT * FROM {table}")
        found[table] = sorted(
            [
                repr([int(value or 0) if value in (None, True, False) else value for value in tuple(row)]).replace(
                    "\\x00", "\ufffd"
                )
                for row in rows
            ]
        )
    return found


def test_everything_arrives_and_the_folder_leads_there(full: Desk, url: str) -> None:
    home = full.workspace.home.path
    before = content(full.workspace)
    file = full.value("SELECT id FROM attachment")
    large = threads.attachment_bytes(full.workspace, file)[1]
    full.workspace.close()
    told: list[tuple[str, int, int]] = []
    done = carrying.move(home, url, lambda *one: told.append(one))
    assert done.messages == len(before["message"]) > 30
    assert done.kept.exists() and not (home / "omnidesk.db").exists()
    assert {"message", "event", "blob", "search"} <= {table for table, _, _ in told}
    assert all(done <= total for _, done, total in told)

    moved = workspace.open_workspace(home)
    try:
        assert moved.database.dialect == "postgresql"
        assert content(moved) == before
        assert threads.attachment_bytes(moved, file)[1] == large
        assert len(searching.search(moved, "grusse order", None, 50)[0]) == 30
        assert [hit.conversation.id for hit in searching.search(moved, '"order 17"', None)[0]] == [18]
        undo.undo(moved, full.me)  # the journal works on there, whatever it says of yes and no
        assert (moved.database.reader.value("SELECT value FROM mark WHERE key = 'moving'")) is None
    finally:
        moved.close()


class Cut(Exception):  # noqa: N818
    """Stands for a process that is killed."""


def cut_after(count: int) -> Callable[[str, int, int], None]:
    left = count

    def told(table: str, done: int, total: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut

    return told


def test_what_was_cut_off_goes_on_where_it_stopped(full: Desk, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriers, "AT_A_TIME", 7)
    home = full.workspace.home.path
    before = content(full.workspace)
    full.workspace.close()
    cuts = 0
    for steps in range(3, 400, 9):
        try:
            carrying.move(home, url, cut_after(steps))
            break
        except Cut:
            cuts += 1
            assert (home / "omnidesk.db").exists() and not (home / "config.toml").exists()
    assert cuts >= 3
    moved = workspace.open_workspace(home)
    assert content(moved) == before
    moved.close()


def test_a_source_that_changed_meanwhile_is_carried_anew(full: Desk, url: str) -> None:
    home = full.workspace.home.path
    with pytest.raises(Cut):
        carrying.move(home, url, cut_after(60))
    triage.close(full.workspace, full.me, [4])
    before = content(full.workspace)
    full.workspace.close()
    carrying.move(home, url, quiet)
    moved = workspace.open_workspace(home)
    assert content(moved) == before
    moved.close()


def test_what_arrived_otherwise_is_named_and_nothing_is_switched_over(
    full: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = full.workspace.home.path
    full.workspace.close()
    carry = carriers.Carrier.carry

    def carry_badly(self: carriers.Carrier, table: carriers.Table, *rest: Any) -> None:
        carry(self, table, *rest)
        if table.name == "message":
            self.target.execute("UPDATE message SET text = 'other words' WHERE id = (SELECT min(id) FROM message)")

    monkeypatch.setattr(carriers.Carrier, "carry", carry_badly)
    with pytest.raises(WorkspaceError, match="message: the content differs"):
        carrying.move(home, url, quiet)
    assert (home / "omnidesk.db").exists() and not (home / "config.toml").exists()


def test_another_workspace_is_not_overwritten(full: Desk, desk: Desk, tmp_path: Path) -> None:
    with postgres.on_postgres():
        from tests.filling import open_desk

        other = open_desk(tmp_path / "other")
    taken = other.workspace.home.url
    assert taken is not None
    with pytest.raises(RefusedError, match="holds a workspace already"):
        carrying.move(full.workspace.home.path, taken, quiet)
    assert other.count("channel") == 2
    other.workspace.close()


def test_while_an_engine_works_it_waits_and_then_says_who(
    full: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "PATIENCE", 0)
    full.workspace.database.write(
        lambda tx: tx.insert("lease", name="clock", owner="box:12:x", number=1, expires_at=clock.now() + clock.HOUR)
    )
    with pytest.raises(TryLaterError, match="box:12:x is at work"):
        carrying.move(full.workspace.home.path, url, quiet)


@pytest.mark.parametrize("wrong", ["mysql://x", "nowhere", "postgresql://desk@127.0.0.1:1/x"])
def test_a_wrong_address_moves_nothing(full: Desk, wrong: str) -> None:
    with pytest.raises(OmniDeskError):
        carrying.move(full.workspace.home.path, wrong, quiet)
    assert full.workspace.home.url is None
