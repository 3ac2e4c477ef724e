"""What has ended, as it lies in ``completed/`` and ``.trash/``."""

from __future__ import annotations

from redraft.domain import layout
from redraft.domain.changes import is_retry_record
from redraft.domain.session import meta_of, read_metadata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.domain.root import Root


class Laid:
    """One folder of the archive or the trash.

    Attributes:
        name: the session it is of.
        at: when it was put there, RFC 3339.
        place: where it lies, relative to the root.
        is_session: whether it is a whole session, and not only something of one.
    """

    __slots__ = ("at", "is_session", "name", "place")

    def __init__(self, name: str, at: str, place: str, *, is_session: bool) -> None:
        self.name = name
        self.at = at
        self.place = place
        self.is_session = is_session


def held(root: Root, one: Laid) -> tuple[int | None, int]:
    """What an ended session held that its end took out of its folder.

    Returns:
        How many changes were committed (None: they are in its folder still), and how many retries
        were moved to their archive.
    """
    from redraft.domain.journal import load

    changes: int | None = None
    archive: object = _cancelled(one)
    try:
        journal = load(root, one.place)
    except (OSError, ValueError):
        journal = None
    if journal is not None and journal.kind == "commit":
        items, archive = journal.info.get("items"), journal.info.get("retries_archive")
        changes = len(items) if isinstance(items, list) else None
    if not isinstance(archive, str):
        return changes, 0
    return changes, sum(is_retry_record(path) for path, _ in root.folder.walk(archive))


def _cancelled(one: Laid) -> str:
    """Where the retries of a cancelled session are, if they were kept."""
    return f"{layout.RETRIES_ARCHIVE}/{one.name}-cancelled-{one.place.rpartition('-')[2]}"


def is_session(root: Root, place: str) -> bool:
    """Whether a whole session lies in a folder of the archive or the trash."""
    return any(root.folder.stat(f"{place}/{own}") for own in (layout.METADATA, layout.FILES))


def laid(root: Root, parent: str) -> list[Laid]:
    """All that lies in the archive or the trash, oldest first; foreign folders are passed over.

    A session that somebody moved there by hand counts, with the time that it was last changed.
    """
    found = []
    for entry in root.folder.scan(parent):
        place = f"{parent}/{entry.name}"
        whole = is_session(root, place)
        dated = layout.split_dated(entry.name)
        if dated is not None:
            found.append(Laid(dated[0], layout.rfc3339_of(dated[1]), place, is_session=whole))
        elif whole and layout.is_name(entry.name):
            with root.folder.sub(place) as folder:
                at = str(meta_of(read_metadata(folder, entry.name))["updated"])
            found.append(Laid(entry.name, at, place, is_session=True))
    return sorted(found, key=lambda one: (one.at, one.place))
