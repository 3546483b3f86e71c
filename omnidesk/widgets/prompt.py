"""One line at the bottom in which the agent types what an action asks for."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static


class PromptInput(Input):
    """An input in which Tab takes the suggestion."""

    def on_key(self, event: events.Key) -> None:
        """Complete with Tab."""
        if event.key == "tab":
            event.stop()
            event.prevent_default()
            self.action_end()
            self.action_cursor_right()


class Prompt(Horizontal):
    """A question and its answer."""

    DEFAULT_CSS = """
    Prompt {
        height: 1; display: none; background: $surface;
        & Static { width: auto; height: 1; color: $text-accent; text-style: bold; padding: 0 1; }
        & PromptInput, & PromptInput:focus { border: none; height: 1; padding: 0; background: $surface; width: 1fr; }
    }
    """

    @dataclass
    class Answered(Message):
        """The agent pressed Enter (`text`), or Escape (None)."""

        purpose: str
        text: str | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.purpose = ""

    def compose(self) -> ComposeResult:
        """The question and the input."""
        yield Static("", markup=False)
        yield PromptInput(select_on_focus=False)

    @property
    def active(self) -> bool:
        """Whether an answer is waited for."""
        return bool(self.purpose)

    def ask(self, purpose: str, question: str, hint: str = "", text: str = "") -> None:
        """Ask; the answer comes as `Answered` with the same purpose."""
        self.purpose = purpose
        self.query_one(Static).update(Content(question))
        answer = self.query_one(PromptInput)
        answer.suggester = None
        answer.placeholder = hint
        answer.value = text
        answer.cursor_position = len(text)
        self.display = True
        self.screen.set_focus(answer)

    def complete_from(self, words: list[str]) -> None:
        """Suggest these words from now on; Tab takes the suggestion."""
        self.query_one(PromptInput).suggester = SuggestFromList(words, case_sensitive=False)

    def _finish(self, text: str | None) -> None:
        purpose, self.purpose = self.purpose, ""
        self.display = False
        self.post_message(self.Answered(purpose, text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the answer."""
        event.stop()
        if self.purpose:
            self._finish(event.value)

    def on_key(self, event: events.Key) -> None:
        """Escape takes the question back."""
        if event.key == "escape" and self.purpose:
            event.stop()
            self._finish(None)
