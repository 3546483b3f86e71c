"""Commands do what they say, and say what they did."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from omnidesk import __version__
from omnidesk.cli.main import run
from tests.cli.conftest import EVIL, Desk, line, program, take_in
from tests.servers import until


def ids(document: Any) -> list[int]:
    return [item["id"] for item in document["items"]]


# --- where the workspace is, and how a command is written


@pytest.mark.parametrize("place", range(3))
def test_home_and_json_stand_before_or_after_a_command(desk: Desk, place: int) -> None:
    words = ["channel", "list"]
    arguments = [*words[:place], "--home", str(desk.home), "--json", *words[place:]]
    done = program(arguments)
    assert done.status == 0 and len(done.document["items"]) == 2


def test_the_home_may_come_from_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_HOME", str(desk.home))
    assert len(program(["queue", "--json"]).document["items"]) == 4


def test_a_home_may_be_called_as_a_command_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.home.rename("sync")
    assert len(program(["--home", "sync", "queue", "--json"]).document["items"]) == 4


def test_init_makes_a_private_workspace_and_asks_nothing_without_a_terminal(alone: Path) -> None:
    home = alone / "new"
    made = program(["init", "--home", str(home), "--agent-name", "Sanne", "--agent-address", "s@x.test", "--json"])
    assert made.status == 0, made.err
    assert made.document["created"] and made.document["agent"]["name"] == "Sanne"
    assert made.document["agent"]["address"] == "s@x.test"
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "omnidesk.db").stat().st_mode) == 0o600
    again = program(["init", "--home", str(home)])
    assert again.status == 0 and "was there already" in again.out
    assert program(["doctor", "--home", str(home)]).status == 0


def test_the_version_and_the_help_need_no_workspace(desk: Desk) -> None:
    assert desk.run("--version").out == f"omnidesk {__version__}\n"
    assert "reply" in desk.run("--help").out
    assert "--imap-host" in desk.run("channel", "add", "--help").out


def test_a_reading_command_imports_no_server_library_and_no_sqlmodel(desk: Desk) -> None:
    code = (
        "import sys; from omnidesk.cli.main import run; status = run(sys.argv[1:]);"
        "print([m for m in ('sqlmodel', 'sqlalchemy', 'imapclient', 'keyring', 'textual') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, "--home", str(desk.home), "queue", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done


# --- reading


def test_a_list_is_paged_to_its_end_without_repeating(desk: Desk) -> None:
    for command in (["queue", "--view", "all"], ["queue"], ["search", "a*"], ["customer", "list"], ["channel", "list"]):
        whole = desk.json(*command)["items"]
        pages: list[Any] = []
        token: str | None = None
        while token is not None or not pages:
            page = desk.json(*command, "--limit", "1", *(["--after", token] if token else []))
            assert len(page["items"]) == 1
            pages += page["items"]
            token = page["next"]
        assert pages == whole and len(whole) > 1, command


def test_a_history_is_paged_oldest_first(desk: Desk) -> None:
    desk.run("close", "1")
    whole = desk.json("history", "1")
    first = desk.json("history", "1", "--limit", "2")
    rest = desk.json("history", "1", "--after", first["next"])
    assert first["items"] + rest["items"] == whole["items"] and rest["next"] is None


def test_show_has_the_newest_messages_oldest_first_and_pages_both_ways(desk: Desk) -> None:
    take_in(desk.home, *(line(100 + n, "anna@x.test", f"no {n}", in_reply_to=["<1@shop.test>"]) for n in range(6)))
    whole = desk.json("show", "1")["messages"]
    assert len(whole) == 8
    newest = desk.json("show", "1", "--limit", "3")
    assert newest["messages"] == whole[-3:] and newest["later"] is None
    before = desk.json("show", "1", "--limit", "3", "--before", newest["earlier"])
    assert before["messages"] == whole[2:5]
    assert desk.json("show", "1", "--after", before["later"])["messages"] == whole[5:]
    first = desk.json("show", "1", "--limit", "3", "--before", before["earlier"])
    assert first["messages"] == whole[:2] and first["earlier"] is None


def test_a_merged_number_shows_the_conversation_it_went_into(desk: Desk) -> None:
    desk.run("merge", "3", "1")
    assert desk.json("show", "#3")["id"] == 1


@pytest.mark.sqlite
def test_people_get_readable_pages(desk: Desk) -> None:
    listed = desk.run("queue").out
    assert "#2" in listed and "Bram" in listed and "Matter 2" in listed
    shown = desk.run("show", "2").out
    assert "Hello wörld" in shown and "bram@x.test" in shown
    for command in (
        ["search", "wörld"],
        ["history", "1"],
        ["customer", "list"],
        ["channel", "list"],
        ["channel", "show", "shop"],
        ["channel", "kinds"],
        ["outbox", "list"],
        ["quarantine", "list"],
        ["agent", "list"],
        ["team", "list"],
        ["setting", "list"],
        ["doctor"],
    ):
        assert desk.run(*command).out.strip(), command


def test_a_file_is_saved_under_a_harmless_name_and_never_over_another(desk: Desk) -> None:
    file = desk.json("show", "3")["messages"][0]["attachments"][0]
    saved = Path(desk.json("attachment", str(file["id"]))["path"])
    assert saved.parent == Path() and saved.read_text() == "paid"
    assert "is there already" in desk.fails("attachment", str(file["id"]), status=2)
    assert desk.program("attachment", str(file["id"]), "--out", "-").out == "paid"


# --- promise 8: untrusted text is data


def test_nothing_from_outside_steers_a_terminal(desk: Desk) -> None:
    number = next(
        item["id"] for item in desk.json("queue", "--view", "all")["items"] if item["subject"].startswith("Buy")
    )
    for command in (["queue"], ["show", str(number)], ["search", "nice"], ["customer", "list"], ["export"]):
        for form in ([], ["--json"]):
            out = desk.run(*command, *form).out
            assert not set(out) & set("\x1b\x9b\x07\x00\u202e\u2066"), (command, form)
            assert "evil" in out


@pytest.mark.sqlite
def test_rows_stored_by_an_older_program_are_cleaned_at_the_door(desk: Desk) -> None:
    import sqlite3

    with sqlite3.connect(desk.home / "omnidesk.db") as database:
        database.execute("UPDATE conversation SET subject = ?, preview = ?", (EVIL, EVIL))
        database.execute("UPDATE customer SET name = ?", (EVIL,))
        database.execute("UPDATE message SET text = ?, reply_text = ?, from_name = ?", (EVIL, EVIL, EVIL))
    database.close()
    for command in (["queue"], ["show", "1"], ["show", "1", "--full"], ["customer", "list"], ["history", "1"]):
        for form in ([], ["--json"]):
            out = desk.run(*command, *form).out
            assert not set(out) & set("\x1b\x9b\x07\x00\u202e\u2066"), (command, form)


def test_what_is_typed_wrong_is_not_echoed_raw_either(desk: Desk) -> None:
    assert "\x1b" not in desk.fails("queue", "--view", EVIL, status=3)
    assert "\x1b" not in desk.fails(f"no{EVIL}such", status=2)


# --- writing


def test_a_reply_waits_out_its_window_and_undo_takes_it_back(desk: Desk) -> None:
    queued = desk.json("reply", "1", "--text", "Dag Anna")
    assert queued["message"]["status"] == "queued" and queued["message"]["to"][0]["address"] == "anna@x.test"
    assert desk.json("show", "1")["status"] == "pending"
    assert desk.json("sync", "--once")["channels"][0]["sent"] == 0
    undone = desk.json("undo")
    assert undone["undone"]["id"] == queued["act"]["id"]
    assert desk.json("show", "1")["status"] == "open" and desk.sent() == []


def test_reply_now_is_sent_before_it_returns(desk: Desk) -> None:
    done = desk.json("reply", "1", "--text", "Dag Anna", "--now")
    assert done["message"]["status"] == "sent"
    assert [sent["text"] for sent in desk.sent()] == ["Dag Anna"]
    assert "sent" in desk.run("reply", "1", "--text", "Nog iets", "--now").out


def test_reply_now_leaves_the_message_queued_where_another_process_holds_the_channel(desk: Desk) -> None:
    engine = subprocess.Popen([sys.executable, "-m", "omnidesk", "sync", "--home", str(desk.home)])
    try:
        until(lambda: desk.json("channel", "show", "shop")["leased_by"], "the engine's lease")
        done = desk.json("reply", "1", "--text", "Dag", "--now")
        assert done["message"]["status"] in ("queued", "sending", "sent")
        until(lambda: len(desk.sent()) == 1, "the engine to send it")
        skipped = desk.json("sync", "--once")["channels"][0]
        assert skipped["skipped"] and skipped["error"] is None
    finally:
        engine.send_signal(signal.SIGTERM)
        assert engine.wait(30) == 0
    assert (desk.home / "log" / "engine.log").exists()


def test_the_same_key_is_the_same_message_and_never_goes_twice(desk: Desk) -> None:
    one = desk.json("reply", "1", "--text", "Dag", "--key", "ticket-7", "--now")
    two = desk.json("reply", "1", "--text", "Dag", "--key", "ticket-7", "--now")
    assert one["message"]["id"] == two["message"]["id"] and two["message"]["status"] == "sent"
    assert len(desk.sent()) == 1


def test_text_comes_from_standard_input_and_files_go_with_it(desk: Desk) -> None:
    Path("bill.txt").write_text("paid")
    arguments = ["reply", "1", "--text", "-", "--attach", "bill.txt", "--cc", "koen@x.test", "--status", "open"]
    done = desk.program(*arguments, "--json", stdin="Dag Anna,\n\nzie bijlage: ✓\n").document["message"]
    assert done["text"] == "Dag Anna,\n\nzie bijlage: ✓"
    assert done["attachments"][0]["name"] == "bill.txt" and done["cc"][0]["address"] == "koen@x.test"
    assert desk.json("show", "1")["status"] == "open"


def test_writing_first_opens_a_conversation(desk: Desk) -> None:
    new = ["new", "--to", "eva@x.test", "--via", "shop", "--subject", "Your order", "--text", "It left"]
    written = desk.json(*new)["message"]
    assert desk.json("show", str(written["conversation_id"]))["subject"] == "Your order"


def test_a_failed_message_is_listed_retried_and_settled(desk: Desk) -> None:
    queued = desk.json("reply", "1", "--text", "Dag")["message"]["id"]
    assert desk.json("outbox", "cancel", str(queued))["message"]["status"] == "cancelled"
    assert desk.json("outbox", "list")["items"] == []
    assert desk.json("outbox", "list", "--status", "cancelled")["items"][0]["message_id"] == queued
    assert desk.json("outbox", "retry", str(queued))["message"]["status"] == "queued"
    desk.run("sync", "--once")
    assert "sent" in desk.fails("outbox", "resolve", str(queued), "sent", status=4)


# --- deciding


def test_close_takes_several_and_one_undo_brings_all_back(desk: Desk) -> None:
    act = desk.json("close", "1", "2", "#3")["act"]
    assert act["undoable"] and not {1, 2, 3} & set(ids(desk.json("queue")))
    assert "omnidesk undo" in desk.run("close", "4").out
    desk.run("undo", str(act["id"]))
    assert {1, 2, 3} <= set(ids(desk.json("queue")))


def test_an_act_that_changed_nothing_stands_not_in_the_way_of_undo(desk: Desk) -> None:
    desk.run("close", "1")
    assert not desk.json("close", "1")["act"]["undoable"]
    desk.run("undo")
    assert desk.json("show", "1")["status"] == "open"


def test_tags_go_on_and_off(desk: Desk) -> None:
    desk.run("tag", "1", "+vip", "+Late")
    assert desk.json("tag", "1", "-vip", "+x")["conversations"][0]["tags"] == ["late", "x"]
    assert ids(desk.json("queue", "--view", "open"))
    assert [item["conversation"]["id"] for item in desk.json("search", "tag:late")["items"]] == [1, 1]


def test_snooze_and_hold_read_natural_times(desk: Desk) -> None:
    assert desk.json("snooze", "1", "over", "2", "uur")["conversations"][0]["status"] == "snoozed"
    held = desk.json("status", "2", "on-hold", "--for", "PostNL", "--until", "mon 9")["conversations"][0]
    assert held["status"] == "on-hold" and held["hold_for"] == "PostNL" and held["snoozed_until"]


def test_an_owner_is_given_and_taken(desk: Desk) -> None:
    assert desk.json("assign", "1", "me")["conversations"][0]["owner"] == "sanne"
    assert ids(desk.json("queue", "--view", "mine")) == [1]
    assert desk.json("assign", "1", "none")["conversations"][0]["owner"] is None


def test_what_a_blocked_address_sends_goes_to_spam(desk: Desk) -> None:
    desk.run("block", "bram@x.test")
    take_in(desk.home, line(50, "bram@x.test", "Buy this"))
    assert "Matter 50" in [item["subject"] for item in desk.json("queue", "--view", "spam")["items"]]


# --- channels and secrets


def test_a_channel_is_tested_before_it_is_stored(desk: Desk) -> None:
    Path("more").mkdir()
    added = desk.json("channel", "add", "sample", "--name", "more", "--set", "folder=more", "--history-days", "3")
    assert added["found"]["total"] == 0 and added["channel"]["history_days"] == 3
    assert not desk.json("channel", "test", "more")["found"]["warnings"]
    desk.fails("channel", "add", "sample", "--name", "bad", "--set", "folder=/nowhere/at/all", status=1)
    desk.fails("channel", "show", "bad", status=3)
    desk.run("channel", "add", "sample", "--name", "bad", "--set", "folder=/nowhere/at/all", "--no-test", "--read-only")
    assert desk.json("channel", "show", "bad")["read_only"]


def test_a_renamed_disabled_or_removed_channel_keeps_its_messages(desk: Desk) -> None:
    desk.run("channel", "rename", "shop", "store")
    assert desk.json("show", "1")["messages"][0]["channel"] == "store"
    desk.run("channel", "disable", "store")
    assert desk.json("channel", "show", "store")["health"] == "off"
    assert "switched off" in desk.fails("sync", "--once", "--channel", "store", status=4)
    desk.run("channel", "remove", "store")
    assert len(desk.json("show", "1")["messages"]) == 2


def test_a_secret_is_read_from_standard_input_kept_apart_and_never_shown(desk: Desk, password: str) -> None:
    add = ["channel", "add", "email", "--name", "support", "--address", "s@x.test", "--no-test"]
    assert "--password-stdin" in desk.program(*add).err
    added = desk.program(*add, "--password-stdin", "--json", stdin=password + "\n")
    assert added.status == 0, added.err
    kept = Path(os.environ["OMNIDESK_SECRETS_FILE"])
    assert password in kept.read_text() and stat.S_IMODE(kept.stat().st_mode) == 0o600
    shown = added.out + desk.run("channel", "show", "support").out + desk.run("export").out
    assert password not in shown
    for path in desk.home.rglob("*"):
        assert not path.is_file() or password.encode() not in path.read_bytes(), path
    assert desk.program("channel", "secret", "support", "--password-stdin", stdin="other\n").status == 0
    assert password not in kept.read_text()
    desk.run("channel", "remove", "support")
    assert "other" not in kept.read_text()


def test_of_several_secrets_those_named_are_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_SECRET_PAGE_TOKEN", "token-of-the-page")
    desk.run("channel", "add", "messenger", "--name", "page", "--address", "102290129340398", "--no-test")
    kept = Path(os.environ["OMNIDESK_SECRETS_FILE"])
    said = desk.program("channel", "secret", "page", "app_secret", "--password-stdin", stdin="secret-of-the-app\n")
    assert said.status == 0, said.err
    assert "secret-of-the-app" in kept.read_text()
    assert "token-of-the-page" not in kept.read_text()
    wrong = desk.fails("channel", "secret", "page", "app", status=2)
    assert "page has no secret app, but token, app_secret, verify_token, relay_token" in wrong


def test_a_secret_in_the_environment_goes_first_and_is_not_kept(
    desk: Desk, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_SECRET_MY_SHOP_PASSWORD", password)
    desk.run("channel", "add", "email", "--name", "my-shop", "--address", "s@x.test", "--no-test")
    assert not Path(os.environ["OMNIDESK_SECRETS_FILE"]).exists()


# --- files


def test_old_mail_is_imported_once_as_history(desk: Desk, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_SECRET_MAIL_PASSWORD", password)
    desk.run("channel", "add", "email", "--name", "mail", "--address", "s@x.test", "--no-test")
    mail = "From: Old <old@x.test>\nTo: s@x.test\nSubject: Old matter\nMessage-ID: <old@x.test>\n" \
        "Date: Mon, 02 Nov 2020 10:00:00 +0100\n\nLong ago\n"  # fmt: skip
    Path("old.mbox").write_text(f"From old@x.test Mon Nov  2 10:00:00 2020\n{mail}\n")
    first = desk.json("import", "mbox", "old.mbox", "--channel", "mail")
    again = desk.json("import", "mbox", "--channel", "mail", "old.mbox")
    assert (first["received"], again["received"], again["duplicates"]) == (1, 0, 1)
    assert [item["subject"] for item in desk.json("queue", "--view", "closed")["items"]].count("Old matter") == 1
    for part in ("cur", "new", "tmp"):
        (Path("Maildir") / part).mkdir(parents=True)
    (Path("Maildir") / "cur" / "1:2,S").write_text(mail)
    assert desk.json("import", "maildir", "Maildir", "--channel", "mail")["duplicates"] == 1
    desk.fails("import", "mbox", "nowhere.mbox", "--channel", "mail", status=2)


def test_redecode_and_clean_and_upgrade_say_what_they_did(desk: Desk) -> None:
    assert desk.json("redecode", "--all")["looked_at"] == 6
    assert desk.json("clean")["conversations"] == 0
    assert desk.json("upgrade")["copy"] is None


# --- ends


def test_a_reader_that_leaves_is_no_trouble(desk: Desk) -> None:
    command = [sys.executable, "-m", "omnidesk", "--home", str(desk.home), "export"]
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait(30) == 0
        process.stderr.close()


def test_ctrl_c_ends_with_130_and_no_traceback(desk: Desk) -> None:
    command = [sys.executable, "-m", "omnidesk", "--home", str(desk.home), "reply", "1", "--text", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"Dag")
    process.stdin.flush()
    until(lambda: _unread(process.stdin) == 0 and _sleeps(process.pid), "the program to wait for more input")
    process.send_signal(signal.SIGINT)
    process.wait(30)  # its input ends only after it has
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and b"Traceback" not in err and out == b""


def _unread(pipe: Any) -> int:
    """Return how many bytes of a pipe its reader has not taken yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def _sleeps(pid: int) -> bool:
    """Say whether a process's first thread waits in a system call (proc_pid_stat(5), field 3)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


def test_an_error_nobody_foresaw_is_one_line_and_a_trace_in_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from omnidesk.desk import views

    def broken(*arguments: object) -> None:
        raise ValueError("the moon is wrong")

    monkeypatch.setattr(views, "page", broken)
    assert "cli.log" in desk.fails("queue", status=1)
    logged = json.loads((desk.home / "log" / "cli.log").read_text().splitlines()[-1])
    assert "in broken" in logged["trace"]


def test_output_that_cannot_be_written_is_said(desk: Desk) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "omnidesk", "--home", str(desk.home), "queue"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and "No space left" in done.stderr and "Traceback" not in done.stderr


def test_run_returns_a_status_and_never_raises(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert run(["queue", "--home", str(alone / "none")]) == 1
    assert "omnidesk init" in capsys.readouterr().err
