"""Secrets of channels: from the environment, the keyring, or a file of mode 0600 outside the workspace.

`OMNIDESK_SECRET_<CHANNEL>_<FIELD>` goes first. `OMNIDESK_SECRETS_FILE` names the file; where a machine has no
keyring, one in the user's own config folder is used. They are kept under the channel's id, so a name may change.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Secret
from omnidesk.words.errors import SecretMissingError
from omnidesk.words.rows import Channel

SERVICE = "omnidesk"


def variable(channel_name: str, field: str) -> str:
    """Return the name of the environment variable for a channel's secret."""
    return f"OMNIDESK_SECRET_{channel_name}_{field}".upper().replace("-", "_")


def read(channel: Channel, fields: tuple[str, ...]) -> dict[str, str]:
    """Return the secrets of a channel. Raises SecretMissingError naming what to do."""
    found: dict[str, str] = {}
    for field in fields:
        secret = _read_one(channel.id, channel.name, field)
        if secret is None:
            raise SecretMissingError(
                f"no {field} for {channel.name} can be read here: set {variable(channel.name, field)}, "
                f"or store it with `omnidesk channel secret {channel.name}`"
            )
        found[field] = secret
    return found


def of_channel(channel: Channel) -> dict[str, str]:
    """Return the secrets that a channel with its settings uses. Raises SecretMissingError naming what to do."""
    manifest = registry.manifest(channel.kind)
    found: dict[str, str] = {}
    for secret in manifest.secrets_for(channel.settings):
        if secret.required and secret.typed:
            found |= read(channel, (secret.key,))
        elif (kept := _of_secret(channel, secret)) is not None:
            found[secret.key] = kept
        elif secret.required:
            raise SecretMissingError(
                f"{channel.name} needs login: nobody has logged in for it here yet. "
                f"`omnidesk channel login {channel.name}` does (l on the channels screen)"
            )
    return found


def _read_one(channel_id: int, channel_name: str | None, field: str) -> str | None:
    said = os.environ.get(variable(channel_name, field)) if channel_name is not None else None
    if said is not None:
        return said
    key = f"{channel_id}:{field}"
    stored = _file_content().get(key)
    if stored is not None or _named_file() is not None:
        return stored
    return _keyring_read(key)


def known(channel: Channel) -> dict[str, str]:
    """Return those secrets of a channel that can be read here, whichever they are."""
    needed = registry.manifest(channel.kind).secrets_for(channel.settings)
    found = {secret.key: _of_secret(channel, secret) for secret in needed}
    return {field: kept for field, kept in found.items() if kept is not None}


def _of_secret(channel: Channel, secret: Secret) -> str | None:
    """Read one secret; what a login brings changes by itself, so the environment cannot hold it."""
    return _read_one(channel.id, channel.name if secret.typed else None, secret.key)


def store(channel_id: int, secrets: Mapping[str, str]) -> str:
    """Keep secrets of a channel; return where, for people."""
    if _named_file() is None and all(
        _keyring_write(f"{channel_id}:{field}", value) for field, value in secrets.items()
    ):
        _forget_in_file({f"{channel_id}:{field}" for field in secrets})  # the file is read first
        return "the keyring"
    path = _path()
    with _alone(path):
        content = _file_content() | {f"{channel_id}:{field}": value for field, value in secrets.items()}
        _write_file(path, content)
    return str(path)


def forget(channel_id: int, fields: tuple[str, ...]) -> None:
    """Remove a channel's secrets from wherever they are kept."""
    keys = {f"{channel_id}:{field}" for field in fields}
    _forget_in_file(keys)
    if _named_file() is None:
        for key in keys:
            _keyring_delete(key)


def _forget_in_file(keys: set[str]) -> None:
    if keys & set(_file_content()):
        with _alone(_path()):
            _write_file(_path(), {key: value for key, value in _file_content().items() if key not in keys})


def _named_file() -> Path | None:
    said = os.environ.get("OMNIDESK_SECRETS_FILE")
    return Path(said).expanduser() if said else None


def _path() -> Path:
    named = _named_file()
    if named is not None:
        return named
    from platformdirs import user_config_path

    return user_config_path("omnidesk") / "secrets.json"


def _file_content() -> dict[str, str]:
    path = _path()
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretMissingError(f"{path} can be read by others: `chmod 600 {path}`, then try again")
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("no JSON object")
        return {str(key): str(value) for key, value in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SecretMissingError(f"{path} cannot be read as secrets ({error}): mend it or move it away") from error


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let nobody else change the file meanwhile: two tokens made anew at once would forget one another."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write_file(path: Path, content: Mapping[str, str]) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(dict(content), file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _keyring_read(key: str) -> str | None:
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(SERVICE, key)
    except (keyring.errors.KeyringError, RuntimeError):
        return None


def _keyring_write(key: str, value: str) -> bool:
    import keyring
    import keyring.errors

    try:
        keyring.set_password(SERVICE, key, value)
        return keyring.get_password(SERVICE, key) == value
    except (keyring.errors.KeyringError, RuntimeError):
        return False


def _keyring_delete(key: str) -> None:
    import keyring
    import keyring.errors

    with contextlib.suppress(keyring.errors.KeyringError, RuntimeError):
        keyring.delete_password(SERVICE, key)
