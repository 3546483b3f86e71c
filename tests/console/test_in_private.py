"""What everybody reads is shouted in the composer, and one key goes on in private (promise 7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omnidesk import clock
from omnidesk.connectors.sample import SampleConnector
from omnidesk.desk import outbox
from tests.console.steering import MIDDLE, NARROW, WIDE, Console, console
from tests.filling import Desk, mail


@pytest.fixture
def social(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Anna remarked on a post of a channel that carries private messages too."""
    manifest = replace(SampleConnector.manifest, threading="native_thread", private_reply=7 * 24 * 3600)
    monkeypatch.setattr(SampleConnector, "manifest", manifest)
    desk.receives(mail("1", "Never again!", public=True, thread="post-1/anna"))
    return desk


async def begin(here: Console, key: str) -> None:
    await here.press(key)
    await here.until(lambda: here.desk.place == "composer", "the composer")


async def in_public(here: Console) -> None:
    await begin(here, "r")
    await here.press("f4")
    await here.sees("PUBLIC, everybody can read it", "demo:private")
    await here.press("enter")


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_an_answer_to_a_remark_starts_nowhere_and_says_both_ways(social: Desk, size: tuple[int, int]) -> None:
    async with console(social.workspace, size) as here:
        await begin(here, "r")
        await here.sees("no channel is chosen", "they wrote in PUBLIC: f4 answers there", "ctrl+g", "demo (public)")


async def test_the_composer_shouts_that_everybody_reads_it(social: Desk) -> None:
    async with console(social.workspace) as here:
        await in_public(here)
        await here.sees(
            "=PUBLIC - everybody can read this !!!!", "everybody reads this; ctrl+g goes on in private", "[demo]"
        )


async def test_one_key_goes_on_in_private_with_what_was_written(social: Desk) -> None:
    async with console(social.workspace) as here:
        await in_public(here)
        await here.type("NL-10234 left today")
        await here.press("ctrl+g")
        await here.sees("REPLY - private - once, to their remark", "[demo:private", "NL-10234 left today")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: social.count("outbox", "state = 'queued'") == 1, "the answer in the outbox")
    outgoing = outbox.outgoing(social.workspace, social.value("SELECT message_id FROM outbox"))
    assert (outgoing.privately, outgoing.public) == (True, False)


async def test_what_is_about_to_be_public_says_so_while_it_can_be_taken_back(social: Desk) -> None:
    async with console(social.workspace) as here:
        await in_public(here)
        await here.type("We are sorry")
        await here.press("ctrl+s", "enter")
        await here.sees("#1 to Anna by demo PUBLIC goes in", "u takes it back")
        await here.press("g", "O")
        await here.sees("by demo, sanne", "PUBLIC goes in")


async def test_the_same_key_begins_in_private_from_the_queue(social: Desk) -> None:
    async with console(social.workspace) as here:
        await begin(here, "ctrl+g")
        await here.sees("REPLY - private - once", "[demo:private")


async def test_a_known_fact_in_public_waits_for_a_plain_yes(social: Desk) -> None:
    async with console(social.workspace) as here:
        await in_public(here)
        await here.type("NL-10234 left today")
        await here.press("ctrl+s", "enter")
        await here.sees("everybody can read this, and it holds an order number (NL-10234)")
        await here.press("enter")
        assert social.count("outbox") == 0


async def test_the_key_says_why_where_nothing_goes_on_in_private(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = replace(SampleConnector.manifest, threading="native_thread", private_reply=7 * 24 * 3600)
    monkeypatch.setattr(SampleConnector, "manifest", manifest)
    desk.receives(mail("1", "Never again!", public=True, thread="post-1/anna", at=clock.now() - 8 * clock.DAY))
    async with console(desk.workspace) as here:
        await here.press("ctrl+g")
        await here.sees("it cannot go on in private", "for 7 days")
        await in_public(here)
        await here.sees("everybody reads this; in private: ")


async def test_what_was_said_in_private_has_no_private_side(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("ctrl+g")
        await here.sees("was said in private, or has no private side")
