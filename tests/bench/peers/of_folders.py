"""What any folder can be drafted in: a copy of it, and two kinds of layer over it."""

from __future__ import annotations

import os
import platform
import shutil
from typing import ClassVar

from tests.bench.peers.desk import Desk, Shell
from tests.bench.peers.peer import (
    LED,
    WRITTEN,
    WRITTEN_AND_FLUSHED,
    FolderPeer,
    How,
    Jobs,
)

_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private")


class Copy(FolderPeer):
    """A copy of everything."""

    title = "plain copy"
    how = Jobs(
        isolate=How("`cp -a --reflink=auto`"),
        edit=WRITTEN,
        flushed=WRITTEN_AND_FLUSHED,
        status=How("`diff -rq`"),
        switch=LED,
        integrate=How("`cp -au`: whatever is newer, over whatever is there"),
        discard=How("`rm -r`"),
    )

    def version(self) -> str:
        (_, _, _, number), *_ = (line.split() for line in self.shell("cp --version").splitlines())
        probe = "cp --reflink=always ../book.errors ../book.reflink 2>&1 || true"
        shares = "by reflink" if not self.shell(probe) else "this file system has no reflinks"
        return f"coreutils {number.decode()}, {shares}"

    def place(self, draft: str) -> str:
        return f"{self.book}-{draft}"

    def begin(self, draft: str) -> None:
        self.shell(f"cp -a --reflink=auto . ../book-{draft}")

    def status(self, draft: str) -> bytes:
        return self.shell(f"{{ diff -rq . ../book-{draft} || [ $? = 1 ]; }}")

    def integrate(self, draft: str) -> None:
        self.shell(f"cp -au ../book-{draft}/. .")

    def clear(self, draft: str) -> None:
        self.discard(draft)

    def discard(self, draft: str) -> None:
        self.shell(f"rm -r ../book-{draft}")


class Overlay(FolderPeer):
    """A layer over the folder, mounted by the kernel for the programs of one shell.

    It is mounted in a user's own namespace: nobody has to be root, and nothing is left mounted when
    the shell ends. From outside, its folders are seen through the shell's process.
    """

    title = "overlay mount"
    how = Jobs(
        isolate=How("`mkdir`, `mount -t overlay`, in a namespace that is there already"),
        edit=WRITTEN,
        flushed=WRITTEN_AND_FLUSHED,
        status=How("`find` in the upper layer"),
        switch=LED,
        integrate=How("`umount`, `cp -a` of the upper layer over whatever is there"),
        discard=How("`umount`, `rm -r`"),
    )
    inside: ClassVar[tuple[str, ...]] = _NAMESPACE
    mount: ClassVar[str] = "mount -t overlay overlay -o userxattr,{layers} {at}"
    unmount: ClassVar[str] = "umount {at}"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.inside)
        self._mounted: list[str] = []
        self._stack.callback(self._end_all)

    @classmethod
    def missing(cls, desk: Desk) -> str | None:
        probe = f"{desk.path}/probe-{cls.__name__}"
        for side in ("lower", "upper", "work", "merged"):
            os.makedirs(f"{probe}/{side}")
        layers = "lowerdir=lower,upperdir=upper,workdir=work"
        try:
            with Shell(probe, desk.environment, cls.inside) as shell:
                shell(cls.mount.format(layers=layers, at="merged"), cls.unmount.format(at="merged"))
        except (OSError, EOFError) as error:
            return f"it cannot be mounted here ({error})"
        return None

    def version(self) -> str:
        return f"Linux {platform.release().partition('-')[0]}"

    def place(self, draft: str) -> str:
        return f"/proc/{self.shell.pid}/root{self.book}-{draft}/merged"

    def begin(self, draft: str) -> None:
        at = f"../book-{draft}"
        layers = f"lowerdir=.,upperdir={at}/upper,workdir={at}/work"
        mount = self.mount.format(layers=layers, at=f"{at}/merged")
        self.shell(f"mkdir {at} {at}/upper {at}/work {at}/merged", mount)
        self._mounted.append(draft)

    def status(self, draft: str) -> bytes:
        return self.shell(f"find ../book-{draft}/upper ! -type d")

    def integrate(self, draft: str) -> None:
        self._end(draft, f"cp -a ../book-{draft}/upper/. .")

    def clear(self, draft: str) -> None:
        self.shell(f"rm -r ../book-{draft}")

    def discard(self, draft: str) -> None:
        self._end(draft, f"rm -r ../book-{draft}")

    def _end_all(self) -> None:
        for draft in [*self._mounted]:
            self._end(draft)

    def _end(self, draft: str, *then: str) -> None:
        self._mounted.remove(draft)
        self.shell(self.unmount.format(at=f"../book-{draft}/merged"), *then)


class FuseOverlay(Overlay):
    """The same layer by a program instead of the kernel, mounted where everybody's programs are."""

    title = "fuse-overlayfs"
    how = Overlay.how._replace(
        isolate=How("`mkdir`, `fuse-overlayfs`"),
        integrate=How("`fusermount3 -u`, `cp -a` of the upper layer over whatever is there"),
        discard=How("`fusermount3 -u`, `rm -r`"),
    )
    inside: ClassVar[tuple[str, ...]] = ()
    mount = "fuse-overlayfs -o {layers} {at}"
    unmount = "fusermount3 -u {at}"

    @classmethod
    def missing(cls, desk: Desk) -> str | None:
        if not shutil.which("fuse-overlayfs"):
            return "it is not installed (Debian: fuse-overlayfs)"
        return super().missing(desk)

    def version(self) -> str:
        told = self.shell("fuse-overlayfs --version").decode()
        return f"fuse-overlayfs {told.partition('fuse-overlayfs: version ')[2].split()[0]}"

    def place(self, draft: str) -> str:
        return f"{self.book}-{draft}/merged"
