"""One answer to many: who gets it, who does not and why, paced, stopped, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import bulk, drafts, macros, outbox, settings, threads, triage, undo
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Status
from omnidesk.words.rows import MacroActions, Wording
from tests.filling import ANNA, Clock, Desk, mail


def crowd(desk: Desk, count: int) -> list[int]:
    return desk.receives(
        *(mail(str(one), "Where is it?", sender=f"c{one}@x.test", name=f"Customer{'ABCDEFGHIJ'[one]} X")
          for one in range(count))
    )  # fmt: skip


def test_each_customer_gets_their_own_words(desk: Desk) -> None:
    numbers = crowd(desk, 3)
    prepared = bulk.prepare(desk.workspace, desk.me, numbers, "Dear {{customer.first_name}}")
    bulk.send(desk.workspace, desk.me, prepared)
    said = [threads.messages(desk.workspace, number)[-1].text for number in numbers]
    assert said == ["Dear CustomerA", "Dear CustomerB", "Dear CustomerC"]


def test_a_macro_speaks_each_customers_language_and_does_what_it_does(desk: Desk) -> None:
    dutch, german = desk.receives(
        mail("1", "Waar is mijn pakje?", sender="a@x.test"), mail("2", "Wo ist mein Paket?", sender="b@x.test")
    )
    wordings = [Wording("nl", "", "Beste klant"), Wording("de", "", "Guten Tag")]
    actions = MacroActions(Status.CLOSED, ("+told",))
    _, macro = macros.add(desk.workspace, desk.me, "told", wordings, actions)
    bulk.send(desk.workspace, desk.me, bulk.prepare(desk.workspace, desk.me, [dutch, german], macro=macro))
    found = [threads.conversation(desk.workspace, number) for number in (dutch, german)]
    assert [(one.preview, one.status, one.tags) for one in found] == [
        ("Beste klant", Status.CLOSED, ("told",)), ("Guten Tag", Status.CLOSED, ("told",)),
    ]  # fmt: skip
    assert macros.get(desk.workspace, desk.me, "told").uses == 2


def test_who_cannot_get_it_is_told_with_the_reason(desk: Desk) -> None:
    trial = desk.adds_channel("trial", "trial@shop.test", read_only=True)
    good, nameless, spam = desk.receives(
        mail("1", sender="anna@x.test"), mail("2", sender="b@x.test", name=""), mail("3", sender="caro@x.test")
    )
    (shut,) = desk.receives(mail("4", sender="d@x.test"), channel=trial)
    triage.spam(desk.workspace, desk.me, spam)
    asked = [good, nameless, spam, shut]
    prepared = bulk.prepare(desk.workspace, desk.me, asked, "Dear {{customer.first_name}}")
    assert good in [one.conversation_id for one in prepared.recipients]
    reasons = {one.conversation_id: one.reason for one in prepared.refused}
    assert reasons[nameless] == "their first name is not known"
    assert reasons[spam] == "lies in spam"
    named = bulk.prepare(desk.workspace, desk.me, [good], "Hello", via="trial")
    assert named.refused[0].reason == "trial is on trial: read only"
    with pytest.raises(NotFoundError, match="no channel fax"):
        bulk.prepare(desk.workspace, desk.me, [good], "Hello", via="fax")


def test_once_per_customer_where_they_wrote_last(time: Clock, desk: Desk) -> None:
    (first,) = desk.receives(mail("1"))
    time.forward(minutes=1)
    (second,) = desk.receives(mail("2"))
    prepared = bulk.prepare(desk.workspace, desk.me, [second, first], "Hello")
    assert [one.conversation_id for one in prepared.recipients] == [second]
    assert prepared.refused[0].reason == f"the same customer gets it in #{second}"
    assert [one.address for one in prepared.recipients[0].to] == [ANNA]


def test_they_leave_one_after_another_when_a_minute_is_over(time: Clock, desk: Desk) -> None:
    settings.put(desk.workspace, "bulk_per_minute", 30)
    sent = bulk.send(desk.workspace, desk.me, bulk.prepare(desk.workspace, desk.me, crowd(desk, 4), "Hello"))
    due = [row.due_at - time.at for row in outbox.waiting(desk.workspace)]
    assert due == [60_000, 62_000, 64_000, 66_000]
    assert (sent.first_at, sent.last_at) == (time.at + 60_000, time.at + 66_000)
    assert desk.sends_all() == []
    time.forward(seconds=63)
    assert len(desk.sends_all()) == 2


def test_one_undo_within_the_window_takes_all_of_it_back(desk: Desk) -> None:
    numbers = crowd(desk, 3)
    drafts.save(desk.workspace, desk.me, numbers[0], "reply", "my own words")
    bulk.send(desk.workspace, desk.me, bulk.prepare(desk.workspace, desk.me, numbers, "Hello"))
    assert threads.conversation(desk.workspace, numbers[0]).status is Status.PENDING
    undo.undo(desk.workspace, desk.me)
    assert desk.count("outbox", "state = 'queued'") == 0
    found = [threads.conversation(desk.workspace, number) for number in numbers]
    assert {(one.status, one.owner) for one in found} == {(Status.OPEN, None)}
    kept = drafts.get(desk.workspace, desk.me, numbers[0], "reply")
    assert kept is not None and kept.text == "my own words"


def test_stopped_half_way_what_left_stays_and_is_named(time: Clock, desk: Desk) -> None:
    numbers = crowd(desk, 4)
    sent = bulk.send(desk.workspace, desk.me, bulk.prepare(desk.workspace, desk.me, numbers, "Hello"))
    time.forward(seconds=63)
    desk.sends_all()
    assert bulk.last_running(desk.workspace, desk.me).id == sent.act.id
    done = undo.undo(desk.workspace, desk.me, sent.act.id)
    assert "2 answers stopped" in done.restored and done.left == ("2 had left already",)
    statuses = [threads.conversation(desk.workspace, number).status for number in numbers]
    assert sorted(map(str, statuses)) == ["open", "open", "pending", "pending"]
    (running,) = bulk.running(desk.workspace)
    assert (running.queued, running.sent, running.cancelled) == (0, 2, 2)
    with pytest.raises(RefusedError, match="nothing of yours"):
        bulk.last_running(desk.workspace, desk.me)


def test_who_wrote_since_the_preview_is_left_out(time: Clock, desk: Desk) -> None:
    numbers = crowd(desk, 2)
    prepared = bulk.prepare(desk.workspace, desk.me, numbers, "Hello")
    time.forward(seconds=1)
    desk.receives(mail("late", "Never mind!", sender="c0@x.test", answers="0"))
    sent = bulk.send(desk.workspace, desk.me, prepared)
    assert len(sent.messages) == 1
    assert [(one.conversation_id, one.reason) for one in sent.refused] == [
        (numbers[0], "a newer message arrived: read it first")
    ]


def test_files_go_to_each_of_them_and_need_no_text(tmp_path: Path, desk: Desk) -> None:
    leaflet = tmp_path / "returns.pdf"
    leaflet.write_bytes(b"how to return")
    prepared = bulk.prepare(desk.workspace, desk.me, crowd(desk, 2), "", files=(leaflet,))
    sent = bulk.send(desk.workspace, desk.me, prepared)
    assert len(sent.messages) == 2
    for message in sent.messages:
        assert [file.name for file in threads.message(desk.workspace, message).attachments] == ["returns.pdf"]


def test_a_channel_that_takes_no_files_leaves_its_customers_out(tmp_path: Path, desk: Desk) -> None:
    sms = desk.adds_channel("sms", "+31851234567", "sample-sms")
    leaflet = tmp_path / "returns.pdf"
    leaflet.write_bytes(b"how to return")
    (number,) = desk.receives(mail("1", sender="+31611111111"), channel=sms)
    prepared = bulk.prepare(desk.workspace, desk.me, [number], "Hello", files=(leaflet,))
    assert not prepared.recipients and prepared.refused[0].reason == "Sample SMS takes no attachments"


def test_the_same_key_never_goes_twice(desk: Desk) -> None:
    prepared = bulk.prepare(desk.workspace, desk.me, crowd(desk, 2), "Hello")
    bulk.send(desk.workspace, desk.me, prepared, key="monday")
    with pytest.raises(RefusedError, match="sent before"):
        bulk.send(desk.workspace, desk.me, prepared, key="monday")
    assert desk.count("outbox") == 2


def test_it_says_what_is_wrong_with_the_request(desk: Desk) -> None:
    numbers = crowd(desk, 1)
    with pytest.raises(UsageError, match="a text or a macro"):
        bulk.prepare(desk.workspace, desk.me, numbers, " ")
    with pytest.raises(UsageError, match="no conversation was named"):
        bulk.prepare(desk.workspace, desk.me, [], "x")
    with pytest.raises(NotFoundError, match="no conversation 99"):
        bulk.prepare(desk.workspace, desk.me, [99], "x")
    prepared = bulk.prepare(desk.workspace, desk.me, numbers, "{{fact.order}}")
    with pytest.raises(RefusedError, match="nobody can get it: the order number"):
        bulk.send(desk.workspace, desk.me, prepared)


def test_sixty_customers_are_one_act(time: Clock, desk: Desk) -> None:
    numbers = desk.receives(*(mail(str(one), sender=f"c{one}@x.test") for one in range(60)))
    sent = bulk.send(desk.workspace, desk.me, bulk.prepare(desk.workspace, desk.me, numbers, "It is known"))
    assert len(sent.messages) == 60
    assert sent.last_at - sent.first_at == 59 * 2 * clock.SECOND
    undo.undo(desk.workspace, desk.me, sent.act.id)
    assert desk.count("outbox", "state = 'queued'") == 0
