"""Changes that somebody else made: the client's file watchers, and a look now and then."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import time
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from redraft.commands.naming import Spot
from redraft.domain import layout
from redraft.domain.view import View
from redraft.errors import RedraftError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redraft.domain.root import Root
    from redraft.faces.lsp.changes import Announcer, Event, Kind
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

    Stamp = tuple[int, int, int]

WITH_WATCHERS_S = 5.0
_NEVER = (-1, -1, -1)
_TICK_NS = 100_000_000
PATTERNS = (
    f"{layout.WORKFLOW}/{layout.MARKER}*",
    f"{layout.WORKFLOW}/*",
    f"{layout.WORKFLOW}/*/{layout.METADATA}",
    f"{layout.WORKFLOW}/*/{layout.FILES}/**",
    f"{layout.WORKFLOW}/*/{layout.DELETED}/**",
    f"{layout.WORKFLOW}/*/{layout.RETRIES}/**",
    "**/*",
)
_OURS = re.compile(
    rf"{re.escape(layout.WORKFLOW)}/(?:{re.escape(layout.MARKER)}.+"
    # A session's folder itself: it came, or was moved away as a whole.
    rf"|(?!\.)[^/]+(?:/{re.escape(layout.METADATA)})?"
    rf"|([^/]+)/({layout.FILES}|{layout.DELETED}|{layout.RETRIES})/(.+))",
    re.DOTALL,
)
_CAPABILITY = "workspace.did_change_watched_files"
_NOT_DOCUMENTS = {layout.WORKFLOW, layout.WORKSPACE, ".git"}
_GLOB = re.compile(r"[*?\[\]{}]")
_KINDS: dict[types.FileChangeType, Kind] = {
    types.FileChangeType.Created: "created",
    types.FileChangeType.Changed: "changed",
    types.FileChangeType.Deleted: "deleted",
}


def watchers(folder_uri: str, folder: str, *, relative: bool) -> list[types.FileSystemWatcher]:
    """What to ask a client to watch in one folder."""
    if relative:
        return [
            types.FileSystemWatcher(
                glob_pattern=types.RelativePattern(base_uri=folder_uri, pattern=pattern)
            )
            for pattern in PATTERNS
        ]
    # A path with a glob's own characters in it cannot be part of a pattern.
    prefix = "**/" if _GLOB.search(folder) else folder.replace(os.sep, "/").rstrip("/") + "/"
    return [types.FileSystemWatcher(glob_pattern=prefix + pattern) for pattern in PATTERNS]


class Watch:
    """Notices changes and hands them to the announcer.

    Args:
        folders: the open folders.
        workers: where file work is done.
        announcer: is told what changed.
    """

    def __init__(self, folders: Folders, workers: Workers, announcer: Announcer) -> None:
        self._folders = folders
        self._workers = workers
        self._announcer = announcer
        self._seen: dict[str, Stamp | None] = {}

    @staticmethod
    def supported(capabilities: types.ClientCapabilities) -> bool:
        """Whether the client can be asked to watch files."""
        return bool(get_capability(capabilities, f"{_CAPABILITY}.dynamic_registration", False))

    def registration(
        self, root: Root, capabilities: types.ClientCapabilities
    ) -> types.Registration:
        """What to register for a root."""
        relative = get_capability(capabilities, f"{_CAPABILITY}.relative_pattern_support", False)
        found = [
            watcher
            for uri in self._folders.spelled(root)
            for watcher in watchers(uri, root.path, relative=bool(relative))
        ]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers=found)
        return types.Registration(_id(root), types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)

    @staticmethod
    def unregistration(root: Root) -> types.Unregistration:
        """The end of it."""
        return types.Unregistration(_id(root), types.WORKSPACE_DID_CHANGE_WATCHED_FILES)

    async def happened(self, changes: Sequence[types.FileEvent]) -> None:
        """Take in what the client saw."""
        touched: dict[str, Root] = {}
        found: list[tuple[Root, str, Kind]] = []
        for change in changes:
            for root, inner in self._folders.inside(change.uri):
                # Whoever changes anything takes the lock, also where its own events are missed.
                if inner == layout.LOCK:
                    touched[root.path] = root
                elif _OURS.fullmatch(inner) or inner.partition("/")[0] not in _NOT_DOCUMENTS:
                    touched[root.path] = root
                    found.append((root, inner, _KINDS[change.type]))
        in_use = {root.path: self._announcer.in_use(root) for root in touched.values()}
        events = await self._workers.call(
            lambda: [event for each in found for event in _events(*each, in_use)]
        )
        self._announcer.documents(events)
        for root in touched.values():
            self._announcer.changed(root)

    async def poll(self, pause_s: float) -> None:
        """Look at each root's ``.workflow`` again and again, until cancelled."""
        while True:
            await asyncio.sleep(pause_s)
            roots = self._folders.all()
            stamps = await self._workers.call(functools.partial(_stamps, roots))
            self._seen = {path: self._seen[path] for path in stamps if path in self._seen}
            for root in roots:
                stamp = stamps[root.path]
                # A root not seen before may have changed since it was first looked at.
                if self._seen.get(root.path, _NEVER) != stamp:
                    self._announcer.changed(root)
                else:
                    await self._announcer.look_at_open_documents(root)
                # Within one tick of the file system's clock, a later change leaves the same time.
                young = stamp is not None and time.time_ns() - max(stamp[1:]) < _TICK_NS
                self._seen[root.path] = None if young else stamp


def _id(root: Root) -> str:
    return f"redraft-watch:{root.path}"


def _events(root: Root, inner: str, kind: Kind, in_use: dict[str, set[str]]) -> Iterator[Event]:
    """Which session documents show something else now."""
    ours = _OURS.fullmatch(inner)
    if ours is None:
        for session in in_use.get(root.path, ()):
            if not _overridden(root, session, inner):
                yield Spot(root, inner, session), kind
        return
    session, layer, path = ours.groups()
    if session is None or layer == layout.RETRIES or not layout.is_name(session):
        return
    if layer == layout.DELETED:
        yield Spot(root, path, session), "deleted" if kind == "created" else "created"
    else:
        gone = kind == "deleted" and not _shown(root, session, path)
        yield Spot(root, path, session), "deleted" if gone else "changed"


def _overridden(root: Root, session: str, path: str) -> bool:
    try:
        with View.of(root, session) as view:
            return view.resolve(path).modified_in_session
    except (RedraftError, OSError):
        return True


def _shown(root: Root, session: str, path: str) -> bool:
    try:
        with View.of(root, session) as view:
            return view.resolve(path).exists
    except (RedraftError, OSError):
        return False


def _stamps(roots: list[Root]) -> dict[str, Stamp | None]:
    return {root.path: _stamp(root) for root in roots}


def _stamp(root: Root) -> Stamp | None:
    """The folder tells of markers; the lock, which every change takes, of everything else."""
    try:
        folder, lock = root.folder.stat(layout.WORKFLOW), root.folder.stat(layout.LOCK)
    except OSError:
        return None
    if folder is None:
        return None
    return (folder.st_ino, folder.st_mtime_ns, lock.st_mtime_ns if lock is not None else 0)
