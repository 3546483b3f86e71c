"""Customers are found by any part of their names and addresses, whoever wrote these down and however."""

from __future__ import annotations

import pytest

from omnidesk.desk import customers, forwards, identity, naming, planning, undo
from omnidesk.desk.acts import Act, perform
from omnidesk.store import names
from omnidesk.store.database import Transaction
from omnidesk.words.errors import UsageError
from tests.filling import Desk, mail

pytestmark = pytest.mark.databases

PEOPLE = {
    "piet.jansen@example.test": "Piet Jansen",
    "renee@example.test": "Renée Müller-Lüdenscheidt",
    "oedipus@example.test": "Øyvind Straße",
    "ivan@example.test": "Иван Ковалёв",
    "tanaka@example.test": "田中太郎",
    "kim@example.test": "김민수",
    "odd@example.test": "100%_sure \"Bob\" 'O''Neil' \\ *",
    "percent@example.test": "1000 sure",
    "b@example.test": "Bo",
    "jo@example.test": "",
}
FOUND = [
    ("jans", "piet.jansen"), ("ANSE", "piet.jansen"), ("jansen piet", "piet.jansen"), ("t.jan", "piet.jansen"),
    ("t jan", "piet.jansen"), ("renee", "renee"), ("RENÉE", "renee"), ("mull", "renee"), ("denscheid", "renee"),
    ("müller-lüd", "renee"), ("oyvind", "oedipus"), ("strasse", "oedipus"), ("ковалев", "ivan"), ("вал", "ivan"),
    ("ива", "ivan"), ("ив", "ivan"), ("田中太", "tanaka"), ("中太", "tanaka"), ("太郎", "tanaka"), ("田", "tanaka"),
    ("민수", "kim"), ("100%_sure", "odd"), ("00%_s", "odd percent"), ('"bob"', "odd"), ("o''nei", "odd"),
    ("1000", "percent"), ("00 sure", "odd percent"), ("bo", "b odd"), ("b", "b odd"), ("jo", "jo"),
    ("o@exa", "jo"), ("ja", "piet.jansen"),
    ("anse nope", ""), ("an", ""), ("%ure", "odd percent"), ("sure%", "odd percent"), ("jans_n", ""), ("jans%n", ""),
    ("xyz", ""), ("田太", ""), ("ko", ""),
]  # fmt: skip


@pytest.fixture
def full(desk: Desk) -> Desk:
    desk.receives(*(mail(f"{place}", sender=one, name=PEOPLE[one]) for place, one in enumerate(PEOPLE)))
    return desk


def found(desk: Desk, text: str) -> list[str]:
    return [one.identities[0].value.partition("@")[0] for one in customers.page(desk.workspace, 20, text=text)]


def test_a_part_of_a_name_or_an_address_finds_them(full: Desk) -> None:
    # fewer than three characters: the beginning of a word
    assert [(text, sorted(found(full, text))) for text, _ in FOUND] == [(text, sorted(x.split())) for text, x in FOUND]


def test_customers_come_by_their_ids_page_by_page(full: Desk) -> None:
    everybody = [one.id for one in customers.page(full.workspace, 20)]
    first = customers.page(full.workspace, 4, text="example")
    rest = customers.page(full.workspace, 20, first[-1].id, "example")
    assert [one.id for one in (*first, *rest)] == everybody == sorted(everybody)


@pytest.mark.parametrize("text", ["", " ", "%", "_'\"", "*"])
def test_what_holds_no_letter_is_no_search(full: Desk, text: str) -> None:
    with pytest.raises(UsageError, match="look for whom"):
        customers.page(full.workspace, 20, text=text)


def test_what_an_agent_writes_down_finds_them_until_it_is_taken_back(full: Desk) -> None:
    (jo,) = customers.page(full.workspace, 20, text="jo@example")
    customers.set_customer(full.workspace, full.me, jo.id, name="Johanna Vos", company="Bäckerei Süd")
    assert found(full, "backer") == found(full, "hanna vos") == found(full, "süd") == ["jo"]
    customers.set_customer(full.workspace, full.me, jo.id, company="")
    assert found(full, "backer") == []
    undo.undo(full.workspace, full.me)
    assert found(full, "backer") == ["jo"]
    undo.undo(full.workspace, full.me)
    assert found(full, "backer") == found(full, "hanna") == []
    assert found(full, "jo@example.test") == ["jo"]


