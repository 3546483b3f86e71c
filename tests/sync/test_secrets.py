"""Secrets (promise 11): from the environment, the keyring, or a private file; never in the workspace."""

from __future__ import annotations

import json
import secrets as random
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from omnidesk.desk import channels
from omnidesk.sync import secrets, setup
from omnidesk.words.errors import SecretMissingError
from tests.filling import Desk

PASSWORD = ("password",)


class InMemory(keyring.backend.KeyringBackend):
    """A keyring that lives as long as the test."""

    priority = 9

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("none")


class Locked(InMemory):
    """A keyring that nobody unlocked."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringLocked("locked")


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    before = keyring.get_keyring()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("OMNIDESK_SECRETS_FILE", raising=False)
    found = InMemory()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def word() -> str:
    return random.token_urlsafe(12)


def read(desk: Desk) -> str:
    return secrets.read(channels.get(desk.workspace, desk.channel.id), PASSWORD)["password"]


def test_the_environment_goes_before_the_keyring(desk: Desk, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert secrets.store(desk.channel.id, {"password": "in the ring"}) == "the keyring"
    assert read(desk) == "in the ring"
    monkeypatch.setenv("OMNIDESK_SECRET_DEMO_PASSWORD", word)
    assert read(desk) == word


def test_a_secret_is_kept_under_the_channels_id_and_survives_its_renaming(desk: Desk, word: str) -> None:
    """Promises 10 and 11."""
    secrets.store(desk.channel.id, {"password": word})
    channels.rename(desk.workspace, desk.me, "demo", "other-name")
    assert read(desk) == word


def test_a_missing_secret_says_which_and_what_to_do(desk: Desk) -> None:
    with pytest.raises(SecretMissingError, match=r"no password for demo.*OMNIDESK_SECRET_DEMO_PASSWORD"):
        read(desk)


def test_without_a_keyring_secrets_go_to_a_private_file(desk: Desk, word: str, tmp_path: Path) -> None:
    keyring.set_keyring(Locked())
    where = Path(secrets.store(desk.channel.id, {"password": word}))
    assert tmp_path / "config" in where.parents
    assert where.stat().st_mode & 0o777 == 0o600
    assert read(desk) == word


def test_on_servers_the_named_file_is_used_instead_of_the_keyring(
    desk: Desk, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ring: InMemory
) -> None:
    path = tmp_path / "secrets.json"
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(path))
    assert secrets.store(desk.channel.id, {"password": word}) == str(path)
    assert ring.kept == {}
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(desk) == word
    secrets.store(desk.channel.id + 1, {"password": "another"})
    assert read(desk) == word


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_may_read_is_refused(
    desk: Desk, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    """Promise 11."""
    path = tmp_path / "secrets.json"
    path.write_text(json.dumps({f"{desk.channel.id}:password": word}))
    path.chmod(mode)
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(path))
    with pytest.raises(SecretMissingError, match="chmod 600"):
        read(desk)
    path.chmod(0o600)
    assert read(desk) == word


@pytest.mark.parametrize("content", ["not json", "[1, 2]", '{"a": '])
def test_a_broken_secrets_file_is_told_in_words(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(content)
    path.chmod(0o600)
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(path))
    with pytest.raises(SecretMissingError):
        read(desk)


def test_removing_a_channel_forgets_its_secrets(scripted_kinds: None, desk: Desk, word: str, ring: InMemory) -> None:
    setup.add_channel(desk.workspace, desk.me, "scripted-verify", "odd", "odd@shop.test", {}, {"password": word})
    assert word in ring.kept.values()
    setup.remove_channel(desk.workspace, desk.me, "odd")
    assert ring.kept == {}


def test_no_secret_lies_in_the_workspace(scripted_kinds: None, desk: Desk, word: str) -> None:
    """Promise 11: not in the database, a log or a blob."""
    setup.add_channel(desk.workspace, desk.me, "scripted-verify", "odd", "odd@shop.test", {}, {"password": word})
    desk.workspace.close()
    for path in desk.workspace.home.path.rglob("*"):
        if path.is_file():
            assert word.encode() not in path.read_bytes(), path


def test_errors_do_not_show_secrets(desk: Desk, word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text(f'{{"{desk.channel.id}:password": "{word}"')
    path.chmod(0o600)
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(path))
    with pytest.raises(SecretMissingError) as told:
        read(desk)
    assert word not in str(told.value)


def test_what_the_keyring_takes_is_no_longer_read_from_the_file(desk: Desk, ring: InMemory) -> None:
    keyring.set_keyring(Locked())
    secrets.store(desk.channel.id, {"password": "old"})
    keyring.set_keyring(ring)
    assert secrets.store(desk.channel.id, {"password": "new"}) == "the keyring"
    assert secrets.read(desk.channel, PASSWORD) == {"password": "new"}
