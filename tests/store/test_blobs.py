"""Blobs: stored once under the hash of their content, small ones in a database, large ones as files."""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk import clock
from omnidesk.desk import cleaning
from omnidesk.store.blobs import IN_DATABASE, Blobs
from omnidesk.words.errors import NotFoundError
from tests.filling import NOON, Clock, Desk, mail

pytestmark = pytest.mark.databases

LARGE = IN_DATABASE + 1


def rows(blobs: Blobs) -> int:
    return int(blobs.small.connection.raw.execute("SELECT count(*) FROM blob").fetchone()[0])


def files(blobs: Blobs) -> list[Path]:
    return list(blobs.home.blob_folder.glob("??/*"))


@pytest.mark.sqlite
def test_what_is_small_lies_in_the_database_and_what_is_large_in_a_file(desk: Desk) -> None:
    blobs = desk.workspace.blobs
    small, large = os.urandom(IN_DATABASE), os.urandom(LARGE)
    names = blobs.put_all([small, large, b""])
    assert names == [hashlib.sha256(one).hexdigest() for one in (small, large, b"")]
    assert rows(blobs) == 2
    assert [path.parent.name + path.name for path in files(blobs)] == [names[1]]
    assert [blobs.get(name) for name in names] == [small, large, b""]


@pytest.mark.sqlite
def test_the_same_content_is_stored_once(desk: Desk) -> None:
    blobs = desk.workspace.blobs
    large = os.urandom(LARGE)
    assert blobs.put(large) == blobs.put(large)
    assert blobs.put(b"x") == blobs.put(b"x")
    assert (rows(blobs), len(files(blobs))) == (1, 1)


@pytest.mark.sqlite
def test_text_takes_less_room_than_its_size(desk: Desk) -> None:
    blobs = desk.workspace.blobs
    blobs.put(b"the same words again " * 100_000)
    assert files(blobs)[0].stat().st_size < 100_000


@pytest.mark.sqlite
def test_base64_takes_the_room_of_what_it_encodes_and_what_repeats_far_less(desk: Desk) -> None:
    blobs = desk.workspace.blobs
    encoded = base64.encodebytes(os.urandom(IN_DATABASE))
    quoted = b"".join(b"> line %d of what was said before\n" % (number % 50) for number in range(20_000))
    for content, most in ((encoded, 0.8), (quoted, 0.05)):
        name = blobs.put(content)
        assert blobs.get(name) == content
        assert (blobs.home.blob_folder / name[:2] / name[2:]).stat().st_size < most * len(content)


@given(st.binary(max_size=2000))
@settings(max_examples=30, deadline=None)
def test_what_was_put_comes_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    from tests.filling import new_workspace

    opened = new_workspace(tmp_path_factory.mktemp("blobs") / "home")
    assert opened.blobs.get(opened.blobs.put(data)) == data
    opened.close()


def test_a_blob_that_is_gone_is_told_in_words(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="restore it from a backup"):
        desk.workspace.blobs.get("0" * 64)


@pytest.mark.sqlite
def test_many_threads_may_store_the_same_large_content(desk: Desk) -> None:
    large = os.urandom(LARGE)
    threads = [threading.Thread(target=desk.workspace.blobs.put, args=(large,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files(desk.workspace.blobs)) == 1
    assert desk.workspace.blobs.get(hashlib.sha256(large).hexdigest()) == large


def test_cleaning_removes_what_no_row_names_after_a_day_and_nothing_else(time: Clock, desk: Desk) -> None:
    blobs = desk.workspace.blobs
    desk.receives(mail("1"), mail("2", "large " * 100_000))
    named = [row[0] for row in desk.workspace.database.reader.all("SELECT blob FROM raw_item")]
    time.forward(days=-2)
    small, large = blobs.put(b"left by a crash"), blobs.put(os.urandom(LARGE))
    past = (NOON - 2 * clock.DAY) / 1000
    for path in files(blobs):
        os.utime(path, (past, past))
    time.forward(days=2)
    fresh = blobs.put(b"being admitted")
    cleaning.clean(desk.workspace)
    for name in (*named, fresh):
        assert blobs.get(name)
    for name in (small, large):
        with pytest.raises(NotFoundError):
            blobs.get(name)


def test_content_stored_again_is_not_swept_as_old(time: Clock, desk: Desk) -> None:
    blobs = desk.workspace.blobs
    name = blobs.put(b"again")
    time.forward(days=3)
    blobs.put(b"again")
    cleaning.clean(desk.workspace)
    assert blobs.get(name) == b"again"
