"""Processes that know nothing of Redraft: editors, readers, a person at the markers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from time import monotonic_ns

from tests.recovery.racing.folder import MIXED, SHARED, markers
from tests.recovery.racing.record import Log
from tests.recovery.racing.texts import Torn, mentioned, mixed, versions_of, whole

from redraft.disk.exchange import exchange
from redraft.disk.folder import Folder
from redraft.domain import layout

Going = Callable[[], bool]


class Saver:
    """An editor. It writes down which versions each of its saves replaced: these may be gone."""

    def __init__(self, root: Path, chance: Random, log: Log) -> None:
        self.root = root
        self.chance = chance
        self.log = log
        self._count = 0
        self._folder = Folder.open(str(root))

    def run(self, going: Going, save: Callable[[str, bytes], set[str]], paths: list[str]) -> None:
        """Save one of the documents again and again."""
        while going():
            path, began = self.chance.choice(paths), monotonic_ns()
            version, text = self._edited(path)
            over = sorted(save(path, text) - mentioned(text))
            ended = monotonic_ns()
            facts = {"path": path, "version": version, "more": {"over": over}}
            self.log.add("save", began=began, ended=ended, **facts)
            time.sleep(self.chance.random() * 0.08)  # people do not save all the time

    def _edited(self, path: str) -> tuple[str, bytes]:
        self._count += 1
        version = f"{self.log.who}.{self._count}"
        if path not in MIXED:
            return version, whole(version, path, self.chance.randrange(1, 60))
        versions = versions_of((self.root / path).read_bytes())
        versions[self.chance.randrange(len(versions))] = version
        return version, mixed(versions, path)

    def beside(self, path: str, text: bytes) -> set[str]:
        """Save as most editors do: a new file takes the place of the old one in one step.

        An exchange, so that what came out is known for certain; to everybody else it is a rename.
        """
        parent, last = (self.root / path).parent, Path(path).name
        new = f".{last}.saved-by-{self.log.who}"
        (parent / new).write_bytes(text)
        inner = parent.relative_to(self.root).as_posix()
        with self._folder.sub(inner) as folder:
            exchange(folder, new, folder, last)
        out = mentioned((parent / new).read_bytes())
        (parent / new).unlink()
        return out

    def in_place(self, path: str, text: bytes) -> set[str]:
        """Save as some editors do: the same file, emptied and written."""
        with (self.root / path).open("rb+") as file:
            out = mentioned(file.read())
            file.seek(0)
            file.truncate()
            file.write(text)
        return out


def read_global(root: Path, chance: Random, log: Log, going: Going) -> None:
    """Read documents of the folder directly: never missing, never torn."""
    promise = "global is never missing, and whole"
    while going():
        path = chance.choice([*SHARED, *MIXED])
        try:
            versions_of((root / path).read_bytes())
            log.check(True, promise)
        except (FileNotFoundError, Torn) as error:
            log.check(False, promise, f"{path}: {error}")
        time.sleep(0.002)


def watch_markers(root: Path, log: Log, going: Going) -> None:
    """Look at the markers all the time; write down when none was there, or several."""
    since: int | None = None
    while going():
        began = monotonic_ns()
        found = markers(root)
        log.check(len(found) < 2, "there are never two markers", str(found))
        if found and since is not None:
            log.add("unmarked", began=since, ended=began)
        since = None if found else since or began
        time.sleep(0.001)
    if since is not None:
        log.add("unmarked", began=since, ended=monotonic_ns())


def touch_markers(root: Path, chance: Random, log: Log, going: Going) -> None:
    """Do to the markers what a person with a shell does to them."""
    workflow, number = root / layout.WORKFLOW, 0
    while going():
        number += 1
        sessions = [p.name for p in workflow.iterdir() if layout.is_name(p.name)]
        name = chance.choice([*sessions, f"ghost-{number}"])
        if chance.random() < 0.5:
            (workflow / f"{layout.MARKER}{name}").touch()
            log.add("touch", session=name, ended=monotonic_ns())
        else:
            for found in markers(root):
                with suppress(FileNotFoundError):
                    os.unlink(workflow / f"{layout.MARKER}{found}")
            log.add("rm", ended=monotonic_ns())
        time.sleep(chance.random() * 0.3)  # people are not so fast
