"""Saved views in the console: kept with one key, reached by digit and by name, changed in their list."""

from __future__ import annotations

import pytest

from omnidesk.desk import saved_views, triage, views
from omnidesk.words.kinds import Priority, Sort
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import BRAM, CARO, Desk, mail


@pytest.fixture
def full(desk: Desk) -> Desk:
    """#1 and #3 are tagged boots, #2 is not."""
    desk.receives(mail("1", "The boots", subject="Boots of Anna"), mail("2", "Socks", sender=BRAM, subject="Socks"))
    desk.receives(mail("3", "Other boots", sender=CARO, subject="Boots of Caro"))
    triage.tag(desk.workspace, desk.me, [1, 3], ["boots"])
    triage.set_priority(desk.workspace, desk.me, 3, Priority.URGENT)
    return desk


def save(desk: Desk, name: str, query: str, **more: object) -> None:
    saved_views.save(desk.workspace, desk.me, name, query, **more)  # type: ignore[arg-type]


def names(desk: Desk) -> list[str]:
    return [view.name for view in saved_views.list_views(desk.workspace, desk.me.agent_id)]


async def search(run: Console, query: str) -> None:
    await run.press("slash")
    await run.type(query)
    await run.press("enter")
    await run.until(lambda: run.desk.view == f"/{query}", f"the search {query}")


async def in_list(run: Console, *texts: str) -> None:
    await run.press("g", "v")
    await run.sees("Always there", *texts)


async def test_a_search_without_words_is_shown_in_its_order(full: Desk) -> None:
    async with console(full.workspace) as run:
        await search(run, "tag:boots sort:priority")
        await run.sees("2 found", "most urgent first")
        assert [row.id for row in run.desk.queue.window.rows] == [3, 1]
        await run.press("q")
        await run.until(lambda: run.desk.view == "open", "the view before the search")


async def test_g_plus_keeps_the_search_under_the_name_that_is_offered(full: Desk) -> None:
    async with console(full.workspace) as run:
        await search(run, "tag:boots status:open")
        await run.press("g", "plus")
        await run.until(lambda: run.desk.prompt.active, "the question")
        await run.sees("Save as: boots open")
        await run.press("enter")
        await run.until(lambda: run.desk.view == "boots open", "the saved view")
        await run.sees("1:boots open 2", "saved the view boots open", "next due first")
        assert not saved_views.get(full.workspace, "boots open", full.me.agent_id).shared
        await run.press("u")
        await run.sees("the view boots open is not there any more")
        await run.until(lambda: run.desk.view == "open", "the usual view, since the saved one is gone")


async def test_a_comma_and_team_share_it(full: Desk) -> None:
    async with console(full.workspace) as run:
        await search(run, "tag:boots")
        await run.press("g", "plus", "ctrl+u")
        await run.type("Shoes, team")
        await run.press("enter")
        await run.until(lambda: run.desk.view == "Shoes", "the saved view")
        assert saved_views.get(full.workspace, "Shoes", None).shared


async def test_there_must_be_a_search_to_keep(full: Desk) -> None:
    async with console(full.workspace) as run:
        await run.press("g", "plus")
        await run.sees("search first with /")


async def test_a_name_that_is_taken_by_a_view_that_is_always_there_is_refused(full: Desk) -> None:
    async with console(full.workspace) as run:
        await search(run, "tag:boots")
        await run.press("g", "plus", "ctrl+u")
        await run.type("open")
        await run.press("enter")
        await run.sees("open is a view that is always there")
        assert names(full) == [] and run.desk.view == "/tag:boots"


async def test_g_and_a_digit_show_a_saved_view(full: Desk) -> None:
    save(full, "boots", "tag:boots")
    save(full, "socks", "socks")
    async with console(full.workspace) as run:
        await run.until(lambda: len(run.desk.saved.views) == 2, "the saved views")
        await run.press("g", "2")
        await run.until(lambda: run.desk.view == "socks", "the second view")
        assert [row.id for row in run.desk.queue.window.rows] == [2]
        await run.press("g", "1")
        await run.until(lambda: run.desk.view == "boots", "the first view")
        await run.press("g", "9")
        await run.sees("there is no saved view 9")


async def test_the_palette_shows_a_saved_view_by_name(full: Desk) -> None:
    save(full, "[bold]boots[/]", "tag:boots")
    async with console(full.workspace) as run:
        await run.until(lambda: run.desk.saved.views, "the saved views")
        await run.press("colon")
        await run.type("show [bold]")
        await run.sees("Show [bold]boots[/]")
        await run.press("down", "enter")
        await run.until(lambda: run.desk.view == "[bold]boots[/]", "the view")


