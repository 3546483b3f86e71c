"""The demo: the shop's weeks, the stories its docs tell, and what goes on while one watches."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.demo import shop, stories
from omnidesk.demo.everyday import everyday
from omnidesk.demo.life import LEFT, PATIENCE, Life
from omnidesk.demo.script import CHANNELS, Did, Person, Said
from omnidesk.desk import agents, customers, drafts, presence, similar, threads, views, workspace
from omnidesk.desk.workspace import Workspace
from omnidesk.words.errors import WorkspaceError
from omnidesk.words.kinds import Auth, Auto, Direction, MessageStatus, Status
from omnidesk.words.rows import Actor, Conversation, Message
from tests.cli.conftest import program

NOW = shop.STILL


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo as `--frozen` makes it, for sanne."""
    with mock.patch.dict(os.environ, OMNIDESK_AGENT="sanne"), clock.frozen(NOW):
        return shop.make(tmp_path_factory.mktemp("demo") / "home")


@pytest.fixture
def opened(home: Path) -> Iterator[Workspace]:
    with clock.frozen(NOW):
        found = workspace.open_workspace(home)
        yield found
        found.close()


def conversation_of(opened: Workspace, person: Person, channel: str = "mail") -> Conversation:
    (customer,) = customers.find(opened, person.address(channel))
    return customers.conversations(opened, customer.id, 1)[0]


def messages_of(opened: Workspace, person: Person, channel: str = "mail") -> list[Message]:
    return threads.messages(opened, conversation_of(opened, person, channel).id)


def test_some_three_hundred_conversations_came_over_five_channels(opened: Workspace) -> None:
    everything = views.page(opened, "all", None, 1000)
    assert 280 <= len(everything) <= 340
    kinds = Counter(kind for row in everything for kind in row.kinds)
    assert all(kinds[kind] >= 10 for kind, _ in CHANNELS.values()), kinds
    assert min(row.last_message_at for row in everything) < NOW - 20 * clock.DAY
    assert {row.status for row in everything} == set(Status)
    assert not opened.database.reader.value("SELECT count(*) FROM quarantine")


def test_the_newest_of_them_need_an_answer_soon_and_few_are_late(opened: Workspace) -> None:
    assert 40 <= views.count(opened, "open", None) <= 120
    assert 1 <= views.overdue(opened) <= 4


def test_brams_mail_call_and_whatsapp_are_one_conversation(opened: Workspace) -> None:
    bram = conversation_of(opened, stories.BRAM)
    assert (bram.status, bram.priority, bram.owner, bram.vip, bram.tags) == (
        "open",
        "high",
        "sanne",
        True,
        ("delivery",),
    )
    said = threads.messages(opened, bram.id)
    told = [(message.kind.removeprefix("sample-"), message.direction, bool(message.aside)) for message in said]
    assert told == [
        ("mail", Direction.INBOUND, False),
        ("mail", Direction.OUTBOUND, False),
        ("call", Direction.OUTBOUND, False),
        ("note", Direction.INTERNAL, False),
        ("mail", Direction.OUTBOUND, True),
        ("whatsapp", Direction.INBOUND, False),
    ]
    assert said[0].text != said[0].reply_text and said[0].attachments[0].name == "photo.png"
    assert said[1].auto is Auto.AUTO_REPLY
    assert said[2].text.startswith("4m12s, taken by Koen")
    assert "@sanne" in said[3].text
    assert bram.waiting_since == said[5].at


def test_earlier_matters_of_bram_are_closed_and_his(opened: Workspace) -> None:
    found = [one for address in (stories.BRAM.mail, stories.BRAM.phone) for one in customers.find(opened, address)]
    assert found[0] == found[1]
    earlier = customers.conversations(opened, found[0].id)
    assert [one.status for one in earlier if one.id != conversation_of(opened, stories.BRAM).id] == ["closed"] * 2


def test_a_missed_call_waits_to_be_called_back(opened: Workspace) -> None:
    (call,) = messages_of(opened, stories.ANNA, "phone")
    assert call.text.startswith("Missed, rang 24 s: call back +31")
    assert conversation_of(opened, stories.ANNA, "phone").waiting_since == call.at


