"""Secrets of channels: from the environment, the keyring, or a file of mode 0600 outside the workspace.

`OMNIDESK_SECRET_<CHANNEL>_<FIELD>` goes first. `OMNIDESK_SECRETS_FILE` names the file; where a machine has no
keyring, one in the user's own config folder is used. They are kept under the channel's id, so a name may change.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

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


def _read_one(channel_id: int, channel_name: str, field: str) -> str | None:
    said = os.environ.get(variable(channel_name, field))
    if said is not None:
        return said
    key = f"{channel_id}:{field}"
    stored = _file_content().get(key)
    if stored is not None or _named_file() is not None:
        return stored
    return _keyring_read(key)


def store(channel_id: int, secrets: Mapping[str, str]) -> str:
    """Keep secrets of a channel; return where, for people."""
    if _named_file() is None and all(
        _keyring_write(f"{channel_id}:{field}", value) for field, value in secrets.items()
    ):
        return "the keyring"
    path = _path()
    content = _file_content() | {f"{channel_id}:{field}": value for field, value in secrets.items()}
    _write_file(path, content)
    return str(path)


def forget(channel_id: int, fields: tuple[str, ...]) -> None:
    """Remove a channel's secrets from wherever they are kept."""
    keys = {f"{channel_id}:{field}" for field in fields}
    content = _file_content()
    if keys & set(content):
        _write_file(_path(), {key: value for key, value in content.items() if key not in keys})
    if _named_file() is None:
        for key in keys:
            _keyring_delete(key)


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


def _write_file(path: Path, content: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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
    import contextlib

    import keyring
    import keyring.errors

    with contextlib.suppress(keyring.errors.KeyringError, RuntimeError):
        keyring.delete_password(SERVICE, key)
