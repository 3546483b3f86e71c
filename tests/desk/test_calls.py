"""Calls that a telephone system tells of: news in any order makes one call, and its end one message."""

from __future__ import annotations

import base64
import json
from itertools import permutations
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import calls, channels, live_calls, logbook, threads, undo
from omnidesk.desk.logbook import Entry
from omnidesk.words.kinds import Direction, MessageStatus, Place, Status
from omnidesk.words.rows import Channel, Contact, Message
from tests.filling import Clock, Desk

pytestmark = pytest.mark.databases

NUMBER = "06 12345678"


class Telephone:
    """A telephone system that tells of calls."""

    def __init__(self, desk: Desk, time: Clock) -> None:
        self.desk, self.time = desk, time
        self.channel: Channel = desk.adds_channel("phone", "+31201234567", kind="sample-call")
        self.told = 0
        time.forward(seconds=10)
        self.began = time()

    def news(self, state: str, call: str = "c1", sender: str = NUMBER, **more: Any) -> Item:
        self.told += 1
        extra = {name: more.pop(name) for name in ("files", "text", "outbound") if name in more}
        said = {
            "id": f"{call}-{self.told}", "external_id": call, "at": self.time(), "from": sender,
            "call": {"state": state, "began_at": self.began, **more}, **extra,
        }  # fmt: skip
        return Item(str(said["id"]), json.dumps(said).encode(), self.time(), "application/json",
                    outbound=bool(extra.get("outbound")))  # fmt: skip

    def tells(self, *items: Item) -> None:
        self.desk.receives(*items, channel=self.channel)

    def messages(self) -> list[Message]:
        reader = self.desk.workspace.database.reader
        found = reader.all("SELECT id FROM message ORDER BY id")
        return [threads.message(self.desk.workspace, row[0]) for row in found]


@pytest.fixture
def phone(time: Clock, desk: Desk) -> Telephone:
    return Telephone(desk, time)


def test_a_call_that_rings_is_no_message_and_says_who_it_is(phone: Telephone, desk: Desk) -> None:
    logbook.log(desk.workspace, desk.me, Entry("call", Contact("in", "missed"), number=NUMBER))
    phone.tells(phone.news("ringing"))
    (live,) = live_calls.live(desk.workspace)
    assert (live.number, live.state, live.open_matters, live.last_kind) == ("+31612345678", "ringing", 1, "call")
    assert len(phone.messages()) == 1


def test_a_missed_call_is_one_message_to_call_back(phone: Telephone, desk: Desk) -> None:
    phone.tells(phone.news("ringing"))
    phone.tells(phone.news("ended", outcome="missed", ended_at=phone.began + 20_000))
    (message,) = phone.messages()
    matter = threads.conversation(desk.workspace, message.conversation_id)
    assert (message.kind, message.channel, message.direction) == ("call", "phone", Direction.INBOUND)
    assert (matter.status, matter.unread, matter.next_due_at) == (Status.OPEN, True, phone.began + 30 * clock.MINUTE)
    assert live_calls.live(desk.workspace) == []
    assert desk.count("identity", "verified") == 0


def test_news_in_any_order_and_twice_is_the_same_call(phone: Telephone, desk: Desk) -> None:
    began = phone.began
    for place, order in enumerate(permutations(range(3))):
        call = f"order-{place}"
        news = [
            phone.news("ringing", call, f"06 1234567{place}"),
            phone.news("talking", call, f"06 1234567{place}", answered_at=began + 5_000, taken_by="sanne"),
            phone.news("ended", call, f"06 1234567{place}", answered_at=began + 5_000, ended_at=began + 257_000,
                       outcome="answered", taken_by="sanne"),
        ]  # fmt: skip
        for which in order:
            phone.tells(news[which])
        phone.tells(*(phone.news("ended", call, f"06 1234567{place}", outcome="answered", ended_at=began + 257_000),))
    found = phone.messages()
    assert len(found) == 6
    assert {one.contact for one in found} == {Contact("in", "answered", 252, "sanne")}
    assert {one.direction for one in found} == {Direction.OUTBOUND}
    assert {one.author.name for one in found} == {"Sanne"}


def test_calls_with_one_number_wait_together_until_somebody_calls_back(phone: Telephone, desk: Desk) -> None:
    phone.tells(phone.news("ended", "a", outcome="missed"), phone.news("ended", "b", outcome="missed"))
    assert len({one.conversation_id for one in phone.messages()}) == 1
    phone.tells(phone.news("ended", "c", outcome="answered", answered_at=phone.began, outbound=True))
    (number,) = {one.conversation_id for one in phone.messages()}
    matter = threads.conversation(desk.workspace, number)
    assert (matter.status, matter.waiting_since) == (Status.PENDING, None)


def test_a_call_is_offered_to_an_open_matter_and_joins_it_only_by_policy(phone: Telephone, desk: Desk) -> None:
    visit = logbook.log(desk.workspace, desk.me, Entry("visit", Contact(shop="Utrecht"), number=NUMBER)).message
    phone.tells(phone.news("ended", "a", outcome="missed"))
    apart = phone.messages()[-1].conversation_id
    assert apart != visit.conversation_id
    assert threads.offers(desk.workspace, apart) == [visit.conversation_id]
    channels.set_settings(desk.workspace, desk.me, "phone", {"join": "open"})
    other = logbook.log(desk.workspace, desk.me, Entry("visit", Contact(), number="06 87654321")).message
    phone.tells(phone.news("ended", "b", "06 87654321", outcome="missed"))
    assert phone.messages()[-1].conversation_id == other.conversation_id


