"""Bytes to text, whatever charset a mail claims: nothing raises, and what can be read is read.

Names are those of WHATWG's Encoding standard where mail programs lie alike: ISO-8859-1 means Windows-1252, GB2312
means GB18030, and so on.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

_ALIASES = {
    "iso-8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "8859-1": "cp1252", "ansi": "cp1252",
    "windows-1252": "cp1252", "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-9": "cp1254",
    "gb2312": "gb18030", "iso-gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb_2312-80": "gb18030",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "korean": "cp949", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "iso-2022-jp": "iso2022_jp_ext",
    "big5": "cp950", "x-big5": "cp950", "tis-620": "cp874", "windows-874": "cp874", "macintosh": "mac_roman",
    "x-mac-roman": "mac_roman", "utf8": "utf-8", "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8",
    "unicode": "utf-16", "cp-850": "cp850", "utf-8-sig": "utf-8-sig",
}  # fmt: skip
_UNFIT = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
"""Python's codecs that are no charsets of text."""
_NO_CHARSET = frozenset(
    {"", "ascii", "us-ascii", "ansi_x3.4-1968", "646", "x-unknown", "unknown", "unknown-8bit", "unknown8bit",
     "unknownbit", "default", "x-user-defined", "binary", "8bit", "none", "null", "iso-8859-8859"}
)  # fmt: skip
"""What mails write that says nothing about bytes beyond ASCII."""
MOST_GUESSED = 20_000
"""Bytes that are looked at to find a charset that nobody declared."""
_NOISE = re.compile(r"(?i)^(?:charset=|x-)+|[\s\"'<>]+|(?<=\d)_(?=\d)")


@lru_cache(maxsize=512)
def codec(name: str) -> str | None:
    """Return the Python codec for a charset's name as a mail gives it, None when there is none."""
    name = name.strip().strip("\"'").lower()
    for candidate in (name, _NOISE.sub("", name)):
        if not candidate or len(candidate) > 60 or "\0" in candidate:
            continue
        candidate = _ALIASES.get(candidate) or _ALIASES.get(candidate.replace("_", "-")) or candidate
        if re.fullmatch(r"cp-?125\d|windows-?125\d|win-?125\d", candidate):
            candidate = f"cp{candidate[-4:]}"
        try:
            found = codecs.lookup(candidate)
        except (LookupError, UnicodeError, ValueError):
            continue
        if found.name not in _UNFIT and found._is_text_encoding:
            return found.name
    return None


def to_text(data: bytes, charset: str | None = None) -> str:
    """Return `data` as text: by its declared charset if that fits, else UTF-8, else by what it looks like, else
    Windows-1252."""
    if data.isascii() and b"\x1b" not in data and not _shifted(charset):
        return data.decode("ascii")
    declared = _declared(charset)
    if declared is not None and declared != "cp1252" and (text := _strict(data, declared)) is not None:
        return text
    if declared is not None and declared.startswith("iso2022_jp"):
        return _kanji(data)
    for candidate in ("utf-8", marked(data), declared):
        if candidate is not None and (text := _strict(data, candidate)) is not None:
            return text
    if declared in ("utf-8", None) and (text := _cut_utf8(data)) is not None:
        return text
    if declared is not None and declared != "cp1252":
        text = data.decode(declared, "replace")
        if text.replace("\ufffd", "").isascii():
            declared = None  # no letter beyond ASCII fits: the name lies
        elif text.count("\ufffd") * 20 <= len(text):
            return text
    guessed = guess(data) if declared is None else None
    return data.decode(guessed or "cp1252", "replace")


def header_to_text(data: bytes, charset: str | None) -> str:
    """Return raw 8-bit bytes of a header as text: by the charset of the mail's body, UTF-8, what they look like, or
    Windows-1252. A charset of single bytes fits anything, so UTF-8 goes before it."""
    declared = _declared(charset)
    for candidate in ("utf-8", declared):
        if candidate is not None and (text := _strict(data, candidate)) is not None:
            return text
    return to_text(data)


def _declared(charset: str | None) -> str | None:
    if charset is None or charset.strip().strip("\"'").lower() in _NO_CHARSET:
        return None
    return codec(charset)


def _strict(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _cut_utf8(data: bytes) -> str | None:
    """UTF-8 that was cut within its last character, or holds emoji as Java writes them; None when it is none."""
    for end in range(1, 4):
        tail = data[-end:]
        if tail[:1] >= b"\xc2" and all(0x80 <= byte < 0xC0 for byte in tail[1:]):
            text = _strict(data[:-end], "utf-8")
            if text is not None:
                return None if text.isascii() else text
    try:
        text = data.decode("utf-8", "surrogatepass")
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        return None


def _kanji(data: bytes) -> str:
    """ISO-2022-JP with the letters that only Windows knows (NEC's and IBM's: \u2460, \u3231), by way of Shift JIS."""

    def shifted(found: re.Match[bytes]) -> bytes:
        said, pairs = bytearray(), found[1]
        for row, cell in zip(pairs[::2], pairs[1::2], strict=False):
            low = cell + (0x1F + (cell >= 0x60) if row % 2 else 0x7E)
            said += bytes(((row + 1) // 2 + (0x70 if row < 0x5F else 0xB0), low))
        return bytes(said)

    data = re.sub(rb"\x1b\$\(?[@BD]([!-~]*)", shifted, data)
    return re.sub(rb"\x1b\([BJHI]", b"", data).decode("cp932", "replace")


def marked(data: bytes) -> str | None:
    """Return the charset that `data` gives away by its marks, None where it does not."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x1b$" in data or b"\x1b(" in data:
        return "iso2022_jp_ext"
    return None


def guess(data: bytes) -> str | None:
    """Return the codec that `data` looks written in: those of the web and older ISO and regional ones."""
    import chardet

    if b"\0" in data:
        return "latin-1"
    eras = chardet.EncodingEra.MODERN_WEB | chardet.EncodingEra.LEGACY_ISO | chardet.EncodingEra.LEGACY_REGIONAL
    lines = b"\n".join(line for line in data[: 50 * MOST_GUESSED].split(b"\n") if not line.isascii())
    found = chardet.detect(lines[:MOST_GUESSED], encoding_era=eras)["encoding"]
    return codec(found) if found else None


def _shifted(charset: str | None) -> bool:
    """Whether the charset writes other letters in ASCII bytes."""
    if not charset:
        return False
    lower = charset.lower()
    return "utf-7" in lower or "utf7" in lower or "2022" in lower or "hz" in lower or "utf-16" in lower
