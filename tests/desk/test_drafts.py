"""Drafts: one a conversation, agent and sort, with recipients, channel, subject and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk.desk import composing, drafts, enclosing, threads, undo
from omnidesk.desk.drafts import Written
from omnidesk.words.errors import UsageError
from omnidesk.words.rows import Address
from tests.filling import Desk, mail


def test_everything_an_agent_chose_comes_back(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    file = enclosing.find(tmp_path / "a.txt")
    kept = Written("Hi", "demo", (Address("Anna", "a@b.test"),), (), (Address("", "c@d.test"),), "Subject", (file,))
    drafts.save(desk.workspace, desk.me, 0, "new", kept)
    found = drafts.get(desk.workspace, desk.me, 0, "new")
    assert found is not None
    assert found.written == kept


def test_recipients_nobody_changed_are_left_open(desk: Desk) -> None:
    drafts.save(desk.workspace, desk.me, 1, "reply", "Hi")
    found = drafts.get(desk.workspace, desk.me, 1, "reply")
    assert found is not None
    assert (found.written.to, found.written.cc, found.written.channel) == (None, None, None)


def test_each_agent_and_each_sort_has_one(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    for actor in (desk.me, koen):
        for sort in ("reply", "note", "aside"):
            drafts.save(desk.workspace, actor, 1, sort, f"{sort} 1")
            drafts.save(desk.workspace, actor, 1, sort, f"{sort} 2")
    assert desk.count("draft") == 6
    assert {one.text for one in drafts.waiting(desk.workspace, desk.me)} == {"reply 2", "note 2", "aside 2"}


def test_when_writing_began_stays(desk: Desk) -> None:
    drafts.save(desk.workspace, desk.me, 1, "reply", "H")
    before = drafts.get(desk.workspace, desk.me, 1, "reply")
    drafts.save(desk.workspace, desk.me, 1, "reply", "Hi")
    after = drafts.get(desk.workspace, desk.me, 1, "reply")
    assert before is not None and after is not None
    assert (after.began_at, after.key) == (before.began_at, before.key)


def test_an_empty_draft_is_dropped_but_files_alone_are_kept(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    drafts.save(desk.workspace, desk.me, 1, "reply", Written("", files=(enclosing.find(tmp_path / "a.txt"),)))
    assert desk.count("draft") == 1
    drafts.save(desk.workspace, desk.me, 1, "reply", Written("  "))
    assert desk.count("draft") == 0


def test_what_is_taken_back_is_a_draft_with_its_files_and_recipients(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"))
    path = tmp_path / "a.txt"
    path.write_text("hello")
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna", bcc=["boss@shop.test"], files=[path])
    path.unlink()
    undo.undo(desk.workspace, desk.me)
    found = drafts.get(desk.workspace, desk.me, 1, "reply")
    assert found is not None
    assert [file.name for file in found.written.files] == ["a.txt"]
    assert [one.address for one in found.written.bcc or ()] == ["boss@shop.test"]
    again = composing.reply(desk.workspace, desk.me, 1, found.text, files=found.written.files)
    stored = threads.attachment_bytes(desk.workspace, again.message.attachments[0].id)
    assert stored[1] == b"hello"


@pytest.mark.parametrize("name", ["", "none.txt"])
def test_what_is_no_file_cannot_be_attached(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be attached"):
        enclosing.find(tmp_path / name)
