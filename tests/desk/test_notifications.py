"""What agents are told of: only what is new, only to whom it concerns, and not for longer than it is so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import channels, cleaning, composing, notifications, outbox, status, triage, undo, views
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import Health, MessageStatus, NewsKind
from omnidesk.words.rows import PROGRAM, Actor
from tests.filling import BRAM, SUPPORT, Clock, Desk, hold, mail, open_desk, standing_clock

FAILED, UNKNOWN = MessageStatus.FAILED, MessageStatus.UNKNOWN


@pytest.fixture
def time() -> Iterator[Clock]:
    """A clock that stands."""
    with standing_clock() as hand:
        yield hand


@pytest.fixture
def desk(time: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk where anna asked and sanne owns it."""
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    made = open_desk(tmp_path)
    time.forward(minutes=1)
    made.receives(mail("1"))
    triage.assign(made.workspace, made.me, 1, "sanne")
    return made


def told(desk: Desk, agent: Actor | None = None) -> list[tuple[NewsKind, int | None, str]]:
    """What an agent has not seen, newest first."""
    found = notifications.page(desk.workspace, (agent or desk.me).agent_id)
    return [(one.kind, one.conversation_id, one.by) for one in found]


def send(desk: Desk, ended: MessageStatus, error: str = "550 no such user", number: int = 1) -> int:
    """Answer, and let the send end so; return the message."""
    queued = composing.reply(desk.workspace, desk.me, number, "On its way.", now=True)
    held = hold(desk.workspace, desk.channel)
    claimed = outbox.claim(desk.workspace, desk.channel.id, held)
    assert claimed is not None
    outbox.committing(desk.workspace, claimed.message_id, held)
    outbox.finish(desk.workspace, claimed.message_id, held, ended, error)
    return queued.message.id


def test_an_answer_in_my_conversation_is_told_once_however_many_come(time: Clock, desk: Desk) -> None:
    for place in range(2, 5):
        time.forward(minutes=1)
        desk.receives(mail(str(place), f"Any news {place}?", answers="1"))
    assert told(desk) == [(NewsKind.ANSWER, 1, "Anna")]
    (news,) = notifications.page(desk.workspace, desk.me.agent_id)
    assert (news.at, news.message_id) == (time.at, desk.value("SELECT max(id) FROM message"))


def test_a_new_matter_that_nobody_owns_is_no_agents_news(desk: Desk) -> None:
    desk.receives(mail("9", sender=BRAM))
    assert desk.count("notification") == 0


def test_history_is_not_news(time: Clock, desk: Desk) -> None:
    """Promise 14: what is older than the channel, or imported, notifies nobody, also where somebody is the owner."""
    desk.receives(mail("2", answers="1", at=time.at - 40 * clock.DAY))
    desk.receives(mail("3", answers="1"), imported=True)
    assert desk.count("notification") == 0


@pytest.mark.parametrize("auto", ["auto_reply", "bounce"])
def test_what_a_machine_wrote_is_not_news(desk: Desk, auto: str) -> None:
    desk.receives(mail("2", answers="1", auto=auto))
    assert desk.count("notification") == 0


def test_our_own_mail_sent_elsewhere_is_not_news(desk: Desk) -> None:
    desk.receives(mail("2", "Dear Anna", answers="1", sender=SUPPORT, to=["anna@example.test"], outbound=True))
    assert desk.count("notification") == 0


def test_an_answer_to_spam_is_not_news(desk: Desk) -> None:
    triage.spam(desk.workspace, desk.me, 1)
    desk.receives(mail("2", answers="1"))
    assert desk.count("notification") == 0


