"""Draws the photos that the demo's customers send: small PNG pictures made here, so that none has to be carried."""

from __future__ import annotations

import struct
import zlib


def shoe(width: int = 192, height: int = 120, torn: bool = False) -> bytes:
    """Return a picture of a boot on a table as PNG; `torn` ones have a gap over the sole."""
    rows = b"".join(
        b"\0" + b"".join(bytes(_colour(x / width, y / height, torn)) for x in range(width)) for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 6)) + _chunk(b"IEND", b"")


def _colour(x: float, y: float, torn: bool) -> tuple[int, int, int]:
    if 0.76 < y < 0.84 and 0.2 < x < 0.82:
        return 60, 45, 35
    if torn and 0.70 < y < 0.76 and 0.55 < x < 0.82:
        return 235, 225, 210
    shaft, foot = 0.22 < x < 0.48 and 0.15 < y < 0.76, (x - 0.5) ** 2 / 0.1 + (y - 0.76) ** 2 / 0.06 < 1 and y < 0.76
    if shaft or foot:
        return 140 - int(40 * y), 90 - int(30 * y), 50
    return 200 - int(60 * y), 205 - int(50 * y), 215 - int(80 * y)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
