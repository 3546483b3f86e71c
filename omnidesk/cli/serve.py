"""omnidesk serve: the customer-facing side, webhooks, live chat and web form."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli.session import Session, command
from omnidesk.words.errors import UsageError

if TYPE_CHECKING:
    from omnidesk.desk.workspace import Workspace

app = typer.Typer()


@command(app, "serve")
def serve(
    session: Session,
    host: Annotated[str, typer.Option("--host", metavar="H", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="P", min=0, max=65535, help="Port to listen on; 0: any that is free.")
    ] = 8480,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", help="TLS certificate chain (PEM); else plain HTTP.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="FILE", help="Its private key (PEM).")] = None,
    proxies: Annotated[
        str, typer.Option("--proxies", metavar="A,B", help="Proxies whose X-Forwarded headers are believed.")
    ] = "127.0.0.1",
    relay: Annotated[
        bool, typer.Option("--relay", help="Only keep verified webhooks, for a desk elsewhere that fetches them.")
    ] = False,
) -> None:
    """Answer webhooks, chats and forms, until told to stop."""
    from omnidesk.desk import log
    from omnidesk.web import serving

    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key belong together")
    log.open_log(session.workspace.home, "serve", to_stderr=True)
    listener = serving.listening(host, port)
    address = _address(listener.getsockname(), certificate is not None)

    def ready() -> None:
        session.show({"address": address, "relay": relay}, lambda printer: printer.say(f"listening on {address}"))

    answer = partial(serving.serve, listener=listener, certificate=certificate, key=key, proxies=proxies)
    asyncio.run(_serve(session.workspace, answer, relay, ready))


@command(app, "token")
def token(
    session: Session,
    purpose: Annotated[str, typer.Argument(metavar="PURPOSE", help="metrics, or relay.")],
) -> None:
    """Print the token that another program must show to `omnidesk serve`: for its metrics, or as a relay."""
    from omnidesk.desk import tokens

    found = tokens.token(session.workspace, purpose)
    session.show({"purpose": purpose, "token": found}, lambda printer: printer.say(found))


async def _serve(
    workspace: Workspace, answer: Callable[..., Awaitable[None]], relay: bool, ready: Callable[[], None]
) -> None:
    from omnidesk.desk import settings
    from omnidesk.sync import accounts
    from omnidesk.sync.engine import Engine
    from omnidesk.web.application import Site
    from omnidesk.web.door import Door
    from omnidesk.web.watching import watch

    engine = Engine(workspace, runs_in="serve")
    door = Door(workspace, partial(accounts.account, workspace), settings.current(workspace).public_url)
    site = Site(door, relay)

    def told(conversations: Sequence[int]) -> None:
        engine.hurry()
        site.told(conversations)

    async def work() -> None:
        watching = asyncio.create_task(watch(workspace, told))
        try:
            await door.open()
            asyncio.get_running_loop().call_soon(ready)  # behind the engine's first step, which begins to hear signals
            await engine.run()
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await site.close()

    try:
        await answer(site.app, work=work)
    finally:
        await door.close()


def _address(name: tuple[str, int], secure: bool) -> str:
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"{'https' if secure else 'http'}://{host}:{name[1]}"