def test_a_visitor_left_the_chat(opened: Workspace) -> None:
    last = messages_of(opened, stories.LEAVER, "chat")[-1]
    assert (last.auto, last.text) == (Auto.AUTO_REPLY, LEFT)


def test_sixty_customers_have_one_question(opened: Workspace) -> None:
    eva = conversation_of(opened, Person("Eva Prins", "eva@prins.example"))
    assert 50 <= len(similar.similar(opened, eva.id)) <= 62


def test_a_forged_sender_failed_the_servers_check_and_answers_go_elsewhere(opened: Workspace) -> None:
    (mail,) = messages_of(opened, stories.FORGER)
    assert mail.auth is Auth.FAIL
    assert mail.reply_to[0].address.partition("@")[2] != mail.sender.address.partition("@")[2]
    assert mail.attachments[0].content_type == "text/html"


def test_an_angry_vip_is_urgent(opened: Workspace) -> None:
    keller = conversation_of(opened, stories.KELLER)
    assert (keller.priority, keller.vip, keller.tags) == ("urgent", True, ("angry",))


def test_an_answer_came_back_and_is_work_for_who_sent_it(opened: Workspace) -> None:
    (row,) = views.page(opened, "undelivered", None, 10)
    assert (row.customer, row.owner) == ("Tom Hendriks", "sanne")
    states = [message.status for message in threads.messages(opened, row.id) if message.direction is Direction.OUTBOUND]
    assert states == [MessageStatus.FAILED]


def test_a_machines_answer_wakes_nothing(opened: Workspace) -> None:
    ruth = conversation_of(opened, stories.RUTH)
    assert (ruth.status, ruth.owner) == (Status.PENDING, "bo")
    assert messages_of(opened, stories.RUTH)[-1].auto is Auto.AUTO_REPLY


def test_what_waits_says_for_whom_and_until_when(opened: Workspace) -> None:
    noor = conversation_of(opened, stories.NOOR)
    fatima = conversation_of(opened, stories.FATIMA, "sms")
    assert (noor.status, noor.hold_for, noor.owner) == (Status.ON_HOLD, "PostNL", "koen")
    assert (fatima.status, fatima.snoozed_until) == (Status.SNOOZED, NOW + 17 * clock.HOUR)
    assert conversation_of(opened, stories.OMAR, "whatsapp").next_due_at == NOW + 130 * clock.MINUTE


def test_an_answer_is_half_written_and_a_matter_ended_well(opened: Workspace) -> None:
    me = agents.get_agent(opened, "sanne")
    begun = drafts.get(opened, Actor(me.login, me.id), conversation_of(opened, stories.JAN).id, "reply")
    assert begun is not None and begun.text.startswith("Hello Jan,")
    ingrid = conversation_of(opened, stories.INGRID)
    assert ingrid.status is Status.CLOSED and "5 of 5" in messages_of(opened, stories.INGRID)[-1].text


def test_colleagues_are_there_and_one_is_away(opened: Workspace) -> None:
    here = {one.login: one.conversation_id for one in presence.around(opened)}
    assert here == {"koen": conversation_of(opened, stories.BRAM).id, "mila": None}
    assert [one.login for one in presence.away(opened)] == ["bo"]
    assert agents.list_teams(opened)[0].members == ("bo", "koen", "mila", "sanne")


def test_a_demo_is_the_same_for_the_same_moment(home: Path, tmp_path: Path) -> None:
    def seen(folder: Path) -> list[Any]:
        opened = workspace.open_workspace(folder)
        found = [
            (row.id, row.customer, row.subject, row.preview, row.status, row.owner, row.next_due_at)
            for row in views.page(opened, "all", None, 1000)
        ]
        opened.close()
        return found

    with mock.patch.dict(os.environ, OMNIDESK_AGENT="sanne"), clock.frozen(NOW):
        assert seen(shop.make(tmp_path / "again")) == seen(home)


