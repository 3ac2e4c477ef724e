"""The ids under which commands are advertised.

The table of commands brings every model and handler along, which takes longer to import than
pygls' answer to ``initialize`` may wait. So its LSP names stand here too; a test compares them
with the table and prints what to write.
"""

from __future__ import annotations

PREFIX = "redraft."

NAMES = (
    "session.start",
    "session.list",
    "session.status",
    "session.switch",
    "session.pause",
    "session.resume",
    "session.commit",
    "session.cancel",
    "session.undo",
    "session.complete",
    "session.phase",
    "session.checkpoint",
    "session.checkpoints",
    "session.restore",
    "session.diff",
    "session.discard",
    "session.recover",
    "session.trash",
    "retry.record",
    "retry.list",
    "retry.restore",
    "resolve",
    "migrate",
    "adopt",
    "doctor",
    "run",
)


PLAIN = ("ui.recordRetry", "ui.showRetries", "ui.compareWithGlobal", "ui.showDrift")


def command_ids(*, plain: bool = False) -> list[str]:
    """All of them, with the prefix.

    Args:
        plain: whether the lenses' own commands are among them.
    """
    return [PREFIX + name for name in (NAMES + PLAIN if plain else NAMES)]
