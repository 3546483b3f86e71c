"""What the demo's customers ordered: a file that the shop's own program wrote, read as any folder of orders is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.clock import to_rfc3339
from omnidesk.demo.script import DAY, HOUR, Person
from omnidesk.demo.stories import BRAM, LOTTE, NOOR, OMAR, PIET

CHANNEL = ("order-files", "orders")
"""Kind and name of the channel."""


def _order(
    number: str,
    who: Person,
    ago: float,
    changed: float,
    total: str,
    paid: str,
    sent: str,
    *lines: tuple[str, int, str],
    **more: Any,
) -> tuple[float, float, dict[str, Any]]:
    said = {
        "order number": number, "customer name": who.name, "email": who.mail, "phone": who.phone, "total": total,
        "currency": "EUR", "payment status": paid, "delivery status": sent,
        "lines": [{"product": name, "quantity": count, "line total": cost} for name, count, cost in lines], **more,
    }  # fmt: skip
    return ago, changed, said


ORDERS = (
    _order("NL-10234", BRAM, 8 * DAY, 26 * HOUR, "84.95", "paid", "sent", ("Boot Veluwe 42", 1, "79.95"),
           ("Laces, brown", 1, "5.00"), carrier="PostNL", tracking="3SDEMO10234", parcel_status="at the sorting centre",
           street="Oudegracht 1", postcode="3511 AB", city="Utrecht", payment_method="iDEAL"),
    _order("NL-9871", BRAM, 30 * DAY, 21 * DAY, "79.95", "refunded", "returned", ("Boot Veluwe 41", 1, "79.95"),
           return_status="received", refunded="79.95"),
    _order("NL-8120", BRAM, 400 * DAY, 395 * DAY, "24.50", "paid", "delivered", ("Wool socks, 3 pairs", 1, "24.50")),
    _order("NL-10377", PIET, 6 * DAY, 1.2 * DAY, "59.00", "paid", "delivered", ("Sneaker Texel 44", 1, "59.00"),
           carrier="PostNL", tracking="3SDEMO10377", parcel_status="delivered, says the carrier"),
    _order("NL-10102", OMAR, 24 * DAY, 14 * DAY, "110.00", "paid", "returned", ("Walking shoe 43", 1, "110.00"),
           return_status="received, refund promised"),
    _order("NL-99", LOTTE, 12 * DAY, 9 * DAY, "45.00", "paid", "delivered", ("Slipper Lotte 38", 1, "45.00")),
    _order("NL-10188", NOOR, 10 * DAY, 8 * DAY, "72.50", "paid", "delivered", ("Pumps Delft 39", 1, "72.50")),
)  # fmt: skip
"""Minutes ago that each was placed and last changed, and what is told of it."""


def write(folder: Path, now: int) -> None:
    """Write the shop's file."""
    folder.mkdir(mode=0o700, parents=True)
    lines = []
    for ago, changed, said in ORDERS:
        times = {"order date": _at(now, ago), "updated": _at(now, changed)}
        lines.append(json.dumps(said | times, ensure_ascii=False) + "\n")
    handle = os.open(folder / "orders.jsonl", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(lines)


def _at(now: int, ago: float) -> str:
    return str(to_rfc3339(now - int(ago * clock.MINUTE)))
