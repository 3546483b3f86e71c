"""Wrong words on the command line, said in ours: what is wrong, and what would be right."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

import typer
import typer.models

from omnidesk.words.errors import UsageError

_NUMBERS = ("int_parsing", "int_from_float", "int_type", "int_parsing_size")
_BOUNDS = ("greater_than_equal", "less_than_equal", "greater_than", "less_than")


def explain(error: typer.TyperException) -> str:
    """Return what is wrong in one line, without a full stop."""
    name = type(error).__name__
    if name == "MissingParameter":
        return f"{_named(error)} is missing"
    if name == "NoSuchOption":
        known = getattr(error, "possibilities", None)
        meant = f" (perhaps {' or '.join(sorted(known))})" if known else ""
        return f"there is no option {getattr(error, 'option_name', '')}{meant}"
    if isinstance(error, typer.BadParameter):
        return _bad_value(error)
    if name == "BadOptionUsage":
        option = getattr(error, "option_name", "")
        return f"{option} takes no value" if "does not take" in error.format_message() else f"{option} needs a value"
    said = error.format_message().strip().rstrip(".")
    for theirs, ours in (
        ("No such command ", "there is no command "),
        ("Got unexpected extra argument(s) ", "there is more than it takes: "),
        ("Got unexpected extra argument ", "there is more than it takes: "),
    ):
        said = f"{ours}{said.removeprefix(theirs).strip('()')}" if said.startswith(theirs) else said
    return said


def refuse_empty(parameters: Iterable[inspect.Parameter], said: Mapping[str, Any]) -> None:
    """Raise UsageError for an option that was given as "", which would be taken for one not given at all."""
    for parameter in parameters:
        value = said[parameter.name]
        shown = next((one for one in get_args(parameter.annotation) if isinstance(one, typer.models.OptionInfo)), None)
        empty = value == "" or (isinstance(value, list) and ("" in value or Path() in value))
        if shown is not None and empty and parameter.default != "":
            name = (shown.param_decls or (f"--{parameter.name.replace('_', '-')}",))[0]
            raise UsageError(f"{name} is empty: give it a value, or leave it out")


def _named(error: typer.TyperException) -> str:
    """Return what the parameter is called: `--limit`, `ID..`."""
    parameter = getattr(error, "param", None)
    hint = getattr(error, "param_hint", None) or (parameter.get_error_hint() if parameter is not None else "")
    if not isinstance(hint, str):
        hint = " or ".join(hint)
    return hint.replace("'", "").replace("[", "").replace("]", "") or "a value"


def _bad_value(error: typer.BadParameter) -> str:
    """Say what a parameter takes instead of the value it was given."""
    name, cause = _named(error), error.__cause__
    found: list[Mapping[str, Any]] = cause.errors() if cause is not None and hasattr(cause, "errors") else []
    if not found:
        return f"{name}: {error.message.strip()}"
    first = found[0]
    value, kind = first.get("input"), str(first.get("type"))
    if choices := _choices(str(first.get("msg", ""))):
        return f"{name} is {_any_of(choices)}, not {_shown(value)}"
    if kind in _BOUNDS or kind in _NUMBERS:
        return f"{name} is {_whole_number(error)}, not {_shown(value)}"
    return f"{name}: {str(first.get('msg', '')).removeprefix('Value error, ')}"


def _shown(value: object) -> str:
    said = value if isinstance(value, str) else str(value)
    return repr(said if len(said) <= 40 else f"{said[:40]}..")


def _any_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _choices(said: str) -> list[str]:
    """Return the values a parameter can have, where they are few."""
    return re.findall(r"'([^']*)'", said.rpartition(" is not one of ")[2]) if " is not one of " in said else []


def _whole_number(error: typer.BadParameter) -> str:
    """Say which numbers a parameter takes."""
    parameter = getattr(error, "param", None)
    least, most = getattr(parameter, "min", None), getattr(parameter, "max", None)
    if least is not None and most is not None:
        return f"a whole number from {least} to {most}"
    if least is not None:
        return f"a whole number, {least} or more"
    return "a whole number"
