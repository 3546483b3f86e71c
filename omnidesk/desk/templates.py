"""Texts that providers have approved for writing outside the reply window, kept here so that they are there offline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Filled, Template
from omnidesk.store import people
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Channel
from omnidesk.words.speech import _

GOOD_FOR = 6 * clock.HOUR
"""How long a list of templates is good enough."""
MOST = 2_000
_FIELD = re.compile(r"\{\{([^{}]{1,100})\}\}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A template of a channel; `examples` are values that its `fields` could have, "" where none is known."""

    channel: str
    channel_id: int
    name: str
    language: str
    category: str
    text: str
    fields: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Filling:
    """Which template goes, with which values; without a language the one that fits the customer."""

    name: str
    language: str | None = None
    values: tuple[str, ...] = ()


def wanted(channel: Channel) -> bool:
    """Say whether a channel has templates."""
    try:
        window = registry.manifest(channel.kind).reply_window
    except NotFoundError:
        return False
    return window is not None and window.outside == "template"


def stale(workspace: Workspace, channel: Channel) -> bool:
    """Say whether the list of a channel's templates should be asked for again."""
    if not wanted(channel):
        return False
    at = workspace.database.reader.value("SELECT templates_at FROM channel WHERE id = ?", (channel.id,))
    return at is None or clock.now() - at > GOOD_FOR


def keep(workspace: Workspace, channel_id: int, found: Sequence[Template]) -> None:
    """Keep the list of a channel's templates in place of the one before."""
    rows = {
        (channel_id, one_line(one.name, 200), one_line(one.language, 40)): (
            one_line(one.category, 60),
            clean(one.text),
            json.dumps([list(pair) for pair in _pairs(one.fields, one.examples)], ensure_ascii=False),
            one_line(one.cost, 200),
        )
        for one in found[:MOST]
        if one.name
    }

    def work(tx: Transaction) -> None:
        tx.execute("DELETE FROM template WHERE channel_id = ?", (channel_id,))
        tx.execute_many(
            "INSERT INTO template (channel_id, name, language, category, text, fields_json, cost) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*key, *values) for key, values in rows.items()],
        )
        tx.execute("UPDATE channel SET templates_at = ? WHERE id = ?", (clock.now(), channel_id))

    workspace.database.write(work)


def _pairs(fields: Iterable[str], examples: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (one_line(name, 100), one_line(examples[place], 200) if place < len(examples) else "")
        for place, name in enumerate(fields)
    ]


def of(connection: Connection, channel: Channel, language: str = "") -> list[Listed]:
    """Return a channel's templates by name; of one in several languages that which fits `language` first."""
    found = [
        _listed(row, channel)
        for row in connection.all(
            "SELECT * FROM template WHERE channel_id = ? ORDER BY name, language LIMIT ?", (channel.id, MOST)
        )
    ]
    return sorted(found, key=lambda one: (one.name, -_fits(one.language, language), one.language))


def _fits(language: str, wished: str) -> int:
    """Say how well a language (`nl`, `en_US`) fits the one that is wished for."""
    one, other = (said.lower().replace("-", "_") for said in (language, wished))
    return 2 if other and one == other else 1 if other and one.partition("_")[0] == other.partition("_")[0] else 0


def named(workspace: Workspace, channel: str) -> list[Listed]:
    """Return the templates of a channel by its name."""
    reader = workspace.database.reader
    return of(reader, people.channel(reader, channel))


def find(connection: Connection, channel: Channel, said: Filling, language: str = "") -> Listed:
    """Return a template by its name. Raises NotFoundError in words: which there are."""
    there = of(connection, channel, said.language or language)
    named = [one for one in there if one.name == said.name]
    if not named:
        names = ", ".join(dict.fromkeys(one.name for one in there)) or _("none; the engine asks for them")
        raise NotFoundError(
            _("{channel} has no template {name}; it has {names}").format(
                channel=channel.name, name=said.name, names=one_line(names, 300)
            )
        )
    if said.language and not _fits(named[0].language, said.language):
        raise NotFoundError(
            _("template {name} of {channel} is not there in {language}, but in {languages}").format(
                name=said.name, channel=channel.name, language=said.language,
                languages=", ".join(one.language for one in named),
            )
        )  # fmt: skip
    return named[0]


def filled(one: Listed, values: Sequence[str]) -> Filled:
    """Return a template with its values, tidied. Raises UsageError where one is missing."""
    said = tuple(one_line(clean(value), 1_000) for value in values)
    if len(said) != len(one.fields) or not all(said):
        missing = [name for place, name in enumerate(one.fields) if place >= len(said) or not said[place]]
        raise UsageError(
            _("template {name} takes {count} values ({fields})").format(
                name=one.name, count=len(one.fields), fields=", ".join(one.fields) or "-"
            )
            + (_(": {missing} is missing").format(missing=", ".join(missing)) if missing else "")
        )
    return Filled(one.name, one.language, said, one.fields)


def text_of(one: Listed, values: Sequence[str]) -> str:
    """Return what a customer reads; a field without a value stays as it is."""
    known = {name: value for name, value in zip(one.fields, values, strict=False) if value}
    return _FIELD.sub(lambda found: known.get(found[1], found[0]), one.text)


def _listed(row: object, channel: Channel) -> Listed:
    said = dict(row)  # type: ignore[call-overload]
    pairs = json.loads(said["fields_json"])
    return Listed(
        channel.name,
        channel.id,
        said["name"],
        said["language"],
        said["category"],
        said["text"],
        tuple(pair[0] for pair in pairs),
        tuple(pair[1] for pair in pairs),
        said["cost"],
    )
