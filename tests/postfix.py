"""A real Postfix of the tests' own: a submission server (STARTTLS, SASL by Dovecot, DSN, 8BITMIME, SMTPUTF8).

It delivers to the test's Dovecot and sends everything else to a `World`."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import smtplib
import subprocess
import tempfile
from pathlib import Path

from tests.servers import MailServer, free_ports, until
from tests.world import World

DAEMONS = Path("/usr/lib/postfix/sbin")
SIEVE = Path("/usr/lib/dovecot/modules/lib90_sieve_plugin.so")


def missing() -> str | None:
    """Return why no Postfix can be started here, None when it can."""
    if not (DAEMONS / "master").exists():
        return "postfix is not installed (Debian: apt-get install postfix)"
    if not SIEVE.exists():
        return "Dovecot's Sieve is not installed (Debian: apt-get install dovecot-sieve)"
    return None


class Postfix:
    """One Postfix beside a Dovecot. `close` removes everything."""

    def __init__(self, server: MailServer, world: World) -> None:
        self.server, self.world = server, world
        self.root = Path(tempfile.mkdtemp(prefix="omnipostfix-"))
        (self.port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._configure()

    def _configure(self) -> None:
        root = self.root
        root.chmod(0o755)
        for name in ("etc", "spool", "data"):
            (root / name).mkdir()
        os.chown(root / "data", pwd.getpwnam("postfix").pw_uid, -1)
        services = Path("/etc/postfix/master.cf").read_text()
        services = re.sub(r"(?m)^smtp( +)inet", f"127.0.0.1:{self.port} inet", services)
        services = re.sub(r"(?m)^((?:[^\s#]+\s+){4})y\s", r"\1n ", services)  # no chroot
        (root / "etc" / "master.cf").write_text(services)
        settings = {
            "compatibility_level": "3.6", "queue_directory": root / "spool", "data_directory": root / "data",
            "command_directory": "/usr/sbin", "daemon_directory": DAEMONS, "mail_owner": "postfix",
            "setgid_group": "postdrop", "myhostname": "mx.example.test", "mydomain": "example.test",
            "mydestination": "", "mynetworks": "127.0.0.0/8", "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4", "relay_domains": "", "virtual_mailbox_domains": "example.test",
            "virtual_transport": f"lmtp:inet:127.0.0.1:{self.server.lmtp_port}",
            "virtual_mailbox_maps": "static:ok", "default_transport": f"smtp:[127.0.0.1]:{self.world.port}",
            "smtpd_tls_cert_file": self.server.root / "cert.pem", "smtpd_tls_key_file": self.server.root / "key.pem",
            "smtpd_tls_security_level": "may", "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": f"inet:127.0.0.1:{self.server.auth_port}", "smtpd_sasl_auth_enable": "yes",
            "smtpd_recipient_restrictions": "permit_sasl_authenticated,reject", "maillog_file": root / "mail.log",
            "maillog_file_prefixes": root, "alias_maps": "", "alias_database": "", "local_recipient_maps": "",
            "minimal_backoff_time": "1s", "maximal_backoff_time": "2s", "queue_run_delay": "1s",
            "smtp_destination_concurrency_failed_cohort_limit": "0", "smtputf8_enable": "yes",
        }  # fmt: skip
        (root / "etc" / "main.cf").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.root / "start.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["postfix", "-c", str(self.root / "etc"), "start-fg"], stdout=log, stderr=log, start_new_session=True
            )
        until(self._answers, f"Postfix to answer: {self.log()[-500:]}")

    def _answers(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5) as client:
                return client.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def log(self) -> str:
        """What Postfix wrote to its logs."""
        names = [self.root / "start.log", self.root / "mail.log"]
        return "\n".join(name.read_text(errors="replace") for name in names if name.exists())

    def close(self) -> None:
        """Stop it and remove the folder."""
        if self._process is not None:
            subprocess.run(
                ["postfix", "-c", str(self.root / "etc"), "stop"], capture_output=True, timeout=30, check=False
            )
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
        shutil.rmtree(self.root, ignore_errors=True)
