"""Addresses of files that go out: signed, each for one file, and over after two days."""

from __future__ import annotations

from pathlib import Path

from omnidesk.desk import composing, handing, outbox, settings
from omnidesk.desk.handing import Handed
from tests.filling import Clock, Desk, mail


def test_an_address_is_for_one_file_and_ends(time: Clock, desk: Desk, tmp_path: Path) -> None:
    workspace = desk.workspace
    desk.receives(mail("1"))
    path = tmp_path / "a ü.png"
    path.write_bytes(b"\x89PNG")
    queued = composing.reply(workspace, desk.me, 1, "Here", files=[path])
    assert outbox.outgoing(workspace, queued.message.id).links == ()
    settings.put(workspace, "public_url", "https://desk.example/")
    (link,) = outbox.outgoing(workspace, queued.message.id).links
    base, attachment, until, signature, name = link.rsplit("/", 4)
    assert (base, name) == ("https://desk.example/files", "a%20%C3%BC.png")
    said = int(attachment), int(until), signature
    assert handing.fetched(workspace, *said) == Handed("a ü.png", "image/png", b"\x89PNG")
    assert handing.fetched(workspace, said[0] + 1, *said[1:]) is None
    assert handing.fetched(workspace, said[0], said[1] + 1, signature) is None
    assert handing.fetched(workspace, *said[:2], "") is None
    time.forward(days=1)
    assert handing.fetched(workspace, *said) is not None
    time.forward(days=2)
    assert handing.fetched(workspace, *said) is None


def test_a_file_that_came_in_is_given_to_nobody(time: Clock, desk: Desk) -> None:
    """Its number and our signature are not enough: only what goes out is fetched."""
    workspace = desk.workspace
    desk.receives(mail("1", files={"in.txt": b"theirs"}))
    (row,) = workspace.database.reader.all("SELECT id, name FROM attachment")
    (link,) = handing.links(workspace, "https://desk.example", [(row["id"], row["name"])])
    _, attachment, until, signature, _ = link.rsplit("/", 4)
    assert handing.fetched(workspace, int(attachment), int(until), signature) is None
