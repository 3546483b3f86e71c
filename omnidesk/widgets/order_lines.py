"""Orders as lines: a few in the customer's pane, all there is to know on a screen of their own."""

from __future__ import annotations

from collections.abc import Sequence

from omnidesk.text.clean import clean, one_line
from omnidesk.text.phone import shown_phone
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, cut, spread, wrap
from omnidesk.widgets.painting import Part
from omnidesk.words import speech
from omnidesk.words.orders import (
    Beside,
    Delivery,
    NoteState,
    Order,
    OrderLine,
    OrderNote,
    OrdersBeside,
    OrderState,
    Parcel,
    Payment,
    ShopOrder,
)
from omnidesk.words.speech import _

PAYMENT = {
    Payment.UNPAID: "not paid", Payment.PAID: "paid", Payment.PART_PAID: "partly paid", Payment.REFUNDED: "refunded",
    Payment.PART_REFUNDED: "partly refunded", Payment.FAILED: "payment failed",
}  # fmt: skip
DELIVERY = {
    Delivery.UNSENT: "not sent yet", Delivery.PART_SENT: "partly sent", Delivery.SENT: "sent",
    Delivery.DELIVERED: "delivered", Delivery.RETURNED: "returned", Delivery.FAILED: "delivery failed",
}  # fmt: skip
STATES = {OrderState.CANCELLED: "cancelled", OrderState.DONE: "done"}
NOTES = {
    NoteState.QUEUED: "goes to the shop", NoteState.SENDING: "on its way", NoteState.SENT: "in the shop",
    NoteState.FAILED: "not taken by the shop", NoteState.UNKNOWN: "not known whether it arrived",
    NoteState.CANCELLED: "taken back",
}  # fmt: skip
_NAMES = 14
_SHOWN_LINES = 2


def money(currency: str, amount: str) -> str:
    """Return an amount as people read it: `EUR 84.95`, with a comma where that is the custom; "" for none."""
    if not amount:
        return ""
    whole, point, cents = amount.partition(".")
    cents = cents.rstrip("0") if len(cents) > 2 else cents
    said = f"{whole}.{cents.ljust(2, '0')}" if point and cents.strip("0") else f"{whole}.00"
    return f"{currency} {said if speech.language == 'en' else said.replace('.', ',')}".strip()


def stands(order: Order) -> str:
    """Return in words how an order stands: paid, sent; the shop's own word where that says more."""
    said = [_(STATES[order.state])] if order.state is OrderState.CANCELLED else []
    said += [_(words) for words in (PAYMENT.get(order.payment), DELIVERY.get(order.delivery)) if words]
    return ", ".join(said) or one_line(order.status)


def parcel(one: Parcel) -> str:
    """Return what is known of a parcel on one line."""
    return " ".join(part for part in (one_line(one.carrier), one_line(one.number), one_line(one.status)) if part)


def bought(lines: Sequence[OrderLine], most: int) -> str:
    """Return what was ordered on one line."""
    said = [f"{one.quantity} {one_line(one.name)}" for one in lines[:most]]
    return ", ".join([*said, _("and {count} more").format(count=len(lines) - most)] if len(lines) > most else said)


def reason(one: Beside, now: int) -> str:
    """Return why an order stands beside a conversation, where that is not the customer alone."""
    return ", ".join(part for part in (named(one, now), of_others(one)) if part)


def named(one: Beside, now: int) -> str:
    """Return which message names an order; "" for none."""
    if one.named_at is None:
        return ""
    time = times.day_time(one.named_at, now).strip()
    return _("named in {kind} of {time}").format(kind=badges.kind(one.named_kind), time=time)


def of_others(one: Beside) -> str:
    """Return whose an order is that bears no address of the customer; "" where it does."""
    return "" if one.theirs else _("of another address: {who}").format(who=one_line(one.order.name) or _("unknown"))


def key(one: ShopOrder) -> int:
    """Return what the cursor knows an order by, among the conversations of the pane."""
    return -one.id


def pane(found: OrdersBeside, width: int, now: int, most: int = 4) -> list[Line]:
    """Return the orders beside a conversation for the customer's pane; none where there are none."""
    if not found.orders:
        return []
    title = _("Orders {count}").format(count=times.number(found.count)) if found.count else _("Orders")
    lines = [Line(()), Line((("head", f" {title}"),))]
    for one in found.orders[:most]:
        told, place = one.order.order, key(one.order)
        head: tuple[Part, ...] = (
            ("strong", f" {one_line(told.number)}"),
            ("", f"  {money(told.currency, told.total)}"),
        )
        style = "faint" if told.state is OrderState.CANCELLED else "warn" if not one.theirs else "good"
        lines.append(Line(spread(head, ((style, f" {_short(told)} "),), width), place))
        about = [parcel(told.parcels[-1])] if told.parcels else []
        about += [bought(told.lines, _SHOWN_LINES)] if told.lines else []
        lines += [Line((("dim", f"   {cut(text, width - 4)}"),), place) for text in about if text]
        for style, why in (("faint", named(one, now)), ("warn", of_others(one))):
            lines += [Line(((style, f"   {text}"),), place) for text in wrap(why, max(8, width - 4), 2) if text]
    rest = len(found.orders) - most
    if rest > 0:
        lines.append(Line((("faint", "   " + _("and {count} more").format(count=rest)),)))
    return lines


