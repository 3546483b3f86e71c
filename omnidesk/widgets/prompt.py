"""One line at the bottom in which the agent types what an action asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester, SuggestFromList
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


class LastWord(Suggester):
    """Completes the last word of a list; those on the list already are not proposed again."""

    def __init__(self, words: list[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.words = words

    async def get_suggestion(self, value: str) -> str | None:
        """Return the answer with its last word completed by the first that fits."""
        head, _, last = value.rpartition(" ")
        bare = last.lstrip("+-").lower()
        if not bare:
            return None
        taken = {word.lstrip("+-").lower() for word in head.split()}
        found = next((word for word in self.words if word.startswith(bare) and word not in taken), None)
        return None if found is None else value[: len(value) - len(bare)] + found


class Prompt(Horizontal):
    """A question and its answer."""

    DEFAULT_CSS = """
    Prompt {
        height: 1; display: none; background: $surface;
        & #understood { color: $text-success; }
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
        self._explain: Callable[[str], str] | None = None

    def compose(self) -> ComposeResult:
        """The question, the input, and what was understood of it."""
        yield Static("", id="question", markup=False)
        yield PromptInput(select_on_focus=False)
        yield Static("", id="understood", markup=False)

    @property
    def active(self) -> bool:
        """Whether an answer is waited for."""
        return bool(self.purpose)

    def ask(
        self, purpose: str, question: str, hint: str = "", text: str = "", explain: Callable[[str], str] | None = None
    ) -> None:
        """Ask; the answer comes as `Answered` with the same purpose. `explain` says quickly, while the agent types,
        what was understood."""
        self.purpose = purpose
        self._explain = explain
        self.query_one("#question", Static).update(Content(question))
        self._understand(text)
        answer = self.query_one(PromptInput)
        answer.suggester = None
        answer.placeholder = hint
        answer.value = text
        answer.cursor_position = len(text)
        self.display = True
        self.screen.set_focus(answer)

    def complete_from(self, words: list[str], each: bool = False) -> None:
        """Suggest these words from now on; Tab takes the suggestion. With `each` the answer is a list of such words,
        with a sign before them or not."""
        answer = self.query_one(PromptInput)
        answer.suggester = LastWord(words) if each else SuggestFromList(words, case_sensitive=False)
        if answer.value:  # typed before the words came
            self.run_worker(answer.suggester._get_suggestion(answer, answer.value))

    def _understand(self, text: str) -> None:
        said = self._explain(text) if self._explain is not None else ""
        self.query_one("#understood", Static).update(Content(said))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what was understood so far."""
        event.stop()
        if self.purpose:
            self._understand(event.value)

    def complete_with(self, suggester: Suggester) -> None:
        """Suggest what this finds from now on; Tab takes the suggestion."""
        self.query_one(PromptInput).suggester = suggester

    def _finish(self, text: str | None) -> None:
        purpose, self.purpose = self.purpose, ""
        self.display = False
        self.post_message(self.Answered(purpose, text))

    def cancel(self) -> None:
        """Take the question back."""
        if self.purpose:
            self._finish(None)

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
