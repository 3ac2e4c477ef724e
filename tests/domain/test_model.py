"""Random lives of two or three sessions, compared with plain dictionaries after every step."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from tests.conftest import picture
from tests.domain.model import Book, Draft, Kept, Record, Refused, at_or_beneath, parents

from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.table import BY_VERB
from redraft.domain.changes import Survey
from redraft.domain.writing import WritableView
from redraft.errors import RedraftError

# Thousands of flushed steps: kept in memory where there is such a place.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - shared memory, used if it is there

NAMES = ("one", "Two-2", "drei_3")
FILES = (
    "a.md",
    "b",
    "d",
    "d/x.md",
    "d/y",
    "d/sub/z.md",
    "d/sub",
    "e/x.md",
    "-dash é.md",  # one code point ...
    "-dash e\N{COMBINING ACUTE ACCENT}.md",  # ... and two
    "sp ace/🎭 .txt",
    "deep/1/2/3/.hidden",
)
FOLDERS = ("d", "d/sub", "e", "b", "sp ace", "new", "deep/1")
TEXT = "".join(f"line {n}\n" for n in range(12)).encode()

sessions = st.sampled_from(NAMES)
files = st.sampled_from(FILES)
folders = st.sampled_from(FOLDERS)
paths = st.sampled_from(sorted({*FILES, *FOLDERS}))
contents = st.sampled_from(("first", "last", "empty", "binary", "global", "base", "new"))


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="redraft-model-", dir=MEMORY))
        self.path = self.home / "book"
        self.path.mkdir()
        self.roots = Roots([str(self.path)])
        self.root = self.roots.all()[0]
        self.book = Book()
        self.number = 0
        self.ledger: set[bytes] = set()
        self.commits: list[Record] = []
        self.cancelled: list[tuple[str, Draft]] = []
        self.completed: list[tuple[str, Draft]] = []
        self.restores: dict[tuple[str, str], None] = {}

    def teardown(self) -> None:
        self.nothing_is_lost()
        self.roots.close()
        shutil.rmtree(self.home)

    # Doing it twice ----------------------------------------------------------------------------

    def run(self, verb: str, **arguments: Any) -> Any:
        command = BY_VERB[verb]
        return execute(command, validate(command, arguments), self.roots)

    def both(self, real: Any, model: Any) -> Any:
        """Run both sides; either both give a value or both refuse with the same code."""
        try:
            expected = model()
        except Refused as refused:
            code = refused.code
        else:
            return real(), expected
        with pytest.raises(RedraftError) as caught:
            real()
        assert caught.value.code == code, caught.value.message
        return None

    def draft(self, name: str) -> Draft | None:
        """The named session, or else any that there is: few steps shall come to nothing."""
        return self.book.drafts.get(name) or next(iter(self.book.drafts.values()), None)

    def content(self, kind: str, path: str, draft: Draft | None = None) -> bytes:
        self.number += 1
        mark = f"<{self.number}>".encode()
        now = self.book.files.get(path, (TEXT, 0))[0]
        base = draft.bases.get(path, now) if draft else now
        shown = (self.book.read(draft, path) if draft else None) or now
        lines = shown.splitlines(keepends=True)
        if kind == "first" and lines:
            return b"".join([mark + b"\n", *lines[1:]])
        if kind == "last" and lines:
            return b"".join([*lines[:-1], mark + b"\n"])
        known = {"empty": b"", "binary": b"\0\xff" + mark, "global": now, "base": base}
        return known.get(kind, mark + b"\n" + TEXT)

    # Sessions ----------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        for path in ("a.md", "d/x.md", "d/sub/z.md", "e/x.md"):
            self.someone_writes(path, "new")
        self.start("one")

    @rule(name=sessions)
    def start(self, name: str) -> None:
        def model() -> None:
            if name in self.book.drafts:
                raise Refused("session_exists")
            self.book.drafts[name] = Draft(name)
            self.book.active = name

        self.both(lambda: self.run("session start", name=name), model)

    @rule(name=sessions, verb=st.sampled_from(("switch", "resume", "pause")))
    def move_marker(self, name: str, verb: str) -> None:
        ended = name not in self.book.drafts

        def model() -> None:
            if ended and not (verb == "resume" and self.open_again(name)):
                raise Refused("session_not_found")
            if verb != "pause":
                self.book.active = name
            elif self.book.active == name:
                self.book.active = None

        if self.both(lambda: self.run(f"session {verb}", name=name), model) and ended:
            draft = self.book.drafts[name]
            self.new_checkpoint(draft, draft.keep())  # that of its end

    @rule(name=sessions)
    def cancel(self, name: str) -> None:
        draft = self.book.drafts.get(name)
        if draft is None:
            return
        done = self.run("session cancel", name=name)
        self.cancelled.append((done.trash.rpartition("-")[2], draft))
        self.end(name)

    @rule(name=sessions)
    def complete(self, name: str) -> None:
        if name in self.book.drafts:
            done = self.run("session complete", name=name)
            assert set(done.unapplied.deleted) == self.book.deleted(self.book.drafts[name])
            self.completed.append((name, self.book.drafts[name]))
            self.end(name)

    def open_again(self, name: str) -> bool:
        """Take up the session of this name that was completed last, if one was."""
        for number, (other, draft) in reversed(list(enumerate(self.completed))):
            if other == name:
                del self.completed[number]
                self.book.drafts[name] = draft
                return True
        return False

    def end(self, name: str) -> None:
        del self.book.drafts[name]
        if self.book.active == name:
            self.book.active = None

    # Documents ---------------------------------------------------------------------------------

    @rule(name=sessions, path=files, kind=contents)
    def write(self, name: str, path: str, kind: str) -> None:
        draft = self.draft(name)
        if draft is None:
            return
        name = draft.name
        content = self.content(kind, path, draft)
        old = draft.copies.get(path)

        def real() -> Any:
            text = base64.b64encode(content).decode()
            return self.run("write", session=name, path=path, content=text, encoding="base64")

        done = self.both(real, lambda: self.book.write(draft, path, content))
        if done is not None:
            assert done[0].kind == done[1]
            self.ledger.discard(old or b"")
            self.ledger.add(content)

    @rule(name=sessions, path=paths)
    def delete(self, name: str, path: str) -> None:
        draft = self.draft(name)
        if draft is None:
            return
        name = draft.name
        real = lambda: self.run("delete", session=name, path=path)  # noqa: E731 - one of two in a row
        done = self.both(real, lambda: self.book.delete(draft, path))
        assert done is None or done[0].kind == done[1]

    @rule(name=sessions, old=paths, new=paths, overwrite=st.booleans(), move=st.booleans())
    def transfer(self, name: str, old: str, new: str, overwrite: bool, move: bool) -> None:
        draft = self.draft(name)
        if draft is None:
            return
        name = draft.name

        def real() -> None:
            if move:
                self.run("rename", session=name, path=old, new_path=new, overwrite=overwrite)
                return
            with WritableView.of(self.root, name) as view:
                view.copy(old, new, overwrite=overwrite)

        self.both(real, lambda: self.book.transfer(draft, old, new, overwrite=overwrite, move=move))

    @rule(name=sessions, path=folders)
    def make_folder(self, name: str, path: str) -> None:
        draft = self.draft(name)
        if draft is None:
            return
        name = draft.name

        def real() -> None:
            with WritableView.of(self.root, name) as view:
                view.make_folder(path)

        self.both(real, lambda: self.book.make_folder(draft, path))

    @rule(name=sessions, given=st.lists(paths, min_size=1, max_size=2))
    def discard(self, name: str, given: list[str]) -> None:
        draft = self.draft(name)
        if draft is None:
            return
        name = draft.name
        real = lambda: self.run("session discard", name=name, paths=given)  # noqa: E731 - one of two in a row
        done = self.both(real, lambda: self.book.discard(draft, given))
        assert done is None or set(done[0].discarded) == done[1]

    # Retries and checkpoints -------------------------------------------------------------------

    @rule(name=sessions, path=files)
    def record_retry(self, name: str, path: str) -> None:
        draft = self.draft(name)
        content = self.book.read(draft, path) if draft else None
        if draft is None or content is None:
            return
        name = draft.name
        kept = self.run("retry", session=name, file_path=path, reason="No – é", auto_detected=True)
        draft.retries.setdefault(path, []).append(content)
        assert kept.number == len(draft.retries[path])
        assert (self.path / kept.saved_to).read_bytes() == content

    @rule(name=sessions, path=files)
    def restore_retry(self, name: str, path: str) -> None:
        draft = self.draft(name)
        if draft is None or path not in draft.retries:
            return
        name = draft.name
        content, old, before = draft.retries[path][0], draft.copies.get(path), draft.keep()

        def real() -> None:
            self.run("retry restore", session=name, file_path=path, number=1)

        if self.both(real, lambda: self.book.write(draft, path, content)) is not None:
            self.ledger.discard(old or b"")
            self.ledger.add(content)
            self.restores[name, self.new_checkpoint(draft, before)] = None

    def new_checkpoint(self, draft: Draft, kept: Kept) -> str:
        """The one checkpoint of a session that the model has not heard of; it keeps this."""
        listed = self.run("session checkpoints", name=draft.name)
        new: set[str] = {each.id for each in listed.checkpoints} - draft.checkpoints.keys()
        (id_,) = new
        draft.checkpoints[id_] = kept
        return id_

    @rule(name=sessions)
    def checkpoint(self, name: str) -> None:
        draft = self.draft(name)
        if draft is not None:
            draft.checkpoints[self.run("session checkpoint", name=draft.name).id] = draft.keep()

    @rule(name=sessions, which=st.integers(0, 3))
    def restore(self, name: str, which: int) -> None:
        draft = self.draft(name)
        if draft is None or not draft.checkpoints:
            return
        name = draft.name
        id_ = sorted(draft.checkpoints)[-1 - which % len(draft.checkpoints)]
        before = draft.keep()
        done = self.run("session restore", name=name, id=id_)
        draft.checkpoints[done.replaced_by.id] = before
        self.restores[name, done.replaced_by.id] = None
        draft.bring_back(draft.checkpoints[id_])
        assert set(done.changed) == changed(self.book, draft, before)

    # Someone else ------------------------------------------------------------------------------

    @rule(path=files, kind=contents, in_place=st.booleans())
    def someone_writes(self, path: str, kind: str, in_place: bool = False) -> None:
        if path in self.book.folders or self.book.obstacle(path):
            return
        content = self.content(kind, path)
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if not in_place:
            place.unlink(missing_ok=True)
        place.write_bytes(content)
        self.ledger.discard(self.book.files.get(path, (b"", 0))[0])
        self.book.files[path] = (content, place.stat().st_mtime_ns)
        self.book.folders.update(parents(path))

    @rule(path=paths)
    def someone_removes(self, path: str) -> None:
        for inner in at_or_beneath(path, list(self.book.files)):
            (self.path / inner).unlink()
            self.ledger.discard(self.book.files.pop(inner)[0])
        for inner in sorted(at_or_beneath(path, self.book.folders), reverse=True):
            (self.path / inner).rmdir()
            self.book.folders.remove(inner)

    @rule(path=folders)
    def someone_makes_a_folder(self, path: str) -> None:
        if path not in self.book.files and not self.book.obstacle(path):
            (self.path / path).mkdir(parents=True, exist_ok=True)
            self.book.folders.update([*parents(path), path])

    # Commit and undo ---------------------------------------------------------------------------

    @rule(
        name=sessions,
        paths=st.none() | st.lists(paths, min_size=1, max_size=2),
        on_conflict=st.sampled_from(("stop", "overwrite", "skip")),
        stale=st.booleans(),
    )
    def commit(self, name: str, paths: list[str] | None, on_conflict: str, stale: bool) -> None:
        draft = self.draft(name)
        if draft is None:
            return
        name = draft.name
        asked: dict[str, Any] = {"name": name, "paths": paths} if paths else {"name": name}
        found = self.both(
            lambda: self.run("session commit", **asked), lambda: self.book.plan(draft, paths)
        )
        if found is None:
            return
        preview, items = found
        shown = [(f.path, f.kind, f.state) for f in preview.files]
        assert shown == [(i.path, i.kind, i.state) for i in items]
        if stale:
            self.make_stale(draft, items[0].path, asked, preview.preview)
            return
        asked |= {"force": True, "on_conflict": on_conflict}
        try:
            items, skipped = self.book.select(draft, paths, on_conflict)
        except Refused:
            self.both(lambda: self.run("session commit", preview=preview.preview, **asked), refuse)
            return
        if any(p in self.book.folders for p in self.book.obstacles(items)):
            return  # see test_commit.py
        before = dict(self.book.files)
        done = self.run("session commit", preview=preview.preview, **asked)
        self.committed(draft, done, items, skipped, before)

    def make_stale(self, draft: Draft, path: str, asked: dict[str, Any], token: str) -> None:
        self.someone_writes(path, "new")
        if path in self.book.folders or self.book.obstacle(path):
            return  # nobody could write there
        with pytest.raises(RedraftError) as caught:
            self.run("session commit", force=True, preview=token, **asked)
        assert caught.value.code in ("stale_preview", "file_not_found", "nothing_to_commit")

    def committed(
        self,
        draft: Draft,
        done: Any,
        items: list[Any],
        skipped: list[str],
        before: dict[str, Any],
    ) -> None:
        placed = [i.path for i in items if i.kind != "deleted" and i.state != "identical"]
        mtimes = {path: (self.path / path).stat().st_mtime_ns for path in placed}
        for path in placed:
            assert mtimes[path] > before.get(path, (b"", 0))[1]
        record = self.book.commit(draft, items, skipped, done.archive.rpartition("-")[2], mtimes)
        self.commits.append(record)
        assert done.session_closed == record.whole
        assert done.skipped == skipped
        assert set(done.modified + done.created + done.deleted) == {i.path for i in items}
        assert set(done.merged) == {i.path for i in items if i.state == "merges"}
        self.ledger.update(version[0] for version in record.replaced.values() if version)

    @rule(name=st.none() | sessions)
    def undo(self, name: str | None) -> None:
        candidates: list[tuple[str, str, Any]] = [(r.at, "commit", r) for r in self.commits]
        candidates += [(at, "cancel", draft) for at, draft in self.cancelled]
        drafts = self.book.drafts
        candidates += [
            (at, "restore", who)
            for who, at in self.restores
            if who in drafts and at in drafts[who].checkpoints
        ]
        candidates = [c for c in candidates if name in (None, getattr(c[2], "name", c[2]))]
        asked = {"name": name} if name else {}
        if not candidates:
            self.both(lambda: self.run("session undo", **asked), nothing)
            return
        at, kind, what = max(candidates, key=lambda c: c[0])
        found = self.both(
            lambda: self.run("session undo", **asked),
            lambda: getattr(self, f"undo_{kind}")(at, what),
        )
        if found is None:
            return
        done, expected = found
        assert done.undone == kind
        if kind == "commit":
            restored, kept = expected
            assert set(done.restored) == restored
            assert {k.path for k in done.kept} == kept
        if kind == "restore":
            draft = self.book.drafts[what]
            self.new_checkpoint(draft, expected)
            assert set(done.restored) == changed(self.book, draft, expected)

    def undo_commit(self, at: str, record: Record) -> Any:
        found = self.book.undo(record)
        self.commits.remove(record)
        return found

    def undo_cancel(self, at: str, draft: Draft) -> None:
        if draft.name in self.book.drafts:
            raise Refused("session_exists")
        self.book.drafts[draft.name] = draft
        self.cancelled.remove((at, draft))

    def undo_restore(self, at: str, name: str) -> Kept:
        del self.restores[name, at]
        draft = self.book.drafts[name]
        before = draft.keep()
        draft.bring_back(draft.checkpoints[at])
        return before

    # What always holds -------------------------------------------------------------------------

    @invariant()
    def global_is_what_it_should_be(self) -> None:
        seen = picture(self.path)
        found = {p: (e[3], e[2]) for p, e in seen.items() if e[0] == "file"}
        assert found == self.book.files
        assert {p for p, e in seen.items() if e[0] == "directory"} == self.book.folders

    @invariant()
    def every_session_shows_what_it_should(self) -> None:
        assert set(self.root.sessions()) == self.book.drafts.keys()
        for name, draft in self.book.drafts.items():
            expected = self.book.tree(draft)
            listed = self.run("files", session=name, recursive=True).entries
            kinds = {"file": False, "directory": True}
            assert {e.path: kinds[e.type] for e in listed} == {
                path: content is None for path, content in expected.items()
            }
            changes = self.book.changes(draft)
            for entry in listed:
                kind = changes.get(entry.path) if entry.type == "file" else None
                assert entry.kind == kind
            with WritableView.of(self.root, name) as view:
                for path in {*FILES, *expected}:
                    content = expected.get(path)
                    assert view.resolve(path).exists == (path in expected), path
                    if content is not None:
                        assert view.read(path) == content
            self.status_is_right(name, draft)

    def status_is_right(self, name: str, draft: Draft) -> None:
        status = self.run("session status", name=name)
        changes = self.book.changes(draft)
        for kind in ("modified", "created", "deleted"):
            found = getattr(status.changes, kind)
            assert found == sorted(p for p, k in changes.items() if k == kind)
        assert status.drifted == sorted(self.book.drifted(draft))
        assert status.change_count == len(changes)
        assert status.retry_count == sum(map(len, draft.retries.values()))
        assert status.status == ("ACTIVE" if name == self.book.active else "INACTIVE")
        folder = self.path / ".workflow" / name
        assert not list((folder / ".tmp").glob("*"))
        assert not (folder / "operation.json").exists()
        with self.root.folder.sub(f".workflow/{name}") as opened:
            survey = Survey(opened)
        assert survey.stones == draft.stones
        assert survey.bases.keys() == draft.bases.keys()

    @invariant()
    def the_marker_is_where_it_should_be(self) -> None:
        workflow = self.path / ".workflow"
        markers = list(workflow.glob(".active-*")) if workflow.exists() else []
        expected = [f".active-{self.book.active}"] if self.book.active else []
        assert [marker.name for marker in markers] == expected

    def nothing_is_lost(self) -> None:
        there = set()
        for parent, _, names in os.walk(self.path):
            there |= {Path(parent, name).read_bytes() for name in names}
        assert self.ledger - {b""} <= there


def changed(book: Book, draft: Draft, before: Kept) -> set[str]:
    """The paths whose change differs between two states of a session."""
    other = Draft("other")
    other.bring_back(before)
    one, two = ({p: d.copies.get(p) for p in book.changes(d)} for d in (draft, other))
    missing = object()
    return {p for p in one.keys() | two.keys() if one.get(p, missing) != two.get(p, missing)}


def refuse() -> None:
    raise Refused("conflict")


def nothing() -> None:
    raise Refused("nothing_to_undo")


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=60, stateful_step_count=50)
