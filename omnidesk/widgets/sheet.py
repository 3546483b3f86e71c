"""What is being written, before its text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from omnidesk.text.measure import Unit
from omnidesk.words.rows import Address, Enclosure

Sort = Literal["reply", "note", "aside", "new"]


@dataclass(frozen=True, slots=True)
class Way:
    """A channel the reply could take; `reason` says why it cannot where not `usable`.

    `to` and `cc` are whom it would go to; `limit` is the longest text it carries in its `unit`, `closes_at` (UTC ms)
    when its reply window closes; `segments` says that it goes as text messages, which are counted, `letters` that it
    has subjects and signatures, `files` that it carries attachments."""

    channel: str
    usable: bool
    reason: str
    kind: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    public: bool = False
    letters: bool = True
    files: bool = True
    limit: int | None = None
    unit: Unit = "chars"
    segments: bool = False
    closes_at: int | None = None
    live: bool = False
    """Whether somebody waits at the other end, to whom lines go one by one, at once."""
    mail: bool = False
    """Whether it is private mail."""
    privately: bool = False
    """Whether it answers in private what was public on its channel."""
    once: bool = False
    """Whether that is the one answer that may go before they write in private themselves."""
    late: bool = False
    """Whether the reply window has closed, and it goes as a late answer."""
    template: bool = False
    """Whether it takes nothing but an approved template now."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is being written, before its text: which sort, where, to whom, by which channel, with which files.

    `usual` is whom the answer goes to unless somebody changes that; `began_at` (UTC ms) when writing began; `quote`
    is what is answered, ready to be quoted; `logins` are the colleagues a note can name."""

    sort: Sort
    conversation_id: int
    customer: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    files: tuple[Enclosure, ...] = ()
    usual: tuple[tuple[Address, ...], tuple[Address, ...]] = ((), ())
    flagged: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    chosen: str | None = None
    answers: int | None = None
    sender_only: bool = False
    began_at: int = 0
    quote: str = ""
    logins: tuple[str, ...] = ()
    macros: tuple[tuple[int, str, str], ...] = ()
    """The macros that the draft was made with: id, language, class of channel."""
    planned: str | None = None
    """The channel it goes by unless the agent says otherwise; None where they chose one for good."""
    left_at: int | None = None
    """Since when the customer reads no more in their chat (UTC ms); None where they do, or where it is none."""
    missed: int = 0
    """How many lines of ours they have not got: a mail takes them along."""

    @property
    def way(self) -> Way | None:
        """The channel chosen."""
        return next((way for way in self.ways if way.channel == self.chosen), None)

    @property
    def live(self) -> bool:
        """Whether it goes line by line to somebody who waits at the other end."""
        return self.sort == "reply" and self.way is not None and self.way.live

    @property
    def public(self) -> bool:
        """Whether everybody could read it."""
        return self.way is not None and self.way.public and self.sort != "note"

    @property
    def private_way(self) -> Way | None:
        """The way on which what they said in public is answered in private."""
        return next((way for way in self.ways if way.privately), None)

    def by(self, channel: str) -> Sheet:
        """Return the sheet with another channel: who gets it changes with the sort of address."""
        before, after = self.way, next(way for way in self.ways if way.channel == channel)
        if self.sort != "reply" or (before is not None and before.kind == after.kind):
            return replace(self, chosen=channel)
        usual = (after.to, after.cc)
        return replace(self, chosen=channel, to=after.to, cc=after.cc, bcc=(), usual=usual)
