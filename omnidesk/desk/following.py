"""What another program did with our mail is done here too, where the channel's setting `follow` says so.

A mail that left its folder is looked for. Found in Junk, its conversation goes to spam; in Trash or nowhere, to the
deleted ones; in the archive, it is closed; back in a folder that is read, it comes back. The newest message of the
customer decides, and what an agent worked on is at most closed. Each is an act of its own that can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.connectors.whereabouts import Listing, Whereabouts
from omnidesk.desk import conversations, intake, routing, standing, triage
from omnidesk.desk.acts import Act, perform, perform_undoable
from omnidesk.desk.intake import Held
from omnidesk.store import leases
from omnidesk.store.ids import first_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import Direction, Place, Status
from omnidesk.words.rows import PROGRAM, Channel

FOR_DAYS = 90
"""How long a mail is followed after it came in."""
MOST = 200
"""How many are looked for at once; the others at the next look."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A raw item that left its folder, and the message it became; `external_id` is "" where it cannot be looked for."""

    raw_id: int
    message_id: int
    external_id: str


def follows(channel: Channel) -> bool:
    """Say whether moves and deletes made elsewhere are followed on a channel."""
    return channel.settings.get("follow") == "follow"


def missing(workspace: Workspace, channel_id: int, listings: Sequence[Listing], held: Held | None) -> list[Gone]:
    """Return what left the folders listed since they were listed last. Raises LeaseLostError."""
    found: list[Gone] = []
    long_gone: list[int] = []
    for listing in listings:
        rows = workspace.database.reader.all(
            "SELECT r.id, r.position, m.id AS message, m.external_id FROM raw_item r JOIN receipt e ON e.id = r.id "
            "JOIN message m ON m.id = e.message_id "
            "WHERE r.id >= ? AND r.channel_id = ? AND r.folder = ? AND r.position <> ''",
            (first_id(clock.now() - FOR_DAYS * clock.DAY), channel_id, listing.folder),
        )
        left = [row for row in rows if row["position"] not in listing.positions]
        if listing.first:
            long_gone += [row["id"] for row in left]
        else:
            found += [Gone(row["id"], row["message"], row["external_id"] or "") for row in left]
    if long_gone:

        def forget(act: Act) -> None:
            if held is not None:
                leases.check(act.tx, held.name, held.number)
            act.tx.execute_many("UPDATE raw_item SET position = '' WHERE id = ?", [(one,) for one in long_gone])

        perform(workspace, PROGRAM, "followed", forget)
    return found[:MOST]


def follow(workspace: Workspace, gone: Sequence[Gone], places: Mapping[str, Whereabouts], held: Held | None) -> None:
    """Do here what was done there; `places` says by Message-ID where what is gone lies now. Raises LeaseLostError."""
    for one in gone:
        place = places.get(one.external_id)
        if place is None and not one.external_id:
            place = Whereabouts("")  # nobody can say where it is: it is only no longer waited for
        _follow(workspace, one.raw_id, one.message_id, place or Whereabouts("", use="trash"), held)


def seen_again(workspace: Workspace, channel_id: int, items: Sequence[Item], held: Held | None) -> None:
    """Take note that items came once more: what had left the folders that are read is back. Raises LeaseLostError."""
    for item in items:
        row = workspace.database.reader.one(
            "SELECT r.id, r.folder, r.position, e.message_id FROM receipt e JOIN raw_item r ON r.id = e.id "
            "WHERE e.channel_id = ? AND e.source_id = ? AND e.message_id IS NOT NULL",
            (channel_id, item.source_id),
        )
        if row is None or row["position"] == item.position or not item.position:
            continue
        if row["position"] and row["folder"] != item.folder:
            continue  # a copy, or a move whose other half is still to be seen
        place = Whereabouts(item.folder, item.position, "junk" if item.junk else "")
        _follow(workspace, row["id"], row["message_id"], place, held)


def _follow(workspace: Workspace, raw_id: int, message_id: int, place: Whereabouts, held: Held | None) -> None:
    raw = intake.item_of(workspace, raw_id)

    def work(act: Act) -> None:
        if held is not None:
            leases.check(act.tx, held.name, held.number)
        folder = one_line(place.folder, 300) or raw.folder
        act.tx.execute("UPDATE raw_item SET folder = ?, position = ? WHERE id = ?", (folder, place.position, raw_id))
        act.tx.execute("UPDATE receipt SET folder = ? WHERE id = ?", (folder, raw_id))
        row = act.tx.one("SELECT conversation_id, direction FROM message WHERE id = ?", (message_id,))
        if row is None or row["direction"] != Direction.INBOUND:
            return
        number = conversations.current(act.tx, row["conversation_id"])
        newest = act.tx.value(
            "SELECT id FROM message WHERE conversation_id = ? AND direction = 'inbound' AND auto IS NULL "
            "AND aside_id IS NULL ORDER BY at DESC, id DESC LIMIT 1",
            (number,),
        )
        elsewhere = act.tx.value(
            "SELECT 1 FROM receipt e JOIN raw_item r ON r.id = e.id WHERE e.message_id = ? AND r.id <> ? "
            "AND r.position <> ''",
            (message_id, raw_id),
        )  # it lies in another mailbox of ours, too
        if newest == message_id and not elsewhere:
            _decide(act, number, place)
            _route(act, number, raw_id, replace(raw, folder=folder))
        if act.events:
            act.summary = f"followed the mailbox: #{number}"

    perform_undoable(workspace, PROGRAM, "followed", work)


def _decide(act: Act, number: int, place: Whereabouts) -> None:
    row = act.tx.one("SELECT place, status, touched FROM conversation WHERE id = ?", (number,))
    assert row is not None
    here, idle = row["place"], row["status"] in (Status.OPEN, Status.PENDING)
    if here == Place.DESK and place.use == "junk" and not row["touched"]:
        act.change("placed", number, place=Place.SPAM, deleted_at=None)
    elif here in (Place.DESK, Place.SPAM) and place.use == "trash" and not row["touched"]:
        act.change("placed", number, place=Place.DELETED, deleted_at=act.at)
    elif here == Place.DESK and place.use and idle:
        triage.set_status_in(act, number, Status.CLOSED)
    elif here in (Place.SPAM, Place.DELETED) and place.position and not place.use and _put_there_by_us(act, number):
        act.change("placed", number, place=Place.DESK, deleted_at=None)


def _put_there_by_us(act: Act, number: int) -> bool:
    """Say whether no agent put a conversation where it lies, but the mailbox did."""
    actor = act.tx.value(
        "SELECT actor FROM event WHERE conversation_id = ? AND kind = 'placed' ORDER BY id DESC LIMIT 1", (number,)
    )
    return actor is None or actor == PROGRAM.name


def _route(act: Act, number: int, raw_id: int, item: Item) -> None:
    """A rule may be about the folder that the mail lies in now."""
    router = routing.Router(act.tx)
    if not any(rule.folder for rule in router.rules):
        return
    row = act.tx.one(
        "SELECT c.id, c.kind FROM raw_item r JOIN channel c ON c.id = r.channel_id WHERE r.id = ?", (raw_id,)
    )
    assert row is not None
    one = standing.read(act.tx, [number]).get(number)
    for decoded in registry.connector(row["kind"]).decode(item)[:1]:
        team = None if one is None else router.team_for(one, row["id"], row["kind"], item, decoded)
        if team is not None:
            act.change("assigned", number, team_id=team)
