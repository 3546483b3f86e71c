"""The key help, made from the actions themselves."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen

from omnidesk.screens.keys import Action, Keymap, KeyReader, placed, pressed, shown
from omnidesk.screens.on_top import OnTop
from omnidesk.widgets.lines import Line, cells, fit
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.speech import _

GROUPS = (
    "Move",
    "Views",
    "Read",
    "Answer",
    "Write",
    "Decide",
    "Calls and the counter",
    "Orders",
    "Import",
    "The customer",
    "Mark",
    "Lists",
    "Channels",
    "Outbox",
    "Quarantine",
    "News",
    "Agents",
    "Statistics",
    "List of views",
    "List of macros",
    "Known facts",
    "To many",
    "Look",
    "Anywhere",
)
_KEYS_WIDTH = 14
TWO_COLUMNS = 96
"""Cells from which the help stands in two columns; read aloud it stands in one."""


def groups(actions: Iterable[Action]) -> list[str]:
    """Return the groups there are, in the order of the help."""
    return list(dict.fromkeys((*GROUPS, *(action.group for action in actions))))


def lines(keymap: Keymap, width: int, place: str = "", title: str = "") -> list[Line]:
    """Return the help: one line an action, in two columns where there is room; first, under a title, those that work
    in a place."""
    found: list[Line] = []
    if place:
        own = [action for action in keymap.actions.values() if place in action.where]
        own.sort(key=lambda action: action.group == "Lists")
        found += _section(keymap, title, [action.name for action in own], width, place)
    for group in groups(keymap.actions.values()):
        named = [name for name, action in keymap.actions.items() if action.group == group]
        found += _section(keymap, _(group), named, width)
    return found


def _section(keymap: Keymap, title: str, names: list[str], width: int, place: str = "") -> list[Line]:
    columns = 2 if width >= TWO_COLUMNS else 1
    column = width // columns - 1
    entries = [_entry(keymap, name, column, place) for name in names]
    half = -(-len(entries) // columns)
    found = [Line((("title", f" {title}"),))]
    for index in range(half):
        parts = entries[index]
        if columns == 2 and index + half < len(entries):
            taken = sum(cells(text) for _, text in parts)
            parts = (*parts, ("", " " * (column - taken)), *entries[index + half])
        found.append(Line(parts))
    return [*found, Line(())]


def _entry(keymap: Keymap, name: str, width: int, place: str = "") -> tuple[Part, ...]:
    letter = f" {_('letter')}"
    here = [keys for keys in keymap.keys(name) if not place or placed(keys)[0] in ("", place)]
    said = [keys if keys == "*" else shown(keys).replace("*", letter) for keys in dict.fromkeys(here)]
    return (
        ("accent", f"  {fit(' '.join(said), _KEYS_WIDTH)} "),
        ("", fit(_(keymap.actions[name].description), width - _KEYS_WIDTH - 3)),
    )


def page() -> str:
    """Return docs/keys.md: every action with its keys in every preset."""
    from omnidesk.screens.actions import ACTIONS
    from omnidesk.screens.preferences import Preferences
    from omnidesk.screens.presets import FORBIDDEN, PRESETS, keymap

    maps = {name: keymap(ACTIONS, Preferences(preset=name))[0] for name in PRESETS}
    said = [_PAGE_HEAD]
    for group in groups(ACTIONS):
        actions = [action for action in ACTIONS if action.group == group]
        if actions:
            said += [f"## {group}", "", f"| does | name | {' | '.join(maps)} |", "|---" * (2 + len(maps)) + "|"]
        for action in actions:
            keys = [" ".join(_code(one) for one in keymap.keys(action.name)) for keymap in maps.values()]
            said.append(f"| {action.description} | `{action.name}` | {' | '.join(keys)} |")
        said.append("")
    said += ["## Keys that cannot be used", "", "| key | why |", "|---|---|"]
    said += [f"| `{key}` | {why} |" for key, why in FORBIDDEN.items()]
    return "\n".join(said) + "\n"


def _code(sequence: str) -> str:
    place = placed(sequence)[0]
    key = sequence if sequence == "*" else shown(sequence).replace("*", " letter").replace("|", "\\|")
    return f"`` {key} ``" if "`" in key else f"`{key}`" + (f" ({place})" if place else "")


_PAGE_HEAD = """# Keys

<!-- Made from the key map by `python docs/keys.py`; do not edit. -->

Arrow keys, Enter, Tab and Escape work in every preset. All actions are in the palette (`:` or `ctrl+p`): a list's while
that list is on top, the composer's while you write. Numbers are counts: `5j` goes five rows. `gm` is `g`, then `m`.
Choose a preset with `omnidesk preference set preset gmail`; give an action keys of your own by its name:
`omnidesk preference set keys.close "ctrl+x"`. `omnidesk preference keys` lists what you have. [comfort.md](comfort.md)
says more.
"""


class HelpView(PickList):
    """The lines of the help."""

    def __init__(self, keymap: Keymap, place: str = "", title: str = "", plain: bool = False) -> None:
        super().__init__(id="help-lines")
        self.keymap, self.place, self.title, self.plain = keymap, place, title, plain
        self.set_class(plain, "-plain")

    def on_resize(self) -> None:
        """Lay out for the width."""
        width = min(self.size.width, TWO_COLUMNS - 1) if self.plain else self.size.width
        self.show(lines(self.keymap, width, self.place, self.title))
        self.virtual_size = Size(self.size.width, len(self.lines))


class HelpScreen(ModalScreen[None], OnTop[None]):
    """All keys, those of a place first; it scrolls like every list, and ? q Escape leave."""

    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen HelpView { width: 90%; height: 90%; border: round $primary; background: $surface; padding: 1 1; }
    HelpScreen HelpView.-plain { width: 100%; height: 100%; border: none; padding: 0; }
    """

    def __init__(self, keymap: Keymap, place: str = "", title: str = "", plain: bool = False) -> None:
        super().__init__()
        self.list = HelpView(keymap, place, title, plain)
        self.reader = KeyReader(keymap)

    def on_mount(self) -> None:
        """In plain mode: begin at the first line."""
        self.call_after_refresh(self._announce)

    def _announce(self) -> None:
        """In plain mode: put the terminal's cursor on the first line that is shown, from where it is read aloud."""
        if self.list.plain:
            self.app.cursor_position = self.list.content_region.offset

    def compose(self) -> ComposeResult:
        """One list."""
        self.list.border_title = _("Keys - q goes back")
        yield self.list

    def explain(self) -> None:
        """What explains is there already: go back."""
        self.dismiss()

    def on_key(self, event: events.Key) -> None:
        """Scroll, or leave."""
        if self.passed_on(event):
            return
        key = pressed(event.key, event.character)
        found = self.reader.feed("help", key)
        if found is not None:
            action, press = found
            action.run(self, press)
            self._announce()
        elif not self.reader.used and key == "q":
            self.dismiss()
        if self.reader.used or key == "q":
            event.stop()
            event.prevent_default()
