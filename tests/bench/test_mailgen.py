"""The mailbox of the bench."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

from bench import mailgen


def test_the_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    sizes = {mailgen.write_maildir(tmp_path / name, 60, 20, seed=5) for name in ("one", "other")}
    contents = [
        {path.name: path.read_bytes() for path in (tmp_path / name / "cur").iterdir()} for name in ("one", "other")
    ]

    assert len(sizes) == 1
    assert contents[0] == contents[1]
    assert len(contents[0]) == 60


def test_every_mail_is_sound_and_an_answer_names_mails_that_came_before() -> None:
    seen: set[str] = set()
    answers = files = 0
    for mail in mailgen.mails(400, 60):
        message = message_from_bytes(mail.data, policy=policy.default)
        assert not [defect for part in message.walk() for defect in part.defects]
        references = message.get("References", "").split()
        answers += bool(references)
        files += any(part.get_filename() for part in message.walk())
        assert set(references) <= seen
        assert message["Message-ID"] not in seen
        seen.add(message["Message-ID"])

    assert 150 < answers < 350
    assert 10 < files < 70
