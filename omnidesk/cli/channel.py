"""omnidesk channel: the accounts that messages come in and go out by."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from omnidesk.cli import adding, login, paging, shapes, templates
from omnidesk.cli.printing import Piece, Printer, alarm, dim, guard, when
from omnidesk.cli.session import Session, command, group
from omnidesk.clock import to_rfc3339
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.rows import Act, Channel

app = group("The accounts that messages come in and go out by.")
app.add_typer(templates.app)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The channel's name.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the secret from standard input.")]


@command(app, "kinds")
def kinds(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List the kinds of channel that can be added, with their settings and secrets."""
    from omnidesk.sync import form

    page, following = paging.cut(form.kinds(), limit, after, lambda one: one.kind)
    items = [_kind(one) for one in page]
    broken = [{"kind": one.kind, "reason": one.reason} for one in form.disabled()]

    def people(printer: Printer) -> None:
        for one in items:
            printer.say(f"{one['kind']}: {one['name']}")
            for setting in one["settings"]:
                default = "" if setting["default"] is None else f" (else {setting['default']})"
                needed = " (needed)" if setting["required"] else ""
                printer.say(dim(f"    {setting['key']}: {setting['help'] or setting['label']}{needed}{default}"))
            for secret in one["secrets"]:
                printer.say(dim(f"    {secret['key']}: secret; {secret['help'] or secret['label']}"))
        for other in broken:
            printer.say(alarm(f"{other['kind']}: {other['reason']}"))

    session.show(paging.listed(items, following) | {"disabled": broken}, people)


def _kind(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.name,
        "inbound": list(one.inbound),
        "outbound": one.outbound,
        "commerce": one.commerce,
        "settings": [
            {
                "key": setting.key,
                "label": setting.label,
                "help": setting.help,
                "kind": setting.kind,
                "default": setting.default,
                "choices": list(setting.choices),
                "required": setting.required,
            }
            for setting in one.every_setting
        ],
        "secrets": [{"key": secret.key, "label": secret.label, "help": secret.help} for secret in one.secrets],
        "privacy": one.privacy,
    }


@command(app, "add")
def add(
    session: Session,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="email, or another that `channel kinds` lists.")],
    name: Annotated[str, typer.Option("--name", metavar="N", help="What you call it: small letters, digits, dashes.")],
    address: Annotated[str, typer.Option("--address", metavar="A", help="The address customers write to.")] = "",
    user: Annotated[str | None, typer.Option("--user", metavar="U", help="Login, where not the address.")] = None,
    imap_host: Annotated[str | None, typer.Option("--imap-host", metavar="H", help="Incoming server.")] = None,
    imap_port: Annotated[
        int | None, typer.Option("--imap-port", metavar="P", min=1, max=65535, help="Its port, if not the usual one.")
    ] = None,
    imap_security: Annotated[
        str | None, typer.Option("--imap-security", metavar="tls|starttls|none", help="How it is encrypted.")
    ] = None,
    smtp_host: Annotated[str | None, typer.Option("--smtp-host", metavar="H", help="Outgoing server.")] = None,
    smtp_port: Annotated[
        int | None, typer.Option("--smtp-port", metavar="P", min=1, max=65535, help="Its port, if not the usual one.")
    ] = None,
    smtp_security: Annotated[
        str | None, typer.Option("--smtp-security", metavar="tls|starttls|none", help="How it is encrypted.")
    ] = None,
    pairs: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any setting of the kind; may be repeated.")
    ] = None,
    way: Annotated[
        str | None,
        typer.Option("--login", metavar="HOW", help="password, or google, microsoft, other: in the browser."),
    ] = None,
    client_id: Annotated[str | None, typer.Option("--client-id", metavar="ID", help="Yours at the provider.")] = None,
    api_url: Annotated[
        str | None, typer.Option("--api-url", metavar="URL", help="The provider's address, where not the usual one.")
    ] = None,
    password_stdin: Stdin = False,
    history_days: Annotated[
        int | None, typer.Option("--history-days", metavar="N", min=0, max=36500, help="Days back that are news (14).")
    ] = None,
    read_only: Annotated[
        bool | None, typer.Option("--read-only/--no-read-only", help="A trial: nothing is sent or flagged.")
    ] = None,
    no_test: Annotated[bool, typer.Option("--no-test", help="Store it without trying whether it works.")] = False,
) -> None:
    """Add a channel: its settings are tested live, its secret is kept outside the workspace."""
    from omnidesk.desk import channels
    from omnidesk.sync import form, setup

    options = {
        "user": user,
        "login": way,
        "client_id": client_id,
        "api_url": api_url,
        "imap_host": imap_host,
        "imap_port": imap_port,
        "imap_security": imap_security,
        "smtp_host": smtp_host,
        "smtp_port": smtp_port,
        "smtp_security": smtp_security,
    }
    if kind == "email" and not address:
        raise UsageError("an e-mail channel needs --address, such as support@example.com")
    channels.check_name(session.workspace, name)
    settings = form.settings(kind, adding.typed_settings(pairs or (), options))
    if not no_test:
        settings = login.with_servers(kind, address, settings, session.asks(), password_stdin)
    known = form.environment(name, kind, settings)
    given = login.secrets_of_new(kind, settings, known, password_stdin, session.asks())
    if not no_test:
        given |= login.logged_in(kind, address, settings, known | given, name)
    found = None if no_test else setup.check(kind, address, settings, known | given, name)
    if found is not None:
        settings |= found.settings
        adding.warn_of(found)
        if session.asks():
            print(guard(f"found {adding.found_words(found, kind)}"), file=sys.stderr)
    act, channel = setup.add_channel(
        session.workspace,
        session.actor,
        kind,
        name,
        address,
        settings,
        given,
        adding.asked_history(history_days, session.asks()),
        adding.asked_trial(read_only, session.asks()),
    )
    document = {"channel": shapes.channel(channel), "found": None if found is None else adding.found_document(found)}
    tested = "not tested" if found is None else f"found {adding.found_words(found, kind)}"
    session.changed(act, document, f"added {name}: {tested}. Next: {form.works_by(kind)}")


