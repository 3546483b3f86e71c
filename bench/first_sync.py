"""How long a full mailbox takes until it can be worked on: `omnidesk sync --once` beside `mbsync` + `notmuch new`.

Both read the same mailbox of one Dovecot on loopback into an empty folder, in turns, and the best run of each counts.
Ours ends with every mail fetched, parsed, threaded, its customer known, and searchable; theirs with every mail
fetched and searchable.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import mailgen
from bench.figures import Figure, LeftOutError, Ran, need, run
from tests.servers import Mailbox, MailServer

CUSTOMERS = 4_000
OMNIDESK = [sys.executable, "-m", "omnidesk"]
MBSYNC = """\
IMAPAccount bench
Host 127.0.0.1
Port {port}
User {user}
PassCmd "printenv BENCH_PASSWORD"
SSLType None
AuthMechs LOGIN

IMAPStore far
Account bench

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel bench
Far :far:
Near :near:
Patterns INBOX
Create Near
Sync Pull
SyncState *
"""
NOTMUCH = "[database]\npath={folder}/mail\n[user]\nname=Bench\nprimary_email={user}\n[new]\ntags=new\n"


def fill(server: MailServer, messages: int) -> Mailbox:
    """Give the server a mailbox with so many mails, and let Dovecot index it, which is no part of either run."""
    mailbox = server.mailbox()
    folder = server.root / "mail" / mailbox.address / "Maildir"
    mailgen.write_maildir(folder, messages, CUSTOMERS, start=_start(messages))
    if os.getuid() == 0:
        owner = pwd.getpwnam("nobody")
        for path in (folder.parent, *folder.parent.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    with server.imap(mailbox.address) as client:
        client.select("INBOX")
        found = int(client.untagged_responses["EXISTS"][0])
        client.fetch("1:*", "(UID INTERNALDATE RFC822.SIZE)")
        for first in range(1, found + 1, 200):
            client.fetch(f"{first}:{min(found, first + 199)}", "(BODY.PEEK[])")
    if found != messages:
        raise RuntimeError(f"the mailbox holds {found} mails, not {messages}")
    return mailbox


def _start(messages: int) -> datetime:
    """Return when the first mail is from, so that the last ones are of these days."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(minutes=mailgen.MINUTES * messages) - timedelta(days=7)


def environment(mailbox: Mailbox) -> dict[str, str]:
    """Return the environment in which OmniDesk knows the mailbox's password."""
    return os.environ | {"OMNIDESK_SECRET_SUPPORT_PASSWORD": mailbox.password}


def make_workspace(mailbox: Mailbox, home: Path) -> None:
    """Make an empty workspace with the mailbox as its channel `support`."""
    shutil.rmtree(home, ignore_errors=True)
    env, log = environment(mailbox), home.with_suffix(".log")
    at_home: list[str | Path] = ["--home", home]
    names = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security")
    options = [f"--{name.replace('_', '-')}={mailbox.settings[name]}" for name in names]
    options += [f"--user={mailbox.address}", f"--set=tls_ca={mailbox.server.certificate}"]
    run([*OMNIDESK, "init", "--agent-name", "Bench", *at_home], env, log)
    run(
        [*OMNIDESK, "channel", "add", "email", "--name=support", f"--address={mailbox.address}", *options, *at_home],
        env,
        log,
    )


def omnidesk(mailbox: Mailbox, home: Path, messages: int) -> Ran:
    """Sync the mailbox into a new workspace; raises RuntimeError unless every mail came."""
    make_workspace(mailbox, home)
    ran = run([*OMNIDESK, "sync", "--once", "--json", "--home", home], environment(mailbox), home.with_suffix(".log"))
    (channel,) = json.loads(ran.output)["channels"]
    if channel["error"] or channel["received"] != messages:
        raise RuntimeError(f"not every mail came: {ran.output}")
    return ran


def importing(mailbox: Mailbox, home: Path, messages: int) -> Ran:
    """Import the mailbox's Maildir into a new workspace; raises RuntimeError unless every mail came."""
    make_workspace(mailbox, home)
    maildir = mailbox.server.root / "mail" / mailbox.address / "Maildir"
    command: list[str | Path] = [
        *OMNIDESK,
        "import",
        "maildir",
        maildir,
        "--channel",
        "support",
        "--json",
        "--home",
        home,
    ]
    ran = run(command, environment(mailbox), home.with_suffix(".log"))
    if json.loads(ran.output)["received"] != messages:
        raise RuntimeError(f"not every mail came: {ran.output}")
    shutil.rmtree(home)
    return ran


def peer(mailbox: Mailbox, folder: Path) -> tuple[Ran, Ran]:
    """Sync the mailbox into a new Maildir and index it: mbsync, notmuch."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "mail").mkdir(parents=True)
    names = {"port": mailbox.server.imap_port, "user": mailbox.address, "folder": folder}
    (folder / "mbsyncrc").write_text(MBSYNC.format(**names))
    (folder / "notmuch").write_text(NOTMUCH.format(**names))
    env = os.environ | {"BENCH_PASSWORD": mailbox.password, "NOTMUCH_CONFIG": str(folder / "notmuch")}
    fetched = run(["mbsync", "-q", "-c", folder / "mbsyncrc", "bench"], env, folder / "mbsync.log")
    indexed = run(["notmuch", "new", "--quiet"], env, folder / "notmuch.log")
    return fetched, indexed


def measure(
    mailbox: Mailbox, out: Path, messages: int, runs: int, with_peer: bool = True
) -> tuple[list[Figure], str | None]:
    """Return the figures, and why the peer is left out where it is; the last workspace stays in `out`/home."""
    left_out = None
    try:
        need("mbsync", "notmuch")
    except LeftOutError as reason:
        left_out = f"mbsync + notmuch: {reason}"
    ours: list[Ran] = []
    theirs: list[tuple[Ran, Ran]] = []
    for _ in range(runs):
        ours.append(omnidesk(mailbox, out / "home", messages))
        if with_peer and left_out is None:
            theirs.append(peer(mailbox, out / "peer"))
    best = min(ours, key=lambda ran: ran.seconds)
    figure = Figure(
        f"first sync of {messages:,} mails",
        best.seconds,
        "s",
        peer=min((sum(ran.seconds for ran in pair) for pair in theirs), default=None),
        peer_name="mbsync + notmuch new",
        runs=[ran.seconds for ran in ours],
        peer_runs=[sum(ran.seconds for ran in pair) for pair in theirs],
        details={
            "mails_per_second": messages / best.seconds,
            "processor_seconds": best.processor,
            "peak_memory_mb": best.memory,
            "workspace_mb": _size(out / "home"),
        },
    )
    if theirs:
        fetched, indexed = min(theirs, key=lambda pair: pair[0].seconds + pair[1].seconds)
        figure.details.update(mbsync_seconds=fetched.seconds, notmuch_seconds=indexed.seconds)
        figure.details.update(peer_processor_seconds=fetched.processor + indexed.processor)
    imported = Figure(
        f"import of {messages:,} mails from a Maildir",
        importing(mailbox, out / "home-imported", messages).seconds,
        "s",
        peer=figure.peer,
        peer_name="mbsync + notmuch new",
    )
    memory = Figure("memory of the engine at its peak", best.memory, "MB", budget=150)
    return [figure, imported, memory], left_out


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
