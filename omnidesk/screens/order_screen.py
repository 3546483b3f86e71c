"""Orders in the console: those beside the open conversation, one of them in full, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from omnidesk import clock
from omnidesk.desk import files, order_notes, orders
from omnidesk.screens.keys import Press
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import order_lines, times
from omnidesk.widgets.lines import Line, fit, spread
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.orders import Beside, ShopOrder
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


@dataclass
class PageReady(Message):
    """A page of the shop was opened, or is to be copied."""

    said: str
    copy: str = ""


class OrderScreen(Listing):
    """One order."""

    PLACE: ClassVar[str] = "order"
    HEADING: ClassVar[str] = "Order"

    def __init__(self, desk: DeskScreen, order_id: int, why: str = "") -> None:
        super().__init__(desk)
        self.order_id, self.why = order_id, why
        self.order: ShopOrder | None = None

    def read(self, width: int) -> ListRead:
        """All that is known of it."""
        workspace = self.session.workspace
        one = orders.get(workspace, self.order_id)
        self.order = one
        lines = order_lines.whole(one, orders.notes(workspace, one.id), self.why, width, clock.now())
        return ListRead(lines, f"{_('Order')} {one_line(one.order.number)}")

    def on_page_ready(self, message: PageReady) -> None:
        """Say what became of it."""
        if message.copy:
            from omnidesk.screens.copying import to_clipboard

            to_clipboard(self.desk, message.copy)
        self.say(one_line(message.said, 300))


class OrderList(Listing):
    """The orders beside the open conversation, or those whose number begins so."""

    PLACE: ClassVar[str] = "orders"
    HEADING: ClassVar[str] = "Orders"

    def __init__(self, desk: DeskScreen, number: str = "") -> None:
        super().__init__(desk)
        self.number = number
        self.rows: dict[int, Beside] = {}

    def read(self, width: int) -> ListRead:
        """The orders as lines."""
        workspace, now = self.session.workspace, clock.now()
        if self.number:
            found = [Beside(one, True) for one in orders.page(workspace, 100, number=self.number)]
        elif self.desk.open_id is not None:
            number, customer = self.desk.open_id, self.desk.customer.known.customer
            found = list(orders.beside(workspace, number, None if customer is None else customer.id).orders)
        else:
            found = [Beside(one, True) for one in orders.page(workspace, 100)]
        self.rows = {one.order.id: one for one in found}
        lines: list[Line] = []
        for one in found:
            told = one.order.order
            cost = fit(order_lines.money(told.currency, told.total), 14)
            head = (("strong", f" {fit(one_line(told.number), 16)} "), ("", cost), ("", order_lines.stands(told)))
            tail = f" {one_line(one.order.name, 30)}  {times.day(told.at, now)} "
            lines.append(Line(spread(head, (("dim", tail),), width), one.order.id))
            below = "  ".join(
                part for part in (order_lines.bought(told.lines, 4), order_lines.reason(one, now)) if part
            )
            lines.append(Line((("dim", f"   {one_line(below, width - 4)}"),), one.order.id))
        if not lines:
            nothing = _("no order is known here") if self.number else _("no order of this customer is known")
            lines.append(Line((("dim", f" {nothing}"),)))
        return ListRead(lines, _("Orders {count}").format(count=len(found)))

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """An order was clicked twice."""
        choose(self, Press())


def choose(screen: OrderList, press: Press) -> None:
    """Show the order under the cursor in full."""
    one = screen.rows.get(screen.key)
    if one is not None:
        show(screen.desk, one.order.id, order_lines.reason(one, clock.now()))


def show(desk: DeskScreen, order_id: int, why: str = "") -> None:
    """Show an order in full."""
    desk.app.push_screen(OrderScreen(desk, order_id, why))


def show_known(desk: DeskScreen, order_id: int) -> None:
    """Show an order of the customer's pane in full, with why it stands there."""
    found = desk.customer.known.orders
    beside = () if found is None else found.orders
    why = next((order_lines.reason(one, clock.now()) for one in beside if one.order.id == order_id), "")
    show(desk, order_id, why)


def show_list(desk: DeskScreen, press: Press) -> None:
    """Show the orders beside the open conversation, or those with a number."""
    desk.app.push_screen(OrderList(desk, press.argument.strip()))


def write_note(screen: OrderScreen, press: Press) -> None:
    """Ask what the note says."""
    if screen.order is None or not screen.order.can_note:
        screen.say(_("this shop takes no notes on its orders"))
        return
    screen.ask(_("Note in the shop:"), _noted, _("only those who work in the shop see it"))


def _noted(screen: OrderScreen, text: str) -> None:
    if text.strip():
        screen.do(partial(_write, screen, text))


def _write(screen: OrderScreen, text: str) -> str:
    order_notes.write(screen.session.workspace, screen.session.actor, screen.order_id, text)
    return _("the note goes to the shop - u takes it back")


def open_shop(screen: OrderScreen, press: Press) -> None:
    """Open the order in the shop."""
    _open(screen, "" if screen.order is None else screen.order.order.url, _("the shop names no page of this order"))


def open_parcel(screen: OrderScreen, press: Press) -> None:
    """Open the carrier's page of the last parcel."""
    parcels = () if screen.order is None else screen.order.order.parcels
    url = next((one.url for one in reversed(parcels) if one.url), "")
    _open(screen, url, _("no page follows a parcel of this order"))


def _open(screen: OrderScreen, url: str, nothing: str) -> None:
    if not url:
        screen.say(nothing)
        return

    def work() -> PageReady:
        if not files.at_desktop():
            return PageReady(_("copied, there is no desktop here: {url}").format(url=url), url)
        files.open_on_desktop(url)
        return PageReady(_("opened {what}").format(what=url))

    screen.backstage.write(work)


def return_page(screen: OrderScreen, press: Press) -> None:
    """Put the address of the page for returns into the answer being written, else on the clipboard."""
    url = "" if screen.order is None else screen.order.order.return_url
    desk = screen.desk
    if not url:
        screen.say(_("no page for returns: the channel's setting return_url names one"))
    elif desk.composer.active:
        screen.dismiss()
        desk.composer.insert(url)
        desk.say(_("the page for returns is in the answer"))
    else:
        screen.post_message(PageReady(_("copied {what}").format(what=url), url))
