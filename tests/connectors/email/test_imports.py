"""The connector is light to import: the console and the set-up screens read its manifest."""

from __future__ import annotations

import subprocess
import sys


def test_the_manifest_needs_no_library() -> None:
    script = "import sys, omnidesk.connectors.email; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True).stdout.split()
    assert not {"smtplib", "ssl", "asyncio", "selectolax", "imapclient", "httpx", "email", "idna"} & set(loaded)
