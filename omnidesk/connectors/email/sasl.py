"""Logging in at a mail server with a token: OAUTHBEARER (RFC 7628), else XOAUTH2 (Google's and Microsoft's own)."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass, field

from omnidesk.connectors.base import LoginError
from omnidesk.connectors.email.endpoint import Endpoint
from omnidesk.text.clean import one_line

MECHANISMS = ("OAUTHBEARER", "XOAUTH2")
"""Ours, the better first."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in, with a password or with an access token."""

    user: str
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def mechanism(offered: Collection[str]) -> str:
    """Return the mechanism for a token among those that a server offers, "" where there is none."""
    names = {each.upper() for each in offered}
    return next((each for each in MECHANISMS if each in names), "")


class Bearer:
    """One login with a token. Called with each challenge of the server; keeps what a refusal says."""

    def __init__(self, mechanism: str, credentials: Credentials, endpoint: Endpoint) -> None:
        self.mechanism = mechanism
        self.refusal = ""
        """The server's reason, "" when it gave none."""
        self._credentials = credentials
        self._endpoint = endpoint
        self._said = False

    def __call__(self, challenge: bytes | None = None) -> str:
        """Return what to answer: the token first, then what lets the server go on to refuse it."""
        if not self._said:
            self._said = True
            return self.initial()
        self.refusal = _reason(challenge or b"") or self.refusal
        return "\x01" if self.mechanism == "OAUTHBEARER" else ""

    def initial(self) -> str:
        """Return the message that bears the token."""
        user, token = self._credentials.user, self._credentials.token
        if not (user + token).isascii():
            raise LoginError(f"{user!r} cannot log in with a token at {self._endpoint}: its name must be ASCII")
        if self.mechanism == "XOAUTH2":
            return f"user={user}\x01auth=Bearer {token}\x01\x01"
        saslname = user.replace("=", "=3D").replace(",", "=2C")
        place = f"host={self._endpoint.host}\x01port={self._endpoint.port}"
        return f"n,a={saslname},\x01{place}\x01auth=Bearer {token}\x01\x01"


def _reason(challenge: bytes) -> str:
    try:
        try:
            said = json.loads(challenge)
        except ValueError:  # some encode it twice
            said = json.loads(base64.b64decode(challenge, validate=True))
        return one_line(f"status {said['status']}", 100)
    except (ValueError, KeyError, TypeError):
        return ""
