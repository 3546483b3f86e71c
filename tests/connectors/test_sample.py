"""The sample connector passes the conformance suite, as the example for every other."""

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pytest

from omnidesk import clock
from omnidesk.connectors.testing import Conformance, Harness, Received, Said


class SampleHarness(Harness):
    """A folder with an inbox to append to."""

    kind = "sample"
    address = "support@shop.example"
    secrets: dict[str, str] = {}  # noqa: RUF012
    not_applicable = {"freeze": "a file cannot keep silent"}  # noqa: RUF012

    def __init__(self, folder: Path, kind: str = "sample") -> None:
        self.kind = kind
        self.folder = folder
        self.settings = {"folder": str(folder)}
        self.count = 0

    def __enter__(self) -> "SampleHarness":
        self.folder.mkdir()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def inject(self, *messages: Said) -> None:
        for said in messages:
            self.count += 1
            line = {
                "id": f"<{self.count}@customer.example>",
                "at": clock.now() - int(said.ago * clock.SECOND) + self.count,
                "from": self.known_as(said.sender),
                "subject": said.subject,
                "text": said.text,
                "files": [
                    {
                        "name": name,
                        "content_type": "application/octet-stream",
                        "base64": base64.b64encode(data).decode(),
                    }
                    for name, data in said.files.items()
                ],
            }
            self.inject_raw(json.dumps(line, ensure_ascii=False).encode())

    def received(self) -> list[Received]:
        outbox = self.folder / "outbox.jsonl"
        lines = [json.loads(line) for line in outbox.read_text().splitlines()] if outbox.exists() else []
        return [
            Received(line["text"], line["key"], line["external_id"], tuple(file["name"] for file in line["files"]))
            for line in lines
        ]

    def report(self, received: Received, status: str) -> None:
        self.count += 1
        report = {"status": status, "key": received.key}
        line = {"id": f"report-{self.count}", "at": clock.now(), "text": "", "reports": [report]}
        self.inject_raw(json.dumps(line).encode())

    def known_as(self, sender: str) -> str:
        """Return what a customer is known by on the channel under test."""
        if self.kind in ("sample", "sample-mail"):
            return sender
        number = zlib.crc32(sender.encode()) % 1_000_000
        return f"visitor-{number}" if self.kind == "sample-chat" else f"+31 6 00{number:06d}"

    def inject_raw(self, raw: bytes) -> None:
        with (self.folder / "inbox.jsonl").open("ab") as inbox:
            inbox.write(raw.replace(b"\n", b" ") + b"\n")

    def lose_position(self) -> None:
        """The provider drops the oldest line and starts to count anew; what it drops is known already."""
        inbox = self.folder / "inbox.jsonl"
        inbox.write_bytes(b"".join(inbox.read_bytes().splitlines(keepends=True)[4:]))

    @contextmanager
    def busy(self, seconds: int) -> Iterator[Callable[[], int]]:
        with self._mood("busy", str(seconds)) as requests:
            yield requests

    @contextmanager
    def outage(self) -> Iterator[Callable[[], int]]:
        with self._mood("broken", "") as requests:
            yield requests

    @contextmanager
    def lose_answer(self) -> Iterator[None]:
        (self.folder / "lose").touch()
        yield
        (self.folder / "lose").unlink(missing_ok=True)

    @contextmanager
    def refuse(self) -> Iterator[None]:
        (self.folder / "refuse").write_text("this number is not in use")
        yield
        (self.folder / "refuse").unlink()

    @contextmanager
    def _mood(self, name: str, content: str) -> Iterator[Callable[[], int]]:
        requests = self.folder / "requests"
        requests.unlink(missing_ok=True)
        (self.folder / name).write_text(content)
        try:
            yield lambda: len(requests.read_text()) if requests.exists() else 0
        finally:
            (self.folder / name).unlink()


class TestSample(Conformance):
    kills = 3

    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[Harness]:
        with SampleHarness(tmp_path / "source") as harness:
            yield harness
