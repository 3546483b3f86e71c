"""Numbers of channels and of older workspaces are spelled in one way."""

from __future__ import annotations

import json

import pytest

from omnidesk.connectors.base import Item
from omnidesk.desk import customers, phones
from tests.filling import Clock, Desk

pytestmark = pytest.mark.databases


def text_message(name: str, sender: str, at: int) -> Item:
    said = {"id": name, "at": at, "from": sender, "text": "hoi"}
    return Item(name, json.dumps(said).encode(), at, "application/json")


def test_a_channel_may_belong_to_another_country(time: Clock, desk: Desk) -> None:
    home = desk.adds_channel("sms-nl", "+31600000001", kind="sample-sms")
    away = desk.adds_channel("sms-be", "+32470000000", kind="sample-sms", settings={"folder": "x", "region": "BE"})
    time.forward(seconds=5)
    desk.receives(text_message("1", "06 12345678", time()), channel=home)
    desk.receives(text_message("2", "0478 12 34 56", time()), channel=away)
    assert customers.find(desk.workspace, "+31612345678", "phone")
    assert customers.find(desk.workspace, "+32478123456", "phone")


def test_what_was_known_before_is_spelled_anew_unless_somebody_has_the_number(desk: Desk) -> None:
    tx_values = [(1, 11, "0612345678"), (2, 12, "06 87654321"), (3, 13, "+31687654321"), (4, 14, "1008")]
    with_region = "DELETE FROM setting WHERE key = 'region'"

    def older(tx: object) -> None:
        tx.execute(with_region)  # type: ignore[attr-defined]
        for identity, customer, value in tx_values:
            tx.insert("customer", id=customer, name=value, created_at=1)  # type: ignore[attr-defined]
            tx.insert(  # type: ignore[attr-defined]
                "identity", id=identity, customer_id=customer, kind="phone", value=value, created_at=1
            )

    desk.workspace.database.write(older)
    phones.settle(desk.workspace)
    found = desk.workspace.database.reader.all("SELECT value FROM identity WHERE kind = 'phone' ORDER BY id")
    assert [row[0] for row in found] == ["+31612345678", "06 87654321", "+31687654321", "1008"]
    assert phones.region(desk.workspace.database.reader) == "NL"
