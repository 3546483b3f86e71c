"""Macros: canned replies with a text per language and class of channel, and what is done as they are sent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Manifest
from omnidesk.desk import agents, due, macro_rows, planning, triage
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.placeholders import Facts
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text import language as languages
from omnidesk.text import placeholders
from omnidesk.text.clean import one_line
from omnidesk.text.fold import fold
from omnidesk.text.when import parse_when
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import Status
from omnidesk.words.rows import Actor, Macro, MacroActions, Wording
from omnidesk.words.speech import _

LETTER_UNITS = 2_000
"""A channel that takes no more text than this, or has no subject, is `short`."""
_FACTS = ("fact.order", "fact.parcel")
_NOTHING = MacroActions()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A macro that fits a conversation, and the wording that would be used; the highest score fits best."""

    macro: Macro
    wording: Wording
    score: float


@dataclass(frozen=True, slots=True)
class FilledMacro:
    """A macro as it would be said in one conversation; `empty` says what could not be filled, `remarks` what else to
    mind."""

    macro: Macro
    text: str
    language: str
    languages: tuple[str, ...]
    empty: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that the agent should see."""
        return (*self.empty, *self.remarks)


# What there is


def list_macros(workspace: Workspace, actor: Actor) -> list[Macro]:
    """Return the team's macros and the agent's own, by name; an own one stands before a shared one of that name."""
    reader = workspace.database.reader
    uses: dict[int, int] = {}
    mine: dict[int, int] = {}
    for row in reader.all("SELECT macro_id, agent_id, uses FROM macro_use"):
        uses[row["macro_id"]] = uses.get(row["macro_id"], 0) + row["uses"]
        if row["agent_id"] == actor.agent_id:
            mine[row["macro_id"]] = row["uses"]
    found = reader.all(
        "SELECT * FROM macro WHERE agent_id IN (0, ?) ORDER BY name, agent_id = 0, id", (actor.agent_id or 0,)
    )
    return [macro_rows.macro(row, mine.get(row["id"], 0), uses.get(row["id"], 0)) for row in found]


def get(workspace: Workspace, actor: Actor, name: str | int) -> Macro:
    """Return one macro by its id or name, the agent's own before the team's. Raises NotFoundError."""
    wanted = name if isinstance(name, int) else one_line(name, macro_rows.LONGEST_NAME).lower()
    for macro in list_macros(workspace, actor):
        if wanted in (macro.id, macro.name.lower()):
            return macro
    raise NotFoundError(_("there is no macro {name}; `omnidesk macro list` shows them").format(name=name))


# Making and changing them


def add(
    workspace: Workspace,
    actor: Actor,
    name: str,
    wordings: Sequence[Wording],
    actions: MacroActions = _NOTHING,
    shared: bool = True,
) -> tuple[rows.Act, Macro]:
    """Make a macro, for the team or for the agent alone. Raises UsageError, RefusedError where the name is taken."""
    title = macro_rows.title(name)
    texts, doings = macro_rows.texts_json(wordings), macro_rows.actions_json(actions)
    owner = 0 if shared else _agent_id(actor)

    def work(act: Act) -> int:
        if act.tx.value("SELECT 1 FROM macro WHERE agent_id = ? AND lower(name) = lower(?)", (owner, title)):
            raise RefusedError(
                _("there is a macro {title} already: `omnidesk macro edit` changes it").format(title=title)
            )
        macro_id = new_id()
        _insert(act.tx, macro_id, owner, title, texts, doings, act.at)
        act.event("macro_added", after={"macro": macro_id, "name": title})
        act.summary = f"macro {title} made"
        return macro_id

    done, macro_id = perform_undoable(workspace, actor, "macro", work)
    return done, get(workspace, actor, macro_id)


def edit(
    workspace: Workspace,
    actor: Actor,
    macro: Macro,
    name: str | None = None,
    wordings: Sequence[Wording] | None = None,
    actions: MacroActions | None = None,
) -> tuple[rows.Act, Macro]:
    """Change a macro's name, texts or actions. Raises UsageError."""
    fields: dict[str, Any] = {}
    if name is not None:
        fields["name"] = macro_rows.title(name)
    if wordings is not None:
        fields["texts_json"] = macro_rows.texts_json(wordings)
    if actions is not None:
        fields["actions_json"] = macro_rows.actions_json(actions)

    def work(act: Act) -> None:
        taken = act.tx.value(
            "SELECT 1 FROM macro WHERE lower(name) = lower(?) AND id <> ? AND agent_id = "
            "(SELECT agent_id FROM macro WHERE id = ?)",
            (fields.get("name", ""), macro.id, macro.id),
        )
        if taken:
            raise RefusedError(_("there is a macro {name} already").format(name=fields["name"]))
        if fields and act.change_row("macro_changed", "macro", macro.id, fields):
            act.tx.execute("UPDATE macro SET updated_at = ? WHERE id = ?", (act.at, macro.id))
        act.summary = f"macro {fields.get('name', macro.name)} changed"

    done = perform_undoable(workspace, actor, "macro", work)[0]
    return done, get(workspace, actor, macro.id)


