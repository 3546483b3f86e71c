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
    DeskFrame { layers: base; }
    #body { height: 1fr; }
    #left { width: 46; }
    #middle { width: 1fr; border-left: solid $surface-lighten-2; }
    #customer { width: 32; border-left: solid $surface-lighten-2; }
    #customer, #queue, #thread { background: $background; }
    #small { display: none; width: 1fr; height: 1fr; content-align: center middle; }
    .three #fold { display: none; }
    .two #customer { display: none; }
    .two #left { width: 42; }
    .two.front-customer #customer { display: block; width: 1fr; }
    .two.front-customer #middle { display: none; }
    .one #left, .one #middle, .one #customer { display: none; width: 1fr; border: none; }
    .one.front-queue #left { display: block; }
    .one.front-thread #middle { display: block; }
    .one.front-customer #customer { display: block; }
    .short Composer { height: 9; }
    .small #body, .small Bar, .small Prompt { display: none; }
    .small #small { display: block; }
    """

    def compose(self) -> ComposeResult:
        """Header, panes, bars."""
        yield Header(id="header")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Caption(id="caption")
                yield QueueList(id="queue")
            with Vertical(id="middle"):
                yield CustomerFold(id="fold")
                yield ThreadHead(id="head")
                yield ThreadView(id="thread")
                yield Composer(id="composer")
            yield CustomerPane(id="customer")
        yield Static("", id="small", markup=False)
        yield StatusBar(id="status")
        yield Prompt(id="prompt")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Keep the parts at hand."""
        self.front = "queue"
        self.layout_mode: Mode = "three"
        self.header = self.query_one(Header)
        self.caption = self.query_one(Caption)
        self.queue = self.query_one(QueueList)
        self.fold = self.query_one(CustomerFold)
        self.head = self.query_one(ThreadHead)
        self.thread = self.query_one(ThreadView)
        self.composer = self.query_one(Composer)
        self.customer = self.query_one(CustomerPane)
        self.status = self.query_one(StatusBar)
        self.prompt = self.query_one(Prompt)
        self.keys = self.query_one(KeyLine)
        self._arrange(self.app.size.width, self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        """Fold what no longer fits."""
        self._arrange(event.size.width, event.size.height)

    def _arrange(self, width: int, height: int) -> None:
        self.layout_mode = "three" if width >= THREE else "two" if width >= TWO else "one"
        small = width < SMALLEST[0] or height < SMALLEST[1]
        for name in ("one", "two", "three"):
            self.set_class(name == self.layout_mode, name)
        self.set_class(small, "small")
        self.set_class(height < AIRY, "short")
        if small:
            self.query_one("#small", Static).update(
                f"{width}x{height} is too small: OmniDesk needs {SMALLEST[0]}x{SMALLEST[1]}"
            )
        self._show_front()

    def _show_front(self) -> None:
        front = "thread" if self.front == "composer" else self.front
        for name in ("queue", "thread", "customer"):
            self.set_class(name == front, f"front-{name}")

    def focus_pane(self, name: str) -> None:
        """Bring a pane to the front and put the focus in it: queue, thread, composer or customer."""
        self.front = name
        self._show_front()
        panes: dict[str, Widget] = {
            "queue": self.queue,
            "thread": self.thread,
            "composer": self.composer.area,
            "customer": self.customer,
        }
        panes[name].focus()

    @property
    def side_by_side(self) -> bool:
        """Whether queue and thread are both on the screen."""
        return self.layout_mode != "one"
