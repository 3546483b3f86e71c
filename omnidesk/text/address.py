"""Addresses of people as they are written, repaired to what works, and in the one form they are compared in."""

from __future__ import annotations

import re

from omnidesk.text.clean import clean, one_line
from omnidesk.text.phone import normalise_phone

_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9.-]+\Z")
_ONE = re.compile(  # what nearly every sender line looks like
    r"\s*(?:\"([^\"\\<>]*)\"|([^\"\\<>@,;:()\[\]]*?))\s*<([A-Za-z0-9._%+=~&'/-]+@[A-Za-z0-9.-]+)>\s*\Z"
)
_TOKEN = re.compile(  # every run is bounded, so that what is never closed cannot cost more than its length
    r'(?P<quoted>"(?:[^"\\]|\\.){0,400}+")'
    r"|(?P<angle><[^<>]{0,400}+>)"
    r"|(?P<word>=\?[^?\s]{1,80}+\?[bBqQ]\?[^?]{0,400}+\?=)"
    r"|(?P<mark>[,;:])"
    r"|(?P<comment>\((?:[^()\\]|\\.|\((?:[^()\\]|\\.){0,200}+\)){0,400}+\))"
    r"|(?P<text>[^\s\"<,;:(]++)"
    r"|(?P<space>\s++)"
    r"|(?P<stray>.)",
    re.DOTALL,
)
_ADDRESS = re.compile(r"[^\s<>\"(),;:@\[\]]{1,128}+@[^\s<>\"(),;:@]+")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_LITERAL = re.compile(r"\[[0-9a-f:.ipv]+\]\Z")
_ENDINGS = (
    "com", "net", "org", "info", "edu", "gov", "eu", "nl", "de", "be", "fr", "co.uk", "uk", "at", "ch", "it",
    "es", "pt", "pl", "cz", "sk", "hu", "se", "dk", "no", "fi", "ie", "ro", "bg", "gr", "ru", "ua", "com.au",
    "com.br", "br", "ca", "us", "in", "jp", "co.jp", "cn", "kr", "io", "me", "tv", "biz", "shop", "online",
    "app", "dev", "example", "test",
)  # fmt: skip
"""Ends of domains that are common enough to tell where one ends that runs on into something else."""
LONGEST = 254
"""Characters in an e-mail address (RFC 5321 section 4.5.3.1.3)."""
LONGEST_HEADER = 100_000
MOST = 2000
"""Addresses read from one header."""


def normalise_email(value: str) -> str:
    """Return an e-mail address in the form it is compared in: repaired, in lower case, its domain in ASCII (IDNA).

    What is no address comes back tidied; nothing raises."""
    if _PLAIN.match(value) and not value.endswith((".", "-")) and ".." not in value:
        return value.lower()
    value = clean(value, keep_newlines=False).strip().strip("<>\"'`,;:").strip()
    if value.lower().startswith("mailto:"):
        value = value[7:].split("?")[0]
    local, at, domain = value.rpartition("@")
    if not at:
        return value.lower()
    local = re.sub(r"\s+", "", local).strip(".\"'").replace("@", "") if not local.startswith('"') else local
    domain = re.sub(r"[\s\"'<>]+", "", domain).strip(".,;:").lower()
    if domain.endswith("]") and not domain.startswith("["):
        domain = domain.rstrip("]")
    domain = re.sub(r"\.{2,}|,", ".", domain)
    return f"{local.lower()}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain


def _unquoted(name: str) -> str:
    """A name without the quote marks around it; the apostrophe of `'t Hart` is its own."""
    name = name.strip('" ').rstrip(" >'") if name.endswith(("'", '"', ">", " ")) else name.strip('" ')
    return name[1:].strip('" ') if name.startswith("'") and not name.startswith(("'t ", "'s ")) else name


def _first_of_two(address: str) -> str:
    """The first of two addresses without anything between them (`a@x.nlb@y.nl`), as far as its domain can be told."""
    local, _, run = address.partition("@")
    if len(local) >= 1 and run.endswith(local) and "." in run[: -len(local)].strip("."):
        return f"{local}@{run[: -len(local)]}"  # the same address twice
    ends = [
        place + len(ending) + 1
        for ending in _ENDINGS
        if (place := run.lower().find(f".{ending}")) > 0 and place + len(ending) + 1 < len(run)
    ]
    return f"{local}@{run[: max(ends)]}" if ends else address


