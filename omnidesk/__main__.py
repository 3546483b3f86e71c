"""The program's entry: without a command the console, which starts fastest when nothing else is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the console, or the command that the arguments name."""
    arguments = sys.argv[1:]
    home: str | None = None
    if len(arguments) == 2 and arguments[0] == "--home":
        home, arguments = arguments[1], []
    elif len(arguments) == 1 and arguments[0].startswith("--home="):
        home, arguments = arguments[0].removeprefix("--home="), []
    if arguments:
        from omnidesk.cli.main import run as run_command

        sys.exit(run_command(arguments))
    from omnidesk.app import run as run_console

    sys.exit(run_console(home))


if __name__ == "__main__":
    main()
