"""A provider of OAuth 2.0 logins for tests, on loopback: login page, device codes, tokens, introspection.

It rotates refresh tokens and takes one that comes twice for stolen, as strict providers do: then the login is dead.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "omnidesk-under-test", "not-so-secret"


@dataclass
class Provider:
    """Tokens for whoever logs in as `user`; `life` in seconds is that of an access token."""

    user: str = ""
    life: float = 3600
    pause: float = 0.0
    """Seconds for which the token endpoint thinks."""
    rotates: bool = True
    entered: threading.Event = field(default_factory=threading.Event)
    """Set when somebody entered the device code."""
    down: bool = False
    refreshed: int = 0
    most_at_once: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)
    access: dict[str, tuple[str, float]] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    spent: set[str] = field(default_factory=set)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _busy: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._answer(self, {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                provider._answer(self, {key: values[0] for key, values in parse_qs(body).items()})

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    # --- what a channel and a mail server need

    @property
    def settings(self) -> dict[str, str]:
        return {
            "login": "other",
            "client_id": CLIENT,
            "authorize_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
            "device_url": f"{self.url}/device",
            "scope": "mail offline",
        }

    @property
    def introspection_url(self) -> str:
        return f"{self.url}/introspect"

    def owner_of(self, token: str) -> str | None:
        user, ends = self.access.get(token, ("", 0.0))
        return user if time.time() < ends else None

    # --- what tests do

    def issue(self, life: float | None = None) -> dict[str, Any]:
        """Make a pair of tokens, as after a login."""
        lasts = self.life if life is None else life
        access, refresh = f"at-{secrets.token_hex(8)}", f"rt-{secrets.token_hex(8)}"
        self.access[access] = (self.user, time.time() + lasts)
        self.refresh.add(refresh)
        return {"access_token": access, "refresh_token": refresh, "expires_in": lasts, "token_type": "Bearer"}

    def kept(self, life: float | None = None, claimed: float | None = None) -> str:
        """Return new tokens as a channel keeps them; `claimed` seconds are what the channel believes of their life."""
        made = self.issue(life)
        lasts = made["expires_in"] if claimed is None else claimed
        ends = int((time.time() + lasts) * 1000)
        return json.dumps({"access": made["access_token"], "refresh": made["refresh_token"], "expires_at": ends})

    def expire(self) -> None:
        """End every access token at once."""
        self.access.clear()

    def revoke(self) -> None:
        """End every login: no refresh token holds any more."""
        self.expire()
        self.refresh.clear()

    def visit(self, url: str, allow: bool = True, browse: Callable[[str], None] | None = None) -> None:
        """Do what a browser does at the login page, up to the address where it ends; `browse` goes there instead."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        self.asked.append(asked)
        code = secrets.token_hex(8)
        self._codes[code] = asked
        end = f"code={code}" if allow else "error=access_denied&error_description=The+person+said+no"
        address = f"{asked['redirect_uri']}/?{end}&state={asked['state']}"
        if browse is not None:
            browse(address)
            return
        with urllib.request.urlopen(address, timeout=10) as page:
            page.read()

    # --- inner

    def _answer(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        status, said = 200, {}
        if urlsplit(request.path).path == "/token":
            with self._lock:
                self._busy += 1
                self.most_at_once = max(self.most_at_once, self._busy)
            time.sleep(self.pause)
            with self._lock:
                status, said = (503, {}) if self.down else self._token(form)
                self._busy -= 1
        elif request.path == "/device":
            said = {"device_code": "dc-1", "user_code": "WDJB-MJHT", "verification_uri": f"{self.url}/enter",
                    "expires_in": 60, "interval": 0}  # fmt: skip
        elif request.path == "/introspect":
            owner = self.owner_of(form.get("token", ""))
            said = {"active": owner is not None, "username": owner or ""}
        body = json.dumps(said).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("client_id") != CLIENT or form.get("client_secret", SECRET) != SECRET:
            return 401, {"error": "invalid_client"}
        kind = form.get("grant_type", "")
        if kind == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""))
        if kind.endswith("device_code"):
            return (200, self.issue()) if self.entered.is_set() else (400, {"error": "authorization_pending"})
        asked = self._codes.pop(form.get("code", ""), {})
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked.get("code_challenge")
        if not proven or asked.get("redirect_uri") != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        return 200, self.issue()

    def _refreshed(self, token: str) -> tuple[int, dict[str, Any]]:
        if token in self.spent:
            self.revoke()
        if token not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        self.refreshed += 1
        made = self.issue()
        if self.rotates:
            self.refresh.discard(token)
            self.spent.add(token)
        else:
            self.refresh.discard(made.pop("refresh_token"))
        return 200, made
