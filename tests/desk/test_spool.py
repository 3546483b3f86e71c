"""The spool: what is written while the database is lost is taken in exactly once when it is back (promise 12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from omnidesk.desk import composing, drafts, outbox, spool, threads, undo
from omnidesk.desk.drafts import Written
from omnidesk.desk.spool import Waiting
from omnidesk.words.errors import DatabaseLostError
from omnidesk.words.kinds import MessageStatus, Status
from tests.filling import Clock, Desk, hold, mail

pytestmark = pytest.mark.databases


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def asked(time: Clock, desk: Desk) -> Iterator[Desk]:
    desk.receives(mail("1"))
    yield desk


def reply(text: str = "On its way", **more: object) -> Waiting:
    return replace(Waiting("reply", 1, Written(text, "demo")), **more)  # type: ignore[arg-type]


def test_an_answer_is_taken_in_once_however_often_that_is_tried(asked: Desk, time: Clock) -> None:
    kept = spool.keep(asked.workspace, asked.me, reply())
    assert [one.key for one in spool.waiting(asked.workspace, asked.me)] == [kept.key]
    done = spool.take_in(asked.workspace, asked.me)
    assert [(one.became, one.conversation_id) for one in done] == [("queued", 1)]
    spool.keep(asked.workspace, asked.me, kept)  # cut off before its file was taken away
    spool.take_in(asked.workspace, asked.me)
    assert spool.waiting(asked.workspace, asked.me) == []
    assert asked.count("outbox") == 1
    time.forward(minutes=1)
    assert asked.sends_all() and [m.text for m in threads.messages(asked.workspace, 1)][-1] == "On its way"


def test_an_answer_that_arrived_before_the_connection_broke_is_not_sent_again(asked: Desk) -> None:
    """Promise 3: the key of what was tried is the key of what waits."""
    kept = spool.keep(asked.workspace, asked.me, reply())
    composing.reply(asked.workspace, asked.me, 1, "On its way", via="demo", key=kept.key)
    spool.take_in(asked.workspace, asked.me)
    assert asked.count("outbox") == 1


def test_a_note_is_stored_once_and_everything_chosen_is_kept(asked: Desk) -> None:
    note = Waiting("note", 1, Written("Warehouse says Thursday"))
    kept = spool.keep(asked.workspace, asked.me, note)
    spool.take_in(asked.workspace, asked.me)
    spool.keep(asked.workspace, asked.me, kept)
    spool.take_in(asked.workspace, asked.me)
    assert asked.count("message", "kind = 'note'") == 1
    when = composing.When(status=Status.CLOSED)
    spool.keep(asked.workspace, asked.me, reply(when=when))
    spool.take_in(asked.workspace, asked.me)
    assert threads.conversation(asked.workspace, 1).status is Status.CLOSED
    undo.undo(asked.workspace, asked.me)
    assert asked.count("outbox", "state = 'queued'") == 0


def test_a_draft_takes_the_place_of_an_older_one_only(asked: Desk, time: Clock) -> None:
    drafts.save(asked.workspace, asked.me, 1, "reply", "old")
    time.forward(seconds=1)
    for text in ("newer", "newest"):
        spool.keep(asked.workspace, asked.me, Waiting("draft", 1, Written(text), draft_sort="reply"))
    assert len(spool.waiting(asked.workspace, asked.me)) == 1
    spool.take_in(asked.workspace, asked.me)
    found = drafts.get(asked.workspace, asked.me, 1, "reply")
    assert found is not None and found.text == "newest"
    spool.keep(asked.workspace, asked.me, Waiting("draft", 1, Written("late"), draft_sort="reply"))
    time.forward(seconds=1)
    drafts.save(asked.workspace, asked.me, 1, "reply", "written elsewhere since")
    spool.take_in(asked.workspace, asked.me)
    found = drafts.get(asked.workspace, asked.me, 1, "reply")
    assert found is not None and found.text == "written elsewhere since"


def test_an_answer_sent_takes_its_draft_out_of_the_spool(asked: Desk) -> None:
    spool.keep(asked.workspace, asked.me, Waiting("draft", 1, Written("half"), draft_sort="reply"))
    spool.keep(asked.workspace, asked.me, reply("whole"))
    assert [one.sort for one in spool.waiting(asked.workspace, asked.me)] == ["reply"]


def test_what_waited_an_hour_is_held_where_something_was_said_since(asked: Desk, time: Clock) -> None:
    spool.keep(asked.workspace, asked.me, reply())
    time.forward(hours=2)
    asked.receives(mail("2", "Never mind, it came", answers="1"))
    done = spool.take_in(asked.workspace, asked.me)
    assert [(one.became, one.why) for one in done] == [("held", "Anna")]
    assert "1 held" in spool.said(done)
    time.forward(minutes=1)
    assert outbox.claim(asked.workspace, asked.channel.id, hold(asked.workspace, asked.channel)) is None
    (row,) = outbox.waiting(asked.workspace, (MessageStatus.FAILED,), 10)
    assert row.held


def test_what_a_rule_refuses_becomes_a_draft_and_says_why(asked: Desk) -> None:
    spool.keep(asked.workspace, asked.me, Waiting("reply", 1, Written("Hi", "nowhere")))
    (done,) = spool.take_in(asked.workspace, asked.me)
    assert done.became == "refused" and "no channel nowhere" in done.why
    found = drafts.get(asked.workspace, asked.me, 1, "reply")
    assert found is not None and found.text == "Hi"
    assert spool.waiting(asked.workspace, asked.me) == []


def test_what_is_refused_covers_nothing_that_was_written_meanwhile(asked: Desk, time: Clock) -> None:
    spool.keep(asked.workspace, asked.me, Waiting("reply", 1, Written("Hi", "nowhere")))
    time.forward(seconds=1)
    drafts.save(asked.workspace, asked.me, 1, "reply", "begun elsewhere")
    spool.take_in(asked.workspace, asked.me)
    found = drafts.get(asked.workspace, asked.me, 1, "reply")
    assert found is not None and found.text == "Hi\n\nbegun elsewhere"


def test_where_the_database_goes_again_the_rest_waits_on(asked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.keep(asked.workspace, asked.me, reply("first"))
    spool.keep(asked.workspace, asked.me, reply("second"))

    def lost(*_: object, **__: object) -> None:
        raise DatabaseLostError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(composing, "reply", lost)
        with pytest.raises(DatabaseLostError):
            spool.take_in(asked.workspace, asked.me)
    assert len(spool.waiting(asked.workspace, asked.me)) == 2
    assert [one.became for one in spool.take_in(asked.workspace, asked.me)] == ["queued", "queued"]


def test_the_files_are_the_agents_own(asked: Desk, tmp_path: Path) -> None:
    spool.keep(asked.workspace, asked.me, reply())
    koen = asked.another_agent("koen")
    assert spool.waiting(asked.workspace, koen) == []
    (path,) = (tmp_path / "data").rglob("*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
