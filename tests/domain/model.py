"""A root with its sessions as plain sets and dictionaries: what the domain must agree with.

Nothing here touches a disk. A refused operation raises :class:`Refused` with the error's code and
changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import deepcopy
from dataclasses import dataclass, field

from redraft.domain.merge import is_text, merge

Version = tuple[bytes, int]
"""A file of global: its content, and its modification time in ns."""


class Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parents(path: str) -> list[str]:
    """The folders above a path, outermost first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def at_or_beneath(folder: str, paths: Iterable[str]) -> list[str]:
    return [p for p in paths if not folder or p == folder or p.startswith(f"{folder}/")]


def beneath(folder: str, paths: Iterable[str]) -> list[str]:
    return [p for p in paths if p.startswith(f"{folder}/")]


@dataclass
class Kept:
    """A checkpoint's content."""

    copies: dict[str, bytes]
    folders: set[str]
    stones: set[str]
    bases: dict[str, bytes]


@dataclass
class Draft:
    """A session: copies, folders of its own, tombstones, bases, retries, checkpoints."""

    name: str
    copies: dict[str, bytes] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    stones: set[str] = field(default_factory=set)
    bases: dict[str, bytes] = field(default_factory=dict)
    retries: dict[str, list[bytes]] = field(default_factory=dict)
    checkpoints: dict[str, Kept] = field(default_factory=dict)

    def keep(self) -> Kept:
        return deepcopy(Kept(self.copies, self.folders, self.stones, self.bases))

    def bring_back(self, kept: Kept) -> None:
        kept = deepcopy(kept)
        self.copies, self.folders = kept.copies, kept.folders
        self.stones, self.bases = kept.stones, kept.bases

    def hides(self, path: str) -> bool:
        return path in self.stones or any(above in self.stones for above in parents(path))

    def blocks(self, path: str) -> bool:
        return any(above in self.copies for above in parents(path))

    def put(self, path: str, content: bytes) -> None:
        self.copies[path] = content
        self.folders.update(parents(path))

    def hide(self, path: str) -> None:
        if not self.hides(path):
            self.stones -= set(beneath(path, self.stones))
            self.stones.add(path)

    def is_free(self, path: str, side: Collection[str]) -> bool:
        """Whether nothing lies at a path or is in the way above it."""
        folders = self.folders if side is self.copies else {a for p in side for a in parents(p)}
        taken = path in side or path in folders
        return not taken and not any(above in side for above in parents(path))


@dataclass
class Item:
    path: str
    kind: str
    state: str = "clean"


@dataclass
class Record:
    """A commit as it can be undone."""

    name: str
    at: str
    whole: bool
    draft: Draft
    items: list[Item]
    stones: dict[str, set[str]]
    replaced: dict[str, Version | None]
    obstacles: dict[str, Version]
    placed: dict[str, Version]
    removed_folders: list[str]
    made_folders: list[str]


