"""Links in text from outside: found, made safe, and named by the host they really lead to.

What browsers do decides where a link leads (WHATWG URL): a backslash is a slash, what stands before @ is no host. A
link that `find_links` returns is ASCII without spaces or control characters, of a scheme in `SCHEMES`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

SCHEMES = ("http", "https", "mailto", "tel")
LONGEST = 8_000
"""Characters of a link; a longer one is none."""
SHOWN = 46
"""Columns of a link as people read it."""

_URL = re.compile(rf"(?i)(?<![\w@.])(?:https?://|mailto:|tel:)[^\s<>\"“”„«»]{{1,{LONGEST}}}")
_HINT = re.compile(r"(?i)://|mailto:|tel:")
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.?)+\Z|\[[0-9a-f:.]+\]\Z")
_CLAIM = re.compile(r"(?i)(?:https?://)?((?:[\w-]{1,63}\.)+[^\W\d_]{2,24})(?::\d+)?(?:[/?#][^\s<>]*)?[.,;:!)\]]*\s*\Z")
_FILES = frozenset(("jpg", "jpeg", "png", "gif", "pdf", "doc", "docx", "xls", "xlsx", "txt", "csv", "zip", "js", "php"))
_MAILTO = re.compile(r"[A-Za-z0-9._%+=~&'-]{1,64}@[A-Za-z0-9.-]{1,253}\Z")
_TEL = re.compile(r"\+?[0-9().\- ]{2,30}\Z")
_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads: `url` is safe to hand to a browser or terminal, `shown` is for people and begins with the
    real host, `claims` is another host that its text named; "" for none."""

    url: str
    host: str
    shown: str
    claims: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A link and the characters [start, end) of the text that it takes, with the brackets around it."""

    start: int
    end: int
    link: Link


def find_links(text: str, most: int = 1_000) -> list[Found]:
    """Return the links of a text in order, at most `most`; what is unsafe or broken is no link."""
    found: list[Found] = []
    if not _HINT.search(text):
        return found
    for match in _URL.finditer(text):
        said = _trimmed(match[0])
        start, end = match.start(), match.start() + len(said)
        bracketed = text[start - 1 : start] == "<" and text[end : end + 1] == ">"
        before = text[max(0, start - 300) : start - 1] if bracketed else ""
        link = safe_link(said, _claimed(before))
        if link is None:
            continue
        found.append(Found(start - bracketed, end + bracketed, link))
        if len(found) >= most:
            break
    return found


def safe_link(url: str, claimed: str = "") -> Link | None:
    """Return a link that can do no harm where it is shown, or None. `claimed` is the host that its text names."""
    scheme, _, rest = url.partition(":")
    scheme = scheme.lower()
    if scheme == "mailto":
        address = rest.partition("?")[0]
        return Link(f"mailto:{address}", address.rpartition("@")[2], address) if _MAILTO.match(address) else None
    if scheme == "tel":
        number = rest.replace("%20", " ")
        return Link(f"tel:{re.sub(r'[^0-9+]', '', number)}", number, number) if _TEL.match(number) else None
    if scheme not in SCHEMES or len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url.replace("\\", "/"))
        port = parts.port
    except ValueError:
        return None
    host = ascii_host(parts.hostname or "")
    if host is None:
        return None
    user = parts.netloc.rpartition("@")[0]
    claims = claimed or _claimed(user.replace(":", "/"))
    path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
    tail = "".join(
        mark + quote(part, safe="/%:@!$&'()*+,;=~-._?")
        for mark, part in (("?", parts.query), ("#", parts.fragment))
        if part
    )
    where = host if port is None else f"{host}:{port}"
    safe = f"{scheme}://{where}{path or '/'}{tail}"
    return Link(safe, host, _shown(where, path, tail), "" if same_organisation(host, claims) else claims)


def ascii_host(host: str) -> str | None:
    """Return a host as DNS knows it, in lower case; None for what is none."""
    host = host.lower().rstrip(".")
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    if ":" in host:
        host = f"[{host}]"
    return host if len(host) <= 255 and _HOST.match(host) else None


def same_organisation(host: str, other: str) -> bool:
    """Say whether one host is the other, or below it; an unknown one ("") is."""
    if not other:
        return True
    host, other = host.removeprefix("www."), other.removeprefix("www.")
    return host == other or host.endswith(f".{other}") or other.endswith(f".{host}")


def _claimed(before: str) -> str:
    """The host that a text ends in, where it looks like one; no address of a person, no name of a file."""
    said = _CLAIM.search(before.rpartition("\n")[2][-200:])
    if said is None or before[: max(0, len(before) - len(said[0]))].endswith("@"):
        return ""
    host = said[1].lower()
    return "" if host.rpartition(".")[2] in _FILES else ascii_host(host) or ""


def _trimmed(url: str) -> str:
    """Leave out the punctuation of the sentence behind a link."""
    while url and url[-1] in ".,;:!?'*_|…)]}":
        opening = _CLOSING.get(url[-1])
        if opening is not None and url.count(url[-1]) <= url.count(opening):
            break
        url = url[:-1]
    return url


def _shown(host: str, path: str, tail: str) -> str:
    host = host.removeprefix("www.")
    if len(host) > SHOWN:
        return f"..{host[-SHOWN + 2 :]}"  # the end of a host says whose it is
    rest = quote(path, safe="/%:@!$&'()*+,;=~-._").rstrip("/")
    room = SHOWN - len(host)
    if len(rest) > room:
        return f"{host}{rest[: max(0, room - 2)]}.." if room > 6 else host
    return f"{host}{rest}{'?..' if tail and len(rest) + 3 <= room else ''}"
