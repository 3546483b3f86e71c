"""What the store keeps stays English; where it is shown it speaks the agent's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk.desk import history, triage, undo
from omnidesk.text.when import parse_when
from omnidesk.words import speech
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Priority
from omnidesk.words.retelling import SENTENCES, retold
from tests.console.steering import WIDE, console
from tests.filling import Desk, mail


@pytest.fixture
def dutch() -> Iterator[None]:
    """Dutch is spoken."""
    speech.speak("nl")
    yield
    speech.speak("en")


@pytest.mark.usefixtures("dutch")
@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("closed #12", "#12 gesloten"),
        ("took back: set pending: 3 conversations", "teruggedraaid: 3 gesprekken: nu wacht op klant"),
        ("tagged +late -new #7", "#7 gelabeld: +late -new"),
        ("koen away; 3 conversations, 1 draft to the pool", "koen afwezig; 3 gesprekken, 1 concept naar de wachtrij"),
        ("came back: 550 no such user", "kwam terug: 550 no such user"),
        ("450 4.2.1 the mailbox is busy", "450 4.2.1 the mailbox is busy"),
    ],
)
def test_a_kept_sentence_is_said_anew_and_a_servers_words_stay(kept: str, shown: str) -> None:
    assert retold(kept) == shown


def test_in_english_a_kept_sentence_stays_as_it_is() -> None:
    assert retold("closed #12") == "closed #12"


@pytest.mark.usefixtures("dutch")
@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_kept_sentence_is_known_by_its_shape(sentence: str) -> None:
    shaped = sentence.replace("{count}", "3").replace("{many}", "#3")
    for name in ("act", "what", "why", "parts"):
        shaped = shaped.replace(f"{{{name}}}", "x1")
    said = retold(shaped.replace("{", "<").replace("}", ">"))
    expected = speech._(sentence).replace("{count}", "3").replace("{many}", "#3")
    for name in ("act", "what", "why", "parts"):
        expected = expected.replace(f"{{{name}}}", "x1")
    assert said == expected.replace("{", "<").replace("}", ">")


@pytest.mark.usefixtures("dutch")
def test_acts_are_kept_in_english_whatever_the_agent_speaks(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    act = triage.close(desk.workspace, desk.me, number)
    taken_back = undo.undo(desk.workspace, desk.me)
    triage.set_priority(desk.workspace, desk.me, number, Priority.HIGH)
    assert (act.summary, taken_back.act.summary) == (f"closed #{number}", f"took back: closed #{number}")
    told = [one.said for one in history.happenings(desk.workspace, number)]
    assert f"teruggedraaid: #{number} gesloten" in told
    assert "zette de prioriteit op hoog" in told


@pytest.mark.usefixtures("dutch")
def test_errors_speak_dutch() -> None:
    with pytest.raises(UsageError, match="is geen tijd: schrijf 2u"):
        parse_when("banaan", 0)


@pytest.mark.usefixtures("dutch")
async def test_what_was_done_is_said_in_dutch(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace, WIDE) as here:
        await here.press("e")
        await here.sees("gesloten - u draait het terug")
        await here.press("u")
        await here.sees("teruggedraaid: #")
