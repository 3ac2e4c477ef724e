"""Taking over what older systems left: the JSONL registry, and the layout below ``workspace/``.

Safe to interrupt and to repeat: sessions are made or completed first, one by one, and only then is
the source renamed. Nothing of the source is removed, lines that cannot be read included.
"""

from __future__ import annotations

from errno import EACCES, EEXIST, EISDIR, ELOOP, ENOTDIR, EPERM
from typing import TYPE_CHECKING

from redraft.domain import layout, marker
from redraft.domain.session import is_folder
from redraft.domain.trash import dated
from redraft.errors import RedraftError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.domain.root import Root

# Errors about one entry, with which the others can go on. All others (a full disk) stop the
# migration before the source is renamed, so that the next command begins again.
_OF_ONE_ENTRY = (EACCES, EEXIST, EISDIR, ELOOP, ENOTDIR, EPERM)


class Migrated:
    """What a migration did.

    Attributes:
        sessions: the sessions taken over, in the order met.
        active: the session that has the marker now, or None.
        skipped: (line number or 0, reason) of what could not be taken over.
        kept: the sources by their old place, and what they are called now, relative to the root.
    """

    def __init__(self) -> None:
        self.sessions: list[str] = []
        self.active: str | None = None
        self.skipped: list[tuple[int, str]] = []
        self.kept: dict[str, str] = {}

    def took(self, session: str) -> None:
        """Note a session that was taken over."""
        if session not in self.sessions:
            self.sessions.append(session)

    def skip(self, line: int, what: str, error: Exception) -> None:
        """Note what could not be taken over; an error that is not about it alone is raised."""
        if isinstance(error, OSError) and error.errno not in _OF_ONE_ENTRY:
            raise error
        self.note(f"{what}{_reason(error)}", line)

    def note(self, reason: str, line: int = 0) -> None:
        """Note, in words, what could not be taken over or not whole."""
        self.skipped.append((line, reason))

    def told(self) -> Iterator[str]:
        """All of it in sentences."""
        names = ", ".join(repr(name) for name in self.sessions) or "none"
        sources, kept = " and ".join(self.kept), " and ".join(self.kept.values())
        yield f"Took over the sessions of {sources} ({names}); kept as {kept}."
        registry = self.kept.get(layout.OLD_REGISTRY)
        for line, reason in self.skipped:
            what = f"Line {line} of {registry} was not" if line else "Not"
            yield f"{what} taken over: {reason}"


def _reason(error: Exception) -> str:
    if isinstance(error, RedraftError):
        return error.message
    if isinstance(error, OSError):
        return f"in the way: {error.strerror} ({error.filename})"
    return f"unreadable: {error}"


def on_sight(root: Root) -> None:
    """Take over what a command meets; what was done is reported as repairs.

    Where it cannot be done now (a read-only folder, somebody at work) the command goes on with the
    sessions that are there, and the next one tries again.
    """
    if not _sources(root, asked=False):
        return
    try:
        done = migrate(root, asked=False)
    except (RedraftError, OSError):
        return
    for sentence in done.told() if done.kept else ():  # else another process was faster
        root.note_repair(sentence)


def _sources(root: Root, *, asked: bool) -> list[str]:
    """The old places that are there; a ``stat`` each where there is none.

    ``workspace/sessions`` may be another program's: unless somebody asked, it must be known first.
    """
    found = [layout.OLD_REGISTRY] if root.folder.is_file(layout.OLD_REGISTRY) else []
    if is_folder(root, layout.OLD_SESSIONS):
        from redraft.domain import old_sessions

        if asked or old_sessions.are_known(root):
            found.append(layout.OLD_SESSIONS)
    return found


def migrate(root: Root, *, asked: bool = True) -> Migrated:
    """Take over the registry, and what lies in ``workspace/sessions/``.

    Args:
        root: the root.
        asked: whether a person asked for just this.
    """
    from redraft.domain import old_registry, old_sessions

    done = Migrated()
    sources = _sources(root, asked=asked)
    if not sources:
        done.active = marker.active(root)
        return done
    if layout.OLD_SESSIONS in sources:
        old_sessions.keep_pointer(root)
    with root.hold("migrate"):
        sources = _sources(root, asked=asked)
        wish = old_registry.take(root, done) if layout.OLD_REGISTRY in sources else None
        if layout.OLD_SESSIONS in sources:
            wish = old_sessions.take(root, done) or wish
        done.active = marker.heal_locked(root)
        if done.active is None and wish is not None and marker.usable(root, wish):
            marker.activate(root, wish)
            done.active = wish
        # The sources go last: whoever dies before this line begins again.
        for source in sources:
            done.kept[source] = _rename_aside(root, source)
    return done


def _rename_aside(root: Root, path: str) -> str:
    target = f"{path}.migrated"
    if root.folder.stat(target) is not None:
        head, _, last = path.rpartition("/")
        target = dated(root, head, f"{last}.migrated")
    root.folder.move(path, root.folder, target)
    return target
