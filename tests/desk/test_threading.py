"""The right thread, and why (promise 5); who is flagged; what reopens and what does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk import clock
from omnidesk.desk import composing, conversations, customers, joining, outbox, planning, threads, triage, undo, views
from omnidesk.desk import settings as workspace_settings
from omnidesk.words.kinds import Direction, MessageStatus, Place, Status
from tests.filling import ANNA, BRAM, CARO, NOON, SUPPORT, Clock, Desk, conversation_of, hold, mail, open_desk
from tests.sync import scripted


def texts(desk: Desk, number: int) -> list[str]:
    return [message.text for message in threads.messages(desk.workspace, number)]


def last(desk: Desk, number: int) -> threads.Message:
    return threads.messages(desk.workspace, number)[-1]


def here(desk: Desk, number: int) -> threads.Conversation:
    return threads.conversation(desk.workspace, number)


def to(addresses: Sequence[composing.Address]) -> set[str]:
    return {address.address for address in addresses}


# --- the right thread ---


def test_an_answer_joins_what_it_answers_and_says_why(desk: Desk) -> None:
    """Promise 5."""
    assert desk.receives(mail("1"), mail("2", answers="1"), mail("3", references=("1",), sender=ANNA)) == [1, 1, 1]
    assert [message.joined_by for message in threads.messages(desk.workspace, 1)] == [
        "a new matter",
        "In-Reply-To",
        "References",
    ]


def test_an_equal_subject_never_joins(desk: Desk) -> None:
    """Promise 5."""
    assert desk.receives(mail("1", subject="Order"), mail("2", subject="Order"), mail("3", subject="Re: Order")) == [
        1,
        2,
        3,
    ]


def test_our_own_token_joins_whatever_else_a_mail_says(scripted_kinds: None, desk: Desk) -> None:
    """Promise 5."""
    (number,) = desk.receives(mail("1"))
    token = desk.value("SELECT token FROM conversation WHERE id = ?", number)
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    assert desk.receives(scripted.item("2", tokens=[token]), channel=odd) == [number]
    assert last(desk, number).joined_by == "our own token"
    assert desk.receives(scripted.item("3", tokens=["guessed"]), channel=odd) == [2]


def test_the_channels_own_thread_joins_within_the_channel(scripted_kinds: None, desk: Desk) -> None:
    """Promise 5."""
    one = desk.adds_channel("one", "one@shop.test", "scripted-key")
    two = desk.adds_channel("two", "two@shop.test", "scripted-key")
    assert desk.receives(scripted.item("1", thread="chat"), scripted.item("2", thread="chat"), channel=one) == [1, 1]
    assert desk.receives(scripted.item("3", thread="chat"), channel=two) == [2]


def test_a_parent_that_comes_late_joins_its_children(desk: Desk) -> None:
    """Promise 5: the newest mail is fetched first."""
    at = NOON
    assert desk.receives(mail("3", answers="2", at=at + 2)) == [1]
    assert desk.receives(mail("2", answers="1", at=at + 1)) == [1]
    assert desk.receives(mail("1", "first", at=at)) == [1]
    assert texts(desk, 1)[0] == "first"
    assert desk.count("conversation") == 1


def test_two_branches_whose_parent_comes_late_become_one_and_the_lowest_number_survives(desk: Desk) -> None:
    """Promise 5: joined when they share a participant; journalled."""
    assert desk.receives(mail("2", answers="1"), mail("9"), mail("3", answers="2")) == [1, 2, 1]
    assert desk.receives(mail("4", answers="x")) == [3]
    assert desk.receives(mail("5", answers="4", references=("9",))) == [2]
    assert here(desk, 3).id == 2
    assert [row.id for row in views.page(desk.workspace, "open", None, 9)] == [1, 2]
    kinds = [event.kind for event in threads.events(desk.workspace, 2)]
    assert "joined" in kinds
    assert desk.count("moved") == 2


def test_an_automatic_join_can_be_undone(desk: Desk) -> None:
    """Promises 5 and 6: joining records each row it moves, and can be undone at any time."""
    desk.receives(mail("1", "one"), mail("2", "two"), mail("3", "three", answers="2", references=("1", "2")))
    assert here(desk, 2).id == 1
    (act,) = [act for act in threads.acts(desk.workspace, 2) if act.undoable]
    undo.undo(desk.workspace, desk.me, act.id)
    assert here(desk, 2).place is Place.DESK
    assert "two" in texts(desk, 2)
    assert "one" in texts(desk, 1)


def test_conversations_that_share_nobody_are_not_joined(desk: Desk) -> None:
    """Promise 5."""
    desk.receives(mail("1", sender=ANNA), mail("2", sender=BRAM))
    desk.receives(mail("3", sender=CARO, references=("1", "2")))
    assert here(desk, 1).id == 1
    assert here(desk, 2).id == 2
    assert 2 in threads.offers(desk.workspace, 1) or 1 in threads.offers(desk.workspace, 2)


def test_a_stranger_who_knows_two_message_ids_ties_nothing_together(desk: Desk) -> None:
    """Promise 5: two customers' conversations never become one because somebody outside names both."""
    desk.receives(mail("1", sender=ANNA), mail("2", sender=BRAM))
    desk.receives(mail("3", sender=CARO, answers="1"), mail("4", sender=CARO, answers="2"))
    desk.receives(mail("5", sender=CARO, references=("1", "2")), mail("6", sender=CARO, references=("3", "4")))
    assert here(desk, 1).id != here(desk, 2).id