def test_who_is_given_work_by_somebody_else_is_told_and_who_takes_it_is_not(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    assert told(desk) == []
    triage.assign(desk.workspace, desk.me, 1, "koen", note="She waits")
    assert told(desk, koen) == [(NewsKind.ASSIGNED, 1, "sanne")]
    triage.assign(desk.workspace, koen, 1, "koen")
    assert len(told(desk, koen)) == 1


def test_what_was_taken_away_again_is_news_no_more(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    triage.assign(desk.workspace, desk.me, 1, "koen", note="She waits")
    desk.receives(mail("2", answers="1"))
    assert {kind for kind, *_ in told(desk, koen)} == {NewsKind.ASSIGNED, NewsKind.ANSWER}
    undo.undo(desk.workspace, desk.me)
    assert told(desk, koen) == []
    assert told(desk) == []  # sanne gave it herself


def test_a_note_that_names_a_colleague_tells_them(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    composing.note(desk.workspace, desk.me, 1, "@koen, will you tell her?")
    assert told(desk, koen) == [(NewsKind.MENTION, 1, "sanne")]


@pytest.mark.parametrize("ended", [FAILED, UNKNOWN])
@pytest.mark.parametrize("settled", ["sent", "dismiss", "retry", "edit"])
def test_a_send_in_trouble_is_the_senders_until_it_is_settled(desk: Desk, ended: MessageStatus, settled: str) -> None:
    """It stands in `undelivered`, owned by the sender, and leaves both when it is settled."""
    triage.assign(desk.workspace, desk.me, 1, None)
    message = send(desk, ended)
    (news,) = notifications.page(desk.workspace, desk.me.agent_id)
    assert (news.kind, news.message_id, news.said) == (NewsKind(ended), message, "550 no such user")
    (row,) = views.page(desk.workspace, "undelivered", desk.me.agent_id, 10)
    assert row.owner == "sanne"
    if settled == "retry":
        outbox.retry(desk.workspace, desk.me, message)
    elif settled == "edit":
        if ended is UNKNOWN:
            with pytest.raises(RefusedError, match="say first whether it went out"):
                outbox.edit(desk.workspace, desk.me, message)
            outbox.resolve(desk.workspace, desk.me, message, "not-sent")
        outbox.edit(desk.workspace, desk.me, message)
    else:
        outbox.resolve(desk.workspace, desk.me, message, settled)
    assert told(desk) == []
    assert views.page(desk.workspace, "undelivered", desk.me.agent_id, 10) == []


def test_who_says_that_it_was_not_sent_is_not_told_of_it(desk: Desk) -> None:
    message = send(desk, UNKNOWN)
    outbox.resolve(desk.workspace, desk.me, message, "not-sent")
    assert told(desk) == []
    assert [row.id for row in views.page(desk.workspace, "undelivered", desk.me.agent_id, 10)] == [1]


def test_a_proof_that_it_was_sent_takes_the_trouble_back(desk: Desk) -> None:
    message = send(desk, UNKNOWN)
    ours = desk.value("SELECT external_id FROM message WHERE id = ?", message)
    desk.receives(mail("2", answers=ours))
    assert told(desk) == [(NewsKind.ANSWER, 1, "Anna")]


def test_reading_the_conversation_is_seeing_its_news(desk: Desk) -> None:
    desk.receives(mail("2", answers="1"))
    assert status.summary(desk.workspace, desk.me.agent_id).news == 1
    triage.mark_read(desk.workspace, desk.me, 1)
    assert notifications.unseen(desk.workspace, desk.me.agent_id) == 0
    assert [one.kind for one in notifications.page(desk.workspace, desk.me.agent_id, seen=True)] == [NewsKind.ANSWER]


def test_nobody_sees_anothers_news(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    desk.receives(mail("2", answers="1"))
    (news,) = notifications.page(desk.workspace, desk.me.agent_id)
    with pytest.raises(NotFoundError, match="no news of yours"):
        notifications.see(desk.workspace, koen.agent_id, [news.id])
    assert notifications.see(desk.workspace, desk.me.agent_id, [news.id]) == 1


def test_what_is_so_now_has_no_row_and_ends_by_itself(time: Clock, desk: Desk) -> None:
    time.forward(hours=9)
    channels.note_health(desk.workspace, desk.channel.id, Health.DOWN, "no route to host")
    found = notifications.standing(desk.workspace, desk.me.agent_id)
    assert [(one.kind, one.id) for one in found] == [(NewsKind.CHANNEL, 0), (NewsKind.OVERDUE, 0)]
    assert "no route to host" in notifications.said(found[0])
    assert status.summary(desk.workspace, desk.me.agent_id).overdue_mine == 1
    channels.note_health(desk.workspace, desk.channel.id, Health.OK, None)
    triage.close(desk.workspace, desk.me, 1)
    assert notifications.standing(desk.workspace, desk.me.agent_id) == []
    assert desk.count("notification") == 0


def test_pages_of_news_go_on_where_the_one_before_ended(time: Clock, desk: Desk) -> None:
    for place in range(2, 6):
        time.forward(minutes=1)
        (number,) = desk.receives(mail(f"n{place}", sender=BRAM))
        triage.assign(desk.workspace, PROGRAM, number, "sanne")
        desk.receives(mail(f"m{place}", sender=BRAM, answers=f"n{place}"))
    first = notifications.page(desk.workspace, desk.me.agent_id, 3)
    rest = notifications.page(desk.workspace, desk.me.agent_id, 3, before=first[-1].id)
    assert [one.conversation_id for one in (*first, *rest)] == [5, 4, 3, 2]


def test_what_was_seen_long_ago_goes_and_what_was_not_stays(time: Clock, desk: Desk) -> None:
    desk.receives(mail("2", answers="1"))
    notifications.see(desk.workspace, desk.me.agent_id)
    desk.receives(mail("3", answers="1"))
    time.forward(days=100)
    cleaning.clean(desk.workspace)
    assert [one.seen_at for one in notifications.page(desk.workspace, desk.me.agent_id, seen=True)] == [None]


def test_what_waited_long_is_held_when_something_was_said_since(time: Clock, desk: Desk) -> None:
    """Promise 12: held for its agent, who sends it nevertheless."""
    queued = composing.reply(desk.workspace, desk.me, 1, "It comes on Thursday.", now=True).message.id
    time.forward(hours=2)
    desk.receives(mail("2", "It came, thank you!", answers="1"))
    held = hold(desk.workspace, desk.channel)
    assert outbox.claim(desk.workspace, desk.channel.id, held) is None
    (row,) = outbox.troubles_first(desk.workspace, 10)
    assert row.held
    assert (NewsKind.HELD, 1, "") in told(desk)
    assert [row.id for row in views.page(desk.workspace, "undelivered", desk.me.agent_id, 10)] == [1]
    outbox.retry(desk.workspace, desk.me, queued)
    assert [kind for kind, *_ in told(desk)] == [NewsKind.ANSWER]
    assert outbox.claim(desk.workspace, desk.channel.id, held) is not None


def test_what_waited_long_goes_when_nothing_was_said_since(time: Clock, desk: Desk) -> None:
    composing.reply(desk.workspace, desk.me, 1, "It comes on Thursday.", now=True)
    composing.reply(desk.workspace, desk.me, 1, "And the laces too.", now=True)
    composing.note(desk.workspace, desk.me, 1, "She called too.")
    desk.receives(mail("2", "Out of office", answers="1", auto="auto_reply"))
    time.forward(hours=30)
    assert len(desk.sends_all()) == 2


def test_writing_anew_takes_back_what_waits_and_keeps_the_text(desk: Desk) -> None:
    queued = composing.reply(desk.workspace, desk.me, 1, "It comes on Thursday.").message.id
    act, number = outbox.edit(desk.workspace, desk.me, queued)
    assert (number, act.summary) == (1, f"message {queued} is a draft on #1 again")
    assert desk.value("SELECT status FROM message WHERE id = ?", queued) == "cancelled"
    assert desk.value("SELECT text FROM draft") == "It comes on Thursday."
    assert desk.sends_all() == []
