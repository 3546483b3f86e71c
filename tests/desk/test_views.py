"""Saved views: a search under a name, an agent's own or the team's; and searches used as views."""

from __future__ import annotations

import pytest

from omnidesk.desk import saved_views, triage, undo, views
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Priority, Sort, Status
from tests.filling import BRAM, CARO, Clock, Desk, mail


@pytest.fixture
def full(time: Clock, desk: Desk) -> Desk:
    """#1 and #2 of Anna about a refund (#2 urgent and tagged), #3 of Bram, closed and tagged."""
    desk.receives(mail("1", "Where is my refund?"))
    time.forward(minutes=1)
    desk.receives(mail("2", "I want a refund now"))
    time.forward(minutes=1)
    desk.receives(mail("3", "Thank you", sender=BRAM))
    triage.set_priority(desk.workspace, desk.me, 2, Priority.URGENT)
    triage.tag(desk.workspace, desk.me, [2, 3], ["shop"])
    triage.close(desk.workspace, desk.me, 3)
    return desk


def held(desk: Desk, view: str, agent: int | None = None) -> list[int]:
    return views.ids(desk.workspace, view, agent or desk.me.agent_id, 100)


def names(desk: Desk, agent: int | None = None) -> list[str]:
    return [view.name for view in saved_views.list_views(desk.workspace, agent or desk.me.agent_id)]


def test_a_search_behind_a_slash_is_a_view(full: Desk) -> None:
    assert held(full, "/tag:shop") == [3, 2]
    assert held(full, "/status:open") == [2, 1], "what is due first stands first"
    assert held(full, "/status:open sort:newest") == [2, 1]
    assert held(full, "/sort:waiting status:open") == [1, 2]
    assert held(full, "/sort:priority") == [2, 1, 3]
    assert held(full, "/refund") == [2, 1]
    assert held(full, "/refund tag:shop") == [2]
    assert held(full, "/refund sort:waiting") == [1, 2]
    assert held(full, "/priority:urgent") == [2]
    assert held(full, "/") == [3, 2, 1]
    assert views.count(full.workspace, "/refund", None) == 2


def test_a_search_that_is_not_understood_is_no_view(full: Desk) -> None:
    for name, words in (("/sort:up", "sort:up is not known"), ("/priority:9", "priority:9"), ("/is:late", "is:late")):
        with pytest.raises(UsageError, match=words):
            held(full, name)
    for name in ("/team:nobody", "/owner:nobody", "refunds"):
        with pytest.raises(NotFoundError):
            held(full, name)


def test_a_search_for_a_team_finds_its_conversations(full: Desk) -> None:
    def join(tx: object) -> None:
        tx.insert("team", id=5, name="returns", created_at=0)  # type: ignore[attr-defined]
        tx.execute("UPDATE conversation SET team_id = 5 WHERE id = 1")  # type: ignore[attr-defined]

    full.workspace.database.write(join)
    assert held(full, "/team:returns") == [1]


def test_the_rows_of_a_search_for_words_lead_to_the_message_found(full: Desk) -> None:
    view = views.resolve(full.workspace, "/refund", full.me.agent_id)
    assert list(view.hits) == [2, 1] and view.words == ("refund",)


def test_a_saved_view_holds_what_its_search_finds_when_it_is_read(full: Desk) -> None:
    act, view = saved_views.save(full.workspace, full.me, "Refunds", "refund status:open sort:waiting")
    assert act.undoable and act.summary == "saved the view Refunds"
    assert (view.query, view.sort, view.shared) == ("refund status:open", Sort.WAITING, False)
    assert held(full, "Refunds") == [1, 2]
    full.receives(mail("4", "My refund, please", sender=CARO))
    assert held(full, "Refunds") == [1, 2, 4]


def test_saving_again_changes_what_is_said_and_keeps_the_rest(full: Desk) -> None:
    saved_views.save(full.workspace, full.me, "shop", "tag:shop", columns=["subject", "tags"], sort=Sort.PRIORITY)
    _, view = saved_views.save(full.workspace, full.me, "shop", "tag:shop status:open")
    assert (view.query, view.sort, view.columns) == ("tag:shop status:open", Sort.PRIORITY, ("subject", "tags"))
    assert names(full) == ["shop"]
    (row,) = views.page(full.workspace, "shop", full.me.agent_id, 9)
    assert row.tags == ("shop",), "tags are read where they are shown"