@command(app, "scaffold")
def scaffold(
    session: Session,
    kind: Annotated[str, typer.Argument(metavar="NAME", help="The new kind: small letters, digits, dashes.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the package's folder is made; else here.")
    ] = Path(),
) -> None:
    """Write the package of a new connector: it works, with a provider to try it on and its tests."""
    from omnidesk.sync import scaffold as packages

    folder, files = packages.write(kind, out)
    session.show(
        {"kind": kind, "folder": str(folder), "files": [str(path.relative_to(folder)) for path in files]},
        lambda printer: printer.say(f"{folder} holds a connector that works: its README.md says what to change"),
    )


@command(app, "list")
def list_channels(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List channels and how they do."""
    from omnidesk.desk import channels

    page, following = paging.cut(channels.list_channels(session.workspace), limit, after, lambda one: one.name)
    lines: list[list[Piece]] = [
        [one.name, one.kind, one.address or "-", _health(one), when(one.last_success_at), one.error or ""]
        for one in page
    ]
    session.show(
        paging.listed([shapes.channel(one) for one in page], following),
        lambda printer: printer.table(("Channel", "Kind", "Address", "Health", "Last success", ""), lines),
    )


def _health(one: Channel) -> Piece:
    words = f"{one.health.replace('_', ' ')}{', read-only' if one.read_only else ''}"
    if one.progress_total > one.progress_done:
        words += f", {one.progress_done:,} of {one.progress_total:,}"
    return words if one.health in ("ok", "off") else alarm(words)


@command(app, "show")
def show(session: Session, name: Name) -> None:
    """Show a channel with its settings; secrets are never shown."""
    from omnidesk.desk import answering, channels

    one = channels.get(session.workspace, name)
    page = answering.page(session.workspace, one)
    document = shapes.channel(one) | {"settings": one.settings}
    if page is not None:
        document["embed"] = page.embed
        document |= {"page": page.address} if page.address else {}

    def people(printer: Printer) -> None:
        for key, value in document.items():
            if isinstance(value, dict):
                value = ", ".join(f"{inner}={value[inner]}" for inner in sorted(value))
            printer.say(f"{key.replace('_', ' '):16} {'-' if value in (None, '') else value}")
        if page is not None and answering.UNKNOWN in page.embed:
            printer.say(
                dim("first say how the world reaches `omnidesk serve`: omnidesk setting set public_url https://..")
            )

    session.show(document, people)


@command(app, "test")
def test(session: Session, name: Name) -> None:
    """Log in to a channel and look around, changing nothing."""
    from omnidesk.desk import channels
    from omnidesk.sync import setup

    one = channels.get(session.workspace, name)
    if one.kind == "desk":
        raise RefusedError("the channel desk has nothing to test: notes and calls are logged by hand")
    found = setup.check_channel(session.workspace, name)
    adding.warn_of(found)
    session.show(
        {"channel": shapes.channel(one), "found": adding.found_document(found)},
        lambda printer: printer.say(f"{name} works: {adding.found_words(found, one.kind)}"),
    )


@command(app, "enable")
def enable(session: Session, name: Name) -> None:
    """Switch a channel on."""
    from omnidesk.desk import channels

    _changed(session, channels.enable(session.workspace, session.actor, name))


@command(app, "disable")
def disable(session: Session, name: Name) -> None:
    """Switch a channel off; what it brought stays."""
    from omnidesk.desk import channels

    _changed(session, channels.disable(session.workspace, session.actor, name))


@command(app, "rename")
def rename(
    session: Session, name: Name, fresh: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")]
) -> None:
    """Give a channel another name."""
    from omnidesk.desk import channels

    _changed(session, channels.rename(session.workspace, session.actor, name, fresh))


@command(app, "remove")
def remove(session: Session, name: Name) -> None:
    """Remove a channel and its secret; its conversations and messages stay."""
    from omnidesk.sync import setup

    _changed(session, setup.remove_channel(session.workspace, session.actor, name))


@command(app, "history")
def history(
    session: Session,
    name: Name,
    days: Annotated[
        int | None,
        typer.Argument(
            metavar="[DAYS]", min=0, max=36500, help="Older messages arrive closed and read. Else the log of changes."
        ),
    ] = None,
) -> None:
    """List who changed what about a channel; with DAYS: how many days before it was added still count as news."""
    from omnidesk.desk import channels

    if days is None:
        _log(session, name)
        return
    _changed(session, channels.set_history(session.workspace, session.actor, name, days))


def _log(session: Session, name: str) -> None:
    from omnidesk.desk import channels

    found = channels.log(session.workspace, name)
    session.show(
        {"items": [{"at": to_rfc3339(one.at), "actor": one.actor, "said": one.said} for one in found], "next": None},
        lambda printer: printer.table(("At", "By", "What"), [(when(one.at), one.actor, one.said) for one in found]),
    )


@command(app, "now")
def now(session: Session, name: Name) -> None:
    """Have the engine connect anew at once, whatever it waits for."""
    from omnidesk.desk import channels

    _changed(session, channels.try_now(session.workspace, session.actor, name))


@command(app, "trial")
def trial(
    session: Session, name: Name, value: Annotated[str, typer.Argument(metavar="on|off", help="On: it only reads.")]
) -> None:
    """Start or end a trial beside another desk: nothing is sent or flagged on the server."""
    from omnidesk.desk import channels

    if value not in ("on", "off"):
        raise UsageError(f"a trial is on or off, not {value!r}")
    _changed(session, channels.set_read_only(session.workspace, session.actor, name, value == "on"))


@command(app, "secret")
def secret(
    session: Session,
    name: Name,
    which: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD ..", help="Which of its secrets; else those it needs.")
    ] = None,
    password_stdin: Stdin = False,
) -> None:
    """Store a channel's secret again, as after a new password."""
    from omnidesk.desk import channels
    from omnidesk.sync import form, secrets

    one = channels.get(session.workspace, name)
    needed = () if one.kind == "desk" else form.secret_fields(one.kind, one.settings)
    others = () if one.kind == "desk" else form.extra_fields(one.kind, one.settings)
    fields = tuple(which or needed or others)
    if not fields:
        raise RefusedError(f"{name} has no secret")
    if unknown := set(fields) - {*needed, *others}:
        raise UsageError(f"{name} has no secret {min(unknown)}, but {', '.join((*needed, *others))}")
    given = adding.gathered_secrets(fields, {}, password_stdin, session.asks())
    kept = secrets.store(one.id, given)
    act, _ = channels.note_secret(session.workspace, session.actor, name)
    session.changed(act, {"channel": shapes.channel(one), "kept": kept}, f"the secret of {name} is kept in {kept}")


@command(app, "set")
def set_settings(
    session: Session,
    name: Name,
    pairs: Annotated[list[str], typer.Argument(metavar="KEY=VALUE ..", help="Settings; KEY= takes one back.")],
) -> None:
    """Change settings of a channel; its engine goes on with them at once. `channel kinds` lists them."""
    from omnidesk.desk import channels
    from omnidesk.sync import form

    one = channels.get(session.workspace, name)
    if one.kind == "desk":
        raise RefusedError("the channel desk has no settings")
    fresh = form.changed(one.kind, adding.typed_settings(pairs, {}))
    _changed(session, channels.set_settings(session.workspace, session.actor, name, fresh))


@command(app, "login")
def log_in(
    session: Session,
    name: Name,
    device: Annotated[
        bool | None,
        typer.Option("--device/--browser", help="With a code, on any device; or with a browser here."),
    ] = None,
) -> None:
    """Log in at the provider of a channel (OAuth 2.0), as after `needs login`."""
    from omnidesk.desk import channels
    from omnidesk.sync import login as logins

    one = channels.get(session.workspace, name)
    if one.kind == "desk":
        raise RefusedError("the channel desk has nothing to log in to")
    way = login.way_of(one.kind, one.settings, device)
    with login.Shown(session.asks()) as shown:
        act, kept = logins.log_in_channel(session.workspace, session.actor, name, way, shown)
    session.changed(act, {"channel": shapes.channel(one), "kept": kept}, f"logged in for {name}, kept in {kept}")


def _changed(session: Session, done: tuple[Act, Channel]) -> None:
    session.changed(done[0], {"channel": shapes.channel(done[1])})
