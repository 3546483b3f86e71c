"""The lines at the edges: the header with the views, the status bar, and the line of keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import cells, cut, spread
from omnidesk.widgets.painting import Painted, Part


class Bar(Painted):
    """One line of parts."""

    DEFAULT_CSS = """
    Bar { height: 1; background: $surface; color: $foreground; }
    """

    def parts(self, width: int) -> tuple[Part, ...]:
        """Return what the line says in so many columns."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Paint the line."""
        return self.strip(self.parts(self.size.width) if y == 0 else (), self.size.width)


class Header(Bar):
    """The program's name, the views with their counts, what is overdue, and who works here."""

    SHOWN = ("mine", "unassigned", "open", "pending", "on-hold", "snoozed", "undelivered")
    ALWAYS = ("mine", "unassigned", "open")

    @dataclass
    class ViewChosen(Message):
        """A view's name was clicked."""

        view: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.view = "open"
        self.title = ""
        self.counts: Mapping[str, int] = {}
        self.overdue = 0
        self.agent = ""
        self._spans: list[tuple[int, int, str]] = []

    def set_state(self, *, view: str, title: str, counts: Mapping[str, int], overdue: int, agent: str) -> None:
        """Say what is so now; `title` names what is shown when it is no built-in view."""
        before = (self.view, self.title, self.counts, self.overdue, self.agent)
        if before != (view, title, counts, overdue, agent):
            self.view, self.title, self.counts, self.overdue, self.agent = view, title, counts, overdue, agent
            self.refresh()

    def parts(self, width: int) -> tuple[Part, ...]:
        """Views from the left, overdue and the agent at the right; what does not fit is left out."""
        right: list[Part] = []
        if self.overdue:
            right.append(("warn", f"  {times.number(self.overdue)} overdue"))
        right.append(("strong", f"  {cut(self.agent, 20)} "))
        room = width - sum(cells(text) for _, text in right)
        left: list[Part] = [("title", " OmniDesk ")] if width >= 70 else []
        used = sum(cells(text) for _, text in left)
        self._spans = []
        for view, text in self._labels():
            if used + cells(text) > room and view != self.view:
                continue
            style = "here" if view == self.view else "warn" if view == "undelivered" else ""
            left += [(style, text), ("", " ")]
            self._spans.append((used, used + cells(text), view))
            used += cells(text) + 1
        return spread(left, right, width)

    def _labels(self) -> list[tuple[str, str]]:
        said = []
        for view in badges.VIEWS:
            count = self.counts.get(view)
            shown = view in self.ALWAYS or (view in self.SHOWN and count)
            if shown or view == self.view:
                said.append(
                    (
                        view,
                        f" {badges.VIEWS[view]} {times.number(count)} "
                        if count is not None
                        else f" {badges.VIEWS[view]} ",
                    )
                )
        if self.view not in badges.VIEWS:
            said.append((self.view, f" {cut(self.title, 30)} "))
        return said

    def on_click(self, event: events.Click) -> None:
        """Choose the view under the mouse."""
        for start, end, view in self._spans:
            if start <= event.x < end:
                self.post_message(self.ViewChosen(view))


class Caption(Bar):
    """The line over the queue."""

    DEFAULT_CSS = """
    Caption { background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.left: tuple[Part, ...] = ()
        self.right: tuple[Part, ...] = ()

    def set_parts(self, left: Sequence[Part], right: Sequence[Part]) -> None:
        """Say what stands at both ends."""
        if (tuple(left), tuple(right)) != (self.left, self.right):
            self.left, self.right = tuple(left), tuple(right)
            self.refresh()

    def parts(self, width: int) -> tuple[Part, ...]:
        """Both ends."""
        return spread(self.left, self.right, width)


class StatusBar(Bar):
    """What was just done or is about to be sent at the left; how the engine and the channels do at the right."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.said = ""
        self.wrong = False
        self.coming = ""
        self.health: tuple[Part, ...] = ()

    def say(self, text: str, wrong: bool = False) -> None:
        """Show words until others come; `wrong` for what failed."""
        if (text, wrong) != (self.said, self.wrong):
            self.said, self.wrong = text, wrong
            self.refresh()

    def set_state(self, coming: str, health: Sequence[Part]) -> None:
        """Say what goes out next, and how things are."""
        if (coming, tuple(health)) != (self.coming, self.health):
            self.coming, self.health = coming, tuple(health)
            self.refresh()

    def parts(self, width: int) -> tuple[Part, ...]:
        """A failure goes before what is about to be sent, and that before what was done."""
        left: tuple[Part, ...]
        if self.wrong:
            left = (("warn", f" {self.said}"),)
        elif self.coming:
            left = (("key", f" {self.coming}"), ("dim", f"   {self.said}" if self.said else ""))
        else:
            left = (("", f" {self.said}"),)
        right: list[Part] = []
        room = width - sum(cells(text) for _, text in left) - 2
        for style, text in self.health:
            if room < cells(text) + 2:
                break
            right += [("", "  "), (style, text)]
            room -= cells(text) + 2
        return spread(left, (*right, ("", " ")), width)


class KeyLine(Bar):
    """The keys that are useful here, as many as fit."""

    DEFAULT_CSS = """
    KeyLine { background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.keys: tuple[tuple[str, str], ...] = ()
        self.question = ""

    def set_keys(self, keys: Sequence[tuple[str, str]], question: str = "") -> None:
        """Show pairs of key and word, the most useful first; `question` says what is waited for."""
        if (tuple(keys), question) != (self.keys, self.question):
            self.keys, self.question = tuple(keys), question
            self.refresh()

    def parts(self, width: int) -> tuple[Part, ...]:
        """As many as fit; the last pair is always there."""
        said: list[Part] = [("strong", f" {self.question} ")] if self.question else []
        if not self.keys:
            return tuple(said)
        last = self.keys[-1]
        room = width - len(last[0]) - len(last[1]) - 4 - sum(cells(text) for _, text in said)
        for key, word in self.keys[:-1]:
            size = cells(key) + cells(word) + 3
            if size > room:
                break
            said += [("key", f" {key}"), ("", f" {word} ")]
            room -= size
        return (*said, ("key", f" {last[0]}"), ("", f" {last[1]} "))
