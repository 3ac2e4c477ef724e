"""After a race: is everything where it belongs? Reads what the clients wrote, and the folder."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from heapq import nlargest
from itertools import pairwise
from pathlib import Path

from tests.recovery.racing.folder import STEADY, Find, finds, plain, retries
from tests.recovery.racing.record import Entry, acknowledged

from redraft.domain import layout

Check = Callable[[bool, str, str], bool]
_COPIES = ("base", "human-retries")
"""Where only a copy of a version lies; the version itself must be somewhere else."""
_TURNS_BACK = (
    "session restore", "session undo", "session discard", "retry restore", "delete", "rename"
)  # fmt: skip


class Judge:
    """Checks one race.

    Args:
        root: the folder, at rest.
        entries: all that was written down.
        check: counts a check and notes a failure.
    """

    def __init__(self, root: Path, entries: list[Entry], check: Check) -> None:
        self.root = root
        self.entries = entries
        self.check = check
        self.found: dict[str, list[Find]] = defaultdict(list)
        for find in finds(root):
            self.found[find.version].append(find)
        self.writes = [e for e in entries if e.verb == "write"]
        self.saves = acknowledged(entries, "save")
        self.commits = acknowledged(entries, "committed")
        self.over = {version for save in self.saves for version in save.more["over"]}
        self.committed: dict[str, set[str]] = defaultdict(set)
        for commit in self.commits:
            self.committed[str(commit.session)] |= {plain(p) for p in commit.more["paths"]}

    def everything(self) -> None:
        """All checks."""
        self.writes_are_kept()
        self.commits_are_kept()
        self.saves_are_kept()
        self.refused_left_nothing()
        self.nothing_is_astray()
        self.retries_are_whole()
        self.checkpoints_are_kept()
        self.starts_are_single()
        self.markers_are_right()

    # Documents ----------------------------------------------------------------------------------

    def is_there(self, version: str) -> bool:
        """Whether a version lies anywhere as more than a copy."""
        return any(find.side not in _COPIES for find in self.found.get(version, ()))

    def writes_are_kept(self) -> None:
        """An acknowledged write is there, or was replaced by one beside it or after it."""
        latest: dict[tuple[str | None, str], list[Entry]] = defaultdict(list)
        for write in self.writes + acknowledged(self.entries, "retry restore"):
            if write.acknowledged:
                key = (write.session, plain(write.path))
                latest[key] = nlargest(2, [*latest[key], write], key=lambda e: e.ended)
        for write in filter(lambda e: e.acknowledged, self.writes):
            others = [e for e in latest[write.session, plain(write.path)] if e is not write]
            # Which of two that were under way at once came last cannot be known from outside.
            replaced = any(other.ended > write.began for other in others)
            self.check(
                replaced or self.is_there(write.version) or write.version in self.over,
                "an acknowledged write is there, or was replaced by a later one",
                f"{_told(write)} is nowhere",
            )

    def commits_are_kept(self) -> None:
        """What a commit brought into global is there, or an editor replaced it."""
        writes = _by_document(e for e in self.writes)
        turns = defaultdict(list)
        for entry in filter(lambda e: e.verb in _TURNS_BACK, self.entries):
            turns[entry.session].append(entry)
        for commit in self.commits:
            kept = set(commit.more["paths"]) - set(commit.more["deleted"])
            for path in map(plain, kept):
                last = _last_before(writes[commit.session, path], commit)
                if last is None or any(_turns(e, path, last) for e in turns[commit.session]):
                    continue  # which of the versions was committed cannot be known from outside
                self.check(
                    self.is_there(last.version) or last.version in self.over,
                    "a committed version is there, or an editor replaced it",
                    f"{_told(last)}, committed into {path}, is nowhere",
                )

    def saves_are_kept(self) -> None:
        """An editor's save is in global or was kept by whoever replaced it."""
        for save in self.saves:
            self.check(
                self.is_there(save.version) or save.version in self.over,
                "an editor's save is never overwritten unnoticed",
                f"{_told(save)} is nowhere but in {self.found.get(save.version)}",
            )

    def refused_left_nothing(self) -> None:
        """A write that was refused is nowhere."""
        for write in self.writes:
            if not write.acknowledged:
                self.check(
                    write.version not in self.found,
                    "a refused write leaves nothing",
                    f"{_told(write)} ({write.code}) is in {self.found.get(write.version)}",
                )

    def nothing_is_astray(self) -> None:
        """A version is in its own session and document, and elsewhere only after a commit."""
        home = {e.version: e for e in (*self.writes, *self.saves) if e.version}
        for version, places in self.found.items():
            entry = home.get(version)
            if entry is None:
                continue  # it was there from the beginning
            for find in places:
                own = entry.verb == "save" or entry.session in find.sessions
                passed = plain(entry.path) in self.committed[str(entry.session)]
                self.check(
                    find.path == plain(entry.path) and (own or passed),
                    "a write is nowhere but in its session and document, until it is committed",
                    f"{_told(entry)} is in {find.place}",
                )

    # Sessions -----------------------------------------------------------------------------------

    def retries_are_whole(self) -> None:
        """The retries on disk are those that were acknowledged, with their numbers and reasons.

        A name may be given again after its session ended, or come back with what an undo of a part
        takes back: each session of that name counts for itself, in a folder of its own.
        """
        said: dict[tuple[str, str], Counter[tuple[int, str]]] = defaultdict(Counter)
        kept: dict[tuple[str, str], Counter[tuple[int, str]]] = defaultdict(Counter)
        places: dict[Path, list[int]] = defaultdict(list)
        promise = "the numbers of retries have no gap and no double"
        for entry in acknowledged(self.entries, "retried"):
            more = entry.more
            said[str(entry.session), entry.path][more["number"], more["reason"]] += 1
        for sessions, path, number, record in retries(self.root):
            places[record.parent].append(number)
            for key in [(name, path) for name in sessions if (name, path) in said]:
                kept[key][number, json.loads(record.read_text())["reason"]] += 1
        for place, numbers in places.items():
            whole = sorted(numbers) == list(range(1, len(numbers) + 1))
            self.check(whole, promise, f"{place}: {sorted(numbers)}")
        for key, known in said.items():
            self.check(
                kept[key] == known, promise, f"{key}: acknowledged {known}, kept {kept[key]}"
            )

    def checkpoints_are_kept(self) -> None:
        """Every checkpoint that was acknowledged is there, in the session or where it ended."""
        there = {path.parent.name for path in self.root.rglob("manifest.json")}
        for entry in acknowledged(self.entries, "kept"):
            self.check(
                entry.more["id"] in there, "an acknowledged checkpoint is kept", _told(entry)
            )

    def starts_are_single(self) -> None:
        """Of several that start a session of one name, one makes it."""
        by_name = defaultdict(list)
        for entry in acknowledged(self.entries, "session start"):
            by_name[entry.session].append(entry)
        ends = acknowledged(self.entries, "session commit", "session cancel", "session complete")
        for name, starts in by_name.items():
            for one, two in pairwise(starts):
                between = [
                    e for e in ends
                    if e.session == name and e.ended > one.began and e.began < two.ended
                ]  # fmt: skip
                self.check(bool(between), "a session is made once", f"{name} by {one} and {two}")

    def markers_are_right(self) -> None:
        """No marker is there only where somebody ended or left the session that had one."""
        sets = [
            e for e in self.entries
            if e.acknowledged and e.verb in ("session start", "session switch", "session resume")
        ]  # fmt: skip
        ended = [e.ended for e in sets]
        takes = ("session commit", "session cancel", "session complete", "session pause")
        leavers = [e for e in self.entries if e.verb in takes]
        for gap in acknowledged(self.entries, "unmarked"):
            number = bisect_left(ended, gap.began)
            if number == 0:
                continue
            last = sets[number - 1]
            self.check(
                any(e.ended > last.began and e.began < gap.ended for e in leavers),
                "no marker is there only when its session was ended or left",
                f"none since {gap.began}, although {_told(last)} set one",
            )

    def folder_is_clean(self, litter: Iterable[str]) -> None:
        """No file is left that was only on its way."""
        found = [*litter, *map(str, self.root.rglob(f"*{layout.NEW}"))]
        self.check(not found, "nothing is left lying about", str(found))
        missing = [n for n in STEADY if not (self.root / layout.session_folder(n)).is_dir()]
        self.check(not missing, "a session that nobody ended is there", str(missing))


def _by_document(entries: Iterable[Entry]) -> dict[tuple[str | None, str], list[Entry]]:
    found: dict[tuple[str | None, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.session, plain(entry.path)].append(entry)
    return found


def _last_before(writes: list[Entry], commit: Entry) -> Entry | None:
    """The write whose version a commit took, if no other came near it in time."""
    before = [e for e in writes if e.began < commit.ended and e.acknowledged]
    last = max(before, key=lambda e: e.ended, default=None)
    if last is None or last.ended > commit.began:
        return None
    close = [e for e in before if e is not last and e.ended > last.began]
    return None if close else last


def _turns(entry: Entry, path: str, write: Entry) -> bool:
    """Whether something may have put another version in the place of one that was written."""
    about = plain(f"{entry.path}/")
    return entry.ended > write.began and (about == "/" or f"{path}/".startswith(about))


def _told(entry: Entry) -> str:
    where = f" in {entry.session}" if entry.session else ""
    return f"{entry.verb} by {entry.who} of {entry.path} {entry.version}{where}"
