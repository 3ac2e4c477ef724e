"""What a dialogue works with: the person, the words, the folder, and the commands of the table."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

from redraft.commands.naming import Spot
from redraft.commands.uris import Side, normal
from redraft.domain import marker
from redraft.domain.session import Session
from redraft.domain.writing import WritableView
from redraft.errors import InvalidArguments, NoActiveSession
from redraft.faces.lsp.dialogues import messages as m
from redraft.faces.lsp.dialogues.person import Left

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable

    from redraft.domain.root import Root
    from redraft.faces.lsp.changes import Kind
    from redraft.faces.lsp.dialogues.person import Next, Person
    from redraft.faces.lsp.dialogues.phrases import Phrases
    from redraft.faces.lsp.parts import Parts

    T = TypeVar("T")
    Dialogue = Callable[["Desk"], Coroutine[Any, Any, None]]
    Begin = Callable[[m.Run, Dialogue | None], Coroutine[Any, Any, None]]


class Desk:
    """The means of one dialogue.

    Attributes:
        say: says things in the editor's language.
        person: who is asked.
        root: the folder that it is about.
        session: the session that it is about, if one is named.
        paths: the documents that it is about, relative to the folder.
        line: the slash line that it begins with.
    """

    def __init__(self, parts: Parts, root: Root, run: m.Run, begin: Begin) -> None:
        self.say: Phrases = parts.say
        self.person: Person = parts.person
        self.root = root
        self.line = run.line
        self._parts = parts
        self._begin = begin
        self._front = run.front
        self.paths, self.session = self._meant(run.uris)
        self.session = run.session or self.session

    def _meant(self, uris: Iterable[str]) -> tuple[list[str], str | None]:
        """The documents of one session: those of another one than the first's are left out."""
        found = [self._parts.folders.locate(uri) for uri in uris]
        spots = [spot for spot in found if spot.root is self.root]
        session = next((spot.session for spot in spots), None)
        paths = [spot.path for spot in spots if spot.path and spot.session == session]
        return list(dict.fromkeys(paths)), session

    def documents(self) -> list[str]:
        """The documents that it is about, or the one in front.

        Raises:
            InvalidArguments: it is about none, and none is in front.
        """
        if not self.paths and self._front:
            self.paths, session = self._meant([self._front])
            self.session = self.session or session
        if not self.paths:
            raise InvalidArguments([self.say("Open a document of the folder first")])
        return self.paths

    def near(self) -> str:
        """The document or folder that it is about, or the document in front; ``""`` without any."""
        paths = self.paths or (self._meant([self._front])[0] if self._front else [])
        return next(iter(paths), "")

    def is_in_document(self) -> bool:
        """Whether a session's document is in front."""
        return bool(self._front) and self._meant([self._front])[1] is not None

    async def call(self, name: str, /, *, title: str = "", **arguments: Any) -> Any:
        """Run a command of the table about this folder, and about the session if one is named.

        Args:
            name: its LSP name.
            title: shows its progress, with a way to stop it, should it take its time.
            arguments: its arguments, in snake_case.

        Raises:
            RedraftError: it was refused.
            Cancelled: the person stopped it.
        """
        about = {"root": self.root.path, "session": self.session, **arguments}
        given = {key: value for key, value in about.items() if value is not None}
        return await self._parts.commands.run(name, given, title, self.person.working)

    async def name(self) -> str:
        """The session that is named, else the active one, as its folder spells it.

        Raises:
            NoActiveSession: none is named, and none is active.
            SessionNotFound: there is none of that name.
        """
        self.session = await self.work(self._name)
        return self.session

    def _name(self) -> str:
        named = self.session or marker.active(self.root)
        if named is None:
            raise NoActiveSession
        with Session.open(self.root, named) as session:
            return session.name

    async def work(self, work: Callable[[], T]) -> T:
        """Do file work beside the requests."""
        return await self._parts.workers.call(work)

    async def look(self, session: str, work: Callable[[WritableView], T]) -> T:
        """Look at what a session shows."""

        def looking() -> T:
            with WritableView.of(self.root, session) as view:
                return work(view)

        return await self.work(looking)

    async def change(
        self,
        session: str,
        paths: Iterable[tuple[str, Kind]],
        work: Callable[[WritableView], T],
    ) -> T:
        """Change documents of a session, and tell what became of them."""
        async with self._parts.turns.hold(self.root):
            result = await self.look(session, work)
            spots = [(Spot(self.root, path, session), kind) for path, kind in paths]
            self._parts.announcer.documents(spots)
            self._parts.announcer.changed(self.root)
        return result

    async def news(self) -> AsyncIterator[None]:
        """Whenever something may have changed in the folder."""
        with self._parts.announcer.follow(self.root) as changed:
            while True:
                await changed.wait()
                changed.clear()
                yield

    def uri(
        self, session: str, path: str, side: Side = Side.DOCUMENT, number: int | None = None
    ) -> dict[str, str]:
        """A document of a session, or a side of it, among the arguments of an editor's command."""
        return m.uri(normal(self._parts.folders.uri(self.root, session, path, side, number)))

    def title(self, session: str) -> str:
        """A session as dialogs name it: with its folder, where the window has several."""
        if len(self._parts.folders.all()) < 2:
            return session
        return self.say("{0} in {1}", session, os.path.basename(self.root.path))

    async def settle(self, session: str) -> None:
        """Have the unsaved text of a session saved or thrown away, as the person chooses.

        Raises:
            Left: they left it as it is, or it could not be saved; the editor has said so.
        """
        say, home = self.say, self.uri(session, "")
        names = await self.person.do("_redraft.unsaved", home)
        if not names:
            return
        save = say("Save All")
        choice = await self.person.choose(
            say("Save the unsaved text in {0} first?", self.title(session)),
            *(save, say("Don't Save")),
            severity="warning",
            detail=", ".join(names),
        )
        command = "_redraft.saveAll" if choice == save else "_redraft.revertAll"
        if not await self.person.do(command, home):
            raise Left

    async def save(self, session: str, paths: Iterable[str]) -> None:
        """Have the unsaved text of documents saved.

        Raises:
            Left: one could not be; the editor has said so.
        """
        uris = [self.uri(session, path) for path in paths]
        if not await self.person.do("_redraft.save", uris):
            raise Left

    async def open(self, session: str, path: str) -> None:
        """Open a document; kept, because the editor forgets a preview of a scheme of ours."""
        await self.person.do("vscode.open", self.uri(session, path), {"preview": False})

    async def go(self, name: str) -> None:
        """Go on with another dialogue about the same."""
        from redraft.faces.lsp.dialogues.table import DIALOGUES

        await DIALOGUES[name](self)

    def then(self, dialogue: Dialogue) -> Next:
        """Another dialogue about the same session, for a button."""
        run = m.Run(name="", root=self.root.path, session=self.session or "")
        return lambda: self._begin(run, dialogue)

    def log(self, line: str) -> None:
        """Write a line into the output."""
        self._parts.log(line)
