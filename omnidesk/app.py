"""The console. Only Textual and plain SQLite are imported before the first paint."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace


def paint_often() -> None:
    """Let Textual paint 120 times a second: the paint after the first, as of a thread that was read, waits half as
    long. Textual reads this when it is first imported."""
    os.environ.setdefault("TEXTUAL_FPS", "120")


def run(home: str | None = None, engine: bool = True, plain: bool = False) -> int:
    """Run the console on a workspace; return its exit status. Looking around goes on as `omnidesk demo`.

    `plain` asks for plain mode, whatever the agent's preferences say."""
    paint_often()
    gc.disable()  # collecting while modules load costs about 60 ms; the application turns it on again
    from omnidesk.screens import database, preferences, terminal
    from omnidesk.screens.console import DEMO, OmniDeskApp
    from omnidesk.screens.session import open_session
    from omnidesk.words import speech
    from omnidesk.words.errors import DatabaseLostError, OmniDeskError

    config = preferences.path()
    found = preferences.read(config)
    speech.speak(speech.chosen(found.preferences.language))
    if found.complaints:
        found = preferences.read(config)  # once more: what is complained about is said in the language now spoken
    if plain:
        found = replace(found, preferences=replace(found.preferences, plain=True))
    waiting = ""
    try:
        opening = open_session(home, found.preferences, config, remember=True)
    except DatabaseLostError as error:
        opening, waiting = None, str(error)
    except OmniDeskError as error:
        print(f"omnidesk: {error}", file=sys.stderr)
        return error.exit_status
    app = OmniDeskApp(opening, home, engine, found, config, terminal.charset(), terminal.few_colours(), waiting)
    result = app.run()
    if result == DEMO:
        os.execv(sys.executable, [sys.executable, "-m", "omnidesk", "demo"])
    if isinstance(result, str) and result.startswith(database.MOVE):
        if not database.run(home, result.removeprefix(database.MOVE)):
            return 1  # the command said why; the workspace is where it was
        os.execv(sys.executable, [sys.executable, "-m", "omnidesk", *(["--home", home] if home else [])])
    return result if isinstance(result, int) else (app.return_code or 0)
