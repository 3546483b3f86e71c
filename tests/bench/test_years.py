"""The desks of the bench: the same years each time, shaped like a desk's, taken in whole."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bench import desks, years
from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import searching, workspace
from omnidesk.store import people
from tests.filling import NOON

MESSAGES = 4_000


@pytest.fixture(scope="module")
def made() -> list[tuple[years.Arrival, dict[str, Any]]]:
    return [(each, json.loads(each.item.raw)) for each in years.items(MESSAGES, NOON)]


def test_the_same_arguments_make_the_same_bytes() -> None:
    once, again = ([(each.channel, each.item) for each in years.items(600, NOON)] for _ in range(2))
    assert once == again
    assert [each.item for each in years.items(600, NOON, seed=2)] != [item for _, item in once]


@pytest.mark.parametrize("messages", [600, MESSAGES, 10_000, 1_000_000])
def test_lengths_bring_the_counts_to_the_message_and_the_conversation(messages: int) -> None:
    lengths = [*years.lengths(messages), *years.special(messages).values()]
    assert sum(lengths) == messages
    assert len(lengths) == years.conversations(messages)
    assert min(lengths) >= 1


def test_a_million_messages_are_what_was_asked_for() -> None:
    assert (years.conversations(1_000_000), years.customers(1_000_000)) == (250_000, 80_000)
    assert sorted(years.special(1_000_000).values()) == [20, 1_000, 20_000]


def test_messages_come_in_order_of_time_over_three_years(made: list[tuple[years.Arrival, dict[str, Any]]]) -> None:
    times = [each.item.received_at for each, _ in made]
    assert len(times) == MESSAGES
    assert times == sorted(times)
    assert NOON - years.YEARS <= times[0] < times[-1] < NOON


def test_answers_name_what_they_answer_and_come_by_the_same_channel(
    made: list[tuple[years.Arrival, dict[str, Any]]],
) -> None:
    seen: dict[str, str] = {}
    for each, said in made:
        assert {seen.get(value) for value in said.get("references", ())} <= {each.channel}
        assert said["id"] not in seen
        seen[said["id"]] = each.channel
    assert {*seen.values()} == {*years.CHANNELS}


def test_few_words_are_frequent_and_most_are_rare(made: list[tuple[years.Arrival, dict[str, Any]]]) -> None:
    held = Counter(word for _, said in made for word in set(said["text"].lower().replace(".", "").split()))
    frequent = held.most_common(3)
    assert frequent[2][1] > MESSAGES / 5
    assert len(held) > 2_000
    assert sorted(held.values())[len(held) // 2] < MESSAGES / 100


def test_every_item_can_be_decoded(made: list[tuple[years.Arrival, dict[str, Any]]]) -> None:
    for each, said in made[:500]:
        (decoded,) = registry.connector(years.CHANNELS[each.channel][0]).decode(each.item)
        assert decoded.external_id == said["id"]


def test_a_desk_is_filled_whole_and_agents_have_worked_in_it(tmp_path: Path) -> None:
    desks.fill(tmp_path / "home", 1_200, end=clock.now() // clock.HOUR * clock.HOUR)
    opened = workspace.open_workspace(tmp_path / "home")
    reader = opened.database.reader
    counts = {name: reader.value(f"SELECT count(*) FROM {name}") for name in ("message", "conversation", "customer")}
    assert counts == {"message": 1_200, "conversation": 300, "customer": years.customers(1_200)}
    assert reader.value("SELECT count(*) FROM quarantine") == 0
    lengths = dict(map(tuple, reader.all("SELECT subject, message_count FROM conversation")))
    assert {subject: lengths[subject] for subject in years.special(1_200)} == years.special(1_200)
    statuses = {row[0] for row in reader.all("SELECT DISTINCT status FROM conversation WHERE place = 'desk'")}
    assert {"open", "closed", "pending"} <= statuses
    assert len(people.channels(reader)) == 1 + len(years.CHANNELS)
    assert searching.search(opened, f"tag:{desks.RARE_TAG}", None)[0]
    opened.close()
