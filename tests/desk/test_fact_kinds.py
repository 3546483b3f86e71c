"""A workspace recognises facts of its own."""

from __future__ import annotations

import pytest

from omnidesk.desk import fact_kinds, facts, threads
from omnidesk.words.errors import NotFoundError, UsageError
from tests.filling import Clock, Desk, mail

pytestmark = pytest.mark.databases


def known(desk: Desk) -> list[tuple[str, str, str]]:
    customer = threads.conversation(desk.workspace, 1).customer_id
    assert customer is not None
    return [(one.kind, one.label, one.value) for one in facts.of_customer(desk.workspace, customer)]


def test_a_kind_of_its_own_is_found_by_its_pattern(time: Clock, desk: Desk) -> None:
    fact_kinds.add(desk.workspace, desk.me, "warranty-code", "warranty code", r"GAR-\d{4}", "GAR-0012")
    desk.receives(mail("1", "It broke. GAR-1234 says the card, XGAR-9999 and GAR-12345 do not count."))
    assert known(desk) == [("warranty_code", "warranty code", "GAR-1234")]
    fact_kinds.remove(desk.workspace, desk.me, "warranty_code")
    desk.receives(mail("2", "And GAR-5678.", answers="1"))
    assert [value for _, _, value in known(desk)] == ["GAR-1234"]


def test_order_numbers_of_a_known_form_need_no_word(time: Clock, desk: Desk) -> None:
    fact_kinds.add(desk.workspace, desk.me, "order_number", "", r"NL-\d{5}", "NL-10234")
    desk.receives(mail("1", "NL-10234??"))
    assert known(desk) == [("order_number", "order number", "NL-10234")]


@pytest.mark.parametrize(
    ("pattern", "example", "why"),
    [
        (r"\d+", "1", "how often at most"),
        (r"A\d*", "A1", "how often at most"),
        (r"(\d{1,9}){1,9}", "1", "stands in another"),
        (r"(A{1,9}|B){1,9}", "A", "stands in another"),
        (r"A\d{1,4000}", "A1", "how often at most"),
        (r"(\d)\1", "11", "refer back"),
        (r"(?=A)A", "A", "look around"),
        (r"A?", "A", "nothing stands"),
        (r"(A", "A", "cannot be read"),
        ("A" * 300, "A", "characters"),
        ("", "A", "characters"),
        (r"A\d{4}", "B1234", "does not match its example"),
        (r"[ab]{0,40}[ab]{0,40}[ab]{0,40}[ab]{0,40}[ab]{0,40}[ab]{0,40}c", "abc", "takes too long"),
    ],
)
def test_a_pattern_that_could_go_wrong_is_refused(desk: Desk, pattern: str, example: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        fact_kinds.add(desk.workspace, desk.me, "code", "code", pattern, example)
    assert fact_kinds.own(desk.workspace.database.reader) == ()


@pytest.mark.parametrize("kind", ["", "Shoe Size!", "x", "1a", "a" * 40])
def test_a_kind_has_a_plain_name(desk: Desk, kind: str) -> None:
    with pytest.raises(UsageError, match="small letters"):
        fact_kinds.add(desk.workspace, desk.me, kind, "x", "A1", "A1")


def test_what_is_not_there_is_not_removed(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        fact_kinds.remove(desk.workspace, desk.me, "nothing")
