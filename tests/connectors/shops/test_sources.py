"""Sources without a standard: JSON over HTTP and files in a folder, with fields named or guessed."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Account, Batch, Connector, ConnectorError, DecodeError, Item, Wanted
from omnidesk.connectors.shops import HttpJson, OrderFiles, common, mapping, order_files
from omnidesk.words.orders import Delivery, OrderState, Payment
from tests.connectors.shops.harness import SourceHarness

T = TypeVar("T")


def opened(
    kind: type[Connector], settings: dict[str, Any], work: Callable[[Connector], Awaitable[T]], **secrets: str
) -> T:
    async def run() -> T:
        connector = kind(Account(1, "source", "", settings, secrets, timeout=5))
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def pulled(kind: type[Connector], settings: dict[str, Any], cursor: Any = None) -> list[Batch]:
    async def work(connector: Connector) -> list[Batch]:
        return [batch async for batch in connector.pull(cursor or {})]

    return opened(kind, settings, work)


def read(said: Any, fields: str = "") -> Any:
    (found,) = HttpJson.decode(Item("x", json.dumps(said).encode(), 5, headers={"fields": fields} if fields else {}))
    return found


# --- which field is what


def test_fields_are_guessed_from_their_names_however_deep() -> None:
    found = read({
        "id": 9, "orderNumber": "E-1", "createdAt": "2026-11-20T10:00:00Z", "status": "shipped",
        "customer": {"id": 3, "name": "Bram", "email": "bram@x.example", "phone": "+31612345678"},
        "payment": {"status": "paid", "method": "iDEAL"}, "totals": {"grandTotal": "€ 1.234,50"},
        "items": [{"name": "Boot", "qty": 2, "sku": "B"}], "shipping": {"trackingNumber": "3S", "carrier": "DHL"},
    })  # fmt: skip
    told = found.order
    assert (found.external_id, told.number, found.sender.value, found.also[0].value) == (
        "9",
        "E-1",
        "bram@x.example",
        "+31612345678",
    )
    assert (told.payment, told.delivery, told.total, told.currency) == (Payment.PAID, Delivery.SENT, "1234.50", "EUR")
    assert [(line.name, line.quantity) for line in told.lines] == [("Boot", "2")]
    assert (told.parcels[0].carrier, told.parcels[0].number) == ("DHL", "3S")


def test_fields_that_are_named_go_before_any_guess() -> None:
    fields = "number=ref; email=who.mail; lines=parts; line.name=what; line.quantity=n; status=phase"
    found = read({"ref": "X1", "number": "wrong", "who": {"mail": "a@x.example"}, "phase": "geannuleerd",
                  "parts": [{"what": "Boot", "n": 3}]}, fields)  # fmt: skip
    assert (found.order.number, found.sender.value, found.order.state) == ("X1", "a@x.example", OrderState.CANCELLED)
    assert [(line.name, line.quantity) for line in found.order.lines] == [("Boot", "3")]


@pytest.mark.parametrize("said", ["nonsense", "colour=red", "number"])
def test_a_field_that_there_is_not_is_said(said: str) -> None:
    with pytest.raises(ValueError, match="fields are given as"):
        mapping.names(said)


@pytest.mark.parametrize("said", [{}, {"name": "x"}, [], {"number": None}, {"number": {"deep": 1}}])
def test_a_document_without_a_number_is_refused(said: Any) -> None:
    with pytest.raises(DecodeError):
        read(said)


@pytest.mark.parametrize(
    ("written", "amount"),
    [("€ 1.234,50", "1234.50"), ("1,234.50", "1234.50"), ("84,95", "84.95"), ("84.95", "84.95"), (12.5, "12.5"),
     ("1,234", "1234"), ("-5,00", "-5.00"), ("free", ""), (None, ""), (True, "")],
)  # fmt: skip
def test_amounts_are_read_however_they_are_written(written: Any, amount: str) -> None:
    assert common.amount(written) == amount


@pytest.mark.parametrize(
    ("written", "at"),
    [("2026-11-20T10:00:00Z", 1_795_168_800_000), ("2026-11-20 10:00:00", 1_795_168_800_000),
     ("20-11-2026", 1_795_132_800_000), ("20.11.2026", 1_795_132_800_000), (1_795_168_800, 1_795_168_800_000),
     (1_795_168_800_000, 1_795_168_800_000),
     ("soon", None), ("", None), (None, None)],
)  # fmt: skip
def test_times_are_read_however_they_are_written(written: Any, at: int | None) -> None:
    assert common.moment(written) == at


# --- JSON over HTTP


@pytest.fixture
def source() -> Iterator[SourceHarness]:
    with SourceHarness() as found:
        yield found


def test_orders_are_asked_for_by_address_and_number(source: SourceHarness) -> None:
    source.provider.place("one", "anna+x@x.example")
    source.provider.place("two", "bram@x.example")

    def numbers(kind: Any, value: str) -> list[str]:
        items = opened(HttpJson, dict(source.settings), lambda one: one.look_up(Wanted(kind, value)), **source.secrets)
        return [json.loads(item.raw)["orderNumber"] for item in items]

    assert numbers("email", "anna+x@x.example") == ["E-1000"]
    assert numbers("number", "E-1001") == ["E-1001"]
    assert numbers("number", "../../admin?x=1") == []
    assert numbers("phone", "+31612345678") == []
    assert not [asked for asked in source.provider.log if "admin" in asked.path and "/orders/" not in asked.path]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "give at least one of"),
        ({"by_email": "orders"}, r"by_email has no place \{email\}"),
        ({"by_email": "orders?e={email}&x={colour}"}, r"a place \{colour\} that nothing fills"),
        ({"by_email": "orders?e={email}&x={"}, "cannot be read"),
        ({"by_email": "orders?e={email}{email.__class__}"}, "that nothing fills"),
        ({"list": "orders", "fields": "colour=red"}, "fields are given as"),
    ],
)
def test_a_template_that_cannot_work_is_said_by_the_test(
    source: SourceHarness, settings: dict[str, str], words: str
) -> None:
    given = {"api_url": source.settings["api_url"], **settings}
    with pytest.raises(ConnectorError, match=words):
        opened(HttpJson, given, lambda one: one.check(), **source.secrets)


def test_a_header_of_its_own_bears_the_token(source: SourceHarness) -> None:
    settings = {**source.settings, "header": "X-Api-Key", "scheme": "-"}
    source.provider.authorized = lambda asked: asked.headers.get("x-api-key") == "token-of-the-source"  # type: ignore[method-assign]
    assert opened(HttpJson, settings, lambda one: one.check(), **source.secrets).details == ("0 orders",)


# --- files in a folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


CSV = (
    "Bestelnummer;E-mail;Naam;Datum;Product;Aantal;Prijs;Totaal\r\n"
    "NL-1;zoe@x.example;Zoë;20-11-2026;Boot;1;79,95;84,95\r\n"
    "NL-1;zoe@x.example;Zoë;20-11-2026;Veter;2;2,50;84,95\r\n"
    "NL-2;b@x.example;Bo;21-11-2026;Muts;1;5;5\r\n"
)


def orders(batches: list[Batch]) -> list[Any]:
    return [OrderFiles.decode(item)[0].order for batch in batches for item in batch.items]


def test_a_table_of_windows_1252_becomes_orders_with_their_lines(folder: Path) -> None:
    (folder / "orders.csv").write_bytes(CSV.encode("cp1252"))
    first, second = orders(pulled(OrderFiles, {"folder": str(folder)}))
    assert (first.number, first.billing, [line.name for line in first.lines]) == ("NL-1", (), ["Boot", "Veter"])
    assert (second.number, second.total, first.total) == ("NL-2", "5", "84.95")


def test_a_file_is_read_again_only_when_it_changed(folder: Path) -> None:
    path = folder / "orders.csv"
    path.write_bytes(CSV.encode())
    settings = {"folder": str(folder)}
    cursor = pulled(OrderFiles, settings)[-1].cursor
    assert pulled(OrderFiles, settings, cursor) == []
    os.utime(path, (1, 1))  # touched, and says the same
    (batch,) = pulled(OrderFiles, settings, cursor)
    assert batch.items == ()
    path.write_bytes(CSV.encode() + b"NL-3;c@x.example;C;22-11-2026;Das;1;9;9\r\n")
    again = pulled(OrderFiles, settings, batch.cursor)
    assert [one.number for one in orders(again)] == ["NL-1", "NL-2", "NL-3"]
    before = {item.source_id for one in pulled(OrderFiles, settings) for item in one.items}
    assert before == {item.source_id for one in again for item in one.items}


def test_hundreds_of_files_fit_a_cursor(folder: Path) -> None:
    for number in range(400):
        (folder / f"{number}.jsonl").write_text(json.dumps({"number": f"A-{number}"}) + "\n")
        os.utime(folder / f"{number}.jsonl", (number + 1, number + 1))
    settings = {"folder": str(folder)}
    batches = pulled(OrderFiles, settings)
    assert len({one.number for one in orders(batches)}) == 400
    assert len(json.dumps(batches[-1].cursor)) < 4096
    assert pulled(OrderFiles, settings, batches[-1].cursor) == []


def test_a_line_that_is_still_being_written_waits_for_its_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "orders.jsonl"
    path.write_text('{"number": "A-1"}\n{"number": "A-2", "tot')
    settings = {"folder": str(folder)}
    first = pulled(OrderFiles, settings)
    assert [one.number for one in orders(first)] == ["A-1"]
    path.write_text('{"number": "A-1"}\n{"number": "A-2", "total": 5}')
    later = clock.now() + order_files.REST + clock.MINUTE
    with clock.frozen(lambda: later):  # it has no last line end, and is at rest
        assert [one.number for one in orders(pulled(OrderFiles, settings, first[-1].cursor))] == ["A-1", "A-2"]


def test_what_is_no_table_of_orders_goes_to_the_quarantine(folder: Path) -> None:
    (folder / "orders.csv").write_bytes(b"\x00\x01\n" * 3)
    (folder / "empty.csv").write_bytes(b"\n")
    items = [item for batch in pulled(OrderFiles, {"folder": str(folder)}) for item in batch.items]
    assert items
    for item in items:
        with pytest.raises(DecodeError):
            OrderFiles.decode(item)


def test_a_folder_that_is_not_there_is_said(folder: Path) -> None:
    with pytest.raises(ConnectorError, match="there is no folder"):
        pulled(OrderFiles, {"folder": str(folder / "gone")})
