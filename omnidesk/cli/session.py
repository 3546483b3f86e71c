"""What every command has: the workspace it works on, who acts, and how its results are printed."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnidesk.cli import shapes
from omnidesk.cli.printing import Printer
from omnidesk.cli.usage import refuse_empty
from omnidesk.words.errors import ReadOnlyError
from omnidesk.words.rows import Act, Actor

if TYPE_CHECKING:
    from omnidesk.desk.workspace import Workspace

Home = Annotated[str | None, typer.Option("--home", metavar="DIR", help="The workspace's folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on one line.")]


class Session:
    """One run of the command line. The workspace is opened when a command first asks for it."""

    def __init__(self) -> None:
        self.home: str | None = None
        self.json = False
        self.status = 0
        self.printer = Printer(sys.stdout)

    def told(self, home: str | None, as_json: bool) -> None:
        """Take the options that may stand before or after a command."""
        self.home = home if home is not None else self.home
        self.json = as_json or self.json

    @functools.cached_property
    def workspace(self) -> Workspace:
        """The workspace, opened. Raises WorkspaceError and its kin."""
        from omnidesk.desk import workspace

        return workspace.open_workspace(self.home)

    @functools.cached_property
    def actor(self) -> Actor:
        """Who is at the keyboard; made an agent on first use."""
        from omnidesk.desk import agents

        return agents.actor(self.workspace)

    @property
    def reader(self) -> int | None:
        """The agent's id for reading; None where a newcomer cannot be written down."""
        try:
            return self.actor.agent_id
        except ReadOnlyError:
            return None

    def show(self, document: Mapping[str, Any], people: Callable[[Printer], None]) -> None:
        """Print a result: the document with --json, else what `people` writes."""
        if self.json:
            self.printer.document(document)
        else:
            people(self.printer)
        self.printer.stream.flush()

    def changed(self, act: Act | None, more: Mapping[str, Any] | None = None, words: str = "") -> None:
        """Print what a changing command did: `{act, ...}`, or one line."""
        document = {"act": None if act is None else shapes.act(act), **(more or {})}
        line = words or ("" if act is None else act.summary or act.kind)
        if act is not None and act.undoable:
            line += " (omnidesk undo takes it back)"
        self.show(document, lambda printer: printer.say(line))

    def close(self) -> None:
        """Close the workspace, if it was opened."""
        opened = self.__dict__.pop("workspace", None)
        if opened is not None:
            opened.close()

    @staticmethod
    def asks() -> bool:
        """Say whether there is a person to ask."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


Command = Callable[..., None]


def command(app: typer.Typer, name: str, **settings: Any) -> Callable[[Command], Command]:
    """Add a command whose first parameter is the session; `--home` and `--json` are added to its own options."""

    def register(function: Command) -> Command:
        _, *own = inspect.signature(function, eval_str=True).parameters.values()

        def run(**said: Any) -> None:
            session: Session = said.pop("context").obj
            session.told(said.pop("home"), said.pop("as_json"))
            refuse_empty(own, said)
            try:
                function(session, **said)
                sys.stdout.flush()
            except BrokenPipeError:
                let_go_of_pipe()

        _declare(run, function, own)
        app.command(name, **settings)(run)
        return function

    return register


def group(words: str) -> typer.Typer:
    """Make a noun that holds commands, such as `channel`."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)

    def run(context: typer.Context, home: Home = None, as_json: Json = False) -> None:
        context.obj.told(home, as_json)

    app.callback(help=words)(run)
    return app


def _declare(run: Callable[..., None], function: Command, own: list[inspect.Parameter]) -> None:
    """Give `run` the name, words and parameters by which typer reads it."""
    ours = {"context": (typer.Context, inspect.Parameter.empty), "home": (Home, None), "as_json": (Json, False)}
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in ours.items()
    ]
    run.__name__, run.__doc__, run.__module__ = function.__name__, function.__doc__, function.__module__
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]


def let_go_of_pipe() -> None:
    """Whoever read our output has left: end quietly, also when Python flushes at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