def test_conversations_that_agents_worked_on_are_offered_not_joined(desk: Desk) -> None:
    """Promise 5: no agent's work is moved without asking when both were touched."""
    desk.receives(mail("1"), mail("2"))
    triage.tag(desk.workspace, desk.me, [1, 2], ["seen"])
    desk.receives(mail("3", answers="2", references=("1", "2")))
    assert here(desk, 1).id == 1
    assert here(desk, 2).id == 2
    assert threads.offers(desk.workspace, 1) == [2]
    assert threads.offers(desk.workspace, 2) == [1]
    joining.merge(desk.workspace, desk.me, 2, 1)
    assert threads.offers(desk.workspace, 1) == []


def test_one_conversation_that_an_agent_worked_on_may_take_in_another(desk: Desk) -> None:
    """Promise 5."""
    desk.receives(mail("1"), mail("2"))
    triage.assign(desk.workspace, desk.me, 2, "sanne")
    desk.receives(mail("3", answers="1", references=("2", "1")))
    assert here(desk, 2).id == 1
    assert here(desk, 1).owner == "sanne"


def test_an_answer_to_what_was_deleted_is_a_new_matter(desk: Desk) -> None:
    desk.receives(mail("1"))
    triage.delete(desk.workspace, desk.me, 1)
    assert desk.receives(mail("2", answers="1")) == [2]


def test_an_answer_to_a_merged_conversation_goes_where_it_is_now(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2"), mail("3"))
    joining.merge(desk.workspace, desk.me, 3, 2)
    joining.merge(desk.workspace, desk.me, 2, 1)
    assert desk.receives(mail("4", answers="3")) == [1]


def test_a_message_never_stands_before_the_one_it_answers_nor_ahead_of_now(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "question", at=NOON), mail("2", "answer", answers="1", at=NOON - 60_000))
    desk.receives(mail("3", "future", answers="2", at=NOON + 10**9))
    found = threads.messages(desk.workspace, 1)
    assert [message.text for message in found] == ["question", "answer", "future"]
    assert all(message.at == NOON for message in found)


