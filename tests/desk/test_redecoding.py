"""Redecoding refreshes text, names and attachments from raw, never ids or threads (promise 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from omnidesk.connectors.base import Decoded, Item
from omnidesk.connectors.sample import SampleConnector
from omnidesk.desk import composing, redecoding, searching, threads
from tests.filling import Desk, mail


@pytest.fixture
def improved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder of the next version, which reads text, names and files otherwise."""
    old = SampleConnector.decode

    def decode(item: Item) -> Sequence[Decoded]:
        if b"breaks" in item.raw:
            raise KeyError("a fault of the new decoder")
        (before,) = old(item)
        assert before.sender is not None
        files = tuple(
            replace(file, name=f"../{file.name}\x1b[2J", content_type="text/x-new\x07") for file in before.files
        )
        return (
            replace(
                before,
                external_id="<other@id.test>",
                in_reply_to=(),
                sender=replace(before.sender, name="Anna\x1b[2J the Second", value="other@example.test"),
                text=f"{before.text} zabaglione",
                reply_text="zabaglione",
                files=files,
            ),
        )

    monkeypatch.setattr(SampleConnector, "decode", staticmethod(decode))
    monkeypatch.setattr(SampleConnector, "manifest", replace(SampleConnector.manifest, decoder=99))


def test_text_names_and_files_are_made_anew_and_nothing_else(desk: Desk, request: pytest.FixtureRequest) -> None:
    desk.receives(mail("1", "one", files={"a.txt": b"x"}), mail("2", "two", answers="1"))
    composing.note(desk.workspace, desk.me, 1, "a note")
    before = threads.messages(desk.workspace, 1)
    request.getfixturevalue("improved")
    done = redecoding.redecode(desk.workspace)
    assert (done.looked_at, done.changed, done.failed) == (2, 2, 0)
    after = threads.messages(desk.workspace, 1)
    kept = ("id", "conversation_id", "external_id", "joined_by", "at", "direction", "status", "customer_id", "stranger")
    assert [[getattr(one, name) for name in kept] for one in before] == [
        [getattr(one, name) for name in kept] for one in after
    ]
    assert [one.text for one in after] == ["one zabaglione", "two zabaglione", "a note"]
    assert after[0].sender.name == "Anna the Second"
    assert after[0].sender.address == before[0].sender.address
    (file,) = after[0].attachments
    assert file.id == before[0].attachments[0].id
    assert threads.attachment_bytes(desk.workspace, file.id)[1] == b"x"
    assert threads.conversation(desk.workspace, 1).preview == "zabaglione"
    assert len(searching.search(desk.workspace, "zabaglione", None)[0]) == 2
    assert redecoding.redecode(desk.workspace).looked_at == 0
    assert redecoding.redecode(desk.workspace, everything=True).changed == 0


def test_names_of_files_are_as_clean_and_pathless_as_at_intake(desk: Desk, request: pytest.FixtureRequest) -> None:
    """Promise 8."""
    desk.receives(mail("1", files={"a.txt": b"x"}))
    request.getfixturevalue("improved")
    redecoding.redecode(desk.workspace)
    (file,) = threads.messages(desk.workspace, 1)[0].attachments
    assert not {"/", "\x1b"} & set(file.name)
    assert "\x07" not in file.content_type


def test_what_the_new_decoder_cannot_read_stays_as_it_was(desk: Desk, request: pytest.FixtureRequest) -> None:
    desk.receives(mail("1", "this breaks"), mail("2"))
    request.getfixturevalue("improved")
    done = redecoding.redecode(desk.workspace)
    assert (done.changed, done.failed) == (1, 1)
    assert threads.messages(desk.workspace, 1)[0].text == "this breaks"
