"""Reaching a customer whose reply window has closed: a template goes, and what was written waits for their answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from omnidesk.desk import composing, conversations, drafts, enclosing, held, outbox, planning, templates, threads
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.composing import Files, Queued, When
from omnidesk.desk.letters import Letter
from omnidesk.desk.templates import Filling, Listed
from omnidesk.store import people
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import Actor, Channel, Enclosure
from omnidesk.words.speech import _


def reach(
    workspace: Workspace,
    actor: Actor,
    number: int,
    said: Filling,
    text: str = "",
    via: str | None = None,
    files: Files = (),
    key: str | None = None,
    when: When | None = None,
) -> Queued:
    """Queue a template to the customer of a conversation; `text` and `files` wait until they answer.

    Raises NotFoundError (no such template), UsageError (a value is missing) and RefusedError, as `composing.reply`."""
    message_key = composing.key_of(key)
    before = composing.queued_before(workspace, message_key)
    if before is not None:
        return before
    here = threads.current(workspace, number)
    channel = way(workspace, here, via)
    one = templates.find(workspace.database.reader, channel, said, _language(workspace.database.reader, here))
    letter = _with(one, said, composing.reply_letter(
        workspace, actor, here, templates.text_of(one, said.values), channel.name, key=message_key,
    ))  # fmt: skip
    waiting = enclosing.named(files)
    letter = replace(letter, held=(clean(text).strip("\n"), waiting) if text.strip() or waiting else None)
    return composing.queue(workspace, actor, here, letter, (), when or When())


def begin(
    workspace: Workspace, actor: Actor, to: str, via: str, said: Filling, key: str | None = None,
    when: When | None = None,
) -> Queued:  # fmt: skip
    """Write to a customer first, by a template. Raises as `reach` does."""
    message_key = composing.key_of(key)
    before = composing.queued_before(workspace, message_key)
    if before is not None:
        return before
    channel = people.channel(workspace.database.reader, via)
    _check(channel)
    one = templates.find(workspace.database.reader, channel, said)
    text = templates.text_of(one, said.values)
    letter = _with(one, said, composing.new_letter(workspace, actor, [to], via, "", text, key=message_key))
    return composing.queue(workspace, actor, None, letter, (), when or When())


def send_held(workspace: Workspace, actor: Actor, number: int, key: str | None = None, now: bool = False) -> Queued:
    """Queue the answer that waited for the customer. Raises RefusedError where none waits, or none may go yet."""
    here = threads.current(workspace, number)
    waits = held.of(workspace, here)
    if waits is None:
        raise RefusedError(_("no answer waits in #{number}").format(number=number))
    return composing.reply(
        workspace, actor, here, waits.text, via=waits.channel, files=waits.files, key=key, when=When(now)
    )


def take_back(act: Act, number: int, message_id: int) -> bool:
    """Make what waits for an answer to a template the agent's draft again, where that template did not go after all.

    Says whether the message was such a template."""
    row = act.tx.one("SELECT * FROM held_answer WHERE message_id = ?", (message_id,))
    if row is not None:
        _give_back(act, number, row["text"], json.loads(row["files_json"]), row["channel_id"])
        act.tx.execute("DELETE FROM held_answer WHERE message_id = ?", (message_id,))
    return outbox.outgoing_template(act.tx, message_id)


def refuse(workspace: Workspace, actor: Actor, number: int) -> rows.Act:
    """Make the answer that waits a draft: it does not go as it is. Raises RefusedError where none waits."""

    def work(act: Act) -> None:
        here = conversations.current(act.tx, number)
        row = act.tx.one(held.FOUND, (here, here, here))
        if row is None or actor.agent_id is None:
            raise RefusedError(_("no answer waits in #{number}").format(number=number))
        _give_back(act, here, row["text"], json.loads(row["files_json"]), row["channel_id"])
        held.drop(act.tx, here)
        act.event("unheld", here)
        act.summary = f"the answer that waited in #{here} is a draft"

    return perform(workspace, actor, "hold", work)[0]


def way(workspace: Workspace, number: int, via: str | None = None) -> Channel:
    """Return the channel that a template goes by: the one named, else that which takes nothing but a template now,
    else any that has templates and reaches the customer. Raises RefusedError."""
    if via is not None:
        channel = people.channel(workspace.database.reader, via)
        _check(channel)
        return channel
    choices = [one for one in planning.plan(workspace, number).choices if templates.wanted(one.channel)]
    found = next((one for one in choices if one.template), None) or next((one for one in choices if one.usable), None)
    if found is None:
        why = "; ".join(f"{one.channel.name}: {one.reason}" for one in choices)
        raise RefusedError(_("no channel can send a template here ({why})").format(why=why or _("none has templates")))
    return found.channel


def choices(workspace: Workspace, number: int, via: str | None = None) -> list[Listed]:
    """Return the templates that could go in a conversation, those in the customer's language first."""
    reader = workspace.database.reader
    return templates.of(reader, way(workspace, number, via), _language(reader, number))


def _with(one: Listed, said: Filling, letter: Letter) -> Letter:
    return replace(letter, template=templates.filled(one, said.values), outward=replace(letter.outward, template=True))


def _check(channel: Channel) -> None:
    if not templates.wanted(channel):
        raise RefusedError(_("{channel} has no templates: write to it as usual").format(channel=channel.name))


def _language(reader: Connection, number: int) -> str:
    found = reader.value(
        "SELECT customer.language FROM conversation c JOIN customer ON customer.id = c.customer_id WHERE c.id = ?",
        (number,),
    )
    return str(found or "")


def _give_back(act: Act, number: int, text: str, files: Sequence[Sequence[Any]], channel_id: int) -> None:
    agent = act.actor.agent_id
    if agent is None:
        return
    begun = act.tx.one(
        "SELECT text FROM draft WHERE conversation_id = ? AND agent_id = ? AND sort = 'reply'", (number, agent)
    )
    more = f"\n\n{begun['text']}" if begun is not None and begun["text"].strip() not in ("", text.strip()) else ""
    channel = act.tx.value("SELECT name FROM channel WHERE id = ?", (channel_id,))
    written = drafts.Written(f"{text}{more}", channel, files=tuple(Enclosure(*one) for one in files))
    drafts.put(act.tx, number, agent, "reply", written, act.at)
