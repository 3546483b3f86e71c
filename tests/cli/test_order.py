"""omnidesk order and omnidesk import customers, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from omnidesk.connectors.testing.shops import KEY, SECRET, FakeWooCommerce
from tests.cli.conftest import Desk

LINES: tuple[dict[str, Any], ...] = (
    {"number": "NL-10234", "date": "2026-11-20", "updated": "2026-11-21", "email": "anna@x.test", "total": "84.95",
     "currency": "EUR", "payment status": "paid", "delivery status": "sent", "tracking": "3SABC", "note": "ring twice",
     "lines": [{"product": "Boot 42", "quantity": 1}]},
    {"number": "NL-10235", "date": "2026-11-22", "email": "bram@x.test", "total": "5"},
)  # fmt: skip


@pytest.fixture
def shop(desk: Desk) -> Desk:
    folder = desk.home.parent / "orders"
    folder.mkdir()
    (folder / "orders.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    desk.run("channel", "add", "order-files", "--name", "erp", "--set", f"folder={folder}")
    desk.run("sync", "--once", "--channel", "erp")
    return desk


def test_orders_are_listed_page_by_page(shop: Desk) -> None:
    first = shop.json("order", "list", "--limit", "1")
    assert [one["number"] for one in first["items"]] == ["NL-10235"]
    rest = shop.json("order", "list", "--limit", "1", "--after", first["next"])
    assert ([one["number"] for one in rest["items"]], rest["next"]) == (["NL-10234"], None)
    assert "token" in shop.fails("order", "list", "--after", "x", status=2)


def test_an_order_is_shown_in_full_by_its_number(shop: Desk) -> None:
    one = shop.json("order", "show", "nl10234")
    assert (one["payment"], one["delivery"], one["total"], one["parcels"][0]["number"]) == (
        "paid",
        "sent",
        "84.95",
        "3SABC",
    )
    assert one["addresses"] == [{"kind": "email", "value": "anna@x.test"}]
    assert one["at"] == "2026-11-20T00:00:00.000Z" and one["notes"] == []
    said = shop.run("order", "show", "NL-10234").out
    assert "1 x Boot 42" in said and "the customer wrote: ring twice" in said
    assert "there is no order NL-1" in shop.fails("order", "show", "NL-1", status=3)


def test_a_conversation_shows_the_orders_it_names_and_why(shop: Desk) -> None:
    found = shop.json("order", "list", "--conversation", "1")
    (one,) = found["items"]
    assert (one["order"]["number"], one["theirs"], found["count"]) == ("NL-10234", True, 1)
    assert one["named_in"]["kind"] == "sample"
    assert "named in sample" in shop.run("order", "list", "--conversation", "1").out


def test_a_customer_counts_their_orders(shop: Desk) -> None:
    (anna,) = shop.json("customer", "find", "anna@x.test")["items"]
    assert anna["orders"] == 1
    assert "orders: 1" in shop.run("customer", "show", str(anna["id"])).out
    assert [one["number"] for one in shop.json("order", "list", "--customer", str(anna["id"]))["items"]] == ["NL-10234"]


def test_a_note_where_none_is_taken_and_a_question_nobody_can_answer_are_refused(shop: Desk) -> None:
    assert "takes no notes" in shop.fails("order", "note", "NL-10234", "--text", "x", status=4)
    assert "no shop here can be asked" in shop.fails("order", "ask", "--email", "a@x.test", status=4)
    assert "ask about what?" in shop.fails("order", "ask", status=2)


def test_a_note_goes_to_the_shop_from_the_command_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_SECRET_WEB_CONSUMER_SECRET", SECRET)
    with FakeWooCommerce() as woo:
        woo.place(number="W-77", email="anna@x.test")
        added = desk.run(
            "channel", "add", "woocommerce", "--name", "web", "--api-url", woo.url, "--set", f"consumer_key={KEY}"
        )
        assert "without encryption" in added.out + added.err
        desk.run("setting", "set", "undo_seconds", "0")
        desk.run("sync", "--once", "--channel", "web")
        done = desk.json("order", "note", "W-77", "--text", "Called", "--key", "k1")
        assert (done["note"]["status"], done["act"]["undoable"]) == ("queued", True)
        desk.run("order", "note", "W-77", "--text", "Called", "--key", "k1")
        desk.run("sync", "--once", "--channel", "web")
        (note,) = desk.json("order", "show", "W-77")["notes"]
        assert (note["status"], note["text"]) == ("sent", "Called")
        assert len(woo.notes[10_000]) == 1
        desk.run("order", "ask", "--number", "W-99")
        desk.run("sync", "--once", "--channel", "web")
        assert any("search" in asked.query for asked in woo.log)


CSV = "Naam;E-mailadres;Telefoon\r\nZoë;zoe@x.test;06-12345678\r\nPiet;piet;\r\nZoë;ZOE@x.test;\r\n".encode("cp1252")


def test_customers_are_previewed_imported_and_taken_back(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "klanten.csv"
    path.write_bytes(CSV)
    preview = desk.json("import", "customers", str(path), "--preview")
    assert (preview["act"], preview["preview"], preview["new"], preview["joined"]) == (None, True, 1, 1)
    assert preview["rejected"] == [{"file": str(path), "row": 3, "reason": "piet is no e-mail address"}]
    assert desk.json("customer", "find", "zoe@x.test")["items"] == []
    done = desk.json("import", "customers", str(path), "--rejected", str(tmp_path / "rejected.csv"))
    assert done["act"]["undoable"] and (tmp_path / "rejected.csv").exists()
    assert [one["name"] for one in desk.json("customer", "find", "zoe@x.test")["items"]] == ["Zoë"]
    assert "windows-1252, ; between cells, 3 rows" in desk.run("import", "customers", str(path)).out
    desk.run("undo", str(done["act"]["id"]))
    assert desk.json("customer", "find", "zoe@x.test")["items"] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--map", "email"), "--map takes FIELD=COLUMN"),
        (("--map", "mood=Naam"), "mood is no field of customers"),
        (("--map", "email=Nope"), "there is no column Nope"),
        (("--region", "XX"), "there is no country XX"),
        (("--delimiter", ";;"), "--delimiter is one character"),
        (("--encoding", "klingon"), "there is no encoding klingon"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(desk: Desk, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    path = tmp_path / "klanten.csv"
    path.write_bytes(CSV)
    assert words in desk.fails("import", "customers", str(path), *options, status=2)
