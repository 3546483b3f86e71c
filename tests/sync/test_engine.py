"""The engine in processes of its own: killed, frozen, doubled and left alone, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import channels, composing, outbox, settings, status, threads, triage, views
from omnidesk.store import leases
from omnidesk.words.kinds import Health, MessageStatus, Status
from tests.filling import BRAM, Desk, mail, open_desk, python, sent_lines, wait_until, write_lines

QUICK = {"lease_seconds": 2.0, "tick_seconds": 0.05, "backoff_seconds": 0.05, "backoff_most_seconds": 0.5}

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def desk(tmp_path: Path, database: str) -> Iterator[Desk]:
    """A workspace whose engines are quick and whose sample channel is read ten times a second."""
    opened = open_desk(tmp_path)
    for name, value in QUICK.items():
        settings.put(opened.workspace, name, value)
    said = json.dumps({"folder": str(opened.folder), "poll_seconds": 0.1})
    opened.workspace.database.write(
        lambda tx: tx.execute("UPDATE channel SET settings_json = ? WHERE kind = 'sample'", (said,))
    )
    yield opened
    opened.workspace.close()


@pytest.fixture
def start(desk: Desk) -> Iterator[Start]:
    """Starts engines of the workspace; those that still run at the end are killed."""
    started: list[subprocess.Popen[bytes]] = []

    def one(*arguments: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "omnidesk", "--home", str(desk.workspace.home.path), "sync"]
        started.append(subprocess.Popen([*command, *map(str, arguments)], stderr=subprocess.DEVNULL))
        return started[-1]

    yield one
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait()


def holder(desk: Desk) -> int | None:
    """Return the process that holds the channel's lease."""
    owner = leases.holder(desk.workspace.database.reader, f"channel:{desk.channel.id}")
    return None if owner is None else int(owner.split(":")[1])


def arrived(desk: Desk) -> int:
    return desk.count("message", "direction = 'inbound'")


def arrived_at_least(desk: Desk, least: int) -> bool:
    return arrived(desk) >= least


