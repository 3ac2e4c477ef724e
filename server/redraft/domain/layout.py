"""Where everything lies, relative to the root, and what names may look like."""

from __future__ import annotations

import os
import re
import time

from redraft.errors import InvalidSessionName

WORKFLOW = ".workflow"
LOCK = ".workflow/.lock"
MARKER = ".active-"
HINT = ".workflow/.hint"
IGNORE = ".workflow/.ignore"
LOANS = ".workflow/.loans"  # where views lent to programs lie, a file each
COMPLETED = ".workflow/completed"
TRASH = ".workflow/.trash"
HOOK_LOG = ".workflow/.hook.log"
NEW = ".new"  # in .workflow/ and workspace/: what is on its way; nothing of worth is ever in it
WORKSPACE = "workspace"
SESSION_LOCK = "workspace/session.lock"
RETRIES_ARCHIVE = "workspace/retries-archive"

# Of older systems:
OLD_REGISTRY = ".workflow/session_status.jsonl"
OLD_SESSIONS = "workspace/sessions"

# Inside a session's folder:
METADATA = "workflow-session.json"
FILES = "files"
BASE = "base"
DELETED = "deleted"
RETRIES = "human-retries"
CHECKPOINTS = "checkpoints"
PAST = "past"  # empty marks: a shell wrote these documents past the session
WATCH = ".watch"  # what the folder's documents were when a tool began that may write past it
TMP = ".tmp"
JOURNAL = "operation.json"
DONE = ".completed"
REPLACED = "replaced"  # in the folder of a committed session
UNMERGED = "unmerged"  # there too: the session's version of files that were merged
SET_ASIDE = "set-aside"

LONGEST_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}
_RESERVED = _DEVICES | {"completed"}
_TIME = re.compile(r"(.+)-(\d{8}T\d{12}Z)\Z")
_OURS = re.compile(r"[0-9-]{10}T(?!24)[0-9:]{8}\.[0-9]{6}Z\Z")


def check_name(name: str) -> str:
    """Return a session name that may be used.

    Raises:
        InvalidSessionName: it does not match ``[A-Za-z0-9][A-Za-z0-9_-]{0,63}`` or is reserved.
    """
    if not name:
        raise InvalidSessionName(name, "it is empty")
    if len(name) > LONGEST_NAME:
        raise InvalidSessionName(name, f"it is longer than {LONGEST_NAME} characters")
    if not _NAME.match(name):
        raise InvalidSessionName(
            name, "use letters, digits, hyphens and underscores, beginning with a letter or digit"
        )
    if name.casefold() in _RESERVED:
        raise InvalidSessionName(name, "the name is reserved")
    return name


def is_name(name: str) -> bool:
    """Whether a folder of this name can be a session."""
    return _NAME.match(name) is not None and name.casefold() not in _RESERVED


def session_folder(name: str) -> str:
    """A session's folder, relative to the root."""
    return f"{WORKFLOW}/{name}"


def marker(name: str) -> str:
    """A session's marker, relative to the root."""
    return f"{WORKFLOW}/{MARKER}{name}"


def time_text(nanoseconds: int) -> str:
    """A time as it stands in paths: UTC ``YYYYMMDDTHHMMSSffffffZ``."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(seconds))}{rest // 1000:06d}Z"


def moment_of(text: str) -> int:
    """The nanoseconds of a time as it stands in paths; 0 if it is no time."""
    from calendar import timegm

    try:
        return timegm(time.strptime(text[:15], "%Y%m%dT%H%M%S")) * 10**9 + int(text[15:21]) * 1000
    except ValueError:
        return 0


def rfc3339(nanoseconds: int) -> str:
    """A time as it stands in results: RFC 3339 UTC with microseconds."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{rest // 1000:06d}Z"


def utc(text: object) -> str | None:
    """A time that somebody wrote, in the form of results; None if it is no time.

    One without a zone counts as UTC.
    """
    from datetime import UTC, datetime

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
        if _OURS.match(str(text)):
            return str(text)
        here = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{here.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def rfc3339_of(text: str) -> str:
    """The RFC 3339 form of a time as it stands in paths."""
    return (
        f"{text[0:4]}-{text[4:6]}-{text[6:8]}T{text[9:11]}:{text[11:13]}:{text[13:15]}"
        f".{text[15:21]}Z"
    )


def split_dated(name: str) -> tuple[str, str] | None:
    """The session's name and time in ``<name>-<time>``, or None if it has another form."""
    match = _TIME.match(name)
    return (match[1], match[2]) if match else None


def suffix(path: str) -> str:
    """A document's suffix with its dot, or an empty string."""
    return os.path.splitext(path)[1]
