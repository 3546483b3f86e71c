"""Files shown by the console itself: text to scroll through, and pictures as well as the terminal can."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import select
import sys
import time
from typing import TYPE_CHECKING, Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from omnidesk.screens.listing import Listing, ListRead
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets.bars import Caption, KeyLine
from omnidesk.widgets.lines import Line, wrap
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.opening import PictureReady

MOST_LINES = 20_000
CLEAR = "\x1b[2J\x1b[H"
ANSWER_SECONDS = 0.4
"""How long a terminal may take to say what it can show."""
KITTY_PIECE = 4_096
"""Characters of one piece of a picture in kitty's protocol."""

_terminal: dict[str, str] = {}
"""What the terminal was found to show: `form` is kitty, iterm, sixel or none. Asked once."""


class Reader(Listing):
    """Text over the whole terminal."""

    PLACE: ClassVar[str] = "reader"
    HEADING: ClassVar[str] = "File"

    def __init__(self, desk: DeskScreen, title: str, text: str) -> None:
        super().__init__(desk)
        self.title_text = one_line(title, 200)
        self.text = clean(text)

    def read(self, width: int) -> ListRead:
        """Wrap the text."""
        lines: list[Line] = []
        for logical in self.text.split("\n"):
            lines += [Line((("", f" {line}"),)) for line in wrap(logical, width - 2, MOST_LINES)]
            if len(lines) >= MOST_LINES:
                rest = _(".. and more: save the file to read all of it")
                lines = [*lines[:MOST_LINES], Line((("faint", f" {rest}"),))]
                break
        return ListRead(lines, self.title_text)


