"""The console's own themes, beside Textual's.

Each says its inks in full, since what Textual derives from a few colours is not always readable. `desk-dim` and
`desk-faint` are how strong the quieter inks are, `desk-here` and `desk-cursor` the grounds of the cursor's row.
Meaning never hangs on colour alone: each ink that means something stands on a word or a sign that means the same.
"""

from __future__ import annotations

from textual.theme import Theme

DARK, LIGHT = "omnidesk-dark", "omnidesk-light"
ANSI_DARK, ANSI_LIGHT = "ansi-dark", "ansi-light"
"""Textual's themes of the terminal's own sixteen colours."""


def _theme(name: str, dark: bool, paper: tuple[str, str, str, str], inks: dict[str, str], **desk: str) -> Theme:
    """Make a theme from background, surface, panel and foreground, from its inks, and from `desk-` variables."""
    background, surface, panel, foreground = paper
    return Theme(
        name=name,
        dark=dark,
        background=background,
        surface=surface,
        panel=panel,
        foreground=foreground,
        primary=inks["ground"],
        secondary=inks["head"],
        accent=inks["accent"],
        error=inks["warn"],
        success=inks["good"],
        warning=inks["note"],
        variables={
            "text-primary": inks["head"],
            "text-accent": inks["accent"],
            "text-error": inks["warn"],
            "text-success": inks["good"],
            "text-warning": inks["note"],
            **{f"desk-{key}": value for key, value in desk.items()},
        },
    )


OWN = (
    _theme(
        DARK,
        True,
        ("#13161b", "#1a1e25", "#232933", "#dde2ea"),
        {
            "ground": "#3f74c9",
            "head": "#86b4f5",
            "accent": "#f2b45c",
            "warn": "#ff979e",
            "good": "#7fd494",
            "note": "#e6cf70",
        },
        here="#1f3a60",
        cursor="#272c36",
        faint="0.7",
    ),
    _theme(
        LIGHT,
        False,
        ("#fcfcfa", "#f3f3ef", "#e7e7e1", "#22262c"),
        {
            "ground": "#2f66b8",
            "head": "#1b4f98",
            "accent": "#7a4300",
            "warn": "#a3122b",
            "good": "#14592a",
            "note": "#634a00",
        },
        here="#cfe0f7",
        cursor="#e6e7e4",
        dim="0.9",
        faint="0.75",
    ),
    _theme(
        "high-contrast",
        True,
        ("#000000", "#000000", "#1a1a1a", "#ffffff"),
        {
            "ground": "#3399ff",
            "head": "#9fd4ff",
            "accent": "#ffe14d",
            "warn": "#ffb3b3",
            "good": "#8cff9e",
            "note": "#ffd8a0",
        },
        here="#00305e",
        cursor="#262626",
        dim="1.0",
        faint="0.9",
    ),
    _theme(
        "high-contrast-light",
        False,
        ("#ffffff", "#ffffff", "#ececec", "#000000"),
        {
            "ground": "#0040a0",
            "head": "#002f7a",
            "accent": "#5a2a00",
            "warn": "#7d0016",
            "good": "#00400f",
            "note": "#473500",
        },
        here="#d6e8ff",
        cursor="#e8e8e8",
        dim="1.0",
        faint="0.9",
    ),
    _theme(
        "colour-blind",
        True,
        ("#0f1317", "#171c21", "#20272e", "#e6e9ec"),
        {
            "ground": "#0072b2",
            "head": "#e2a3c4",
            "accent": "#7cc6f2",
            "warn": "#f58b45",
            "good": "#33c49b",
            "note": "#f0e442",
        },
        here="#0a3552",
        cursor="#242a31",
        faint="0.7",
    ),
    _theme(
        "colour-blind-light",
        False,
        ("#ffffff", "#f4f5f6", "#e8eaec", "#1c1f23"),
        {
            "ground": "#0072b2",
            "head": "#41474e",
            "accent": "#00284f",
            "warn": "#963f00",
            "good": "#005a41",
            "note": "#a03579",
        },
        here="#cfe6f5",
        cursor="#e6e8ea",
        dim="0.9",
        faint="0.75",
    ),
)
"""Dark, light, two of high contrast (seven to one throughout), and two in the colours of Okabe and Ito, which people
of every sort of colour vision tell apart; theirs are made lighter and darker where the paper asks for it."""


def names() -> set[str]:
    """Return the names of all themes: ours and Textual's."""
    from textual.theme import BUILTIN_THEMES

    return {*BUILTIN_THEMES, *(theme.name for theme in OWN)}


def chosen(wanted: str, known: set[str], few_colours: bool, light: bool) -> str:
    """Return the theme to start with: as wanted, where it is known, else what suits the terminal."""
    if wanted in known:
        return wanted
    if few_colours:
        return ANSI_LIGHT if light else ANSI_DARK
    return LIGHT if light else DARK
