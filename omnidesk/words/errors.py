"""Everything that can go wrong in words a person understands.

    OmniDeskError                     exit status 1
      UsageError                      2  the words of a command are wrong
      NotFoundError                   3  no such conversation, channel, message ..
      RefusedError                    4  a rule says no (consent, window, conflict, nothing to undo)
      TryLaterError                   5  the database or the provider is out of reach
        DatabaseLostError             5  the connection to the database is gone
      WorkspaceError                  1  the workspace cannot be used as it is
        NoWorkspaceError              1  there is none yet
        ReadOnlyError                 1  the workspace cannot be written
        DiskFullError                 1  no room to write
        NewerWorkspaceError           1  the database is newer than this program
      SecretMissingError              1  no password or token for a channel

Each message says what happened, to which channel or message, and what to do next.
"""

from __future__ import annotations


class OmniDeskError(Exception):
    """A failure that a person can act on; `str(error)` is the whole story."""

    exit_status = 1


class UsageError(OmniDeskError):
    """The request itself is wrong."""

    exit_status = 2


class NotFoundError(OmniDeskError):
    """What was named does not exist."""

    exit_status = 3


class RefusedError(OmniDeskError):
    """A rule forbids it."""

    exit_status = 4


class TryLaterError(OmniDeskError):
    """Out of reach now; the same request may succeed later."""

    exit_status = 5


class DatabaseLostError(TryLaterError):
    """The database cannot be reached; whether the last write arrived may be unknown."""


class WorkspaceError(OmniDeskError):
    """The workspace cannot be used as it is."""


class NoWorkspaceError(WorkspaceError):
    """There is no workspace where one was looked for; `omnidesk init` makes it."""


class ReadOnlyError(WorkspaceError):
    """The workspace, or the disk it lies on, cannot be written."""


class DiskFullError(WorkspaceError):
    """There is no room left to write."""


class NewerWorkspaceError(WorkspaceError):
    """The database was made by a newer program."""


class SecretMissingError(OmniDeskError):
    """This process cannot read a channel's secret."""
