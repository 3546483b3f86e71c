"""The interface in Dutch: which language is spoken, and that nothing said to be translated is left out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from omnidesk import clock
from omnidesk.widgets import times
from omnidesk.words import speech
from tests.console.steering import NARROW, WIDE, console
from tests.filling import NOON, Desk, mail

ROOT = Path(__file__).parents[2]


@pytest.fixture
def dutch() -> Iterator[None]:
    """Dutch is spoken."""
    speech.speak("nl")
    yield
    speech.speak("en")


@pytest.mark.parametrize(
    ("wanted", "environment", "language"),
    [
        ("auto", {}, "en"),
        ("auto", {"LANG": "nl_NL.UTF-8"}, "nl"),
        ("auto", {"LANG": "nl_BE"}, "nl"),
        ("auto", {"LANG": "nl_NL.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ("auto", {"LANG": "de_DE.UTF-8"}, "en"),
        ("auto", {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:nl:en"}, "nl"),
        ("auto", {"LC_ALL": "C", "LANGUAGE": "nl"}, "en"),
        ("nl", {"LANG": "en_US.UTF-8"}, "nl"),
        ("en", {"LANG": "nl_NL.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_agents_else_the_locales(wanted: str, environment: dict[str, str], language: str) -> None:
    assert speech.chosen(wanted, environment) == language


def test_the_catalogues_are_complete_and_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "words"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_translations_fill_in_what_the_original_fills_in() -> None:
    with (speech.FOLDER / "nl" / "LC_MESSAGES" / "omnidesk.po").open("rb") as file:
        catalogue = read_po(file, locale="nl")
    for message in catalogue:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            wanted = {name for _, name, _, _ in Formatter().parse(ids[-1]) if name is not None}
            for string in strings:
                assert {name for _, name, _, _ in Formatter().parse(string) if name is not None} == wanted, message.id


def test_a_language_without_a_catalogue_leaves_english() -> None:
    speech.speak("xx")
    assert (speech._("Mine"), speech.language) == ("Mine", "en")


@pytest.mark.usefixtures("dutch")
def test_dates_numbers_and_lengths_of_time_are_dutch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    assert times.day(NOON, NOON) == "vandaag"
    assert times.span(26 * clock.HOUR) == "1 dag"
    assert times.span(50 * clock.HOUR) == "2 dagen"
    assert times.span(62 * clock.MINUTE) == "1u02"
    assert (times.number(41_233), times.size(1_200_000)) == ("41.233", "1,2 MB")


@pytest.mark.usefixtures("dutch")
@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_views_keys_and_help_speak_dutch(desk: Desk, size: tuple[int, int]) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace, size) as here:
        await here.sees("Van mij 0", "antwoord", "sluit")
        await here.press("p")
        await here.sees("dringend", "laat maar")
        await here.press("escape", "question_mark")
        await here.sees("Bewegen", "Ga omlaag")
