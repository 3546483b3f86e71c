"""What passes between a connector and those who add a channel, test it, or log in to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Checked:
    """What a live test of the settings found: whose account, how much is there, what to mind.

    `total` counts items at the source, `waiting` those that look unanswered; None where the source cannot tell.
    `settings` are values the test found out and that should be kept."""

    account: str
    display_name: str = ""
    total: int | None = None
    waiting: int | None = None
    details: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What an address alone tells about an account, before anybody logs in.

    `settings` are values found, none where nothing is known; `source` says in words how. `confirm` is True where only
    an answer that anybody could have forged names them: a person should look before a password goes there. `advice`
    says what to mind, such as that the provider wants an app password; `logins` are values of the setting `login`
    that the provider takes, the usual one first."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    confirm: bool = False
    advice: tuple[str, ...] = ()
    logins: tuple[str, ...] = ("password",)


@dataclass(frozen=True, slots=True)
class AuthorizeStep:
    """One step of a login flow: show `url` and `code` to the person; the last step brings `secrets` to keep."""

    message: str
    url: str = ""
    code: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)


Renewing = Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]
"""Awaited with secrets that run out or were refused; brings those that hold now: what another process has made anew
meanwhile, else what `Connector.renew` brings, kept before it is used. One at a time for each channel, whoever asks.
Raises LoginError when a person must log in again."""
