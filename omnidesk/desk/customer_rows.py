"""Rows of a table of customers, read by its headings: what each says, and why one cannot be taken. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from omnidesk.text import headings
from omnidesk.text.address import normalise_email, valid_email
from omnidesk.text.clean import one_line
from omnidesk.text.phone import normalise_phone, valid_phone
from omnidesk.text.tabular import Table
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

FIELDS = tuple(headings.CUSTOMER)
MOST_ADDRESSES = 10
_NOTHING = frozenset(
    (
        "",
        "-",
        "--",
        "n/a",
        "nvt",
        "n.v.t.",
        "geen",
        "onbekend",
        "unknown",
        "none",
        "null",
        "keine",
        "unbekannt",
        "k.a.",
        "?",
    )
)
_YES = frozenset(("1", "yes", "y", "ja", "j", "true", "waar", "wahr", "x", "vip"))
_LANGUAGES = {
    "nederlands": "nl", "dutch": "nl", "niederlandisch": "nl", "engels": "en", "english": "en", "englisch": "en",
    "duits": "de", "german": "de", "deutsch": "de", "frans": "fr", "french": "fr", "franzosisch": "fr",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, addresses in normal form, and what else it says by field.

    `problem` says in words why it cannot be taken."""

    line: int
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    vip: bool | None = None
    problem: str = ""


def mapped(table: Table, given: Mapping[str, str]) -> dict[str, list[int]]:
    """Return which columns hold which field: as `given` (field to heading, several by commas, "" for none), else
    guessed. Raises UsageError in words."""
    found = headings.guess(table.headings, headings.CUSTOMER)
    plain = [headings.plain(one) for one in table.headings]
    for name, wanted in given.items():
        if name not in FIELDS:
            raise UsageError(
                _("{field} is no field of customers: {fields}").format(field=name, fields=", ".join(FIELDS))
            )
        places = []
        for one in [one.strip() for one in wanted.split(",") if one.strip()]:
            if one not in table.headings and headings.plain(one) not in plain:
                there = ", ".join(heading for heading in table.headings if heading)
                raise UsageError(
                    _("there is no column {column}; there are {columns}").format(column=one, columns=there)
                )
            places.append(table.headings.index(one) if one in table.headings else plain.index(headings.plain(one)))
        found = {other: [place for place in some if place not in places] for other, some in found.items()}
        found[name] = places
    found = {name: places for name, places in found.items() if places}
    if not {"email", "phone"} & set(found):
        there = ", ".join(heading for heading in table.headings if heading)
        raise UsageError(
            _(
                "no column holds e-mail addresses or telephone numbers: say which with --map email=..; there are "
                "{columns}"
            ).format(columns=there)
        )
    return found


def read(table: Table, columns: Mapping[str, Sequence[int]], region: str) -> list[Row]:
    """Return the rows of a table; numbers without a country belong to `region`."""
    return [_row(line, cells, columns, region) for line, cells in table.rows]


def _row(line: int, cells: Sequence[str], columns: Mapping[str, Sequence[int]], region: str) -> Row:
    def all_of(name: str) -> list[str]:
        found = (one_line(cells[place], 1_000) for place in columns.get(name, ()) if place < len(cells))
        return [one for one in found if one.casefold() not in _NOTHING]

    def first(name: str) -> str:
        return next(iter(all_of(name)), "")[:200]

    written = [one for said in all_of("email") for one in re.split(r"[;,\s]+", said) if one]
    wrong = next((one for one in written if not _reachable(one)), None)
    if wrong is not None:
        return Row(line, problem=_("{value} is no e-mail address").format(value=one_line(wrong, 80)))
    emails = [normalise_email(one) for one in written]
    phones = [(one.strip(), normalise_phone(one, region)) for said in all_of("phone")
              for one in re.split(r"[;,|]|\s{2,}", said) if one.strip()]  # fmt: skip
    bad = next((said for said, number in phones if not valid_phone(number)), None)
    if bad is not None:
        return Row(line, problem=_("{value} is no telephone number").format(value=one_line(bad, 80)))
    if not emails and not phones:
        return Row(line, problem=_("no e-mail address and no telephone number: nobody would be found by it"))
    name = first("name") or " ".join(part for part in (first("first_name"), first("infix"), first("last_name")) if part)
    language = first("language")
    said = {
        "name": name,
        "company": first("company"),
        "language": _LANGUAGES.get(headings.plain(language), language[:2].lower() if language[:2].isalpha() else ""),
        "preferred_channel": first("preferred_channel"),
    }
    tags = dict.fromkeys(one.strip().lstrip("+").lower() for said in all_of("tags") for one in re.split(r"[;,|]", said))
    vip = first("vip").casefold() in _YES if first("vip") or all_of("vip") else None
    return Row(
        line,
        _unique(emails),
        _unique(number for _said, number in phones),
        {key: value for key, value in said.items() if value},
        tuple(one[:40] for one in tags if one),
        vip,
    )


def _reachable(written: str) -> bool:
    """Say whether an address is one as it is written, with a whole domain: in a list it is mended, not guessed at."""
    value = normalise_email(written)
    return written.count("@") == 1 and valid_email(value) and "." in value.rpartition("@")[2]


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))[:MOST_ADDRESSES]
