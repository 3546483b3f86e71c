"""What a kind of channel can do, as data: the desk's rules, the set-up screens and the engine read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Inbound = Literal["socket", "long_poll", "poll", "webhook", "push_relay", "local", "none"]
Outbound = Literal["none", "reply_only", "start_new"]
Threading = Literal["headers", "native_thread", "reply_to", "contact"]
Idempotency = Literal["key", "verify", "none"]
AuthMode = Literal["none", "password", "token", "oauth_device", "oauth_loopback", "qr"]
RunsIn = Literal["sync", "serve"]
SettingKind = Literal["text", "number", "flag", "choice", "channel"]
"""What a setting holds; `channel` is the name of another channel of the workspace."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to fill in when a channel is added."""

    key: str
    label: str
    help: str = ""
    kind: SettingKind = "text"
    default: str | int | bool | None = None
    choices: tuple[str, ...] = ()
    required: bool = False
    advanced: bool = False


REGION = Setting(
    "region", "Country", "of telephone numbers that name none, such as NL; else the workspace's", advanced=True
)
JOIN = Setting(
    "join",
    "Joining",
    "what a customer has open on other channels: always, never, or what was said within so many days",
    advanced=True,
)
"""What every kind of channel that brings telephone numbers lets be set, and every one that brings anything."""
SHOP_PAGES = (
    Setting(
        "return_url", "Page for returns", "where customers register a return; {number}, {id}, {email} and {postcode} "
        "are filled in", advanced=True,
    ),
    Setting(
        "order_url", "Page of an order", "for agents, where the shop names none; filled in the same way", advanced=True,
    ),
)  # fmt: skip
"""What every kind of commerce lets be set; the desk fills these in."""


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a channel; kept outside the workspace.

    `ways` are the values of the setting `login` with which it is used, () with all. `typed` is False for what a login
    at the provider brings; `required` False for what only some providers want."""

    key: str
    label: str
    help: str = ""
    ways: tuple[str, ...] = ()
    typed: bool = True
    required: bool = True


RELAY = (
    Setting(
        "relay_url", "Relay", "where `omnidesk serve --relay` takes the provider's webhooks, for a desk that cannot be "
        "reached from outside", advanced=True,
    ),
    Setting("relay_channel", "Its name there", "what the relay calls this channel, where not the same", advanced=True),
)  # fmt: skip
"""Settings of every kind that takes webhooks: whose are fetched from a relay instead of arriving here."""
RELAY_TOKEN = Secret("relay_token", "Token of the relay", "what `omnidesk token relay` prints there", required=False)


@dataclass(frozen=True, slots=True)
class Attachments:
    """What files a channel carries; sizes in bytes of decoded content, None for no stated limit."""

    inbound: bool = False
    outbound: bool = False
    max_bytes: int | None = None
    max_count: int | None = None
    media_types: tuple[str, ...] = ("*/*",)
    fetched: bool = False
    """Whether the provider fetches what goes out from us, under `Outgoing.links`: the world must reach us then."""


@dataclass(frozen=True, slots=True)
class TextRule:
    """What text a channel carries; `max_length` counts `unit`s (`text.measure` says what each is), None for no limit.

    With `split` a longer text goes out in parts (see `Connector.prepare`), else it is refused. With `segments` networks
    carry it as text messages, each of which costs, and the composer counts them."""

    format: Literal["plain", "markdown", "html", "restricted"] = "plain"
    max_length: int | None = None
    unit: Literal["chars", "utf16", "graphemes", "bytes", "gsm7"] = "chars"
    split: bool = False
    subject: bool = False
    segments: bool = False


@dataclass(frozen=True, slots=True)
class ReplyWindow:
    """How long after the customer's last message the provider lets us answer freely, and what goes `outside`.

    With `tag` an answer goes under the provider's tag for late ones until `longest` seconds have passed, where the
    channel's setting of the name `needs` is on (the provider allowed it to this account)."""

    seconds: int
    outside: Literal["template", "tag", "forbidden"] = "forbidden"
    longest: int = 0
    needs: str = ""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `count` requests in `seconds`, which the engine sees to; a connector never waits for them itself.

    `bucket` says which requests: `send` a message handed over, `pull` a batch or file asked for, any other name both.
    `scope` says what shares it: one channel, one recipient of a channel, or all channels of a kind that name the same
    setting `host` (without one: all of the kind)."""

    bucket: str
    count: int
    seconds: float
    scope: Literal["account", "recipient", "host"] = "account"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One kind of channel as data. `api` is the version of this interface the connector was written for.

    `undo_window` and `poll_seconds` are seconds, `target_minutes` minutes until an unanswered message is due.
    `idempotency` says how a send whose answer was lost is settled: `key` sends again with the same key, `verify`
    asks the provider, `none` waits for a report or the agent.
    """

    kind: str
    name: str
    badge: str
    inbound: tuple[Inbound, ...]
    outbound: Outbound
    threading: Threading
    idempotency: Idempotency
    identity_kinds: tuple[str, ...]
    settings: tuple[Setting, ...] = ()
    secrets: tuple[Secret, ...] = ()
    auth: tuple[AuthMode, ...] = ("none",)
    attachments: Attachments = Attachments()
    text: TextRule = TextRule()
    reply_window: ReplyWindow | None = None
    rate_limits: tuple[RateLimit, ...] = ()
    receipts: tuple[Literal["delivered", "read"], ...] = ()
    typing: bool = False
    public: bool = False
    """Whether what is said on it can be read by everybody."""
    private_reply: int = 0
    """For how many seconds a public message may be answered in private, once, before its author writes in private
    themselves; 0 where it may not. Private messages then stand beside public ones (`Decoded.public`)."""
    scoped: bool = False
    """Whether each channel knows people by ids of its own (page-scoped ids): `Party.scope` is the channel's address."""
    echo: bool = False
    """Whether what we send comes back as something received."""
    live: bool = False
    """Whether the customer waits at the other end (chat): a new one rings, Enter sends, seconds waited are shown."""
    undo_window: float = 10.0
    target_minutes: int = 480
    after_reply: Literal["pending", "open"] = "pending"
    poll_seconds: float = 60.0
    runs_in: RunsIn = "sync"
    """Which process holds its leases: the engine, or the web server to which its customers are connected."""
    embed: str = ""
    """What a site's pages hold to show it: `{url}` is how the world reaches the web server, `{name}` the channel's."""
    about: str = ""
    """What it is, in a line, for those who choose what to add."""
    address: bool = True
    """Whether it has an address of its own that customers write to."""
    discovers: bool = False
    """Whether an address alone tells about its settings (`Connector.discover`): a person gives that first."""
    vouches: bool = True
    """Whether a sender is known by more than their own word. Where not (a web form), nothing that comes changes what
    is known of anybody, and nobody is one of ours."""
    page: str = ""
    """The path of its page on `omnidesk serve`, such as `/form/{name}`; "" where it has none."""
    joins: str = "always"
    """How far a contact joins by itself what the customer has open on other channels, unless the channel's setting
    `join` says otherwise: `always`, `never`, or a number of days."""
    history: bool = False
    """Whether the source holds messages from before the channel was added."""
    commerce: bool = False
    """Whether it brings orders instead of messages: it stands beside threads, and nobody is written to by it."""
    looks_up: tuple[Literal["email", "phone", "number"], ...] = ()
    """Of commerce: what `Connector.look_up` finds orders by, asked where nothing is known of a customer or a number."""
    order_notes: bool = False
    """Of commerce: whether `prepare` and `send` put a note on an order (`Outgoing.thread` is the shop's id of it)."""
    privacy: str = ""
    """What leaves the machine, for the privacy page."""
    decoder: int = 1
    """The version of what `decode` makes of a raw item; `omnidesk redecode` refreshes messages of older ones."""
    api: int = 1

    @property
    def every_setting(self) -> tuple[Setting, ...]:
        """Its settings, and that which is the same for all that bring messages."""
        return (*self.settings, replace(JOIN, default=self.joins)) if self.inbound != ("none",) else self.settings

    def login(self, settings: Mapping[str, Any]) -> str:
        """Return how a channel with these settings logs in: its setting `login`, else that setting's default."""
        usual = next((str(setting.default or "") for setting in self.settings if setting.key == "login"), "")
        return str(settings.get("login") or usual)

    def secrets_for(self, settings: Mapping[str, Any]) -> tuple[Secret, ...]:
        """Return the secrets that a channel with these settings uses."""
        way = self.login(settings)
        return tuple(secret for secret in self.secrets if not secret.ways or way in secret.ways)
