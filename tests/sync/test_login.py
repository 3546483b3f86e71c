"""Tokens: made anew by one at a time under the lease, also in mid-session on a real mail server; `needs login` else."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from omnidesk.connectors.base import AuthorizeStep, LoginError
from omnidesk.desk import channels, composing
from omnidesk.desk.intake import Held
from omnidesk.store.leases import LeaseLostError
from omnidesk.sync import login, secrets, setup
from omnidesk.sync.login import Renewer
from omnidesk.sync.now import send_now
from omnidesk.sync.setup import CheckFailedError
from omnidesk.words.errors import RefusedError, SecretMissingError, UsageError
from omnidesk.words.kinds import Health
from omnidesk.words.rows import Channel
from tests.filling import Desk, hold
from tests.provider import SECRET, Provider
from tests.servers import Mailbox, simple_mail
from tests.sync.test_channel import until, working

ME = "support@example.test"


@pytest.fixture(autouse=True)
def secrets_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secrets.json"
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(path))
    return path


def with_login(desk: Desk, provider: Provider, mailbox: Mailbox | None = None, **more: Any) -> Channel:
    """Add a mailbox that logs in at the provider."""
    servers = mailbox.settings if mailbox is not None else {}
    address = mailbox.address if mailbox is not None else ME
    return desk.adds_channel("support", address, "email", settings={**servers, **provider.settings, **more})


def kept(channel: Channel) -> dict[str, Any]:
    """What is kept of the channel's login."""
    found: dict[str, Any] = json.loads(secrets.of_channel(channel)["oauth"])
    return found


# --- one at a time


def test_many_who_want_a_new_token_at_once_ask_the_provider_once(desk: Desk, provider: Provider) -> None:
    channel, used = with_login(desk, provider), {"oauth": provider.kept(life=0)}
    secrets.store(channel.id, used)
    provider.pause = 0.2
    another = open_desk_again(desk)
    renewers = [Renewer(one, channel, 5) for one in (desk.workspace, another.workspace, desk.workspace)]

    async def several(renewer: Renewer) -> list[Any]:
        return await asyncio.gather(renewer(used), renewer(used))

    with ThreadPoolExecutor(3) as threads:
        brought = [each for pair in threads.map(lambda one: asyncio.run(several(one)), renewers) for each in pair]
    another.workspace.close()
    assert (provider.refreshed, provider.most_at_once) == (1, 1)
    assert len({each["oauth"] for each in brought}) == 1 and brought[0]["oauth"] == secrets.of_channel(channel)["oauth"]


def open_desk_again(desk: Desk) -> Desk:
    from omnidesk.desk import workspace

    return Desk(workspace.open_workspace(desk.workspace.home.path), desk.me, desk.channel, desk.folder)


async def test_who_lost_the_channels_lease_makes_nothing_anew(desk: Desk, provider: Provider) -> None:
    channel, used = with_login(desk, provider), {"oauth": provider.kept(life=0)}
    secrets.store(channel.id, used)
    held = hold(desk.workspace, channel)
    lost = Held(held.name, held.number - 1)
    with pytest.raises(LeaseLostError):
        await Renewer(desk.workspace, channel, 5, lambda: lost)(used)
    assert provider.refreshed == 0
    await Renewer(desk.workspace, channel, 5, lambda: held)(used)
    assert provider.refreshed == 1


async def test_a_renewal_that_is_cut_off_is_kept_all_the_same(desk: Desk, provider: Provider) -> None:
    channel, used = with_login(desk, provider), {"oauth": provider.kept(life=0)}
    secrets.store(channel.id, used)
    provider.pause = 0.3
    task = asyncio.create_task(Renewer(desk.workspace, channel, 5)(used))  # type: ignore[arg-type]
    await until(lambda: provider.most_at_once)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert kept(channel)["refresh"] in provider.refresh


async def test_a_login_that_has_ended_is_not_asked_for_again_and_again(desk: Desk, provider: Provider) -> None:
    channel, used = with_login(desk, provider), {"oauth": provider.kept(life=0)}
    secrets.store(channel.id, used)
    provider.revoke()
    renewer, asked = Renewer(desk.workspace, channel, 5), provider.most_at_once
    for _ in range(3):
        with pytest.raises(LoginError, match="omnidesk channel login support"):
            await renewer(used)
        provider.down = True  # would be another error, if it were asked
    provider.down = False
    assert asked == 0 and provider.most_at_once == 1
    secrets.store(channel.id, {"oauth": provider.kept(life=0)})
    assert (await renewer(used))["oauth"] == secrets.of_channel(channel)["oauth"]


