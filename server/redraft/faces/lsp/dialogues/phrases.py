"""What a person reads, in the editor's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redraft.faces import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PLACE = re.compile(r"\{(\d)\}")
_MOST = 20


def phrase(english: str) -> str:
    """Marks a text for translators that is said elsewhere."""
    return english


_AGES = {
    "year": (phrase("1 year ago"), phrase("{0} years ago")),
    "month": (phrase("1 month ago"), phrase("{0} months ago")),
    "day": (phrase("1 day ago"), phrase("{0} days ago")),
    "hour": (phrase("1 hour ago"), phrase("{0} hours ago")),
    "minute": (phrase("1 minute ago"), phrase("{0} minutes ago")),
    "second": (phrase("just now"), phrase("just now")),
}


class Phrases:
    """Says things.

    Args:
        translations: the texts of the editor's language by the English ones; none for English.
    """

    def __init__(self, translations: Mapping[str, str] | None = None) -> None:
        self._translations = translations or {}

    @classmethod
    def of(cls, translations: object) -> Phrases:
        """As a client sent them; what is no text is left out."""
        found = translations if isinstance(translations, dict) else {}
        return cls({key: text for key, text in found.items() if isinstance(text, str)})

    def __call__(self, english: str, *values: object) -> str:
        """A text, with the values in its places ``{0}``, ``{1}``, ..."""
        found = self._translations.get(english, english)
        return _PLACE.sub(lambda place: str(values[int(place[1])]), found)

    def changes(self, count: int) -> str:
        """A number of changes."""
        return self("1 change") if count == 1 else self("{0} changes", count)

    def retries(self, count: int) -> str:
        """A number of retries."""
        return self("1 retry") if count == 1 else self("{0} retries", count)

    def documents(self, count: int) -> str:
        """A number of documents."""
        return self("1 document") if count == 1 else self("{0} documents", count)

    def age(self, moment: str) -> str:
        """How long ago a time was."""
        count, unit = text.span(moment)
        return self(_AGES[unit][count != 1], count)

    @staticmethod
    def size(count: int) -> str:
        """A number of bytes."""
        return text.size(count)

    def names(self, names: Sequence[str], most: int = 5) -> str:
        """The first few of many names, which would fill the screen."""
        shown = ", ".join(names[:most])
        return shown if len(names) <= most else self("{0} and {1} more", shown, len(names) - most)

    def lines(self, lines: Sequence[str]) -> str:
        """At most twenty lines, and how many more there are: a dialog does not scroll well."""
        if len(lines) > _MOST:
            more = len(lines) - _MOST + 1
            lines = [*lines[: _MOST - 1], self("... and {0} more", more)]
        return "\n".join(lines)
