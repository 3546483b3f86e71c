"""How the main screen lays out its panes: three, two with the customer folded, or one at a time."""

from __future__ import annotations

from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from omnidesk.widgets.bars import Caption, Header, KeyLine, StatusBar
from omnidesk.widgets.chat_strip import ChatStrip
from omnidesk.widgets.composer import Composer
from omnidesk.widgets.customer_pane import CustomerFold, CustomerPane
from omnidesk.widgets.prompt import Prompt
from omnidesk.widgets.queue_list import QueueList
from omnidesk.widgets.thread_head import ThreadHead
from omnidesk.widgets.thread_view import ThreadView
from omnidesk.words.speech import _

Mode = Literal["three", "two", "one"]
MODES: tuple[Mode, ...] = ("one", "two", "three")
THREE, TWO = 120, 100
"""Columns from which three and two panes stand side by side."""
ROOMY = 136
"""Columns from which the outer panes are wider."""
SMALLEST = (60, 15)
AIRY = 30
"""Lines from which messages stand apart."""


class DeskFrame(Screen[None]):
    """The panes and bars, and which of them are shown."""

    CSS = """
    #body { height: 1fr; }
    #middle { width: 1fr; }
    #middle, #customer { border-left: solid $foreground 20%; }
    #middle.alone, #customer.alone { border: none; }
    #small { display: none; width: 1fr; height: 1fr; content-align: center middle; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.front = "queue"
        self.layout_mode: Mode = "three"
        self.most_panes = 3
        """How many panes the agent wants side by side at most."""
        self.plain = False
        """Whether it is drawn without boxes and bars."""
        self.small = False
        """Whether the terminal is too small to show anything."""
        self.body = Horizontal(id="body")
        self.left = Vertical(id="left")
        self.middle = Vertical(id="middle")
        self.too_small = Static("", id="small", markup=False)
        self.header = Header(id="header")
        self.strip = ChatStrip(id="strip")
        self.caption = Caption(id="caption")
        self.queue = QueueList(id="queue")
        self.fold = CustomerFold(id="fold")
        self.head = ThreadHead(id="head")
        self.thread = ThreadView(id="thread")
        self.composer = Composer(id="composer")
        self.customer = CustomerPane(id="customer")
        self.status = StatusBar(id="status")
        self.prompt = Prompt(id="prompt")
        self.keys = KeyLine(id="keys")

    def compose(self) -> ComposeResult:
        """Header, panes, bars."""
        yield self.header
        yield self.strip
        with self.body:
            with self.left:
                yield self.caption
                yield self.queue
            with self.middle:
                yield self.fold
                yield self.head
                yield self.thread
                yield self.composer
            yield self.customer
        yield self.too_small
        yield self.status
        yield self.prompt
        yield self.keys

    def on_resize(self, event: events.Resize) -> None:
        """Fold what no longer fits."""
        self.lay_out_for(event.size.width, event.size.height)

    def lay_out_for(self, width: int, height: int) -> None:
        """Choose how many panes stand side by side. Styles are set one by one: a class on the
        screen restyles every widget, which takes longer than a frame."""
        fit = 3 if width >= THREE else 2 if width >= TWO else 1
        self.layout_mode = MODES[min(fit, self.most_panes) - 1]
        self.small = width < SMALLEST[0] or height < SMALLEST[1]
        if self.small:
            need = f"{SMALLEST[0]}x{SMALLEST[1]}"
            said = _("{size} is too small: OmniDesk needs {need}").format(size=f"{width}x{height}", need=need)
            self.too_small.update(said)
        self.too_small.display = self.small
        for part in (self.header, self.body, self.status, self.keys):
            part.display = not self.small
        self.show_strip()
        self.prompt.display = self.prompt.active and not self.small
        alone = self.layout_mode == "one"
        self.left.styles.width = "1fr" if alone else 46 if width >= ROOMY else 42
        self.customer.styles.width = 32 if width >= ROOMY else 28 if width >= THREE and not alone else "1fr"
        if alone:
            self.customer.styles.width = "1fr"
        for pane in (self.middle, self.customer):
            pane.set_class(self.layout_mode == "one", "alone")
        self.fold.display = self.layout_mode != "three"
        self.show_front()

    def show_strip(self) -> None:
        """Show the line of live chats while there are any."""
        wanted = bool(self.strip.chats) and not self.small
        if self.strip.display != wanted:
            self.strip.display = wanted

    def set_plain(self, plain: bool) -> None:
        """Show no scrollbars, or show them; one pane alone has no border anyway."""
        if plain != self.plain:
            self.plain = plain
            for sheet in (self.queue, self.thread, self.customer):
                sheet.vertical_scrollbar.set_blank(plain)

    def show_front(self) -> None:
        """Show the pane in front, where panes do not stand side by side."""
        front = "thread" if self.front == "composer" else self.front
        shown = {
            "three": (True, True, True),
            "two": (True, front != "customer", front == "customer"),
            "one": (front == "queue", front == "thread", front == "customer"),
        }[self.layout_mode]
        for pane, visible in zip((self.left, self.middle, self.customer), shown, strict=True):
            if pane.display != visible:
                pane.display = visible

    def focus_pane(self, name: str) -> None:
        """Bring a pane to the front and put the focus in it: queue, thread, composer or customer."""
        self.front = name
        self.show_front()
        panes: dict[str, Widget] = {
            "queue": self.queue,
            "thread": self.thread,
            "composer": self.composer.area or self.thread,
            "customer": self.customer,
        }
        self.set_focus(panes[name])

    @property
    def side_by_side(self) -> bool:
        """Whether queue and thread are both on the screen."""
        return self.layout_mode != "one"
