"""What is known of a customer in the console: in the pane, in its list, and offered while a reply asks for it."""

from __future__ import annotations

import pytest

from omnidesk.desk import facts, threads
from omnidesk.screens.fact_list import FactList
from omnidesk.words.facts import Fact
from tests.console.steering import MIDDLE, NARROW, WIDE, Console, console
from tests.filling import Desk, mail


@pytest.fixture
def known(desk: Desk) -> int:
    """A conversation whose customer told an order number and a size."""
    return desk.receives(mail("1", "My order number is NL-10234, and I wear size 42."))[0]


def of_anna(desk: Desk, number: int) -> list[Fact]:
    customer = threads.conversation(desk.workspace, number).customer_id
    assert customer is not None
    return facts.of_customer(desk.workspace, customer)


async def listed(here: Console) -> FactList:
    await here.until(lambda: isinstance(here.app.screen, FactList) and here.app.screen.facts, "the list of facts")
    assert isinstance(here.app.screen, FactList)
    return here.app.screen


async def test_the_pane_shows_what_is_known_and_from_where(desk: Desk, known: int) -> None:
    async with console(desk.workspace, WIDE) as here:
        await here.press("enter")
        await here.sees("Known", "Order NL-10234", "Size 42", "today")


async def test_a_customer_of_whom_nothing_is_known_has_no_such_part(desk: Desk) -> None:
    desk.receives(mail("1", "Hello"))
    async with console(desk.workspace, WIDE) as here:
        await here.press("enter")
        await here.sees("No other conversations")
        assert "Known" not in here.screen()


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_a_question_whose_answer_is_known_gets_it_with_one_key(
    desk: Desk, known: int, size: tuple[int, int]
) -> None:
    async with console(desk.workspace, size) as here:
        await here.press("r")
        await here.until(lambda: here.desk.composer.active, "the composer")
        await here.type("What is your order number? ")
        await here.sees("order number NL-10234", "ctrl+r inserts")
        await here.press("ctrl+r")
        await here.until(lambda: here.desk.composer.text == "What is your order number? NL-10234", "the number")
        await here.until(lambda: not here.desk.composer.offered.display, "the line to go")
        await here.type(" and size?")
        await here.sees("size 42")


async def test_what_is_not_known_is_not_offered(desk: Desk, known: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("r")
        await here.until(lambda: here.desk.composer.active, "the composer")
        await here.type("What is your postcode?")
        await here.until(lambda: here.desk.kept_text == here.desk.composer.text, "the draft to be kept")
        await here.press("ctrl+r")
        await here.sees("nothing is offered")
        assert here.desk.composer.text == "What is your postcode?"


async def test_a_fact_is_corrected_forgotten_and_brought_back(desk: Desk, known: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("enter", "g", "k")
        await listed(here)
        await here.sees("Known about Anna: 2", "NL-10234", "42")
        await here.press("enter")
        await here.sees("order number instead of NL-10234:")
        for _letter in "10234":
            await here.press("backspace")
        await here.type("99999")
        await here.press("enter")
        await here.until(lambda: of_anna(desk, known)[0].value == "NL-99999", "the correction")
        await here.sees("corrected the order number of Anna", "NL-99999", "sanne, today")
        await here.press("u")
        await here.until(lambda: of_anna(desk, known)[0].value == "NL-10234", "the undo")
        await here.sees("NL-10234")
        await here.press("#")
        await here.until(lambda: [one.kind for one in of_anna(desk, known)] == ["size"], "it to be forgotten")
        await here.press("n")
        await here.type("postcode: 3511ab")
        await here.press("enter")
        await here.until(lambda: "3511 AB" in [one.value for one in of_anna(desk, known)], "the postcode")


async def test_what_cannot_be_written_down_says_why(desk: Desk, known: int) -> None:
    async with console(desk.workspace) as here:
        await here.press("enter", "g", "k")
        await listed(here)
        for said, why in (("nonsense", "say what it is, a colon"), ("shoe: 42", "no kind of fact"),
                          ("phone: tomorrow", "no telephone number")):  # fmt: skip
            await here.press("n")
            await here.type(said)
            await here.press("enter")
            await here.sees(why)
