"""Orders in the console: beside the thread, in full, at the counter; and customers imported from a table."""

from __future__ import annotations

from pathlib import Path

from omnidesk.desk import customers, orders
from tests.console.steering import MIDDLE, NARROW, console
from tests.filling import BRAM, Desk, mail
from tests.shopping import Shop


def tells(desk: Desk, *numbers: str, **more: str) -> Shop:
    shop = Shop(desk, return_url="https://shop.test/returns?o={number}")
    shop.tells(*(shop.item(number, tracking="3SABC", carrier="PostNL", **more) for number in numbers))
    return shop


async def test_the_order_that_a_mail_names_stands_beside_its_thread(desk: Desk) -> None:
    tells(desk, "NL-10234")
    desk.receives(mail("1", "Where is NL-10234?"))
    async with console(desk.workspace) as run:
        await run.press("enter")
        await run.sees("Orders 1", "NL-10234", "EUR 84.95", "PostNL 3SABC", "1 Boot 42", "named in smpl of")


async def test_an_order_of_somebody_else_says_so(desk: Desk) -> None:
    tells(desk, "NL-10234", email=BRAM, name="Bram")
    desk.receives(mail("1", "Where is NL-10234?"))
    async with console(desk.workspace) as run:
        await run.press("enter")
        await run.sees("of another address")


async def test_where_nothing_was_ordered_nothing_is_said_of_orders(desk: Desk) -> None:
    desk.receives(mail("1", "Where is NL-10234?"))
    async with console(desk.workspace) as run:
        await run.press("enter")
        await run.sees("No other conversations")
        assert "Orders" not in run.pane(run.desk.customer)


async def test_enter_shows_an_order_in_full_and_its_page_for_returns_goes_into_the_answer(desk: Desk) -> None:
    tells(desk, "NL-10234")
    desk.receives(mail("1", "Where is NL-10234?"))
    async with console(desk.workspace) as run:
        await run.press("enter", "r")
        await run.until(lambda: run.desk.composer.active)
        await run.press("escape", "o")
        await run.sees("Orders 1")
        await run.press("j", "enter")
        await run.sees("Order NL-10234", "paid, sent", "1 x", "Boot 42", "https://shop.test/returns?o=NL-10234")
        await run.press("n")
        await run.sees("this shop takes no notes")
        await run.press("q")


async def test_the_list_shows_all_orders_of_the_customer_and_finds_one_by_its_number(desk: Desk) -> None:
    tells(desk, "NL-10234", "NL-10235")
    desk.receives(mail("1", "Hello"))
    async with console(desk.workspace) as run:
        await run.press("enter", "g", "B")
        await run.sees("Orders 2", "NL-10234", "NL-10235")
        await run.press("enter")
        await run.sees("Order NL-1023")


async def test_at_the_counter_an_order_number_finds_the_order_first(desk: Desk) -> None:
    tells(desk, "NL-10234")
    async with console(desk.workspace) as run:
        await run.press("f9")
        await run.type("nl-102")
        await run.sees("NL-10234 paid, sent", "Anna Bos")
        await run.press("enter")
        await run.type("Wants 43")
        await run.press("ctrl+s")
        await run.until(lambda: desk.count("message") == 1, "the visit to be logged")
    (customer,) = customers.page(desk.workspace, 9)
    assert (customer.name, customer.orders) == ("Anna Bos", 1)
    assert orders.beside(desk.workspace, 1, customer.id).orders[0].named_in is not None


async def test_the_order_is_there_where_room_is_scarce(desk: Desk) -> None:
    tells(desk, "NL-10234")
    desk.receives(mail("1", "Where is NL-10234?"))
    for size in (MIDDLE, NARROW):
        async with console(desk.workspace, size) as run:
            await run.press("enter")
            await run.sees("NL-10234 paid, sent")


async def test_customers_are_imported_after_a_look(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "klanten.csv"
    path.write_bytes("Naam;E-mail\r\nZoë;zoe@x.test\r\nPiet;piet\r\n".encode("cp1252"))
    async with console(desk.workspace) as run:
        await run.press("g", "K")
        await run.sees("Import customers from:")
        await run.type(str(path))
        await run.press("enter")
        await run.sees("windows-1252", "1 new, 0 completed", "new: Zoë; zoe@x.test", "piet is no e-mail address")
        assert desk.count("customer") == 0
        await run.press("y")
        await run.sees("imported: u takes it back")
        await run.press("q", "u")
        await run.until(lambda: desk.count("customer") == 0, "the import to be taken back")
