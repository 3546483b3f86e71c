"""What `omnidesk import customers` takes and says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnidesk.cli import shapes
from omnidesk.cli.printing import Printer, alarm, bold, dim
from omnidesk.cli.session import Session
from omnidesk.words.errors import UsageError
from omnidesk.words.rows import Act

if TYPE_CHECKING:
    from omnidesk.desk.customer_import import Asked, Remark, Report

SHOWN = 20
"""Rows that are printed; --json has all, and --rejected saves them."""


def asked(
    path: Path, pairs: Sequence[str], region: str | None, encoding: str | None, delimiter: str | None, overwrite: bool
) -> Asked:
    """Return what is to be imported. Raises UsageError in words."""
    from omnidesk.desk.customer_import import Asked
    from omnidesk.text.phone import known_region

    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--map takes FIELD=COLUMN, such as email=E-mail, not {pair!r}")
        given[name.strip()] = column.strip()
    if region is not None and not known_region(region):
        raise UsageError(f"there is no country {region}: such as NL or DE")
    between = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter or "")
    if len(between) > 1:
        raise UsageError(f"--delimiter is one character, or tab, not {delimiter!r}")
    return Asked(path, given, region or "", encoding or "", between, overwrite)


def show(session: Session, act: Act | None, report: Report) -> None:
    """Print what an import did, or would do."""
    document = _document(report)
    document = {"act": None if act is None else shapes.act(act), "preview": act is None, **document}

    def people(printer: Printer) -> None:
        between = {"\t": "tabs"}.get(report.delimiter, report.delimiter)
        printer.say(dim(f"{report.asked.path}: {report.encoding}, {between} between cells, {report.count} rows"))
        for name, columns in report.columns.items():
            printer.say(f"  {name}: ", ", ".join(columns))
        if report.ignored:
            printer.say(dim(f"  not read: {', '.join(report.ignored)}"))
        if act is None:
            for sample in report.samples:
                printer.say(f"  {sample}")
        would = "would be " if act is None else ""
        printer.say(bold(
            f"{report.new} {would}new, {report.completed} {would}completed, {report.unchanged} known already, "
            f"{report.joined} rows about somebody of an earlier row, {len(report.rejected)} rejected"
        ))  # fmt: skip
        _rows(printer, report, report.rejected, "rejected")
        _rows(printer, report, report.remarks, "note")
        if act is None:
            printer.say(dim("nothing was written: without --preview it is"))
        elif act.undoable:
            printer.say(dim("omnidesk undo takes it back"))

    session.show(document, people)


def _rows(printer: Printer, report: Report, some: Sequence[Remark], label: str) -> None:
    for one in some[:SHOWN]:
        said = f"  {label}: {report.asked.path.name}, row {one.line}: {one.said}"
        printer.say(alarm(said) if label == "rejected" else said)
    if len(some) > SHOWN:
        printer.say(dim(f"  and {len(some) - SHOWN} more: --json shows all, --rejected FILE saves the rejected ones"))


def _document(report: Report) -> dict[str, Any]:
    file = str(report.asked.path)
    return {
        "file": file,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "columns": {name: list(columns) for name, columns in report.columns.items()},
        "ignored": list(report.ignored),
        "rows": report.count,
        "new": report.new,
        "completed": report.completed,
        "unchanged": report.unchanged,
        "joined": report.joined,
        "rejected": [{"file": file, "row": one.line, "reason": one.said} for one in report.rejected],
        "remarks": [{"file": file, "row": one.line, "said": one.said} for one in report.remarks],
    }
