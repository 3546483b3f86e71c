"""The log of what works in the background: JSON lines in HOME/log, without secrets or message bodies."""

from __future__ import annotations

import json
import logging
import logging.handlers
import sqlite3
import sys
import traceback
from typing import Any

from omnidesk import clock
from omnidesk.store.home import Home, make_folder, secure_file

logger = logging.getLogger("omnidesk")
MOST_BYTES, KEPT = 5_000_000, 3


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": clock.to_rfc3339(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "what": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["trace"] = _trace(record.exc_info[1])
        return json.dumps(said, ensure_ascii=False)


def _trace(error: BaseException) -> str:
    """Where an error happened, without its words: they may quote a message. The system's own words do not."""
    words = f": {error}" if isinstance(error, OSError | sqlite3.Error) else ""
    return f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}{words}"


def open_log(home: Home, name: str, to_stderr: bool = False) -> None:
    """Begin to log to HOME/log/NAME.log; a log that cannot be written is no reason to stop."""
    logger.setLevel(logging.INFO)
    logger.propagate = False
    if to_stderr:
        console = logging.StreamHandler(sys.stderr)
        console.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        console.setLevel(logging.WARNING)
        logger.addHandler(console)
    try:
        make_folder(home, home.log_folder)
        secure_file(home, home.log_folder / f"{name}.log")
        file = logging.handlers.RotatingFileHandler(
            home.log_folder / f"{name}.log", maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8"
        )
    except OSError:
        return
    file.setFormatter(_Json())
    logger.addHandler(file)


def say(what: str, **facts: Any) -> None:
    """Log one thing that happened, with its facts (ids, counts, causes; never text of messages)."""
    logger.info(what, extra={"facts": facts})


def warn(what: str, **facts: Any) -> None:
    """Log one thing that went wrong."""
    logger.warning(what, extra={"facts": facts})


def trace(what: str, **facts: Any) -> None:
    """Log an error that nobody foresaw, with where it happened."""
    logger.error(what, exc_info=True, extra={"facts": facts})
