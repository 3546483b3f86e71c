"""What the terminal can show: how many colours, which characters. Nothing here asks it; the environment says enough."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, cast

from rich.cells import cell_len
from textual.driver import Driver

_LOOKALIKES = str.maketrans(
    {
        "…": "~",
        "·": ".",
        "•": "*",
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "→": ">",
        "←": "<",
        "↑": "^",
        "↓": "v",
        "✓": "v",
        "✗": "x",
        "\u00a0": " ",
    }
)
_BOXES = (
    ("-", "─━┄┅┈┉╌╍═╴╶╸╺╼╾▁▔▂▃"),
    ("|", "│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▍▌▐▕▊▋▉"),
    ("+", "┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋╔╗╚╝╠╣╦╩╬╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫╭╮╯╰"),
    ("#", "█▇▆▅▄▀▓▒░■"),
)
HIDE_CURSOR = "\x1b[?25l"
_NO_LINES = str.maketrans(dict.fromkeys("".join(letters for _, letters in _BOXES), " "))
_LINES = str.maketrans({letter: sign for sign, letters in _BOXES for letter in letters})


def charset(environment: Mapping[str, str] = os.environ) -> str:
    """Return what the locale says the terminal writes, "utf-8" where it says nothing."""
    said = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), "")
    if not said:
        return "utf-8"
    name = said.partition(".")[2].partition("@")[0] or ("ascii" if said in ("C", "POSIX") else "")
    if not name:
        import locale

        name = locale.normalize(said).partition(".")[2] or "utf-8"
    try:
        "".encode(name)
    except LookupError:
        return "ascii"
    return "utf-8" if name.lower().replace("-", "").replace("_", "") == "utf8" else name


def few_colours(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the terminal has no more than sixteen colours, as far as its name tells."""
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    term = environment.get("TERM", "")
    return not any(word in term for word in ("256color", "direct", "kitty", "alacritty", "ghostty", "foot", "wezterm"))


def light(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the terminal is known to have light paper."""
    return environment.get("COLORFGBG", "").endswith((";7", ";15"))


def shown_in(text: str, charset: str) -> str:
    """Return a text with what a character set lacks replaced by what resembles it, else by ?, as wide as it was."""
    if text.isascii():
        return text
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return "".join(letter if letter.isascii() else _fallback(letter, charset) for letter in text)
    return text


def _fallback(letter: str, charset: str) -> str:
    try:
        letter.encode(charset)
        return letter
    except UnicodeEncodeError:
        width = cell_len(letter)
        near = letter.translate(_LINES).translate(_LOOKALIKES)
        if not near.isascii():
            near = "".join(one for one in unicodedata.normalize("NFKD", letter) if one.isascii() and one.isprintable())
        return near if len(near) == width else "?" * width


class Outlet:
    """The terminal as a file that outlives it: what is written after it was closed goes nowhere.

    Textual's thread that writes would end at the first error, and the console then wait for it for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write, if the terminal is still there."""
        with suppress(OSError, ValueError):
            self._file.write(text)

    def flush(self) -> None:
        """Flush, if the terminal is still there."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        """Return the file's number."""
        return self._file.fileno()


def driver_for(charset: str, plain: bool = False) -> type[Driver]:
    """Return what writes to the terminal: only what its character set has, and, in plain mode, without boxes and with
    the terminal's cursor, which screen readers follow."""
    from textual.drivers.linux_driver import LinuxDriver

    class DeskDriver(LinuxDriver):
        """Writes what the terminal can show, as long as it is there."""

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._file: Any = Outlet(cast("IO[str]", self._file))

        def write(self, data: str) -> None:
            """Write a text, what is unknown to the terminal replaced."""
            if plain:
                data = data.translate(_NO_LINES).replace(HIDE_CURSOR, "")
            super().write(data if charset == "utf-8" else shown_in(data, charset))

    return DeskDriver
