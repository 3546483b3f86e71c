"""A real baresip with sipp calling it, both on loopback."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

from omnidesk.connectors.testing import wait_for


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Softphone:
    """A baresip that takes each call by itself, or lets it ring (`answers`)."""

    def __init__(self, folder: Path, answers: bool = True) -> None:
        self.control, self.sip = _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)
        self._folder = folder
        self.sound = folder / "sound"
        self.sound.mkdir(parents=True, exist_ok=True)
        modules = next(Path("/usr/lib").glob("**/baresip/modules"), Path("/usr/lib/baresip/modules"))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config").write_text(
            f"module_path {modules}\nmodule g711.so\nmodule aubridge.so\nmodule_app account.so\nmodule_app menu.so\n"
            f"module_app ctrl_tcp.so\n"
            f"module sndfile.so\nsnd_path {self.sound}\n"
            f"ctrl_tcp_listen 127.0.0.1:{self.control}\naudio_source aubridge,x\n"
            f"audio_player aubridge,x\naudio_alert aubridge,x\nsip_listen 127.0.0.1:{self.sip}\n"
        )
        mode = "auto" if answers else "manual"
        (folder / "accounts").write_text(f"<sip:support@127.0.0.1:{self.sip}>;regint=0;answermode={mode}\n")
        (folder / "contacts").write_text("")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait for its control socket."""
        nowhere = subprocess.DEVNULL
        words = ["baresip", "-f", str(self._folder)]
        self._process = subprocess.Popen(words, stdin=nowhere, stdout=nowhere, stderr=nowhere)
        wait_for(self._listens, "baresip to listen")

    def _listens(self) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.control)) == 0

    def called(self, number: str, talks: float = 0.5) -> None:
        """Let a caller with this number call, talk so many seconds, and hang up."""
        scenario = self._folder / "caller.xml"
        text = subprocess.run(["sipp", "-sd", "uac"], capture_output=True, text=True, check=False).stdout
        scenario.write_text(text.replace("sip:sipp@", f"sip:{number}@").replace("From: sipp <", "From: <"))
        subprocess.run(
            ["sipp", "-sf", str(scenario), "-s", "support", f"127.0.0.1:{self.sip}", "-i", "127.0.0.1", "-p",
             str(_free(socket.SOCK_DGRAM)), "-m", "1", "-d", str(int(talks * 1000)), "-nostdin"],
            capture_output=True, timeout=60, check=True, cwd=self._folder,
        )  # fmt: skip

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None