def test_a_demo_is_made_for_whoever_sits_there_and_in_no_workspace_that_is_there(home: Path, tmp_path: Path) -> None:
    with mock.patch.dict(os.environ, OMNIDESK_AGENT="koen"), clock.frozen(NOW):
        made = workspace.open_workspace(shop.make(tmp_path / "koens"))
        assert {agent.login for agent in agents.list_agents(made)} == {"koen", "mila", "bo"}
        made.close()
    with pytest.raises(WorkspaceError, match="a folder of its own"):
        shop.make(home)
    done = program(["demo", "--home", str(home)])
    assert (done.status, done.err.count("\n")) == (1, 1)


def test_names_and_addresses_are_nobodys() -> None:
    people = {one.who for one in (*stories.STORIES, *everyday(200)) if isinstance(one, Said)}
    assert all(person.mail == "" or person.mail.endswith(".example") for person in people)
    reserved = ("+31 6 00", "+44 7700 900", "+49 171 39200")
    assert all(person.phone == "" or person.phone.startswith(reserved) for person in people)
    assert all(step.act for step in stories.STORIES if isinstance(step, Did))


# --- life ---


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """The folders of the shop's channels, without a workspace."""
    for name in CHANNELS:
        shop.folder_of(tmp_path, name).mkdir(parents=True)
    return tmp_path


def heard(street: Path, name: str) -> list[dict[str, Any]]:
    path = shop.folder_of(street, name) / "inbox.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def shop_says(street: Path, name: str, whom: str) -> None:
    said = {"to": [whom], "text": "Tomorrow.", "subject": "Re: Where?", "external_id": "<omni.1@shop.example>"}
    with (shop.folder_of(street, name) / "outbox.jsonl").open("a") as file:
        file.write(json.dumps(said) + "\n")


@pytest.mark.parametrize(
    ("name", "whom", "within"),
    [("chat", "visitor-81", 5), ("whatsapp", "+31 6 0012 1234", 12), ("sms", "+49 171 3920042", 14),
     ("mail", "anna@post.example", 25)],
)  # fmt: skip
def test_whoever_got_an_answer_answers_on_the_same_channel(street: Path, name: str, whom: str, within: int) -> None:
    life = Life(street, NOW)
    shop_says(street, name, whom)
    life.step(NOW)
    assert not [line for line in heard(street, name) if line["from"] == whom]
    life.step(NOW + within * clock.SECOND)
    life.step(NOW + within * clock.SECOND)
    (line,) = [line for line in heard(street, name) if line["from"] == whom]
    assert line.get("in_reply_to", []) == (["<omni.1@shop.example>"] if name == "mail" else [])


def test_what_was_sent_before_life_began_is_not_answered(street: Path) -> None:
    shop_says(street, "chat", "visitor-81")
    life = Life(street, NOW)
    for second in range(30):
        life.step(NOW + second * clock.SECOND)
    assert not [line for line in heard(street, "chat") if line["from"] == "visitor-81"]


def test_somebody_writes_now_and_then_on_every_channel_and_it_can_be_read(street: Path) -> None:
    life = Life(street, NOW)
    for second in range(0, 3600, 5):
        life.step(NOW + second * clock.SECOND)
    for name, (kind, _) in CHANNELS.items():
        lines = heard(street, name)
        assert len(lines) > 3, name
        assert len({line["id"] for line in lines}) == len(lines)
        for line in lines:
            item = Item(line["id"], json.dumps(line).encode(), line["at"])
            (decoded,) = registry.connector(kind).decode(item)
            assert decoded.text and decoded.sender is not None
            assert NOW <= line["at"] <= NOW + 3600 * clock.SECOND


@pytest.mark.parametrize("answered", [False, True])
def test_a_visitor_who_gets_no_answer_leaves_and_one_who_does_stays(street: Path, answered: bool) -> None:
    life = Life(street, NOW)
    with mock.patch.object(random.Random, "choices", return_value=["chat"]):
        life.step(NOW + 20 * clock.SECOND)
    (first,) = heard(street, "chat")
    if answered:
        shop_says(street, "chat", first["from"])
    for second in (21, 30, 20 + PATIENCE // clock.SECOND):
        life.step(NOW + second * clock.SECOND)
    texts = [line["text"] for line in heard(street, "chat") if line["from"] == first["from"]]
    assert (LEFT in texts, len(texts)) == (not answered, 2)
