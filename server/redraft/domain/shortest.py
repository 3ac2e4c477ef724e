"""The shortest way to change one sequence of lines into another.

The search is Myers' (An O(ND) Difference Algorithm and Its Variations, 1986) in linear space.
``difflib`` is not used: it ignores frequent lines by default, and told not to, it takes minutes
for texts with thousands of blank lines.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Box = tuple[int, int, int, int, bool]
    Counts = dict[int, int]

LACKING, USUAL, FREQUENT = range(3)

MANY = 1024
"""A line that the other text has so often is frequent, in a short text one with fewer."""

WINDOW = 100
"""How many lines each way are looked at to judge a frequent one."""

CHEAP = 256
"""Rounds that one search goes on before it settles for a good split instead of the best."""

MAX_STEPS = 40_000_000
"""Steps of all searches together (some seconds); what is left then counts as changed."""


def mark_changes(old: list[int], new: list[int], gone: bytearray, come: bytearray) -> None:
    """Find out which lines a shortest way removes and adds.

    Args:
        old: the lines before, each as a number that stands for its text.
        new: the lines after, likewise.
        gone: one byte for each old line, set to 1 where the line is removed.
        come: one byte for each new line, set to 1 where the line is added.
    """
    top = _common(old, new, 0, 0, len(old), len(new))
    i_end, j_end = len(old), len(new)
    while i_end > top and j_end > top and old[i_end - 1] == new[j_end - 1]:
        i_end, j_end = i_end - 1, j_end - 1
    rows = _matchable(old, range(top, i_end), _counts(new), gone)
    columns = _matchable(new, range(top, j_end), _counts(old), come)
    a, b = [old[i] for i in rows], [new[j] for j in columns]
    limit = max(CHEAP, _root(len(a) + len(b) + 3))
    steps = MAX_STEPS
    boxes: list[Box] = [(0, len(a), 0, len(b), False)]
    while boxes:
        i, i_end, j, j_end, exact = boxes.pop()
        skip = _common(a, b, i, j, i_end, j_end)
        i, j = i + skip, j + skip
        while i < i_end and j < j_end and a[i_end - 1] == b[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
        if i == i_end or j == j_end or steps < 0:
            for row in rows[i:i_end]:
                gone[row] = 1
            for column in columns[j:j_end]:
                come[column] = 1
            continue
        (x, y, low, high), cost = _split(a, b, (i, i_end, j, j_end, exact), limit)
        steps -= cost
        boxes.append((i, x, j, y, low))
        boxes.append((x, i_end, y, j_end, high))


def _common(a: list[int], b: list[int], i: int, j: int, i_end: int, j_end: int) -> int:
    """Return how many lines from ``i`` and ``j`` on are equal."""
    start = i
    while i < i_end and j < j_end and a[i] == b[j]:
        i, j = i + 1, j + 1
    return i - start


def _root(number: int) -> int:
    """Return about the square root, as a power of two."""
    return 1 << (number.bit_length() + 1) // 2


def _counts(lines: list[int]) -> Counts:
    """Return how often each line occurs."""
    counts: Counts = {}
    for line in lines:
        counts[line] = counts.get(line, 0) + 1
    return counts


def _matchable(lines: list[int], span: range, counts: Counts, flags: bytearray) -> list[int]:
    """Return the places in ``span`` worth searching for partners; flag the rest as changed.

    ``counts`` says how often the other text has a line. Lines that it lacks are left out, and so
    are frequent ones (a blank line, a lone brace) amid many such: a chance match would tear them.
    """
    frequent = min(_root(len(lines)), MANY)
    found = (counts.get(lines[place], 0) for place in span)
    kinds = bytearray(LACKING if n == 0 else FREQUENT if n >= frequent else USUAL for n in found)
    whole = LACKING not in kinds
    kept = []
    for at, place in enumerate(span):
        kind = kinds[at]
        if whole or kind == USUAL or (kind == FREQUENT and not _amid_lacking(kinds, at)):
            kept.append(place)
        else:
            flags[place] = 1
    return kept


def _amid_lacking(kinds: bytearray, at: int) -> bool:
    """Tell whether up to the next usual line, looking both ways, three in four lines lack."""
    before = kinds[max(at - WINDOW, 0) : at]
    after = kinds[at + 1 : at + 1 + WINDOW]
    before = before[before.rfind(USUAL) + 1 :]
    after = after.partition(bytes([USUAL]))[0]
    lacking = before.count(LACKING), after.count(LACKING)
    frequent = 2 + before.count(FREQUENT) + after.count(FREQUENT)
    return all(lacking) and sum(lacking) > 3 * frequent


def _split(
    a: list[int], b: list[int], box: Box, limit: int
) -> tuple[tuple[int, int, bool, bool], int]:
    """Find a point on a shortest way through the box, searching from both corners at once.

    Returns the point, whether the parts before and after it must be searched exactly, and the
    steps that it took. After ``limit`` rounds the furthest point reached is good enough.
    """
    i0, i1, j0, j1, exact = box
    lowest, highest = i0 - j1, i1 - j0
    f_mid, b_mid = i0 - j0, i1 - j1
    odd = (f_mid - b_mid) & 1
    never = i1 + 1
    front, back = {f_mid: i0}, {b_mid: i1}
    f_min = f_max = f_mid
    b_min = b_max = b_mid
    rounds = steps = 0
    while True:
        rounds += 1
        f_min = f_min - 1 if f_min > lowest else f_min + 1
        f_max = f_max + 1 if f_max < highest else f_max - 1
        front.setdefault(f_min - 1, -1)
        front.setdefault(f_max + 1, -1)
        for d in range(f_max, f_min - 1, -2):
            left, right = front[d - 1], front[d + 1]
            x = left + 1 if left >= right else right
            y = x - d
            while x < i1 and y < j1 and a[x] == b[y]:
                x, y = x + 1, y + 1
            front[d] = x
            if odd and b_min <= d <= b_max and back[d] <= x:
                return (x, y, True, True), steps
        b_min = b_min - 1 if b_min > lowest else b_min + 1
        b_max = b_max + 1 if b_max < highest else b_max - 1
        back.setdefault(b_min - 1, never)
        back.setdefault(b_max + 1, never)
        for d in range(b_max, b_min - 1, -2):
            left, right = back[d - 1], back[d + 1]
            x = left if left < right else right - 1
            y = x - d
            while x > i0 and y > j0 and a[x - 1] == b[y - 1]:
                x, y = x - 1, y - 1
            back[d] = x
            if not odd and f_min <= d <= f_max and x <= front[d]:
                return (x, y, True, True), steps
        steps += f_max - f_min + b_max - b_min
        if rounds >= limit and not exact:
            spans = range(f_max, f_min - 1, -2), range(b_max, b_min - 1, -2)
            return _furthest(box, front, back, *spans), steps


def _furthest(
    box: Box, front: dict[int, int], back: dict[int, int], f_span: range, b_span: range
) -> tuple[int, int, bool, bool]:
    """Return the point furthest from its corner among all that either search has reached."""
    i0, i1, j0, j1, _ = box
    ahead = [min(front[d], i1, j1 + d) for d in f_span]
    far, x, d = max((2 * x - d, x, d) for x, d in zip(ahead, f_span, strict=True))
    behind = [max(back[d], i0, j0 + d) for d in b_span]
    near, minus_x, d_back = min((2 * x - d, -x, d) for x, d in zip(behind, b_span, strict=True))
    if i1 + j1 - near < far - i0 - j0:
        return x, x - d, True, False
    return -minus_x, -minus_x - d_back, False, True