def remove(workspace: Workspace, actor: Actor, macro: Macro) -> rows.Act:
    """Remove a macro; undo brings it back."""

    def work(act: Act) -> None:
        row = act.tx.one("SELECT * FROM macro WHERE id = ?", (macro.id,))
        if row is None:
            raise NotFoundError(_("there is no macro {name} any more").format(name=macro.name))
        act.tx.execute("DELETE FROM macro WHERE id = ?", (macro.id,))
        kept = {key: row[key] for key in ("agent_id", "name", "texts_json", "actions_json", "created_at")}
        act.event("macro_removed", before={"macro": macro.id, **kept})
        act.summary = f"macro {macro.name} removed"

    return perform_undoable(workspace, actor, "macro", work)[0]


def take_back(act: Act, kind: str, before: dict[str, Any], after: dict[str, Any], restored: list[str]) -> None:
    """Undo that a macro was made or removed, within the act of an undo."""
    if kind == "macro_added":
        if act.tx.execute("DELETE FROM macro WHERE id = ?", (after["macro"],)).rowcount:
            restored.append(f"macro {after['name']} is gone")
    elif not act.tx.value(
        "SELECT 1 FROM macro WHERE agent_id = ? AND lower(name) = lower(?)", (before["agent_id"], before["name"])
    ):
        _insert(act.tx, before["macro"], before["agent_id"], before["name"], before["texts_json"],
                before["actions_json"], before["created_at"])  # fmt: skip
        restored.append(f"macro {before['name']}")


def _insert(tx: Transaction, macro_id: int, owner: int, name: str, texts: str, actions: str, at: int) -> None:
    tx.insert(
        "macro", id=macro_id, agent_id=owner, name=name, texts_json=texts, actions_json=actions, created_at=at,
        updated_at=at,
    )  # fmt: skip


def _agent_id(actor: Actor) -> int:
    if actor.agent_id is None:
        raise RefusedError(_("only an agent has macros of their own"))
    return actor.agent_id


# Choosing and filling one


def class_of(manifest: Manifest, public: bool = False) -> str:
    """Return the class of a kind of channel, or of what is `public` on it: mail, short or public."""
    if manifest.public or public:
        return "public"
    most = manifest.text.max_length
    return "mail" if manifest.text.subject and (most is None or most > LETTER_UNITS) else "short"


def class_of_kind(kind: str, public: bool = False) -> str:
    """Return the class of a kind of channel by its name; "" where it is not installed or logged by hand."""
    try:
        return class_of(registry.manifest(kind), public)
    except NotFoundError:
        return ""


def class_of_conversation(workspace: Workspace, number: int) -> str:
    """Return the class of the channel that an answer in a conversation would take; "" where there is none."""
    channel = planning.plan(workspace, number).channel
    return class_of_kind(channel.kind) if channel is not None else ""


