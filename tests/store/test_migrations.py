"""The database: made by migrations, guarded against programs that do not know it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from omnidesk.connectors.base import Party
from omnidesk.desk import customers, doctor, identity, workspace
from omnidesk.desk.acts import perform
from omnidesk.store import migrate, names, tables, versions
from omnidesk.store.database import Transaction
from omnidesk.words.errors import NewerWorkspaceError, RefusedError, TryLaterError, WorkspaceError
from omnidesk.words.rows import PROGRAM
from tests import postgres
from tests.filling import Desk, mail

pytestmark = pytest.mark.databases


def mark(desk: Desk, key: str, number: int) -> None:
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE mark SET value = ? WHERE key = ?", (str(number), key)))


def test_the_migrations_make_exactly_the_tables_that_are_declared(desk: Desk) -> None:
    assert tables.messages.Message.__tablename__ in SQLModel.metadata.tables
    with migrate._transaction(desk.workspace.database) as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, parents: (
                    not (kind == "table" and str(name).startswith(("search", "blob")))
                ),
            },
        )
        ours = [one for one in compare_metadata(context, SQLModel.metadata) if "alembic_version" not in str(one)]
    assert ours == []


def test_a_workspace_says_its_schema_and_the_oldest_program_that_may_write(desk: Desk) -> None:
    assert versions.read(desk.workspace.database) == (versions.SCHEMA, versions.OLDEST_WRITER)


@pytest.mark.sqlite
def test_upgrading_an_up_to_date_workspace_changes_nothing(desk: Desk) -> None:
    numbers = desk.receives()
    before = desk.workspace.database.reader.all("SELECT name, sql FROM sqlite_master ORDER BY name")
    assert migrate.upgrade(desk.workspace, str) == versions.SCHEMA
    assert not migrate.breaking(desk.workspace)
    assert desk.workspace.database.reader.all("SELECT name, sql FROM sqlite_master ORDER BY name") == before
    assert numbers == []


def test_a_workspace_of_a_newer_program_is_refused_in_words(desk: Desk) -> None:
    mark(desk, "schema", 99)
    mark(desk, "oldest_writer", 99)
    with pytest.raises(NewerWorkspaceError, match=r"newer OmniDesk.*upgrade this program"):
        workspace.open_workspace(desk.workspace.home.path)


def test_a_newer_workspace_that_we_may_still_write_opens(desk: Desk) -> None:
    mark(desk, "schema", versions.SCHEMA + 1)
    opened = workspace.open_workspace(desk.workspace.home.path)
    opened.database.write(lambda tx: tx.execute("INSERT INTO setting (key, value_json) VALUES ('a', '1')"))
    opened.close()


def test_a_running_program_under_which_the_workspace_was_upgraded_only_reads(desk: Desk) -> None:
    mark(desk, "oldest_writer", 99)
    with pytest.raises(NewerWorkspaceError, match="can only be read now; restart"):
        desk.receives()
        desk.workspace.database.write(lambda tx: tx.execute("DELETE FROM setting"))
    assert desk.count("channel") == 2


def test_an_empty_database_and_a_missing_one_are_told_apart_in_words(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="omnidesk init"):
        workspace.open_workspace(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "omnidesk.db").touch()
    with pytest.raises(WorkspaceError, match="empty"):
        workspace.open_workspace(tmp_path / "empty")


def test_what_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "omnidesk.db").write_bytes(b"this is a letter, not a database " * 100)
    with pytest.raises(WorkspaceError, match="damaged or no database"):
        workspace.open_workspace(tmp_path)


@pytest.mark.sqlite
def test_a_breaking_upgrade_waits_for_engines_and_copies_first(desk: Desk) -> None:
    copy = migrate.copy_first(desk.workspace)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.stat().st_size > 0
    desk.workspace.database.write(
        lambda tx: tx.insert("lease", name="clock", owner="other", number=1, expires_at=9_000_000_000_000)
    )
    with pytest.raises(TryLaterError, match="other is at work"):
        migrate.copy_first(desk.workspace)


def test_a_workspace_that_needs_a_breaking_upgrade_asks_for_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mark(desk, "schema", versions.SCHEMA - 1 or 1)
    monkeypatch.setattr(versions, "SCHEMA", versions.SCHEMA + 1)
    monkeypatch.setattr(migrate, "breaking", lambda opened: True)
    with pytest.raises(RefusedError, match="omnidesk upgrade"):
        workspace.open_workspace(desk.workspace.home.path)


def _back_before_names(desk: Desk) -> None:
    def work(tx: Transaction) -> None:
        for later in ("TABLE template", "TABLE held_answer"):
            tx.execute(f"DROP {later}")
        tx.execute("ALTER TABLE channel DROP COLUMN templates_at")
        tx.execute("DROP TABLE search_names")
        if tx.dialect == "sqlite":
            tx.execute("DROP TABLE search_vocabulary")
        tx.execute("UPDATE alembic_version SET version_num = '8'")
        tx.execute("UPDATE mark SET value = '8' WHERE key = 'schema'")

    desk.workspace.database.write(work)


def test_who_was_known_before_there_was_an_index_of_names_is_found(desk: Desk) -> None:
    desk.receives(mail("1", name="Renée"), mail("2", sender="bram@example.test"))
    _back_before_names(desk)
    opened = workspace.open_workspace(desk.workspace.home.path)
    assert [one.name for one in customers.page(opened, 9, text="enee")] == ["Renée"]
    assert len(customers.page(opened, 9, text="exa")) == 2
    opened.close()


@pytest.mark.postgresql
def test_without_trigrams_customers_are_found_all_the_same_and_the_doctor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := postgres.missing():
        pytest.skip(reason)
    monkeypatch.setattr(names, "TRIGRAMS", ("CREATE EXTENSION no_such_extension", *names.TRIGRAMS[1:]))
    (tmp_path / "config.toml").write_text(f'database = "{postgres.shared().database()}"\n')
    opened = workspace.create(tmp_path)
    assert opened.database.reader.value("SELECT to_regclass('search_names_words')") is None
    perform(opened, PROGRAM, "test", lambda act: identity.known(act, Party("email", "a@example.test", "Zoë")))
    assert [one.name for one in customers.page(opened, 9, text="xam")] == ["Zoë"]
    assert [one.name for one in customers.page(opened, 9, text="zo")] == ["Zoë"]
    (check,) = [one for one in doctor.examine(tmp_path, lambda channel: None, lambda: "") if one.name == "names"]
    assert check.ok and "pg_trgm" in check.detail and "CREATE EXTENSION" in (check.advice or "")
    opened.close()
