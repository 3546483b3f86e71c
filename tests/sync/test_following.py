"""What another mail program does with the mail is done here too, where the channel's setting `follow` says so.

A real Dovecot, and another client on it that moves, archives, deletes and brings back."""

from __future__ import annotations

import asyncio
import imaplib
from collections.abc import Callable
from pathlib import Path

import pytest

from omnidesk.desk import agents, channels, composing, routing, settings, threads, undo
from omnidesk.sync import secrets
from omnidesk.sync.channel import ChannelRun
from omnidesk.words.kinds import Place, Status
from omnidesk.words.rows import Channel, Conversation
from tests.filling import Desk
from tests.servers import Mailbox, simple_mail
from tests.sync.test_channel import until, working

pytestmark = pytest.mark.servers


class Followed:
    """A mailbox with one mail that was read, and another client on it."""

    def __init__(self, desk: Desk, mailbox: Mailbox, follow: str = "follow") -> None:
        self.desk, self.mailbox = desk, mailbox
        said = {**mailbox.settings, "follow": follow}
        self.channel: Channel = desk.adds_channel("support", mailbox.address, "email", settings=said)
        secrets.store(self.channel.id, mailbox.secrets)
        mailbox.deliver(simple_mail(to=mailbox.address, subject="Shoes", message_id="<one@example.org>"))
        self.looks()
        self.looks()  # the first look only learns what is there

    def looks(self) -> None:
        """Read the source once, as `omnidesk sync --once` does."""
        found = channels.get(self.desk.workspace, "support")
        run = ChannelRun(self.desk.workspace, found, "test", settings.current(self.desk.workspace), asyncio.to_thread)
        done = asyncio.run(run.once())
        assert done.error is None and not done.skipped, done.error

    def client(self, work: Callable[[imaplib.IMAP4], object], folder: str = "INBOX") -> None:
        """Do something in another mail program, with a folder open."""
        with self.mailbox.server.imap(self.mailbox.address) as client:
            assert client.select(folder)[0] == "OK"
            work(client)

    def moves(self, source: str, target: str) -> None:
        """Move all mails of a folder into another."""
        self.client(lambda client: client._simple_command("MOVE", "1:*", target), source)  # type: ignore[attr-defined]

    def deletes(self) -> None:
        """Delete all mails of the inbox for good."""

        def work(client: imaplib.IMAP4) -> None:
            client.store("1:*", "+FLAGS", r"\Deleted")
            client.expunge()

        self.client(work)

    @property
    def conversation(self) -> Conversation:
        """The one conversation."""
        return threads.conversation(self.desk.workspace, 1)


@pytest.fixture
def followed(desk: Desk, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Followed:
    """A mailbox that is followed, with one mail in it."""
    imaplib.Commands.setdefault("MOVE", ("SELECTED",))
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    return Followed(desk, mailbox)


@pytest.mark.parametrize(
    ("target", "place", "status"),
    [
        ("Junk", Place.SPAM, Status.OPEN), ("Trash", Place.DELETED, Status.OPEN),
        ("Archive", Place.DESK, Status.CLOSED), ("Elsewhere", Place.DESK, Status.OPEN),
    ],
)  # fmt: skip
def test_a_move_is_followed_by_what_the_folder_is_for(
    followed: Followed, target: str, place: Place, status: Status
) -> None:
    followed.client(lambda client: client.create("Elsewhere"))
    followed.moves("INBOX", target)
    followed.looks()
    followed.looks()
    assert (followed.conversation.place, followed.conversation.status) == (place, status)
    assert followed.desk.value("SELECT folder FROM receipt WHERE channel_id = ?", followed.channel.id) == target
    assert followed.desk.count("message") == 1


def test_what_is_deleted_for_good_goes_to_the_deleted_ones_and_undo_brings_it_back(followed: Followed) -> None:
    followed.deletes()
    followed.looks()
    assert followed.conversation.place is Place.DELETED
    act = followed.desk.value("SELECT max(id) FROM act WHERE kind = 'followed' AND undoable")
    undo.undo(followed.desk.workspace, followed.desk.me, act)
    followed.looks()
    assert followed.conversation.place is Place.DESK


def test_only_marked_as_deleted_is_as_good_as_gone(followed: Followed) -> None:
    followed.client(lambda client: client.store("1:*", "+FLAGS", r"\Deleted"))
    followed.mailbox.deliver(simple_mail(to=followed.mailbox.address, subject="Other", message_id="<two@example.org>"))
    followed.looks()
    assert followed.conversation.place is Place.DELETED


@pytest.mark.parametrize("where", ["Junk", "Trash"])
def test_what_is_brought_back_comes_back(followed: Followed, where: str) -> None:
    followed.moves("INBOX", where)
    followed.looks()
    assert followed.conversation.place is not Place.DESK
    followed.moves(where, "INBOX")
    followed.looks()
    followed.looks()
    assert followed.conversation.place is Place.DESK


def test_what_an_agent_answered_is_never_taken_off_the_desk(followed: Followed) -> None:
    composing.reply(followed.desk.workspace, followed.desk.me, 1, "Yes")
    for target in ("Trash", "Junk"):
        followed.moves("INBOX", target)
        followed.looks()
        assert (followed.conversation.place, followed.conversation.status) == (Place.DESK, Status.CLOSED)
        followed.moves(target, "INBOX")
        followed.looks()


def test_a_newer_question_keeps_the_conversation_when_an_older_mail_is_deleted(followed: Followed) -> None:
    followed.deletes()
    followed.mailbox.deliver(simple_mail("Re: Shoes", to=followed.mailbox.address, in_reply_to="<one@example.org>"))
    followed.looks()
    followed.looks()
    assert (followed.conversation.place, followed.conversation.status) == (Place.DESK, Status.OPEN)


def test_a_rule_about_the_folder_is_asked_after_a_move(followed: Followed) -> None:
    desk = followed.desk
    agents.set_team(desk.workspace, desk.me, "Returns", ["sanne"])
    routing.add(desk.workspace, desk.me, "Returns", {"folder": "Returns"})
    followed.client(lambda client: client.create("Returns"))
    followed.moves("INBOX", "Returns")
    followed.looks()
    assert followed.conversation.team == "Returns"


def test_what_was_gone_before_following_began_stays_as_it_is(
    desk: Desk, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    off = Followed(desk, mailbox, follow="off")
    off.deletes()
    off.looks()
    channels.set_settings(desk.workspace, desk.me, "support", {"follow": "follow"})
    off.looks()
    off.looks()
    assert off.conversation.place is Place.DESK


def test_nothing_is_followed_where_the_setting_is_off(
    desk: Desk, mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imaplib.Commands.setdefault("MOVE", ("SELECTED",))
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    off = Followed(desk, mailbox, follow="off")
    off.moves("INBOX", "Junk")
    off.looks()
    assert off.conversation.place is Place.DESK


async def test_a_running_engine_follows_a_delete_at_once(followed: Followed) -> None:
    desk = followed.desk
    channel = channels.get(desk.workspace, "support")
    async with working(desk, channel):
        await asyncio.to_thread(followed.deletes)
        await until(lambda: threads.conversation(desk.workspace, 1).place is Place.DELETED)
