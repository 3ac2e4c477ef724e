"""A bare name means the one document that has it, wherever a command takes one that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import Desk

BARE = "chapter-11.md"
FULL = f"part/{BARE}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A book with one chapter of that name, changed in the session."""
    made = Desk(tmp_path / "a book")
    made.put(FULL, "eleven\n")
    made.put("twin/a.md", "one\n")
    made.put("other/a.md", "two\n")
    made.start()
    made.write(FULL, "mine\n")
    yield made
    made.close()


def drift(desk: Desk) -> None:
    desk.put(FULL, "theirs\n", mtime_ns=1)


VERBS: dict[str, tuple[dict[str, Any], Callable[[Any], object]]] = {
    "resolve": ({"path": BARE}, lambda done: done.path),
    "read": ({"path": BARE}, lambda done: done.path),
    "delete": ({"path": BARE}, lambda done: done.path),
    "rename": ({"path": BARE, "new_path": "part/x.md"}, lambda done: FULL),
    "retry": ({"file_path": BARE, "reason": "no"}, lambda done: done.file),
    "session diff": ({"path": BARE}, lambda done: done.files[0].path),
    "session discard": ({"paths": [BARE]}, lambda done: done.discarded[0]),
    "session commit": ({"paths": [BARE]}, lambda done: done.files[0].path),
    "adopt": ({"paths": [BARE]}, lambda done: done.adopted[0]),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_bare_name_means_the_one_document_that_has_it(desk: Desk, verb: str) -> None:
    if verb == "adopt":
        drift(desk)
    arguments, found = VERBS[verb]
    assert found(desk.run(verb, **arguments)) == FULL


@pytest.mark.parametrize("verb", VERBS)
def test_a_bare_name_that_several_have_is_ambiguous(desk: Desk, verb: str) -> None:
    for path in ("twin/a.md", "other/a.md"):
        desk.write(path, "mine\n")
        desk.put(path, f"theirs, {path}\n", mtime_ns=1)
    arguments = dict(VERBS[verb][0])
    name = next(name for name in ("path", "file_path", "paths") if name in arguments)
    arguments[name] = ["a.md"] if name == "paths" else "a.md"
    refused = desk.refused(verb, **arguments)
    assert refused.code == "ambiguous_file"
    assert refused.data["candidates"] == ["other/a.md", "twin/a.md"]


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"resolve"}))
def test_a_name_that_nobody_has_is_not_found(desk: Desk, verb: str) -> None:
    arguments = dict(VERBS[verb][0])
    name = next(name for name in ("path", "file_path", "paths") if name in arguments)
    arguments[name] = ["no.md"] if name == "paths" else "no.md"
    assert desk.refused(verb, **arguments).code == "file_not_found"
    assert desk.changes() == ([FULL], [], [])


def test_resolving_a_name_that_nobody_has_says_so(desk: Desk) -> None:
    found = desk.run("resolve", path="no.md")
    assert (found.path, found.exists) == ("no.md", False)


def test_resolving_the_name_of_what_is_deleted_says_that_it_is(desk: Desk) -> None:
    desk.run("delete", path=BARE)
    found = desk.run("resolve", path=BARE)
    assert (found.path, found.source, found.exists) == (FULL, "deleted", False)
    desk.run("session pause")
    assert desk.run("resolve", path="no.md").source == "global"


def test_a_document_in_the_root_goes_before_others_of_its_name(desk: Desk) -> None:
    desk.put("a.md", "three\n")
    assert desk.run("resolve", path="a.md").path == "a.md"
    desk.write("a.md", "mine\n")
    desk.write("twin/a.md", "mine\n")
    assert desk.run("session diff", path="a.md").files[0].path == "a.md"


@pytest.mark.parametrize("verb", ["session discard", "session diff", "session commit"])
def test_a_change_is_found_by_the_name_of_what_is_deleted(desk: Desk, verb: str) -> None:
    desk.run("delete", path="twin/a.md")
    arguments: dict[str, Any] = {"path": "a.md"} if verb == "session diff" else {"paths": ["a.md"]}
    done = desk.run(verb, **arguments)
    found = done.discarded if verb == "session discard" else [file.path for file in done.files]
    assert found == ["twin/a.md"]


def test_a_folder_is_meant_before_documents_elsewhere(desk: Desk) -> None:
    desk.write("deep/part", "a document of a folder's name\n")
    assert desk.run("session discard", paths=["part"]).discarded == [FULL]
    assert desk.run("delete", path="part").path == "part"


def test_a_write_goes_just_where_it_says(desk: Desk) -> None:
    assert desk.write(BARE, "new\n").path == BARE
    done = desk.run("rename", path=FULL, new_path="a.md")
    assert done.path == "a.md"
    assert sorted(desk.changes()[1]) == ["a.md", BARE]


def test_a_new_file_that_a_shell_made_is_adopted_by_its_name(desk: Desk) -> None:
    desk.put("notes/new.md", "new\n")
    mark = desk.path / ".workflow/draft/past/notes/new.md"
    mark.parent.mkdir(parents=True)
    mark.touch()
    assert desk.run("adopt", paths=["new.md"]).adopted == ["notes/new.md"]
