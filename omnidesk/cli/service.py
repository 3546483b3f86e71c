"""omnidesk service: the engine as a service of the user, which works whether a console is open or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from omnidesk.cli.session import Session, command, group

if TYPE_CHECKING:
    from pathlib import Path

    from omnidesk.sync.service import Service

app = group("The engine as a service of yours, at work whether a console is open or not.")


@command(app, "install")
def install(session: Session) -> None:
    """Run the engine from now on, and from each login on (systemd)."""
    from omnidesk.sync import service

    done = service.install(_home(session))
    session.show(
        {"act": None, **shape(done)},
        lambda printer: printer.say(
            f"the engine runs as {done.name}; after you log out only with `loginctl enable-linger`"
        ),
    )


@command(app, "remove")
def remove(session: Session) -> None:
    """Stop the service and remove it."""
    from omnidesk.sync import service

    done = service.remove(_home(session))
    session.show({"act": None, **shape(done)}, lambda printer: printer.say(f"removed {done.name}"))


@command(app, "show")
def show(session: Session) -> None:
    """Say whether the service is there, and whether one could be."""
    from omnidesk.sync import service

    found, reason = service.show(_home(session)), service.why_not()
    state = "runs" if found.running else "is installed and does not run" if found.installed else "is not installed"
    session.show(
        {**shape(found), "why_not": reason},
        lambda printer: printer.say(f"{found.name} {state}" + (f"; {reason}" if reason else "")),
    )


def shape(service: Service) -> dict[str, Any]:
    """The service as JSON."""
    return {
        "name": service.name,
        "path": str(service.path),
        "installed": service.installed,
        "running": service.running,
    }


def _home(session: Session) -> Path:
    return session.workspace.home.path
