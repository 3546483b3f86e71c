"""The workspace's folder: private unless a group shares it, whatever the umask."""

from __future__ import annotations

import grp
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.desk import log, workspace
from omnidesk.store import home
from omnidesk.words.errors import WorkspaceError
from tests.filling import Desk, mail, new_workspace


@pytest.fixture(params=[0o022, 0o002, 0o077, 0o000])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def fill(opened: workspace.Workspace) -> None:
    """Write to both databases and to the folder of large blobs."""
    opened.blobs.put(b"small")
    opened.blobs.put(os.urandom(300_000))
    opened.database.write(lambda tx: tx.execute("INSERT INTO setting (key, value_json) VALUES ('x', '1')"))


def modes(folder: Path) -> dict[str, int]:
    """Return the rights of everything in a folder, the folder itself as `.`."""
    found = {".": folder.stat().st_mode & 0o7777}
    for path in folder.rglob("*"):
        found[str(path.relative_to(folder))] = path.stat().st_mode & 0o7777
    return found


def test_a_workspace_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    opened = workspace.create(tmp_path / "home", "Sanne")
    fill(opened)
    found = modes(opened.home.path)
    assert {"omnidesk.db", "omnidesk.db-wal", "omnidesk.db-shm", "blobs.db-wal", "keys", "."} <= found.keys()
    for name, mode in found.items():
        expected = 0o700 if (opened.home.path / name).is_dir() else 0o600
        assert mode == expected, f"{name} has {mode:o}"
    opened.close()


def test_a_shared_workspace_is_the_groups_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    opened = workspace.create(tmp_path / "home", "Sanne", group=group)
    fill(opened)
    for name, mode in modes(opened.home.path).items():
        expected = 0o2770 if (opened.home.path / name).is_dir() else 0o660
        assert mode == expected, f"{name} has {mode:o}"
    opened.close()


@pytest.mark.parametrize("mode", [0o755, 0o775, 0o777])
def test_a_folder_that_others_could_read_becomes_private(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    folder.chmod(mode)
    workspace.create(folder, "Sanne").close()
    assert folder.stat().st_mode & 0o7777 == 0o700
    assert (folder / "omnidesk.db").stat().st_mode & 0o777 == 0o600


def test_the_log_has_the_rights_of_the_workspace(tmp_path: Path, umask: int) -> None:
    opened = new_workspace(tmp_path / "home")
    try:
        log.open_log(opened.home, "engine")
        log.say("hello")
        (file,) = opened.home.log_folder.glob("*.log")
        assert file.stat().st_mode & 0o777 == 0o600
    finally:
        for handler in logging.getLogger("omnidesk").handlers[:]:
            handler.close()
            logging.getLogger("omnidesk").removeHandler(handler)
        opened.close()


def test_an_unknown_group_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no group nobody-has-this"):
        workspace.create(tmp_path / "home", "Sanne", group="nobody-has-this")


def test_making_a_workspace_twice_keeps_what_is_in_it(desk: Desk) -> None:
    desk.receives(mail("1"))
    again = workspace.create(desk.workspace.home.path)
    assert again.database.reader.value("SELECT count(*) FROM message") == 1
    assert again.key == desk.workspace.key
    again.close()


def test_config_toml_says_where_the_database_is(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text('database = "elsewhere/desk.db"\n')
    (folder / "elsewhere").mkdir()
    workspace.create(folder, "Sanne").close()
    assert (folder / "elsewhere" / "desk.db").exists()
    workspace.open_workspace(folder).close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("database = ", "cannot be read as TOML"),
        ("theme = 'dark'", "theme, which is not known"),
        ("database = 3", "must be text in quotes"),
        ("database = 'mysql://db'", "is no database OmniDesk knows"),
    ],
)
def test_a_broken_config_toml_says_what_to_mend(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "config.toml").write_text(content)
    with pytest.raises(WorkspaceError, match=words):
        workspace.open_workspace(tmp_path)


def test_the_workspace_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_HOME", str(tmp_path))
    assert home.locate().path == tmp_path
    assert home.locate(tmp_path / "other").path == tmp_path / "other"
