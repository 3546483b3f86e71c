"""The program's entry: without a command the console, which starts fastest when nothing else is imported."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the console, or the command that the arguments name."""
    home: str | None = None
    plain = False
    words = iter(sys.argv[1:])
    for word in words:
        if word == "--plain":
            plain = True
        elif word.startswith("--home="):
            home = word.removeprefix("--home=")
        elif word != "--home" or (home := next(words, None)) is None:
            from omnidesk.cli.main import run as run_command

            sys.exit(run_command(sys.argv[1:]))
    from omnidesk.app import run as run_console

    sys.exit(run_console(home, plain=plain))


if __name__ == "__main__":
    main()
