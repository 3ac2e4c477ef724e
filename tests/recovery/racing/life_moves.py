"""What a player may do next, and how often: sessions."""

from __future__ import annotations

import time
from random import Random

from tests.recovery.racing.faces import OK, Answer
from tests.recovery.racing.folder import MIXED, SHARED, STEADY
from tests.recovery.racing.moves import DOCUMENTS, Move
from tests.recovery.racing.player import Player

_MOST_SESSIONS = 8
_MOST_CHECKPOINTS = 3
_PHASES = ["PLAN", "IMPLEMENT", "REVIEW"]


def start(player: Player) -> None:
    """Start a session, now and then one that others want to start in the same moment."""
    if len(player.known) >= _MOST_SESSIONS + len(STEADY):
        return
    name = f"{player.who}-{player.version().rpartition('.')[2]}"
    if player.chance.random() < 0.3:
        name = f"joint-{int(time.time() / 3)}"
    if player.do("session start", name=name).code == OK:
        player.known.append(name)


def list_sessions(player: Player) -> None:
    """Look which sessions there are: at most one is active, and the answer says which."""
    answer = player.do("session list")
    rows = {row["name"]: row["status"] for row in answer.result["sessions"]}
    active = [name for name, status in rows.items() if status == "ACTIVE"]
    named = answer.result["active"]
    check = player.log.check
    check(
        active == [named] or (not active and named not in rows),
        "a list names one active session or none",
        f"{named} is named, {active} are marked",
    )
    check("CRASHED" not in rows.values(), "no session is ever called crashed", str(rows))
    check(set(STEADY) <= set(rows), "a list names every session", str(sorted(rows)))
    player.known = list(rows)


def status(player: Player) -> None:
    """Ask for a session in full."""
    player.do("session status", player.any())


def active_status(player: Player) -> None:
    """Ask for the active session in full."""
    answer = player.do("session status")
    if answer.code == OK:
        player.log.check(
            answer.result["name"] == answer.result["session"],
            "every answer names the session that was asked for",
            str(answer.result),
        )


def switch(player: Player) -> None:
    """Make another session the active one."""
    player.do("session switch", name=player.any())


def pause(player: Player) -> None:
    """Leave the active session."""
    player.do("session pause")


def resume(player: Player) -> None:
    """Take a session up again."""
    player.do("session resume", player.any())


def commit(player: Player) -> None:
    """Commit all or a part, after a preview or without, whatever conflicts mean."""
    session, given = player.wild(), dict[str, object]()
    if session is None:
        return
    if player.chance.random() < 0.35:
        given["paths"] = _some(player.chance)
    if player.chance.random() < 0.4:
        preview = player.do("session commit", session, facts={"more": {"force": False}}, **given)
        if preview.code != OK:
            return
        given["preview"] = preview.result["preview"]
    given["on_conflict"] = player.chance.choice(["stop", "overwrite", "skip"])
    began = time.monotonic_ns()
    answer = player.do(
        "session commit", session, force=True, facts={"more": {"force": True}}, **given
    )
    if answer.code == OK:
        _note_commit(player, answer, began)


def _some(chance: Random) -> list[str]:
    return chance.sample([*SHARED, *MIXED], chance.randrange(1, 4))


def _note_commit(player: Player, answer: Answer, began: int) -> None:
    result = answer.result
    listed = [*result["modified"], *result["created"], *result["deleted"]]
    more = {"paths": listed, "deleted": result["deleted"], "archive": result["archive"]}
    session = result["session"]
    player.log.add("committed", session=session, began=began, ended=time.monotonic_ns(), more=more)
    if result["session_closed"]:
        _gone(player, session)


def _gone(player: Player, session: str) -> None:
    player.ended = [*player.ended[-4:], session]
    if session in player.known:
        player.known.remove(session)


def cancel(player: Player) -> None:
    """Move a session to the trash."""
    session = player.wild()
    if session is not None:
        backup = player.chance.random() < 0.5
        if player.do("session cancel", session, backup_retries=backup).code == OK:
            _gone(player, session)


def complete(player: Player) -> None:
    """End a session without applying it, in place or not."""
    session = player.wild()
    if session is not None:
        archive = player.chance.random() < 0.7
        if player.do("session complete", session, archive=archive).code == OK and archive:
            _gone(player, session)


def undo(player: Player) -> None:
    """Undo what is newest, or what one ended oneself; or only ask what that would do."""
    session = player.chance.choice([None, *player.ended])
    preview = player.chance.random() < 0.2
    facts = {"more": {"preview": preview}}
    answer = player.do("session undo", session, preview=preview, facts=facts)
    if answer.code == OK and not preview and answer.result["session"] not in player.known:
        player.known.append(answer.result["session"])


def phase(player: Player) -> None:
    """Go to another phase, which keeps a checkpoint."""
    session = player.wild()
    if session is not None:
        player.do("session phase", session, phase=player.chance.choice(_PHASES))


def checkpoint(player: Player) -> None:
    """Keep a session's state, or bring one back."""
    session = player.wild()
    if session is None:
        return
    answer = player.do("session checkpoints", session)
    if answer.code != OK:
        return
    known = [each["id"] for each in answer.result["checkpoints"]]
    if len(known) < _MOST_CHECKPOINTS:
        kept = player.do("session checkpoint", session, label=player.who)
        if kept.code == OK:
            more = {"id": kept.result["id"]}
            player.log.add("kept", session=kept.result["session"], more=more)
    else:
        player.do("session restore", session, id=player.chance.choice(known))


LIFE: list[tuple[int, Move]] = [
    (5, start),
    (5, list_sessions),
    (2, status),
    (3, active_status),
    (7, switch),
    (1, pause),
    (2, resume),
    (6, commit),
    (2, cancel),
    (1, complete),
    (3, undo),
    (1, phase),
    (2, checkpoint),
]


def next_move(chance: Random) -> Move:
    """One of all moves, the common ones more often."""
    weights, moves = zip(*DOCUMENTS, *LIFE, strict=True)
    found: Move = chance.choices(moves, weights)[0]
    return found
