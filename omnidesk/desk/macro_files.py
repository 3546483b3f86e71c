"""Macros as YAML, to keep, to share and to write by hand:

macros:
  - name: where is my order
    texts:
      - language: nl
        channel: mail          # mail, short or public; without it: any
        text: |
          Beste {{customer.first_name}},
    actions: {status: pending, tags: [+parcel]}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from omnidesk.desk import macro_rows, macros
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import OmniDeskError, UsageError
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Actor, Macro, MacroActions, Wording
from omnidesk.words.speech import _

LARGEST = 2_000_000
"""Characters of a file that is read."""
_FIELDS = {"name", "personal", "text", "texts", "actions"}
_TEXT_FIELDS = {"language", "channel", "text"}
_ACTION_FIELDS = {"status", "tags", "assign", "snooze", "priority"}


@dataclass(frozen=True, slots=True)
class Written:
    """A macro as a file says it."""

    name: str
    shared: bool
    wordings: tuple[Wording, ...]
    actions: MacroActions


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the names made, changed and left as they are, and the last act (None: nothing to do)."""

    act: rows.Act | None
    added: tuple[str, ...]
    changed: tuple[str, ...]
    kept: tuple[str, ...]


def to_yaml(found: Iterable[Macro]) -> str:
    """Write macros as YAML."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes texts of several lines as blocks."""

    def text(dumper: yaml.SafeDumper, said: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", said, style="|" if "\n" in said else None)

    Dumper.add_representer(str, text)
    document = {"macros": [_written(macro) for macro in found]}
    return yaml.dump(document, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=110)


def _written(macro: Macro) -> dict[str, Any]:
    said: dict[str, Any] = {"name": macro.name}
    if not macro.shared:
        said["personal"] = True
    said["texts"] = [
        {key: value for key, value in (("language", one.language), ("channel", one.channel_class)) if value}
        | {"text": one.text}
        for one in macro.wordings
    ]
    actions = macro.actions
    doing = {
        "status": str(actions.status) if actions.status is not None else "",
        "tags": [str(tag) for tag in actions.tags],
        "assign": actions.assign,
        "snooze": actions.snooze,
        "priority": str(actions.priority) if actions.priority is not None else "",
    }
    if any(doing.values()):
        said["actions"] = {key: value for key, value in doing.items() if value}
    return said


def from_yaml(text: str) -> list[Written]:
    """Read macros from YAML: a list, a document with `macros`, or one macro. Raises UsageError that says where."""
    import yaml

    if len(text) > LARGEST:
        raise UsageError(_("a file of macros has {most} characters at most").format(most=LARGEST))
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark is not None else ""
        raise UsageError(
            _("that is no YAML{where}: {error}").format(
                where=where, error=one_line(str(getattr(error, "problem", "") or error), 200)
            )
        ) from None
    except (RecursionError, ValueError) as error:
        raise UsageError(_("that is no YAML for macros: {error}").format(error=one_line(str(error), 200))) from None
    if isinstance(document, Mapping):
        document = document.get("macros", [document])
    if not isinstance(document, list):
        raise UsageError(_("a file of macros is a list under `macros:`; `omnidesk macro export` shows one"))
    return [_read(said, f"macro {place}") for place, said in enumerate(document, 1)]


def _read(said: Any, where: str) -> Written:
    entry = _mapping(said, where, _FIELDS)
    name = macro_rows.title(_string(entry.get("name"), f"{where}: name"))
    where = f"macro {name}"
    texts = entry.get("texts", [entry["text"]] if "text" in entry else [])
    if not isinstance(texts, list):
        raise UsageError(_("{where}: texts is a list of language, channel and text").format(where=where))
    wordings = tuple(_wording(one, f"{where}, text {place}") for place, one in enumerate(texts, 1))
    actions = _actions(_mapping(entry.get("actions") or {}, f"{where}: actions", _ACTION_FIELDS), where)
    try:
        macro_rows.texts_json(wordings)
        macro_rows.checked(actions)
    except OmniDeskError as error:
        raise UsageError(_("{where}: {error}").format(where=where, error=error)) from None
    return Written(name, not entry.get("personal", False), wordings, actions)


def _wording(said: Any, where: str) -> Wording:
    if isinstance(said, str):
        return Wording("", "", said)
    entry = _mapping(said, where, _TEXT_FIELDS)
    language = entry.get("language")
    if language is False:  # YAML reads a bare `no` as false
        language = "no"
    return Wording(
        _string(language or "", f"{where}: language"),
        _string(entry.get("channel") or "", f"{where}: channel"),
        _string(entry.get("text"), f"{where}: text"),
    )


def _actions(said: Mapping[str, Any], where: str) -> MacroActions:
    tags = said.get("tags") or []
    words = tags.replace(",", " ").split() if isinstance(tags, str) else tags
    if not isinstance(words, list):
        raise UsageError(_("{where}: tags is a list such as [+parcel, -new]").format(where=where))
    status, priority = said.get("status"), said.get("priority")
    for value, known, what in ((status, Status, "status"), (priority, Priority, "priority")):
        if value and value not in {str(one) for one in known}:
            raise UsageError(
                _("{where}: {what} is {known}, not {value}").format(
                    where=where, what=what, known=", ".join(known), value=one_line(str(value), 30)
                )
            )
    return MacroActions(
        status=Status(status) if status else None,
        tags=tuple(one_line(_string(tag, f"{where}: tags"), 51) for tag in words),
        assign=one_line(_string(said.get("assign") or "", f"{where}: assign"), 64),
        snooze=one_line(_string(said.get("snooze") or "", f"{where}: snooze"), 60),
        priority=Priority(priority) if priority else None,
    )


def _mapping(said: Any, where: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise UsageError(_("{where} is no list of `name: value`").format(where=where))
    for key in said:
        if key not in known:
            raise UsageError(
                _("{where}: {key} is not known; known are {known}").format(
                    where=where, key=one_line(str(key), 40), known=", ".join(sorted(known))
                )
            )
    return said


def _string(said: Any, where: str) -> str:
    if isinstance(said, int) and not isinstance(said, bool):
        return str(said)
    if not isinstance(said, str):
        raise UsageError(_("{where} is missing or no text").format(where=where))
    return said


def take_in(workspace: Workspace, actor: Actor, text: str, replace: bool = False, personal: bool = False) -> Imported:
    """Import macros from YAML; those of a name that is there are kept, or changed with `replace`. Raises UsageError
    before anything is changed."""
    written = from_yaml(text)
    act: rows.Act | None = None
    added, changed, kept = [], [], []
    for one in written:
        shared = one.shared and not personal
        there = [
            macro
            for macro in macros.list_macros(workspace, actor)
            if macro.name.lower() == one.name.lower() and macro.shared == shared
        ]
        if not there:
            act, _ = macros.add(workspace, actor, one.name, one.wordings, one.actions, shared)
            added.append(one.name)
        elif replace and (there[0].wordings, there[0].actions) != (one.wordings, one.actions):
            act, _ = macros.edit(workspace, actor, there[0], one.name, one.wordings, one.actions)
            changed.append(one.name)
        else:
            kept.append(one.name)
    return Imported(act, tuple(added), tuple(changed), tuple(kept))
