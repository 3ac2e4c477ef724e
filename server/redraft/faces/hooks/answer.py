"""What a hook answers: nothing, a changed input, a denial, or something for the agent to know."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from redraft.faces.hooks.event import Event

    Answer = dict[str, Any]

LONGEST = 9_000  # clients cut what a hook says at about ten thousand characters


def nothing() -> Answer:
    """Let the tool through as it is."""
    return {}


def deny(reason: str) -> Answer:
    """Keep the tool from running. The agent reads the reason."""
    return _specific("PreToolUse", permissionDecision="deny", permissionDecisionReason=reason)


def lead(event: Event, path: str, text: str, **changed: object) -> Answer:
    """Give the tool another path. Whether it may run is still the client's to decide."""
    updated = {**event.input, event.path_key: path, **changed}
    return _specific("PreToolUse", updatedInput=updated, additionalContext=text)


def tell(event: Event, text: str) -> Answer:
    """Let the tool through and add to what the agent knows."""
    if not text:
        return nothing()
    if len(text) > LONGEST:
        text = text[:LONGEST].rpartition("\n")[0] + "\n…"
    return _specific(event.name, additionalContext=text)


def _specific(name: str, **fields: object) -> Answer:
    return {"hookSpecificOutput": {"hookEventName": name, **fields}}
