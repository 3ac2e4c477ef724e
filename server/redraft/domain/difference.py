"""Unified diffs of two contents, in the form that ``git diff`` prints and ``git apply`` reads."""

from __future__ import annotations

from redraft.domain.alignment import matching_blocks, split_lines
from redraft.domain.merge import is_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    Change = tuple[int, int, int, int]

MAX_DIFF_BYTES: Final = 8 * 1024 * 1024
"""Contents larger than this are not compared line by line."""

NO_NEWLINE = b"\n\\ No newline at end of file\n"


def unified(
    before: bytes | None, after: bytes | None, path: str, context_lines: int = 3
) -> tuple[bool, str]:
    """Describe how ``before`` became ``after``.

    Args:
        before: the earlier content; None where there was no file.
        after: the later content; None where the file is gone.
        path: what to call the file, relative to the root with ``/``.
        context_lines: how many unchanged lines to show around a change; below 0 counts as 0.

    Returns:
        Whether the contents were compared as binary (not UTF-8 text, or too large), and the diff:
        empty if nothing changed, one sentence for binary contents. Carriage returns stay in the
        lines. An empty file that comes or goes has no lines to show, only git's mode header.
    """
    if before == after:
        return False, ""
    old_name = "/dev/null" if before is None else _name(f"a/{path}")
    new_name = "/dev/null" if after is None else _name(f"b/{path}")
    old, new = before or b"", after or b""
    if not (_comparable(old) and _comparable(new)):
        sizes = [None if side is None else len(side) for side in (before, after)]
        return True, not_compared(path, *sizes)
    if old == new:
        kind = "new" if before is None else "deleted"
        names = " ".join(_name(side + path).strip() for side in ("a/", "b/"))
        return False, f"diff --git {names}\n{kind} file mode 100644\n"
    body = b"".join(_hunks(split_lines(old), split_lines(new), max(context_lines, 0)))
    return False, f"--- {old_name}\n+++ {new_name}\n{body.decode()}"


def not_compared(path: str, before: int | None, after: int | None) -> str:
    """The sentence for contents that are not compared line by line.

    Args:
        path: what to call the file.
        before: the earlier content's size in bytes; None where there was no file.
        after: the later content's size; None where the file is gone.
    """
    old_name = "/dev/null" if before is None else _name(f"a/{path}").strip()
    new_name = "/dev/null" if after is None else _name(f"b/{path}").strip()
    return f"Binary files {old_name} and {new_name} differ ({_size(before)}, {_size(after)}).\n"


def _comparable(content: bytes) -> bool:
    return len(content) <= MAX_DIFF_BYTES and is_text(content, whole=True)


def _size(size: int | None) -> str:
    return "no file" if size is None else f"{size} bytes"


def _name(path: str) -> str:
    """Write a path as git does: quoted if it could be misread, a tab after it if it has spaces."""
    if any(c < " " or c in '"\\\x7f' or "\udc80" <= c <= "\udcff" for c in path):
        return '"' + "".join(map(_quoted, path)) + '"'
    return path + "\t" if " " in path else path


def _quoted(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character < " " or character == "\x7f" or "\udc80" <= character <= "\udcff":
        return "\\%03o" % (ord(character) & 0xFF)
    return character


def _hunks(old: list[bytes], new: list[bytes], context: int) -> Iterator[bytes]:
    """Yield each hunk's header and its lines."""
    for group in _groups(old, new, context):
        first, last = group[0], group[-1]
        above = min(first[0], context)
        below = min(len(old) - last[1], context)
        spans = (
            _span(first[0] - above, last[1] + below),
            _span(first[2] - above, last[3] + below),
        )
        yield b"@@ -%b +%b @@\n" % spans
        shown = first[0] - above
        for i, i_end, j, j_end in group:
            yield from _marked(b" ", old[shown:i])
            yield from _marked(b"-", old[i:i_end])
            yield from _marked(b"+", new[j:j_end])
            shown = i_end
        yield from _marked(b" ", old[shown : shown + below])


def _groups(old: list[bytes], new: list[bytes], context: int) -> Iterator[list[Change]]:
    """Yield lists of changes that are close enough together to share a hunk."""
    group: list[Change] = []
    i = j = 0
    for i_kept, j_kept, length in matching_blocks(old, new):
        if i < i_kept or j < j_kept:
            if group and i - group[-1][1] > 2 * context:
                yield group
                group = []
            group.append((i, i_kept, j, j_kept))
        i, j = i_kept + length, j_kept + length
    yield group


def _span(start: int, end: int) -> bytes:
    """Write a range of lines; an empty one is named by the line before it."""
    length = end - start
    if length == 1:
        return b"%d" % end
    return b"%d,%d" % (start + 1 if length else start, length)


def _marked(mark: bytes, lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + (line if line.endswith(b"\n") else line + NO_NEWLINE)
