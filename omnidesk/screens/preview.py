"""What is being written, as whoever gets it will see it: made the way it will be sent, and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from omnidesk.desk import previewing
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text import recipients
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import Line, wrap
from omnidesk.widgets.sheet import Sheet
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

MOST_LINES = 2_000


class Preview(Listing):
    """A message before it goes."""

    PLACE: ClassVar[str] = "preview"
    HEADING: ClassVar[str] = "As they will see it"

    def __init__(self, desk: DeskScreen, sheet: Sheet, text: str) -> None:
        super().__init__(desk)
        self.sheet = sheet
        self.text = text

    def read(self, width: int) -> ListRead:
        """The message as lines."""
        sheet = self.sheet
        to, cc, bcc = ([recipients.write((one,)) for one in some] for some in (sheet.to, sheet.cc, sheet.bcc))
        made = previewing.preview(
            self.session.workspace,
            self.session.actor,
            previewing.Unsent(
                sheet.sort,
                sheet.conversation_id,
                self.text,
                sheet.chosen or "",
                to,
                cc,
                bcc,
                sheet.subject,
                sheet.files,
            ),
        )
        head = [
            (_("From"), recipients.write((made.sender,))),
            (_("To"), recipients.write(made.to)),
            ("Cc", recipients.write(made.cc)),
            ("Bcc", _("{whom} (nobody else sees these)").format(whom=recipients.write(made.bcc)) if made.bcc else ""),
            (_("Subject"), made.subject if sheet.way is not None and sheet.way.letters else ""),
            (_("Files"), ", ".join(f"{one_line(file.name)} {times.size(file.size)}" for file in made.files)),
        ]
        wide = max(8, *(len(label) for label, _said in head))
        lines = [Line((("dim", f" {label:<{wide}} "), ("", one_line(said, 1000)))) for label, said in head if said]
        lines += [Line((("warn", f" !{' ' * wide}{one_line(said, 300)}"),)) for said in made.warnings]
        lines.append(Line(()))
        for line in clean(made.text).split("\n")[:MOST_LINES]:
            lines += [Line((("", f" {said}"),)) for said in wrap(line, max(20, width - 2))]
        return ListRead(lines, _("As they will see it, by {channel}").format(channel=one_line(sheet.chosen or "")))
