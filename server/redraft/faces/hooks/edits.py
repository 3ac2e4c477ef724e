"""The first edit of a document, worked out here so that the tool can make the copy by itself.

An agent's edit tool checks that it has read the very path that it writes. The copy's path is new
to it, so an edit that is simply led there fails once. But the tool also makes new files, and then
needs to have read nothing: it is given the whole edited text for a copy that is not there yet.
"""

from __future__ import annotations

LARGEST = 256 << 10
_BOM = b"\xef\xbb\xbf"


def edited(before: bytes, old: object, new: object, *, everywhere: bool) -> str | None:
    """The whole text after an edit; None if the tool had better do it itself.

    Args:
        before: the document's bytes.
        old: the text to be replaced.
        new: what comes in its place.
        everywhere: whether all places are meant; else there must be just one.
    """
    if not isinstance(old, str) or not isinstance(new, str) or not old or old == new:
        return None
    # The tool would write line ends and byte order marks its own way into a new file.
    if len(before) > LARGEST or b"\r" in before or before.startswith(_BOM):
        return None
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError:
        return None
    count = text.count(old)
    if count == 0 or (count > 1 and not everywhere):
        return None
    after = text.replace(old, new)
    return after if after and "\r" not in after else None
