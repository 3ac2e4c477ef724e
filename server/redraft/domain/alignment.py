"""Which lines of two texts are the same lines: the ground under merging and diffing.

Among equally short ways to change one text into the other, the choice is the one that git's
default diff makes, so that a merge here calls a conflict what ``git merge`` calls one.
"""

from __future__ import annotations

from redraft.domain.shortest import mark_changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def split_lines(text: bytes) -> list[bytes]:
    """Cut ``text`` after every newline byte and nowhere else; joined, the lines give it back."""
    lines = text.split(b"\n")
    last = lines.pop()
    lines = [line + b"\n" for line in lines]
    return [*lines, last] if last else lines


def matching_blocks(before: Sequence[bytes], after: Sequence[bytes]) -> list[tuple[int, int, int]]:
    """Return runs of kept lines as ``(index in before, index in after, length)``, in order.

    The last entry is ``(len(before), len(after), 0)``, as ``difflib`` has it.
    """
    numbers: dict[bytes, int] = {}
    old = [numbers.setdefault(line, len(numbers)) for line in before]
    new = [numbers.setdefault(line, len(numbers)) for line in after]
    gone, come = bytearray(len(old)), bytearray(len(new))
    mark_changes(old, new, gone, come)
    _slide(old, gone, come)
    _slide(new, come, gone)
    return _blocks(gone, come)


def _slide(lines: list[int], flags: bytearray, other: bytearray) -> None:
    """Move each run of changed lines down as far as its text allows, joining runs that meet.

    If on the way it stood beside a change of the other text, it goes back there, the last such.
    """
    filled = set(_gaps(other))
    start, gap = flags.find(1), 0
    gap = start
    while start >= 0:
        end = highest = _find(flags, 0, start)
        size, matched = 0, -1
        while size != end - start:
            size = end - start
            while start > 0 and lines[start - 1] == lines[end - 1]:
                start, end, gap = start - 1, end - 1, gap - 1
                flags[start], flags[end] = 1, 0
                start = flags.rfind(0, 0, start) + 1
            highest = end
            matched = end if gap in filled else -1
            while end < len(lines) and lines[start] == lines[end]:
                flags[start], flags[end] = 0, 1
                start, end, gap = start + 1, _find(flags, 0, end), gap + 1
                if gap in filled:
                    matched = end
        if matched >= 0 and end != highest:
            while gap not in filled:
                start, end, gap = start - 1, end - 1, gap - 1
                flags[start], flags[end] = 1, 0
                start = flags.rfind(0, 0, start) + 1
        following = flags.find(1, end)
        gap += following - end
        start = following


def _find(flags: bytearray, value: int, start: int) -> int:
    """Return the first place from ``start`` on that holds ``value``, or the end."""
    place = flags.find(value, start)
    return len(flags) if place < 0 else place


def _gaps(flags: bytearray) -> Iterable[int]:
    """Yield how many unchanged lines stand before each run of changed ones."""
    start = flags.find(1)
    seen = 0
    while start >= 0:
        end = _find(flags, 0, start)
        yield start - seen
        seen += end - start
        start = flags.find(1, end)


def _blocks(gone: bytearray, come: bytearray) -> list[tuple[int, int, int]]:
    """Pair the runs of unchanged lines of both texts."""
    blocks = []
    i = j = 0
    while True:
        i, j = gone.find(0, i), come.find(0, j)
        if i < 0 or j < 0:
            break
        length = min(_find(gone, 1, i) - i, _find(come, 1, j) - j)
        blocks.append((i, j, length))
        i, j = i + length, j + length
    return [*blocks, (len(gone), len(come), 0)]
