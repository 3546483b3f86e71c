"""Real mail servers of the tests' own: a Dovecot (IMAP, LMTP) and a submission server (STARTTLS, AUTH), on loopback.

`MailServer` works as root and as an ordinary user, on free ports, in a temporary folder, with accounts and passwords
made at run time. `Mailbox` is one account on it, with the settings a channel needs to use it.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import re
import secrets
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.submission import Submission

FOLDERS = ("Drafts", "Sent", "Junk", "Trash", "Archive")


def missing() -> str | None:
    """Return why no mail server can be started here, None when it can."""
    for program in ("dovecot", "openssl"):
        if _program(program) is None:
            return f"{program} is not installed (Debian: apt-get install dovecot-imapd dovecot-lmtpd)"
    if not Path("/usr/lib/dovecot/lmtp").exists():
        return "Dovecot's LMTP server is not installed (Debian: apt-get install dovecot-lmtpd)"
    return None


def free_ports(count: int) -> list[int]:
    """Return TCP ports of 127.0.0.1 that nobody listens on."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def until(true: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
    """Wait for a condition and return what it returned; fails naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not (result := true()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}")
        time.sleep(0.02)
    return result


class TokenCheck(Protocol):
    """A provider of access tokens, as a mail server asks it."""

    @property
    def introspection_url(self) -> str: ...

    def owner_of(self, token: str) -> str | None: ...


class MailServer:
    """One Dovecot with its submission server. Not started until `start`; `close` removes everything."""

    def __init__(self, *, idle: bool = True, tokens: TokenCheck | None = None, world_port: int = 0) -> None:
        self.world_port = world_port
        """Where Sieve scripts send their answers (plain SMTP); 0 where there are no scripts."""
        self.auth_port = free_ports(1)[0] if world_port else 0
        """Where another mail server asks whose password one is (Dovecot's SASL); 0 where none does."""
        self.root = Path(tempfile.mkdtemp(prefix="omnimail-"))
        self.idle = idle
        self.tokens = tokens
        """Who says whose access token one is, for logins with OAuth 2.0; None where there are none."""
        self.imap_port, self.imaps_port, self.lmtp_port, self.smtp_port = free_ports(4)
        self.passwords: dict[str, str] = {}
        self.submission = Submission(self)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self._write_config()

    # --- running it

    def start(self) -> None:
        """Start Dovecot (again) on the same ports and mailboxes, and the submission server once."""
        for attempt in range(5):
            command = [_program("dovecot") or "dovecot", "-F", "-c", str(self.root / "dovecot.conf")]
            if setpriv := shutil.which("setpriv"):
                command = [setpriv, "--pdeathsig", "TERM", *command]
            with (self.root / "start.log").open("ab") as log:
                self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
            if self._answers():
                break
            self.kill()
            if attempt == 4:
                raise RuntimeError(f"Dovecot does not start: {self.log()[-2000:]}")
        self._stopped = False
        self.submission.start()

    def stop(self) -> None:
        """Stop Dovecot in good order; connections end with BYE."""
        if self._process and self._process.poll() is None:
            if self._stopped:
                self.thaw()
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        self._sweep()

    def kill(self) -> None:
        """Kill every process of Dovecot at once (SIGKILL): connections break."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._sweep()

    def freeze(self) -> None:
        """Let every process of Dovecot stand still (SIGSTOP): connections stay open, nothing answers."""
        assert self._process
        self._stopped = True
        os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGCONT)
        self._stopped = False

    def close(self) -> None:
        """Stop all and remove the folder."""
        self.submission.stop()
        self.kill()
        shutil.rmtree(self.root, ignore_errors=True)

    def log(self) -> str:
        """What Dovecot wrote to its log."""
        names = [self.root / "start.log", self.root / "dovecot.log"]
        return "\n".join(name.read_text(errors="replace") for name in names if name.exists())

    @property
    def certificate(self) -> Path:
        """The server's self-signed certificate (localhost and 127.0.0.1), to be trusted as `tls_ca`."""
        return self.root / "cert.pem"

    # --- accounts and mails

    def add_user(self, address: str | None = None) -> tuple[str, str]:
        """Make an account and return its address and password."""
        address = address or f"u{secrets.token_hex(5)}@example.test"
        self.passwords[address] = secrets.token_urlsafe(12)
        # One file an account: Dovecot looks only once a second whether a file has changed.
        name = self.root / "users" / address
        name.write_text(f"{address}:{{PLAIN}}{self.passwords[address]}:::::\n")
        name.chmod(0o644)
        return address, self.passwords[address]

    def mailbox(self) -> Mailbox:
        """Make an account and return its handle."""
        address, password = self.add_user()
        return Mailbox(self, address, password)

    def deliver(self, address: str, raw: bytes, sender: str = "customer@example.org") -> None:
        """Deliver a mail by LMTP, as the world would (adds Return-Path, Received ..); a bounce has no sender."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port, timeout=20) as lmtp:
            lmtp.sendmail(sender, [address], raw)

    @contextlib.contextmanager
    def imap(self, address: str) -> Iterator[imaplib.IMAP4]:
        """A logged-in IMAP session of another client."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20) as client:
            client.login(address, self.passwords[address])
            yield client

    def append(self, address: str, folder: str, raw: bytes, at: float | None = None, flags: str = "") -> None:
        """Put exactly these bytes into a folder; `at` is INTERNALDATE in seconds."""
        with self.imap(address) as client:
            date = imaplib.Time2Internaldate(at if at is not None else time.time())
            _ok(client.append(folder, flags, date, raw))

    def append_many(self, address: str, folder: str, mails: list[bytes]) -> None:
        """Put mails into a folder over one session, oldest first."""
        with self.imap(address) as client:
            now = imaplib.Time2Internaldate(time.time())
            for raw in mails:
                _ok(client.append(folder, "", now, raw))

    def folder_messages(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder, oldest first; sets no flags."""
        with self.imap(address) as client:
            _ok(client.select(folder, readonly=True))
            found = _ok(client.fetch("1:*", "(BODY.PEEK[])")) if int(client.untagged_responses["EXISTS"][0]) else []
            return [each[1] for each in found if isinstance(each, tuple)]

    def flags(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The FLAGS answers of all mails of a folder."""
        with self.imap(address) as client:
            _ok(client.select(folder, readonly=True))
            return [each for each in _ok(client.fetch("1:*", "(FLAGS)")) if each]

    def delete_folder(self, address: str, folder: str) -> None:
        """Delete a folder with its mails."""
        with self.imap(address) as client:
            _ok(client.delete(folder))

    def reset_uidvalidity(self, address: str, folder: str) -> None:
        """Give a folder a new UIDVALIDITY and its mails new UIDs: delete, create, append again."""
        mails = self.folder_messages(address, folder)
        if folder.upper() == "INBOX":
            self._forget_uids(address)
            return
        with self.imap(address) as client:
            _ok(client.delete(folder))
            time.sleep(1.1)  # UIDVALIDITY is a time in seconds: the same second gives the same value
            _ok(client.create(folder))
        self.append_many(address, folder, mails)

    def _forget_uids(self, address: str) -> None:
        folder = self.root / "mail" / address / "Maildir"
        for name in (*folder.glob("dovecot.index*"), *folder.glob("dovecot-uid*")):
            name.unlink(missing_ok=True)
        time.sleep(1.1)  # as above

    # --- inner

    def _answers(self) -> bool:
        assert self._process
        end = time.monotonic() + 10
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(OSError):
                for port in (self.imap_port, self.lmtp_port):
                    with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
                        if not probe.recv(100):
                            raise OSError
                return True
            time.sleep(0.02)
        return False

    def _sweep(self) -> None:
        """Let go of the ports: children that outlive the master would answer in its place."""
        if self._process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        shutil.rmtree(self.root / "run", ignore_errors=True)

    def _write_config(self) -> None:
        root = self.root
        (root / "mail").mkdir()
        root.chmod(0o755)
        (root / "users").mkdir()
        _make_certificate(root)
        users = _users()
        if os.getuid() == 0:
            os.chown(root / "mail", users["mail_uid"], users["mail_gid"])
        (root / "dovecot.conf").write_text(self._config(users))

    def _config(self, users: dict[str, Any]) -> str:
        root = self.root
        settings = {
            "base_dir": f"{root}/run",
            "state_dir": f"{root}/run",
            "log_path": f"{root}/dovecot.log",
            "instance_name": "omnidesk-test",
            "protocols": "imap lmtp",
            "default_login_user": users["login"],
            "default_internal_user": users["internal"],
            "default_internal_group": users["group"],
            "ssl": "yes",
            "ssl_cert": f"<{root}/cert.pem",
            "ssl_key": f"<{root}/key.pem",
            "disable_plaintext_auth": "no",
            "auth_mechanisms": "plain login" if self.tokens is None else "plain login xoauth2 oauthbearer",
            "auth_failure_delay": "0",
            "mail_location": f"maildir:{root}/mail/%u/Maildir",
            "first_valid_uid": "1",
            "first_valid_gid": "0",
            "recipient_delimiter": "+",
            "mail_max_userip_connections": "60",
        }
        if self.world_port:
            settings["submission_host"] = f"127.0.0.1:{self.world_port}"
        if not self.idle:
            settings["imap_capability"] = "IMAP4rev1 LITERAL+ SPECIAL-USE UIDPLUS CHILDREN NAMESPACE"
        args = f"username_format=%u {root}/users/%u"
        override = f"uid={users['mail_uid']} gid={users['mail_gid']} home={root}/mail/%u"
        if self.tokens is not None:
            url = f"introspection_mode = post\nintrospection_url = {self.tokens.introspection_url}\n"
            said = "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
            (root / "oauth2.conf").write_text(url + said)
        blocks = [
            *(
                [f"passdb {{\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = {root}/oauth2.conf\n}}"]
                if self.tokens is not None
                else []
            ),
            f"passdb {{\n driver = passwd-file\n args = scheme=PLAIN {args}\n}}",
            f"userdb {{\n driver = passwd-file\n args = {args}\n override_fields = {override}\n}}",
            _service("imap-login", {"imap": (self.imap_port, "no"), "imaps": (self.imaps_port, "yes")}),
            _service("lmtp", {"lmtp": (self.lmtp_port, "no")}),
            *(_service(name, {}) for name in ("anvil", "stats")),
            *(self._sieve() if self.world_port else []),
            # Nobody waits for another's wrong password.
            "service anvil {\n unix_listener anvil-auth-penalty {\n  mode = 0\n }\n}",
            "namespace inbox {\n inbox = yes\n separator = /\n"
            + "".join(f" mailbox {name} {{\n  auto = subscribe\n  special_use = \\{name}\n }}\n" for name in FOLDERS)
            + "}",
        ]
        return "\n".join([*(f"{key} = {value}" for key, value in settings.items()), *blocks]) + "\n"

    def _sieve(self) -> list[str]:
        where = f"file:{self.root}/mail/%u/sieve;active={self.root}/mail/%u/.dovecot.sieve"
        return [
            f"plugin {{\n sieve = {where}\n}}",
            "protocol lmtp {\n mail_plugins = $mail_plugins sieve\n}",
            _service("auth", {"postfix": (self.auth_port, "no")}),
        ]

    def vacation(self, address: str, subject: str, text: str) -> None:
        """Have an account answer by itself, once a day to each sender (Sieve, RFC 5230)."""
        home = self.root / "mail" / address
        home.mkdir(exist_ok=True)
        script = home / ".dovecot.sieve"
        said = f'vacation :days 1 :subject "{subject}" :addresses ["{address}"] "{text}";'
        script.write_text(f'require ["vacation"];\n{said}\n')
        if os.getuid() == 0:
            users = _users()
            for path in (home, script):
                os.chown(path, users["mail_uid"], users["mail_gid"])


@dataclass(frozen=True)
class Mailbox:
    """One account on a `MailServer`."""

    server: MailServer
    address: str
    password: str

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of an e-mail channel for this account: plain IMAP, SMTP with STARTTLS, short polling."""
        return {
            "user": self.address,
            "imap_host": "127.0.0.1",
            "imap_port": self.server.imap_port,
            "imap_security": "none",
            "smtp_host": "127.0.0.1",
            "smtp_port": self.server.smtp_port,
            "smtp_security": "starttls",
            "tls_ca": str(self.server.certificate),
            "poll_seconds": 0.3,
        }

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets of an e-mail channel for this account."""
        return {"password": self.password}

    def deliver(self, raw: bytes, sender: str = "customer@example.org") -> None:
        """Deliver a mail by LMTP."""
        self.server.deliver(self.address, raw, sender)

    def append(self, folder: str, raw: bytes, at: float | None = None, flags: str = "") -> None:
        """Put exactly these bytes into a folder."""
        self.server.append(self.address, folder, raw, at, flags)

    def append_many(self, folder: str, mails: list[bytes]) -> None:
        """Put mails into a folder, oldest first."""
        self.server.append_many(self.address, folder, mails)

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder, oldest first."""
        return self.server.folder_messages(self.address, folder)


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    assert answer[0] == "OK", answer
    return answer[1]


def _users() -> dict[str, Any]:
    """Who owns what: as root Dovecot wants three users other than root, else everything is ours."""
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return {
            "login": "dovenull",
            "internal": "dovecot",
            "group": "dovecot",
            "mail_uid": nobody.pw_uid,
            "mail_gid": nobody.pw_gid,
        }
    me = pwd.getpwuid(os.getuid())
    import grp

    group = grp.getgrgid(me.pw_gid).gr_name
    return {"login": me.pw_name, "internal": me.pw_name, "group": group, "mail_uid": me.pw_uid, "mail_gid": me.pw_gid}


def _service(name: str, listeners: dict[str, tuple[int, str]]) -> str:
    rows = [f"service {name} {{", " chroot ="]
    for listener, (port, ssl) in listeners.items():
        # The certificate does not name 127.0.0.2: whoever connects there sees a wrong certificate.
        addresses = "127.0.0.1 127.0.0.2"
        rows.append(f" inet_listener {listener} {{\n  address = {addresses}\n  port = {port}\n  ssl = {ssl}\n }}")
    return "\n".join([*rows, "}"])


def _make_certificate(root: Path) -> None:
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "30", "-subj", "/CN=localhost", "-addext", names]
    command += ["-keyout", str(root / "key.pem"), "-out", str(root / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    (root / "cert.pem").chmod(0o644)


def simple_mail(
    subject: str = "Where is my order?",
    text: str = "Hello,\n\nwhere is it?\n",
    sender: str = "Anna Jansen <anna@example.org>",
    to: str = "support@example.test",
    message_id: str | None = None,
    **headers: str,
) -> bytes:
    """A plain mail as a customer's program would write it; further headers by name (`in_reply_to="<..>"`)."""
    lines = [
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        "Date: Mon, 02 Nov 2026 10:00:00 +0100",
        f"Message-ID: {message_id or f'<{secrets.token_hex(8)}@example.org>'}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *(f"{re.sub('_', '-', name).title()}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()