def test_a_name_that_is_told_later_finds_them_too(full: Desk) -> None:
    full.receives(mail("later", sender="jo@example.test", name="Johanna Ærø"))
    assert found(full, "aero") == found(full, "jo@") == ["jo"]


def test_the_author_of_a_forward_is_found(full: Desk) -> None:
    text = "---------- Forwarded message ---------\nFrom: Zoë Quist <zoe@example.test>\nSubject: Shoes\n\nToo small"
    (number,) = full.receives(mail("forward", text, subject="Fwd: Shoes"))
    forwards.take_author(full.workspace, full.me, number)
    assert found(full, "quis") == ["zoe"]


def test_who_moves_an_identity_or_merges_customers_changes_who_is_found(full: Desk) -> None:
    (jo,), (piet,) = (customers.page(full.workspace, 9, text=text) for text in ("jo@", "jansen"))

    def work(act: Act) -> None:
        moved, home = jo.identities[0].id, {"customer_id": piet.id}
        act.change_row("linked", "identity", moved, home, customer=piet.id)
        act.change_row("merged", "customer", jo.id, {"merged_into": piet.id}, customer=jo.id)

    perform(full.workspace, full.me, "merge", work)
    assert [one.id for one in customers.page(full.workspace, 9, text="jo@example")] == [piet.id]


def test_every_writer_leaves_what_would_be_made_anew(full: Desk) -> None:
    customers.set_customer(full.workspace, full.me, customers.page(full.workspace, 1)[0].id, company="A & B")
    perform(full.workspace, full.me, "test", lambda act: identity.known(act, party("new@example.test")))
    key = "rowid" if full.workspace.database.dialect == "sqlite" else "id"
    asked = f"SELECT {key}, words FROM search_names ORDER BY {key}"
    before = [(row[0], sorted(set(row[1].split()))) for row in full.workspace.database.reader.all(asked)]

    def work(tx: Transaction) -> None:
        everybody = [row[0] for row in tx.all("SELECT id FROM customer")]
        naming.renew(tx, everybody)

    full.workspace.database.write(work)
    after = [(row[0], sorted(set(row[1].split()))) for row in full.workspace.database.reader.all(asked)]
    assert before == after and len(after) == full.count("customer")


def party(value: str) -> identity.Party:
    return identity.Party("email", value, "Néw Person")


def test_an_address_is_completed_from_its_beginning_then_from_names(full: Desk) -> None:
    full.receives(
        mail("a", sender="jansma@example.test", name="Kees"),
        mail("b", sender="x@example.test", name="Frans Tjansink"),
        mail("c", sender="y@example.test", name="Jans Bos"),
    )
    found = [one.address for one in planning.addresses_like(full.workspace, "Jans", 20)]
    assert found == [f"{name}@example.test" for name in ("jansma", "y", "piet.jansen", "x")]
    assert planning.addresses_like(full.workspace, "jans", 2) == planning.addresses_like(full.workspace, "jans", 9)[:2]
    assert planning.addresses_like(full.workspace, " ", 20) == planning.addresses_like(full.workspace, '"%', 20) == []


def test_who_is_known_by_a_name_that_an_agent_gave_has_it_in_the_address(full: Desk) -> None:
    (jo,) = customers.page(full.workspace, 20, text="jo@example")
    customers.set_customer(full.workspace, full.me, jo.id, name="Johanna Vos")
    assert [one.name for one in planning.addresses_like(full.workspace, "vos", 20)] == ["Johanna Vos"]


def test_filling_goes_on_behind_those_who_are_there(full: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "FILLED", 3)
    full.workspace.database.write(lambda tx: tx.execute("DELETE FROM search_names"))
    filled: list[int] = []

    def work(tx: Transaction) -> list[int]:
        return names.fill(tx, filled[-1] if filled else 0, naming.fold)

    while some := full.workspace.database.write(work):
        assert len(some) <= 3
        filled += some
    assert len(filled) == len(PEOPLE)
    assert found(full, "ковал") == ["ivan"]
