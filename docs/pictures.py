"""Makes the pictures of the docs from the running program: `make pictures`."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ |= {"TZ": "Europe/Amsterdam", "OMNIDESK_AGENT": "sanne", "COLORTERM": "truecolor"}
time.tzset()

from omnidesk import clock  # noqa: E402
from omnidesk.demo import shop  # noqa: E402
from omnidesk.screens.console import OmniDeskApp  # noqa: E402
from omnidesk.screens.session import open_session  # noqa: E402

HERE = Path(__file__).parent / "pictures"
SHOTS = {
    "console": ((140, 40), ("enter", "r", *"Hello Bram, your parcel is at PostNL and comes Thursday.")),
    "small": ((80, 24), ("enter",)),
}
"""Name, size and the keys pressed before the picture is taken."""


async def take(home: Path, name: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """Run the console, press the keys and keep what is on the screen as SVG."""
    app = OmniDeskApp(open_session(str(home)), str(home), engine=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(1.0)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.1)
        await pilot.pause(1.0)
        picture = app.export_screenshot(title="OmniDesk")
    HERE.mkdir(exist_ok=True)
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)  # the reader's own font, nothing remote
    picture = re.sub(r"terminal-\d+", "terminal", picture)
    (HERE / f"{name}.svg").write_text(picture, encoding="utf-8")
    print(HERE / f"{name}.svg")


def main() -> None:
    """Take every picture, each on a demo of its own."""
    wanted = sys.argv[1:] or list(SHOTS)
    for name in wanted:
        folder = Path(tempfile.mkdtemp(prefix="omnidesk-pictures-"))
        try:
            with clock.frozen(shop.STILL):
                home = shop.make(folder / "home")
                asyncio.run(take(home, name, *SHOTS[name]))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
