"""Positions within a mailbox."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from omnidesk.connectors.email.answers import shown_name, uid_set
from omnidesk.connectors.email.cursor import FolderPosition, Position

RANGES = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda r: (r[0], r[0] + r[1])), max_size=12)


@given(RANGES)
def test_ranges_and_gaps_divide_the_uids(ranges: list[tuple[int, int]]) -> None:
    position = FolderPosition(1)
    for each in ranges:
        position.add([each])
    read = {uid for low, high in position.ranges for uid in range(low, high + 1)}
    unread = {uid for low, high in position.gaps(80) for uid in range(low, high + 1)}
    assert read == {uid for low, high in ranges for uid in range(low, high + 1)}
    assert unread == set(range(1, 81)) - read
    assert all(high + 1 < low for (_, high), (low, _) in zip(position.ranges, position.ranges[1:], strict=False))


@given(st.sets(st.integers(1, 200)))
def test_a_set_of_uids_is_written_with_ranges(uids: set[int]) -> None:
    read: set[int] = set()
    for part in uid_set(uids).split(",") if uids else ():
        low, _, high = part.partition(":")
        read |= set(range(int(low), int(high or low) + 1))
    assert read == uids


def test_a_cursor_survives_json_and_forgets_under_a_new_uidvalidity() -> None:
    position = Position({})
    position.folder("INBOX", 7).add([(1, 5)])
    again = Position(json.loads(json.dumps(position.cursor())))
    assert again.folder("INBOX", 7).ranges == [(1, 5)]
    assert again.folder("INBOX", 8).ranges == []


def test_folder_names_are_shown_as_people_read_them() -> None:
    assert shown_name("Entw&APw-rfe") == "Entwürfe"
    assert shown_name("A &- B") == "A & B"
    assert shown_name("&broken") == "&broken"
