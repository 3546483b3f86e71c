"""What an agent should mind before a message goes: who is new to it, whom the text greets, whose order it names, what
everybody could read, who answered meanwhile. The first half is pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omnidesk.desk import searching, threads
from omnidesk.desk.facts import of_customer as facts_of
from omnidesk.desk.planning import Plan
from omnidesk.store.workspace import Workspace
from omnidesk.text import placeholders
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.text.facts import values
from omnidesk.text.fold import fold
from omnidesk.words.errors import UsageError
from omnidesk.words.facts import KINDS, PRIVATE
from omnidesk.words.rows import Actor, Address
from omnidesk.words.speech import _

SHORTEST = 4
"""Characters of a known fact from which it is looked for in what everybody can read."""
LOOKED_AT = 20_000
"""Characters of a draft that are looked at."""
_GREETING = re.compile(
    r"\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hoi|hallo|dag|beste|geachte|lieve"
    r"|goed?[ei]e?(?:morgen|middag|navond)|sehr geehrter?|liebe[rs]?|guten (?:tag|morgen|abend)|moin|bonjour|hola)"
    r"\s+(?P<whom>[^\n,.!?:;]{1,60})",
    re.IGNORECASE,
)
_TITLES = frozenset(
    fold(
        "mr mrs ms miss dr prof sir madam heer mevrouw meneer dhr mw mevr herr frau familie family there all team "
        "customer klant allen allemaal zusammen everyone everybody both again nogmaals iedereen daar van de der den "
        "von le la and en und or of"
    ).split()
)
_ORDER = re.compile(r"(?<![\w#@.+/-])(?:[A-Z]{1,5}-?\d{4,14}|\d{6,14})(?![\w@/-])")
_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])(?:\+|00)?\d(?:[\s().-]?\d){8,14}(?![\w-])")
_POSTCODE = re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\b")
_STREET = re.compile(
    r"\b[A-ZÄÖÜ][\wäöüß-]*(?:straat|laan|weg|plein|gracht|kade|straße|strasse|gasse|platz)\s+\d+", re.I
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A colleague's answer that came meanwhile; `at` in UTC milliseconds."""

    login: str
    name: str
    at: int


def own_words(text: str) -> str:
    """Return a draft without what it quotes."""
    return "\n".join(line for line in text[:LOOKED_AT].split("\n") if not line.startswith(">"))


def greeted(text: str, names: Iterable[str]) -> str | None:
    """Return whom a text greets when it is none of these names, else None. Titles and empty names say nothing."""
    match = _GREETING.match(own_words(text))
    known = {word for name in names for word in fold(name).split()}
    if match is None or not known:
        return None
    said = [word for word in match["whom"].split() if _is_name(word)]
    if not said or any(word in known for one in said for word in fold(one).split()):
        return None
    return one_line(" ".join(said), 60)


def _is_name(word: str) -> bool:
    return word[:1].isupper() and fold(word).strip() not in _TITLES


def order_numbers(text: str) -> tuple[str, ...]:
    """Return what looks like an order number in a draft, at most five."""
    return tuple(dict.fromkeys(_ORDER.findall(own_words(text))))[:5]


def private_facts(text: str, known: Iterable[tuple[str, str]] = ()) -> tuple[str, ...]:
    """Return in words what a text holds that not everybody may read (promise 7): what is `known` of its customer (what
    it is, and its value), and what only looks so."""
    looked = text[:LOOKED_AT]
    told = [(label, value) for label, value in known if _holds(looked, value)]
    found = [
        (_("an e-mail address"), _MAIL.search(looked)),
        (_("a telephone number"), _PHONE.search(looked)),
        (_("an order number"), _ORDER.search(looked)),
        (_("an address"), _POSTCODE.search(looked) or _STREET.search(looked)),
    ]
    guessed = [
        (words, match.group())
        for words, match in found
        if match is not None and not any(_same(match.group(), value) for _label, value in told)
    ]
    return tuple(f"{words} ({one_line(value, 40)})" for words, value in (*told, *guessed))


def _holds(text: str, value: str) -> bool:
    """Say whether a value stands in a text, of an address the street with its number."""
    return any(len(part) >= SHORTEST and values.holds(text, part) for part in (value, value.partition(",")[0]))


