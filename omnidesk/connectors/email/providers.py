"""The providers that many mailboxes are at: where their servers are, how they are logged in to, and what they want.

A provider is known by the domain of an address, by the servers that take mail for a domain (its MX records), or by its
own servers. Everything here works without a network.
"""

from __future__ import annotations

from dataclasses import dataclass

Guess = tuple[str, int, str]
"""Host, port, security."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: its servers, the ways to log in that it takes (values of the setting `login`, the usual one first),
    what people must know before they do, and the names of its MX and mail servers (by their ends)."""

    name: str
    imap: Guess
    smtp: Guess
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    logins: tuple[str, ...] = ("password",)
    advice: str = ""


def _at(imap: str, smtp: str, port: int = 587) -> tuple[Guess, Guess]:
    return (imap, 993, "tls"), (smtp, port, "tls" if port == 465 else "starttls")


_APP = "{name} takes an app password here, not the password of the account: make one {where}, and paste it."
_ALLOW = "At {name}, IMAP must first be switched on in the settings of the mailbox on the web."

_GOOGLE = Provider(
    "Google",
    *_at("imap.gmail.com", "smtp.gmail.com"),
    ("gmail.com", "googlemail.com"),
    ("google.com", "googlemail.com", "gmail.com"),
    ("password", "google"),
    _APP.format(name="Google", where="at myaccount.google.com/apppasswords (two-step login must be on)")
    + " Or log in with the browser: set login to google.",
)
_MICROSOFT_ADVICE = (
    "Microsoft takes no passwords from mail programs any more: log in with the browser or a code (login: microsoft)."
)
_MICROSOFT = Provider(
    "Microsoft 365",
    *_at("outlook.office365.com", "smtp.office365.com"),
    (),
    ("mail.protection.outlook.com", "mx.microsoft", "office365.com"),
    ("microsoft",),
    _MICROSOFT_ADVICE,
)
_OUTLOOK = Provider(
    "Outlook.com",
    *_at("outlook.office365.com", "smtp-mail.outlook.com"),
    ("outlook.com", "outlook.de", "outlook.fr", "hotmail.com", "hotmail.nl", "hotmail.de", "hotmail.fr",
     "hotmail.co.uk", "live.com", "live.nl", "live.de", "live.fr", "live.co.uk", "msn.com"),
    ("olc.protection.outlook.com", "outlook.com"),
    ("microsoft",),
    _MICROSOFT_ADVICE,
)  # fmt: skip
_YAHOO_WORDS = _APP.format(name="Yahoo", where="under Account security")

