"""One mailbox feeds several teams, by rules on To, subject, a header and the folder."""

from __future__ import annotations

import pytest

from omnidesk.desk import agents, history, routing, teams, triage, undo
from omnidesk.words.errors import NotFoundError, UsageError
from tests.desk.mailing import Mailroom
from tests.filling import Desk


@pytest.fixture
def room(desk: Desk) -> Mailroom:
    """A mailbox and the teams Returns and Sales."""
    for name in ("Returns", "Sales"):
        agents.set_team(desk.workspace, desk.me, name, ["sanne"])
    return Mailroom(desk, aliases="returns@shop.test")


def rule(room: Mailroom, team: str, channel: str | None = None, before: int | None = None, **said: str) -> int:
    return routing.add(room.desk.workspace, room.desk.me, team, said, channel, before)[1].id


@pytest.mark.parametrize(
    ("said", "fields", "folder"),
    [
        ({"to": "returns@shop.test"}, ["To: Shop <Returns@shop.test>"], "INBOX"),
        ({"to": "returns@shop.test"}, ["Cc: returns@shop.test"], "INBOX"),
        ({"to": "office+*@shop.test"}, ["To: list@x.test", "Delivered-To: office+back@shop.test"], "INBOX"),
        ({"subject": "retour"}, ["Subject: =?utf-8?q?Mijn_RETOUR?="], "INBOX"),
        ({"subject": "order * broken"}, ["Subject: Order 12 arrived broken"], "INBOX"),
        ({"header": "X-Shop: outlet"}, ["X-Shop: The Outlet, Breda"], "INBOX"),
        ({"header": "x-returns"}, ["X-Returns: "], "INBOX"),
        ({"folder": "inbox/returns"}, [], "INBOX/Returns"),
        ({"to": "returns@*", "subject": "shoe"}, ["To: returns@shop.test", "Subject: shoes"], "INBOX"),
    ],
)
def test_what_fits_goes_to_the_team(room: Mailroom, said: dict[str, str], fields: list[str], folder: str) -> None:
    rule(room, "Returns", **said)
    assert room.conversation(room.gets(*fields, folder=folder)).team == "Returns"


@pytest.mark.parametrize(
    "said",
    [
        {"to": "returns@shop.test", "subject": "nothing like it"}, {"to": "office@shop"}, {"header": "X-Other"},
        {"folder": "Returns"}, {"subject": "sho.s"},
    ],
)  # fmt: skip
def test_what_does_not_fit_whole_goes_to_none(room: Mailroom, said: dict[str, str]) -> None:
    rule(room, "Returns", **said)
    assert room.conversation(room.gets("To: returns@shop.test", "Subject: shoes", "X-Shop: a")).team is None


def test_the_first_that_fits_gives_the_team_and_one_can_be_put_before_another(room: Mailroom) -> None:
    first = rule(room, "Returns", subject="shoe")
    rule(room, "Sales", subject="shoes")
    assert room.conversation(room.gets("Subject: shoes")).team == "Returns"
    rule(room, "Sales", before=first, subject="shoes")
    assert room.conversation(room.gets("Subject: shoes again")).team == "Sales"


def test_a_rule_of_another_channel_is_not_asked(room: Mailroom) -> None:
    rule(room, "Returns", channel="demo", subject="shoe")
    assert room.conversation(room.gets("Subject: shoes")).team is None


def test_what_somebody_has_stays_theirs(room: Mailroom) -> None:
    number = room.gets("Message-ID: <a@x.test>", "Subject: hello")
    triage.assign(room.desk.workspace, room.desk.me, [number], "@Sales")
    rule(room, "Returns", subject="shoe")
    room.gets("In-Reply-To: <a@x.test>", "Subject: shoes")
    assert room.conversation(number).team == "Sales"


def test_an_answer_can_bring_a_conversation_nobody_has_to_a_team(room: Mailroom) -> None:
    rule(room, "Returns", subject="shoe")
    number = room.gets("Message-ID: <a@x.test>", "Subject: hello")
    room.gets("In-Reply-To: <a@x.test>", "Subject: shoes")
    assert room.conversation(number).team == "Returns"


def test_what_we_write_ourselves_goes_to_no_team(room: Mailroom) -> None:
    rule(room, "Returns", subject="shoe")
    assert room.conversation(room.gets("From: office@shop.test", "To: a@x.test", "Subject: shoes")).team is None


def test_a_removed_rule_is_not_asked_and_undo_brings_it_back(room: Mailroom) -> None:
    number = rule(room, "Returns", subject="shoe")
    routing.remove(room.desk.workspace, room.desk.me, number)
    assert room.conversation(room.gets("Subject: shoes")).team is None
    undo.undo(room.desk.workspace, room.desk.me)
    assert room.conversation(room.gets("Subject: shoes")).team == "Returns"


def test_the_rule_of_a_removed_team_rests_and_says_so(room: Mailroom) -> None:
    rule(room, "Returns", subject="shoe")
    teams.remove(room.desk.workspace, room.desk.me, "Returns")
    assert room.conversation(room.gets("Subject: shoes")).team is None
    assert "(removed)" in routing.list_rules(room.desk.workspace)[0].said


def test_a_rule_needs_a_condition_a_known_team_and_a_sane_pattern(room: Mailroom) -> None:
    with pytest.raises(UsageError):
        rule(room, "Returns")
    with pytest.raises(NotFoundError):
        rule(room, "Nobody", subject="x")
    with pytest.raises(UsageError):
        rule(room, "Returns", subject="*a*a*a*a*a*")
    with pytest.raises(UsageError):
        rule(room, "Returns", header="no header name at all")


def test_a_rule_reads_back_as_it_is_typed(room: Mailroom) -> None:
    said = routing.read("subject:'order * broken' team:Returns channel:office")
    made = routing.add(room.desk.workspace, room.desk.me, said["team"], said, said["channel"])[1]
    assert routing.read(made.said) == said
    with pytest.raises(UsageError):
        routing.read("colour:red")


def test_the_thread_says_which_team_got_it(room: Mailroom) -> None:
    rule(room, "Returns", subject="shoe")
    number = room.gets("Subject: shoes")
    triage.assign(room.desk.workspace, room.desk.me, [number], "@none")
    said = [one.said for one in history.happenings(room.desk.workspace, number)]
    assert said == ["gave it to the team Returns", "took the team off"]
