"""Stories told on a system that refuses one call, and a judgement of what came of it.

An error answer means that all is as it was; an answer that it is done, that all is done.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.recovery.picture import describe, difference, litter, plain, versions
from tests.recovery.refusals import CHANGING, READING, Refusing, refusing
from tests.recovery.stories import Story, book, do

from redraft.disk import beneath
from redraft.domain import layout, marker
from redraft.domain.root import Root
from redraft.errors import IoError, RedraftError

_VOLATILE = {".lock", ".gitignore", "session.lock", ".hint"}
_UPDATED = re.compile(rb'"updated": "[^"]*"')
_TIME = re.compile(r"\d{8}T\d{12}Z")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]*Z|[0-9a-f]{32,}")
_IO = "io_error"


class Answer(NamedTuple):
    """What an operation answered: its error's code (None: it is done) and fields."""

    code: str | None
    data: dict[str, Any]


class Point(NamedTuple):
    """One call refused: what it was, what the answer was, and what is wrong with that."""

    call: str
    errno: int
    answer: Answer
    wrong: list[str]
    untold: bool = False


def _nothing(name: str, about: str) -> None:
    """Watches without a word."""


def _quiet(story: Story, path: Path) -> None:
    path.mkdir(parents=True)
    book(path)
    with Root.open(str(path)) as root, refusing(_nothing):
        story.before(root)


def holds(path: Path) -> dict[str, tuple[int, int, bytes]]:
    """All files and folders of a root: permission bits, time (of global's alone), content.

    Left out is what Redraft writes down for others and for itself alone.
    """
    found: dict[str, tuple[int, int, bytes]] = {}
    for parent, folders, files in os.walk(path):
        inside = Path(parent).relative_to(path)
        is_own = inside.parts[:1] in ((layout.WORKFLOW,), (layout.WORKSPACE,))
        for name in folders:
            found[f"{inside / name}/"] = (Path(parent, name).stat().st_mode, 0, b"")
        for name in set(files) - _VOLATILE:
            place = Path(parent, name)
            status = place.lstat()
            content = os.fsencode(place.readlink()) if place.is_symlink() else place.read_bytes()
            content = _UPDATED.sub(b"", content) if name == layout.METADATA else content
            time = 0 if is_own else status.st_mtime_ns
            found[str(inside / name)] = (status.st_mode, time, content)
    return found


def names_of(path: Path) -> list[str]:
    """The names of all that a root holds, without their times."""
    return sorted(plain(name) for name in holds(path) if not name.endswith("/"))


