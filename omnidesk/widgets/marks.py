"""What is marked in a list of which only a window of rows is loaded: single rows, and a range that moving extends.

Marks are ids. A range is kept as places (how many rows stand before), because the rows it reaches over may not be
loaded; those are asked for and told once they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


class Marks:
    """The ids marked, in the order of marking. `start` and `loaded` are the window: its place and its ids."""

    def __init__(self) -> None:
        self.ids: dict[int, None] = {}
        self.ranging = False
        """Whether moving extends a range."""
        self._anchor: tuple[int, int] | None = None
        self._before: dict[int, None] = {}
        self._span: tuple[int, tuple[int, ...]] = (0, ())

    def toggle(self, number: int, place: int) -> None:
        """Mark one, or unmark it; a range begins at the one marked last."""
        self.ranging = False
        if number in self.ids:
            del self.ids[number]
            self._anchor = None
        else:
            self.ids[number] = None
            self._anchor = (number, place)

    def add(self, ids: Iterable[int]) -> None:
        """Mark these too."""
        self.ranging = False
        self.ids.update(dict.fromkeys(ids))

    def clear(self) -> None:
        """Forget all."""
        self.ranging, self._anchor = False, None
        self.ids = {}

    def begin(self, number: int, place: int) -> None:
        """Begin a range at the last mark, where there is none at this row."""
        if self._anchor is None:
            self._anchor = (number, place)
        self.ranging = True
        self._before, self._span = dict(self.ids), (0, ())

    def end(self) -> None:
        """Keep what the range marked; moving no longer extends it."""
        self.ranging, self._anchor = False, None

    def follow(self, places: Mapping[int | None, int], shift: int) -> None:
        """Rows came or went: `places` are those of the rows now loaded, all others moved by `shift`."""
        if self._anchor is not None:
            number, place = self._anchor
            self._anchor = (number, places.get(number, place + shift))
            self._span = (self._span[0] + shift, self._span[1])

    def tell(self, start: int, ids: tuple[int, ...]) -> None:
        """Take the ids of the rows from a place on, which a range reaches over."""
        self._span = (start, ids)

    def extend(self, place: int, start: int, loaded: Sequence[int]) -> tuple[int, int] | None:
        """Mark what the range covers with the cursor at a place, and unmark what it no longer covers.

        Returns the place and the number of rows to ask for, where some of them are unknown."""
        if not self.ranging:
            return None
        first, last = self._reach(place)
        ids = self._covered(place, start, loaded)
        self.ids = {**self._before, **dict.fromkeys(ids)}
        return (first, last - first + 1) if len(ids) <= last - first else None

    def waits(self, place: int, start: int, loaded: Sequence[int]) -> bool:
        """Say whether the range covers rows that are not known yet."""
        first, last = self._reach(place)
        return self.ranging and len(self._covered(place, start, loaded)) <= last - first

    def _reach(self, place: int) -> tuple[int, int]:
        anchor = place if self._anchor is None else self._anchor[1]
        return min(anchor, place), max(anchor, place)

    def _covered(self, place: int, start: int, loaded: Sequence[int]) -> list[int]:
        """The ids of the range as far as they are known: those told before the window, in it, and behind it."""
        first, last = self._reach(place)
        begin, told = self._span
        end = start + len(loaded)
        found = list(told[max(0, first - begin) : max(0, min(start, last + 1) - begin)])
        found += loaded[max(0, first - start) : max(0, last + 1 - start)]
        return found + list(told[max(0, max(end, first) - begin) : max(0, last + 1 - begin)])