class Book:
    """The root: global's files and folders, and the sessions."""

    def __init__(self) -> None:
        self.files: dict[str, Version] = {}
        self.folders: set[str] = set()
        self.drafts: dict[str, Draft] = {}
        self.active: str | None = None

    # The view --------------------------------------------------------------------------------

    def obstacle(self, path: str) -> str | None:
        return next((above for above in parents(path) if above in self.files), None)

    def read(self, draft: Draft, path: str) -> bytes | None:
        if path in draft.copies:
            return draft.copies[path]
        if path in draft.folders or draft.blocks(path) or draft.hides(path):
            return None
        return self.files[path][0] if path in self.files else None

    def is_folder(self, draft: Draft, path: str) -> bool:
        if path in draft.copies or draft.blocks(path):
            return False
        if not path or path in draft.folders:
            return True
        return path in self.folders and not draft.hides(path)

    def shows(self, draft: Draft, path: str) -> bool:
        return self.read(draft, path) is not None or self.is_folder(draft, path)

    def tree(self, draft: Draft) -> dict[str, bytes | None]:
        """Everything the session shows: content, or None for folders."""
        found: dict[str, bytes | None] = {}
        for path in {*draft.copies, *self.files}:
            content = self.read(draft, path)
            if content is not None:
                found[path] = content
        for path in {*draft.folders, *self.folders}:
            if self.is_folder(draft, path):
                found[path] = None
        return found

    # Writing ---------------------------------------------------------------------------------

    def _touched(self, draft: Draft, path: str) -> bool:
        return path in draft.copies or draft.hides(path)

    def _ensure_base(self, draft: Draft, path: str) -> bool:
        if self._touched(draft, path):
            return path in draft.bases
        if path not in self.files:
            draft.bases.pop(path, None)
            return False
        others = set(draft.bases) - {path}
        if any(above in others for above in parents(path)) or beneath(path, others):
            return False
        draft.bases[path] = self.files[path][0]
        return True

    def _check_parents(self, draft: Draft, path: str, *, make: bool) -> None:
        for above in reversed(parents(path)):
            if self.read(draft, above) is not None:
                raise Refused("unsupported_file")
            if self.is_folder(draft, above):
                return
            if not make:
                raise Refused("file_not_found")

    def _is_no_change(self, draft: Draft, path: str, content: bytes) -> bool:
        now = self.files.get(path)
        if path not in draft.bases or now is None or any(map(draft.hides, parents(path))):
            return False
        return draft.bases[path] == now[0] == content

    def _lift(self, draft: Draft, path: str) -> None:
        if path not in self.folders:
            draft.stones.discard(path)

    def _prune_shown(self, draft: Draft, path: str) -> None:
        for above in reversed(parents(path)):
            if draft.hides(above) or above not in self.folders:
                return
            if beneath(above, draft.copies) or beneath(above, draft.folders):
                return
            draft.folders.discard(above)

    def write(self, draft: Draft, path: str, content: bytes) -> str:
        if self.is_folder(draft, path):
            raise Refused("unsupported_file")
        self._check_parents(draft, path, make=True)
        has_base = self._ensure_base(draft, path)
        if self._is_no_change(draft, path, content):
            self._lift(draft, path)
            draft.copies.pop(path, None)
            del draft.bases[path]
            self._prune_shown(draft, path)
            return "unchanged"
        draft.put(path, content)
        self._lift(draft, path)
        return "modified" if has_base else "created"

    def make_folder(self, draft: Draft, path: str) -> None:
        if self.shows(draft, path):
            raise Refused("file_exists")
        self._check_parents(draft, path, make=False)
        draft.folders.update([*parents(path), path])
        if path in self.folders and not beneath(path, [*self.files, *self.folders]):
            draft.stones.discard(path)

    def delete(self, draft: Draft, path: str) -> str:
        if not self.shows(draft, path):
            raise Refused("file_not_found")
        if self.is_folder(draft, path):
            self._remove(draft, path)
            self._prune_shown(draft, path)
            return "deleted" if draft.hides(path) else "unchanged"
        hidden = path in self.files or path in self.folders
        if hidden and not draft.hides(path):
            self._ensure_base(draft, path)
            draft.hide(path)
        draft.copies.pop(path, None)
        if not hidden:
            draft.bases.pop(path, None)
        self._prune_shown(draft, path)
        return "deleted" if hidden else "unchanged"

    def _remove(self, draft: Draft, path: str) -> None:
        if (path in self.files or path in self.folders) and not draft.hides(path):
            for inner in at_or_beneath(path, self.files):
                self._ensure_base(draft, inner)
            draft.hide(path)
        for inner in at_or_beneath(path, list(draft.copies)):
            del draft.copies[inner]
        draft.folders -= set(at_or_beneath(path, draft.folders))

    def transfer(
        self, draft: Draft, source: str, target: str, *, overwrite: bool, move: bool
    ) -> None:
        """Rename or copy."""
        self._check_transfer(draft, source, target, overwrite=overwrite, move=move)
        if source == target:
            return
        content = self.read(draft, source)
        if content is None:
            self._transfer_folder(draft, source, target)
        else:
            self._ensure_base(draft, target)
            draft.put(target, content)
            self._lift(draft, target)
        if move:
            self._remove(draft, source)
        for path in at_or_beneath(target, list(draft.copies)):
            if self._is_no_change(draft, path, draft.copies[path]):
                del draft.copies[path], draft.bases[path]
                self._prune_shown(draft, path)
        if move:
            self._prune_shown(draft, source)

    def _check_transfer(
        self, draft: Draft, source: str, target: str, *, overwrite: bool, move: bool
    ) -> None:
        if target.startswith(f"{source}/") or source.startswith(f"{target}/"):
            raise Refused("invalid_arguments")
        if source == target and not move:
            raise Refused("file_exists")
        if not self.shows(draft, source):
            raise Refused("file_not_found")
        if self.shows(draft, target) and source != target:
            same_kind = self.is_folder(draft, source) == self.is_folder(draft, target)
            if not overwrite or not same_kind:
                raise Refused("file_exists")
        self._check_parents(draft, target, make=False)

    def _transfer_folder(self, draft: Draft, source: str, target: str) -> None:
        shown = self.tree(draft)
        if self.is_folder(draft, target):
            self._remove(draft, target)
        draft.folders.update([*parents(target), target])
        for path in beneath(source, shown):
            content, place = shown[path], target + path[len(source) :]
            if content is None:
                draft.folders.add(place)
            else:
                draft.put(place, content)

    # Changes ---------------------------------------------------------------------------------

    def deleted(self, draft: Draft) -> set[str]:
        hidden = {p for p in draft.bases if p not in draft.copies and draft.hides(p)}
        taken = {*draft.copies, *draft.folders}
        bare = {s for s in draft.stones if s not in taken and not at_or_beneath(s, draft.bases)}
        return hidden | bare

    def changes(self, draft: Draft) -> dict[str, str]:
        kinds = {p: "modified" if p in draft.bases else "created" for p in draft.copies}
        return kinds | dict.fromkeys(self.deleted(draft), "deleted")

    def newcomers(self, draft: Draft) -> set[str]:
        known = {*draft.bases, *draft.copies, *self.deleted(draft)}
        return {p for s in draft.stones for p in at_or_beneath(s, self.files) if p not in known}

    def _drifted(self, draft: Draft, path: str) -> bool:
        if path not in draft.bases:
            return path in self.files or (path in self.folders and not draft.hides(path))
        return path not in self.files or self.files[path][0] != draft.bases[path]

    def drifted(self, draft: Draft) -> set[str]:
        found = {p for p in self.changes(draft) if self._drifted(draft, p)}
        return found | self.newcomers(draft)

    def discard(self, draft: Draft, given: list[str]) -> set[str]:
        changes = self.changes(draft)
        if any(not at_or_beneath(path, changes) for path in given):
            raise Refused("file_not_found")
        wanted = {p for path in given for p in at_or_beneath(path, changes)}
        for stone in sorted(draft.stones):
            if any(at_or_beneath(path, [stone]) for path in given):
                draft.stones.remove(stone)
                continue
            shown = [path for path in given if beneath(stone, [path])]
            if shown:
                self._split(draft, stone, shown, set())
        for path in wanted:
            draft.copies.pop(path, None)
            draft.bases.pop(path, None)
        for path in wanted:
            for above in reversed(parents(path)):
                if beneath(above, draft.copies) or beneath(above, draft.folders):
                    break
                draft.folders.discard(above)
        return wanted

    def _hidden_beneath(self, draft: Draft, stone: str) -> set[str]:
        return set(at_or_beneath(stone, {*self.files, *draft.bases})) - draft.copies.keys()

    def _split(self, draft: Draft, stone: str, shown: list[str], gone: set[str]) -> None:
        rest = self._hidden_beneath(draft, stone) - gone
        rest = {p for p in rest if not any(at_or_beneath(s, [p]) for s in shown)}
        draft.stones.remove(stone)
        draft.stones |= set(self._stones(draft, stone, rest, shown, gone))

    def _stones(
        self, draft: Draft, folder: str, rest: set[str], shown: list[str], gone: set[str]
    ) -> list[str]:
        known = beneath(folder, {*self.files, *self.folders, *rest})
        found = []
        for path in sorted({f"{folder}/{p[len(folder) + 1 :].split('/')[0]}" for p in known}):
            if any(at_or_beneath(s, [path]) for s in shown):
                continue
            is_empty = path in self.folders and path not in draft.folders
            if beneath(path, shown):
                found += self._stones(draft, path, rest, shown, gone)
            elif at_or_beneath(path, rest) or (is_empty and not beneath(path, gone)):
                found.append(path)
        return found

    # Commit ----------------------------------------------------------------------------------

    def plan(self, draft: Draft, paths: list[str] | None) -> list[Item]:
        changes = self.changes(draft) | dict.fromkeys(self.newcomers(draft), "deleted")
        picked = set(changes)
        if paths is not None:
            picked = set()
            for wanted in paths:
                hits = at_or_beneath(wanted, changes)
                if not hits:
                    raise Refused("file_not_found")
                picked |= set(hits)
            needed = {a for p in picked if changes[p] != "deleted" for a in parents(p)}
            picked |= {p for p in needed if changes.get(p) == "deleted"}
        if not picked:
            raise Refused("nothing_to_commit")
        return [Item(p, changes[p], self._state(draft, p, changes[p])) for p in sorted(picked)]

    def _state(self, draft: Draft, path: str, kind: str) -> str:
        blocked = self.obstacle(path)
        now, kept = self.files.get(path), draft.bases.get(path)
        if blocked is not None and not draft.hides(blocked):
            return "identical" if kind == "deleted" else "conflict"
        if kind == "deleted":
            return self._state_of_deletion(path, now, kept)
        if path in self.folders:
            return "clean" if draft.hides(path) else "conflict"
        if kept == (now[0] if now else None):
            return "clean"
        if now is None:
            return "conflict"
        return state_of_drift(kept, now[0], draft.copies[path])

    def _state_of_deletion(self, path: str, now: Version | None, kept: bytes | None) -> str:
        if now is None and path not in self.folders:
            return "identical"
        if kept is None:
            is_empty = path in self.folders and not beneath(path, self.files)
            return "clean" if is_empty else "conflict"
        return "clean" if now is not None and now[0] == kept else "conflict"

    def select(
        self, draft: Draft, paths: list[str] | None, on_conflict: str
    ) -> tuple[list[Item], list[str]]:
        """The items that a commit applies, and the paths that it skips."""
        found = self.plan(draft, paths)
        conflicts = {i.path for i in found if i.state == "conflict"}
        if conflicts and on_conflict == "stop":
            raise Refused("conflict")
        skipped = set()
        if on_conflict == "skip":
            staying = {i.path for i in found if i.path in conflicts and i.kind == "deleted"}
            skipped = set(conflicts)
            for item in found:
                if item.kind == "deleted":
                    continue
                waits = not staying.isdisjoint(parents(item.path))
                if waits or (item.path in self.folders and beneath(item.path, staying)):
                    skipped.add(item.path)
        items = [i for i in found if i.path not in skipped]
        if not items:
            raise Refused("conflict")
        return items, sorted(skipped)

    def obstacles(self, items: list[Item]) -> set[str]:
        deleted = {i.path for i in items if i.kind == "deleted"}
        found = set()
        for item in items:
            if item.kind == "deleted":
                continue
            blocked = self.obstacle(item.path)
            if blocked is None and item.state == "conflict" and item.path in self.folders:
                blocked = item.path
            if blocked is not None and blocked not in deleted:
                found.add(blocked)
        return found

    def commit(
        self, draft: Draft, items: list[Item], skipped: list[str], at: str, mtimes: dict[str, int]
    ) -> Record:
        """Apply the items; ``mtimes`` are the times that the placed files got."""
        copies = {i.path for i in items if i.kind != "deleted"}
        deleted = {i.path for i in items if i.kind == "deleted"}
        whole = not skipped and {i.path for i in items} >= self.changes(draft).keys()
        record = Record(draft.name, at, whole, deepcopy(draft), items, {}, {}, {}, {}, [], [])
        record.stones = self._stones_to_restore(draft, copies, deleted)
        blocked = self.obstacles(items)
        wanted = {a for p in copies for a in parents(p)}
        if whole:
            wanted |= {f for f in draft.folders if self._has_room(f, deleted | blocked)}
        emptied = self._emptied(draft, copies, deleted, whole=whole)
        contents = {i.path: self._result(draft, i) for i in items if i.kind != "deleted"}
        for path in deleted & self.files.keys():
            record.replaced[path] = self.files.pop(path)
        for path in blocked:
            for inner in at_or_beneath(path, list(self.files)):
                record.obstacles[inner] = self.files.pop(inner)
            self.folders -= set(at_or_beneath(path, self.folders))
        record.removed_folders = self._rmdirs(emptied)
        record.made_folders = sorted(wanted - self.folders)
        self.folders |= wanted
        for item in items:
            if item.kind == "deleted" or item.state == "identical":
                continue
            record.replaced[item.path] = self.files.get(item.path)
            self.files[item.path] = (contents[item.path], mtimes[item.path])
            record.placed[item.path] = self.files[item.path]
        if whole:
            del self.drafts[draft.name]
            if self.active == draft.name:
                self.active = None
        else:
            self._take_part(draft, record, copies, deleted)
        return record

    def _result(self, draft: Draft, item: Item) -> bytes:
        copy = draft.copies[item.path]
        if item.state != "merges":
            return copy
        text = merged(draft.bases[item.path], self.files[item.path][0], copy)
        assert text is not None
        return text

    def _stones_to_restore(
        self, draft: Draft, copies: set[str], deleted: set[str]
    ) -> dict[str, set[str]]:
        ours = copies | deleted
        return {s: self._hidden_beneath(draft, s) for s in draft.stones if at_or_beneath(s, ours)}

    def _has_room(self, path: str, gone: set[str]) -> bool:
        blocked = self.obstacle(path) or (path if path in self.files else None)
        return blocked is None or blocked in gone

    def _emptied(
        self, draft: Draft, copies: set[str], deleted: set[str], *, whole: bool
    ) -> list[str]:
        found: list[str] = []
        for stone in draft.stones & self.folders:
            folders = at_or_beneath(stone, self.folders)
            if not whole and self._hidden_beneath(draft, stone) - deleted:
                folders = [f for f in folders if beneath(f, deleted) or copies & {f, *parents(f)}]
            found += folders
        return found

    def _rmdirs(self, folders: Iterable[str]) -> list[str]:
        gone = []
        for path in sorted(folders, key=len, reverse=True):
            if path in self.folders and not beneath(path, [*self.files, *self.folders]):
                self.folders.remove(path)
                gone.append(path)
        return gone

    def _take_part(self, draft: Draft, record: Record, copies: set[str], deleted: set[str]) -> None:
        before = record.draft
        for stone in sorted(before.stones):
            # What the tombstone hid is judged by global as it was before the commit.
            stays = record.stones.get(stone, self._hidden_beneath(before, stone)) - deleted
            shown = at_or_beneath(stone, copies)
            if not stays and (shown or at_or_beneath(stone, deleted)):
                draft.stones.remove(stone)
            elif stays and shown:
                now = (self.files, self.folders)
                self.files, self.folders = self._before(record)
                self._split(draft, stone, shown, deleted)
                self.files, self.folders = now
        for path in copies | deleted:
            draft.copies.pop(path, None)
            draft.bases.pop(path, None)
        for path in copies:
            self._prune_shown(draft, path)

    def _before(self, record: Record) -> tuple[dict[str, Version], set[str]]:
        files = dict(self.files)
        for path, version in record.replaced.items():
            if version is None:
                files.pop(path, None)
            else:
                files[path] = version
        files |= record.obstacles
        folders = (self.folders - set(record.made_folders)) | set(record.removed_folders)
        return files, folders

    # Undo ------------------------------------------------------------------------------------

    def undo(self, record: Record) -> tuple[set[str], set[str]]:
        """Undo a commit; returns the paths restored and kept in global and session."""
        live = self.drafts.get(record.name)
        if record.whole and live is not None:
            raise Refused("session_exists")
        leaving: set[str] = set()
        restored: set[str] = set()
        kept: set[str] = set()
        for path, version in record.placed.items():
            if self.obstacle(path) or self.files.get(path) != version:
                kept.add(path)
                continue
            restored.add(path)
            if record.replaced[path] is None:
                leaving.add(path)
        taken = {p: v for p, v in record.replaced.items() if v and p not in record.placed}
        made = set(record.made_folders)
        back = {p: v for p, v in taken.items() if self._takes_back(p, leaving, made)}
        back |= {p: v for p, v in record.obstacles.items() if self._takes_back(p, leaving, made)}
        restored |= back.keys()
        kept |= taken.keys() | record.obstacles.keys()
        kept -= restored
        again = [
            f
            for f in record.removed_folders
            if (b := self.obstacle(f"{f}/x")) is None or b in leaving
        ]
        for path in restored - back.keys():
            old = record.replaced[path]
            if old is None:
                del self.files[path]
            else:
                self.files[path] = old
        self._rmdirs(record.made_folders)
        self.folders.update(f for path in again for f in (*parents(path), path))
        for path, version in back.items():
            self.files[path] = version
            self.folders.update(parents(path))
        self._undo_session(record, live, kept)
        return restored, kept

    def _takes_back(self, path: str, leaving: set[str], made: set[str]) -> bool:
        blocked = self.obstacle(path)
        if blocked is not None:
            return blocked in leaving
        if path in self.folders:
            inside = set(beneath(path, self.files))
            return path in made and inside <= leaving and set(beneath(path, self.folders)) <= made
        return path not in self.files or path in leaving

    def _undo_session(self, record: Record, live: Draft | None, kept: set[str]) -> None:
        before = deepcopy(record.draft)
        if record.whole:
            for path in kept:
                before.copies.pop(path, None)
                before.bases.pop(path, None)
                before.stones.discard(path)
            self.drafts[record.name] = before
            return
        draft = live or self.drafts.setdefault(record.name, Draft(record.name))
        was = deepcopy(draft)
        hidden = set()
        for item in record.items:
            path, is_deletion = item.path, item.kind == "deleted"
            if path in kept:
                continue
            self._bring_base(draft, was, before, path)
            if not was.is_free(path, was.copies) or (not is_deletion and was.hides(path)):
                kept.add(path)  # the session changed it again
            elif is_deletion:
                hidden.add(path)
            else:
                draft.put(path, before.copies[path])
        self._hide_again(draft, was, record.stones, hidden)

    def _hide_again(
        self, draft: Draft, was: Draft, stones: dict[str, set[str]], hidden: set[str]
    ) -> None:
        for stone, hid in stones.items():
            if all(p in hidden or was.hides(p) for p in hid):
                draft.hide(stone)
                hidden -= set(at_or_beneath(stone, hidden))
        for path in hidden:
            draft.hide(path)

    def _bring_base(self, draft: Draft, was: Draft, before: Draft, path: str) -> None:
        if path in was.bases:
            draft.bases.pop(path)
        elif not was.is_free(path, was.bases):
            return
        if path in before.bases:
            draft.bases[path] = before.bases[path]


def state_of_drift(kept: bytes | None, now: bytes, copy: bytes) -> str:
    if copy == now:
        return "identical"
    return "conflict" if merged(kept, now, copy) is None else "merges"


def merged(base: bytes | None, now: bytes, copy: bytes) -> bytes | None:
    """The three-way merge, or None; the merging itself has its own tests."""
    if base is None or not all(map(is_text, (base, now, copy))):
        return None
    return merge(base, now, copy).content