def test_a_withheld_number_is_nobody(phone: Telephone, desk: Desk) -> None:
    phone.tells(phone.news("ringing", sender=""), phone.news("ended", sender="", outcome="missed"))
    (message,) = phone.messages()
    assert message.customer_id is None
    assert desk.count("identity") == 0


def test_a_recording_that_comes_later_joins_the_message(phone: Telephone, desk: Desk) -> None:
    phone.tells(phone.news("ended", outcome="missed"))
    file = {"name": "voicemail.mp3", "content_type": "audio/mpeg", "base64": base64.b64encode(b"ID3 hello").decode()}
    phone.tells(phone.news("ended", outcome="voicemail", files=[file], text="Please call me back"))
    phone.tells(phone.news("ended", outcome="voicemail", files=[file]))
    (message,) = phone.messages()
    (found,) = message.attachments
    assert threads.attachment_bytes(desk.workspace, found.id)[1] == b"ID3 hello"
    assert message.text == "Please call me back"
    assert message.contact is not None and message.contact.outcome == "voicemail"


def test_what_the_agent_writes_while_it_rings_is_the_calls_one_message(phone: Telephone, desk: Desk) -> None:
    phone.tells(phone.news("ringing"))
    (live,) = live_calls.live(desk.workspace)
    entry = Entry("call", Contact("in", "answered"), "Comes on Thursday", number=live.number, call=live.id)
    written = logbook.log(desk.workspace, desk.me, entry).message
    assert live_calls.live(desk.workspace) == []
    phone.tells(phone.news("ended", answered_at=phone.began, ended_at=phone.began + 60_000, outcome="answered"))
    (message,) = phone.messages()
    assert (message.id, message.text) == (written.id, "Comes on Thursday")
    assert message.contact is not None and message.contact.seconds == 60


def test_what_the_agent_writes_after_the_call_joins_its_message_where_they_say(phone: Telephone, desk: Desk) -> None:
    matter = logbook.log(desk.workspace, desk.me, Entry("visit", Contact(), number=NUMBER)).message.conversation_id
    phone.tells(phone.news("ringing"))
    (live,) = live_calls.live(desk.workspace)
    phone.tells(phone.news("ended", answered_at=phone.began, ended_at=phone.began + 60_000, outcome="answered"))
    apart = phone.messages()[-1].conversation_id
    entry = Entry("call", Contact("in", "answered"), "Notes", conversation=matter, call=live.id)
    message = logbook.log(desk.workspace, desk.me, entry).message
    assert (message.conversation_id, message.text) == (matter, "Notes")
    assert threads.conversation(desk.workspace, apart).place is Place.DELETED
    assert len(phone.messages()) == 2


def test_a_call_whose_end_was_never_told_is_missed(phone: Telephone, desk: Desk, time: Clock) -> None:
    phone.tells(phone.news("ringing"))
    time.forward(minutes=11)
    assert live_calls.live(desk.workspace) == []
    assert calls.give_up(desk.workspace) == 0
    time.forward(hours=1)
    assert calls.give_up(desk.workspace) == 1
    (message,) = phone.messages()
    assert message.contact is not None and message.contact.outcome == "missed"


def test_an_old_call_is_no_news(phone: Telephone, desk: Desk, time: Clock) -> None:
    phone.began -= 30 * clock.DAY
    phone.tells(phone.news("ended", outcome="missed"))
    (message,) = phone.messages()
    matter = threads.conversation(desk.workspace, message.conversation_id)
    assert (matter.status, matter.waiting_since, matter.unread) == (Status.CLOSED, None, False)


def test_a_logged_call_of_a_system_can_be_taken_back(phone: Telephone, desk: Desk, time: Clock) -> None:
    phone.tells(phone.news("ringing"))
    (live,) = live_calls.live(desk.workspace)
    time.forward(seconds=1)
    logbook.log(desk.workspace, desk.me, Entry("call", Contact("in", "answered"), number=NUMBER, call=live.id))
    undo.undo(desk.workspace, desk.me)
    assert threads.conversation(desk.workspace, phone.messages()[0].conversation_id).place is Place.DELETED
    phone.tells(phone.news("ended", outcome="missed"))
    assert threads.conversation(desk.workspace, phone.messages()[-1].conversation_id).place is Place.DESK


def test_taking_notes_back_leaves_the_call_that_took_place(phone: Telephone, desk: Desk, time: Clock) -> None:
    phone.tells(phone.news("ringing"))
    (live,) = live_calls.live(desk.workspace)
    time.forward(seconds=1)
    logbook.log(desk.workspace, desk.me, Entry("call", Contact("in", "answered"), "Oops", number=NUMBER, call=live.id))
    phone.tells(phone.news("ended", answered_at=phone.began, ended_at=phone.began + 60_000, outcome="answered"))
    undo.undo(desk.workspace, desk.me)
    cancelled, kept = phone.messages()
    assert (cancelled.status, cancelled.text) == (MessageStatus.CANCELLED, "Oops")
    assert kept.text == "" and kept.contact == Contact("in", "answered", 60)
