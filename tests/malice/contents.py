"""Records edited by hand: of the wrong form, far too large, or pointing out of the folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.malice.ground import Ground
from tests.malice.places import CHECKPOINT, DONE, DRAFT, Place

from redraft.domain import layout

Record = dict[str, Any]

_STEPS: list[list[Any]] = [
    ["move", f"{DRAFT}/files/a.md", f"{DRAFT}/files/z.md"],
    ["swap", f"{DRAFT}/files/a.md", "a.md", [1, 2, 3], [4, 5, 6]],
    ["put", f"{DRAFT}/files/a.md", "new.md", [1, 2, 3]],
    ["take", "a.md", f"{DRAFT}/replaced/a.md", [1, 2, 3]],
    ["mkdir", "made"],
    ["rmdir", "part/sub"],
    ["drop", f"{DRAFT}/{layout.JOURNAL}"],
    ["stone", f"{DRAFT}/.tmp/x", f"{DRAFT}/deleted/x", "file"],
    ["unmark", "draft"],
    ["mark", "draft", "spare"],
    ["install", f"{DRAFT}/.tmp/x", f"{DRAFT}/{layout.METADATA}"],
    ["sweep", DRAFT],
    ["flush", [DRAFT]],
]
_JOURNAL: Record = {
    "format": 1,
    "kind": "rename",
    "session": "draft",
    "at": "20260101T000000000000Z",
    "record": DRAFT,
    "info": {},
    "steps": [],
}
_ANCIENT = f"{layout.OLD_SESSIONS}/ancient/session.json"
_REGISTRY: Record = {"id": "older", "status": "active", "directory": ".workflow/older"}
_OLD: Record = {
    "cow_files": {"a.md": "a.md"},
    "changes": {"modified": ["a.md"], "created": [], "deleted": ["gone.md"]},
    "human_retries": [{"file": "a.md", "retry_number": 1, "reason": "x", "path": "a.md"}],
    "created": "2026-01-01T00:00:00Z",
}
_LOCK: Record = {
    "journals": "000000000001",
    "open": 1,
    "holder": {"pid": 1, "user": "x", "doing": "commit"},
    "folder": DRAFT,
    "session": "draft",
    "marks": "spare",
}
# The records that may not be there, in a sound form.
_SOUND: dict[str, Record] = {
    f"{DRAFT}/{layout.JOURNAL}": _JOURNAL,
    layout.LOCK: _LOCK,
    layout.OLD_REGISTRY: _REGISTRY,
    _ANCIENT: _OLD,
}
RECORDS = (
    f"{DRAFT}/{layout.METADATA}",
    f"{DRAFT}/{layout.JOURNAL}",
    f"{DRAFT}/{layout.RETRIES}/a.md/retry-1.json",
    f"{DRAFT}/{layout.WATCH}/use",
    f"{CHECKPOINT}/manifest.json",
    f"{DONE}/{layout.JOURNAL}",
    f"{DONE}/{layout.METADATA}",
    f"{layout.LOANS}/loan",
    layout.LOCK,
    layout.SESSION_LOCK,
    layout.OLD_REGISTRY,
    _ANCIENT,
)
WRONG: dict[str, object] = {
    "null": None,
    "number": -5,
    "truth": True,
    "text": "x",
    "list": [["x"], 1],
    "object": {"x": {"y": 1}},
    "no number": float("nan"),
    "no text": "\ud800",
    "nested": None,  # made below: a list in a list, four hundred times
}
for _ in range(400):
    WRONG["nested"] = [WRONG["nested"]]
_MEGABYTES = 100


class Content(NamedTuple):
    """What somebody wrote into a record."""

    place: Place
    name: str
    write: Callable[[Path, Ground], None]

    def spoil(self, ground: Ground) -> None:
        """Write it, beside what else helps on the way out."""
        (ground.root / "leaving").symlink_to(ground.outside)
        (ground.root / layout.WORKFLOW / ".active-x").mkdir()
        target = self.place.find(ground.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.write(target, ground)

    def __str__(self) -> str:
        return f"{self.place.path}: {self.name}"


def contents() -> Iterator[Content]:
    """Every record with every wrong content."""
    for path in RECORDS:
        for name, data in _GARBAGE.items():
            yield Content(Place(path), name, partial(_put_there, data))
        yield Content(Place(path), f"{_MEGABYTES} MB of JSON", _huge)
        for name, wrong in WRONG.items():
            yield _edited(path, f"{name} in every field", _with_all(wrong))
            yield _edited(path, f"{name} beside its fields", _with("own", wrong))
    yield from _leading_out()


_GARBAGE = {
    "100,000 brackets": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "brackets that are closed": b"[" * 100_000 + b"]" * 100_000,
    "keys that come twice": b'{"kind": "undo", "kind": "commit", "session": "a", "session": 5}',
    "a number of 10,000 digits": b'{"at": ' + b"9" * 10_000 + b', "created": ' + b"9" * 4000 + b"}",
    "a list": b"[1, 2]",
    "no JSON": b"\x00\xff{",
    "nothing": b"",
}


def _put_there(data: bytes, target: Path, _: Ground) -> None:
    _put(target, data)


def _put(target: Path, data: bytes) -> None:
    target.unlink(missing_ok=True)
    target.write_bytes(data)


def _huge(target: Path, _: Ground) -> None:
    with target.open("wb") as file:
        file.write(b'{"project": "')
        for _number in range(_MEGABYTES):
            file.write(b"x" * (1 << 20))
        file.write(b'"}')


def _edited(path: str, name: str, edit: Callable[[Record, Ground], Record]) -> Content:
    def write(target: Path, ground: Ground) -> None:
        record = _SOUND.get(path) or json.loads(target.read_bytes().partition(b"\0")[0])
        text = json.dumps(_placed(edit(record, ground), ground))
        _put(target, f"{text}\n".encode())

    return Content(Place(path), name, write)


def _placed(record: Record, ground: Ground) -> Record:
    """The record, with the dated names that this folder has."""
    text = json.dumps(record)
    for mark in (DONE, CHECKPOINT):
        if mark in text:
            text = text.replace(mark, str(Place(mark).find(ground.root).relative_to(ground.root)))
    return dict(json.loads(text))


def _everywhere(record: Record, wrong: object) -> Record:
    return {
        k: _everywhere(v, wrong) if isinstance(v, dict) and v else wrong for k, v in record.items()
    }


# Leading out ------------------------------------------------------------------------------------

WAYS_OUT = (
    "../outside/victim",
    "../outside",
    "../outside/twin/.workflow/draft",
    "/…/victim",
    ".workflow/../../outside/victim",
    ".workflow/draft/../../../outside/victim",
    ".workflow/.active-x/../../../outside/victim",
    "x/../../../outside/victim",  # behind the beginning of a marker
    "x/../../../outside/fresh",
    "part/../../outside/victim",
    "leaving/victim",
    ".workflow/draft/files/../../../../outside/victim",
    ".git/config",
    "",
    "a\0b",
    "..\\outside\\victim",
)


def _leading_out() -> Iterator[Content]:
    for way in WAYS_OUT:
        yield _edited(layout.LOCK, f"folder {way!r}", _with("folder", way))
        yield _edited(layout.LOCK, f"marks {way!r}", _with("marks", way))
        yield _edited(f"{DRAFT}/{layout.WATCH}/use", f"{way!r} watched", _watched(way))
        yield _edited(f"{layout.LOANS}/loan", f"at {way!r}", _with("at", way))
        yield _edited(layout.OLD_REGISTRY, f"{way!r} registered", _registered(way))
        yield _edited(_ANCIENT, f"{way!r} in an old session", _old(way))
        for field in ("session", "record"):
            yield _edited(f"{DRAFT}/{layout.JOURNAL}", f"{field} {way!r}", _with(field, way))
            yield _edited(f"{DONE}/{layout.JOURNAL}", f"{field} {way!r}", _with(field, way))
        for step in _STEPS:
            for position, value in enumerate(step[1:], 1):
                if (isinstance(value, str) and value != "file") or step[0] == "flush":
                    yield _edited(
                        f"{DRAFT}/{layout.JOURNAL}",
                        f"{step[0]} {way!r} as its {'first' if position == 1 else 'second'}",
                        _stepping(step, position, way),
                    )
        for turned in _STEPS[1:6]:
            yield _edited(
                f"{DONE}/{layout.JOURNAL}", f"{turned[0]} {way!r} done", _done(turned, way)
            )
        for key in ("items", "folders", "stones", "retries_archive", "archive"):
            yield _edited(f"{DONE}/{layout.JOURNAL}", f"{key} {way!r}", _informed(key, way))
    yield _edited(f"{DONE}/{layout.JOURNAL}", "a record that cuts a name in two", _cut)


def _way(way: str, ground: Ground) -> str:
    return way.replace("/…", str(ground.outside))


def _with(field: str, value: object) -> Callable[[Record, Ground], Record]:
    def edit(record: Record, ground: Ground) -> Record:
        return {**record, field: _way(value, ground) if isinstance(value, str) else value}

    return edit


def _with_all(wrong: object) -> Callable[[Record, Ground], Record]:
    return lambda record, _: _everywhere(record, wrong)


def _watched(way: str) -> Callable[[Record, Ground], Record]:
    def edit(_: Record, ground: Ground) -> Record:
        out = _way(way, ground)
        return {"absent": [out], "folders": {out: []}, "known": {out: None}}

    return edit


def _registered(way: str) -> Callable[[Record, Ground], Record]:
    def edit(record: Record, ground: Ground) -> Record:
        out = _way(way, ground)
        return {**record, "id": out, "directory": out}

    return edit


def _old(way: str) -> Callable[[Record, Ground], Record]:
    def edit(record: Record, ground: Ground) -> Record:
        out = _way(way, ground)
        retry = {"file": out, "path": out, "retry_number": 1, "reason": "x", "saved_to": out}
        changes = {"modified": [out], "created": [out], "deleted": [out]}
        return {**record, "cow_files": {out: out}, "changes": changes, "human_retries": [retry]}

    return edit


def _stepping(step: list[Any], position: int, way: str) -> Callable[[Record, Ground], Record]:
    def edit(record: Record, ground: Ground) -> Record:
        out: Any = _way(way, ground)
        edited = [*step[:position], [out] if step[0] == "flush" else out, *step[position + 1 :]]
        return {**record, "steps": [edited]}

    return edit


def _done(step: list[Any], way: str) -> Callable[[Record, Ground], Record]:
    """The undo record of a commit, one step of which leads out by its document or what is kept."""

    def edit(record: Record, ground: Ground) -> Record:
        out = _way(way, ground)
        document = [
            out if isinstance(p, str) and not p.startswith(".work") else p for p in step[1:]
        ]
        kept = [out if isinstance(p, str) and p.startswith(".work") else p for p in step[1:]]
        return {**record, "steps": [*record["steps"], [step[0], *document], [step[0], *kept]]}

    return edit


def _informed(key: str, way: str) -> Callable[[Record, Ground], Record]:
    def edit(record: Record, ground: Ground) -> Record:
        out = _way(way, ground)
        told: dict[str, Any] = {
            "items": [[out, "modified"]],
            "folders": [out],
            "stones": {out: [out]},
        }
        info = {**record["info"], "whole": key != "items", key: told.get(key, out)}
        return {**record, "info": info}

    return edit


def _cut(record: Record, _: Ground) -> Record:
    """What is kept lies beside the record, so that cutting its name off leaves the way up."""
    place = f"{DONE}"
    kept = (
        f"{layout.WORKFLOW}/{'x' * (len(record['record']) - len(layout.WORKFLOW) - 2)}../../victim"
    )
    step = ["put", kept, "made.md", record["steps"][0][-1]]
    return {**record, "record": place, "steps": [*record["steps"], step]}
