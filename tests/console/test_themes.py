"""Themes: contrast, colour vision, sixteen colours, no colour; and character sets."""

from __future__ import annotations

from itertools import combinations

import pytest
from textual.color import Color
from textual.theme import Theme

from omnidesk.screens import terminal, themes
from omnidesk.screens.preferences import Found, Preferences
from omnidesk.widgets.painting import GROUNDS, INKS, SIXTEEN
from tests.console.steering import WIDE, console
from tests.filling import Desk, mail

GROUND_NAMES = ("background", "surface", "panel", *(f"desk-{name}" for name in GROUNDS))

# Viénot, Brettel and Mollon 1999: linear RGB as people without long and medium wave cones see it.
VISIONS = {
    "everyone": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopes": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deuteranopes": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def linear(color: Color) -> tuple[float, float, float]:
    """Return the linear light of a colour's parts (WCAG 2.2, relative luminance)."""
    parts = (part / 255 for part in color.rgb)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of WCAG 2.2, 1 to 21."""
    light = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, (one, other)))
    return (light[1] + 0.05) / (light[0] + 0.05)


def lab(color: Color, vision: str) -> tuple[float, float, float]:
    """Return where a colour stands in CIE L*a*b* for a sort of vision."""
    light = linear(color)
    red, green, blue = (max(0.0, sum(a * b for a, b in zip(row, light, strict=True))) for row in VISIONS[vision])
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def inks(theme: Theme) -> dict[tuple[str, str], tuple[Color, Color]]:
    """Return each ink and its ground, as painted."""
    said = {**theme.to_color_system().generate(), **theme.variables}
    found = {}
    for ground in GROUND_NAMES:
        paper = Color.parse(said[ground])
        for name, (variable, strength, _) in {**INKS, "": ("foreground", 1.0, False)}.items():
            strong = float(said.get(f"desk-{name}", strength))
            found[name, ground] = (paper + Color.parse(said[variable]).with_alpha(strong), paper)
    return found


@pytest.mark.parametrize("theme", themes.OWN, ids=lambda theme: theme.name)
def test_every_ink_of_every_theme_can_be_read_on_every_ground(theme: Theme) -> None:
    least = 7.0 if "contrast" in theme.name else 4.5
    for where, (ink, paper) in inks(theme).items():
        assert contrast(ink, paper) >= least, where


@pytest.mark.parametrize("name", ["colour-blind", "colour-blind-light"])
@pytest.mark.parametrize("vision", VISIONS)
def test_inks_that_mean_something_differ_for_every_sort_of_colour_vision(name: str, vision: str) -> None:
    theme = next(theme for theme in themes.OWN if theme.name == name)
    found = inks(theme)
    for one, other in combinations(("warn", "good", "note", "accent"), 2):
        distance = sum(
            (a - b) ** 2
            for a, b in zip(
                lab(found[one, "background"][0], vision), lab(found[other, "background"][0], vision), strict=True
            )
        )
        assert distance**0.5 >= 12, (one, other)


def test_there_are_dark_and_light_ones_for_each_purpose() -> None:
    assert [theme.dark for theme in themes.OWN] == [True, False] * 3


@pytest.mark.parametrize(
    ("wanted", "few", "light", "chosen"),
    [
        ("", False, False, "omnidesk-dark"),
        ("", False, True, "omnidesk-light"),
        ("", True, False, "ansi-dark"),
        ("", True, True, "ansi-light"),
        ("nord", True, False, "nord"),
        ("gone", False, False, "omnidesk-dark"),
    ],
)
def test_the_terminal_says_which_theme_unless_the_agent_does(wanted: str, few: bool, light: bool, chosen: str) -> None:
    assert themes.chosen(wanted, {"nord", "omnidesk-dark"}, few, light) == chosen


@pytest.mark.parametrize("theme", [theme.name for theme in themes.OWN])
async def test_every_own_theme_paints(desk: Desk, theme: str) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        here.app.theme = theme
        await here.press("enter", "r")
        await here.sees("REPLY - private", "Open 1", "NOT ANSWERED")


async def test_the_theme_that_was_chosen_is_kept(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        here.app.theme = "high-contrast"
        await here.until(lambda: here.desk.session.preferences.theme == "high-contrast", "the preference")


async def test_a_theme_that_is_none_is_named(desk: Desk) -> None:
    async with console(desk.workspace, found=Found(Preferences(theme="gone"))) as here:
        await here.sees("there is no theme gone")


async def test_without_colours_bold_and_reverse_show_where_the_cursor_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    desk.receives(mail("1"), mail("2"))
    async with console(desk.workspace, WIDE) as here:
        assert here.app.theme == "ansi-dark"
        strip = here.desk.queue.render_line(0)
        assert all(segment.style is not None and segment.style.reverse for segment in strip if segment.text.strip())
        assert not any(
            segment.style is not None and segment.style.reverse for segment in here.desk.queue.render_line(2)
        )


def test_the_sixteen_colours_used_are_not_those_that_vanish_on_black_or_white() -> None:
    used = {style.color.name for style in SIXTEEN.values() if style.color is not None}
    assert used <= {"cyan", "green", "magenta", "red"}


@pytest.mark.parametrize(
    ("environment", "charset"),
    [
        ({}, "utf-8"),
        ({"LANG": "en_US.UTF-8"}, "utf-8"),
        ({"LANG": "C.UTF-8", "LC_ALL": ""}, "utf-8"),
        ({"LANG": "nl_NL.utf8@euro"}, "utf-8"),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, "ascii"),
        ({"LC_CTYPE": "POSIX"}, "ascii"),
        ({"LANG": "nl_NL.ISO-8859-15"}, "ISO-8859-15"),
        ({"LANG": "xx_XX.nonsense"}, "ascii"),
    ],
)
def test_the_locale_says_what_the_terminal_can_write(environment: dict[str, str], charset: str) -> None:
    assert terminal.charset(environment) == charset


@pytest.mark.parametrize(
    ("environment", "few"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-kitty"}, False),
        ({}, True),
    ],
)
def test_the_terminals_name_says_how_many_colours_it_has(environment: dict[str, str], few: bool) -> None:
    assert terminal.few_colours(environment) is few


@pytest.mark.parametrize(
    ("text", "charset", "shown"),
    [
        ("│ Café … ─┐ €5", "ascii", "| Cafe ~ -+ ?5"),
        ("│ Café € ł", "ISO-8859-15", "| Café € ?"),
        ("名前 🙂", "ascii", "???? ??"),
        ("\x1b[1mplain\x1b[0m", "ascii", "\x1b[1mplain\x1b[0m"),
    ],
)
def test_what_the_terminal_lacks_becomes_what_resembles_it_as_wide_as_before(
    text: str, charset: str, shown: str
) -> None:
    assert terminal.shown_in(text, charset) == shown