async def test_counts_of_saved_views_are_live(full: Desk) -> None:
    save(full, "boots", "tag:boots status:open")
    async with console(full.workspace) as run:
        await run.sees("1:boots 2")
        triage.close(full.workspace, full.me, 1)
        await run.sees("1:boots 1")


async def test_a_view_shows_the_columns_it_was_saved_with(full: Desk) -> None:
    save(full, "boots", "tag:boots", columns=["subject", "customer", "tags", "number", "status", "channels"])
    async with console(full.workspace) as run:
        await run.until(lambda: run.desk.saved.views, "the saved views")
        await run.press("g", "1")
        await run.until(lambda: run.desk.view == "boots", "the view")
        await run.until(lambda: "boots" in run.pane(run.desk.queue).split("\n")[1], "the tags on the second line")
        first, second = run.pane(run.desk.queue).split("\n")[:2]
        assert "Boots of Caro" in first and "Caro" in second
        assert "#3" in second and "open urgent" in second
        await run.press("g", "o")
        await run.until(lambda: run.desk.view == "open", "the usual view")
        assert "Boots of" not in run.pane(run.desk.queue).split("\n")[0]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_list_of_views_says_what_each_holds(full: Desk, size: tuple[int, int]) -> None:
    save(full, "boots", "tag:boots", shared=True, columns=["subject", "tags"])
    async with console(full.workspace, size) as run:
        await run.until(lambda: run.desk.saved.views and run.desk.summary, "the counts")
        await in_list(run, "g1 boots", "the team - newest first", "tag:boots", "shows subject, tags", "Unassigned")
        await run.press("enter")
        await run.until(lambda: run.desk.view == "boots", "the view under the cursor")


async def test_a_view_that_is_always_there_opens_from_the_list_and_cannot_be_changed(full: Desk) -> None:
    async with console(full.workspace) as run:
        await in_list(run, "No view is saved yet")
        await run.press("j", "r")
        await run.sees("this view is always there")
        await run.press("enter")
        await run.until(lambda: run.desk.view == "unassigned", "the view under the cursor")


async def test_views_are_renamed_and_the_screen_follows(full: Desk) -> None:
    save(full, "boots", "tag:boots")
    async with console(full.workspace) as run:
        await run.until(lambda: run.desk.saved.views, "the saved views")
        await run.press("g", "1")
        await run.until(lambda: run.desk.view == "boots", "the view")
        await in_list(run, "g1 boots")
        await run.press("r", "ctrl+u")
        await run.type("shoes")
        await run.press("enter")
        await run.sees("g1 shoes")
        await run.until(lambda: run.desk.view == "shoes", "the same view under its new name")


async def test_the_order_of_rows_turns(full: Desk) -> None:
    save(full, "boots", "tag:boots")
    async with console(full.workspace) as run:
        await run.until(lambda: run.desk.saved.views, "the saved views")
        await in_list(run, "newest first")
        await run.press("s")
        await run.sees("oldest waiting first")
        assert saved_views.get(full.workspace, "boots", full.me.agent_id).sort is Sort.WAITING


async def test_what_a_view_holds_and_shows_is_changed(full: Desk) -> None:
    save(full, "boots", "tag:boots")
    async with console(full.workspace) as run:
        await run.until(lambda: run.desk.saved.views, "the saved views")
        await in_list(run, "tag:boots")
        await run.press("e", "end")
        await run.type(" priority:urgent")
        await run.press("enter")
        await run.sees("tag:boots priority:urgent")
        await run.press("c", "ctrl+u")
        await run.type("subject, tags")
        await run.press("enter")
        await run.sees("shows subject, tags")
        await run.press("c", "ctrl+u")
        await run.type("weather")
        await run.press("enter")
        await run.sees("weather is nothing a row shows")


async def test_views_are_moved_shared_removed_and_brought_back(full: Desk) -> None:
    for name in ("one", "two"):
        save(full, name, f"tag:{name}")
    async with console(full.workspace) as run:
        await run.until(lambda: len(run.desk.saved.views) == 2, "the saved views")
        await in_list(run, "g1 one", "g2 two")
        await run.press("J")
        await run.sees("g1 two", "g2 one")
        await run.press("K")
        await run.sees("g1 one", "g2 two")
        await run.press("t")
        await run.sees("the team")
        await run.press("#")
        await run.sees("removed the view one")
        await run.sees_not("g1 one")
        assert names(full) == ["two"]
        await run.press("u")
        await run.sees("g1 one")


async def test_a_view_whose_agent_is_unknown_says_so_and_leaves_the_screen_as_it_is(full: Desk) -> None:
    async with console(full.workspace) as run:
        await run.press("slash")
        await run.type("owner:zorro")
        await run.press("enter")
        await run.sees("there is no agent of that login")
        assert run.desk.view == "open" and run.desk.queue.window.view == "open"
        assert views.count(full.workspace, "open", None) == 3