PROVIDERS: tuple[Provider, ...] = (
    _GOOGLE,
    _OUTLOOK,
    _MICROSOFT,
    Provider(
        "Yahoo", *_at("imap.mail.yahoo.com", "smtp.mail.yahoo.com", 465),
        ("yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "ymail.com", "rocketmail.com"),
        ("yahoodns.net", "yahoo.com"), advice=_YAHOO_WORDS,
    ),
    Provider("AOL", *_at("imap.aol.com", "smtp.aol.com", 465), ("aol.com", "aim.com"), ("aol.com",),
             advice=_APP.format(name="AOL", where="under Account security")),
    Provider(
        "Apple iCloud", *_at("imap.mail.me.com", "smtp.mail.me.com"), ("icloud.com", "me.com", "mac.com"),
        ("mail.icloud.com", "mail.me.com"),
        advice=_APP.format(name="Apple", where="at account.apple.com under Sign-In and Security"),
    ),
    Provider(
        "Fastmail", *_at("imap.fastmail.com", "smtp.fastmail.com", 465), ("fastmail.com", "fastmail.fm"),
        ("messagingengine.com", "fastmail.com"),
        advice=_APP.format(name="Fastmail", where="under Settings, Privacy & Security"),
    ),
    Provider("Zoho", *_at("imap.zoho.com", "smtp.zoho.com", 465), ("zoho.com", "zohomail.com"), ("zoho.com",),
             advice=_ALLOW.format(name="Zoho")),
    Provider("Zoho Europe", *_at("imap.zoho.eu", "smtp.zoho.eu", 465), ("zoho.eu", "zohomail.eu"), ("zoho.eu",),
             advice=_ALLOW.format(name="Zoho")),
    Provider("GMX", *_at("imap.gmx.net", "mail.gmx.net"), ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"), ("gmx.net",),
             advice=_ALLOW.format(name="GMX")),
    Provider("GMX", *_at("imap.gmx.com", "mail.gmx.com"), ("gmx.com", "gmx.co.uk", "gmx.us"), ("gmx.com",),
             advice=_ALLOW.format(name="GMX")),
    Provider("WEB.DE", *_at("imap.web.de", "smtp.web.de"), ("web.de",), ("web.de",),
             advice=_ALLOW.format(name="WEB.DE")),
    Provider("T-Online", *_at("secureimap.t-online.de", "securesmtp.t-online.de", 465), ("t-online.de", "magenta.de"),
             ("t-online.de",), advice="T-Online wants the password for e-mail programs, not that of the account."),
    Provider("IONOS", *_at("imap.ionos.de", "smtp.ionos.de", 465), (), ("ionos.de", "kundenserver.de")),
    Provider("STRATO", *_at("imap.strato.de", "smtp.strato.de", 465), (), ("rzone.de", "strato.de")),
    Provider("mailbox.org", *_at("imap.mailbox.org", "smtp.mailbox.org"), ("mailbox.org",), ("mailbox.org",)),
    Provider("Posteo", *_at("posteo.de", "posteo.de"), ("posteo.de", "posteo.net"), ("posteo.de",)),
    Provider("OVHcloud", *_at("ssl0.ovh.net", "ssl0.ovh.net", 465), (), ("mail.ovh.net", "ssl0.ovh.net")),
    Provider("Gandi", *_at("mail.gandi.net", "mail.gandi.net", 465), (), ("mail.gandi.net",)),
    Provider("Ziggo", *_at("imap.ziggo.nl", "smtp.ziggo.nl"), ("ziggo.nl", "home.nl", "casema.nl", "upcmail.nl"),
             ("ziggo.nl",)),
    Provider("KPN", *_at("imap.kpnmail.nl", "smtp.kpnmail.nl"), ("kpnmail.nl", "planet.nl", "hetnet.nl"),
             ("kpnmail.nl",)),
    Provider("XS4ALL", *_at("imap.xs4all.nl", "smtp.xs4all.nl"), ("xs4all.nl",), ("xs4all.nl",)),
    Provider("Orange", *_at("imap.orange.fr", "smtp.orange.fr", 465), ("orange.fr", "wanadoo.fr"), ("orange.fr",)),
    Provider("Free", *_at("imap.free.fr", "smtp.free.fr", 465), ("free.fr",), ("free.fr",)),
    Provider("Yandex", *_at("imap.yandex.com", "smtp.yandex.com", 465), ("yandex.com",), ("yandex.com", "yandex.net"),
             advice=_APP.format(name="Yandex", where="under Security, App passwords")),
)  # fmt: skip
_NO_IMAP = {
    "Proton Mail": (("proton.me", "protonmail.com", "pm.me"), ("protonmail.ch",)),
    "Tuta": (("tuta.com", "tutanota.com", "tutanota.de", "tuta.io"), ("tutanota.de",)),
}
_WITHOUT = {
    "Proton Mail": "Proton Mail is reached through its program Bridge on this machine: name 127.0.0.1 and the port that"
    " Bridge shows.",
    "Tuta": "Tuta lets no mail program in: it has no IMAP.",
}
USUAL_ADVICE = (
    "check the user name and the password. Many providers want an app password, made in the settings of the account, "
    "once two-step login is on; some must first be told to allow IMAP and SMTP."
)


def domain_of(address: str) -> str:
    """Return the domain of an address as the network knows it; "" where it has none."""
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    try:
        known = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    return known if "." in known else ""


def of_address(address: str) -> Provider | None:
    """Return the provider whose own domain an address is in."""
    domain = domain_of(address)
    if domain.endswith(".onmicrosoft.com"):
        return _MICROSOFT
    return next((each for each in PROVIDERS if domain in each.domains), None)


def of_host(host: str) -> Provider | None:
    """Return the provider that a mail server or an MX record's host belongs to: the one with the longest match."""
    name = host.lower().rstrip(".")
    fitting = [(len(end), each) for each in PROVIDERS for end in each.hosts if name == end or name.endswith(f".{end}")]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def without_imap(domain: str, exchangers: tuple[str, ...] = ()) -> str:
    """Return in words why a domain's mail cannot be read with IMAP; "" where nothing is known against it."""
    for name, (domains, hosts) in _NO_IMAP.items():
        if domain in domains or any(each.endswith(end) for each in exchangers for end in hosts):
            return _WITHOUT[name]
    return ""


def guesses(address: str, protocol: str) -> list[Guess]:
    """Return where the IMAP or SMTP server of an address may be, best first; empty without a domain."""
    domain = domain_of(address)
    if not domain:
        return []
    if known := of_address(address):
        return [known.imap if protocol == "imap" else known.smtp]
    if protocol == "imap":
        return [(f"{name}.{domain}", 993, "tls") for name in ("imap", "mail")]
    return [
        (f"{name}.{domain}", port, security)
        for port, security in ((587, "starttls"), (465, "tls"))
        for name in ("smtp", "mail")
    ]


def when_refused(host: str) -> str:
    """Return what to do when the server `host` refused a password."""
    known = of_host(host)
    return known.advice if known is not None and known.advice else USUAL_ADVICE
