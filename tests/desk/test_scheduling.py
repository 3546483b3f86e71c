"""When a message goes: scheduled, held after a long wait, taken back; and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.connectors.manifest import TextRule
from omnidesk.connectors.sample import SampleConnector
from omnidesk.desk import agents, composing, engines, outbox, previewing, status, threads, undo
from omnidesk.desk.composing import When
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.kinds import MessageStatus, Status
from omnidesk.words.rows import Enclosure
from tests.filling import NOON, Clock, Desk, mail, standing_clock


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as hand:
        yield hand


@pytest.fixture
def asked(time: Clock, desk: Desk) -> Desk:
    """Anna waits for an answer in conversation 1."""
    desk.receives(mail("1"))
    return desk


def later(desk: Desk, hours: float, **said: object) -> composing.Queued:
    return composing.reply(
        desk.workspace,
        desk.me,
        1,
        "See you",
        when=When(at=clock.now() + int(hours * clock.HOUR), **said),  # type: ignore[arg-type]
    )


def state(desk: Desk, queued: composing.Queued) -> MessageStatus:
    return threads.message(desk.workspace, queued.message.id).status


def test_a_scheduled_answer_waits_for_its_time(asked: Desk, time: Clock) -> None:
    queued = later(asked, 3)
    assert outbox.scheduled(asked.workspace, 1) == NOON + 3 * clock.HOUR
    time.forward(hours=2.9)
    assert asked.sends_all() == []
    time.forward(hours=0.2)
    assert asked.sends_all() == [queued.message.id]
    assert outbox.scheduled(asked.workspace, 1) is None


def test_what_goes_next_is_known_behind_many_that_go_later(asked: Desk) -> None:
    for _ in range(25):
        later(asked, 3)
    soon = composing.reply(asked.workspace, asked.me, 1, "Now")
    found = status.summary(asked.workspace, asked.me.agent_id).next_send
    assert found is not None and found.message_id == soon.message.id


def test_an_undo_window_is_no_schedule(asked: Desk) -> None:
    composing.reply(asked.workspace, asked.me, 1, "Dear Anna")
    assert outbox.scheduled(asked.workspace, 1) is None


def test_what_was_said_since_holds_it_for_its_agent(asked: Desk, time: Clock) -> None:
    """Promise 12."""
    queued = later(asked, 3)
    time.forward(hours=2)
    asked.receives(mail("2", "Never mind", answers="1"))
    time.forward(hours=2)
    assert asked.sends_all() == []
    assert state(asked, queued) is MessageStatus.FAILED
    assert "wrote since" in (threads.message(asked.workspace, queued.message.id).error or "")
    assert asked.value("SELECT undelivered FROM conversation WHERE id = 1") == 1
    outbox.retry(asked.workspace, asked.me, queued.message.id)
    assert asked.sends_all() == [queued.message.id]


def test_a_machines_mail_holds_nothing(asked: Desk, time: Clock) -> None:
    queued = later(asked, 3)
    time.forward(hours=2)
    asked.receives(mail("2", "I am away", answers="1", auto="auto_reply"))
    time.forward(hours=2)
    assert asked.sends_all() == [queued.message.id]


def test_it_can_be_taken_back_though_other_acts_followed(asked: Desk, time: Clock) -> None:
    later(asked, 3)
    composing.note(asked.workspace, asked.me, 1, "a note")
    act = outbox.scheduled_act(asked.workspace, 1)
    undo.undo(asked.workspace, asked.me, act)
    assert asked.value("SELECT text FROM draft WHERE sort = 'reply'") == "See you"
    assert asked.sends_all() == []


def test_a_time_that_has_passed_is_refused(asked: Desk) -> None:
    with pytest.raises(UsageError, match="has passed"):
        later(asked, -1)


def test_an_answer_can_wait_for_a_named_party_until_a_time(asked: Desk) -> None:
    until = NOON + clock.DAY
    composing.reply(
        asked.workspace, asked.me, 1, "Hi", when=When(status=Status.ON_HOLD, for_whom="PostNL", until=until)
    )
    here = threads.conversation(asked.workspace, 1)
    assert (here.status, here.hold_for, here.snoozed_until) == (Status.ON_HOLD, "PostNL", until)


def test_what_only_this_consoles_engine_would_send_is_counted(asked: Desk) -> None:
    later(asked, 3)
    assert engines.left_by(asked.workspace, "here", 1) == engines.Left(False, 1, True)
    asked.workspace.database.write(
        lambda tx: tx.insert("lease", name="clock", owner="there:7:abc", number=1, expires_at=clock.now() + 1000)
    )
    assert engines.left_by(asked.workspace, "here", 1).others
    assert not engines.left_by(asked.workspace, "there", 7).others


def test_a_public_answer_that_holds_a_known_fact_waits_for_a_yes(asked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 7."""
    monkeypatch.setattr(SampleConnector, "manifest", replace(SampleConnector.manifest, public=True))
    with pytest.raises(RefusedError, match=r"public and the text holds an order number \(NL-10234\)"):
        composing.reply(asked.workspace, asked.me, 1, "NL-10234 is on its way", via="demo")
    composing.reply(asked.workspace, asked.me, 1, "It is on its way", via="demo")
    told = composing.reply(asked.workspace, asked.me, 1, "NL-10234 is on its way", via="demo", confirmed=True)
    assert told.message.public


