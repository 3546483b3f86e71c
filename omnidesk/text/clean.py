"""Makes text from outside harmless: nothing that `clean` returns can steer a terminal or disguise its order.

Terminals act on control characters, on escape sequences (ECMA-48: CSI, OSC, DCS ..) and on their one-character
C1 forms; bidirectional overrides and isolates make text read otherwise than it is stored.
"""

from __future__ import annotations

import re

# Whole sequences first, so that their parameters go with them. Strings (OSC, DCS, SOS, PM, APC) need their end; one
# that never ends loses its introducer only. The possessive runs keep this linear on hostile input.
_SEQUENCE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x80-\x9f]*+(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]"
    r"|\x1b[ -/]*+[0-~]"
)
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 but tab and line ends
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides, isolates
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]+"  # lone surrogates, byte order mark, annotations, noncharacters
)
_LINE_END = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]")
_SPACES = re.compile(r"\s+")


def clean(text: str, *, keep_newlines: bool = True) -> str:
    r"""Return `text` without anything that steers a terminal, every line end as `\n`.

    With `keep_newlines=False` each run of line ends and tabs becomes one space. Cleaning twice changes nothing."""
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if _SUSPECT.search(text):
        text = _SEQUENCE.sub("", text)
        text = _LINE_END.sub("\n", text)
        text = _FORBIDDEN.sub("", text)
    if not keep_newlines:
        text = re.sub(r"[\n\t]+", " ", text)
    return text


def one_line(text: str, limit: int = 500) -> str:
    """Return `text` clean, on one line, single-spaced, at most `limit` characters (the last one then is …)."""
    if len(text) > 8 * limit:
        text = text[: 8 * limit]  # what lies behind cannot be seen; keeps a megabyte in a header cheap
    text = _SPACES.sub(" ", clean(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