def _short(order: Order) -> str:
    """The one word that matters most."""
    if order.state is OrderState.CANCELLED:
        return _(STATES[order.state])
    if order.payment in (Payment.PAID, Payment.UNKNOWN) and order.delivery in DELIVERY:
        return _(DELIVERY[order.delivery])
    return _(PAYMENT[order.payment]) if order.payment in PAYMENT else one_line(order.status, 20)


def one_liner(found: OrdersBeside) -> str:
    """Return the first order on one line, where room is scarce: `NL-10234 paid, sent, PostNL`."""
    if not found.orders:
        return ""
    told = found.orders[0].order.order
    carrier = one_line(told.parcels[-1].carrier, 20) if told.parcels else ""
    return f"{one_line(told.number)} {_joined(stands(told), carrier)}"


def whole(one: ShopOrder, notes: Sequence[OrderNote], why: str, width: int, now: int) -> list[Line]:
    """Return all that is known of an order."""
    told = one.order
    head = [
        (_("customer"), "  ".join(part for part in (one_line(one.name), *(shown_phone(value) for _kind, value
                                                                          in one.addresses)) if part)),
        (_("ordered"), times.day_time(told.at, now).strip()),
        (_("total"), money(told.currency, told.total)),
        (_("payment"), _joined(_(PAYMENT.get(told.payment, "")), told.payment_method)),
        (_("refunded"), money(told.currency, told.refunded)),
        (_("delivery"), _joined(_(DELIVERY.get(told.delivery, "")), told.delivery_method)),
        (_("in the shop"), _joined(one_line(told.status), one_line(one.channel))),
        (_("changed"), f"{times.day_time(told.updated_at, now).strip()}, "
                       f"{_('heard of')} {times.day_time(one.heard_at, now).strip()}"),
        (_("why it is here"), why),
    ]  # fmt: skip
    lines = _section(f"{one_line(told.number)}  {stands(told)}", head, width)
    if told.lines:
        lines += _section(_("Ordered"), [_bought(line, told.currency) for line in told.lines], width)
    if told.parcels:
        lines += _section(_("Parcels"), [(_when(each.at, now), _joined(parcel(each), one_line(each.url, 400)))
                                         for each in told.parcels], width)  # fmt: skip
    if told.returns:
        back = [(_when(each.at, now), _joined(one_line(each.number), one_line(each.status), one_line(each.reason),
                                              money(told.currency, each.total))) for each in told.returns]  # fmt: skip
        lines += _section(_("Returns"), back, width)
    addresses = [(_("sent to"), ", ".join(told.shipping)), (_("invoice"), ", ".join(told.billing))]
    if any(text for _name, text in addresses):
        lines += _section(_("Addresses"), addresses, width)
    if told.note:
        lines += _section(_("The customer wrote"), [("", text) for text in clean(told.note).split("\n")], width)
    if notes:
        ours = [
            (_when(each.at, now), _joined(one_line(each.text, 5_000), one_line(each.author), _(NOTES[each.state]),
                                          one_line(each.error)))
            for each in notes
        ]  # fmt: skip
        lines += _section(_("Our notes"), ours, width)
    links = [(_("in the shop"), one_line(told.url, 500)), (_("for returns"), one_line(told.return_url, 500))]
    return lines + (_section(_("Pages"), links, width) if any(text for _name, text in links) else [])


def _bought(line: OrderLine, currency: str) -> tuple[str, str]:
    return f"{line.quantity} x", _joined(one_line(line.name), one_line(line.sku), money(currency, line.total))


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _when(at: int | None, now: int) -> str:
    return "" if at is None else times.day_time(at, now).strip()


def _section(title: str, said: Sequence[tuple[str, str]], width: int) -> list[Line]:
    lines = [Line((("title", f" {title}"),))]
    for name, text in said:
        room = max(20, width - max(_NAMES, len(name)) - 4)
        for place, part in enumerate(wrap(text, room, 30) if text else ()):
            shown = name if place == 0 else ""
            lines.append(Line((("dim", f"  {shown:<{max(_NAMES, len(name))}} "), ("", part))))
    return [*lines, Line(())]
