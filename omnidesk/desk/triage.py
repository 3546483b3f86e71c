"""What agents decide about conversations. Every function takes several and is one act with one undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from omnidesk import clock
from omnidesk.desk import absence, agents, claims, conversations, due, notifications, ownership, phones
from omnidesk.desk.acts import Act, perform, perform_undoable
from omnidesk.store import thread
from omnidesk.store.database import Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Place, Priority, Status
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

Ids = int | Iterable[int]
MANY = 500
"""Uses beyond which one tag counts as no more used than another."""


def _on_each(
    workspace: Workspace,
    actor: Actor,
    kind: str,
    ids: Ids,
    change: Callable[[Act, int], object],
    words: str,
    unchanged: str = "",
) -> rows.Act:
    """Do one undoable act on each conversation; agents have touched them from then on. Raises NotFoundError.

    `unchanged` are the words for where all were so already."""
    wanted = [ids] if isinstance(ids, int) else list(dict.fromkeys(ids))
    if not wanted:
        raise UsageError(_("no conversation was named"))

    def work(act: Act) -> None:
        for number in wanted:
            here = conversations.current(act.tx, number)
            # written before it is read: what is read then cannot change any more before this act is done
            if not act.tx.execute("UPDATE conversation SET touched = ? WHERE id = ?", (True, here)).rowcount:
                raise NotFoundError(_("there is no conversation {number}").format(number=number))
            change(act, here)
            due.refresh(act.tx, here)
        many = f"#{wanted[0]}" if len(wanted) == 1 else f"{len(wanted)} conversations"
        act.summary = f"{words if act.events or not unchanged else unchanged} {many}"

    return perform_undoable(workspace, actor, kind, work)[0]


def assign(
    workspace: Workspace,
    actor: Actor,
    ids: Ids,
    login: str | None,
    seen: Mapping[int, str | None] | None = None,
    note: str | None = None,
) -> rows.Act:
    """Give conversations to an agent by login, to a team as `@team`, or to nobody; `@none` takes the team off.

    A team gets them into its pool: an owner who is no member loses them. Whoever gives to another agent what has an
    owner says in a `note` what they need to know. Raises NotFoundError, and RefusedError without such a note, and where
    somebody was faster: `seen` says whose each was when it was decided (by login); without it, nobody takes for
    themselves what a colleague was given a moment ago."""
    if login is not None and login.startswith("@"):
        return _assign_team(workspace, actor, ids, login[1:].strip())
    owner = None if login is None else agents.working(workspace, login).id
    words = "took the owner off" if login is None else f"assigned to {login}:"

    def change(act: Act, number: int) -> None:
        claims.check(act, number, owner, seen or {})
        ownership.hand_over(act, number, owner, note and clean(note).strip())
        act.change("assigned", number, owner_id=owner)

    return _on_each(workspace, actor, "assign", ids, change, words)


def _assign_team(workspace: Workspace, actor: Actor, ids: Ids, name: str) -> rows.Act:
    teams = agents.list_teams(workspace)
    if name.lower() == "none":
        return _on_each(
            workspace, actor, "assign", ids, lambda act, number: act.change("assigned", number, team_id=None),
            "took the team off",
        )  # fmt: skip
    team = next((one for one in teams if one.name.lower() == name.lower()), None)
    if team is None:
        known = (
            _("teams are {names}").format(names=", ".join(one.name for one in teams))
            if teams
            else _("there are no teams yet")
        )
        raise NotFoundError(
            _("there is no team {name}: {known}; `omnidesk team set NAME LOGIN ..` makes one").format(
                name=name, known=known
            )
        )

    def change(act: Act, number: int) -> None:
        member = act.tx.value(
            "SELECT 1 FROM conversation c JOIN team_member m ON m.agent_id = c.owner_id "
            "WHERE c.id = ? AND m.team_id = ?",
            (number, team.id),
        )
        act.change("assigned", number, team_id=team.id, **({} if member else {"owner_id": None}))

    return _on_each(workspace, actor, "assign", ids, change, f"assigned to the team {team.name}:")


def set_status(
    workspace: Workspace,
    actor: Actor,
    ids: Ids,
    status: Status,
    for_whom: str | None = None,
    until: int | None = None,
) -> rows.Act:
    """Set the status; on-hold may name the party waited for, and until when (UTC ms); snoozed needs `until`.

    Raises RefusedError for what is deleted or spam: its status would change, and it would still lie there."""
    if status is Status.SNOOZED and until is None:
        raise UsageError(_("snoozing needs a time to wake up: omnidesk snooze ID 2h"))
    if until is not None and until <= clock.now():
        raise UsageError(_("that time has passed: give one in the future"))
    waits = status in (Status.SNOOZED, Status.ON_HOLD)
    party = one_line(for_whom, 100) if for_whom and waits else None

    def change(act: Act, number: int) -> None:
        _be_on_desk(act.tx, number)
        set_status_in(act, number, status, party, until if waits else None)

    words = {Status.CLOSED: "closed", Status.OPEN: "opened", Status.SNOOZED: "snoozed"}.get(status, f"set {status}:")
    return _on_each(workspace, actor, str(status), ids, change, words, f"{status} already:")


def set_status_in(act: Act, number: int, status: Status, for_whom: str | None = None, until: int | None = None) -> None:
    """Set the status of one conversation within an act under way."""
    act.change("status", number, status=status, hold_for=for_whom, snoozed_until=until)
    if status is Status.CLOSED:
        act.change("read", number, unread=False)


def _be_on_desk(tx: Transaction, number: int) -> None:
    place = tx.value("SELECT place FROM conversation WHERE id = ?", (number,))
    if place in (Place.DELETED, Place.SPAM):
        said = _("#{number} is deleted") if place == Place.DELETED else _("#{number} is spam")
        how = _("E (`omnidesk reopen {number}`) brings it back")
        raise RefusedError(f"{said.format(number=number)}: {how.format(number=number)}")


def close(workspace: Workspace, actor: Actor, ids: Ids) -> rows.Act:
    """Close conversations. Raises RefusedError for what is deleted or spam."""
    return set_status(workspace, actor, ids, Status.CLOSED)


def reopen(workspace: Workspace, actor: Actor, ids: Ids) -> rows.Act:
    """Open conversations again, also out of spam and the deleted ones; the summary says where they lay."""
    wanted = [ids] if isinstance(ids, int) else list(dict.fromkeys(ids))
    places = {one.place for one in thread.conversations(workspace.database.reader, wanted)}
    lay = {Place.SPAM: "spam", Place.DELETED: "the deleted ones"}
    gone = " and ".join(word for place, word in lay.items() if place in places)

    def change(act: Act, number: int) -> None:
        if was_purged(act.tx, number):
            raise RefusedError(_("#{number} was deleted for good: its messages are gone").format(number=number))
        act.change("placed", number, place=Place.DESK, deleted_at=None)
        set_status_in(act, number, Status.OPEN)

    return _on_each(workspace, actor, "reopen", wanted, change, f"restored from {gone}:" if gone else "opened")


def snooze(workspace: Workspace, actor: Actor, ids: Ids, until: int) -> rows.Act:
    """Put conversations aside until a time (UTC ms)."""
    return set_status(workspace, actor, ids, Status.SNOOZED, until=until)


def promise(workspace: Workspace, actor: Actor, ids: Ids, at: int | None) -> rows.Act:
    """Promise the customer an answer before a time (UTC ms), which makes the conversation due then; None: no more."""
    if at is not None and at <= clock.now():
        raise UsageError(_("that time has passed: promise one in the future"))
    words = "took the promise off" if at is None else "promised an answer on"
    return _on_each(
        workspace, actor, "promise", ids, lambda act, number: act.change("promised", number, promised_at=at), words
    )


def set_priority(workspace: Workspace, actor: Actor, ids: Ids, priority: Priority) -> rows.Act:
    """Set the priority."""
    return _on_each(
        workspace,
        actor,
        "priority",
        ids,
        lambda act, number: act.change("priority", number, priority=priority),
        f"priority {priority}:",
    )


def tag(workspace: Workspace, actor: Actor, ids: Ids, add: Sequence[str] = (), remove: Sequence[str] = ()) -> rows.Act:
    """Put tags on conversations and take others off."""
    wanted = [tag_name(name) for name in add]
    unwanted = [tag_name(name) for name in remove]

    def change(act: Act, number: int) -> None:
        before = tags(act.tx, number)
        after = sorted((set(before) | set(wanted)) - set(unwanted))
        if after != before:
            put_tags(act.tx, number, after)
            act.event("tagged", number, before={"tags": before}, after={"tags": after})

    words = " ".join([*(f"+{name}" for name in wanted), *(f"-{name}" for name in unwanted)])
    return _on_each(workspace, actor, "tag", ids, change, f"tagged {words}")


def tag_name(name: str) -> str:
    """Return a tag as it is stored: one word in small letters. Raises UsageError."""
    clean = one_line(name, 50).lower().replace(" ", "-")
    if not clean:
        raise UsageError(_("a tag needs a name: +urgent puts it on, -urgent takes it off"))
    return clean


def tags(tx: Transaction, number: int) -> list[str]:
    """Return the tags of a conversation, sorted."""
    found = tx.all(
        "SELECT tag.name FROM conversation_tag t JOIN tag ON tag.id = t.tag_id WHERE "
        "t.conversation_id = ? ORDER BY tag.name",
        (number,),
    )
    return [row[0] for row in found]


def known_tags(workspace: Workspace, most: int = 500) -> list[str]:
    """Return the tags in use, the most used first; rides on conversation_tag_tag, and counts no tag to its end."""
    found = workspace.database.reader.all(
        "SELECT name FROM (SELECT tag.name, (SELECT count(*) FROM (SELECT 1 FROM conversation_tag t "
        f"WHERE t.tag_id = tag.id LIMIT {MANY}) AS first) AS uses FROM tag) AS counted "
        "WHERE uses > 0 ORDER BY uses DESC, name LIMIT ?",
        (most,),
    )
    return [row[0] for row in found]


def put_tags(tx: Transaction, number: int, names: Iterable[str]) -> None:
    """Make these the tags of a conversation."""
    tx.execute("DELETE FROM conversation_tag WHERE conversation_id = ?", (number,))
    for name in names:
        tx.execute("INSERT INTO tag (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (new_id(), name))
        tx.execute(
            "INSERT INTO conversation_tag (conversation_id, tag_id) SELECT ?, id FROM tag WHERE name = ?",
            (number, name),
        )


def mark_read(workspace: Workspace, actor: Actor, number: int) -> None:
    """Take the unread mark off; not an act to undo."""
    if workspace.database.reader.value("SELECT unread FROM conversation WHERE id = ?", (number,)):
        perform(workspace, actor, "read", lambda act: act.change("read", number, unread=False))
    notifications.see_conversation(workspace, actor.agent_id, number)


def delete(workspace: Workspace, actor: Actor, ids: Ids) -> rows.Act:
    """Delete conversations; undoable until `keep_deleted_days` are over, then text and files go for good."""

    def change(act: Act, number: int) -> None:
        act.change("placed", number, place=Place.DELETED, deleted_at=act.at)

    return _on_each(workspace, actor, "delete", ids, change, "deleted")


def spam(workspace: Workspace, actor: Actor, ids: Ids) -> rows.Act:
    """Move conversations to spam."""

    def change(act: Act, number: int) -> None:
        act.change("placed", number, place=Place.SPAM, deleted_at=None)

    return _on_each(workspace, actor, "spam", ids, change, "moved to spam:")


def block(workspace: Workspace, actor: Actor, address: str, kind: str | None = None) -> rows.Act:
    """Block an address: what it sends from now on goes to spam. Undoable. Raises NotFoundError."""

    def work(act: Act) -> None:
        values = {phones.normalised(act.tx, one, address) for one in ([kind] if kind else ["email", "phone"])}
        values.add(address.strip())
        found = act.tx.all(
            f"SELECT id FROM identity WHERE value IN ({', '.join('?' * len(values))}) AND kind = coalesce(?, kind)",
            (*values, kind),
        )
        if not found:
            raise NotFoundError(
                _("nobody has written from {address}; `omnidesk customer find` searches").format(address=address)
            )
        for row in found:
            _block(act, row["id"])
        act.summary = f"blocked {one_line(address, 100)}"

    return perform_undoable(workspace, actor, "block", work)[0]


def block_senders(workspace: Workspace, actor: Actor, ids: Ids) -> rows.Act:
    """Block who wrote last in each of these conversations, and move them to spam. One undo. Raises RefusedError."""

    def change(act: Act, number: int) -> None:
        identity = act.tx.value(
            "SELECT identity_id FROM message WHERE conversation_id = ? AND direction = 'inbound' "
            "AND identity_id IS NOT NULL ORDER BY at DESC, id DESC LIMIT 1",
            (number,),
        )
        if identity is None:
            raise RefusedError(_("nobody wrote in #{number} who could be blocked").format(number=number))
        _block(act, identity)
        act.change("placed", number, place=Place.SPAM, deleted_at=None)

    return _on_each(workspace, actor, "block", ids, change, "blocked the sender of")


def _block(act: Act, identity: int) -> None:
    customer = act.tx.value("SELECT customer_id FROM identity WHERE id = ?", (identity,))
    act.change_row("blocked", "identity", identity, {"blocked_at": act.at}, customer=customer)


def was_purged(tx: Transaction, number: int) -> bool:
    """Say whether a conversation was deleted so long ago that nothing is left of it."""
    return bool(tx.value("SELECT 1 FROM event WHERE conversation_id = ? AND kind = 'purged'", (number,)))


def wake_due(workspace: Workspace, actor: Actor) -> int:
    """Open what was snoozed or on hold until now; returns how many. The lease `clock` calls it."""
    now = clock.now()
    found = [
        row[0]
        for row in workspace.database.reader.all(
            "SELECT id FROM conversation WHERE snoozed_until IS NOT NULL AND snoozed_until <= ? AND "
            "place = 'desk' LIMIT 500",
            (now,),
        )
    ]
    if not found:
        return 0

    def work(act: Act) -> int:
        woken = 0
        for number in found:
            row = act.tx.one("SELECT snoozed_until FROM conversation WHERE id = ?", (number,))
            if row is not None and row["snoozed_until"] is not None and row["snoozed_until"] <= now:
                act.change("woke", number, status=Status.OPEN, snoozed_until=None, hold_for=None, unread=True)
                absence.release(act, number)
                due.refresh(act.tx, number)
                woken += 1
        return woken

    return perform(workspace, actor, "wake", work)[1]
