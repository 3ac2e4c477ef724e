"""The editor's file system: ``redraft/fs/*`` in the shapes of VS Code's FileSystemProvider."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from redraft.commands.uris import Side
from redraft.domain.writing import WritableView
from redraft.errors import FileNotFound, InvalidArguments, UnsupportedFile
from redraft.faces.lsp.content import read_side
from redraft.faces.lsp.errors import IsAFolder, NotAFolder, ReadOnly, file_error

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from redraft.commands.naming import Spot
    from redraft.domain.view import Stat
    from redraft.faces.lsp.calls import Call, Encoded
    from redraft.faces.lsp.changes import Announcer, Event
    from redraft.faces.lsp.content import Sides
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.turns import Turns
    from redraft.faces.workers import Workers

    Params = dict[str, object]
    Reading = Callable[[Spot], object]

_MS = 1_000_000
_CHUNK = 1 << 20
_READ_ONLY = 1  # VS Code's FilePermission.Readonly


class Files:
    """Answers the file system's requests.

    Args:
        folders: the open folders.
        workers: where file work is done.
        turns: lets one change at a time into a root.
        announcer: tells the client which documents changed.
        sides: knows which sides for comparing the client has read.
    """

    def __init__(
        self,
        folders: Folders,
        workers: Workers,
        turns: Turns,
        announcer: Announcer,
        sides: Sides,
    ) -> None:
        self._folders = folders
        self._workers = workers
        self._turns = turns
        self._announcer = announcer
        self._sides = sides

    def handlers(self) -> dict[str, Callable[[object, Call], None]]:
        """The requests by method; each takes the parameters and the call to answer."""
        requests: dict[str, Callable[[Params, Call], None]] = {
            "stat": lambda params, call: self._read(_stat, params, call),
            "readDirectory": lambda params, call: self._read(_read_directory, params, call),
            "readFile": self._read_file,
            "writeFile": self._write_file,
            "delete": self._delete,
            "rename": self._rename,
            "copy": self._copy,
            "createDirectory": self._create_directory,
        }
        return {f"redraft/fs/{name}": _guarded(take) for name, take in requests.items()}

    def _read(self, reading: Reading, params: Params, call: Call) -> None:
        spot = self._folders.locate(_text(params, "uri"))
        self._workers.submit(lambda: call.run(lambda: reading(spot), file_error))

    def _read_file(self, params: Params, call: Call) -> None:
        uri = _text(params, "uri")
        spot = self._folders.locate(uri)

        def read() -> Encoded:
            if spot.side is Side.DOCUMENT:
                return _content(spot)
            return _encoded(self._sides.read(uri, spot))

        self._workers.submit(lambda: call.run(read, file_error))

    def _write_file(self, params: Params, call: Call) -> None:
        spot = self._changeable(_text(params, "uri"))
        content = _octets(params)
        create, overwrite = _flag(params, "create", True), _flag(params, "overwrite", True)

        def work(view: WritableView) -> list[Event]:
            existed = view.resolve(spot.path).exists
            try:
                view.write(spot.path, (content,), create=create, overwrite=overwrite)
            except UnsupportedFile as error:
                raise _of_folder(view, spot.path, error) from None
            return [(spot, "changed" if existed else "created")]

        self._change(spot, call, work)

    def _delete(self, params: Params, call: Call) -> None:
        spot = self._changeable(_text(params, "uri"))
        recursive = _flag(params, "recursive", False)

        def work(view: WritableView) -> list[Event]:
            view.delete(spot.path, recursive=recursive)
            return [(spot, "deleted")]

        self._change(spot, call, work)

    def _rename(self, params: Params, call: Call) -> None:
        old = self._changeable(_text(params, "oldUri"))
        new = self._changeable(_text(params, "newUri"))
        overwrite = _flag(params, "overwrite", False)
        if not _together(old, new):
            raise ReadOnly(["a document cannot be moved to another session or folder: copy it"])

        def work(view: WritableView) -> list[Event]:
            view.rename(old.path, new.path, overwrite=overwrite)
            return [(old, "deleted"), (new, "created")]

        self._change(old, call, work)

    def _copy(self, params: Params, call: Call) -> None:
        source = self._folders.locate(_text(params, "source"))
        target = self._changeable(_text(params, "destination"))
        overwrite = _flag(params, "overwrite", False)
        inside = source.side is Side.DOCUMENT and _together(source, target)

        def work(view: WritableView) -> list[Event]:
            if inside:
                view.copy(source.path, target.path, overwrite=overwrite)
            else:
                view.write(target.path, _chunks(source), overwrite=overwrite)
            return [(target, "created")]

        self._change(target, call, work)

    def _create_directory(self, params: Params, call: Call) -> None:
        spot = self._changeable(_text(params, "uri"))

        def work(view: WritableView) -> list[Event]:
            view.make_folder(spot.path)
            return [(spot, "created")]

        self._change(spot, call, work)

    def _changeable(self, uri: str) -> Spot:
        spot = self._folders.locate(uri)
        if spot.session is None or spot.side is not Side.DOCUMENT:
            raise ReadOnly(
                [f"{uri[:200]!r} is read-only here: name the document in a session (redraft:)"]
            )
        return spot

    def _change(self, spot: Spot, call: Call, work: Callable[[WritableView], list[Event]]) -> None:
        self._turns.take(spot.root, lambda: self._in_turn(spot, call, work))

    def _in_turn(
        self, spot: Spot, call: Call, work: Callable[[WritableView], list[Event]]
    ) -> Coroutine[None, None, None]:
        events: list[Event] = []

        def changing() -> None:
            with WritableView.of(spot.root, spot.session) as view:
                events.extend(work(view))

        async def turn() -> None:
            if call.cancelled:
                return
            await self._workers.call(lambda: call.run(changing, file_error))
            self._announcer.documents(events)
            self._announcer.changed(spot.root)

        return turn()


def _stat(spot: Spot) -> object:
    if spot.side is not Side.DOCUMENT:
        return _stat_side(spot)
    with WritableView.of(spot.root, spot.session) as view:
        found = view.stat(spot.path)
    return {
        "type": found.type,
        "ctime": found.ctime_ns // _MS,
        "mtime": found.mtime_ns // _MS,
        "size": found.size,
    }


def _stat_side(spot: Spot) -> object:
    with WritableView.of(spot.root, spot.session) as view:
        if spot.side is Side.RETRY:
            found: Stat | None = view.stat_retry(spot.path, spot.number or 1)
        else:
            found = view.stat_side(spot.path, "base" if spot.side is Side.BASE else "global")
    # A base has the time of the file that it was taken from: only its ctime is its own.
    time = 0 if found is None else found.ctime_ns // _MS
    size = 0 if found is None else found.size
    return {"type": "file", "ctime": time, "mtime": time, "size": size, "permissions": _READ_ONLY}


def _read_directory(spot: Spot) -> object:
    with WritableView.of(spot.root, spot.session) as view:
        try:
            entries = view.list(spot.path)
        except UnsupportedFile as error:
            raise _retyped(NotAFolder, error) from None
    return {"entries": [{"name": name, "type": kind} for name, kind in entries]}


def _content(spot: Spot) -> Encoded:
    try:
        return _encoded(read_side(spot))
    except UnsupportedFile as error:
        with WritableView.of(spot.root, spot.session) as view:
            raise _of_folder(view, spot.path, error) from None


def _encoded(content: bytes) -> Encoded:
    return b'{"content":"', binascii.b2a_base64(content, newline=False), b'"}'


def _chunks(spot: Spot) -> Iterator[bytes]:
    if spot.side is not Side.DOCUMENT:
        yield read_side(spot)
        return
    with WritableView.of(spot.root, spot.session) as view, view.open(spot.path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _of_folder(view: WritableView, path: str, error: UnsupportedFile) -> UnsupportedFile:
    """Tell folders (and documents in the place of folders) from pipes and devices."""
    try:
        folder = view.stat(path).type == "directory"
    except FileNotFound:  # then something above it was meant
        return _retyped(NotAFolder, error)
    return _retyped(IsAFolder, error) if folder else error


def _retyped(kind: type[UnsupportedFile], error: UnsupportedFile) -> UnsupportedFile:
    changed = kind("", "")
    changed.message, changed.suggestions, changed.data = (
        error.message,
        error.suggestions,
        error.data,
    )
    return changed


def _together(one: Spot, other: Spot) -> bool:
    return (
        one.root is other.root
        and one.session is not None
        and other.session is not None
        and one.session.casefold() == other.session.casefold()
    )


def _guarded(take: Callable[[Params, Call], None]) -> Callable[[object, Call], None]:
    def handler(params: object, call: Call) -> None:
        try:
            if not isinstance(params, dict):
                raise InvalidArguments([f"{call.method} takes its parameters by name"])
            take(params, call)
        except Exception as error:  # noqa: BLE001 - every request gets an answer
            call.fail(file_error(error, call.method))

    return handler


def _text(params: Params, name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str):
        raise InvalidArguments([f"{name} should be a string"])
    return value


def _flag(params: Params, name: str, default: bool) -> bool:
    value = params.get(name, default)
    if not isinstance(value, bool):
        raise InvalidArguments([f"{name} should be true or false"])
    return value


def _octets(params: Params) -> bytes:
    try:
        return base64.b64decode(_text(params, "content"), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidArguments(["content should be base64"]) from None
