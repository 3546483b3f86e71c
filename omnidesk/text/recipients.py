"""Recipients as an agent types and reads them: `Anna <anna@example.test>, bram@example.test`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from omnidesk.text.address import normalise_email, parse_addresses, valid_email
from omnidesk.text.clean import one_line
from omnidesk.text.fold import fold
from omnidesk.words.rows import Address

_PLAIN = re.compile(r"[^\"<>,;@\\]*\Z")
_LAST = re.compile(r"[^,;]*\Z")
_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^",;<>])+')
_NAMED = re.compile(r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^"<>]*))\s*<(?P<address>[^<>]*)>\Z')


def read(typed: str) -> tuple[Address, ...]:
    """Read what was typed: e-mail addresses, and those of other channels (`Bram <+31612345678>`).

    What is not plainly addresses is kept as it is, for the rules to refuse."""
    if not typed.strip():
        return ()
    plain = tuple(_read_one(part.strip()) for part in _PART.findall(typed) if part.strip())
    if plain and all(valid_email(one.address) or one.address.find("@") < 1 for one in plain):
        return plain
    parsed = parse_addresses(typed)
    if typed.count("@") == len(parsed):
        return tuple(Address(one_line(name, 200), address) for name, address in parsed)
    return (Address("", one_line(typed, 320)),)


def _read_one(part: str) -> Address:
    match = _NAMED.match(part)
    if match is None or not match["address"].strip():
        return Address("", _tidy(part))
    name = re.sub(r"\\(.)", r"\1", match["quoted"]) if match["quoted"] is not None else match["bare"].strip()
    return Address(one_line(name, 200), _tidy(match["address"]))


def _tidy(value: str) -> str:
    """Repair an e-mail address; what begins with its @ is a name on another network (`@anna:example.org`)."""
    mail = value.count("@") == 1 and not value.startswith("@")
    return normalise_email(value) if mail else one_line(value, 320)


def write(people: Iterable[Address]) -> str:
    """Return recipients as `read` understands them."""
    return ", ".join(_one(one) for one in people)


def _one(person: Address) -> str:
    name, address = one_line(person.name, 200), one_line(person.address, 320)
    if not name or name == address:
        return address
    if not address:
        return name
    said = name if _PLAIN.match(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    return f"{said} <{address}>"


def last(typed: str) -> str:
    """Return the recipient being typed: what stands behind the last comma."""
    match = _LAST.search(typed)
    return match.group().strip() if match else ""


def completed(typed: str, known: Iterable[str]) -> str | None:
    """Return `typed` with its last recipient completed to the first of `known` that begins so, by address or name."""
    begun = last(typed)
    if not begun:
        return None
    low = begun.lower()
    for one in known:
        for full in (one, _bare(one)):
            if full.lower().startswith(low) and full.lower() != low:
                return put_last(typed, full)
    return None


def holding(typed: str, known: Iterable[str]) -> str | None:
    """Return the first of `known` who has the parts that were typed at the beginnings of words; where nobody has, the
    first who has them anywhere."""
    parts = [folded for part in typed.split() if (folded := fold(part))]
    anywhere = None
    for one in known if parts else ():
        said = f" {fold(one)}"
        if all(f" {part}" in said for part in parts):
            return one
        if anywhere is None and all(part in said for part in parts):
            anywhere = one
    return anywhere


def is_whole(typed: str) -> bool:
    """Say whether a recipient is typed to its end: a whole address is nobody else's."""
    return valid_email(_bare(typed))


def put_last(typed: str, one: str) -> str:
    """Return what was typed with `one` instead of the recipient behind the last comma."""
    begun = last(typed)
    head = typed[: len(typed) - len(typed.lstrip())] if begun == typed.strip() else typed[: typed.rindex(begun)]
    return head + one


def _bare(one: str) -> str:
    return one.rpartition("<")[2].rstrip(">")
