"""git: a second working tree, a branch, and a stash."""

from __future__ import annotations

import shutil

from tests.bench.peers.desk import Desk
from tests.bench.peers.peer import (
    LED,
    WRITTEN,
    WRITTEN_AND_FLUSHED,
    WRITTEN_OVER,
    FolderPeer,
    How,
    Jobs,
)


class _Git(FolderPeer):
    """A repository whose first commit holds the folder, packed as it would be after a while."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.shell(
            "git init -q -b main",
            "git config gc.auto 0",  # what happens now and then is not part of a job
            "git add -A",
            "git commit -qm 'The folder'",
            "git gc -q",
        )

    @classmethod
    def missing(cls, desk: Desk) -> str | None:
        return None if shutil.which("git") else "it is not installed"

    def version(self) -> str:
        return self.shell("git --version").decode().strip().replace(" version", "")


class Worktree(_Git):
    """A second folder with all the files, on a branch of its own."""

    title = "git worktree"
    how = Jobs(
        isolate=How("`git worktree add`"),
        edit=WRITTEN,
        flushed=WRITTEN_AND_FLUSHED,
        status=How("`git status`"),
        switch=LED,
        integrate=How("`git commit`, `git merge`"),
        discard=How("`git worktree remove --force`, `git branch -D`"),
    )

    def place(self, draft: str) -> str:
        return f"{self.book}-{draft}"

    def begin(self, draft: str) -> None:
        self.shell(f"git worktree add -q -b {draft} ../book-{draft}")

    def status(self, draft: str) -> bytes:
        return self.shell(f"git -C ../book-{draft} status --porcelain")

    def integrate(self, draft: str) -> None:
        self.shell(f"git -C ../book-{draft} commit -qam {draft}", f"git merge -q {draft}")

    def clear(self, draft: str) -> None:
        self.discard(draft)

    def discard(self, draft: str) -> None:
        self.shell(f"git worktree remove --force ../book-{draft}", f"git branch -qD {draft}")


class Branch(_Git):
    """A branch in the one folder: the draft takes the place of the accepted texts."""

    title = "git switch"
    in_place = True
    how = Jobs(
        isolate=How("`git switch -c`"),
        edit=WRITTEN,
        flushed=WRITTEN_AND_FLUSHED,
        status=How("`git status`"),
        switch=How("`git commit`, `git switch`"),
        integrate=How("`git commit`, `git switch main`, `git merge`"),
        discard=How("`git switch --discard-changes main`, `git branch -D`"),
    )

    def place(self, draft: str) -> str:
        return self.book

    def begin(self, draft: str) -> None:
        self.shell(f"git switch -qc {draft} main")

    def status(self, draft: str) -> bytes:
        return self.shell("git status --porcelain")

    def keep(self, draft: str) -> None:
        self.shell(f"git commit -qam {draft}")

    def switch(self, draft: str, other: str) -> None:
        self.shell(f"git commit -qam {draft}", f"git switch -q {other}")

    def integrate(self, draft: str) -> None:
        self.shell(f"git commit -qam {draft}", "git switch -q main", f"git merge -q {draft}")

    def clear(self, draft: str) -> None:
        self.forget(draft)

    def discard(self, draft: str) -> None:
        self.shell("git switch -q --discard-changes main", f"git branch -qD {draft}")

    def forget(self, draft: str) -> None:
        self.shell(f"git branch -qD {draft}")


class Stash(_Git):
    """Changes in the one folder, put away and taken out again."""

    title = "git stash"
    in_place = True
    how = Jobs(
        isolate=WRITTEN_OVER,
        edit=WRITTEN,
        flushed=WRITTEN_AND_FLUSHED,
        status=How("`git status`"),
        switch=How("`git stash push`, `git stash pop` of the other"),
        integrate=How("`git commit`: the texts are in place"),
        discard=How("`git restore`"),
    )

    def place(self, draft: str) -> str:
        return self.book

    def begin(self, draft: str) -> None:
        """There is nothing that begins."""

    def status(self, draft: str) -> bytes:
        return self.shell("git status --porcelain")

    def keep(self, draft: str) -> None:
        self.shell(f"git stash push -q -m {draft}")

    def switch(self, draft: str, other: str) -> None:
        self.shell(f"git stash push -q -m {draft}", "git stash pop -q 'stash@{1}'")

    def integrate(self, draft: str) -> None:
        self.shell(f"git commit -qam {draft}")

    def discard(self, draft: str) -> None:
        self.shell("git restore -q .")

    def forget(self, draft: str) -> None:
        self.shell("git stash drop -q")