class Stage:
    """A story made ready, to be told many times.

    Args:
        story: the story.
        home: an empty folder.
        servers: whether files are reached as servers do, in one call.
        asks: whether it only asks, so that it has one answer.
    """

    def __init__(
        self, story: Story, home: Path, *, servers: bool = False, asks: bool = False
    ) -> None:
        self.story = story
        self.asks = asks
        self.home = home
        self.servers = servers
        self._path: Path | None = None
        self._count = 0
        self._untold = False
        _quiet(story, home / "old")
        self._before = holds(home / "old")
        path = self._fresh()
        told = self._tell(path, Refusing({}, 0, 0))
        assert told.code is None, told
        self.told = told.data["told"]
        self.new_names = names_of(path)
        self.new = describe(path)
        self.new_versions = versions(path)
        self._drop()
        shutil.copytree(home / "old", home / "touched", symlinks=True)
        self.old = describe(home / "touched")
        self.old_holds = holds(home / "touched")
        self.old_versions = versions(home / "touched")

    def clear(self) -> None:
        """Remove all that was made."""
        shutil.rmtree(self.home)
        self._path = None

    def _fresh(self) -> Path:
        if self._path is None:
            self._count += 1
            self._path = self.home / str(self._count)
            if self.story.by_inode:
                _quiet(self.story, self._path)
                self._before = holds(self._path)
            else:
                shutil.copytree(self.home / "old", self._path, symlinks=True)
        return self._path

    def _drop(self) -> None:
        if self._path is not None:
            shutil.rmtree(self._path)
        self._path = None

    def _tell(self, path: Path, refusal: Refusing) -> Answer:
        if self.servers:
            beneath.enable()
        try:
            with Root.open(str(path)) as root, refusing(refusal):
                told = self.story.act(root)
        except OSError as error:
            return Answer(_IO, IoError(error).data)
        except RedraftError as error:
            return Answer(error.code, error.data)
        finally:
            beneath.disable()
        return Answer(None, {"told": _CLOCK.sub("", repr(told).replace(str(path), ""))})

    def calls(self, kinds: dict[str, tuple[int, ...]]) -> list[str]:
        """The names of the calls of these kinds that the story makes, in their order."""
        watch = Refusing(kinds, 0, 0)
        self._tell(self._fresh(), watch)
        self._drop()
        return watch.names

    def refuse(
        self, kinds: dict[str, tuple[int, ...]], number: int, code: int, *, lasting: bool = False
    ) -> Point | None:
        """Tell the story with one call refused; None if it did not come to that call.

        With ``lasting`` all such calls that come after are refused as well, and what cannot be
        taken back then is looked at once the disk works again.
        """
        path = self._fresh()
        refusal = Refusing(kinds, number, code, lasting=lasting)
        answer = self._tell(path, refusal)
        if refusal.struck is None:
            self._drop()
            return None
        self._untold = False
        wrong = list(self._judge(path, answer, refusal))
        return Point(refusal.struck, code, answer, wrong, self._untold)

    def points(
        self, kinds: dict[str, tuple[int, ...]], codes: int | None = None
    ) -> Iterator[Point]:
        """Refuse every call of these kinds, one at a time.

        Args:
            kinds: the calls' names, and with what codes a system refuses them.
            codes: None for all of them; else one code for each call, in turn from this one on.
        """
        for number, name in enumerate(self.calls(kinds), 1):
            all_ = kinds[name]
            for code in all_ if codes is None else (all_[(number + codes) % len(all_)],):
                point = self.refuse(kinds, number, code)
                if point is not None:
                    yield point

    def broken_from(self, code: int, step: int = 1) -> Iterator[Point]:
        """Refuse all that changes the disk, from each call on, or from each ``step``-th one."""
        for number in range(1, len(self.calls(CHANGING)) + 1, step):
            point = self.refuse(CHANGING, number, code, lasting=True)
            if point is not None:
                yield point

    def _judge(self, path: Path, answer: Answer, refusal: Refusing) -> Iterator[str]:
        if answer.code == _IO:
            if answer.data["errno"] != refusal.code:
                yield f"the error's number is {answer.data['errno']}"
            if not answer.data["path"]:
                yield "the error names no path"
        elif answer.code is not None:
            yield f"the answer is {answer.code}"
        if self.asks and answer.code is None and answer.data["told"] != self.told:
            yield f"another answer: {answer.data['told']} instead of {self.told}"
        if (self.asks or answer.code is not None) and holds(path) == self._before:
            return  # nothing has happened at all: the folder serves again
        done = answer.code is None
        if refusal.kinds is READING:
            self._untold = not done and self._is_done(path)
            done = done or self._untold
        if refusal.lasting:
            # It could take nothing back either: with a journal it may be carried on instead.
            _heal(path)
            done = done or describe(path) != self.old
        yield from self._judge_state(path, done=done, whole=not refusal.lasting)
        self._drop()

    def _is_done(self, path: Path) -> bool:
        return describe(path) == self.new and names_of(path) == self.new_names

    def _judge_state(self, path: Path, *, done: bool, whole: bool) -> Iterator[str]:
        found = describe(path)
        state = self.new if done else self.old
        yield from difference(found, state)
        if not whole:
            pass  # a checkpoint that was kept for nothing stays
        elif not done:
            yield from self._differences(holds(path))
        else:
            odd = set(names_of(path)).symmetric_difference(self.new_names)
            odd = {name for name in odd if not self._is_immaterial(name, self.new)}
            odd = {
                name for name in odd if f"/{layout.WATCH}/" not in name
            }  # read, and needed no more
            if odd:
                yield f"other files than when it is done undisturbed: {sorted(odd)}"
        yield from (f"left behind: {name}" for name in litter(path))
        kept = self.new_versions if done else self.old_versions
        if not kept <= versions(path):
            yield f"lost: {kept - versions(path)}"
        yield from _goes_on(path)

    def _differences(self, found: dict[str, tuple[int, int, bytes]]) -> Iterator[str]:
        """What is not as it was; empty folders of Redraft's own and the like do not count."""
        old = self.old_holds
        if self.story.by_inode:  # told anew each time, at another time
            found, old = _timeless(found), _timeless(old)
        for name in sorted(found.keys() ^ old.keys()):
            if not self._is_immaterial(name, self.old):
                yield f"{'new' if name in found else 'gone'}: {name}"
        if not self.story.by_inode:
            for name in sorted(found.keys() & old.keys()):
                if found[name] != old[name]:
                    yield f"another: {name}: {found[name]} instead of {old[name]}"

    def _is_immaterial(self, name: str, state: dict[str, Any]) -> bool:
        """Whether a name says nothing.

        That is an empty folder of Redraft's own, a base alone, and a tombstone under a copy.
        """
        home, _, inner = name.partition("/")[2].partition("/")
        if name.endswith(f"/{layout.TMP}/"):
            return True
        if home.startswith("."):
            return name.endswith("/")
        side, _, path = inner.partition("/")
        if side in (layout.BASE, layout.DELETED) and home in state["sessions"]:
            changes = dict(state["sessions"][home]["changes"])
            above = (None, "modified", "created")
            return changes.get(path) in (above if side == layout.DELETED else (None,))
        return name.endswith("/") and side != layout.FILES


def _timeless(found: dict[str, Any]) -> dict[str, Any]:
    """The same with the times in the names numbered, in their order."""
    times = sorted({time for name in found for time in _TIME.findall(name)})
    number = {time: f"TIME-{at}" for at, time in enumerate(times)}
    return {_TIME.sub(lambda m: number[m[0]], name): what for name, what in found.items()}


def _heal(path: Path) -> None:
    with Root.open(str(path)) as root:
        do(root, "doctor")


def _goes_on(path: Path) -> Iterator[str]:
    """Whether everything can be done afterwards."""
    try:
        with Root.open(str(path)) as root, refusing(_nothing):
            marker.active(root)
            do(root, "session start", name="after")
            do(root, "write", path="a.md", content="doc:after")
            do(root, "session commit", force=True)
            if do(root, "doctor").left:
                yield "the doctor cannot mend it"
    except (OSError, RedraftError) as error:
        yield f"afterwards: {error}"
