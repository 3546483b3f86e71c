"""Somebody who hides their number is one person, is answered by the id Meta gives them, and gets no false number."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk.connectors.testing.whatsapp import NUMBER, PHONE_ID, WABA_ID, FakeWhatsApp
from omnidesk.connectors.whatsapp import WhatsAppConnector, incoming
from omnidesk.connectors.whatsapp.payloads import unpacked
from omnidesk.desk import composing, outbox
from omnidesk.words.errors import RefusedError
from tests.filling import open_desk

HIDDEN = "US.13491208655302741918"


def test_who_hides_their_number_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    desk = open_desk(tmp_path)
    settings = {"phone_number_id": PHONE_ID, "waba_id": WABA_ID}
    wa = desk.adds_channel("wa", NUMBER, "whatsapp", settings=settings)
    fake = FakeWhatsApp()
    numbers = []
    for text in ("hello", "again"):
        message = fake.message("", "text", {"body": text}) | {"from_user_id": HIDDEN}
        items = incoming.items(fake.webhook("x", [message], "Jane").body, PHONE_ID)
        numbers += desk.receives(*items, channel=wa)
    assert numbers[0] == numbers[1]
    queued = composing.reply(desk.workspace, desk.me, numbers[0], "Hello Jane")
    assert [one.address for one in queued.message.to] == [HIDDEN]
    payload = WhatsAppConnector.prepare(outbox.outgoing(desk.workspace, queued.message.id), settings)
    assert unpacked(payload)[0][0]["recipient"] == HIDDEN
    assert desk.value("SELECT count(*) FROM identity WHERE value = ?", HIDDEN) == 1
    assert desk.value("SELECT kind FROM identity WHERE value = ?", HIDDEN) == "whatsapp"
    with pytest.raises(RefusedError):
        composing.reply(desk.workspace, desk.me, numbers[0], "By SMS", via="demo")
    desk.workspace.close()
