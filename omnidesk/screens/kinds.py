"""The kinds of channel that can be added, to choose one from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from omnidesk.screens.keys import Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges
from omnidesk.widgets.lines import Line, fit, wrap
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.sync import form
    from omnidesk.sync.form import Manifest
else:
    form = Later("omnidesk.sync.form")

HERE = ("kinds",)


class Kinds(Listing):
    """Each kind with its name and what it is; those that cannot be used with the reason."""

    PLACE: ClassVar[str] = "kinds"
    HEADING: ClassVar[str] = "Add a channel: of which kind?"

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__(desk)
        self.rows: dict[int, Manifest] = {}

    def read(self, width: int) -> ListRead:
        """The kinds as lines: mailboxes first, last those that only play on this machine."""
        found = sorted(form.kinds(), key=lambda one: (not form.by_address(one), "local" in one.inbound, _(one.name)))
        self.rows = dict(enumerate(found, 1))
        lines: list[Line] = []
        for key, one in self.rows.items():
            about = wrap(_(one.about) or _(one.privacy), max(20, width - 32), 3) or [""]
            head = (("key", f" {fit(badges.kind(one.kind), 5)} "), ("strong", fit(one_line(_(one.name)), 24)))
            lines.append(Line((*head, ("", about[0])), key))
            lines += [Line((("", f"{' ' * 31}{more}"),), key) for more in about[1:]]
        for other in form.disabled():
            lines.append(Line((("dim", f" {fit(badges.kind(other.kind), 5)} {one_line(other.kind, 40)}"),)))
            why = wrap(
                _("cannot be used: {why}").format(why=one_line(retold(other.reason), 400)), max(20, width - 9), 3
            )
            lines += [Line((("warn", f"       {text}"),)) for text in why]
        return ListRead(lines)

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A kind was clicked twice."""
        choose(self, Press())


def choose(screen: Kinds, press: Press) -> None:
    """Fill in what this kind asks for."""
    one = screen.rows.get(screen.key)
    if one is None:
        return

    def end(said: str | None) -> None:
        if said:
            screen.dismiss()
            screen.app.notify(said, markup=False)

    session = screen.session
    if form.by_address(one):
        from omnidesk.screens.setup import SetupScreen

        screen.app.push_screen(SetupScreen(session.home, session), end)
    else:
        from omnidesk.screens.channel_form import ChannelForm

        screen.app.push_screen(ChannelForm(session, one), end)


ACTIONS = (Action("kind-choose", "choose", "Add a channel of this kind", ("enter",), HERE, "Channels", choose, 1),)
