"""A view that can be changed: what a session takes, through the modules that know how.

They are imported by the calls that need them, so that whoever only looks does not pay for them.
"""

from __future__ import annotations

from redraft.domain.view import Stat, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class WritableView(View):
    """A root seen through a session, where documents can be written as well as read."""

    __slots__ = ()

    def read_retry(self, given: str, number: int) -> bytes:
        """The bytes of a rejected version of a document."""
        from redraft.domain import retries

        if self.session is None:
            raise self.not_found(given)
        return retries.read_version(self.session, self.path_of(given), number)

    def stat_retry(self, given: str, number: int) -> Stat:
        """What a rejected version of a document is."""
        from redraft.domain import retries

        if self.session is None:
            raise self.not_found(given)
        return Stat(retries.find_version(self.session, self.path_of(given), number)[1])

    def write(
        self,
        given: str,
        chunks: Iterable[bytes],
        *,
        create: bool = True,
        overwrite: bool = True,
        parents: bool = True,
        check: Callable[[str], None] | None = None,
    ) -> str:
        """Write a document into the session; see :func:`redraft.domain.editing.write`."""
        from redraft.domain import editing

        return editing.write(
            self, given, chunks, create=create, overwrite=overwrite, parents=parents, check=check
        )

    def delete(self, given: str, *, recursive: bool = True) -> str:
        """Delete in the session; see :func:`redraft.domain.editing.delete`."""
        from redraft.domain import editing

        return editing.delete(self, given, recursive=recursive)

    def rename(self, old: str, new: str, *, overwrite: bool = False) -> str:
        """Rename in the session; see :func:`redraft.domain.moving.rename`."""
        from redraft.domain import moving

        return moving.rename(self, old, new, overwrite=overwrite)

    def copy(self, source: str, destination: str, *, overwrite: bool = False) -> str:
        """Copy within the session; see :func:`redraft.domain.moving.copy`."""
        from redraft.domain import moving

        return moving.copy(self, source, destination, overwrite=overwrite)

    def make_folder(self, given: str) -> None:
        """Make a folder in the session; see :func:`redraft.domain.editing.make_folder`."""
        from redraft.domain import editing

        editing.make_folder(self, given)
