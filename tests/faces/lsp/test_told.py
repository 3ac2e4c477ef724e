"""Changes that somebody else made: `touch` and `rm` on markers, other programs, watchers."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import pytest_lsp
from lsprotocol import types
from tests.faces.lsp.conftest import CHAPTER, make_root
from tests.faces.lsp.editor import CONFIG, Editor, elsewhere, initialize, uri

from redraft.domain.root import Root
from redraft.domain.writing import WritableView

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATED, CHANGED, DELETED = types.FileChangeType


@pytest_lsp.fixture(scope="module", config=CONFIG)  # type: ignore[untyped-decorator]  # as it is
async def watcher(lsp_client: Editor) -> AsyncIterator[None]:
    """An editor that can watch files."""
    await lsp_client.initialize_session(initialize(watchers=True))
    yield
    await lsp_client.shutdown_session()


@pytest_asyncio.fixture(loop_scope="module")
async def watched(watcher: Editor, tmp_path: Path) -> AsyncIterator[Path]:
    book = make_root(tmp_path / "watched")
    watcher.snapshots.clear()
    watcher.changes.clear()
    mine = f"redraft-watch:{book}"
    watcher.folders(added=[book])
    await watcher.until(lambda: watcher.last(book) and mine in watcher.registered)
    yield book
    watcher.folders(removed=[book])
    await watcher.until(lambda: mine not in watcher.registered)


async def two_sessions(editor: Editor, root: Path) -> None:
    await editor.command("session.start", name="one")
    await editor.command("session.start", name="two")
    await editor.until(lambda: editor.active(root) == "two")


async def test_touch_and_rm_of_a_marker_are_noticed_without_watchers(
    server: Editor, root: Path
) -> None:
    await two_sessions(server, root)
    (root / ".workflow" / ".active-two").unlink()
    await server.until(lambda: server.active(root) is None)
    (root / ".workflow" / ".active-one").touch()
    await server.until(lambda: server.active(root) == "one")
    (root / ".workflow" / ".active-one").rename(root / ".workflow" / ".active-two")
    await server.until(lambda: server.active(root) == "two")


async def test_touch_and_rm_of_a_marker_are_noticed_by_watchers(
    watcher: Editor, watched: Path
) -> None:
    await two_sessions(watcher, watched)
    marker = watched / ".workflow" / ".active-two"
    marker.unlink()
    watcher.saw((marker, DELETED))
    await watcher.until(lambda: watcher.active(watched) is None)
    marker.touch()
    watcher.saw((marker, CREATED))
    await watcher.until(lambda: watcher.active(watched) == "two")


async def test_a_marker_without_a_session_is_healed_and_said_so(server: Editor, root: Path) -> None:
    await two_sessions(server, root)
    (root / ".workflow" / ".active-nobody").touch()
    await server.until(lambda: any("nobody" in m.message for m in server.log_messages))
    assert not (root / ".workflow" / ".active-nobody").exists()
    assert server.active(root) == "two"


async def test_the_watchers_cover_markers_copies_tombstones_retries_and_global(
    watcher: Editor, watched: Path
) -> None:
    registration = watcher.registered[f"redraft-watch:{watched}"]
    assert registration.method == "workspace/didChangeWatchedFiles"
    assert isinstance(registration.register_options, dict)
    patterns = [each["globPattern"] for each in registration.register_options["watchers"]]
    assert {pattern["baseUri"] for pattern in patterns} == {watched.as_uri()}
    assert [pattern["pattern"] for pattern in patterns] == [
        ".workflow/.active-*",
        ".workflow/*",
        ".workflow/*/workflow-session.json",
        ".workflow/*/files/**",
        ".workflow/*/deleted/**",
        ".workflow/*/human-retries/**",
        "**/*",
    ]


async def test_a_copy_that_another_program_wrote_is_told_as_the_sessions_document(
    watcher: Editor, watched: Path
) -> None:
    await watcher.command("session.start", name="agent")
    await watcher.write(uri("agent", watched / "notes.md"), b"mine")
    await watcher.until(lambda: watcher.counted(watched, "changeCount") == 1)
    files = watched / ".workflow" / "agent" / "files"
    (files / "new one.md").write_bytes(b"by an agent")
    watcher.changes.clear()
    watcher.saw((files / "new one.md", CREATED))
    document = uri("agent", watched / "new one.md")
    await watcher.until(lambda: {"uri": document, "type": "changed"} in watcher.changes)
    await watcher.until(lambda: watcher.counted(watched, "changeCount") == 2)
    (files / "new one.md").unlink()
    watcher.saw((files / "new one.md", DELETED))
    await watcher.until(lambda: {"uri": document, "type": "deleted"} in watcher.changes)


async def test_a_tombstone_takes_the_document_away_and_gives_it_back(
    watcher: Editor, watched: Path
) -> None:
    await watcher.command("session.start", name="agent")
    stone = watched / ".workflow" / "agent" / "deleted" / "notes.md"
    stone.parent.mkdir()
    stone.touch()
    document = uri("agent", watched / "notes.md")
    watcher.saw((stone, CREATED))
    await watcher.until(lambda: {"uri": document, "type": "deleted"} in watcher.changes)
    stone.unlink()
    watcher.saw((stone, DELETED))
    await watcher.until(lambda: {"uri": document, "type": "created"} in watcher.changes)


async def test_a_global_change_shows_through_where_the_session_has_no_version(
    watcher: Editor, watched: Path
) -> None:
    await watcher.command("session.start", name="through")
    await watcher.until(lambda: watcher.active(watched) == "through")
    chapter = watched / "part one" / "chapter-01.md"
    await watcher.write(uri("through", chapter), b"mine")
    await watcher.until(
        lambda: {"uri": uri("through", chapter), "type": "changed"} in watcher.changes
    )
    watcher.changes.clear()
    chapter.write_bytes(b"theirs")
    (watched / "notes.md").write_bytes(b"theirs")
    watcher.saw((chapter, CHANGED), (watched / "notes.md", CHANGED))
    await watcher.until(lambda: watcher.changes)
    assert watcher.changes == [{"uri": uri("through", watched / "notes.md"), "type": "changed"}]
    await watcher.until(lambda: watcher.last(watched)["drifted"] == ["part one/chapter-01.md"])
    assert await watcher.read(uri("through", chapter)) == b"mine"


async def test_what_is_no_document_is_not_told(watcher: Editor, watched: Path) -> None:
    await watcher.command("session.start", name="quiet")
    await watcher.until(lambda: watcher.active(watched) == "quiet")
    watcher.changes.clear()
    own, notes = watched / ".workflow" / "quiet", uri("quiet", watched / "notes.md")
    watcher.saw(
        (own / "workflow-session.json", CHANGED),
        (own / ".tmp" / "copy", CREATED),
        (own / "base" / "notes.md", CREATED),
        (watched / "workspace" / "session.lock", CHANGED),
        (watched / ".git" / "index", CHANGED),
        (watched.parent / "elsewhere.md", CHANGED),
        (watched / "notes.md", CHANGED),
    )
    await watcher.until(lambda: {"uri": notes, "type": "changed"} in watcher.changes)
    assert {change["uri"] for change in watcher.changes} <= {notes, uri("quiet", watched)}


async def test_a_session_that_ends_takes_its_documents_along(server: Editor, root: Path) -> None:
    await server.command("session.start", name="ending")
    await server.until(lambda: server.active(root) == "ending")
    await server.command("session.cancel")
    await server.until(lambda: {"uri": uri("ending", root), "type": "deleted"} in server.changes)
    await server.command("session.undo")
    assert (await server.command("session.list"))["sessions"][0]["name"] == "ending"
    assert CHAPTER in (root / "part one" / "chapter-01.md").read_bytes()


async def test_another_clients_change_is_told_too(
    server: Editor, root: Path, watcher: Editor
) -> None:
    """Fault 15: one client's switch moves another's documents; here it only tells of it."""
    await two_sessions(server, root)
    watcher.folders(added=[root])
    await watcher.until(lambda: watcher.active(root) == "two")
    await watcher.command("session.switch", name="one")
    await server.until(lambda: server.active(root) == "one")
    await server.write(uri("two", root / "notes.md"), b"still in two")
    assert (await server.command("session.status", session="two"))["changeCount"] == 1
    assert (await server.command("session.status", session="one"))["changeCount"] == 0
    watcher.folders(removed=[root])
    await watcher.until(lambda: f"redraft-watch:{root}" not in watcher.registered)


async def test_commands_tell_which_documents_read_differently_now(
    server: Editor, root: Path
) -> None:
    notes, new = root / "notes.md", root / "new.md"

    def told(document: str) -> bool:
        return {"uri": document, "type": "changed"} in server.changes

    await server.command("session.start", name="tell")
    await server.write(uri("tell", notes), b"first")
    await server.write(uri("tell", new), b"new")
    await server.command("retry.record", filePath="notes.md", reason="no")
    await server.write(uri("tell", notes), b"second")
    checkpoint = await server.command("session.checkpoint")
    steps: list[tuple[str, dict[str, object], list[Path]]] = [
        ("retry.restore", {"filePath": "notes.md", "number": 1}, [notes]),
        ("session.restore", {"id": checkpoint["id"]}, [notes]),
        ("session.discard", {"paths": ["new.md"]}, [new]),
        ("run", {"line": "/retry restore notes.md 1"}, [notes]),
    ]
    for name, arguments, paths in steps:
        server.changes.clear()
        await server.command(name, **arguments)
        for path in paths:
            await server.until(functools.partial(told, uri("tell", path)))


async def test_a_commit_of_a_session_that_is_not_active_ends_its_documents(
    server: Editor, root: Path
) -> None:
    await server.command("session.start", name="aside")
    await server.write(uri("aside", root / "notes.md"), b"aside")
    await server.command("session.start", name="front")
    await server.command("session.commit", session="aside", force=True)
    gone = {"uri": uri("aside", root), "type": "deleted"}
    await server.until(lambda: gone in server.changes)
    await server.command("session.undo")
    back = {"uri": uri("aside", root), "type": "created"}
    await server.until(lambda: back in server.changes)


async def test_a_change_of_another_program_is_noticed_without_watchers(
    server: Editor, root: Path
) -> None:
    """Every change takes the root's lock, and the lock's file tells of it."""
    await server.command("session.start", name="count")
    await server.until(lambda: server.active(root) == "count")
    with Root.open(str(root)) as opened, WritableView.of(opened, "count") as view:
        view.write("by another program.md", [b"new"])
    await server.until(lambda: server.counted(root, "changeCount") == 1)


async def test_other_changed_paths_are_told_although_all_counts_stay_equal(
    watcher: Editor, watched: Path
) -> None:
    await watcher.command("session.start", name="equal")
    await watcher.write(uri("equal", watched / "one.md"), b"text")
    await watcher.until(lambda: watcher.counted(watched, "changeCount") == 1)
    before = watcher.last(watched)
    files = watched / ".workflow" / "equal" / "files"
    (files / "one.md").rename(files / "two.md")
    watcher.saw((files / "one.md", DELETED), (files / "two.md", CREATED))
    await watcher.until(lambda: watcher.last(watched) is not before)
    after = watcher.last(watched)
    assert after["active"] == before["active"]
    assert after["changesDigest"] != before["changesDigest"]


async def test_only_the_phase_by_another_process_is_told_through_the_watchers(
    watcher: Editor, watched: Path
) -> None:
    await watcher.command("session.start", name="phases")
    await watcher.until(lambda: watcher.active(watched) == "phases")
    await elsewhere(watched, "session", "phase", "REVIEW")
    watcher.saw((watched / ".workflow" / "phases" / "workflow-session.json", CHANGED))
    await watcher.until(lambda: watcher.last(watched)["active"]["phase"] == "REVIEW")


async def test_a_copy_that_was_written_in_place_is_told_where_it_is_open_without_watchers(
    server: Editor, root: Path
) -> None:
    await server.command("session.start", name="unseen")
    document = uri("unseen", root / "notes.md")
    await server.write(document, b"mine")
    server.open(document)
    told = {"uri": document, "type": "changed"}
    await server.until(lambda: told in server.changes)
    for _ in range(2):
        server.changes.clear()
        with (root / ".workflow" / "unseen" / "files" / "notes.md").open("ab") as copy:
            copy.write(b" and theirs")
        await server.until(lambda: told in server.changes)
    server.close(document)


async def test_a_watcher_that_saw_only_the_lock_is_enough_for_an_open_document(
    watcher: Editor, watched: Path
) -> None:
    await watcher.command("session.start", name="unseen")
    document = uri("unseen", watched / "notes.md")
    watcher.open(document)
    watcher.changes.clear()
    await elsewhere(watched, "delete", "notes.md")
    watcher.saw((watched / ".workflow" / ".lock", CHANGED))
    await watcher.until(lambda: {"uri": document, "type": "deleted"} in watcher.changes)
    watcher.close(document)


async def test_a_session_that_crashed_and_one_that_is_well_again_are_told(
    server: Editor, root: Path
) -> None:
    await two_sessions(server, root)
    journal = root / ".workflow" / "one" / "operation.json"
    journal.write_text("{")
    await elsewhere(root, "session", "start", "three")
    await server.until(lambda: server.last(root)["crashed"] == ["one"])
    journal.unlink()
    await elsewhere(root, "session", "pause")
    await elsewhere(root, "session", "cancel", "three")
    await server.until(lambda: server.last(root)["crashed"] == [])
