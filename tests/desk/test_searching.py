"""Search: folded words, prefixes, phrases and filters; newest first; only what is on the desk unless asked."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from omnidesk import clock
from omnidesk.desk import composing, joining, searching, triage, undo
from omnidesk.store import fts5
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.kinds import Status
from tests import plans
from tests.filling import BRAM, CARO, NOON, Clock, Desk, mail
from tests.sync import scripted

pytestmark = pytest.mark.databases


@pytest.fixture
def full(time: Clock, desk: Desk) -> Desk:
    """A desk with some messages: #1 and #2 of Anna, #3 of Bram with a file, #4 of Caro on another channel."""
    sales = desk.adds_channel("sales", "sales@shop.test")
    day = clock.DAY
    time.forward(days=-3)
    desk.receives(mail("1", "Crème brûlée for ÅNGSTRÖM, straße 7", at=NOON - 3 * day, subject="Order NL-10234"))
    time.forward(days=1)
    desk.receives(mail("2", "The parcel is late again", at=NOON - 2 * day))
    time.forward(days=1)
    desk.receives(mail("3", "parcels everywhere", at=NOON - day, sender=BRAM, files={"invoice-77.pdf": b"x"}))
    time.forward(days=1)
    desk.receives(mail("4", "東京都の荷物はどこですか parcel", at=NOON, sender=CARO), channel=sales)
    return desk


def found(desk: Desk, text: str, **said: object) -> list[int]:
    hits, _ = searching.search(desk.workspace, text, desk.me.agent_id, **said)  # type: ignore[arg-type]
    return [hit.conversation.id for hit in hits]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("creme", [1]),
        ("BRULEE", [1]),
        ("angstrom", [1]),
        ("strasse", [1]),
        ("parcel", [4, 2]),
        ("parcel*", [4, 3, 2]),
        ("par*", [4, 3, 2]),
        ("parcel late", [2]),
        ("late parcel", [2]),
        ('"parcel is late"', [2]),
        ('"late parcel"', []),
        ("nl-10234", [1]),
        ("10234", [1]),
        ("102*", [1]),
        ("荷物", [4]),
        ("東京", [4]),
        ("invoice-77.pdf", [3]),
        ("parcel -late", [4]),
        ("parcel* -from:caro -late", [3]),
        ("from:anna", [2, 1]),
        ("from:anna parcel", [2]),
        ("from:bram@example.test", [3]),
        ("from:support@shop.test", []),
        ("support@shop.test", [4, 3, 2, 1]),
        ("channel:sales", [4]),
        ("channel:demo parcel*", [3, 2]),
        ("channel:sample", [4, 3, 2, 1]),
        ("channel:nowhere", []),
        ("has:attachment", [3]),
        ("after:2026-11-22", [4, 3]),
        ("before:2026-11-22", [2, 1]),
        ("after:2026-11-21 before:2026-11-22", [2]),
        ("after:2027", []),
        ("nothing-like-this", []),
        ("parcel par* from:caro channel:sales after:2026", [4]),
    ],
)
def test_what_is_asked_is_found_newest_first(full: Desk, asked: str, expected: list[int]) -> None:
    assert found(full, asked) == expected


def test_filters_on_what_agents_did(full: Desk) -> None:
    other = full.another_agent("bram")
    triage.assign(full.workspace, full.me, 1, "sanne")
    triage.assign(full.workspace, other, 2, "bram")
    triage.tag(full.workspace, full.me, [2, 3], ["Late Again"])
    triage.close(full.workspace, full.me, 3)
    triage.set_status(full.workspace, full.me, 4, Status.ON_HOLD, "DHL")
    assert found(full, "owner:me") == [1]
    assert found(full, "owner:bram parcel") == [2]
    assert found(full, "owner:none") == [4, 3]
    assert found(full, "owner:me owner:none") == [4, 3, 1]
    assert found(full, "tag:late-again") == [3, 2]
    assert found(full, "tag:late-again status:closed") == [3]
    assert found(full, "status:open") == [2, 1]
    assert found(full, "status:on-hold status:closed") == [4, 3]
    assert found(full, "is:unread") == [4, 2, 1]
    with pytest.raises(NotFoundError, match="owner:nobody"):
        found(full, "owner:nobody")


def test_spam_and_deleted_are_left_out_unless_asked_for(full: Desk) -> None:
    triage.spam(full.workspace, full.me, 2)
    act = triage.delete(full.workspace, full.me, 3)
    assert found(full, "parcel*") == [4]
    assert found(full, "parcel* status:spam") == [2]
    assert found(full, "status:deleted") == [3]
    undo.undo(full.workspace, full.me, act.id)
    assert found(full, "parcel*") == [4, 3]


def test_messages_of_a_merged_conversation_are_found_where_they_are_now(full: Desk) -> None:
    joining.merge(full.workspace, full.me, 2, 1)
    assert found(full, "late") == [1]


def test_answers_and_notes_are_found_too(full: Desk) -> None:
    composing.reply(full.workspace, full.me, 1, "Your zabaglione is coming")
    composing.note(full.workspace, full.me, 2, "He likes zabaglione")
    assert sorted(found(full, "zabaglione")) == [1, 2]
    assert found(full, "zabaglione from:sanne") != []


def test_the_order_is_that_of_the_messages_not_of_their_arrival(full: Desk) -> None:
    full.receives(mail("9", "parcel from long ago", at=NOON - 9 * clock.DAY))
    assert found(full, "parcel")[-1] == 5


