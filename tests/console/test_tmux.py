"""The console in a real terminal: what escape sequences do not do, resizing, and a day's work on a real mailbox."""

from __future__ import annotations

import email
import email.policy
import os
import shlex
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.desk import channels, workspace
from omnidesk.words.rows import Actor
from tests.filling import Desk, mail
from tests.servers import Mailbox, MailServer, simple_mail

pytestmark = [
    pytest.mark.tmux,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[?1049l\x1b]52;c;aGFja2Vk\x07\x9b2J\x1bP+q\x1b\\[/] [@click=app.quit]x[/] "


class Terminal:
    """A tmux server of its own with one pane."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / f"tmux-{uuid.uuid4().hex[:8]}"
        self.folder = folder

    def tmux(self, *words: str) -> str:
        """Run a tmux command and return what it prints."""
        command = ["tmux", "-f", os.devnull, "-S", str(self.socket), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout

    def start(self, home: Path, width: int = 140, height: int = 40, **environment: str) -> None:
        """Run the console in a pane of this size."""
        environment = {"XDG_CONFIG_HOME": str(self.socket.parent / "config"), **environment}
        said = " ".join(shlex.quote(f"{key}={value}") for key, value in environment.items())
        program = f"{shlex.quote(sys.executable)} -m omnidesk --home {shlex.quote(str(home))}"
        run = f"env -u COLUMNS -u LINES {said} {program}; echo ended $?; cat"
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), run)
        self.tmux("set", "-g", "set-clipboard", "on")

    def screen(self) -> str:
        """Return what is on the screen."""
        return self.tmux("capture-pane", "-p")

    def ask(self, what: str) -> str:
        """Return a format of the pane, such as pane_title."""
        return self.tmux("display-message", "-p", f"#{{{what}}}").strip()

    def keys(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        self.tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self.tmux("send-keys", "-l", text)

    def sees(self, *texts: str, seconds: float = 40.0) -> str:
        """Wait until all texts are on the screen."""
        end = time.monotonic() + seconds
        while not all(text in (screen := self.screen()) for text in texts):
            assert time.monotonic() < end, f"waited in vain for {texts}\n{screen}"
            time.sleep(0.05)
        return screen

    def sees_not(self, text: str, seconds: float = 40.0) -> None:
        """Wait until a text has left the screen."""
        end = time.monotonic() + seconds
        while text in (screen := self.screen()):
            assert time.monotonic() < end, f"{text} stays\n{screen}"
            time.sleep(0.05)

    def close(self) -> None:
        """End the terminal and what runs in it."""
        self.tmux("kill-server")


@pytest.fixture
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    found = Terminal(tmp_path_factory.mktemp("t"))
    yield found
    found.close()


def test_a_hostile_message_does_nothing_to_the_terminal(desk: Desk, terminal: Terminal) -> None:
    hostile = EVIL + "visible"
    desk.receives(mail("1", f"{hostile} body", subject=f"{hostile} subject", name=f"{hostile} name"))
    desk.workspace.database.write(  # what an older version may have stored uncleaned passes the guard at the door too
        lambda tx: [
            tx.execute("UPDATE conversation SET subject = ?, preview = ?", (hostile, hostile)),
            tx.execute("UPDATE message SET text = ?, reply_text = ?, from_name = ?, author_name = ?", (hostile,) * 4),
            tx.execute("UPDATE customer SET name = ?, company = ?", (hostile, hostile)),
            tx.execute("UPDATE identity SET name = ?", (hostile,)),
        ]
    )
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
    terminal.start(desk.workspace.home.path, OMNIDESK_AGENT="sanne")
    terminal.sees("visible", "NOT ANSWERED")
    title = terminal.ask("pane_title")
    terminal.keys("Enter")
    terminal.keys("z")
    terminal.keys("r")
    screen = terminal.sees("REPLY -", "visible")
    assert "\x1b" not in screen
    assert "[@click=app.quit]x[/]" in screen
    assert terminal.ask("pane_title") == title
    assert "owned" not in title
    assert terminal.ask("alternate_on") == "1"
    assert "hacked" not in terminal.tmux("show-buffer")
    terminal.keys("C-q")
    terminal.sees("ended 0")


def test_resizing_to_a_few_columns_and_back_keeps_it_working(desk: Desk, terminal: Terminal) -> None:
    desk.receives(mail("1", subject="Where is NL-10234?"))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
    terminal.start(desk.workspace.home.path, OMNIDESK_AGENT="sanne")
    terminal.sees("Where is NL-10234?", "anna@example.test")
    for width, height in ((100, 30), (40, 20), (20, 10), (80, 24)):
        terminal.tmux("resize-window", "-x", str(width), "-y", str(height))
        if width < 60:
            terminal.sees("small")
    terminal.sees("Where is NL-10234?", "? keys")
    terminal.keys("Enter")
    terminal.sees("NOT ANSWERED", "o customer")


def test_keys_typed_in_one_go_arrive_in_order(desk: Desk, terminal: Terminal) -> None:
    desk.receives(mail("1", "An umbrella, please."))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
    terminal.start(desk.workspace.home.path, OMNIDESK_AGENT="sanne")
    terminal.sees("Open 1")
    terminal.type("/umbrella")
    terminal.keys("Enter")
    terminal.sees("1 found")
    terminal.type("q")
    terminal.sees("Open 1 - next due first")
    terminal.type("nevery letter of it\x13")
    terminal.sees("note on #1", "every letter of it")


def test_without_colour_everything_is_said_in_words(desk: Desk, terminal: Terminal) -> None:
    desk.receives(mail("1"))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
    terminal.start(desk.workspace.home.path, OMNIDESK_AGENT="sanne", NO_COLOR="1")
    terminal.sees("NOT ANSWERED", "open", "nobody", ">")


@pytest.mark.servers
def test_a_mail_arrives_is_read_answered_and_closed(
    mail_server: MailServer, mailbox: Mailbox, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    home = tmp_path / "home"
    opened = workspace.create(str(home), "Sanne")
    settings = {key: value for key, value in mailbox.settings.items() if key != "poll_seconds"}
    channels.add(opened, Actor("sanne"), "email", "support", mailbox.address, settings)
    opened.database.write(lambda tx: tx.execute("INSERT INTO setting (key, value_json) VALUES ('undo_seconds', '2.0')"))
    customer, _ = mail_server.add_user()
    terminal.start(home, OMNIDESK_AGENT="sanne", OMNIDESK_SECRET_SUPPORT_PASSWORD=mailbox.password)
    terminal.sees("Open 0", "support up", "synced")

    arriving = simple_mail(sender=f"Bram de Vries <{customer}>", to=mailbox.address, subject="Where is NL-10234?",
                           text="It should have come on Monday.", message_id="<first@customer.test>")  # fmt: skip
    mailbox.deliver(arriving, sender=customer)
    terminal.sees("Bram de Vries", "Where is NL-10234?", "Open 1")

    terminal.keys("Enter")
    terminal.sees("It should have come on Monday.", "NOT ANSWERED")
    terminal.keys("r")
    terminal.sees("REPLY -", customer)
    terminal.type("Hello Bram, it comes on Thursday.")
    terminal.keys("C-s")
    terminal.sees("Send?")
    terminal.keys("c")
    terminal.sees("goes in", "u takes it back")

    end = time.monotonic() + 60
    while not (answers := mail_server.folder_messages(customer)):
        assert time.monotonic() < end, f"no answer came\n{terminal.screen()}"
        time.sleep(0.1)
    answer = email.message_from_bytes(answers[0], policy=email.policy.default)
    assert answer["In-Reply-To"] == "<first@customer.test>"
    assert "Sanne" in answer["From"]
    body = answer.get_body(("plain",))
    assert body is not None
    assert "it comes on Thursday." in body.get_content()

    terminal.keys("g", "c")
    terminal.sees("Closed 1", "Where is NL-10234?")
    terminal.keys("Enter")
    terminal.sees("Hello Bram, it comes on Thursday.", "sent")
    terminal.keys("C-q")
    terminal.sees("ended 0")
    opened.close()