def wording(macro: Macro, language: str, channel_class: str) -> Wording:
    """Return the text of a macro that fits best: the language goes first, then the class of channel."""

    def fit(one: Wording) -> tuple[int, int]:
        spoken = 3 if one.language == language and language else {"": 2, "en": 1}.get(one.language, 0)
        carried = 2 if one.channel_class == channel_class and channel_class else 1 if not one.channel_class else 0
        return spoken, carried

    return max(macro.wordings, key=fit)


def languages_of(macro: Macro) -> tuple[str, ...]:
    """Return the languages that a macro speaks, each once."""
    return tuple(dict.fromkeys(one.language for one in macro.wordings))


def suggest(
    workspace: Workspace, actor: Actor, number: int, channel_class: str = "", prefix: str = ""
) -> list[Suggestion]:
    """Return the macros whose name answers to `prefix`, those first that fit the conversation and are used most."""
    facts = Facts(workspace, actor, number)
    return ranked(list_macros(workspace, actor), facts, channel_class or class_of_kind(_kind(facts)), prefix)


def ranked(macros: Sequence[Macro], facts: Facts, channel_class: str, prefix: str = "") -> list[Suggestion]:
    """Rank macros for a conversation: by name where something was typed, by language, channel, words and use."""
    asked = facts.question
    said = _telling(f"{facts.conversation.subject} {asked.reply_text[:4000] if asked is not None else ''}")
    spoken = facts.language
    known = facts.values(spoken)
    found = []
    for macro in macros:
        typed = _typed(macro.name, prefix)
        if typed is None:
            continue
        chosen = wording(macro, spoken, channel_class)
        score = 8.0 * typed + 3.0 * (chosen.language == spoken) + 1.0 * (chosen.channel_class == channel_class)
        score += min(3.0, 1.0 * len(said & _telling(f"{macro.name} {chosen.text}")))
        score += sum(0.5 if known.get(name) else -1.0 for name in placeholders.names(chosen.text) if name in _FACTS)
        score += 0.7 * math.log2(1 + macro.uses) + 0.3 * math.log2(1 + macro.uses_of_all)
        found.append(Suggestion(macro, chosen, score))
    return sorted(found, key=lambda one: (-one.score, one.macro.name))


def _typed(name: str, prefix: str) -> float | None:
    """Return how well a name answers to what was typed, None where it does not."""
    wanted, there = fold(prefix).strip(), fold(name).strip()
    if not wanted or there.startswith(wanted):
        return 1.0 if wanted else 0.0
    words = there.split()
    return 0.5 if all(any(word.startswith(part) for word in words) for part in wanted.split()) else None


def _telling(text: str) -> set[str]:
    return {word for word in fold(text).split() if len(word) > 3} - languages.SMALL_WORDS


def fill(
    workspace: Workspace,
    actor: Actor,
    name: str | int,
    number: int,
    channel_class: str = "",
    language: str | None = None,
) -> FilledMacro:
    """Return a macro as it would be said in a conversation, in the customer's language unless another is given.

    Raises NotFoundError."""
    facts = Facts(workspace, actor, number)
    return filled(get(workspace, actor, name), facts, channel_class or class_of_kind(_kind(facts)), language)


def filled(macro: Macro, facts: Facts, channel_class: str, language: str | None = None) -> FilledMacro:
    """Fill a macro for a conversation that was read."""
    wanted = facts.language if language is None else language
    chosen = wording(macro, wanted, channel_class)
    done = placeholders.fill(chosen.text, facts.values(chosen.language or wanted))
    empty = [
        _("{meaning} is not known: {placeholder} stands in the text").format(
            meaning=placeholders.meaning(name), placeholder=f"{{{{{name}}}}}"
        )
        for name in done.empty
    ]
    empty += [_("there is no placeholder {placeholder}").format(placeholder=f"{{{{{name}}}}}") for name in done.unknown]
    warnings = []
    if wanted and chosen.language and chosen.language != wanted:
        warnings.append(
            _("it has no text in {wanted}: this is {chosen}").format(
                wanted=languages.name(wanted), chosen=languages.name(chosen.language)
            )
        )
    if channel_class == "public" and chosen.channel_class != "public":
        warnings.append(_("it has no text for public channels"))
    return FilledMacro(macro, done.text, chosen.language, languages_of(macro), tuple(empty), tuple(warnings))


