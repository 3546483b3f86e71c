"""What a desk knows that makes a sender suspicious: its own addresses and its customers'."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk.desk import suspicion, threads
from omnidesk.words.rows import Message
from tests.filling import Desk, mail, open_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    return open_desk(tmp_path)


def shown(desk: Desk, number: int) -> list[Message]:
    return suspicion.judged(desk.workspace, threads.messages(desk.workspace, number))


def test_an_address_one_letter_from_a_customers_is_named(desk: Desk) -> None:
    desk.receives(mail("1", sender="bram@devries.example"))
    known, forged = desk.receives(mail("2", sender="bram@devries.example"), mail("3", sender="bram@devr1es.example"))
    assert shown(desk, forged)[0].warnings == ("lookalike-of:bram@devries.example",)
    assert shown(desk, known)[0].warnings == ()


def test_a_domain_that_looks_like_our_own_is_named(desk: Desk) -> None:
    desk.adds_channel("other", "help@omnishop.example")
    (number,) = desk.receives(mail("1", sender="boss@omnish0p.example"))
    assert shown(desk, number)[0].warnings == ("lookalike:omnishop.example",)


def test_the_customer_who_was_there_first_is_not_suspected(desk: Desk) -> None:
    (first,) = desk.receives(mail("1", sender="anna@smith.example"))
    desk.receives(mail("2", sender="anna@smyth.example"))
    assert shown(desk, first)[0].warnings == ()


def test_a_dangerous_file_and_a_name_with_another_address_are_warned_of(desk: Desk) -> None:
    item = mail("1", sender="x@evil.example", name="bram@devries.example", files={"invoice.pdf.exe": b"MZ"})
    (number,) = desk.receives(item)
    assert shown(desk, number)[0].warnings == ("name-says:bram@devries.example", "dangerous-file")
    words = suspicion.words(shown(desk, number)[0])
    assert "the sender's name shows the address bram@devries.example, which is not where it came from" in words


def test_a_link_that_says_another_host_is_warned_of(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Log in: https://bank.example/x <https://evil.example/y>"))
    assert shown(desk, number)[0].warnings == ("link:bank.example>evil.example",)


def test_what_we_wrote_is_never_suspected(desk: Desk) -> None:
    (number,) = desk.receives(
        mail("1", outbound=True, sender="support@shop.test", to=["a@b.example"], files={"a.exe": b""})
    )
    assert shown(desk, number)[0].warnings == ()
