"""What a kind of channel asks for when it is added: settings as typed, and secrets by field."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Manifest as Manifest
from omnidesk.connectors.manifest import Secret as Secret
from omnidesk.connectors.manifest import Setting as Setting
from omnidesk.connectors.registry import Disabled
from omnidesk.sync import secrets
from omnidesk.words.errors import NotFoundError, UsageError

_YES, _NO = ("yes", "on", "true", "1"), ("no", "off", "false", "0")


def kinds() -> tuple[Manifest, ...]:
    """Return what is known of each kind of channel that can be added."""
    return registry.kinds()


def by_address(manifest: Manifest) -> bool:
    """Say whether a kind is a mailbox: its servers are found from its address."""
    return manifest.discovers and {"imap_host", "smtp_host"} <= {setting.key for setting in manifest.settings}


def mailbox() -> str:
    """Return the kind that is a mailbox. Raises NotFoundError where none is installed."""
    found = next((one.kind for one in kinds() if by_address(one)), None)
    if found is None:
        raise NotFoundError("no connector for mailboxes is installed: install omnidesk again")
    return found


def keys(kind: str) -> tuple[str, ...]:
    """Return the settings of a kind, those that everybody fills in first. Raises NotFoundError."""
    known = registry.manifest(kind).every_setting
    return tuple(one.key for one in sorted(known, key=lambda one: one.advanced))


def disabled() -> tuple[Disabled, ...]:
    """Return the connectors that are installed but cannot be used."""
    return registry.disabled()


def settings(kind: str, typed: Mapping[str, str | int]) -> dict[str, Any]:
    """Return settings as their kind wants them. Raises NotFoundError, UsageError in words."""
    known = _known(kind, typed)
    found = {key: _value(known[key], str(value)) for key, value in typed.items()}
    missing = [key for key, setting in known.items() if setting.required and not found.get(key)]
    if missing:
        raise UsageError(f"{kind} needs {', '.join(missing)}: give it with --set {missing[0]}=..")
    return found


def changed(kind: str, typed: Mapping[str, str | int]) -> dict[str, Any]:
    """Return changes of settings as their kind wants them; an empty value takes a setting back (None).

    Raises NotFoundError, UsageError in words."""
    known = _known(kind, typed)
    found = {key: _value(known[key], str(value)) if str(value) else None for key, value in typed.items()}
    missing = [key for key, value in found.items() if value is None and known[key].required]
    if missing:
        raise UsageError(f"{kind} needs {', '.join(missing)}")
    return found


def _known(kind: str, typed: Mapping[str, str | int]) -> dict[str, Setting]:
    known = {setting.key: setting for setting in registry.manifest(kind).every_setting}
    strange = sorted(set(typed) - set(known))
    if strange:
        raise UsageError(f"{kind} has no setting {', '.join(strange)}; it has {', '.join(sorted(known)) or 'none'}")
    return known


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


def secret_fields(kind: str, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the secrets that a person must type for a channel with these settings, by field."""
    needed = registry.manifest(kind).secrets_for(said)
    return tuple(secret.key for secret in needed if secret.typed and secret.required)


def extra_fields(kind: str, said: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the secrets that some providers want and a person may type, by field."""
    needed = registry.manifest(kind).secrets_for(said)
    return tuple(secret.key for secret in needed if secret.typed and not secret.required)


def environment(channel_name: str, kind: str, said: Mapping[str, Any]) -> dict[str, str]:
    """Return the secrets that the environment holds for a channel; they are not kept elsewhere."""
    fields = (*secret_fields(kind, said), *extra_fields(kind, said))
    named = {field: secrets.variable(channel_name, field) for field in fields}
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


def works_by(kind: str) -> str:
    """Return the command that a channel of a kind is at work with."""
    manifest = registry.manifest(kind)
    if manifest.runs_in == "serve":
        return "omnidesk serve"
    told = manifest.inbound == ("webhook",)
    return "omnidesk serve for what comes in, and omnidesk" if told else "omnidesk sync --once, or omnidesk"
