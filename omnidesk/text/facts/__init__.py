"""Facts that a customer tells about themselves, found in what they wrote: by rules, in Dutch, English and German.

Precision goes first: a number counts only where words say what it is and nothing says that it is somebody else's.
"""

from __future__ import annotations

from omnidesk.text.facts.finding import LONGEST, MOST, find, own_only
from omnidesk.text.facts.own import Pattern
from omnidesk.text.facts.said import Found

__all__ = ["LONGEST", "MOST", "Found", "Pattern", "find", "own_only"]
