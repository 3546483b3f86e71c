"""The key help, made from the actions themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.screen import ModalScreen

from omnidesk.screens.keys import Action, Keymap, placed, shown
from omnidesk.screens.on_top import OnTop
from omnidesk.widgets.lines import Line, LinesView, cells, fit
from omnidesk.widgets.painting import Part
from omnidesk.words.speech import _

GROUPS = (
    "Move",
    "Views",
    "Read",
    "Answer",
    "Write",
    "Decide",
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
    "To many",
    "Look",
    "Anywhere",
)
_KEYS_WIDTH = 14


def groups(actions: Iterable[Action]) -> list[str]:
    """Return the groups there are, in the order of the help."""
    return list(dict.fromkeys((*GROUPS, *(action.group for action in actions))))


def lines(keymap: Keymap, width: int) -> list[Line]:
    """Return the help: one line an action, in two columns where there is room."""
    found: list[Line] = []
    columns = 2 if width >= 96 else 1
    column = width // columns - 1
    for group in groups(keymap.actions.values()):
        found.append(Line((("title", f" {_(group)}"),)))
        entries = [_entry(keymap, name, column) for name, action in keymap.actions.items() if action.group == group]
        half = -(-len(entries) // columns)
        for index in range(half):
            parts = entries[index]
            if columns == 2 and index + half < len(entries):
                taken = sum(cells(text) for _, text in parts)
                parts = (*parts, ("", " " * (column - taken)), *entries[index + half])
            found.append(Line(parts))
        found.append(Line(()))
    return found


def _entry(keymap: Keymap, name: str, width: int) -> tuple[Part, ...]:
    letter = f" {_('letter')}"
    said = [keys if keys == "*" else shown(keys).replace("*", letter) for keys in keymap.keys(name)]
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

Arrow keys, Enter, Tab and Escape work in every preset, and all actions are in the palette (`:` or `ctrl+p`). Numbers
are counts: `5j` goes five rows. `gm` is `g`, then `m`. Choose a preset with `omnidesk preference set preset gmail`;
give an action keys of your own by its name: `omnidesk preference set keys.close "ctrl+x"`. `omnidesk preference keys`
lists what you have. [comfort.md](comfort.md) says more.
"""


class HelpView(LinesView):
    """The lines of the help."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(id="help-lines")
        self.keymap = keymap

    def on_resize(self) -> None:
        """Lay out for the width."""
        self.show(lines(self.keymap, self.size.width))
        self.virtual_size = Size(self.size.width, len(self.lines))


class HelpScreen(ModalScreen[None], OnTop[None]):
    """All keys; any of ? q Escape leaves, j and k scroll."""

    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen HelpView { width: 90%; height: 90%; border: round $primary; background: $surface; padding: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark", "dismiss", "Back"),
        ("j", "scroll(1)", "Down"),
        ("k", "scroll(-1)", "Up"),
        ("space,ctrl+d", "scroll(10)", "Down"),
        ("ctrl+u", "scroll(-10)", "Up"),
    ]

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.keymap = keymap

    def compose(self) -> ComposeResult:
        """One list."""
        view = HelpView(self.keymap)
        view.border_title = _("Keys - q goes back")
        yield view

    def action_scroll(self, rows: int) -> None:
        """Scroll by so many lines."""
        view = self.query_one(HelpView)
        view.go(view.top + rows)
