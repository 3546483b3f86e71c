"""Open conversations about the same as another one."""

from __future__ import annotations

import pytest

from omnidesk.desk import marks, similar, triage, views
from omnidesk.words.errors import NotFoundError
from tests.filling import BRAM, CARO, Desk, mail

LATE = (
    ("Waar blijft mijn pakket?", "Hoi, waar blijft mijn pakket NL-11041? PostNL zou gisteren komen."),
    ("Pakket niet gekomen", "Mijn pakket NL-11034 zou gisteren komen met PostNL. Waar blijft het? Daan"),
    ("", "waar blijft mijn pakket? postnl zou gisteren komen NL-11057"),
    ("NL-11000", "Beste Sanne, PostNL zou gisteren mijn pakket brengen. Waar blijft het? Met vriendelijke groet, Zoë"),
)
OTHERS = (
    ("Factuur NL-10459", "Ik mis de factuur van NL-10459. Kunt u die sturen, op naam van mijn bedrijf?"),
    ("Ruilen NL-10403", "De maat klopt niet, ik wil graag ruilen voor een maat groter (NL-10403)."),
    ("Offer for the club", "That is good. Can we also have the logo on them?"),
)


@pytest.fixture
def backlog(desk: Desk) -> list[int]:
    """Four customers who ask the same in other words, then three who ask something else."""
    return desk.receives(
        *(
            mail(str(number), text, subject=subject, sender=f"customer{number}@example.test")
            for number, (subject, text) in enumerate((*LATE, *OTHERS))
        )
    )


def test_customers_who_ask_the_same_in_other_words_are_found(desk: Desk, backlog: list[int]) -> None:
    same, others = backlog[:4], backlog[4:]
    for number in same:
        assert set(similar.similar(desk.workspace, number)) == {*same} - {number}
    for number in others:
        assert similar.similar(desk.workspace, number) == []


def test_only_open_ones_count(desk: Desk, backlog: list[int]) -> None:
    triage.close(desk.workspace, desk.me, backlog[1])
    triage.spam(desk.workspace, desk.me, backlog[2])
    assert similar.similar(desk.workspace, backlog[0]) == [backlog[3]]
    assert set(similar.similar(desk.workspace, backlog[1])) == {backlog[0], backlog[3]}


def test_names_numbers_greetings_and_signatures_make_nothing_alike(desk: Desk) -> None:
    said = "Dear Sanne, {0} NL-1234 thank you. Kind regards, Anna Jansen, Some Street 12, Amsterdam"
    desk.receives(
        *(
            mail(str(number), said.format(text), subject="", sender=who)
            for number, (text, who) in enumerate(
                (("the zip is torn", BRAM), ("my refund is missing", CARO), ("can I pay by card?", "d@example.test"))
            )
        )
    )
    assert all(similar.similar(desk.workspace, number) == [] for number in (1, 2, 3))


def test_the_view_holds_the_conversation_with_those_like_it_due_first(desk: Desk, backlog: list[int]) -> None:
    view = f"{views.ALIKE}{backlog[2]}"
    rows = views.page(desk.workspace, view, desk.me.agent_id, 50)
    assert [row.id for row in rows] == backlog[:4]
    assert marks.of_view(desk.workspace, view, desk.me.agent_id).ids == tuple(backlog[:4])
    triage.close(desk.workspace, desk.me, backlog[:3])
    assert [row.id for row in views.page(desk.workspace, view, desk.me.agent_id, 50)] == backlog[3:4]


@pytest.mark.parametrize("name", ["~99", "~", "~x", "~99999999999999999999"])
def test_a_view_like_nothing_is_told(desk: Desk, name: str) -> None:
    with pytest.raises(NotFoundError, match="no conversation"):
        views.page(desk.workspace, name, desk.me.agent_id, 5)


def test_marks_mean_all_of_a_view_a_search_or_a_customer_and_say_when_there_are_more(desk: Desk) -> None:
    ids = desk.receives(*(mail(f"a{number}", "umbrella") for number in range(5)), mail("b", "boots", sender=BRAM))
    me = desk.me.agent_id
    assert marks.of_view(desk.workspace, "open", me) == marks.Meant(tuple(ids))
    assert marks.of_view(desk.workspace, "open", me, offset=2, most=3) == marks.Meant(tuple(ids[2:5]), True)
    assert set(marks.of_view(desk.workspace, "/umbrella", me).ids) == set(ids[:5])
    customer = desk.value("SELECT customer_id FROM conversation WHERE id = ?", ids[0])
    triage.close(desk.workspace, desk.me, ids[0])
    assert set(marks.of_customer(desk.workspace, customer, "open", me).ids) == set(ids[1:5])
    assert set(marks.of_customer(desk.workspace, customer, None, me).ids) == set(ids[:5])
