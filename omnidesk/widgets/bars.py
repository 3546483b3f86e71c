"""The lines at the edges: the header with the views, the status bar, and the line of keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import cells, cut, spread
from omnidesk.widgets.painting import Painted, Part
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _


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
        self.saved: tuple[str, ...] = ()
        self.overdue = 0
        self.agent = ""
        self._spans: list[tuple[int, int, str]] = []

    def set_state(
        self,
        *,
        view: str,
        title: str,
        counts: Mapping[str, int],
        overdue: int,
        agent: str,
        saved: Sequence[str] = (),
    ) -> None:
        """Say what is so now; `title` names what is shown when it is no built-in view, `saved` are the agent's views
        in their order."""
        before = (self.view, self.title, self.counts, self.overdue, self.agent, self.saved)
        after = (view, title, counts, overdue, agent, tuple(saved))
        if before != after:
            self.view, self.title, self.counts, self.overdue, self.agent, self.saved = after
            self.refresh()

    def parts(self, width: int) -> tuple[Part, ...]:
        """Views from the left, overdue and the agent at the right; what does not fit is left out."""
        right: list[Part] = []
        if self.overdue:
            right.append(("warn", f"  {_('{count} overdue').format(count=times.number(self.overdue))}"))
        right.append(("strong", f"  {cut(self.agent, width // 3 if width >= 100 else 20)} "))
        room = width - sum(cells(text) for _, text in right)
        left: list[Part] = [("title", " OmniDesk ")] if width >= 70 else []
        used = sum(cells(text) for _, text in left)
        self._spans = []
        for view, text in self._fitting(room - used):
            style = "here" if view == self.view else "warn" if view == "undelivered" else ""
            left += [(style, text), ("", " ")]
            self._spans.append((used, used + cells(text), view))
            used += cells(text) + 1
        return spread(left, right, width)

    @property
    def shown(self) -> tuple[str, ...]:
        """The views on the header, from left to right."""
        return tuple(view for _, _, view in self._spans)

    def _fitting(self, room: int) -> list[tuple[str, str]]:
        """Return the labels that fit, in their order: the view that is shown goes before all, what an agent saved
        before what merely waits."""
        labels = self._labels()
        first = (self.view, *self.ALWAYS, "undelivered", *self.saved)
        chosen = set()
        for view, text in sorted(labels, key=lambda one: first.index(one[0]) if one[0] in first else len(first)):
            if cells(text) + 1 <= room or view == self.view:
                chosen.add(view)
                room -= cells(text) + 1
        return [(view, text) for view, text in labels if view in chosen]

    def _labels(self) -> list[tuple[str, str]]:
        """Return the views to name: the built-in ones that hold something, then the saved ones with their digit."""
        said = [
            (view, _(title))
            for view, title in badges.VIEWS.items()
            if view in self.ALWAYS or (view in self.SHOWN and self.counts.get(view)) or view == self.view
        ]
        said += [
            (view, f"{place}:{cut(one_line(view), 16)}" if place < 10 else cut(one_line(view), 16))
            for place, view in enumerate(self.saved, 1)
            if place < 10 or view == self.view
        ]
        if self.view not in dict(said):
            said.append((self.view, cut(one_line(self.title), 30)))
        return [(view, f" {' '.join([title, *self._count(view)])} ") for view, title in said]

    def _count(self, view: str) -> list[str]:
        count = self.counts.get(view)
        return [] if count is None else [times.number(count)]

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


LEAST = 24
"""Columns that are enough for the beginning of what does not fit."""


class StatusBar(Bar):
    """What was just done or is about to be sent at the left; how the engine and the channels do at the right."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.said = ""
        self.wrong = False
        self.coming = ""
        self.lesson: tuple[Part, ...] = ()
        self.health: tuple[Part, ...] = ()

    def teach(self, lesson: tuple[Part, ...]) -> None:
        """Show a key to try, for as long as there is nothing else to say at the left."""
        if lesson != self.lesson:
            self.lesson = lesson
            self.refresh()

    def say(self, text: str, wrong: bool = False) -> None:
        """Show words until others come; `wrong` for what failed. What the store says in English is said anew."""
        told, dash, more = text.partition(" - ")
        text = retold(told) + dash + more
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
        elif self.said:
            left = (("", f" {self.said}"),)
        else:
            left = self.lesson
        right: list[Part] = []
        room = width - sum(cells(text) for _, text in left) - 2
        for style, text in self.health:
            shown = text if cells(text) + 2 <= room or room < LEAST + 2 else cut(text, room - 2)
            if room < cells(shown) + 2:
                continue
            right += [("", "  "), (style, shown)]
            room -= cells(shown) + 2
        return spread(left, (*right, ("", " ")), width)


class KeyLine(Bar):
    """The keys that are useful here, as many as fit."""

    DEFAULT_CSS = """
    KeyLine { background: $panel; }
    """

    @dataclass
    class Chosen(Message):
        """A key was clicked; `label` is how the line writes it."""

        label: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.keys: tuple[tuple[str, str], ...] = ()
        self.question = ""
        self.brief: tuple[tuple[str, str], ...] = ()
        self.buttons = False
        """Whether keys look like buttons."""
        self._spans: list[tuple[int, int, str]] = []

    def set_keys(
        self, keys: Sequence[tuple[str, str]], question: str = "", brief: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Show pairs of key and word, the most useful first; `question` says what is waited for, `brief` are the pairs
        in shorter words, for where a question does not leave room for all."""
        if (tuple(keys), question, tuple(brief)) != (self.keys, self.question, self.brief):
            self.keys, self.question, self.brief = tuple(keys), question, tuple(brief)
            self.refresh()

    def parts(self, width: int) -> tuple[Part, ...]:
        """As many as fit; the last pair is always there."""
        before, after = (" [", "]") if self.buttons else (" ", " ")
        keys, room = self.keys, width
        sizes = [cells(f"{before}{key} {word}{after}") for key, word in keys]
        if self.question:
            asked = min(cells(self.question), max(LEAST, width // 4)) + 2
            if self.brief and sum(sizes) + asked > width:
                keys = self.brief
                sizes = [cells(f"{before}{key} {word}{after}") for key, word in keys]
            room = max(5, width - sum(sizes) - 2)
        said: list[Part] = [("strong", f" {cut(self.question, room)} ")] if self.question else []
        self._spans = []
        if not keys:
            return tuple(said)
        at = sum(cells(text) for _, text in said)
        fitting = [place for place in range(len(sizes)) if at + sum(sizes[: place + 1]) + sizes[-1] <= width]
        shown = sorted({*fitting[: len(sizes) - 1], len(sizes) - 1})
        for (key, word), size in ((keys[place], sizes[place]) for place in shown):
            said += [("key", f"{before}{key}"), ("", f" {word}{after}")]
            self._spans.append((at, at + size, key))
            at += size
        return tuple(said)

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, label in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(label))