def test_the_signature_stands_below_mails_and_not_below_short_messages(
    asked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents.set_agent(asked.workspace, asked.me, "sanne", signature="Sanne, The Shop")
    queued = composing.reply(asked.workspace, asked.me, 1, "Hi")
    assert outbox.outgoing(asked.workspace, queued.message.id).text == "Hi\n\n-- \nSanne, The Shop"
    monkeypatch.setattr(SampleConnector, "manifest", replace(SampleConnector.manifest, text=TextRule()))
    assert outbox.outgoing(asked.workspace, queued.message.id).text == "Hi"


def test_the_preview_is_what_would_go_and_queues_nothing(asked: Desk, tmp_path: Path) -> None:
    agents.set_agent(asked.workspace, asked.me, "sanne", signature="Sanne, The Shop")
    (tmp_path / "a.txt").write_text("x")
    file = Enclosure("a.txt", 1, str(tmp_path / "a.txt"))
    unsent = previewing.Unsent("reply", 1, "It comes", "demo", ["anna@example.test"], [], [], files=(file,))
    made = previewing.preview(asked.workspace, asked.me, unsent)
    assert (made.subject, made.text.strip()) == ("Re: Subject 1", "It comes\n\n-- \nSanne, The Shop")
    assert made.files == (file,)
    assert asked.count("outbox") == 0


def test_the_size_that_the_mail_server_named_is_kept(asked: Desk, tmp_path: Path) -> None:
    known = ('{"largest_mail": 1000}', asked.channel.id)
    asked.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET settings_json = ? WHERE id = ?", known))
    (tmp_path / "a.bin").write_bytes(b"0" * 900)
    with pytest.raises(RefusedError, match="the server of demo takes"):
        composing.reply(asked.workspace, asked.me, 1, "Hi", files=[tmp_path / "a.bin"])
    composing.reply(asked.workspace, asked.me, 1, "Hi")


def test_a_note_tells_the_colleagues_it_names(asked: Desk) -> None:
    koen = asked.another_agent("koen")
    asked.another_agent("k")
    composing.note(asked.workspace, asked.me, 1, "@Koen, and mail@k.test; @sanne, @nobody: look.")
    rows = asked.workspace.database.reader.all("SELECT agent_id, kind, by FROM notification WHERE kind = 'mention'")
    assert [tuple(row) for row in rows] == [(koen.agent_id, "mention", "sanne")]