def test_secrets_stored_at_once_do_not_forget_one_another(secrets_file: Path) -> None:
    def store(number: int) -> None:
        for turn in range(10):
            secrets.store(number, {"oauth": f"{turn}"})

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(store, range(6)))
    assert json.loads(secrets_file.read_text()) == {f"{number}:oauth": "9" for number in range(6)}
    assert secrets_file.stat().st_mode & 0o077 == 0


def test_the_environment_cannot_hold_what_changes_by_itself(
    desk: Desk, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = with_login(desk, provider)
    secrets.store(channel.id, {"oauth": provider.kept()})
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_OAUTH", "an old one")
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_CLIENT_SECRET", SECRET)
    assert kept(channel)["access"] in provider.access
    assert secrets.of_channel(channel)["client_secret"] == SECRET


# --- needs login


def test_a_channel_that_nobody_logged_in_for_says_so(desk: Desk, provider: Provider) -> None:
    channel = with_login(desk, provider)
    with pytest.raises(SecretMissingError, match=r"support needs login.*omnidesk channel login support"):
        secrets.of_channel(channel)


def test_logging_in_keeps_the_tokens_and_says_where(desk: Desk, provider: Provider, secrets_file: Path) -> None:
    channel, steps = with_login(desk, provider), list[AuthorizeStep]()

    def show(step: AuthorizeStep) -> None:
        steps.append(step)
        if step.url:
            threading.Thread(target=provider.visit, args=(step.url,), daemon=True).start()

    act, where = login.log_in_channel(desk.workspace, desk.me, "support", "", show)
    assert where == str(secrets_file) and kept(channel)["access"] in provider.access and act.id
    assert not any(step.secrets for step in steps), "what is shown never holds a token"
    told = json.dumps([dict(row) for row in desk.workspace.database.reader.all("SELECT * FROM event")], default=str)
    assert kept(channel)["refresh"] not in told and kept(channel)["access"] not in told


def test_an_address_pasted_from_another_machine_ends_the_login(desk: Desk, provider: Provider) -> None:
    channel = with_login(desk, provider)

    def show(step: AuthorizeStep) -> None:
        if step.url:
            threading.Thread(target=provider.visit, args=(step.url,), kwargs={"browse": login.pasted}).start()

    login.log_in_channel(desk.workspace, desk.me, "support", "browser", show)
    assert kept(channel)["access"] in provider.access
    for strange in ("https://evil.example/?code=1", "http://127.0.0.1:9/?code=1", "nonsense", "http://localhost:x/"):
        with pytest.raises(UsageError):
            login.pasted(strange)


def test_ways_to_log_in_are_those_of_the_settings(desk: Desk, provider: Provider) -> None:
    assert login.ways("email", {"login": "google"}) == ("browser",)
    assert login.ways("email", {"login": "microsoft"}) == ("browser", "device")
    assert login.ways("email", {}) == () and login.ways("sample", {}) == ()
    assert login.ways("email", {**provider.settings, "authorize_url": ""}) == ("device",)
    with_login(desk, provider, device_url="")
    with pytest.raises(UsageError, match="logs in with browser"):
        login.log_in_channel(desk.workspace, desk.me, "support", "device", lambda step: None)
    with pytest.raises(RefusedError):
        login.log_in_channel(desk.workspace, desk.me, "demo", "", lambda step: None)


# --- on a real mail server


@pytest.mark.servers
def test_a_token_logs_in_at_both_servers_and_one_that_ended_is_made_anew(
    desk: Desk, provider: Provider, token_mailbox: Mailbox
) -> None:
    channel = with_login(desk, provider, token_mailbox)
    secrets.store(channel.id, {"oauth": provider.kept()})
    token_mailbox.deliver(simple_mail())
    assert setup.check_channel(desk.workspace, "support").total == 1 and provider.refreshed == 0
    secrets.store(channel.id, {"oauth": provider.kept(life=0)})
    assert setup.check_channel(desk.workspace, "support").total == 1 and provider.refreshed == 1
    # The server says no although ours looks good: clocks differ, or somebody ended it.
    secrets.store(channel.id, {"oauth": provider.kept(life=0, claimed=3600)})
    assert setup.check_channel(desk.workspace, "support").total == 1 and provider.refreshed == 2


@pytest.mark.servers
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_either_mechanism_alone_is_enough(
    desk: Desk, provider: Provider, token_mailbox: Mailbox, mechanism: str
) -> None:
    configuration = token_mailbox.server.root / "dovecot.conf"
    text = configuration.read_text()
    token_mailbox.server.stop()
    configuration.write_text(text.replace("auth_mechanisms = plain login xoauth2 oauthbearer",
                                          f"auth_mechanisms = plain {mechanism}"))  # fmt: skip
    token_mailbox.server.start()
    channel = with_login(desk, provider, token_mailbox)
    secrets.store(channel.id, {"oauth": provider.kept(life=0, claimed=3600)})
    setup.check_channel(desk.workspace, "support")
    assert provider.refreshed == 1, "the refusal of a dead token was understood"


@pytest.mark.servers
async def test_a_token_that_ends_in_mid_session_is_made_anew_and_nothing_is_lost(
    desk: Desk, provider: Provider, token_mailbox: Mailbox
) -> None:
    channel = with_login(desk, provider, token_mailbox)
    secrets.store(channel.id, {"oauth": provider.kept(claimed=3600)})
    token_mailbox.deliver(simple_mail("First", message_id="<1@x.test>"))
    async with working(desk, channel) as run:
        await until(lambda: desk.count("message") == 1)
        for number in (2, 3):
            provider.expire()
            await asyncio.to_thread(token_mailbox.server.kill)  # as `BYE Session invalidated - AccessTokenExpired`
            await asyncio.to_thread(token_mailbox.server.start)
            await asyncio.to_thread(token_mailbox.deliver, simple_mail("Next", message_id=f"<{number}@x.test>"))
            await until(lambda number=number: desk.count("message") == number)  # type: ignore[misc]
            assert provider.refreshed == number - 1
        await until(lambda: channels.get(desk.workspace, "support").health is Health.OK)
        assert run.received == 3
    assert kept(channel)["refresh"] in provider.refresh and provider.most_at_once == 1


@pytest.mark.servers
def test_an_answer_goes_out_with_a_token_made_anew(desk: Desk, provider: Provider, token_mailbox: Mailbox) -> None:
    channel = with_login(desk, provider, token_mailbox)
    secrets.store(channel.id, {"oauth": provider.kept(life=0, claimed=3600)})
    composing.new(desk.workspace, desk.me, ["anna@example.org"], "support", "Boots", "They left today.", now=True)
    sent = send_now(desk.workspace, "support")
    assert (sent.error, provider.refreshed, len(token_mailbox.server.submission.accepted)) == (None, 1, 1)


@pytest.mark.servers
async def test_an_ended_login_is_needs_login_until_somebody_logs_in(
    desk: Desk, provider: Provider, token_mailbox: Mailbox
) -> None:
    channel = with_login(desk, provider, token_mailbox)
    secrets.store(channel.id, {"oauth": provider.kept()})
    provider.revoke()
    async with working(desk, channel):
        await until(lambda: channels.get(desk.workspace, "support").health is Health.NEEDS_LOGIN)
        assert "omnidesk channel login support" in (channels.get(desk.workspace, "support").error or "")
        with pytest.raises(CheckFailedError, match="omnidesk channel login support"):
            await asyncio.to_thread(setup.check_channel, desk.workspace, "support")
        secrets.store(channel.id, {"oauth": provider.kept()})
        await until(lambda: channels.get(desk.workspace, "support").health is Health.OK)


@pytest.mark.servers
@pytest.mark.slow
def test_processes_never_make_a_token_anew_at_once(desk: Desk, provider: Provider, token_mailbox: Mailbox) -> None:
    channel = with_login(desk, provider, token_mailbox)
    provider.pause = 0.5
    for turn in range(1, 4):
        secrets.store(channel.id, {"oauth": provider.kept(life=0)})
        command = [
            sys.executable,
            "-m",
            "omnidesk",
            "--home",
            str(desk.workspace.home.path),
            "channel",
            "test",
            "support",
        ]
        started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        ended = [process.communicate(timeout=60)[1] for process in started]
        assert [process.returncode for process in started] == [0] * 4, ended
        assert (provider.refreshed, provider.most_at_once) == (turn, 1)