@given(
    parents=st.lists(st.integers(0, 6), min_size=2, max_size=7),
    shuffle=st.randoms(use_true_random=False),
    batch=st.integers(1, 4),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_threads_come_out_the_same_in_whatever_order_mails_arrive(
    tmp_path_factory: pytest.TempPathFactory, parents: list[int], shuffle: object, batch: int
) -> None:
    """Promise 5: a forest of answers by one customer is one conversation a tree, in any order of arrival."""
    desk = open_desk(tmp_path_factory.mktemp("threads"))
    mails = []
    roots: list[int] = []
    began = clock.now()
    for number, parent in enumerate(parents):
        answered = parent if parent < number else None
        roots.append(number if answered is None else roots[answered])
        mails.append(mail(str(number), answers=None if answered is None else str(answered), at=began + number))
    arriving = mails[:]
    shuffle.shuffle(arriving)  # type: ignore[attr-defined]
    for begin in range(0, len(arriving), batch):
        desk.receives(*arriving[begin : begin + batch])
    found = [here(desk, conversation_of(desk.workspace, one.source_id) or 0).id for one in mails]
    for one in range(len(mails)):
        for other in range(len(mails)):
            assert (found[one] == found[other]) == (roots[one] == roots[other])
    shown = views.page(desk.workspace, "open", None, 50)
    assert {row.id for row in shown} == set(found)
    assert sum(row.message_count for row in shown) == len(mails)
    desk.workspace.close()


# --- strangers ---


def test_a_sender_who_took_no_part_is_flagged_and_not_preselected(desk: Desk) -> None:
    """Promise 5."""
    desk.receives(mail("1", sender=ANNA), mail("2", "Pay me instead", sender=BRAM, answers="1"))
    assert last(desk, 1).stranger
    planned = planning.plan(desk.workspace, 1)
    assert BRAM not in to(planned.to) | to(planned.cc)
    assert to(planned.to) == {ANNA}
    assert any(BRAM in words for words in planned.flagged)


def test_writing_once_does_not_make_a_stranger_one_of_us(desk: Desk) -> None:
    """Promise 5: his second mail is flagged like the first."""
    desk.receives(mail("1"), mail("2", sender=BRAM, answers="1"), mail("3", sender=BRAM, answers="2"))
    assert last(desk, 1).stranger
    assert BRAM not in to(planning.plan(desk.workspace, 1).to)


def test_whom_a_stranger_names_is_not_preselected_either(desk: Desk) -> None:
    """Promise 5."""
    desk.receives(mail("1"), mail("2", sender=BRAM, answers="1", to=[SUPPORT, CARO]), mail("3", answers="1"))
    planned = planning.plan(desk.workspace, 1)
    assert to(planned.to) == {ANNA}
    assert CARO not in to(planned.cc)


def test_someone_in_copy_takes_part(desk: Desk) -> None:
    desk.receives(mail("1", to=[SUPPORT, BRAM]), mail("2", sender=BRAM, answers="1"))
    assert not last(desk, 1).stranger
    assert to(planning.plan(desk.workspace, 1).to) == {BRAM}


def test_a_reply_to_on_another_domain_is_flagged(scripted_kinds: None, desk: Desk) -> None:
    """Promise 7."""
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    (number,) = desk.receives(scripted.item("1", to=["odd@shop.test"], reply_to=["anna@elsewhere.test"]), channel=odd)
    assert any("anna@elsewhere.test" in words for words in planning.plan(desk.workspace, number).flagged)


# --- what reopens, and what does not ---


@pytest.mark.parametrize("status", [Status.PENDING, Status.ON_HOLD, Status.SNOOZED, Status.CLOSED])
def test_an_inbound_message_opens_and_keeps_the_owner(time: Clock, desk: Desk, status: Status) -> None:
    desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    until = NOON + 10**9 if status is Status.SNOOZED else None
    triage.set_status(desk.workspace, desk.me, 1, status, for_whom="DHL", until=until)
    time.forward(minutes=1)
    desk.receives(mail("2", answers="1"))
    found = here(desk, 1)
    assert (found.status, found.owner, found.unread) == (Status.OPEN, "sanne", True)
    assert (found.snoozed_until, found.hold_for) == (None, None)
    assert found.waiting_since == NOON


@pytest.mark.parametrize("auto", ["auto_reply", "bounce", "feedback", "loop"])
@pytest.mark.parametrize("status", [Status.PENDING, Status.ON_HOLD, Status.SNOOZED, Status.CLOSED])
def test_what_a_machine_wrote_opens_nothing_and_starts_no_clock(
    time: Clock, desk: Desk, auto: str, status: Status
) -> None:
    """Promise 1: auto-replies and bounces are kept, as messages marked `auto`."""
    desk.receives(mail("1"))
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    desk.sends_all()
    until = NOON + 10**9 if status is Status.SNOOZED else None
    triage.set_status(desk.workspace, desk.me, 1, status, until=until)
    before = here(desk, 1)
    time.forward(minutes=1)
    desk.receives(mail("2", "I am on holiday", answers="1", auto=auto))
    after = here(desk, 1)
    assert (after.status, after.unread, after.waiting_since, after.next_due_at) == (
        before.status,
        before.unread,
        before.waiting_since,
        before.next_due_at,
    )
    assert last(desk, 1).auto == auto


def test_an_answer_long_after_closing_starts_anew_where_the_desk_says_so(time: Clock, desk: Desk) -> None:
    workspace_settings.put(desk.workspace, "reopen_days", 7)
    desk.receives(mail("1"), mail("2"))
    triage.close(desk.workspace, desk.me, [1, 2])
    time.forward(days=6)
    assert desk.receives(mail("3", answers="1")) == [1]
    time.forward(days=2)
    assert desk.receives(mail("4", answers="2")) == [3]
    assert here(desk, 2).status is Status.CLOSED


def test_a_blocked_sender_goes_to_spam(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    act = triage.block(desk.workspace, desk.me, "Anna@Example.test")
    assert desk.receives(mail("3"), mail("4", answers="1"), mail("5", sender=BRAM)) == [3, 4, 5]
    assert [here(desk, number).place for number in (1, 3, 4, 5)] == [Place.DESK, Place.SPAM, Place.SPAM, Place.DESK]
    undo.undo(desk.workspace, desk.me, act.id)
    assert here(desk, desk.receives(mail("6"))[0]).place is Place.DESK


def test_what_the_provider_took_for_junk_goes_to_spam(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", junk=True))
    assert here(desk, number).place is Place.SPAM
    assert views.count(desk.workspace, "open", None) == 0
    triage.reopen(desk.workspace, desk.me, number)
    assert views.count(desk.workspace, "open", None) == 1


def test_a_mail_from_one_of_our_addresses_is_outbound(desk: Desk) -> None:
    """Promise 14."""
    desk.receives(mail("1"))
    desk.adds_channel("sales", "Sales@Shop.test")
    desk.receives(mail("2", "From the phone", sender="SALES@shop.test", to=[ANNA], answers="1"))
    found = last(desk, 1)
    assert found.direction is Direction.OUTBOUND
    assert here(desk, 1).waiting_since is None
    assert here(desk, 1).status is Status.PENDING
    assert {one.address for one in here(desk, 1).participants} == {ANNA}


def test_a_new_mail_that_we_wrote_elsewhere_waits_for_the_customer(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", sender=SUPPORT, to=[BRAM], outbound=True))
    found = here(desk, number)
    assert (found.status, found.customer, found.unread) == (Status.PENDING, BRAM, False)


# --- text from outside ---

NASTY = "a\x1b]0;owned\x07b\x00c\u202ed\x9b31me\x1b[2Jf"


def test_no_control_character_is_stored(scripted_kinds: None, desk: Desk) -> None:
    """Promise 8: intake stores clean text."""
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    party = {"kind": "email", "value": "eve@example.test\x1b[2J", "name": NASTY}
    (number,) = desk.receives(
        scripted.item(
            "1",
            sender=party,
            to=["odd@shop.test", {"kind": "email", "value": "x\x1b]2;y\x07@example.test", "name": NASTY}],
            reply_to=[party],
            subject=NASTY,
            text=NASTY,
            reply_text=NASTY,
            files={f"{NASTY}.txt": b"x"},
            list_id=NASTY,
            external_id=NASTY,
            in_reply_to=[NASTY],
            thread=NASTY,
            warnings=[NASTY],
        ),
        channel=odd,
    )
    assert number
    forbidden = {*range(0x20), *range(0x7F, 0xA0), 0x202E} - {0x0A}
    for table in ("message", "conversation", "identity", "customer", "attachment", "message_reference", "event", "act"):
        for row in desk.workspace.database.reader.all(f"SELECT * FROM {table}"):
            for column in row.keys():  # noqa: SIM118  a row is no dict
                said = row[column]
                if isinstance(said, str):
                    assert not forbidden & {ord(one) for one in said}, f"{table}.{column}: {said!r}"
                    assert "\\u001b" not in said, f"{table}.{column}: {said!r}"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\..\\win.ini", "a/b", "."])
def test_attachments_keep_no_path(scripted_kinds: None, desk: Desk, name: str) -> None:
    """Promise 8."""
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    desk.receives(scripted.item("1", files={name: b"x"}), channel=odd)
    (file,) = last(desk, 1).attachments
    assert "/" not in file.name
    assert "\\" not in file.name
    assert file.name.strip(".")


def test_events_hold_no_text_of_messages(desk: Desk) -> None:
    """An event's values are field changes and ids, never message text."""
    desk.receives(mail("1", "the secret word", subject="the secret word"))
    composing.note(desk.workspace, desk.me, 1, "the secret word")
    composing.reply(desk.workspace, desk.me, 1, "the secret word")
    undo.undo(desk.workspace, desk.me)
    triage.delete(desk.workspace, desk.me, 1)
    assert desk.count("event", "before_json LIKE '%secret%' OR after_json LIKE '%secret%'") == 0
    assert desk.count("act", "summary LIKE '%secret%'") == 0


def test_one_customer_may_write_in_capitals(desk: Desk) -> None:
    desk.receives(mail("1", sender="Anna@Example.TEST"), mail("2", sender="anna@example.test"))
    (customer,) = customers.find(desk.workspace, "ANNA@example.test")
    assert customer.conversations == 2


def test_what_a_conversation_shows_is_what_its_messages_say(time: Clock, desk: Desk) -> None:
    """Counting one by one comes to the same as counting all."""
    time.forward(hours=1)
    desk.receives(mail("1", "first"), mail("2", "second", answers="1"))
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    desk.receives(mail("3", "third, by a slow clock", answers="1", at=time.at - 60_000))
    time.forward(seconds=20)
    desk.sends_all()
    desk.receives(mail("4", "away", answers="1", auto="auto_reply"), mail("5", "in the same second", answers="1"))
    shown = here(desk, 1)
    desk.workspace.database.write(lambda tx: conversations.recount(tx, 1))
    assert here(desk, 1) == shown
    assert shown.waiting_since == NOON + clock.HOUR


def test_an_answer_whose_clock_is_slow_still_waits_for_us(time: Clock, desk: Desk) -> None:
    """A mail server that stamps whole seconds, or runs behind, does not take a customer out of the queue."""
    time.forward(hours=1)
    desk.receives(mail("1"))
    ours = composing.reply(desk.workspace, desk.me, 1, "Dear Anna", now=True).message
    desk.sends_all()
    desk.receives(mail("2", "No, that is wrong", answers=ours.external_id, at=time.at - 500))
    desk.workspace.database.write(lambda tx: conversations.recount(tx, 1))
    found = here(desk, 1)
    assert found.status is Status.OPEN
    assert found.waiting_since == time.at
    assert found.next_due_at is not None


# --- the channel's own thread, on the way out


def test_an_answer_goes_on_in_the_channel_s_thread_and_stands_in_it(desk: Desk) -> None:
    desk.receives(mail("1", thread="room-7"))
    answer = composing.reply(desk.workspace, desk.me, 1, "Hello").message.id
    outgoing = outbox.outgoing(desk.workspace, answer)
    assert (outgoing.thread, outgoing.in_reply_to, outgoing.references) == (
        "room-7",
        "<1@example.test>",
        ("<1@example.test>",),
    )
    desk.workspace.database.write(
        lambda tx: tx.execute("DELETE FROM message_reference WHERE message_id <> ?", (answer,))
    )
    assert desk.receives(mail("2", thread="room-7")) == [1], "our own message leads to the conversation"


def test_an_answer_to_mail_has_no_thread_of_a_channel(desk: Desk) -> None:
    desk.receives(mail("1"))
    assert outbox.outgoing(desk.workspace, composing.reply(desk.workspace, desk.me, 1, "Hello").message.id).thread == ""


def test_an_answer_by_chat_goes_on_in_the_chat_though_mail_came_last(desk: Desk) -> None:
    chat = desk.adds_channel("chat", "", "sample-chat")
    (number,) = desk.receives(mail("1", sender="visitor-9", thread="room-9"), channel=chat)
    desk.receives(mail("2", answers="1", to=[SUPPORT]))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE message SET stranger = ?", (False,)))
    told = composing.reply(desk.workspace, desk.me, number, "Hello", via="chat", to=["visitor-9"])
    assert outbox.outgoing(desk.workspace, told.message.id).thread == "room-9"
    mailed = composing.reply(desk.workspace, desk.me, number, "Hello", via="demo", to=[ANNA])
    assert outbox.outgoing(desk.workspace, mailed.message.id).thread == ""


def test_an_answer_to_what_we_said_names_it_as_the_provider_does(desk: Desk) -> None:
    desk.receives(mail("1"))
    first = composing.reply(desk.workspace, desk.me, 1, "Hello", now=True).message.id
    held = hold(desk.workspace, desk.channel)
    outbox.claim(desk.workspace, desk.channel.id, held)
    outbox.committing(desk.workspace, first, held)
    outbox.finish(desk.workspace, first, held, MessageStatus.SENT, provider_ids=("wamid.1",))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE message SET stranger = ? WHERE id <> ?", (True, first)))
    more = composing.reply(desk.workspace, desk.me, 1, "One more thing").message.id
    assert outbox.outgoing(desk.workspace, more).in_reply_to == "wamid.1"
