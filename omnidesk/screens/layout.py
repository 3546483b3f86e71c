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
from omnidesk.widgets.composer import Composer
from omnidesk.widgets.customer_pane import CustomerFold, CustomerPane
from omnidesk.widgets.prompt import Prompt
from omnidesk.widgets.queue_list import QueueList
from omnidesk.widgets.thread_head import ThreadHead
from omnidesk.widgets.thread_view import ThreadView

Mode = Literal["three", "two", "one"]
THREE, TWO = 120, 100
"""Columns from which three and two panes stand side by side."""
SMALLEST = (60, 15)
AIRY = 30
"""Lines from which messages stand apart."""


class DeskFrame(Screen[None]):
    """The panes and bars, and which of them are shown."""

    CSS = """
    #body { height: 1fr; }
    #left { width: 46; }
    #middle { width: 1fr; border-left: solid $foreground 20%; }
    #customer { width: 32; border-left: solid $foreground 20%; }
    #small { display: none; width: 1fr; height: 1fr; content-align: center middle; }
    #frame.three #fold { display: none; }
    #frame.two #left { width: 42; }
    #frame.two #customer { display: none; width: 1fr; }
    #frame.two.front-customer #customer { display: block; }
    #frame.two.front-customer #middle { display: none; }
    #frame.one #left { display: none; width: 1fr; }
    #frame.one #middle { display: none; border: none; }
    #frame.one #customer { display: none; width: 1fr; border: none; }
    #frame.one.front-queue #left { display: block; }
    #frame.one.front-thread #middle { display: block; }
    #frame.one.front-customer #customer { display: block; }
    #frame.short Composer { height: 9; }
    #frame.small #body { display: none; }
    #frame.small Bar { display: none; }
    #frame.small Prompt { display: none; }
    #frame.small #small { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.front = "queue"
        self.layout_mode: Mode = "three"
        self.frame = Vertical(id="frame")
        """Holds everything; its classes say how it is laid out."""
        self.too_small = Static("", id="small", markup=False)
        self.header = Header(id="header")
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
        with self.frame:
            yield self.header
            with Horizontal(id="body"):
                with Vertical(id="left"):
                    yield self.caption
                    yield self.queue
                with Vertical(id="middle"):
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
        """Choose how many panes stand side by side."""
        self.layout_mode = "three" if width >= THREE else "two" if width >= TWO else "one"
        small = width < SMALLEST[0] or height < SMALLEST[1]
        for name in ("one", "two", "three"):
            self.frame.set_class(name == self.layout_mode, name)
        self.frame.set_class(small, "small")
        self.frame.set_class(height < AIRY, "short")
        if small:
            self.too_small.update(f"{width}x{height} is too small: OmniDesk needs {SMALLEST[0]}x{SMALLEST[1]}")
        self.show_front()

    def show_front(self) -> None:
        """Show the pane in front, where panes do not stand side by side."""
        front = "thread" if self.front == "composer" else self.front
        for name in ("queue", "thread", "customer"):
            self.frame.set_class(name == front, f"front-{name}")

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
