"""omnidesk doctor: says in words what is wrong, and what to do."""

from __future__ import annotations

import typer

from omnidesk.cli.printing import Printer, alarm, bold, dim
from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "doctor")
def doctor(session: Session) -> None:
    """Look for what is wrong with the workspace, its channels and this machine; exit 1 if anything is."""
    from omnidesk.desk import doctor as examiner
    from omnidesk.sync import form, secrets

    checks = examiner.examine(session.home, secrets.of_channel, form.keyring_name)
    problems = [check for check in checks if not check.ok]
    document = {
        "checks": [
            {"name": check.name, "ok": check.ok, "detail": check.detail, "advice": check.advice} for check in checks
        ]
    }

    def people(printer: Printer) -> None:
        for check in checks:
            state = dim("ok     ") if check.ok else alarm("problem")
            printer.say(state, "  ", bold(check.name), f"  {check.detail}")
            if check.advice:
                printer.say(dim(f"         {check.advice}"))
        printer.say(f"{len(problems)} problems" if len(problems) != 1 else "1 problem")

    session.show(document, people)
    session.status = 1 if problems else 0
