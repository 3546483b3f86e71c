"""Reads files from outside in a process of its own, which has little memory, little time and nothing to lose.

`python -m omnidesk.desk.viewing WHAT` reads a file on standard input and writes JSON on standard output:
`pdf` gives its text, `archive` what it holds, `picture` its pixels for so many columns and rows as
`{"width", "height", "rgb": base64}`, or its bytes as PNG or sixel for a terminal that shows pictures.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from omnidesk.words.retelling import retold

if TYPE_CHECKING:
    from PIL.Image import Image

SECONDS = 10
MEMORY = 1_500_000_000
"""Bytes of address space, libraries included."""
MOST_TEXT = 500_000
MOST_PAGES = 200
MOST_NAMES = 2_000
MOST_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


class ViewingError(Exception):
    """A file cannot be shown; the words are for the agent."""


def view(what: str, data: bytes, **wanted: Any) -> dict[str, Any]:
    """Return what the process found, see above. Raises ViewingError in words."""
    program = [sys.executable, "-I", "-m", "omnidesk.desk.viewing", what, json.dumps(wanted)]
    try:
        done = subprocess.run(program, input=data, capture_output=True, timeout=2 * SECONDS, check=False, env={})
    except (subprocess.TimeoutExpired, OSError):
        raise ViewingError(retold("it takes too long to read: save it instead")) from None
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise ViewingError(retold("it is damaged or far too large: save it instead")) from None
    if "error" in found:
        raise ViewingError(retold(found["error"]))
    return found


def main(arguments: list[str]) -> int:
    """Read the file within limits."""
    _limit()
    what, wanted = arguments[0], json.loads(arguments[1])
    data = sys.stdin.buffer.read()
    try:
        reads: dict[str, Callable[..., dict[str, Any]]] = {"pdf": _pdf, "archive": _archive, "picture": _picture}
        found = reads[what](data, **wanted)
    except ViewingError as error:
        found = {"error": str(error)}
    except Exception as error:  # noqa: BLE001  whatever a hostile file does to a library ends here
        found = {"error": f"it cannot be read ({type(error).__name__}): save it instead"}
    json.dump(found, sys.stdout)
    return 0


def _limit() -> None:
    try:
        import resource
    except ImportError:
        return  # not on this system; the time limit of `view` stays
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000_000, 50_000_000))
    if sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _pdf(data: bytes) -> dict[str, Any]:
    """The text of a PDF: poppler's pdftotext keeps columns apart, pypdf does where that is not installed."""
    program = shutil.which("pdftotext", path="/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is not None:
        done = subprocess.run(
            [program, "-q", "-layout", "-nopgbrk", "-l", str(MOST_PAGES), "-enc", "UTF-8", "-", "-"],
            input=data, capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        if done.returncode == 0 and done.stdout.strip():
            return {"text": done.stdout.decode("utf-8", "replace")[:MOST_TEXT], "pages": None}
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ViewingError("it is locked with a password: save it instead")
    pages, size = [], 0
    for page in reader.pages[:MOST_PAGES]:
        pages.append(page.extract_text())
        size += len(pages[-1])
        if size > MOST_TEXT:
            break
    text = "\n\n".join(pages)[:MOST_TEXT]
    if not text.strip():
        raise ViewingError("it has no text, only pictures of pages: save it, or open it at a desktop")
    return {"text": text, "pages": len(reader.pages)}


def _archive(data: bytes) -> dict[str, Any]:
    """The names and sizes in an archive; nothing is unpacked."""
    import tarfile
    import zipfile

    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [(one.filename, one.file_size, bool(one.flag_bits & 1)) for one in archive.infolist()]
    else:
        try:
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                files = []
                for one in tar:
                    files.append((one.name, one.size, False))
                    if len(files) > MOST_NAMES:
                        break
        except tarfile.TarError:
            raise ViewingError("its kind of archive cannot be listed here: save it instead") from None
    return {"files": files[:MOST_NAMES], "more": max(0, len(files) - MOST_NAMES)}


def _opened(data: bytes) -> Image:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # twice as many raise
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ViewingError("it is too large to show here: save it instead")
        picture.draft("RGB", (2_000, 2_000))
        turned = ImageOps.exif_transpose(picture).convert("RGBA")
    plain = Image.new("RGBA", turned.size, "white")
    plain.alpha_composite(turned)
    return plain.convert("RGB")


def _picture(data: bytes, width: int, height: int, form: str = "rgb") -> dict[str, Any]:
    """A picture no wider and higher than so many pixels, in a form: rgb, png or sixel."""
    picture = _opened(data)
    size = {"of": [picture.width, picture.height]}
    picture.thumbnail((max(1, width), max(1, height)))
    if form == "png":
        target = io.BytesIO()
        picture.save(target, "PNG")
        content = target.getvalue()
    elif form == "sixel":
        content = _sixel(picture)
    else:
        content = picture.tobytes()
    said = base64.b64encode(content).decode()
    return {**size, "width": picture.width, "height": picture.height, "data": said}


def _sixel(picture: Image) -> bytes:
    """A picture as DEC's sixel graphics: six rows at a time, each of at most 256 colours in turn, runs shortened."""
    reduced = picture.quantize(256)
    palette = reduced.getpalette() or []
    said = [f'\x1bP0;1;0q"1;1;{picture.width};{picture.height}']
    for colour in range(len(palette) // 3):
        red, green, blue = (round(part * 100 / 255) for part in palette[3 * colour : 3 * colour + 3])
        said.append(f"#{colour};2;{red};{green};{blue}")
    pixels = reduced.tobytes()
    width = picture.width
    for top in range(0, picture.height, 6):
        rows = [pixels[row * width : (row + 1) * width] for row in range(top, min(top + 6, picture.height))]
        for colour in sorted(set(b"".join(rows))):
            said.append(f"#{colour}{_run(rows, colour, width)}$")
        said.append("-")
    said.append("\x1b\\")
    return "".join(said).encode("ascii")


def _run(rows: list[bytes], colour: int, width: int) -> str:
    found: list[str] = []
    last, count = "", 0
    for column in range(width):
        bits = sum(1 << place for place, row in enumerate(rows) if row[column] == colour)
        letter = chr(63 + bits)
        if letter == last:
            count += 1
            continue
        found.append(f"!{count}{last}" if count > 3 else last * count)
        last, count = letter, 1
    found.append(f"!{count}{last}" if count > 3 else last * count)
    return "".join(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
