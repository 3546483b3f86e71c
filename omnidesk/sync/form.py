"""What a kind of channel asks for when it is added: settings as typed, and secrets by field."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Manifest, Setting
from omnidesk.connectors.registry import Disabled
from omnidesk.sync import secrets
from omnidesk.words.errors import UsageError

_YES, _NO = ("yes", "on", "true", "1"), ("no", "off", "false", "0")


def kinds() -> tuple[Manifest, ...]:
    """Return what is known of each kind of channel that can be added."""
    return registry.kinds()


def disabled() -> tuple[Disabled, ...]:
    """Return the connectors that are installed but cannot be used."""
    return registry.disabled()


def settings(kind: str, typed: Mapping[str, str | int]) -> dict[str, Any]:
    """Return settings as their kind wants them. Raises NotFoundError, UsageError in words."""
    known = {setting.key: setting for setting in registry.manifest(kind).settings}
    strange = sorted(set(typed) - set(known))
    if strange:
        raise UsageError(f"{kind} has no setting {', '.join(strange)}; it has {', '.join(sorted(known)) or 'none'}")
    found = {key: _value(known[key], str(value)) for key, value in typed.items()}
    missing = [key for key, setting in known.items() if setting.required and not found.get(key)]
    if missing:
        raise UsageError(f"{kind} needs {', '.join(missing)}: give it with --set {missing[0]}=..")
    return found


def _value(setting: Setting, typed: str) -> str | int | float | bool:
    if setting.kind == "flag":
        if typed.lower() not in _YES + _NO:
            raise UsageError(f"{setting.key} is yes or no, not {typed!r}")
        return typed.lower() in _YES
    if setting.kind == "number":
        try:
            number = float(typed)
            return int(number) if number.is_integer() else number
        except (ValueError, OverflowError):
            raise UsageError(f"{setting.key} is a number, not {typed!r}") from None
    if setting.kind == "choice" and typed not in setting.choices:
        raise UsageError(f"{setting.key} is {', '.join(setting.choices)}, not {typed!r}")
    return typed


def secret_fields(kind: str) -> tuple[str, ...]:
    """Return the secrets that a kind of channel needs, by field."""
    return tuple(secret.key for secret in registry.manifest(kind).secrets)


def environment(channel_name: str, kind: str) -> dict[str, str]:
    """Return the secrets that the environment holds for a channel; they are not kept elsewhere."""
    named = {field: secrets.variable(channel_name, field) for field in secret_fields(kind)}
    return {field: os.environ[variable] for field, variable in named.items() if variable in os.environ}


def keyring_name() -> str | None:
    """Return the name of the keyring that secrets would go to, None where there is no usable one."""
    import keyring
    import keyring.errors

    try:
        backend = keyring.get_keyring()
        return backend.name if backend.priority > 0 else None
    except (keyring.errors.KeyringError, RuntimeError):
        return None
