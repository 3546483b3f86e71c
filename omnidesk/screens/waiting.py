"""What the console shows at its start while the database is out of reach; it opens by itself once that is back."""

from __future__ import annotations

import threading

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from omnidesk.screens.keys import pressed
from omnidesk.screens.messages import Opened, Trouble
from omnidesk.screens.preferences import Preferences
from omnidesk.screens.session import open_session
from omnidesk.text.clean import one_line
from omnidesk.widgets.bars import KeyLine
from omnidesk.widgets.lines import Line, LinesView, wrap
from omnidesk.words.errors import DatabaseLostError, OmniDeskError
from omnidesk.words.speech import _

AGAIN_SECONDS = 1.0


class WaitingScreen(Screen[None]):
    """Says why there is nothing to show yet, and tries again each second in a thread."""

    CSS = """
    WaitingScreen LinesView { height: 1fr; padding: 1 2; }
    """

    def __init__(self, home: str | None, preferences: Preferences, said: str) -> None:
        super().__init__()
        self.home = home
        self.preferences = preferences
        self.said = said
        self.view = LinesView()
        self.keys = KeyLine()
        self.keys.set_keys([("ctrl+q", _("leave"))])
        self._ended = threading.Event()

    def compose(self) -> ComposeResult:
        """The reason, and the key to leave."""
        yield self.view
        yield self.keys

    def on_mount(self) -> None:
        """Say why, and begin to try."""
        self._show()
        threading.Thread(target=self._try, name="waiting", daemon=True).start()

    def on_unmount(self) -> None:
        """Stop trying."""
        self._ended.set()

    def on_resize(self) -> None:
        """Lay the words out anew."""
        self._show()

    def _show(self) -> None:
        width = max(20, self.app.size.width - 4)
        lines = [Line((("strong", text),)) for text in wrap(one_line(self.said, 400), width)]
        lines.append(Line(()))
        waits = _("OmniDesk waits for it and opens by itself. What you wrote is kept.")
        self.view.show([*lines, *(Line((("", text),)) for text in wrap(waits, width))])

    def _try(self) -> None:
        while not self._ended.wait(AGAIN_SECONDS):
            try:
                opening = open_session(self.home, self.preferences, remember=True)
            except DatabaseLostError as error:
                self.post_message(Trouble(str(error)))
            except OmniDeskError as error:
                self.app.call_from_thread(self.app.exit, error.exit_status, message=one_line(str(error), 400))
                return
            else:
                self.post_message(Opened(opening))
                return

    def on_trouble(self, message: Trouble) -> None:
        """It is out of reach still, and perhaps for another reason."""
        self.said = message.said
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Leave."""
        if pressed(event.key, event.character) in ("ctrl+q", "ctrl+c", "q"):
            self.app.exit(0)
