"""The keys of orders, and of importing customers; the screens are loaded when they are first opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later

if TYPE_CHECKING:
    from omnidesk.screens import importing, order_screen
else:
    importing, order_screen = Later("omnidesk.screens.importing"), Later("omnidesk.screens.order_screen")

LIST, ONE, IMPORT = ("orders",), ("order",), ("import",)
_ORDERS, _IMPORT = "Orders", "Import"


def _later(module: Any, name: str) -> Callable[[Any, Press], None]:
    def run(screen: Any, press: Press) -> None:
        getattr(module, name)(screen, press)

    return run


def _order(name: str) -> Callable[[Any, Press], None]:
    return _later(order_screen, name)


def _import(name: str) -> Callable[[Any, Press], None]:
    return _later(importing, name)


ACTIONS = (
    Action("show-orders", "orders", "Show the orders beside the conversation", ("g B",), PANES, "Views",
           _order("show_list"), takes="order number"),
    Action("order-choose", "show", "Show the order in full", ("enter",), LIST, _ORDERS, _order("choose"), 1),
    Action("order-note", "note", "Put a note on the order in the shop", ("n",), ONE, _ORDERS, _order("write_note"), 1),
    Action("order-open", "open in shop", "Open the order in the shop", ("enter", "o"), ONE, _ORDERS,
           _order("open_shop"), 2),
    Action("order-return", "return", "Insert the page for returns into the answer, or copy it", ("r",), ONE, _ORDERS,
           _order("return_page"), 3),
    Action("order-parcel", "parcel", "Open the carrier's page of the parcel", ("p",), ONE, _ORDERS,
           _order("open_parcel"), 4),
    Action("import-customers", "import", "Import customers from a table", ("g K",), PANES, "Anywhere",
           _import("begin"), takes="a file"),
    Action("import-run", "import them", "Import the customers as shown", ("y",), IMPORT, _IMPORT, _import("run"), 1),
    Action("import-column", "column", "Say which column is what", ("m",), IMPORT, _IMPORT,
           _import("change_column"), 2),
    Action("import-overwrite", "overwrite", "Replace what is known, or keep it", ("o",), IMPORT, _IMPORT,
           _import("overwrite"), 3),
    Action("import-save", "save rejected", "Save the rejected rows with their reasons", ("w",), IMPORT, _IMPORT,
           _import("save"), 4),
)  # fmt: skip
