"""Reads about customers, channels, agents and the outbox."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from omnidesk.store import leases, thread
from omnidesk.store.database import Connection
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import AgentState, Health, MessageStatus
from omnidesk.words.rows import Address, Agent, Channel, Consent, Customer, Identity, OutboxRow, Team

HELD = "held: "
"""How the error of a message begins that waited long and is held for its agent."""


def customers(connection: Connection, ids: Iterable[int]) -> list[Customer]:
    """Return these customers, in this order; by primary key, identities by identity_customer."""
    from omnidesk.store import orders  # the first paint reads no customer

    wanted = list(ids)
    if not wanted:
        return []
    marks = ", ".join(str(int(number)) for number in wanted)
    identities: dict[int, list[Identity]] = defaultdict(list)
    consents: dict[int, list[Consent]] = defaultdict(list)
    for row in connection.all(
        "SELECT c.* FROM consent c JOIN identity i ON i.id = c.identity_id "
        f"WHERE i.customer_id IN ({marks}) ORDER BY c.id"
    ):
        consents[row["identity_id"]].append(
            Consent(row["channel_kind"], row["purpose"], row["state"], row["since"], row["source"], row["ground"])
        )
    for row in connection.all(f"SELECT * FROM identity WHERE customer_id IN ({marks}) ORDER BY id"):
        identities[row["customer_id"]].append(identity(row, tuple(consents[row["id"]])))
    tags: dict[int, list[str]] = defaultdict(list)
    for row in connection.all(
        "SELECT t.customer_id, tag.name FROM customer_tag t JOIN tag ON tag.id = t.tag_id "
        f"WHERE t.customer_id IN ({marks}) ORDER BY tag.name"
    ):
        tags[row[0]].append(row[1])
    counts = dict(
        tuple(row)
        for row in connection.all(
            f"SELECT customer_id, count(*) FROM conversation WHERE customer_id IN ({marks}) "
            "AND place <> 'deleted' AND merged_into IS NULL GROUP BY customer_id"
        )
    )
    ordered = orders.counts(connection, wanted)
    found = {
        row["id"]: Customer(
            id=row["id"],
            name=row["name"],
            company=row["company"],
            language=row["language"],
            preferred_channel=row["preferred_channel"],
            vip=bool(row["vip"]),
            tags=tuple(tags[row["id"]]),
            identities=tuple(identities[row["id"]]),
            conversations=counts.get(row["id"], 0),
            orders=ordered.get(row["id"], 0),
            created_at=row["created_at"],
            organisation=row["organisation"],
            merged_into=row["merged_into"],
        )
        for row in connection.all(
            "SELECT c.*, o.name AS organisation FROM customer c LEFT JOIN organisation o ON o.id = c.organisation_id "
            f"WHERE c.id IN ({marks})"
        )
    }
    return [found[number] for number in wanted if number in found]


def email_addresses(connection: Connection, ids: Sequence[int]) -> list[Address]:
    """Return the e-mail addresses at which these customers can be reached, in this order; by identity_customer."""
    found: dict[int, list[Address]] = {number: [] for number in ids}
    for row in connection.all(
        "SELECT i.customer_id, i.value, i.name, c.name AS called FROM identity i JOIN customer c "
        f"ON c.id = i.customer_id WHERE i.customer_id IN ({', '.join(map(str, ids)) or 'NULL'}) "
        "AND i.kind = 'email' AND i.scope = '' AND i.deliverable ORDER BY i.id"
    ):
        name = row["name"] or (row["called"] if row["called"] != row["value"] else "")
        found[row["customer_id"]].append(Address(name, row["value"]))
    return [address for number in ids for address in found[number]]


def identity(row: Any, consent: tuple[Consent, ...] = ()) -> Identity:
    """Make an identity from a row of its table."""
    return Identity(
        id=row["id"],
        kind=row["kind"],
        scope=row["scope"],
        value=row["value"],
        name=row["name"],
        verified=bool(row["verified"]),
        deliverable=bool(row["deliverable"]),
        blocked=row["blocked_at"] is not None,
        claimed=bool(row["claimed"]),
        shared=bool(row["shared"]),
        consent=consent,
    )


def channels(connection: Connection) -> list[Channel]:
    """Return all channels that were not removed, by name."""
    rows = connection.all("SELECT * FROM channel WHERE removed_at IS NULL ORDER BY name")
    return [_channel(connection, row) for row in rows]


def channel(connection: Connection, name_or_id: str | int) -> Channel:
    """Return one channel by its name or id. Raises NotFoundError."""
    if isinstance(name_or_id, int):
        row = connection.one("SELECT * FROM channel WHERE id = ?", (name_or_id,))
    else:
        row = connection.one("SELECT * FROM channel WHERE name = ? AND removed_at IS NULL", (name_or_id,))
    if row is None:
        raise NotFoundError(f"there is no channel {name_or_id}; `omnidesk channel list` shows them")
    return _channel(connection, row)


def _channel(connection: Connection, row: Any) -> Channel:
    return Channel(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        address=row["address"],
        settings=json.loads(row["settings_json"]),
        enabled=bool(row["enabled"]),
        read_only=bool(row["read_only"]),
        history_days=row["history_days"],
        health=Health(row["health"]) if row["enabled"] else Health.OFF,
        error=row["error"],
        last_success_at=row["last_success_at"],
        next_attempt_at=row["next_attempt_at"] or None,
        leased_by=leases.holder(connection, f"channel:{row['id']}"),
        progress_done=row["progress_done"],
        progress_total=row["progress_total"],
        created_at=row["created_at"],
    )


def agents(connection: Connection) -> list[Agent]:
    """Return all agents, by login."""
    teams: dict[int, list[str]] = defaultdict(list)
    for row in connection.all(
        "SELECT m.agent_id, team.name FROM team_member m JOIN team ON team.id = m.team_id ORDER BY team.name"
    ):
        teams[row[0]].append(row[1])
    return [
        Agent(
            id=row["id"],
            login=row["login"],
            name=row["name"],
            address=row["address"],
            signature=row["signature"],
            languages=tuple(row["languages"].split()),
            teams=tuple(teams[row["id"]]),
            state=AgentState(row["state"]),
            away_until=row["away_until"],
            disabled=bool(row["disabled"]),
        )
        for row in connection.all("SELECT * FROM agent ORDER BY login")
    ]


def teams(connection: Connection) -> list[Team]:
    """Return all teams, by name."""
    members: dict[int, list[str]] = defaultdict(list)
    for row in connection.all(
        "SELECT m.team_id, agent.login FROM team_member m JOIN agent ON agent.id = m.agent_id ORDER BY agent.login"
    ):
        members[row[0]].append(row[1])
    return [
        Team(row[0], row[1], tuple(members[row[0]]))
        for row in connection.all("SELECT id, name FROM team ORDER BY name")
    ]


def outbox(
    connection: Connection,
    states: Iterable[MessageStatus],
    limit: int,
    after: int = 0,
    undismissed: bool = False,
) -> list[OutboxRow]:
    """Return messages on their way out, oldest first; rides on outbox_state."""
    wanted = [str(state) for state in states]
    rows = connection.all(
        "SELECT o.*, m.subject, m.recipients_json, m.public, channel.name AS channel, agent.login FROM outbox o "
        "JOIN message m ON m.id = o.message_id JOIN channel ON channel.id = o.channel_id "
        "LEFT JOIN agent ON agent.id = o.agent_id "
        f"WHERE o.state IN ({', '.join('?' * len(wanted))}) AND o.message_id > ? "
        f"{'AND o.dismissed_at IS NULL ' if undismissed else ''}ORDER BY o.message_id LIMIT ?",
        (*wanted, after, limit),
    )
    return [
        OutboxRow(
            message_id=row["message_id"],
            key=row["uuid"],
            conversation_id=row["conversation_id"],
            channel=row["channel"],
            status=MessageStatus(row["state"]),
            to=thread.addresses(json.loads(row["recipients_json"]), "to"),
            subject=row["subject"],
            due_at=row["due_at"],
            attempts=row["attempts"],
            next_attempt_at=row["due_at"] if row["state"] == MessageStatus.QUEUED else None,
            error=row["error"],
            agent=row["login"],
            held=row["state"] == MessageStatus.FAILED and (row["error"] or "").startswith(HELD),
            public=bool(row["public"]),
        )
        for row in rows
    ]