def _kind(facts: Facts) -> str:
    return facts.question.kind if facts.question is not None else (facts.conversation.kinds or ("",))[-1]


# Doing what it does


def finishing(
    workspace: Workspace, actor: Actor, used: Sequence[Macro], chosen: Status | None
) -> Callable[[Act, int], None]:
    """Return what is done within the act of an answer made with macros; a status that the agent chose goes before
    theirs. Raises NotFoundError for an agent who is none, UsageError for a time that is none."""
    ready = [(macro, _owner(workspace, actor, macro.actions.assign), _until(macro.actions.snooze)) for macro in used]

    def work(act: Act, number: int) -> None:
        for macro, owner, until in ready:
            apply(act, number, macro.actions, owner, until, chosen is None)
            count_use(act.tx, macro.id, actor, act.at)

    return work


def _owner(workspace: Workspace, actor: Actor, assign: str) -> tuple[int | None] | None:
    if not assign:
        return None
    login = actor.name if assign == "me" else assign
    return (None if login == "none" else agents.working(workspace, login).id,)


def _until(snooze: str) -> int | None:
    return parse_when(snooze, clock.now()) if snooze else None


def apply(
    act: Act, number: int, actions: MacroActions, owner: tuple[int | None] | None, until: int | None, status: bool
) -> None:
    """Do a macro's actions in one conversation; `owner` is who it is assigned to, in a tuple where that is wanted."""
    if actions.tags:
        before = triage.tags(act.tx, number)
        on = {triage.tag_name(tag.lstrip("+")) for tag in actions.tags if not tag.startswith("-")}
        off = {triage.tag_name(tag[1:]) for tag in actions.tags if tag.startswith("-")}
        after = sorted((set(before) | on) - off)
        if after != before:
            triage.put_tags(act.tx, number, after)
            act.event("tagged", number, before={"tags": before}, after={"tags": after})
    if actions.priority is not None:
        act.change("priority", number, priority=actions.priority)
    if owner is not None:
        act.change("assigned", number, owner_id=owner[0])
    if status and until is not None:
        triage.set_status_in(act, number, Status.SNOOZED, None, until)
    elif status and actions.status is not None:
        triage.set_status_in(act, number, actions.status)
    due.refresh(act.tx, number)


def count_use(tx: Transaction, macro_id: int, actor: Actor, at: int) -> None:
    """Take note that an agent used a macro."""
    tx.execute(
        "INSERT INTO macro_use (macro_id, agent_id, uses, last_used_at) VALUES (?, ?, 1, ?) "
        "ON CONFLICT (macro_id, agent_id) DO UPDATE SET uses = macro_use.uses + 1, "
        "last_used_at = excluded.last_used_at",
        (macro_id, actor.agent_id or 0, at),
    )


def of_reply(workspace: Workspace, actor: Actor, number: int) -> tuple[str, str]:
    """Return (text, language) for a macro made from the newest answer of an agent in a conversation: names and numbers
    became placeholders. Raises NotFoundError."""
    facts = Facts(workspace, actor, number)
    sent = _newest_answer(workspace.database.reader, facts.conversation.id)
    if sent is None:
        raise NotFoundError(
            _("nobody has answered in #{number} yet: send a reply first").format(number=facts.conversation.id)
        )
    language = languages.guess(sent) or facts.language
    return placeholders.generalise(sent, facts.values(language)), language


def _newest_answer(reader: Connection, number: int) -> str | None:
    found = reader.value(
        "SELECT text FROM message WHERE conversation_id = ? AND direction = 'outbound' AND auto IS NULL "
        "AND aside_id IS NULL AND status <> 'cancelled' ORDER BY at DESC, id DESC LIMIT 1",
        (number,),
    )
    return None if found is None else str(found)
