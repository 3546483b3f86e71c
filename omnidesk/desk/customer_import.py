"""Customers from a table: found by their addresses and completed, else made new; one act, which undo takes back whole.

Nobody is merged by a file: a row whose addresses are those of two customers is rejected, and a telephone number that is
somebody else's stays theirs. What is known is kept unless it is to be overwritten. Nothing of it is verified.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omnidesk.desk import customer_rows, files, naming, phones
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.customer_rows import Row
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text import tabular
from omnidesk.text.fold import fold
from omnidesk.text.tabular import Table
from omnidesk.words import rows
from omnidesk.words.errors import OmniDeskError, UsageError
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

MOST_BYTES = 50_000_000
MOST_ROWS = 50_000
_TEXTS = ("name", "company", "language", "preferred_channel")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be imported and how; `given` says which column is which field."""

    path: Path
    given: Mapping[str, str] = field(default_factory=dict)
    region: str = ""
    encoding: str = ""
    delimiter: str = ""
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to say of a row: why it was rejected, or what of it was left out."""

    line: int
    said: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do. `columns` are the headings by field, `ignored` those that nothing was read of.

    `joined` counts rows that are about a customer of an earlier row."""

    asked: Asked
    encoding: str
    delimiter: str
    columns: Mapping[str, tuple[str, ...]]
    ignored: tuple[str, ...]
    headings: tuple[str, ...]
    count: int
    new: int
    completed: int
    unchanged: int
    joined: int
    rejected: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    samples: tuple[str, ...] = ()
    """The first of those who are new or completed, in words."""


@dataclass(slots=True)
class _Target:
    """A customer that rows are about: one that is there (`id`), or one to be made."""

    id: int
    name: str = ""
    stored: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    added: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, None] = field(default_factory=dict)
    emails: int = 0
    new: bool = False
    lines: int = 0


@dataclass(slots=True)
class _Plan:
    targets: list[_Target] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    joined: int = 0


