"""Three-way merging of texts, careful first: whatever git would call a conflict is one here.

Contents are bytes and stay bytes. A line ends after a newline byte and nowhere else, so CRLF,
mixed endings, a byte order mark, lone carriage returns and a missing final newline pass unchanged.
"""

from __future__ import annotations

from redraft.domain.alignment import matching_blocks, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

MAX_MERGE_BYTES: Final = 8 * 1024 * 1024
"""Files larger than this are not merged; both sides having changed them is a conflict."""


class Lines:
    """A run of lines of one text.

    Attributes:
        start: number of the first line, from 1; of an empty run, the line it stands before.
        lines: the lines with their endings.
    """

    __slots__ = ("lines", "start")

    def __init__(self, text: Sequence[bytes], first: int, end: int) -> None:
        self.start = first + 1
        self.lines = tuple(text[first:end])

    @property
    def content(self) -> bytes:
        """The lines as one piece."""
        return b"".join(self.lines)


class Conflict:
    """A place that both sides changed differently: what base, ours and theirs have there."""

    __slots__ = ("base", "ours", "theirs")

    def __init__(self, base: Lines, ours: Lines, theirs: Lines) -> None:
        self.base = base
        self.ours = ours
        self.theirs = theirs


class Merged:
    """What became of a merge.

    Attributes:
        content: the merged bytes, or None where the sides conflict.
        regions: the conflicts in order; empty for a clean merge, and for contents that cannot be
            merged at all (binary or larger than ``MAX_MERGE_BYTES``).
    """

    __slots__ = ("content", "regions")

    def __init__(self, content: bytes | None, regions: Sequence[Conflict] = ()) -> None:
        self.content = content
        self.regions = tuple(regions)

    @property
    def clean(self) -> bool:
        """Whether there is a merged content."""
        return self.content is not None


def is_text(head: bytes, *, whole: bool = False) -> bool:
    """Tell whether a file that begins with ``head`` may be merged and shown line by line.

    Text is UTF-8, with or without byte order mark and without NUL. UTF-16, Latin-1 and the like
    count as binary. A character cut off by the end of ``head`` is no fault unless that is the
    ``whole`` content.
    """
    from codecs import getincrementaldecoder

    if b"\0" in head:
        return False
    try:
        getincrementaldecoder("utf-8")().decode(head, whole)
    except UnicodeDecodeError:
        return False
    return True


def merge(base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """Bring two changed versions of ``base`` together.

    Changes that touch or overlap conflict unless both sides end in the same lines there.

    Args:
        base: the content that both sides started from.
        ours: the global file as it is now.
        theirs: the session's copy.

    Returns:
        The merged content or the conflicts. Never raises on any content.
    """
    if theirs in (ours, base):
        return Merged(ours)
    if base == ours:
        return Merged(theirs)
    if not all(map(_mergeable, (base, ours, theirs))):
        return Merged(None)
    return _merge_lines(*map(split_lines, (base, ours, theirs)))


def _mergeable(content: bytes) -> bool:
    return len(content) <= MAX_MERGE_BYTES and is_text(content, whole=True)


class _Matcher:
    """The shape in which merge3 takes an alignment."""

    def __init__(
        self, _isjunk: object = None, a: Sequence[bytes] = (), b: Sequence[bytes] = ()
    ) -> None:
        self.blocks = matching_blocks(a, b)

    def get_matching_blocks(self) -> list[tuple[int, int, int]]:
        """Return the runs of lines that both have."""
        return self.blocks


def _merge_lines(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> Merged:
    from merge3 import Merge3

    pieces: list[bytes] = []
    conflicts: list[Conflict] = []
    source = {"unchanged": base, "same": ours, "a": ours, "b": theirs}
    for region in Merge3(base, ours, theirs, sequence_matcher=_Matcher).merge_regions():
        if region[0] == "conflict":
            _, i, i_end, j, j_end, k, k_end = region
            sides = Lines(base, i, i_end), Lines(ours, j, j_end), Lines(theirs, k, k_end)
            conflicts.append(Conflict(*sides))
        else:
            kind, first, end = region
            pieces += source[kind][first:end]
    return Merged(None, conflicts) if conflicts else Merged(b"".join(pieces))
