"""A mail of a telephone system with a recording stands in the queue as a call to return."""

from __future__ import annotations

import pytest

from omnidesk.desk import threads
from tests.connectors.email.test_voicemail import SYSTEM, item
from tests.filling import Desk


@pytest.mark.databases
def test_it_stands_in_the_queue_as_a_call_with_its_recording(desk: Desk) -> None:
    mailbox = desk.adds_channel("support", "support@shop.example", "email", settings={"voicemail_from": SYSTEM})
    desk.receives(item("New voicemail from 0612345678", "Please call me back.\nDuration: 0:23"), channel=mailbox)
    (message,) = threads.messages(desk.workspace, 1)
    assert (message.kind, message.sender.address) == ("call", "+31612345678")
    assert message.contact is not None and (message.contact.outcome, message.contact.seconds) == ("voicemail", 23)
    assert [file.name for file in message.attachments] == ["msg0001.wav"]
    assert threads.conversation(desk.workspace, 1).subject == "Voicemail from +31 6 12345678: call back"