def read(asked: Asked) -> tuple[Table, dict[str, list[int]]]:
    """Read a table and what its columns are. Raises UsageError, OmniDeskError in words."""
    try:
        if asked.path.stat().st_size > MOST_BYTES:
            raise UsageError(_("{path} is larger than {most} MB: cut it into several files").format(
                path=asked.path, most=MOST_BYTES // 1_000_000))  # fmt: skip
        data = asked.path.read_bytes()
    except OSError as error:
        raise OmniDeskError(_("{path} cannot be read: {why}").format(path=asked.path, why=error.strerror)) from error
    try:
        table = tabular.read(data, asked.encoding, asked.delimiter)
    except ValueError as error:
        raise UsageError(f"{asked.path}: {error}") from error
    if len(table.rows) > MOST_ROWS:
        raise UsageError(_("{path} has more than {most} rows: cut it into several files").format(
            path=asked.path, most=MOST_ROWS))  # fmt: skip
    return table, customer_rows.mapped(table, asked.given)


def preview(workspace: Workspace, asked: Asked) -> Report:
    """Say what an import would do; nothing is written. Raises as `read`."""
    table, columns = read(asked)
    reader = workspace.database.reader
    found = customer_rows.read(table, columns, asked.region or phones.region(reader))
    return _report(asked, table, columns, _planned(reader, found, asked.overwrite))


def run(workspace: Workspace, actor: Actor, asked: Asked) -> tuple[rows.Act, Report]:
    """Import customers as one undoable act. Raises as `read`."""
    table, columns = read(asked)
    found = customer_rows.read(table, columns, asked.region or phones.region(workspace.database.reader))

    def work(act: Act) -> Report:
        plan = _planned(act.tx, found, asked.overwrite)
        for target in plan.targets:
            _apply(act, target)
        naming.renew(act.tx, [one.id for one in plan.targets if one.new or one.added])
        report = _report(asked, table, columns, plan)
        act.summary = f"imported {report.new} new customers, completed {report.completed}"
        return report

    return perform_undoable(workspace, actor, "import-customers", work)


# --- whose row it is


def _planned(connection: Connection, found: Sequence[Row], overwrite: bool) -> _Plan:
    plan = _Plan()
    owners = _owners(connection, found)
    known = _known(connection, set(owners.values()))
    targets: dict[tuple[str, str], _Target] = {address: known[one] for address, one in owners.items() if one in known}
    for row in found:
        if row.problem:
            plan.rejected.append((row.line, row.problem))
            continue
        target, why = _target(row, targets)
        if why:
            plan.rejected.append((row.line, why))
            continue
        if target is None:
            target = _Target(0, new=True)
        if not target.lines:
            plan.targets.append(target)
        else:
            plan.joined += 1
        target.lines += 1
        _take(row, target, targets, overwrite, plan)
    return plan


def _target(row: Row, targets: Mapping[tuple[str, str], _Target]) -> tuple[_Target | None, str]:
    """Return whom a row is about, None for somebody new; or why that cannot be said.

    An e-mail address decides. A telephone number alone does where the row has no address of its own, or where the
    customer has none and the name is the same: many share a telephone."""
    by_email = _distinct(targets.get(("email", one)) for one in row.emails)
    if len(by_email) > 1:
        return None, _("its e-mail addresses are those of two customers: merge them first, or part the row")
    if by_email:
        return by_email[0], ""
    by_phone = _distinct(targets.get(("phone", one)) for one in row.phones)
    if not row.emails and len(by_phone) > 1:
        return None, _("its telephone numbers are those of two customers: merge them first, or part the row")
    if not row.emails and by_phone:
        return by_phone[0], ""
    same = [one for one in by_phone if one.emails == 0 and _same_name(one, row)]
    return (same[0] if len(same) == 1 else None), ""


def _distinct(found: Any) -> list[_Target]:
    return list({id(one): one for one in found if one is not None}.values())


def _same_name(target: _Target, row: Row) -> bool:
    name = fold(str(target.fields.get("name") or target.name))
    said = fold(row.said.get("name", ""))
    return not name or not said or name == said


def _take(row: Row, target: _Target, targets: dict[tuple[str, str], _Target], overwrite: bool, plan: _Plan) -> None:
    for kind, values in (("email", row.emails), ("phone", row.phones)):
        for value in values:
            owner = targets.setdefault((kind, value), target)
            if owner is not target:
                who = owner.fields.get("name") or owner.name or _("another customer")
                said = _("{address} is left out: it is of {who}").format(address=value, who=who)
                plan.remarks.append(Remark(row.line, said))
            elif (kind, value) not in target.added and not _stored(target, kind, value):
                target.added.append((kind, value))
                target.emails += kind == "email"
    for name, value in row.said.items():
        before = target.fields.get(name, target.stored.get(name) or "")
        empty = not before or (name == "name" and before in target.stored.get("addresses", ()))
        if value == before:
            continue
        if empty or (overwrite and name not in target.fields):
            target.fields[name] = value
        else:
            said = _("{field} stays {kept}, the row says {said}").format(field=_(name.replace("_", " ")), kept=before,
                                                                          said=value)  # fmt: skip
            plan.remarks.append(Remark(row.line, said))
    if row.vip is not None and row.vip != bool(target.stored.get("vip")) and (row.vip or overwrite):
        target.fields["vip"] = row.vip
    target.tags.update((tag, None) for tag in row.tags if tag not in target.stored.get("tags", ()))


def _stored(target: _Target, kind: str, value: str) -> bool:
    return (kind, value) in target.stored.get("identities", ())


def _owners(connection: Connection, found: Sequence[Row]) -> dict[tuple[str, str], int]:
    """Return whose the addresses in a table are; rides on identity_once."""
    result = {}
    for kind in ("email", "phone"):
        values = [value for row in found for value in (row.emails if kind == "email" else row.phones)]
        asked = "SELECT value, customer_id FROM identity WHERE kind = ? AND scope = '' AND value IN ({})"
        result.update({(kind, row[0]): row[1] for row in rows_in(connection, asked, values, (kind,))})
    return result


def _known(connection: Connection, ids: set[int]) -> dict[int, _Target]:
    found: dict[int, _Target] = {}
    for row in rows_in(connection, "SELECT * FROM customer WHERE id IN ({})", list(ids)):
        stored = {name: row[name] for name in (*_TEXTS, "vip")}
        found[row["id"]] = _Target(
            row["id"], row["name"], stored | {"addresses": set(), "identities": set(), "tags": set()}
        )
    asked = "SELECT customer_id, kind, value FROM identity WHERE customer_id IN ({})"
    for number, kind, value in rows_in(connection, asked, list(ids)):
        if number in found:
            found[number].stored["addresses"].add(value)
            found[number].stored["identities"].add((kind, value))
            found[number].emails += kind == "email"
    asked = (
        "SELECT t.customer_id, tag.name FROM customer_tag t JOIN tag ON tag.id = t.tag_id WHERE t.customer_id IN ({})"
    )
    for number, tag in rows_in(connection, asked, list(ids)):
        if number in found:
            found[number].stored["tags"].add(tag)
    return found


# --- writing


def _apply(act: Act, target: _Target) -> None:
    tx = act.tx
    if target.new:
        target.id = new_id()
        name = str(target.fields.pop("name", "") or target.added[0][1])
        tx.insert("customer", id=target.id, name=name, created_at=act.at, **target.fields)
        act.event("customer_imported", customer=target.id, after={"customer": target.id})
    elif target.fields:
        act.change_row("customer_changed", "customer", target.id, target.fields, customer=target.id)
    for kind, value in target.added:
        number = new_id()
        tx.insert("identity", id=number, customer_id=target.id, kind=kind, scope="", value=value, created_at=act.at)
        act.event("identity_imported", customer=target.id, after={"identity": number})
    if target.tags:
        _tag(act, target.id, list(target.tags))


def _tag(act: Act, customer: int, tags: Sequence[str]) -> None:
    for tag in tags:
        number = act.tx.value("SELECT id FROM tag WHERE name = ?", (tag,))
        if number is None:
            number = new_id()
            act.tx.insert("tag", id=number, name=tag)
        act.tx.execute(
            "INSERT INTO customer_tag (customer_id, tag_id) VALUES (?, ?) ON CONFLICT DO NOTHING", (customer, number)
        )
        act.event("customer_tagged", customer=customer, after={"tag": number})


def take_back(act: Act, events: Sequence[Any], restored: list[str], left: list[str]) -> list[Any]:
    """Take an import back, within the act of its undo: what it added goes where nothing hangs on it by now. Returns the
    events yet to be reversed, those of fields that it changed."""
    customers = identities = kept = 0
    touched: set[int] = set()
    for event in events:
        after = json.loads(event["after_json"])
        if event["kind"] == "customer_tagged":
            act.tx.execute("DELETE FROM customer_tag WHERE customer_id = ? AND tag_id = ?",
                           (event["customer_id"], after["tag"]))  # fmt: skip
        elif event["kind"] == "identity_imported":
            gone = _forget_identity(act, after["identity"])
            identities, kept = identities + gone, kept + (not gone)
            touched.add(event["customer_id"])
        elif event["kind"] == "customer_imported":
            gone = _forget_customer(act, after["customer"])
            customers, kept = customers + gone, kept + (not gone)
    naming.renew(act.tx, touched)
    if customers or identities:
        restored.append(_("{count} customers and {addresses} addresses that the import added").format(
            count=customers, addresses=identities))  # fmt: skip
    if kept:
        left.append(_("{count} of them were used since and stay").format(count=kept))
    mine = ("customer_tagged", "identity_imported", "customer_imported")
    return [event for event in events if event["kind"] not in mine]


def _forget_identity(act: Act, identity: int) -> bool:
    for table, more in (("message", ""), ("participant", ""), ("consent", ""), ("call", "AND state <> 'ended' ")):
        if act.tx.value(f"SELECT 1 FROM {table} WHERE identity_id = ? {more}LIMIT 1", (identity,)):
            return False
    return bool(act.tx.execute("DELETE FROM identity WHERE id = ?", (identity,)).rowcount)


def _forget_customer(act: Act, customer: int) -> bool:
    used = (
        "SELECT 1 FROM identity WHERE customer_id = ? LIMIT 1",
        "SELECT 1 FROM conversation WHERE customer_id = ? LIMIT 1",
    )
    if any(act.tx.value(one, (customer,)) for one in used):
        return False
    act.tx.execute("DELETE FROM customer_tag WHERE customer_id = ?", (customer,))
    return bool(act.tx.execute("DELETE FROM customer WHERE id = ?", (customer,)).rowcount)


# --- what to say


def _report(asked: Asked, table: Table, columns: Mapping[str, list[int]], plan: _Plan) -> Report:
    used = {place for places in columns.values() for place in places}
    cells = dict(table.rows)
    changed = [one for one in plan.targets if one.new or one.fields or one.added or one.tags]
    return Report(
        asked=asked,
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns={name: tuple(table.headings[place] for place in places) for name, places in columns.items()},
        ignored=tuple(one for place, one in enumerate(table.headings) if one and place not in used),
        headings=table.headings,
        count=len(table.rows),
        new=sum(one.new for one in plan.targets),
        completed=sum(not one.new for one in changed),
        unchanged=len(plan.targets) - len(changed),
        joined=plan.joined,
        rejected=tuple(Remark(line, why, cells[line]) for line, why in plan.rejected),
        remarks=tuple(plan.remarks),
        samples=tuple(_sample(one) for one in changed[:20]),
    )


def _sample(one: _Target) -> str:
    who = str(one.fields.get("name") or one.name)
    added = ", ".join(value for _kind, value in one.added)
    more = ", ".join(f"{_(name.replace('_', ' '))} {value}" for name, value in one.fields.items() if name != "name")
    parts = [part for part in (who, added, more, " ".join(f"+{tag}" for tag in one.tags)) if part]
    return f"{_('new') if one.new else _('completed')}: {'; '.join(parts)}"


def save_rejected(report: Report, path: Path) -> None:
    """Save the rejected rows as a table with the line and the reason before them, to be mended and imported again.

    Raises OmniDeskError in words."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=report.delimiter)
    writer.writerow([_("row"), _("reason"), *report.headings])
    for one in report.rejected:
        writer.writerow([one.line, one.said, *one.cells])
    files.write_whole(path, [out.getvalue().encode("utf-8-sig")])
