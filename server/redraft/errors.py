"""The one family of errors that every ring raises and every face translates.

The codes and their data are part of the public contract: see ``docs/reference/errors.md``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

START: Final = "/session start <name>"
LIST: Final = "/session list"


class RedraftError(Exception):
    """An expected failure: what went wrong, its stable code, and what to do next.

    Attributes:
        code: the stable name of the failure, the same on every face.
        message: one readable sentence or two.
        suggestions: slash commands that lead on.
        data: further fields by code, JSON-ready (for example ``candidates`` of ``ambiguous_file``).
    """

    code = "io_error"

    def __init__(self, message: str, suggestions: Sequence[str] = (), **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.suggestions = tuple(suggestions)
        self.data = data

    def as_dict(self) -> dict[str, object]:
        """The wire form: code, message, suggestions, then the code's own fields."""
        return {
            "code": self.code,
            "message": self.message,
            "suggestions": list(self.suggestions),
            **self.data,
        }


class NoActiveSession(RedraftError):
    """A command about "the" session was given while none is active."""

    code = "no_active_session"

    def __init__(self, message: str = "No session is active.") -> None:
        super().__init__(message, (START, LIST))


class SessionNotFound(RedraftError):
    """No session of that name exists (any more)."""

    code = "session_not_found"

    def __init__(self, name: str, where: str = "", first: Sequence[str] = ()) -> None:
        named = f" {name!r}" if name else ""
        super().__init__(f"There is no session{named}{where}.", (*first, LIST))


class SessionExists(RedraftError):
    """The name is taken (names are unique without regard to case)."""

    code = "session_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"A session {name!r} already exists.", (f"/session switch {name}", LIST))


class SessionCrashed(RedraftError):
    """The session holds an interrupted operation that nobody could repair yet."""

    code = "session_crashed"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"Session {name!r} holds an interrupted operation that could not be repaired: {reason}",
            (f"/session recover {name}", f"/session cancel {name}"),
        )


class InvalidSessionName(RedraftError):
    """The name is not one that a session may have."""

    code = "invalid_session_name"

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(
            f"{name[:80]!r} is not a session name: {problem}.", ("/session start chapter-01",)
        )


class FileNotFound(RedraftError):
    """No document of that path in the session's view; ``checked`` lists where was looked."""

    code = "file_not_found"

    def __init__(
        self,
        path: str,
        checked: Sequence[str],
        message: str = "",
        suggestions: Sequence[str] = (),
    ) -> None:
        places = f" Looked in: {', '.join(checked)}." if checked else ""
        super().__init__(
            message or f"There is no document {path!r}.{places}",
            suggestions,
            checked=list(checked),
        )


class FileExists(RedraftError):
    """Something of that name is there already."""

    code = "file_exists"

    def __init__(self, path: str, hint: str = "") -> None:
        super().__init__(f"{path!r} already exists.{hint}")


class AmbiguousFile(RedraftError):
    """A bare file name fits several documents."""

    code = "ambiguous_file"

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(
            f"{name!r} could be any of: {', '.join(candidates)}.",
            tuple(f"give the path: {path}" for path in candidates[:3]),
            candidates=list(candidates),
        )


class PathOutsideRoot(RedraftError):
    """The path leads out of the root, by itself or through a link."""

    code = "path_outside_root"

    def __init__(self, path: str, root: str) -> None:
        super().__init__(f"{path!r} leads outside the folder {root!r}.")


class ProtectedPath(RedraftError):
    """The path belongs to Redraft or to git and is not a document."""

    code = "protected_path"

    def __init__(self, path: str, owner: str) -> None:
        super().__init__(f"{path!r} lies in {owner}, which holds no documents.")


class Conflict(RedraftError):
    """Files changed in global and in the session in ways that do not merge."""

    code = "conflict"

    def __init__(self, files: Sequence[str], message: str = "") -> None:
        many = f"{len(files)} document{'' if len(files) == 1 else 's'} changed"
        listed = f"{', '.join(files[:5])}{'…' if len(files) > 5 else '.'}"
        super().__init__(
            message or f"{many} both in the session and in the folder: {listed}",
            (
                "/session diff",
                "/session commit --force --on-conflict overwrite",
                "/session commit --force --on-conflict skip",
            ),
            files=list(files),
        )


class StalePreview(RedraftError):
    """The state is no longer what the preview showed."""

    code = "stale_preview"

    def __init__(self) -> None:
        super().__init__(
            "The session or the folder changed after this preview was made. Look at a new one.",
            ("/session commit",),
        )


class NothingToCommit(RedraftError):
    """The session changed nothing (of what was asked for)."""

    code = "nothing_to_commit"

    def __init__(self, name: str) -> None:
        super().__init__(f"Session {name!r} has no changes to commit.", ("/session status",))


class NothingToUndo(RedraftError):
    """There is no commit, cancel or restore that could be undone."""

    code = "nothing_to_undo"

    def __init__(self, name: str | None = None, completed: str | None = None) -> None:
        what = f" of {name!r}" if name else ""
        again = f" Session {completed!r} was completed; it can be resumed." if completed else ""
        way = (f"/session resume {completed}",) if completed else ()
        super().__init__(
            f"There is nothing{what} to undo.{again}", (*way, "/session list --completed --trash")
        )


class InvalidArguments(RedraftError):
    """The arguments do not fit the command; ``problems`` names each, nothing was done."""

    code = "invalid_arguments"

    def __init__(self, problems: Sequence[str], suggestions: Sequence[str] = ()) -> None:
        super().__init__("; ".join(problems) + ".", suggestions, problems=list(problems))


class UnsupportedFile(RedraftError):
    """A folder, link, pipe or device where a document was expected (or the other way round)."""

    code = "unsupported_file"

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path!r} {what}.")


class Locked(RedraftError):
    """Another process holds the root's lock; ``holder`` says who, as far as is known."""

    code = "locked"

    def __init__(self, holder: str, waited_s: float) -> None:
        super().__init__(
            f"The folder is locked by {holder}; waited {waited_s:g} s. Try again in a moment.",
            ("/session status",),
            holder=holder,
        )


class IoError(RedraftError):
    """The operating system refused; nothing half done was left behind."""

    code = "io_error"

    def __init__(self, error: OSError, path: str | None = None, doing: str = "") -> None:
        where = path if path is not None else _text(error.filename)
        super().__init__(
            f"{doing or 'Could not finish'}: {error.strerror or error} ({where})",
            ("/doctor",),
            path=where,
            errno=error.errno,
        )


def _text(name: object) -> str:
    if isinstance(name, bytes):
        return name.decode("utf-8", "replace")
    return str(name) if name is not None else ""
