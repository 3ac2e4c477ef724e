"""Telling URIs from paths. Imports nothing: the fast verbs of the command line use it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SCHEMES: Final = ("file:", "redraft:", "redraft-base:", "redraft-global:", "redraft-retry:")
_LONGEST: Final = max(map(len, SCHEMES))


def is_uri(given: str) -> bool:
    """Whether a path is meant as a URI (a document of such a name is ``./file:notes.md``)."""
    return given[:_LONGEST].lower().startswith(SCHEMES)
