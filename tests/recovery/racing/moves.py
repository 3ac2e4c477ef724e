"""What a player may do next, and how often: documents."""

from __future__ import annotations

from collections.abc import Callable

from tests.recovery.racing.faces import OK
from tests.recovery.racing.folder import DESK, MIXED, MOVED_DESK, SHARED, STEADY
from tests.recovery.racing.player import Player
from tests.recovery.racing.texts import mixed, whole

Move = Callable[[Player], object]
_MOST_LINES = 400


def write_shared(player: Player) -> None:
    """A new version of a document that others write too, or of one's own."""
    session = player.wild()
    if session is not None:
        _write(player, session, player.chance.choice([*SHARED, *_own(player)]))


def write_mixed(player: Player) -> None:
    """A new version of one section, the others as they were read."""
    session, path = player.wild(), player.chance.choice(MIXED)
    versions = player.read(session, path) if session is not None else None
    if session is not None and versions is not None:
        version = player.version()
        versions[player.chance.randrange(len(versions))] = version
        text = mixed(versions, path).decode()
        player.do("write", session, path=path, content=text, facts={"version": version})


def write_steady(player: Player) -> None:
    """A new version where nobody else writes; it is read back, now and then by another program."""
    session = player.chance.choice(STEADY)
    path = player.chance.choice([f"{player.who}/steady/{n}.md" for n in range(3)])
    version = _write(player, session, path)
    if version is None:
        return
    player.steady[session, path] = version
    aside = player.aside if player.chance.random() < 0.1 else None
    player.log.check(
        player.read(session, path, aside) == [version],
        "a write is read back at once, by whatever face",
        f"{session} {path} should show {version}",
    )


def write_to_default(player: Player) -> None:
    """A write that names no session: the answer says where it went."""
    path, version = player.chance.choice(_own(player)), player.version()
    text = whole(version, path, 5).decode()
    face = player.aside if player.face.name == "LSP" else player.face
    player.ask(face, "write", path=path, content=text, facts={"version": version})


def _own(player: Player) -> list[str]:
    return [f"{player.who}/{DESK}/{number}.md" for number in range(4)]


def _write(player: Player, session: str, path: str) -> str | None:
    version, lines = player.version(), player.chance.randrange(1, _MOST_LINES)
    text = whole(version, path, lines).decode()
    answer = player.do("write", session, path=path, content=text, facts={"version": version})
    return version if answer.code == OK else None


def read_any(player: Player) -> None:
    """Read a document that is always there."""
    player.read(player.any(), player.chance.choice([*SHARED, *MIXED]))


def list_folder(player: Player) -> None:
    """List a folder whose documents are always there."""
    session = player.any()
    answer = player.do("files", session, path="shared")
    if answer.code == OK:
        found = {entry["path"] for entry in answer.result["entries"]}
        player.log.check(
            found >= set(SHARED),
            "a folder lists every document that is there",
            f"{session}: {sorted(found)}",
        )


def delete(player: Player) -> None:
    """Delete one of one's own documents."""
    session = player.wild()
    if session is not None:
        player.do("delete", session, path=player.chance.choice(_own(player)))


def rename(player: Player) -> None:
    """Rename one's own folder, or back."""
    session, ends = player.wild(), [DESK, MOVED_DESK]
    player.chance.shuffle(ends)
    if session is not None:
        old, new = (f"{player.who}/{name}" for name in ends)
        player.do("rename", session, path=old, new_path=new)


def discard(player: Player) -> None:
    """Take a change out of a session."""
    session = player.wild()
    if session is not None:
        path = player.chance.choice([*SHARED, *_own(player)])
        player.do("session discard", session, paths=[path], facts={"path": path})


def diff(player: Player) -> None:
    """Compare a document with global."""
    player.do("session diff", player.any(), path=player.chance.choice(SHARED))


def retry(player: Player) -> None:
    """Reject what a document shows now."""
    session, path = player.any(), player.chance.choice([*SHARED, *MIXED])
    reason = f"{player.version()} is too long"
    answer = player.do("retry", session, file_path=path, reason=reason, facts=_about(path, reason))
    if answer.code == OK:
        player.log.add("retried", session=answer.result["session"], path=path, more=answer.result)


def _about(path: str, reason: str) -> dict[str, object]:
    return {"path": path, "more": {"reason": reason}}


def list_retries(player: Player) -> None:
    """List the retries: no number twice, none left out."""
    session, path = player.any(), player.chance.choice([*SHARED, *MIXED])
    answer = player.do("retry list", session, file_path=path, facts={"path": path})
    if answer.code != OK:
        return
    numbers = [each["number"] for each in answer.result["retries"]]
    player.log.check(
        numbers == list(range(1, len(numbers) + 1)),
        "the numbers of retries have no gap and no double",
        f"{session} {path}: {numbers}",
    )
    if numbers and session not in STEADY and player.chance.random() < 0.3:
        number = player.chance.choice(numbers)
        player.do("retry restore", session, file_path=path, number=number, facts={"path": path})


DOCUMENTS: list[tuple[int, Move]] = [
    (24, write_shared),
    (10, write_mixed),
    (12, write_steady),
    (3, write_to_default),
    (14, read_any),
    (4, list_folder),
    (2, delete),
    (2, rename),
    (2, discard),
    (2, diff),
    (5, retry),
    (3, list_retries),
]