def test_engines_killed_at_random_receive_everything_and_send_everything_exactly_once(desk: Desk, start: Start) -> None:
    """Promises 1, 2 and 3: two engines on one workspace, kill -9 on whichever works."""
    at = random.Random(1)
    settings.put(desk.workspace, "undo_seconds", 0.3)
    total, chunk = 200, 40
    engines = [start(), start()]
    keys: dict[str, int] = {}
    for begin in range(0, total, chunk):
        write_lines(desk.folder, *(mail(str(number), f"text {number}") for number in range(begin, begin + chunk)))
        least = begin + at.randrange(1, chunk)
        wait_until(partial(arrived_at_least, desk, least), 60, "mails to arrive")
        for number in range(begin // 10, begin // 10 + 4):
            queued = composing.reply(desk.workspace, desk.me, number + 1, f"answer to {number}", key=f"key {number}")
            keys[str(queued.message.id)] = queued.message.id
        if begin < 2 * chunk:
            working = wait_until(lambda: holder(desk), 60, "a lease")
            victim = next((one for one in engines if one.pid == working), engines[0])
            victim.kill()
            victim.wait()
            engines.remove(victim)
            engines.append(start())
    wait_until(lambda: arrived(desk) == total, 60, "all mails")
    wait_until(lambda: desk.count("outbox", "state = 'sent'") == len(keys), 60, "all answers to be sent")
    assert {
        message.text
        for row in views.page(desk.workspace, "all", None, 1000)
        for message in threads.messages(desk.workspace, row.id)[:1]
    } == {f"text {number}" for number in range(total)}
    assert (desk.count("receipt"), desk.count("raw_item"), desk.count("quarantine")) == (total, total, 0)
    said = Counter(line["text"] for line in sent_lines(desk.folder))
    assert set(said.values()) == {1}
    assert len(said) == len(keys) == 20
    assert desk.count("outbox", "attempts = 0") == 0
    assert desk.value("SELECT number FROM lease WHERE name = ?", f"channel:{desk.channel.id}") > 1


def frozen_between_writes(desk: Desk, process: subprocess.Popen[bytes]) -> bool:
    """Stop a process; one that holds the database's lock (nobody could write then) goes on again: False."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)  # until then its other threads go on, and may take the lock
    raw = sqlite3.connect(desk.workspace.home.database, timeout=0.2, isolation_level=None)
    try:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("ROLLBACK")
        return True
    except sqlite3.OperationalError:
        process.send_signal(signal.SIGCONT)
        return False
    finally:
        raw.close()


def test_a_frozen_engine_is_replaced_and_lets_go_when_it_wakes(desk: Desk, start: Start) -> None:
    """Promises 2 and 3: leases share out the channels."""
    settings.put(desk.workspace, "undo_seconds", 0)
    first = start()
    wait_until(lambda: holder(desk) == first.pid, 30, "the first to hold the lease")
    second = start()
    wait_until(lambda: frozen_between_writes(desk, first), 30, "a moment at which the first does not write")
    write_lines(desk.folder, mail("1"))
    wait_until(lambda: arrived(desk) == 1, 60, "the second to take over")
    assert holder(desk) == second.pid
    first.send_signal(signal.SIGCONT)
    write_lines(desk.folder, mail("2", answers="1"))
    wait_until(lambda: arrived(desk) == 2, 30, "the second mail")
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    wait_until(lambda: len(sent_lines(desk.folder)) == 1, 30, "the answer")
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    wait_until(lambda: holder(desk) == first.pid, 30, "the first to take over again")
    write_lines(desk.folder, mail("3", answers="1"))
    wait_until(lambda: arrived(desk) == 3, 30, "the third mail")
    assert desk.count("receipt") == 3
    assert len(sent_lines(desk.folder)) == 1


@pytest.mark.parametrize("end", ["parent", "SIGTERM"])
def test_told_to_stop_the_engine_still_sends_what_is_due_within_its_undo_window(
    desk: Desk, start: Start, end: str
) -> None:
    """Promise 3: on quit what is due soon goes out; what waits longer stays queued."""
    settings.put(desk.workspace, "undo_seconds", 1.5)
    desk.receives(mail("1"), mail("2", sender=BRAM))
    parent = python("input()")
    engine = start(*(["--parent", parent.pid] if end == "parent" else []))
    wait_until(lambda: holder(desk) == engine.pid, 30, "the lease")
    later = composing.reply(desk.workspace, desk.me, 2, "Much later").message.id
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE outbox SET due_at = ? WHERE message_id = ?", (clock.now() + clock.HOUR, later))
    )
    soon = composing.reply(desk.workspace, desk.me, 1, "Soon").message.id
    if end == "parent":
        parent.kill()
        parent.wait()
    else:
        engine.send_signal(getattr(signal, end))
    assert engine.wait(30) == 0
    parent.kill()
    parent.wait()
    assert [line["text"] for line in sent_lines(desk.folder)] == ["Soon"]
    assert threads.message(desk.workspace, soon).status is MessageStatus.SENT
    assert threads.message(desk.workspace, later).status is MessageStatus.QUEUED
    assert holder(desk) is None, "the lease is given back, so that nobody waits for it to run out"
    assert not status.summary(desk.workspace, None).engine_alive


def test_channels_come_go_and_change_while_the_engine_runs(desk: Desk, start: Start, tmp_path: Path) -> None:
    """Promise 10: switching off, renaming, removing loses nothing and needs no restart."""
    start()
    write_lines(desk.folder, mail("1"))
    wait_until(lambda: arrived(desk) == 1, 30, "the first mail")
    channels.disable(desk.workspace, desk.me, "demo")
    wait_until(lambda: holder(desk) is None, 30, "the engine to let go")
    write_lines(desk.folder, mail("2"))
    folder = tmp_path / "sales"
    folder.mkdir()
    write_lines(folder, mail("3"))
    settings_of_sales = {"folder": str(folder), "poll_seconds": 0.1}
    sales = desk.adds_channel("sales", "sales@shop.test", settings=settings_of_sales)
    wait_until(lambda: arrived(desk) == 2, 30, "the mail of the new channel")
    assert channels.get(desk.workspace, "demo").health is Health.OFF
    channels.rename(desk.workspace, desk.me, "demo", "shop")
    channels.enable(desk.workspace, desk.me, "shop")
    wait_until(lambda: arrived(desk) == 3, 30, "what came while it was off")
    channels.remove(desk.workspace, desk.me, "sales")
    wait_until(lambda: channels.get(desk.workspace, sales.id).leased_by is None, 30, "the engine to let go")
    write_lines(folder, mail("4"))
    write_lines(desk.folder, mail("5"))
    wait_until(lambda: arrived(desk) == 4, 30, "the mail after the removal")
    assert desk.count("message", "subject = 'Subject 4'") == 0


def test_one_channels_trouble_is_told_and_stops_no_other(desk: Desk, start: Start, tmp_path: Path) -> None:
    """Health: error in words, next attempt, and well again when it can be."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "inbox.jsonl").mkdir()
    desk.adds_channel("broken", "broken@shop.test", settings={"folder": str(broken), "poll_seconds": 0.1})
    start()
    write_lines(desk.folder, mail("1"))
    wait_until(lambda: arrived(desk) == 1, 30, "the mail of the sound channel")
    ill = wait_until(
        lambda: (one := channels.get(desk.workspace, "broken")).health in (Health.RETRYING, Health.DOWN) and one, 30
    )
    assert "cannot be read" in ill.error
    assert ill.next_attempt_at is not None
    (broken / "inbox.jsonl").rmdir()
    write_lines(broken, mail("2"))
    wait_until(lambda: arrived(desk) == 2, 30, "the mail of the mended channel")
    well = wait_until(lambda: (one := channels.get(desk.workspace, "broken")).health is Health.OK and one, 30)
    assert well.error is None
    assert well.last_success_at is not None


def test_the_engine_minds_the_clock(desk: Desk, start: Start) -> None:
    """The lease `clock` owns what time drives: what was snoozed wakes."""
    desk.receives(mail("1"))
    triage.snooze(desk.workspace, desk.me, 1, clock.now() + 300)
    start()
    start()
    wait_until(lambda: threads.conversation(desk.workspace, 1).status is Status.OPEN, 30, "it to wake")
    assert desk.count("event", "kind = 'woke'") == 1


def test_once_reads_to_the_end_sends_what_is_due_and_stops(desk: Desk, start: Start) -> None:
    write_lines(desk.folder, *(mail(str(number)) for number in range(120)))
    desk.receives(mail("x"))
    composing.reply(desk.workspace, desk.me, 1, "Now", now=True)
    waiting = composing.reply(desk.workspace, desk.me, 1, "Later").message.id
    assert start("--once").wait(60) == 0
    assert arrived(desk) == 121
    assert [line["text"] for line in sent_lines(desk.folder)] == ["Now"]
    assert [row.message_id for row in outbox.waiting(desk.workspace)] == [waiting]


def test_a_killed_once_is_continued_by_the_next(desk: Desk, start: Start) -> None:
    """Promise 2: cron may kill it at any instant."""
    write_lines(desk.folder, *(mail(str(number), "word " * 200) for number in range(300)))
    for least in (1, 100):
        process = start("--once")
        wait_until(partial(arrived_at_least, desk, least), 30)
        process.kill()
        process.wait()
        desk.workspace.database.write(lambda tx: tx.execute("UPDATE lease SET expires_at = 0"))
    assert start("--once").wait(60) == 0
    assert (arrived(desk), desk.count("receipt")) == (300, 300)


def test_the_log_of_an_engine_holds_no_text_of_messages(desk: Desk, start: Start) -> None:
    """Logs are structured, without secrets or message bodies."""
    write_lines(desk.folder, mail("1", "the secret word"))
    engine = start()
    wait_until(lambda: arrived(desk) == 1, 30)
    composing.reply(desk.workspace, desk.me, 1, "the secret word", now=True)
    wait_until(lambda: sent_lines(desk.folder), 30)
    engine.send_signal(signal.SIGTERM)
    engine.wait(30)
    logs = "".join(path.read_text() for path in desk.workspace.home.log_folder.glob("*"))
    assert '"sent"' in logs
    assert "secret word" not in logs
