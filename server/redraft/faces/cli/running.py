"""Running one verb of the command line: from what was given to a validated result."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from redraft.commands import dispatch
from redraft.commands.naming import documents, named
from redraft.commands.parameters import LITERAL, PATHS
from redraft.commands.requests import ResolvePath
from redraft.commands.roots import Roots
from redraft.faces.where import anchored, find_root, pinned, working_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redraft.commands.declaration import Command
    from redraft.commands.requests import Request
    from redraft.domain.root import Root


@dataclass(frozen=True, slots=True)
class Call:
    """What was given for one verb.

    Attributes:
        arguments: the verb's own arguments by name, where given.
        root: ``--root``.
        session: ``--session``.
        json: whether a JSON object is wanted instead of text.
    """

    arguments: dict[str, Any] = field(default_factory=dict)
    root: str | None = None
    session: str | None = None
    json: bool = False


def perform(command: Command, call: Call) -> Any:
    """Run a table command and give its result dataclass.

    Raises:
        RedraftError: it could not be done.
    """
    with Opened(call) as opened:
        request = opened.meant(dispatch.validate(command, opened.arguments(command.verb)))
        return dispatch.execute(command, request, opened.roots)


class Opened:
    """The root of a call, open (a context manager); repairs made meanwhile are noted at the end."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._cwd = working_folder(os.environ)
        self.roots = Roots([find_root(call.root, self._cwd, os.environ)])

    @property
    def root(self) -> Root:
        """The one root."""
        return self.roots.pick()

    @property
    def session(self) -> str | None:
        """The session named by option or environment."""
        return self._call.session or pinned(os.environ)

    def arguments(self, verb: str) -> dict[str, object]:
        """The call's arguments for a verb, with the paths anchored."""
        given: dict[str, object] = dict(self._call.arguments)
        for name in PATHS.intersection(given):
            value = given[name]
            if isinstance(value, list):
                given[name] = [self.anchor(each) for each in value]
            elif isinstance(value, str):
                given[name] = self.anchor(value, new=(verb, name) in LITERAL)
        if self._call.session is not None:
            given["session"] = self._call.session
        return given

    def meant(self, request: Request) -> Request:
        """The request with its URIs read, and with the session of the environment by default."""
        request = named(request, self.roots)
        if request.session is not None or getattr(request, "name", None) is not None:
            return request
        return replace(request, session=self.session)

    def document(self, *, new: bool = False) -> tuple[str, str | None]:
        """The one document that the call names, relative to the root, and the session it names."""
        path = self.anchor(str(self._call.arguments["path"]), new=new)
        request = self.meant(ResolvePath(path=path, session=self._call.session))
        return documents(request)[0], request.session

    def anchor(self, path: str, *, new: bool = False) -> str:
        """A path from the working folder; a bare name that is not there stays a bare name."""
        place = anchored(path, self._cwd, self.root.path)
        bare = os.sep not in path and path not in (os.curdir, os.pardir)
        if new or place == path or not bare or self._shown(place):
            return place
        return path

    def _shown(self, place: str) -> bool:
        from redraft.domain.marker import active
        from redraft.domain.view import View
        from redraft.errors import RedraftError

        try:
            with View.of(self.root, self.session or active(self.root)) as view:
                found = view.resolve(place)
                return found.exists or found.modified_in_session
        except RedraftError:
            return True

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *error: object) -> None:
        for root in self.roots.all():
            for repair in root.take_repairs():
                print(f"note: {repair}", file=sys.stderr)
        self.roots.close()


def sessions_beside(root: str | None) -> Iterable[str]:
    """The names of the sessions of the root that a command line would take, for completion."""
    from redraft.errors import RedraftError

    try:
        with Opened(Call(root=root)) as opened:
            return sorted(opened.root.sessions())
    except (RedraftError, OSError):
        return []