def test_an_agents_own_view_is_theirs_alone_and_a_shared_one_everybodys(full: Desk) -> None:
    bram = full.another_agent("bram")
    saved_views.save(full.workspace, full.me, "own", "owner:me")
    saved_views.save(full.workspace, full.me, "ours", "owner:me", shared=True)
    triage.assign(full.workspace, full.me, 1, "bram")
    assert names(full) == ["own", "ours"] and names(full, bram.agent_id) == ["ours"]
    assert held(full, "ours") == [] and held(full, "ours", bram.agent_id) == [1], "`me` is who looks"
    saved_views.share(full.workspace, full.me, "own", True)
    assert names(full, bram.agent_id) == ["own", "ours"]
    saved_views.share(full.workspace, bram, "own", False)
    assert names(full) == ["ours"]


def test_names_are_changed_and_kept_apart(full: Desk) -> None:
    for name in ("one", "two"):
        saved_views.save(full.workspace, full.me, name, "tag:shop")
    assert saved_views.rename(full.workspace, full.me, "one", "first")[1].name == "first"
    with pytest.raises(RefusedError, match="two already"):
        saved_views.rename(full.workspace, full.me, "first", "two")
    for name in ("open", "", "  ", "/tag:x"):
        with pytest.raises(UsageError):
            saved_views.save(full.workspace, full.me, name, "tag:shop")
    with pytest.raises(UsageError, match="weather is nothing a row shows"):
        saved_views.save(full.workspace, full.me, "x", "tag:shop", columns=["weather"])
    with pytest.raises(NotFoundError, match="owner:zorro"):
        saved_views.save(full.workspace, full.me, "x", "owner:zorro")
    assert names(full) == ["first", "two"]


def test_the_order_of_views_is_the_agents(full: Desk) -> None:
    for name in ("one", "two", "three"):
        saved_views.save(full.workspace, full.me, name, "tag:shop")
    saved_views.move(full.workspace, full.me, "three", 1)
    assert names(full) == ["three", "one", "two"]
    saved_views.move(full.workspace, full.me, "three", 99)
    assert names(full) == ["one", "two", "three"]


def test_everything_done_to_a_view_can_be_taken_back(full: Desk) -> None:
    saved_views.save(full.workspace, full.me, "shop", "tag:shop")
    saved_views.rename(full.workspace, full.me, "shop", "store")
    saved_views.share(full.workspace, full.me, "store", True)
    saved_views.save(full.workspace, full.me, "store", "tag:shop status:open")
    saved_views.remove(full.workspace, full.me, "store")
    assert names(full) == []
    undo.undo(full.workspace, full.me)
    assert saved_views.get(full.workspace, "store", None).query == "tag:shop status:open"
    undo.undo(full.workspace, full.me)
    assert saved_views.get(full.workspace, "store", None).query == "tag:shop"
    undo.undo(full.workspace, full.me)
    assert not saved_views.get(full.workspace, "store", full.me.agent_id).shared
    undo.undo(full.workspace, full.me)
    assert names(full) == ["shop"]
    undo.undo(full.workspace, full.me)
    assert names(full) == []
    saved_views.save(full.workspace, full.me, "shop", "status:closed")
    assert held(full, "shop") == [3]


def test_a_removed_views_name_is_free_again(full: Desk) -> None:
    saved_views.save(full.workspace, full.me, "shop", "tag:shop")
    saved_views.remove(full.workspace, full.me, "shop")
    saved_views.save(full.workspace, full.me, "shop", "status:closed")
    assert saved_views.get(full.workspace, "shop", full.me.agent_id).query == "status:closed"
    with pytest.raises(NotFoundError, match="there is no view store"):
        saved_views.remove(full.workspace, full.me, "store")


def test_a_view_keeps_to_the_desk_unless_it_asks_for_spam(full: Desk) -> None:
    triage.spam(full.workspace, full.me, 2)
    assert held(full, "/tag:shop") == [3]
    assert held(full, "/status:spam") == [2]
    triage.set_status(full.workspace, full.me, 1, Status.PENDING)
    assert held(full, "/status:pending status:closed") == [3, 1]