def test_pages_follow_each_other_without_gap_or_repetition(time: Clock, desk: Desk) -> None:
    desk.receives(*(mail(str(number), "the same word", at=NOON + number // 3) for number in range(25)))
    seen: list[int] = []
    token: str | None = None
    while True:
        hits, token = searching.search(desk.workspace, "same", None, 7, token)
        seen += [hit.message_id for hit in hits]
        if token is None:
            break
    assert len(seen) == len(set(seen)) == 25
    with pytest.raises(UsageError, match="no token of a search"):
        searching.search(desk.workspace, "same", None, 7, "x")


def test_a_snippet_marks_the_words_and_is_clean(full: Desk) -> None:
    (hit,), _ = searching.search(full.workspace, "brulee", None)
    assert "\x02brûlée\x03" in hit.snippet
    hits, _ = searching.search(full.workspace, "parc*", None)
    assert all("\x02parcel" in hit.snippet for hit in hits)
    assert all("\n" not in hit.snippet for hit in hits)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "search for what"),
        ("   ", "search for what"),
        ("status:lost", "status:lost is not known"),
        ("has:wings", "has:wings is not known"),
        ("is:late", "is:late is not known"),
        ("before:soon", "before:soon is no date"),
        ("before:2026-13-45", "is no date"),
        ("!!! ???", "[!]"),
        ("from:!!!", "[!]"),
    ],
)
def test_a_search_that_is_not_understood_says_why(full: Desk, asked: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        found(full, asked)


@given(text=st.text(max_size=40))
@example('"')
@example('a" OR b')
@example("NEAR(a b)")
@example("who : x")
@example("a AND NOT b*")
@example("\x00")
@example("\ud800")
@example("owner: tag: before:")
@example("before:99999-01-01")
@example("before:0000-00-00")
@example("*")
@example('-"')
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_finds_something_or_says_why_not(full: Desk, text: str) -> None:
    try:
        searching.search(full.workspace, text, full.me.agent_id)
    except (UsageError, NotFoundError) as error:
        assert str(error)


@pytest.mark.sqlite
def test_a_search_with_words_rides_on_the_index_in_its_order(full: Desk) -> None:
    with plans.recorded(full.workspace) as said:
        found(full, "parcel from:anna")
        found(full, "has:attachment")
        found(full, "par*")
    reader = full.workspace.database.reader
    assert any("FROM search" in statement for statement in said)
    assert [step for statement in said for step in plans.offences(reader, statement, sorts=False)] == []


@pytest.mark.parametrize(
    "text",
    ["p*", "pa*", "par*", "parcel", "p* -late", "from:a*", "from:anna", "p* from:anna", "parcel tag:vip", "tag:vip -p*",
     "p* has:attachment", "p* status:open owner:none", "-parcel", "-p*", "parcel channel:demo", "p* is:unread",
     '"the par*"', '-"parcel is*" p*', '"is la*" from:an*', "from:anna@ex* s*", "東京*", "荷*", "nothing*",
     "s* -nothing*"],
)  # fmt: skip
def test_from_whichever_side_a_search_begins_it_finds_the_same(
    full: Desk, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    found_by = []
    ways = ((0, 0, 3, 0), (10_000, 0, 500, 0), (0, 10**9, 2, 0), (10_000, 10**9, 500, 0), (0, 0, 3, 2), (0, 0, 2, 400))
    for looked, most_read, chunk, few in ways:
        for index in ("fts5", "tsvector"):
            monkeypatch.setattr(f"omnidesk.store.{index}.LOOKED", looked)
        monkeypatch.setattr("omnidesk.store.search.CHUNK", chunk)
        monkeypatch.setattr("omnidesk.store.fts5.FIRST", chunk)
        monkeypatch.setattr("omnidesk.store.fts5.READ", chunk)
        monkeypatch.setattr("omnidesk.store.fts5.MOST_READ", most_read)
        monkeypatch.setattr("omnidesk.store.fts5.FEW", few)
        found_by.append([hit.message_id for hit in searching.search(full.workspace, text, full.me.agent_id)[0]])
    assert found_by == [found_by[0]] * len(ways)


@pytest.mark.sqlite
def test_the_words_that_a_prefix_begins_are_read_from_the_index_in_their_order(full: Desk) -> None:
    reader = full.workspace.database.reader
    assert fts5._completions(reader, "parcel") == ["parcel", "parcels"]
    assert fts5._completions(reader, "東") == ["東京"]
    assert fts5._completions(reader, "nothing") == []
    full.workspace.database.write(lambda tx: fts5.add(tx, [(1, "parcelx parcelą", "")]))
    assert fts5._completions(reader, "parcel") == ["parcel", "parcels", "parcelx", "parcelą"]


@pytest.mark.sqlite
def test_more_words_than_a_few_are_not_listed(full: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fts5, "FEW", 1)
    reader = full.workspace.database.reader
    assert fts5._completions(reader, "parcel") is None
    assert fts5._completions(reader, "parcels") == ["parcels"]


def test_a_message_without_text_or_sender_is_searchable_by_its_subject(scripted_kinds: None, desk: Desk) -> None:
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    desk.receives(scripted.item("1", sender=None, text="", subject="Zonder afzender"), channel=odd)
    assert found(desk, "afzender") == [1]
