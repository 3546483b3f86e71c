"""What the main screen does while the agent reads: hits of a search, links and files, what is folded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from omnidesk.screens import finding, opening
from omnidesk.screens.finding import Hits, ThreadHits
from omnidesk.screens.keys import KeyReader
from omnidesk.screens.messages import OlderRead, ThreadRead
from omnidesk.screens.opening import FileReady, PictureReady, TextReady
from omnidesk.screens.session import Opening
from omnidesk.screens.triage_desk import TriageDesk
from omnidesk.widgets.thread_view import ThreadView

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


class ReadingDesk(TriageDesk):
    """Keeps what is searched for in the thread, and opens what is chosen in it."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        self.hits = Hits()
        self.saved_to = ""
        """The folder that files were saved to last."""

    @property
    def _desk(self) -> DeskScreen:
        return self  # type: ignore[return-value]

    def mark_targets(self, reader: KeyReader) -> None:
        """Show the labels of links and files while one is being chosen."""
        following = reader.keymap.following(self.place, reader.waiting) if reader.waiting else []
        self.thread.set_labelled(any(key == "*" and action.name in opening.LABELLED for key, action in following))

    def on_thread_hits(self, message: ThreadHits) -> None:
        """Messages that hold what was searched for."""
        finding.show_hits(self._desk, message)

    def on_thread_read(self, message: ThreadRead) -> None:
        """A hit may have waited for the thread to be laid out again."""
        self._look_again(message)

    def on_older_read(self, message: OlderRead) -> None:
        """A hit may have waited for older messages."""
        self._look_again(message)

    def _look_again(self, message: Message) -> None:
        if self.hits.awaited:
            self.call_next(partial(finding.thread_shown, self._desk))

    def on_thread_view_target_chosen(self, message: ThreadView.TargetChosen) -> None:
        """A link, a file or what is folded was clicked."""
        target = message.target
        if target.url or target.file_id:
            opening.open_target(self._desk, target)
        else:
            self.opened ^= {message.message_id}
            self.lay_out_again()

    def on_file_ready(self, message: FileReady) -> None:
        """A file or link was dealt with in a thread."""
        opening.finish(self._desk, message)

    def on_text_ready(self, message: TextReady) -> None:
        """The text of a file is there."""
        opening.show_text(self._desk, message)

    def on_picture_ready(self, message: PictureReady) -> None:
        """A picture is there."""
        opening.show_picture(self._desk, message)
