"""What a macro is made of, on its way to and from the database."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from omnidesk import clock
from omnidesk.text import placeholders
from omnidesk.text.clean import clean, one_line
from omnidesk.text.when import parse_when
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Macro, MacroActions, Wording
from omnidesk.words.speech import _

CLASSES = ("mail", "short", "public")
"""Classes of channels: letters with a subject, short messages, what everybody can read."""
LONGEST_NAME, LONGEST_TEXT = 60, 50_000


def macro(row: Any, mine: int, all_uses: int) -> Macro:
    """Make a macro from a row of its table and how often it was used, by the agent and by all."""
    said = json.loads(row["actions_json"]) or {}
    actions = MacroActions(
        status=Status(said["status"]) if said.get("status") else None,
        tags=tuple(said.get("tags", ())),
        assign=said.get("assign", ""),
        snooze=said.get("snooze", ""),
        priority=Priority(said["priority"]) if said.get("priority") else None,
    )
    wordings = tuple(Wording(one["language"], one["channel"], one["text"]) for one in json.loads(row["texts_json"]))
    return Macro(row["id"], row["name"], row["agent_id"] == 0, wordings, actions, mine, all_uses)


def title(said: str) -> str:
    """Return the name of a macro as it is kept. Raises UsageError."""
    kept = one_line(said, LONGEST_NAME).strip("/ ")
    if not kept:
        raise UsageError(_("a macro needs a name"))
    return kept


def texts_json(wordings: Sequence[Wording]) -> str:
    """Return texts as they are stored, a later one instead of an earlier one of the same sort. Raises UsageError."""
    found: dict[tuple[str, str], str] = {}
    for one in wordings:
        language = one.language.lower()
        if language and not re.fullmatch(r"[a-z]{2,3}", language):
            raise UsageError(
                _("a language is two letters such as nl, en, de, not {language}").format(
                    language=one_line(one.language, 30)
                )
            )
        if one.channel_class and one.channel_class not in CLASSES:
            raise UsageError(
                _("a class of channel is {classes}, not {channel_class}").format(
                    classes=", ".join(CLASSES), channel_class=one_line(one.channel_class, 30)
                )
            )
        text = clean(one.text).strip("\n")
        if not text.strip():
            raise UsageError(_("a text of the macro is empty"))
        if len(text) > LONGEST_TEXT:
            raise UsageError(_("a text of a macro has {most} characters at most").format(most=LONGEST_TEXT))
        unknown = [name for name in placeholders.names(text) if not placeholders.may_be(name)]
        if unknown:
            known = ", ".join(placeholders.NAMES)
            raise UsageError(
                _("there is no placeholder {{{{{unknown}}}}}; there are {known}").format(
                    unknown=unknown[0], known=known
                )
            )
        found[language, one.channel_class] = text
    if not found:
        raise UsageError(_("a macro needs a text"))
    return json.dumps(
        [{"language": key[0], "channel": key[1], "text": text} for key, text in found.items()], ensure_ascii=False
    )


def checked(actions: MacroActions) -> MacroActions:
    """Return actions that can be done. Raises UsageError."""
    if actions.status is Status.SNOOZED:
        raise UsageError(_("a macro that snoozes says until when: snooze 2d"))
    if actions.status is not None and actions.snooze:
        raise UsageError(_("a macro sets a status or snoozes, not both"))
    if actions.snooze:
        parse_when(actions.snooze, clock.now())
    for tag in actions.tags:
        if not tag.lstrip("+-").strip():
            raise UsageError(_("a tag needs a name: +refund puts it on, -refund takes it off"))
    return actions


def actions_json(actions: MacroActions) -> str:
    """Return actions as they are stored. Raises UsageError for what cannot be done."""
    checked(actions)
    return json.dumps({key: value for key, value in asdict(actions).items() if value}, ensure_ascii=False)


def described(actions: MacroActions) -> str:
    """Say what a macro does, in a few words; "" for nothing."""
    said = [_(actions.status)] if actions.status is not None else []
    said += [_("snooze {when}").format(when=actions.snooze)] if actions.snooze else []
    said += [_("priority {priority}").format(priority=_(actions.priority))] if actions.priority is not None else []
    said += [_("assign {login}").format(login=actions.assign)] if actions.assign else []
    return ", ".join([*said, *(tag if tag[:1] in "+-" else f"+{tag}" for tag in actions.tags)])
