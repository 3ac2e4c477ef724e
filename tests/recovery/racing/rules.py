"""Which refusals are right answers while others work in the same folder."""

from __future__ import annotations

_ENDED = "session_not_found"
_NONE = "no_active_session"

PERMITTED: dict[str, set[str]] = {
    "session start": {"session_exists"},
    "session list": set(),
    "session status": {_ENDED, _NONE},
    "session switch": {_ENDED, "invalid_arguments"},  # the latter: it is completed in place
    "session pause": {_ENDED, _NONE},
    "session resume": {_ENDED},
    "session commit": {_ENDED, _NONE, "nothing_to_commit", "conflict", "stale_preview"},
    "session commit paths": {_ENDED, _NONE, "file_not_found", "conflict", "stale_preview"},
    "session cancel": {_ENDED, _NONE},
    "session undo": {"nothing_to_undo", "session_exists"},
    "session complete": {_ENDED, _NONE},
    "session phase": {_ENDED, _NONE},
    "session checkpoint": {_ENDED, _NONE},
    "session checkpoints": {_ENDED, _NONE},
    "session restore": {_ENDED},
    "session diff": {_ENDED, "file_not_found"},
    "session discard": {_ENDED, "file_not_found"},
    "retry": {_ENDED},
    "retry list": {_ENDED},
    "retry restore": {_ENDED},
    "read": {_ENDED},
    "write": {_ENDED},
    "delete": {_ENDED, "file_not_found"},
    "rename": {_ENDED, "file_not_found", "file_exists"},
    "files": {_ENDED},
}
"""By verb; whatever is not named here breaks the race. ``locked`` is never among them: nobody works
for so long, and everybody who waits gets a turn."""