def valid_email(value: str) -> bool:
    """Return whether mail could be sent to this address: one @, a sane local part, a domain with labels."""
    if len(value) > LONGEST or value != clean(value, keep_newlines=False):
        return False
    local, at, domain = value.rpartition("@")
    if not at or not local or len(local) > 64 or re.search(r"[\s<>(),;:@\[\]\\\"]", local):
        return False
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return False
    domain = _ascii_domain(domain.lower())
    if _LITERAL.match(domain):
        return True
    return all(_LABEL.match(label) for label in domain.split("."))


def normalise_identity(kind: str, value: str, region: str = "") -> str:
    """Return an identity's value in the form it is compared in: e-mail addresses repaired and in lower case,
    telephone numbers in E.164 (those without a country belong to `region`), others trimmed."""
    if kind == "email":
        return normalise_email(value)
    if kind == "phone":
        return normalise_phone(value, region)
    return one_line(value)


def parse_addresses(header: str) -> list[tuple[str, str]]:
    """Return (name, address) of everyone an address header names, whatever shape it is in.

    Names come as written: encoded words (RFC 2047) are for the caller to decode, after the splitting. Addresses are
    normalised; one that is missing is empty, and then there is a name. Groups give their members."""
    if one := _ONE.match(header):
        return [(_unquoted((one[1] or one[2] or "").strip()), normalise_email(one[3]))]
    found: list[tuple[str, str]] = []
    header = header[:LONGEST_HEADER]
    last_end, last_word = header.rfind(";"), len(header.rstrip())
    name: list[str] = []
    comment = address = ""
    given = False

    def finish() -> None:
        nonlocal comment, address, given
        said = "".join(name).strip()
        if not given and "@" in said and (bare := _ADDRESS.search(said)):
            address, end = bare[0], bare.end()
            if said[end : end + 1] == "@":  # two addresses run together, with nothing between them
                address, end = _first_of_two(address), len(said)
            rest = said[end:]
            said = (said[: bare.start()] + rest).strip(" <>[]-")
            if "@" in rest and (more := _ADDRESS.findall(rest)):  # several with only spaces between them
                found.append(("", normalise_email(address)))
                found.extend(("", normalise_email(each)) for each in more[:-1])
                address, said = more[-1], ""
        if not given and not address and "@" in said:
            address, said = said, ""
        if not address and not given and "@" in comment and (bare := _ADDRESS.search(comment)):
            address, comment = bare[0], ""
        said = _unquoted(" ".join((said or comment).split())) if (said or comment) else ""
        address = normalise_email(address)
        if address or said:
            found.append((said, address))
        name.clear()
        comment, address, given = "", "", False

    for token in _TOKEN.finditer(header):
        kind, text = token.lastgroup, token[0]
        if kind == "mark":
            if text == ":" and not address:
                before = name[-1] if name else ""
                if before.lower().endswith("mailto"):
                    name[-1] = before[:-6].rstrip(" [<(")  # Anna [mailto:anna@x.nl]
                    name.append(" ")
                elif token.end() <= last_end or token.end() >= last_word:
                    if "@" not in "".join(name):
                        name.clear()  # a group's name
                else:
                    name.append(text)
            else:
                finish()
            if len(found) >= MOST:
                return found
        elif kind == "angle":
            inner = text[1:-1]
            if "@" in inner or not inner.strip():
                if given and address:
                    finish()
                address, given = inner.rsplit(":", 1)[-1] if inner.startswith("@") else inner, True
            else:
                name.append(inner)
        elif kind == "quoted":
            inner = re.sub(r"\\(.)", r"\1", text[1:-1])
            follows = header[token.end() : token.end() + 1]
            name.append(f"{text}" if follows == "@" else inner)
        elif kind == "comment":
            comment = comment or text[1:-1]
        elif kind == "space":
            name.append(" ")
        elif kind in ("text", "word"):
            name.append(text)
    finish()
    return found
