"""Files that the provider keeps: fetched after filing, or given up with the reason shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from omnidesk.connectors.base import Item
from omnidesk.desk import cleaning, exporting, fetching, redecoding, threads, triage
from omnidesk.desk.intake import Held
from omnidesk.store.leases import LeaseLostError
from omnidesk.words.errors import NotFoundError, TryLaterError
from omnidesk.words.rows import Attachment
from tests import plans
from tests.filling import Clock, Desk, hold, mail

pytestmark = pytest.mark.databases


def pictured(name: str = "1", **file: Any) -> Item:
    """A message whose picture the provider keeps."""
    said: Mapping[str, Any] = {"name": "photo.jpg", "content_type": "image/jpeg", "reference": "media-1", "size": 9}
    return _with_files(mail(name, "See the picture"), [{**said, **file}])


def _with_files(item: Item, files: list[Mapping[str, Any]]) -> Item:
    return replace(item, raw=json.dumps(json.loads(item.raw) | {"files": files}).encode())


@pytest.fixture
def waiting(time: Clock, desk: Desk) -> Desk:
    """A picture came in that is still at the provider."""
    desk.receives(pictured())
    return desk


def picture(desk: Desk) -> Attachment:
    return threads.messages(desk.workspace, 1)[0].attachments[0]


def begins(desk: Desk, held: Held, wait: float = 60) -> fetching.Wanted:
    wanted = fetching.begin(desk.workspace, desk.channel.id, held, wait)
    assert wanted is not None
    return wanted


def test_a_file_that_is_still_at_the_provider_says_so(waiting: Desk) -> None:
    file = picture(waiting)
    assert (file.name, file.size, file.sha256, file.coming, file.missing) == ("photo.jpg", 9, "", True, None)
    with pytest.raises(TryLaterError, match=r"photo\.jpg has not come yet: the engine fetches it"):
        threads.attachment_bytes(waiting.workspace, file.id)


def test_a_file_that_came_is_like_any_other(waiting: Desk) -> None:
    held = hold(waiting.workspace, waiting.channel)
    wanted = begins(waiting, held)
    assert (wanted.reference, wanted.attempts) == ("media-1", 1)
    fetching.came(waiting.workspace, wanted, held, b"a picture")
    file = picture(waiting)
    assert (file.size, file.coming, file.missing, len(file.sha256)) == (9, False, None, 64)
    assert threads.attachment_bytes(waiting.workspace, file.id)[1] == b"a picture"
    assert fetching.next_due(waiting.workspace, waiting.channel.id) is None
    assert "file_came" in [one.kind for one in threads.events(waiting.workspace, 1)]


def test_killed_while_fetching_it_is_fetched_again(time: Clock, waiting: Desk) -> None:
    held = hold(waiting.workspace, waiting.channel)
    begins(waiting, held)
    assert fetching.begin(waiting.workspace, waiting.channel.id, held, 60) is None
    time.forward(seconds=61)
    assert begins(waiting, hold(waiting.workspace, waiting.channel, "another")).attempts == 2


def test_who_lost_the_lease_changes_nothing(time: Clock, waiting: Desk) -> None:
    held = hold(waiting.workspace, waiting.channel)
    wanted = begins(waiting, held)
    time.forward(seconds=61)
    hold(waiting.workspace, waiting.channel, "another")
    with pytest.raises(LeaseLostError):
        fetching.came(waiting.workspace, wanted, held, b"a picture")
    with pytest.raises(LeaseLostError):
        fetching.failed(waiting.workspace, wanted, held, "gone", None, reached=True)
    assert picture(waiting).coming


def test_after_some_tries_a_file_is_given_up_and_says_why(time: Clock, waiting: Desk) -> None:
    held = hold(waiting.workspace, waiting.channel, seconds=10_000)
    for turn in range(1, fetching.TRIES + 1):
        wanted = begins(waiting, held)
        given_up = fetching.failed(waiting.workspace, wanted, held, "media-1 has expired", 30, reached=True)
        assert given_up == (turn == fetching.TRIES)
        assert picture(waiting).missing == "media-1 has expired"
        time.forward(seconds=31)
    file = picture(waiting)
    assert not file.coming
    with pytest.raises(NotFoundError, match=r"photo\.jpg could not be fetched: media-1 has expired"):
        threads.attachment_bytes(waiting.workspace, file.id)
    assert fetching.begin(waiting.workspace, waiting.channel.id, held, 60) is None


def test_out_of_reach_is_no_reason_to_give_up_for_days(time: Clock, waiting: Desk) -> None:
    """Promise 12: offline is a normal state."""
    held = hold(waiting.workspace, waiting.channel, seconds=10 * 86_400)
    for _turn in range(fetching.TRIES + 3):
        assert not fetching.failed(waiting.workspace, begins(waiting, held), held, "no network", 30, reached=False)
        time.forward(hours=1)
    time.forward(days=3)
    assert fetching.failed(waiting.workspace, begins(waiting, held), held, "no network", 30, reached=False)


def test_what_the_provider_puts_off_was_no_try(time: Clock, waiting: Desk) -> None:
    held = hold(waiting.workspace, waiting.channel)
    fetching.put_off(waiting.workspace, begins(waiting, held), held, 17)
    assert fetching.next_due(waiting.workspace, waiting.channel.id) == time.at + 17_000
    time.forward(seconds=17)
    assert begins(waiting, held).attempts == 1


def test_redecoding_keeps_what_was_fetched(waiting: Desk) -> None:
    held = hold(waiting.workspace, waiting.channel)
    fetching.came(waiting.workspace, begins(waiting, held), held, b"a picture")
    redecoding.redecode(waiting.workspace, everything=True)
    assert threads.attachment_bytes(waiting.workspace, picture(waiting).id)[1] == b"a picture"


def test_an_export_says_what_is_missing(waiting: Desk, tmp_path: Any) -> None:
    number = threads.conversation(waiting.workspace, 1)
    (written,) = [exporting._as_mail(waiting.workspace, one) for one in threads.messages(waiting.workspace, number.id)]
    assert b"photo.jpg.txt" in written


def test_a_purged_message_is_not_waited_for(time: Clock, waiting: Desk) -> None:
    triage.delete(waiting.workspace, waiting.me, [1])
    time.forward(days=31)
    cleaning.clean(waiting.workspace)
    assert waiting.count("fetching") == 0


@pytest.mark.sqlite
def test_looking_for_files_rides_on_an_index(waiting: Desk) -> None:
    reader = waiting.workspace.database.reader
    with plans.recorded(waiting.workspace) as said:
        fetching.next_due(waiting.workspace, waiting.channel.id)
    (statement,) = [one for one in said if "fetching" in one]
    steps = [row[3] for row in reader.raw.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert steps
    assert all("fetching_due" in step for step in steps)
