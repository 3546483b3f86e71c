"""The engine fetches what providers keep: whole, no larger than allowed, and again where it did not come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from omnidesk.connectors.base import ConnectionLostError
from omnidesk.connectors.manifest import Attachments
from omnidesk.connectors.sample import SampleConnector
from omnidesk.desk import channels, settings, threads
from omnidesk.sync.engine import Engine
from omnidesk.words.rows import Attachment
from tests.desk.test_fetching import pictured
from tests.filling import Desk, write_lines
from tests.sync.test_channel import until, working

PICTURE = bytes(range(256)) * 1024


def provider_has(desk: Desk, data: bytes = PICTURE, name: str = "media-1") -> None:
    (desk.folder / "files").mkdir(exist_ok=True)
    (desk.folder / "files" / name).write_bytes(data)


def picture(desk: Desk) -> Attachment | None:
    if desk.count("message") == 0:
        return None
    return threads.messages(desk.workspace, 1)[0].attachments[0]


def came(desk: Desk) -> Attachment | None:
    file = picture(desk)
    return file if file is not None and not file.coming else None


async def test_one_pass_brings_the_files_too(desk: Desk) -> None:
    provider_has(desk)
    write_lines(desk.folder, pictured())
    await Engine(desk.workspace).once()
    file = picture(desk)
    assert file is not None
    assert threads.attachment_bytes(desk.workspace, file.id) == (file, PICTURE)
    assert file.size == len(PICTURE)


async def test_a_running_engine_fetches_a_file_soon_after_its_message(desk: Desk) -> None:
    provider_has(desk)
    async with working(desk, desk.channel):
        write_lines(desk.folder, pictured())
        file = await until(lambda: came(desk))
    assert threads.attachment_bytes(desk.workspace, file.id)[1] == PICTURE


async def test_a_file_that_is_not_there_yet_is_asked_for_again(desk: Desk) -> None:
    async with working(desk, desk.channel):
        write_lines(desk.folder, pictured())
        await until(lambda: (file := picture(desk)) and file.missing)
        assert channels.get(desk.workspace, "demo").error is None, "one file is no trouble of the channel"
        provider_has(desk)
        assert await until(lambda: came(desk))


async def test_what_is_larger_than_allowed_is_not_read_to_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Attachments(inbound=True, outbound=True, max_bytes=100_000)
    monkeypatch.setattr(SampleConnector, "manifest", replace(SampleConnector.manifest, attachments=limits))
    read: list[int] = []

    async def endless(self: SampleConnector, reference: str) -> AsyncIterator[bytes]:
        while True:
            read.append(1)
            yield bytes(60_000)

    monkeypatch.setattr(SampleConnector, "fetch_blob", endless)
    write_lines(desk.folder, pictured())
    await Engine(desk.workspace).once()
    file = picture(desk)
    assert file is not None
    assert (file.coming, file.missing) == (False, "it is larger than 0 MB, more is not fetched")
    assert len(read) == 2


async def test_a_provider_that_falls_silent_does_not_hold_the_others_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.put(desk.workspace, "timeout_seconds", 0.1)
    real = SampleConnector.fetch_blob

    async def silent(self: SampleConnector, reference: str) -> AsyncIterator[bytes]:
        if reference == "media-1":
            yield b"begun"
            await asyncio.Event().wait()
        async for piece in real(self, reference):
            yield piece

    monkeypatch.setattr(SampleConnector, "fetch_blob", silent)
    provider_has(desk, name="media-2")
    write_lines(desk.folder, pictured("1"), pictured("2", reference="media-2"))
    await Engine(desk.workspace).once()
    kept = [file for number in (1, 2) for file in threads.messages(desk.workspace, number)[0].attachments]
    assert [file.coming for file in kept] == [True, False]
    assert kept[0].missing == "the provider did not answer"


async def test_a_lost_connection_and_a_fault_are_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real, script = SampleConnector.fetch_blob, [ConnectionLostError("gone"), RuntimeError("a fault"), None]

    async def scripted(self: SampleConnector, reference: str) -> AsyncIterator[bytes]:
        error = script.pop(0)
        if error is not None:
            raise error
        async for piece in real(self, reference):
            yield piece

    monkeypatch.setattr(SampleConnector, "fetch_blob", scripted)
    provider_has(desk)
    async with working(desk, desk.channel):
        write_lines(desk.folder, pictured())
        assert await until(lambda: came(desk))
    assert script == []
