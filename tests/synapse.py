"""A real Matrix homeserver of the tests' own: Synapse on loopback, in a virtual environment that `tools/servers` makes.

`Synapse` is the server, `Person` somebody with an account on it and a client."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.servers import free_ports, until

HOME = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "omnidesk-tests" / "synapse"
"""Where `tools/servers` installs it."""
NAME = "omni.test"
PASSWORD = secrets.token_urlsafe(16)
"""Of everybody on it."""
V3 = "/_matrix/client/v3"
STARTS_IN = 60.0
_MANY = {"per_second": 10_000, "burst_count": 10_000}
_LOG = """version: 1
formatters: {{plain: {{format: "%(asctime)s %(levelname)s %(message)s"}}}}
handlers: {{file: {{class: logging.FileHandler, formatter: plain, filename: {path}}}}}
root: {{level: WARNING, handlers: [file]}}
"""


def missing() -> str | None:
    """Return why no homeserver can be started here, None when it can."""
    if not (HOME / "bin" / "python").exists():
        return "Synapse is not installed: run tools/servers .venv/.left-out"
    return None


class Synapse:
    """One homeserver. Not started until `start`; `close` removes everything. `few`: messages are limited to that
    many at once, and to one in two seconds after them."""

    def __init__(self, few: int | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="omnisynapse-"))
        (self.port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None
        log = self.folder / "log.yaml"
        log.write_text(_LOG.format(path=self.folder / "homeserver.log"))
        messages = _MANY if few is None else {"per_second": 0.5, "burst_count": few}
        self._config = self.folder / "homeserver.yaml"
        self._config.write_text(json.dumps({  # JSON is YAML
            "server_name": NAME,
            "listeners": [{"port": self.port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": False,
                           "resources": [{"names": ["client"], "compress": False}]}],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(self.folder / "signing.key"),
            "log_config": str(log),
            "pid_file": str(self.folder / "pid"),
            "macaroon_secret_key": uuid.uuid4().hex,
            "form_secret": uuid.uuid4().hex,
            "report_stats": False,
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "enable_registration": True,
            "enable_registration_without_verification": True,
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "caches": {"sync_response_cache_duration": "0s"},  # a lost position is not found in an old answer
            "rc_message": messages,
            "rc_registration": _MANY,
            "rc_login": {"address": _MANY, "account": _MANY, "failed_attempts": _MANY},
            "rc_joins": {"local": _MANY, "remote": _MANY},
            "rc_joins_per_room": _MANY,
            "rc_invites": {"per_room": _MANY, "per_user": _MANY, "per_issuer": _MANY},
            "rc_room_creation": _MANY,
        }))  # fmt: skip

    @property
    def url(self) -> str:
        """Where clients reach it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = [str(HOME / "bin" / "python"), "-m", "synapse.app.homeserver", "-c", str(self._config)]
        if not (self.folder / "signing.key").exists():
            subprocess.run([*words, "--generate-keys"], check=True, capture_output=True, timeout=60, cwd=self.folder)
        nowhere = subprocess.DEVNULL
        self._process = subprocess.Popen(words, stdin=nowhere, stdout=nowhere, stderr=nowhere, cwd=self.folder)
        until(self._answers, "Synapse to answer", STARTS_IN)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "homeserver.log").read_text()[-2000:]
        try:
            return httpx.get(f"{self.url}/_matrix/client/versions", timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """End it; `start` starts it again with all it had."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(20)
            self._process = None

    def close(self) -> None:
        """End it and remove what it wrote."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def person(self, name: str, display_name: str = "") -> Person:
        """Register an account; its name gets an ending that nobody else has."""
        user = f"{name}-{uuid.uuid4().hex[:8]}"
        said = {"username": user, "password": PASSWORD, "auth": {"type": "m.login.dummy"}}
        answer = httpx.post(f"{self.url}{V3}/register", json=said, timeout=30, trust_env=False)
        answer.raise_for_status()
        found = Person(self.url, f"@{user}:{NAME}", answer.json()["access_token"], answer.json()["device_id"])
        if display_name:
            found.ask("PUT", f"/profile/{found.quoted}/displayname", {"displayname": display_name})
        return found


@dataclass
class Person:
    """Somebody who uses a Matrix client."""

    url: str
    id: str
    token: str
    device: str

    @property
    def quoted(self) -> str:
        return quote(self.id, safe="")

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Make a request; the path hangs under the client API, or is a whole one."""
        answer = httpx.request(
            method, f"{self.url}{path if path.startswith('/_') else V3 + path}", params=params,
            json={} if body is None and data is None and method in ("POST", "PUT") else body,
            content=data, headers={"Authorization": f"Bearer {self.token}", **(headers or {})}, timeout=30,
            trust_env=False,
        )  # fmt: skip
        assert answer.status_code == 200, f"{method} {path}: {answer.text}"
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    def makes_room(self, *invited: str, public: bool = False, **more: Any) -> str:
        """Make a room, which is direct where it is for one other."""
        said = {
            "preset": "public_chat" if public else "trusted_private_chat", "invite": list(invited),
            "is_direct": not public and len(invited) == 1, **more,
        }  # fmt: skip
        return str(self.ask("POST", "/createRoom", said)["room_id"])

    def joins(self, room: str) -> None:
        self.ask("POST", f"/join/{quote(room, safe='')}")

    def posts(self, room: str, content: Mapping[str, Any], kind: str = "m.room.message") -> str:
        """Send an event and return its id."""
        path = f"/rooms/{quote(room, safe='')}/send/{kind}/{uuid.uuid4().hex}"
        return str(self.ask("PUT", path, dict(content))["event_id"])

    def says(self, room: str, text: str, **more: Any) -> str:
        """Send a text."""
        return self.posts(room, {"msgtype": "m.text", "body": text, **more})

    def uploads(self, name: str, data: bytes, content_type: str = "application/octet-stream") -> str:
        """Lay a file up and return where."""
        said = self.ask(
            "POST", "/_matrix/media/v3/upload", params={"filename": name}, data=data,
            headers={"Content-Type": content_type},
        )  # fmt: skip
        return str(said["content_uri"])

    def sends_file(self, room: str, name: str, data: bytes, content_type: str = "application/octet-stream") -> str:
        uri = self.uploads(name, data, content_type)
        info = {"mimetype": content_type, "size": len(data)}
        return self.posts(room, {"msgtype": "m.file", "body": name, "filename": name, "info": info, "url": uri})

    def reads(self, room: str, event: str) -> None:
        """Let the others see that one has read up to an event."""
        self.ask("POST", f"/rooms/{quote(room, safe='')}/receipt/m.read/{quote(event, safe='')}")

    def takes_back(self, room: str, event: str) -> None:
        where = f"/rooms/{quote(room, safe='')}/redact/{quote(event, safe='')}/{uuid.uuid4().hex}"
        self.ask("PUT", where, {})

    def invitations(self) -> list[str]:
        """Return the rooms one is invited to."""
        return list(self.ask("GET", "/sync", params={"timeout": "0"}).get("rooms", {}).get("invite", {}))

    def rooms(self) -> list[str]:
        return [str(room) for room in self.ask("GET", "/joined_rooms")["joined_rooms"]]

    def state(self, room: str) -> list[dict[str, Any]]:
        return list(self.ask("GET", f"/rooms/{quote(room, safe='')}/state"))

    def messages(self, room: str) -> list[dict[str, Any]]:
        """Return the events of a room that say something, oldest first."""
        said = self.ask("GET", f"/rooms/{quote(room, safe='')}/messages", params={"dir": "b", "limit": "200"})
        return [event for event in said["chunk"][::-1] if event["type"] == "m.room.message"]

    def sees(self, room: str) -> list[str]:
        """Return the texts in a room, oldest first."""
        return [str(event["content"].get("body", "")) for event in self.messages(room)]
