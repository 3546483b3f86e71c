"""The command line: finds the module of a command, runs it, and turns every failure into one line and a status."""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from omnidesk import __version__
from omnidesk.cli.printing import complain
from omnidesk.cli.session import Home, Json, Session, let_go_of_pipe
from omnidesk.cli.usage import explain
from omnidesk.words.errors import OmniDeskError

NOUNS = (
    "channel", "customer", "outbox", "quarantine", "agent", "team", "setting", "preference", "import",
    "service", "macro", "bulk", "view", "rule", "database", "fact",
    "organisation", "order", "retention",
)  # fmt: skip
"""Commands that hold commands; each has a module of its name (`import` is a word of Python: `importing`)."""

MODULES = {
    "init": ("init",),
    "doctor": ("doctor",),
    "upkeep": ("upgrade", "redecode", "clean"),
    "sync": ("sync",),
    "serve": ("serve", "token"),
    "queue": ("queue",),
    "show": ("show", "attachment", "original"),
    "search": ("search",),
    "reply": ("reply", "new", "note", "drafts"),
    "aside": ("aside",),
    "log": ("log-call", "log-visit", "log-letter"),
    "triage": (
        "assign",
        "close",
        "reopen",
        "delete",
        "spam",
        "snooze",
        "status",
        "priority",
        "tag",
        "block",
        "promise",
        "check",
    ),
    "taking": ("take", "skip"),
    "merge": ("merge", "split", "move", "refuse", "similar"),
    "undo": ("undo",),
    "history": ("history",),
    "news": ("news",),
    "export": ("export",),
    "parse": ("parse",),
    "decode": ("decode",),
    "stats": ("stats",),
    "demo": ("demo",),
}
"""The module of each verb; only what is asked for is imported."""


INTERRUPTED = 130


def run(arguments: list[str]) -> int:
    """Run one command; return its exit status. Never raises."""
    _make_ready()
    session = Session()
    try:
        status = get_command(application(arguments)).main(
            arguments, prog_name="omnidesk", standalone_mode=False, obj=session
        )
        if status == INTERRUPTED and sys.stderr.isatty():
            print(file=sys.stderr)  # a prompt may stand there
        return session.status or (status if isinstance(status, int) else 0)
    except BaseException as error:  # noqa: BLE001  the door out: whatever went wrong becomes words and a status
        return _explain(error, session, arguments)
    finally:
        session.close()


def _make_ready() -> None:
    """Let no character and no closed stream end a command half-way."""
    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115  stands in to the end
    sys.stderr = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def application(arguments: Sequence[str] = ("--help",)) -> typer.Typer:
    """Return the commands that the arguments may mean: one module where its command is named, else all."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
    app.callback()(_root)
    owner = {name: module for module, names in MODULES.items() for name in names} | {noun: noun for noun in NOUNS}
    named = _named(arguments)
    wanted = [owner[named]] if named in owner else [*MODULES, *NOUNS]
    for module in wanted:
        name = "importing" if module == "import" else module
        commands = importlib.import_module(f"omnidesk.cli.{name}").app
        app.add_typer(commands, name=module if module in NOUNS else None)
    return app


def _named(arguments: Sequence[str]) -> str | None:
    """Return the word that names the command, None where there is none."""
    words = iter(arguments)
    for word in words:
        if word == "--home":
            next(words, None)
        elif word == "--help":
            return None
        elif not word.startswith("-"):
            return word
    return None


def _version(asked: bool) -> None:
    if asked:
        print(f"omnidesk {__version__}")
        raise typer.Exit


def _root(
    context: typer.Context,
    home: Home = None,
    as_json: Json = False,
    plain: Annotated[bool, typer.Option("--plain", help="The console without boxes, for screen readers.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The service desk that runs in a terminal. Without a command: the console."""
    context.obj.told(home, as_json)


def _explain(error: BaseException, session: Session, arguments: Sequence[str]) -> int:
    """Say on standard error what went wrong; return the exit status."""
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return INTERRUPTED
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, BrokenPipeError):
        let_go_of_pipe()
        return 0
    if isinstance(error, OmniDeskError):
        complain(str(error))
        return error.exit_status
    if isinstance(error, typer.TyperException):
        return _explain_usage(error, arguments)
    if isinstance(error, sqlite3.DatabaseError):
        complain(f"the database could not be used ({error}): `omnidesk doctor` tells more")
        return 5 if "locked" in str(error) else 1
    if isinstance(error, UnicodeEncodeError) and "surrogates" in error.reason:
        complain("what was typed is no UTF-8 text: type it anew")
        return 2
    if isinstance(error, OSError):
        complain(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error))
        return 1
    complain(f"an error nobody foresaw ({type(error).__name__}: {error}){_logged(session)}")
    return 1


def _explain_usage(error: typer.TyperException, arguments: Sequence[str]) -> int:
    words = error.format_message()
    if "\n" in words.strip():  # the help of a noun without a command
        print(words, file=sys.stderr)
    else:
        context = getattr(error, "ctx", None)
        named = _named(arguments)
        path = context.command_path if context is not None else f"omnidesk {named}" if named else "omnidesk"
        complain(f"{explain(error)}: `{path} --help` tells more")
    return error.exit_code


def _logged(session: Session) -> str:
    """Write the error under way to the workspace's log, if there is one; say where."""
    if "workspace" not in session.__dict__:
        return ""
    from omnidesk.desk import log

    home = session.workspace.home
    log.open_log(home, "cli")
    log.trace("a command broke")
    return f"; {home.log_folder / 'cli.log'} has more"
