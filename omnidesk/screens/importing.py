"""Importing customers from a table: what it would do stands there first, y does it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from omnidesk.desk import customer_import
from omnidesk.screens import attaching
from omnidesk.screens.keys import Press
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, wrap
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

SHOWN = 500
"""Rows that are listed of what was rejected, and of what is to be said."""


class ImportScreen(Listing):
    """What a table of customers would bring, or has brought."""

    PLACE: ClassVar[str] = "import"
    HEADING: ClassVar[str] = "Import customers"

    def __init__(self, desk: DeskScreen, path: Path) -> None:
        super().__init__(desk)
        self.path = path
        self.given: dict[str, str] = {}
        self.overwrite = False
        self.report: customer_import.Report | None = None
        self.done = False

    @property
    def asked(self) -> customer_import.Asked:
        """What is to be imported."""
        return customer_import.Asked(self.path, self.given, overwrite=self.overwrite)

    def read(self, width: int) -> ListRead:
        """Say what would happen; once it has, what did."""
        if not self.done or self.report is None:
            self.report = customer_import.preview(self.session.workspace, self.asked)
        title = _("Imported: {file}") if self.done else _("Import customers: {file}")
        return ListRead(laid_out(self.report, self.done, self.overwrite, width), title.format(file=self.path.name))


def laid_out(report: customer_import.Report, done: bool, overwrite: bool, width: int) -> list[Line]:
    """Return what an import does as lines."""
    between = {"\t": _("tabs")}.get(report.delimiter, report.delimiter)
    lines = [
        Line((("dim", " " + _("{count} rows, {encoding}, {delimiter} between cells").format(
            count=times.number(report.count), encoding=report.encoding, delimiter=between)),)),
        Line(()),
    ]  # fmt: skip
    lines += [Line((("head", f"  {_(name.replace('_', ' ')):<18} "), ("", one_line(", ".join(columns), width))))
              for name, columns in report.columns.items()]  # fmt: skip
    if report.ignored:
        said = _("not read: {columns}").format(columns=one_line(", ".join(report.ignored), 400))
        lines += [Line((("dim", f"  {text}"),)) for text in wrap(said, width - 4, 3)]
    counts = _("{new} new, {completed} completed, {same} known already, {joined} rows joined, {rejected} rejected")
    counted = counts.format(
        new=times.number(report.new), completed=times.number(report.completed), same=times.number(report.unchanged),
        joined=times.number(report.joined), rejected=times.number(len(report.rejected)),
    )  # fmt: skip
    lines += [Line(()), Line((("title", f" {counted}"),))]
    if overwrite:
        lines.append(Line((("warn", " " + _("what is known is replaced by what the file says")),)))
    if not done:
        lines += [Line((("", f"  {one_line(one, width - 3)}"),)) for one in report.samples]
    for style, some, label in (("warn", report.rejected, _("rejected")), ("dim", report.remarks, _("note"))):
        lines += [Line(())] if some else []
        for one in some[:SHOWN]:
            said = _("{label}, row {row}: {why}").format(label=label, row=one.line, why=one_line(one.said, 300))
            lines += [Line(((style, f"  {text}"),)) for text in wrap(said, width - 4, 3)]
        if len(some) > SHOWN:
            lines.append(Line((("dim", "  " + _("and {count} more").format(count=len(some) - SHOWN)),)))
    return lines


def begin(desk: DeskScreen, press: Press) -> None:
    """Ask for the file."""
    if press.argument.strip():
        _open(desk, press.argument)
        return
    desk.ask("import", _("Import customers from:"), _open, _("a table (CSV) with headings; Tab completes"))
    desk.prompt.complete_with(attaching.Paths())


def _open(desk: DeskScreen, text: str) -> None:
    if text.strip():
        desk.app.push_screen(ImportScreen(desk, Path(text.strip()).expanduser()))


def run(screen: ImportScreen, press: Press) -> None:
    """Do it."""
    if screen.report is None or screen.done:
        screen.say(_("there is nothing to import any more"))
        return
    screen.do(partial(_run, screen))


def _run(screen: ImportScreen) -> str:
    session = screen.session
    act, screen.report = customer_import.run(session.workspace, session.actor, screen.asked)
    screen.done = True
    back = _("u takes it back") if act.undoable else _("nothing was new")
    return _("imported: {what}").format(what=back)


def overwrite(screen: ImportScreen, press: Press) -> None:
    """Replace what is known, or keep it."""
    if not screen.done:
        screen.overwrite = not screen.overwrite
        screen.read_again()


def change_column(screen: ImportScreen, press: Press) -> None:
    """Ask which column is what."""
    if not screen.done:
        screen.ask(_("Which column is what:"), _mapped, _("such as email=E-mail; a field with nothing is not read"))


def _mapped(screen: ImportScreen, text: str) -> None:
    name, equals, column = text.partition("=")
    if equals:
        screen.given[name.strip()] = column.strip()
        screen.read_again()
    elif text.strip():
        screen.say(_("say it as email=E-mail"), True)


def save(screen: ImportScreen, press: Press) -> None:
    """Ask where to save the rejected rows."""
    if screen.report is None or not screen.report.rejected:
        screen.say(_("no row was rejected"))
        return
    there = screen.path.with_name(f"{screen.path.stem}-rejected.csv")
    screen.ask(_("Save the rejected rows as:"), _saved, "", str(there))


def _saved(screen: ImportScreen, text: str) -> None:
    report, path = screen.report, Path(text.strip()).expanduser()
    if report is not None and text.strip():
        screen.do(partial(_save, report, path))


def _save(report: customer_import.Report, path: Path) -> str:
    customer_import.save_rejected(report, path)
    return _("saved {what}").format(what=path)
