"""Where the mail servers of an address are likely to be. Nothing is looked up: the connection proves the guess."""

from __future__ import annotations

Guess = tuple[str, int, str]
"""Host, port, security."""


def _provider(imap: str, smtp: str, port: int = 587) -> dict[str, Guess]:
    security = "tls" if port == 465 else "starttls"
    return {"imap": (imap, 993, "tls"), "smtp": (smtp, port, security)}


_GOOGLE = _provider("imap.gmail.com", "smtp.gmail.com")
_MICROSOFT = _provider("outlook.office365.com", "smtp.office365.com")
_OUTLOOK = _provider("outlook.office365.com", "smtp-mail.outlook.com")
_YAHOO = _provider("imap.mail.yahoo.com", "smtp.mail.yahoo.com", 465)
_APPLE = _provider("imap.mail.me.com", "smtp.mail.me.com")
_FASTMAIL = _provider("imap.fastmail.com", "smtp.fastmail.com", 465)
_GMX = _provider("imap.gmx.net", "mail.gmx.net")
_ZIGGO = _provider("imap.ziggo.nl", "smtp.ziggo.nl")
_KPN = _provider("imap.kpnmail.nl", "smtp.kpnmail.nl")

_PROVIDERS: dict[str, dict[str, Guess]] = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), _GOOGLE),
    **dict.fromkeys(("outlook.com", "hotmail.com", "hotmail.nl", "live.com", "live.nl", "msn.com"), _OUTLOOK),
    **dict.fromkeys(("yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com"), _YAHOO),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), _APPLE),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), _FASTMAIL),
    **dict.fromkeys(("gmx.net", "gmx.de", "gmx.at", "gmx.ch"), _GMX),
    **dict.fromkeys(("ziggo.nl", "home.nl", "casema.nl", "upcmail.nl"), _ZIGGO),
    **dict.fromkeys(("kpnmail.nl", "planet.nl", "hetnet.nl"), _KPN),
    "gmx.com": _provider("imap.gmx.com", "mail.gmx.com"),
    "web.de": _provider("imap.web.de", "smtp.web.de"),
    "t-online.de": _provider("secureimap.t-online.de", "securesmtp.t-online.de", 465),
    "zoho.com": _provider("imap.zoho.com", "smtp.zoho.com", 465),
    "zoho.eu": _provider("imap.zoho.eu", "smtp.zoho.eu", 465),
    "aol.com": _provider("imap.aol.com", "smtp.aol.com", 465),
    "xs4all.nl": _provider("imap.xs4all.nl", "smtp.xs4all.nl"),
    "posteo.de": _provider("posteo.de", "posteo.de"),
    "mailbox.org": _provider("imap.mailbox.org", "smtp.mailbox.org"),
    "orange.fr": _provider("imap.orange.fr", "smtp.orange.fr", 465),
    "free.fr": _provider("imap.free.fr", "smtp.free.fr", 465),
    "yandex.com": _provider("imap.yandex.com", "smtp.yandex.com", 465),
}
_TENANT = ".onmicrosoft.com"


def guesses(address: str, protocol: str) -> list[Guess]:
    """Return where the IMAP or SMTP server of an address may be, best first; empty without a domain."""
    domain = address.rpartition("@")[2].strip().lower().rstrip(".")
    if "." not in domain:
        return []
    if domain.endswith(_TENANT):
        return [_MICROSOFT[protocol]]
    if known := _PROVIDERS.get(domain):
        return [known[protocol]]
    if protocol == "imap":
        return [(f"{name}.{domain}", 993, "tls") for name in ("imap", "mail")]
    return [
        (f"{name}.{domain}", port, security)
        for port, security in ((587, "starttls"), (465, "tls"))
        for name in ("smtp", "mail")
    ]
