"""What `omnidesk channel add` asks and gathers: settings, secrets, and what a trial run should look like."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from omnidesk.cli.printing import complain, guard
from omnidesk.words.errors import UsageError


def typed_settings(pairs: Sequence[str], options: Mapping[str, str | int | None]) -> dict[str, str | int]:
    """Return the settings as typed, from `--set key=value` and the options that were given. Raises UsageError."""
    typed: dict[str, str | int] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"--set {pair}: write --set key=value")
        typed[key.strip().replace("-", "_")] = value
    return typed | {key: value for key, value in options.items() if value is not None}


def gathered_secrets(fields: Sequence[str], known: Mapping[str, str], from_stdin: bool, asks: bool) -> dict[str, str]:
    """Return the secrets that the environment does not hold, from standard input or a prompt. Raises UsageError."""
    wanted = [field for field in fields if field not in known]
    if not wanted:
        return {}
    if from_stdin:
        return _from_stdin(wanted)
    if not asks:
        raise UsageError(
            f"{', '.join(wanted)} is needed: give it with --password-stdin, "
            "or in the environment (OMNIDESK_SECRET_<CHANNEL>_<FIELD>)"
        )
    found = {field: getpass.getpass(f"{field.replace('_', ' ').capitalize()}: ", sys.stderr) for field in wanted}
    empty = [field for field, value in found.items() if not value]
    if empty:
        raise UsageError(f"{empty[0]} is empty: nothing was stored")
    return found


def _from_stdin(wanted: Sequence[str]) -> dict[str, str]:
    """Read one secret as the whole of standard input, several as lines of `field=value`."""
    said = sys.stdin.buffer.read().decode("utf-8", "surrogateescape").rstrip("\r\n")
    if len(wanted) == 1:
        if not said:
            raise UsageError(f"standard input is empty: no {wanted[0]} was read")
        return {wanted[0]: said}
    found = dict(line.partition("=")[::2] for line in said.splitlines())
    missing = [field for field in wanted if not found.get(field)]
    if missing:
        raise UsageError(f"standard input has no line {missing[0]}=..: give {', '.join(wanted)}, one a line")
    return {field: found[field] for field in wanted}


def found_words(found: Any, kind: str) -> str:
    """Return what a live test found, such as `41,233 mails, 212 waiting`."""
    counts = [f"{found.total:,} {'mails' if kind == 'email' else 'messages'}"] if found.total is not None else []
    if found.waiting is not None:
        counts.append(f"{found.waiting:,} waiting")
    return "; ".join([", ".join(counts) or f"{found.account} can be used", *found.details])


def found_document(found: Any) -> dict[str, Any]:
    """Return what a live test found, for --json."""
    return {
        "account": found.account,
        "display_name": found.display_name,
        "total": found.total,
        "waiting": found.waiting,
        "details": list(found.details),
        "warnings": list(found.warnings),
    }


def asked_history(given: int | None, asks: bool) -> int:
    """Return the days of history that count as news, asked for on a terminal."""
    if given is not None or not asks:
        return 14 if given is None else given
    return int(typer.prompt("Mail of how many days back is still to be answered?", default=14, type=int, err=True))


def asked_trial(given: bool | None, asks: bool) -> bool:
    """Return whether to start read-only, asked for on a terminal."""
    if given is not None or not asks:
        return bool(given)
    return typer.confirm("Start read-only (nothing is sent or flagged on the server)?", default=False, err=True)


def warn_of(found: Any) -> None:
    """Write what a live test warns of on standard error."""
    for words in found.warnings:
        complain(guard(words))
