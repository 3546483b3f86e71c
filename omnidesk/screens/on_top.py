"""A screen that leaves once, and only while it lies on top.

Keys come faster than screens go: a second q, or one typed before the help that a ? opened was there, must neither
close the screen beneath nor answer a question twice.
"""

from __future__ import annotations

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class OnTop(Screen[ScreenResultType]):
    """A screen that does nothing when it is told to leave while another is on top, or while it goes already.

    Stands last among the bases: `class Confirm(ModalScreen[bool], OnTop[bool])`."""

    @property
    def on_top(self) -> bool:
        """Whether this is the screen that gets the keys."""
        return self.app.screen is self

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave with a result, unless something lies over it or it left already."""
        return super().dismiss(result) if self.on_top else AwaitComplete()

    def passed_on(self, event: events.Key) -> bool:
        """Return whether a key came too late for this screen; it goes to the one that is on top now."""
        if self.on_top:
            return False
        event.stop()
        event.prevent_default()
        self.app.post_message(events.Key(event.key, event.character))
        return True
