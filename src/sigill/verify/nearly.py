"""Names with a letter or two wrong: typing errors, kindred spellings (`-kvist`, `-qvist`), misreadings by OCR.

Promise: every stretch of text within the given number of edits of a long name is found: by the pigeonhole principle
one of the name's pieces must stand there unchanged, and around it the distance is measured.
Modesty: short names are left alone; nearly everything is close to them.
"""

from collections.abc import Iterator, Sequence

from ahocorasick_rs import AhoCorasick

_SHORTEST = 10


class Nearly:
    """Looks for names with up to `limit` letters inserted, left out or exchanged.

    Args:
        names: folded names without spaces; those under ten letters are left out.
        limit: number of edits.
    """

    def __init__(self, names: Sequence[str], limit: int) -> None:
        self._limit = limit
        pieces: dict[str, list[tuple[str, int]]] = {}
        for name in names:
            if len(name) < _SHORTEST:
                continue
            step = len(name) // (limit + 1)
            for number in range(limit + 1):
                end = len(name) if number == limit else (number + 1) * step
                pieces.setdefault(name[number * step : end], []).append((name, number * step))
        self._owners = list(pieces.values())
        self._automaton = AhoCorasick(list(pieces)) if pieces else None

    def find(self, dense: str) -> Iterator[tuple[int, int]]:
        """Stretches close to a name but not the name itself: start and end; each stretch once.

        Args:
            dense: folded text without spaces.
        """
        if self._automaton is None:
            return
        told: set[tuple[int, int]] = set()
        for index, at, _ in self._automaton.find_matches_as_indexes(dense, overlapping=True):
            for name, offset in self._owners[index]:
                start = max(0, at - offset - self._limit)
                window = dense[start : at - offset + len(name) + self._limit]
                # The name itself, which is found without us, is by far the commonest case.
                found = None if name in window else closest(name, window, self._limit)
                if found and (stretch := (start + found[0], start + found[1])) not in told:
                    told.add(stretch)
                    yield stretch


def closest(name: str, window: str, limit: int) -> tuple[int, int, int] | None:
    """The stretch of `window` closest to `name`, if within `limit` edits (Sellers' algorithm).

    Returns:
        Start, end, edits.
    """
    # Each cell: (edits, where the stretch begins). The first row costs nothing: a stretch may begin anywhere.
    above = [(0, column) for column in range(len(window) + 1)]
    for row, letter in enumerate(name, 1):
        current = [(row, 0)]
        for column, other in enumerate(window, 1):
            kept = above[column - 1]
            best = (kept[0] + (letter != other), kept[1])
            for edits, start in (above[column], current[column - 1]):
                if edits + 1 < best[0]:
                    best = (edits + 1, start)
            current.append(best)
        above = current
        if min(above)[0] > limit:
            return None
    end = min(range(len(above)), key=lambda column: above[column][0])
    distance, start = above[end]
    return (start, end, distance) if distance <= limit else None
