"""PostgreSQL as the workspace's home: what a single writer gave, with many; a server that goes and comes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from omnidesk.desk import changes, doctor, workspace
from omnidesk.store import home as homes
from omnidesk.store import versions
from omnidesk.store.database import Transaction
from omnidesk.store.home import Home
from omnidesk.store.postgres import PostgresDatabase
from omnidesk.store.postgres_errors import masked
from omnidesk.words.errors import (
    DatabaseLostError,
    NewerWorkspaceError,
    NoWorkspaceError,
    OmniDeskError,
    ReadOnlyError,
    TryLaterError,
    WorkspaceError,
)
from tests import postgres
from tests.filling import Desk, mail, wait_until
from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgresql


@pytest.fixture
def desk(desk_on_postgres: Desk) -> Desk:
    """A workspace in PostgreSQL."""
    return desk_on_postgres


@pytest.fixture
def own(own_postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[workspace.Workspace]:
    """A workspace on it."""
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    home = tmp_path / "own"
    home.mkdir()
    (home / "config.toml").write_text(f'database = "{own_postgres.database()}"\n')
    made = workspace.create(home)
    yield made
    made.close()


def count(opened: workspace.Workspace, table: str = "team") -> int:
    return int(opened.database.reader.value(f"SELECT count(*) FROM {table}"))


def add_team(number: int, tx: Transaction) -> None:
    tx.insert("team", id=number, name=f"team {number}", created_at=0)


def test_of_writes_at_once_none_is_lost(desk: Desk) -> None:
    """Each reads what it then changes; as if they had taken turns."""
    database = desk.workspace.database
    database.write(lambda tx: tx.insert("counter", name="probe", value=0))

    def add() -> None:
        for _ in range(25):
            database.write(
                lambda tx: tx.execute(
                    "UPDATE counter SET value = ? WHERE name = 'probe'",
                    (int(tx.value("SELECT value FROM counter WHERE name = 'probe'")) + 1,),
                )
            )

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.value("SELECT value FROM counter WHERE name = 'probe'") == 100


def test_what_was_read_and_not_there_is_not_there_when_it_is_written(desk: Desk) -> None:
    """Two that look for something and make it where it is missing make one: no row was there to be locked."""
    database = desk.workspace.database
    both = threading.Barrier(2)
    tries: list[int] = []

    def work(tx: Transaction) -> None:
        missing = tx.value("SELECT 1 FROM message_reference WHERE value = '<a@b>'") is None
        tries.append(1)
        if len(tries) <= 2:
            both.wait(20)
        if missing:
            number = len(tries)
            tx.execute("INSERT INTO message_reference (message_id, position, value) VALUES (?, 0, '<a@b>')", (number,))

    threads = [threading.Thread(target=database.write, args=(work,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert desk.count("message_reference") == 1
    assert len(tries) >= 3


def test_a_write_is_whole_or_not_at_all(desk: Desk) -> None:
    def work(tx: Transaction) -> None:
        add_team(1, tx)
        raise KeyError("b")

    with pytest.raises(KeyError):
        desk.workspace.database.write(work)
    assert count(desk.workspace) == 0
    desk.workspace.database.write(lambda tx: add_team(1, tx))
    assert count(desk.workspace) == 1


def test_many_rows_go_in_as_one_by_one(desk: Desk) -> None:
    odd = ["plain", "tab\tand\nline", "back\\slash", "\\N", "", "no\0thing", "ünï", "\\."]
    into = "INSERT INTO agent (id, login, name, address, created_at) VALUES (?, ?, ?, ?, ?)"
    for first, names in ((1, odd), (100, odd[:1])):
        rows = [(first + place, f"{first}{name}", name, None, 0) for place, name in enumerate(names)]
        desk.workspace.database.write(lambda tx, rows=rows: tx.execute_many(into, rows))
        found = desk.workspace.database.reader.all(
            "SELECT name, address FROM agent WHERE id >= ? AND id < ? ORDER BY id", (first, first + 99)
        )
        assert [tuple(row) for row in found] == [(name.replace("\0", "\ufffd"), None) for name in names]


def test_a_row_too_many_undoes_all_that_went_in_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omnidesk.store.postgres.ATTEMPTS", 2)
    rows = [(number % 19, f"team {number}", 0) for number in range(20)]
    with pytest.raises(TryLaterError):
        desk.workspace.database.write(
            lambda tx: tx.execute_many("INSERT INTO team (id, name, created_at) VALUES (?, ?, ?)", rows)
        )
    assert count(desk.workspace) == 0


def test_no_statement_is_compiled_first(desk: Desk) -> None:
    assert desk.workspace.database.reader.value("SELECT current_setting('jit')") == "off"
    assert desk.workspace.database.write(lambda tx: tx.value("SELECT current_setting('jit')")) == "off"


def test_a_reader_cannot_write(desk: Desk) -> None:
    with pytest.raises(ReadOnlyError):
        desk.workspace.database.reader.execute("DELETE FROM team")


def test_a_server_that_comes_back_is_used_again(own_postgres: PostgresServer, own: workspace.Workspace) -> None:
    own.database.write(lambda tx: add_team(1, tx))
    own_postgres.stop(signal.SIGQUIT)
    for again in (lambda: count(own), lambda: own.database.write(lambda tx: add_team(2, tx))):
        with pytest.raises(DatabaseLostError, match="out of reach"):
            again()
    own_postgres.start()
    assert count(own) == 1
    own.database.write(lambda tx: add_team(2, tx))
    assert count(own) == 2


def test_a_server_restarted_between_two_statements_is_not_noticed(
    own_postgres: PostgresServer, own: workspace.Workspace
) -> None:
    own.database.write(lambda tx: add_team(1, tx))
    assert count(own) == 1
    own_postgres.stop()
    own_postgres.start()
    own.database.write(lambda tx: add_team(2, tx))
    own_postgres.stop()
    own_postgres.start()
    assert count(own) == 2


def test_a_connection_that_breaks_within_a_write_leaves_nothing(
    own_postgres: PostgresServer, own: workspace.Workspace
) -> None:
    def work(tx: Transaction) -> None:
        add_team(1, tx)
        own_postgres.stop(signal.SIGQUIT)
        add_team(2, tx)

    with pytest.raises(DatabaseLostError):
        own.database.write(work)
    own_postgres.start()
    assert count(own) == 0


@pytest.mark.parametrize("arrived", [True, False])
def test_a_commit_whose_answer_was_lost_counts_once(desk: Desk, monkeypatch: pytest.MonkeyPatch, arrived: bool) -> None:
    """The server is asked what became of the transaction; only what was not committed runs again."""
    execute = psycopg.Connection.execute
    lost: list[str] = []

    def unlucky(raw: psycopg.Connection, query: str, *rest: object, **more: object) -> object:
        if "COMMIT" in str(query) and not lost:
            lost.append(query)
            if arrived:
                execute(raw, query, *rest, **more)  # type: ignore[arg-type]
            raw.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return execute(raw, query, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg.Connection, "execute", unlucky)
    tries: list[int] = []

    def work(tx: Transaction) -> None:
        tries.append(1)
        add_team(len(tries), tx)

    if arrived:
        desk.workspace.database.write(work)
    else:
        with pytest.raises(DatabaseLostError):
            desk.workspace.database.write(work)
    assert lost and len(tries) == 1
    assert count(desk.workspace) == int(arrived)


def test_who_waits_is_woken_by_a_commit(desk: Desk) -> None:
    """NOTIFY makes the feed faster than its polling; a wait of a minute ends at once."""
    ended, woken = threading.Event(), threading.Event()

    def wait() -> None:
        changes.wait(desk.workspace, 0.01, ended)  # from here on it listens
        woken.set()
        changes.wait(desk.workspace, 60.0, ended)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    assert woken.wait(20)
    wait_until(lambda: desk.receives(mail("1")) and ended.is_set(), 20, "the waiter to be woken")


def test_everything_that_stirs_is_noticed(desk: Desk) -> None:
    before = changes.stirred(desk.workspace)
    assert changes.stirred(desk.workspace) == before
    desk.workspace.database.write(lambda tx: add_team(1, tx))
    assert changes.stirred(desk.workspace) != before


# What may be wrong with an address


def at(url: str, tmp_path: Path) -> workspace.Workspace:
    (tmp_path / "config.toml").write_text(f'database = "{url}"\n')
    return workspace.open_workspace(tmp_path)


def test_an_address_that_leads_nowhere_is_told_in_words(tmp_path: Path) -> None:
    for url, words in (
        ("postgresql://desk@127.0.0.1:1/desk", "out of reach"),
        ("postgresql://desk@127.0.0.1:1/desk?nonsense=1", "cannot be read"),
        ("postgresql://desk@no.such.host.invalid/desk", "out of reach"),
    ):
        with pytest.raises(OmniDeskError, match=words):
            at(url, tmp_path)


def test_a_database_that_is_not_there_or_empty_or_not_ours_is_told_apart(desk: Desk, tmp_path: Path) -> None:
    server = postgres.shared()
    with pytest.raises(WorkspaceError, match=r"does not let us in.*does not exist"):
        at(server.url("nowhere"), tmp_path)
    with pytest.raises(NoWorkspaceError, match="omnidesk init"):
        at(server.database(), tmp_path)
    with pytest.raises(WorkspaceError, match="does not let us in"):
        at(server.url("postgres", role="nobody"), tmp_path)


def test_a_role_without_rights_is_told_what_it_lacks(desk: Desk, tmp_path: Path) -> None:
    server = postgres.shared()
    url = desk.workspace.home.url
    assert url is not None
    name = url.rpartition("/")[2]
    server.run("DROP ROLE IF EXISTS guest")
    server.run("CREATE ROLE guest LOGIN")
    with pytest.raises(ReadOnlyError, match="lacks rights"):
        at(server.url(name, role="guest"), tmp_path)
    server.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest", name)
    opened = at(server.url(name, role="guest"), tmp_path)
    with pytest.raises(ReadOnlyError, match="lacks rights"):
        opened.database.write(lambda tx: add_team(1, tx))
    opened.close()


def test_a_newer_schema_is_refused_and_an_upgrade_under_a_running_program_makes_it_a_reader(
    desk: Desk, tmp_path: Path
) -> None:
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE mark SET value = '99' WHERE key = 'oldest_writer'"))
    with pytest.raises(NewerWorkspaceError, match="only be read now"):
        desk.workspace.database.write(lambda tx: add_team(1, tx))
    desk_url = desk.workspace.home.url
    assert desk_url is not None
    with pytest.raises(NewerWorkspaceError, match="made by a newer OmniDesk"):
        at(desk_url, tmp_path)
    assert versions.read(desk.workspace.database)[1] == 99


def test_keys_of_another_workspace_are_refused(desk: Desk) -> None:
    desk.workspace.home.keys.write_text("ab" * 32)
    with pytest.raises(WorkspaceError, match="belongs to another workspace"):
        desk.workspace.key  # noqa: B018


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    word = "".join(("not", "to", "be", "seen"))
    url = f"postgresql://desk:{word}@127.0.0.1:1/desk?application_name={word}"
    assert masked(url) == "postgresql://desk@127.0.0.1:1/desk"
    monkeypatch.setenv("OMNIDESK_DATABASE_URL", url)
    home = homes.locate(tmp_path)
    assert home == Home(tmp_path) and home.url == url
    with pytest.raises(OmniDeskError) as told:
        PostgresDatabase(home).marks()
    assert word not in str(told.value)
    monkeypatch.setenv("OMNIDESK_DATABASE_URL", f"postgresql://desk:{word}%zz@127.0.0.1:1/desk")  # libpq would quote it
    with pytest.raises(WorkspaceError, match="cannot be read") as told_again:
        PostgresDatabase(home).marks()
    assert word not in str(told_again.value)


def test_blobs_lie_in_the_database_or_large_ones_in_a_shared_folder(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = b"a large file " * 100_000
    name = desk.workspace.blobs.put(large)
    assert count(desk.workspace, "blob") == 1 and desk.workspace.blobs.get(name) == large
    shared = tmp_path / "shared"
    monkeypatch.setenv("OMNIDESK_BLOBS", str(shared))
    again = workspace.open_workspace(desk.workspace.home.path)
    other = again.blobs.put(large + b"!")
    small = again.blobs.put(b"small")
    assert count(desk.workspace, "blob") == 2
    assert [path.parent.name + path.name for path in shared.glob("??/*")] == [other]
    assert [again.blobs.get(one) for one in (name, other, small)] == [large, large + b"!", b"small"]
    assert set(again.blobs.names()) == {name, other, small}
    again.close()


def test_the_doctor_looks_at_the_server(desk: Desk, own: workspace.Workspace) -> None:
    def examined(opened: workspace.Workspace) -> dict[str, doctor.Check]:
        found = doctor.examine(opened.home.path, lambda channel: None, lambda: "a keyring")
        return {check.name: check for check in found}

    sound = examined(own)
    assert all(sound[name].ok for name in ("schema", "server", "clock", "rights", "durability", "blobs", "keys"))
    assert "PostgreSQL" in sound["server"].detail and "sqlite" not in sound
    hasty = examined(desk.workspace)["durability"]  # the server of the other tests waits for no disk
    assert not hasty.ok and "fsync" in hasty.detail
