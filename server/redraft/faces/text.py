"""Small pieces of text: safe to print, sizes, ages, counts."""

from __future__ import annotations

from datetime import UTC, datetime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_UNITS = ("B", "KB", "MB", "GB", "TB")
_SPANS = (
    (86_400 * 365, "year"),
    (86_400 * 30, "month"),
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
)


def clean(text: str, keep: str = "") -> str:
    """Text that cannot move a terminal's cursor or change its colours."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in keep else ascii(letter)[1:-1] for letter in text
    )


def size(count: int) -> str:
    """A number of bytes for people: ``20.0 KB``."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else f"{count} B"


def age(moment: str, now: datetime | None = None) -> str:
    """How long ago an RFC 3339 time was: ``3 minutes ago``; the text itself if it is no time."""
    try:
        count, unit = span(moment, now)
    except ValueError:
        return moment
    return f"{plural(count, unit)} ago" if unit != "second" else "just now"


def span(moment: str, now: datetime | None = None) -> tuple[int, str]:
    """How long ago an RFC 3339 time was: a number of a unit from ``year`` to ``second``.

    Raises:
        ValueError: it is no time.
    """
    then = datetime.fromisoformat(moment)
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    for length, name in _SPANS:
        if seconds >= length:
            return int(seconds // length), name
    return max(0, int(seconds)), "second"


def status(status: str, lies_in: str | None) -> str:
    """A session's status in a list; one that lies in the trash is only inactive otherwise."""
    return "CANCELLED" if lies_in is not None and status == "INACTIVE" else status


def by_role(artifacts: Mapping[str, Any]) -> str:
    """What a phase hands over: ``plan_document: PLAN.md, scenes: [1, 2]``."""
    return ", ".join(
        clean(f"{role}: {what if isinstance(what, str) else _json(what)}")
        for role, what in artifacts.items()
    )


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def plural(count: int, noun: str) -> str:
    """``1 retry``, ``2 retries``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("ry") else f"{count} {noun}s"


def by_whom(auto_detected: object) -> str:
    """Behind a retry: whether an assistant noticed the rejection by itself."""
    return " (noticed by the assistant)" if auto_detected else ""


def retries(count: int, noticed: int) -> str:
    """A number of retries, with how many of them an assistant noticed by itself."""
    of = "" if noticed == count else f"{noticed} of them "
    return f"{count}, {of}noticed by the assistant" if noticed else str(count)
