"""What one phase of a session hands over to the next: documents and results, by role."""

from __future__ import annotations

import time

from redraft.domain import layout
from redraft.domain.session import as_text, progress_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict

    class Handover(TypedDict):
        """A record of it, as it is told."""

        phase_completed: str
        next_phase: str
        completed_at: str | None
        artifacts: dict[str, Any]


_RECORDS = "handovers"
_WAITING = "artifacts"


def keep(progress: dict[str, object], artifacts: dict[str, Any]) -> None:
    """Keep what the phase under way will hand over when it ends; a role said again counts anew."""
    progress[_WAITING] = {**_object(progress.get(_WAITING)), **artifacts}


def end_phase(progress: dict[str, object], previous: str, phase: str) -> None:
    """Note that a phase is completed, and what it hands over to the one that begins."""
    completed = progress["completed_phases"]
    assert isinstance(completed, list)  # noqa: S101 - read_metadata made it so
    if previous not in completed:
        completed.append(previous)
    if phase in completed:
        completed.remove(phase)  # it is being worked on again
    records = progress.setdefault(_RECORDS, [])
    if isinstance(records, list):
        records.append(
            {
                "phase_completed": previous,
                "next_phase": phase,
                "completed_at": layout.rfc3339(time.time_ns()),
                "artifacts": _object(progress.pop(_WAITING, None)),
            }
        )


def waiting(metadata: dict[str, object]) -> dict[str, Any]:
    """What the phase under way will hand over, as far as it was said."""
    return _object(progress_of(metadata).get(_WAITING))


def latest(metadata: dict[str, object]) -> Handover | None:
    """The last hand-over; None if there was none."""
    records = progress_of(metadata).get(_RECORDS)
    found = records[-1] if isinstance(records, list) and records else None
    if not isinstance(found, dict):
        return None
    return {
        "phase_completed": _word(found.get("phase_completed")),
        "next_phase": _word(found.get("next_phase")),
        "completed_at": layout.utc(found.get("completed_at")),
        "artifacts": _object(found.get("artifacts")),
    }


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    return as_text(value) if isinstance(value, str) else ""