def _same(one: str, other: str) -> bool:
    return values.folded(one) in values.folded(other)


def known_of(workspace: Workspace, customer_id: int | None) -> tuple[tuple[str, str], ...]:
    """Return what is known of a customer and not for everybody: what each is called, and its value."""
    if customer_id is None:
        return ()
    facts = facts_of(workspace, customer_id)
    named = [(one.label, one.value) for one in facts if one.kind in PRIVATE or one.kind not in KINDS]
    return tuple(dict.fromkeys(named))


def strangers(recipients: Iterable[Address], known: Iterable[Address]) -> tuple[str, ...]:
    """Return the addresses among the recipients that took no part so far."""
    values = {normalise_identity("email", one.address) for one in known}
    return tuple(one.address for one in recipients if normalise_identity("email", one.address) not in values)


def copies(cc: Sequence[Address], usual: Sequence[Address]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who gets a copy now and did not of the message answered, and who did and does not now."""
    return strangers(cc, usual), strangers(usual, cc)


def of_reply(
    workspace: Workspace,
    actor: Actor,
    number: int,
    text: str,
    recipients: Sequence[Address],
    cc: Sequence[Address],
    planned: Plan,
) -> tuple[str, ...]:
    """Return in words what to mind about an answer; `planned` is how it would go unchanged. Reads; call in a thread."""
    here = threads.conversation(workspace, number)
    found = []
    theirs = [one for choice in planned.choices for one in choice.to]
    known = (*here.participants, *planned.to, *planned.cc, *theirs)
    by_mail = [one for one in (*recipients, *cc) if "@" in one.address]
    for address in strangers(by_mail, known)[:3]:
        found.append(_("{address} is new to this conversation").format(address=one_line(address, 80)))
    added, dropped = copies(cc, planned.cc)
    if dropped:
        found.append(_("no copy to {names}, who had one").format(names=one_line(", ".join(dropped), 120)))
    if added := tuple(one for one in added if one not in strangers(by_mail, known)):
        found.append(_("copy to {names}, who had none").format(names=one_line(", ".join(added), 120)))
    names = [here.customer, *(one.name for one in recipients), *(one.address.partition("@")[0] for one in recipients)]
    whom = greeted(text, names) if here.customer else None
    if whom is not None:
        found.append(
            _("the text greets {whom}, the customer is {customer}").format(
                whom=whom, customer=one_line(here.customer, 60)
            )
        )
    found += _orders_of_others(workspace, actor, number, here.customer_id, text)
    return (*unfilled(text), *found)


def unfilled(text: str) -> tuple[str, ...]:
    """Return in words which placeholders still stand in a text."""
    return tuple(
        _("{placeholder} stands in the text: fill it in").format(placeholder=f"{{{{{name}}}}}")
        for name in placeholders.open_ones(text)
    )


def _orders_of_others(workspace: Workspace, actor: Actor, number: int, customer_id: int | None, text: str) -> list[str]:
    found = []
    for order in order_numbers(text):
        try:
            hits = searching.search(workspace, f'"{order}"', actor.agent_id, 20)[0]
        except UsageError:
            continue
        ours = any(hit.conversation.id == number or hit.conversation.customer_id == customer_id for hit in hits)
        others = [hit.conversation.customer for hit in hits if hit.conversation.customer]
        if others and not ours:
            found.append(
                _("{order} is known from {customer}, not from this customer").format(
                    order=order, customer=one_line(others[0], 60)
                )
            )
    return found


def answered_since(workspace: Workspace, actor: Actor, number: int, since: int) -> Answered | None:
    """Return the newest answer that a colleague gave in a conversation since a time (UTC ms); rides on
    message_thread."""
    row = workspace.database.reader.one(
        "SELECT agent.login, agent.name, m.at FROM message m JOIN agent ON agent.id = m.author_id "
        "WHERE m.conversation_id = ? AND m.at >= ? AND m.direction = 'outbound' AND m.author_kind = 'agent' "
        "AND m.aside_id IS NULL AND m.author_id <> ? AND m.status NOT IN ('cancelled', 'draft', 'failed') "
        "ORDER BY m.at DESC, m.id DESC LIMIT 1",
        (number, since, actor.agent_id),
    )
    return None if row is None else Answered(row["login"], row["name"], row["at"])