class PictureView(ScrollView):
    """A picture of half blocks: two pixels a cell, the upper one as ink and the lower one as ground."""

    DEFAULT_CSS = "PictureView { width: 1fr; height: 1fr; }"

    def __init__(self, picture: PictureReady) -> None:
        super().__init__()
        self.picture = picture

    def render_line(self, y: int) -> Strip:
        """Paint two rows of pixels, the picture made as small as the screen is."""
        width, height = fitting(self.picture, self.size)
        if 2 * y >= height:
            return Strip.blank(self.size.width)
        cells = [Segment("▀", Style(color=_rgb(upper), bgcolor=_rgb(lower))) for upper, lower in self._rows(y, width)]
        return Strip(cells).adjust_cell_length(self.size.width)

    def _rows(self, y: int, width: int) -> list[tuple[bytes, bytes]]:
        picture = self.picture
        height = fitting(picture, self.size)[1]
        rows = []
        for row in (2 * y, 2 * y + 1):
            line = min(picture.height - 1, row * picture.height // max(1, height)) * picture.width
            places = (line + column * picture.width // width for column in range(width))
            rows.append([picture.rgb[3 * place : 3 * place + 3] for place in places])
        return list(zip(rows[0], rows[1], strict=True))


def fitting(picture: PictureReady, size: Size) -> tuple[int, int]:
    """Return columns and rows of pixels for a picture on a screen of so many cells; none is made larger."""
    scale = min(1.0, size.width / max(1, picture.width), 2 * size.height / max(1, picture.height))
    return max(1, int(picture.width * scale)), max(1, int(picture.height * scale))


def _rgb(pixel: bytes) -> str:
    return f"#{pixel.hex()}" if len(pixel) == 3 else "#000000"


class PictureScreen(ModalScreen[None], OnTop[None]):
    """A picture in half blocks; any key goes back."""

    CSS = "PictureScreen { background: $background; }"

    def __init__(self, picture: PictureReady) -> None:
        super().__init__()
        self.picture = picture
        self.heading = Caption()
        self.keys = KeyLine()

    def compose(self) -> ComposeResult:
        """Title, picture, keys."""
        yield self.heading
        yield PictureView(self.picture)
        yield self.keys

    def on_mount(self) -> None:
        """Say what it is."""
        self.heading.set_parts([("title", f" {one_line(self.picture.title, 150)}")], [])
        self.keys.set_keys([(_("any key"), _("goes back"))])

    def on_key(self, event: events.Key) -> None:
        """Go back."""
        event.stop()
        self._leave()

    def on_click(self) -> None:
        """Go back."""
        self._leave()

    def _leave(self) -> None:
        self.dismiss()


def show_on_terminal(app: App[Any], picture: PictureReady) -> bool:
    """Show a picture by the terminal's own means, until a key is pressed; False where it has none.

    The console steps aside meanwhile, as it does for an editor; nothing may raise before it is back."""
    if _terminal.get("form") == "none" or os.environ.get("OMNIDESK_PICTURES") == "blocks":
        return False
    shown = False
    with contextlib.suppress(SuspendNotSupported), app.suspend(), contextlib.suppress(OmniDeskError, OSError):
        form = _terminal.get("form") or _terminal.setdefault("form", ask_terminal())
        if form != "none":
            drawing = drawn(form, picture.data)
            back = f"{_('any key')} {_('goes back')} "
            sys.stdout.write(f"{CLEAR}{one_line(picture.title, 150)}\r\n\r\n{drawing}\r\n\r\n{back}")
            sys.stdout.flush()
            _wait_for_key()
            sys.stdout.write(f"\x1b_Ga=d\x1b\\{CLEAR}" if form == "kitty" else CLEAR)
            sys.stdout.flush()
            shown = True
    return shown


def drawn(form: str, data: bytes) -> str:
    """Return what draws a picture on a terminal: in kitty's way, in iTerm2's, or as sixel. Raises OmniDeskError.

    The picture is made anew from its pixels, so that nothing else of the file reaches the terminal."""
    from omnidesk.desk import viewing
    from omnidesk.screens.opening import PICTURE

    wanted = {"kitty": "png", "iterm": "png", "sixel": "sixel"}[form]
    width, height = PICTURE if form != "sixel" else (800, 600)
    try:
        found = viewing.view("picture", data, width=width, height=height, form=wanted)
    except viewing.ViewingError as error:
        raise OmniDeskError(str(error)) from error
    said = str(found["data"])
    if form == "sixel":
        return base64.b64decode(said).decode("ascii")
    if form == "iterm":
        return f"\x1b]1337;File=inline=1;size={len(said) * 3 // 4};preserveAspectRatio=1:{said}\x07"
    pieces = [said[at : at + KITTY_PIECE] for at in range(0, len(said), KITTY_PIECE)]
    first, last = "a=T,f=100,q=2,", len(pieces) - 1
    return "".join(
        f"\x1b_G{first if place == 0 else ''}m={int(place < last)};{piece}\x1b\\" for place, piece in enumerate(pieces)
    )


def ask_terminal() -> str:
    """Ask the terminal what pictures it shows: kitty, iterm, sixel or none. It has to be in nobody else's hands.

    Every terminal answers the second question (DA1), so that one that ignores the first costs no waiting."""
    if os.environ.get("TERM_PROGRAM") == "iTerm.app" or os.environ.get("LC_TERMINAL") == "iTerm2":
        return "iterm"
    answer = _asked("\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c")
    if re.search(r"\x1b_Gi=31;OK", answer):
        return "kitty"
    attributes = re.search(r"\x1b\[\?([0-9;]+)c", answer)
    return "sixel" if attributes is not None and "4" in attributes[1].split(";") else "none"


def _asked(question: str) -> str:
    import termios
    import tty

    try:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
    except (OSError, ValueError, termios.error):
        return ""
    answer = b""
    try:
        tty.setcbreak(terminal)
        sys.stdout.write(question)
        sys.stdout.flush()
        end = time.monotonic() + ANSWER_SECONDS
        while (left := end - time.monotonic()) > 0 and not re.search(rb"\x1b\[\?[0-9;]+c", answer):
            if select.select([terminal], [], [], left)[0]:
                answer += os.read(terminal, 1_024)
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
    return answer.decode("ascii", "replace")


def _wait_for_key() -> None:
    import termios
    import tty

    try:
        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
    except (OSError, ValueError, termios.error):
        return
    try:
        tty.setcbreak(terminal)
        os.read(terminal, 64)
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
