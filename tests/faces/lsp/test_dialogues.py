"""What the editor's commands ask and tell, and what becomes of the answers on disk."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from tests.faces.lsp.conftest import CHAPTER
from tests.faces.lsp.editor import Editor, elsewhere, file_uri, uri
from tests.faces.lsp.person import LEAVES, Person, picks, presses, types

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def draft(server: Editor, root: Path, chapter: Path) -> None:
    """A session with one change."""
    await server.command("session.start", name="Draft")
    await server.write(uri("draft", chapter), b"mine\n")
    await server.until(lambda: server.counted(root, "changeCount") == 1)


async def test_a_session_is_started_by_a_title_that_is_judged_while_it_is_typed(
    server: Editor, root: Path
) -> None:
    remarks: list[Any] = []

    async def typing(shown: dict[str, Any]) -> str:
        for text in ("", "The colder sea!"):
            typed = {"id": shown["id"], "text": text}
            remarks.append(await server.request("redraft/ui/check", typed))
        return "The colder sea!"

    person = Person(server, typing, types("More weather"))
    await person.runs("start")
    assert server.person is person
    session = await server.command("session.status")
    assert (session["name"], session["description"]) == ("the-colder-sea", "More weather")
    assert remarks == [
        {"message": "Type a title or a name.", "refused": True},
        {"message": "Creates session the-colder-sea", "refused": False},
    ]


async def test_a_temporary_session_can_be_named_or_left_for_another(
    server: Editor, root: Path
) -> None:
    await elsewhere(root, "delete", "notes.md")
    person = Person(server, picks("Name the Temporary Session"), types("Kept"), types(""))
    await person.runs("start")
    session = await server.command("session.status")
    assert (session["name"], session["temporary"]) == ("Kept", False)
    assert session["changes"]["deleted"] == ["notes.md"]
    assert person.of("input")[0]["title"] == "Name Session (1/2)"


async def test_the_list_of_sessions_is_fresh_while_it_is_open(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.command("session.start", name="other", description="More weather")
    server.rows.clear()

    async def looking(shown: dict[str, Any]) -> Any:
        await server.command("session.cancel", session="Draft")
        await server.until(
            lambda: (
                any("cancelled" in row["description"] for row in server.rows[-1]["rows"])
                if server.rows
                else False
            )
        )
        assert server.rows[-1]["id"] == shown["id"]
        return LEAVES

    person = Person(server, looking)
    await person.runs("switch")
    [shown] = person.of("pick")
    rows = {row["key"]: row for row in shown["rows"]}
    assert rows["ACTIVE other"]["detail"] == "More weather"
    assert rows["INACTIVE Draft"]["description"].startswith("paused · 1 change · ")
    buttons = rows["INACTIVE Draft"]["buttons"]
    assert [each["run"]["name"] for each in buttons] == ["commit", "compareAll", "cancel"]
    assert {each["run"]["session"] for each in buttons} == {"Draft"}
    assert [each["run"]["name"] for each in rows["ACTIVE other"]["buttons"]] == ["cancel"]

    await Person(server, picks("Draft"), presses("Undo")).runs("switch")
    found = await server.command("session.list")
    assert {each["name"] for each in found["sessions"]} == {"Draft", "other"}
    await Person(server, picks("Draft")).runs("switch")
    await server.until(lambda: server.active(root) == "Draft")


async def test_a_session_is_paused_and_taken_up_again(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.command("session.phase", phase="IMPLEMENT", currentTasks=["the storm"])
    person = Person(server, presses("Resume"))
    await person.runs("pause")
    told = await person.is_told("Resumed Draft in phase IMPLEMENT. the storm")
    assert told["modal"] is False
    await server.until(lambda: server.active(root) == "Draft")
    await server.command("session.start", name="other")
    await server.command("session.pause")
    await Person(server, picks("Draft")).runs("resume")
    await server.until(lambda: server.active(root) == "Draft")


async def test_a_phase_is_set_with_what_is_worked_on(server: Editor, root: Path) -> None:
    await server.command("session.start", name="phases")
    person = Person(server, picks("REVIEW"), types("the storm, the lamp ,"))
    await person.runs("phase")
    session = await server.command("session.status")
    assert (session["phase"], session["currentTasks"]) == ("REVIEW", ["the storm", "the lamp"])


async def test_a_commit_is_shown_asked_about_done_and_undone(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    person = Person(server, [], presses("Commit"), presses("Undo"), LEAVES)
    await person.runs("commit")
    settled, asked = person.of("do")[0], person.of("ask")[0]
    home = {"$uri": uri("draft", root)}
    assert (settled["command"], settled["arguments"]) == ("_redraft.unsaved", [home])
    assert asked["message"] == "Commit 1 document of session Draft?"
    assert asked["detail"] == "Modified: part one/chapter-01.md (5 B)"
    assert asked["modal"] is True
    await person.is_told("Committed 1 document of session Draft.")
    back = await person.is_told("Session Draft is back, its commit undone.")
    assert back["buttons"] == ["Switch to Draft"]
    assert chapter.read_bytes() == CHAPTER


async def test_a_commit_of_some_documents_leaves_the_others(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.write(uri("draft", root / "notes.md"), b"more\n")
    person = Person(server, [], presses("Commit"))
    await person.runs("commitFile", uris=[file_uri(chapter)])
    await person.is_told("Committed 1 document of session Draft.")
    assert (await server.command("session.status"))["changes"]["modified"] == ["notes.md"]


async def test_unsaved_text_is_asked_about_before_a_commit(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    for answer, done in (
        (LEAVES, []),
        (presses("Save All"), ["_redraft.saveAll"]),
        (presses("Don't Save"), ["_redraft.revertAll"]),
    ):
        person = Person(server, ["chapter-01.md"], answer, False)
        await person.runs("commit")
        [asked] = person.of("ask")
        assert asked["message"] == "Save the unsaved text in Draft first?"
        assert asked["detail"] == "chapter-01.md"
        # It could not be saved, or came again: then nothing is committed.
        assert [each["command"] for each in person.of("do")[1:]] == done
    person = Person(server, ["chapter-01.md"], presses("Save All"), True, LEAVES)
    await person.runs("commit")
    assert person.of("ask")[1]["message"] == "Commit 1 document of session Draft?"
    assert chapter.read_bytes() == CHAPTER


async def test_what_changes_between_preview_and_commit_is_asked_about_again(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)

    async def too_late(shown: dict[str, Any]) -> int:
        await server.write(uri("draft", root / "notes.md"), b"more\n")
        return int(presses("Commit")(shown))

    person = Person(server, [], too_late, LEAVES)
    await person.runs("commit")
    again = person.of("ask")[1]
    assert again["message"] == "Commit 2 documents of session Draft?"
    assert again["detail"].startswith("Something changed meanwhile. This is how it is now:\n\n")
    assert chapter.read_bytes() == CHAPTER


async def test_a_session_without_changes_has_nothing_to_commit(server: Editor, root: Path) -> None:
    await server.command("session.start", name="Empty")
    person = Person(server, [])
    await person.runs("commit")
    await person.is_told("Session Empty has nothing to commit.")


async def test_the_differences_are_shown_before_a_commit(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.write(uri("draft", root / "new.md"), b"new\n")
    await server.fs("delete", uri=uri("draft", root / "notes.md"))
    answers = [[], presses("Show Differences"), None, presses("Commit"), [], None]
    person = Person(server, *answers)
    await person.runs("commit")
    shown = person.of("do")[1]
    title, rows = shown["arguments"]
    assert (shown["command"], title) == ("vscode.changes", "Commit of Session Draft")
    assert [[side and side["$uri"].partition(":")[0] for side in row] for row in rows] == [
        ["redraft", None, "redraft"],
        ["redraft", "redraft-global", None],
        ["redraft", "redraft-global", "redraft"],
    ]
    await person.is_told("Committed 3 documents of session Draft.")
    assert person.of("ask")[1]["modal"] is False


async def conflict(server: Editor, root: Path, chapter: Path) -> None:
    """The folder and the session changed the same line."""
    await draft(server, root, chapter)
    chapter.write_bytes(b"theirs\n")


async def test_a_conflict_is_merged_and_the_commit_goes_on(
    server: Editor, root: Path, chapter: Path
) -> None:
    await conflict(server, root, chapter)
    merged = base64.b64encode(b"both\n").decode()
    person = Person(server, [], presses("Resolve in Merge Editor"), merged)
    await person.runs("commit")
    asked, shown = person.of("ask")[0], person.of("do")[1]
    assert asked["message"] == "1 document conflicts with changes in the folder."
    assert asked["buttons"] == ["Resolve in Merge Editor", "Keep Session's Version"]
    home, path, sides, titles = shown["arguments"]
    assert (home, path) == ({"$uri": uri("draft", root)}, "part one/chapter-01.md")
    assert titles == ["Folder", "Session Draft"]
    assert [base64.b64decode(each) for each in sides] == [CHAPTER, b"theirs\n", b"mine\n"]
    await person.is_told("Committed 1 document of session Draft.")
    assert chapter.read_bytes() == b"both\n"


async def test_a_version_that_changes_during_the_merge_is_merged_too(
    server: Editor, root: Path, chapter: Path
) -> None:
    await conflict(server, root, chapter)

    async def too_late(_: Any) -> str:
        chapter.write_bytes(b"theirs\nand more\n")
        return base64.b64encode(b"both\n").decode()

    merged = base64.b64encode(b"both\nand more\n").decode()
    person = Person(server, [], presses("Resolve in Merge Editor"), too_late)
    # The warning and the next merge come at the same time.
    person.also("_redraft.merge", merged)
    await person.runs("commit")
    await person.is_told("part one/chapter-01.md was changed while you merged it.")
    sides = [base64.b64decode(each) for each in person.of("do")[2]["arguments"][2]]
    assert sides == [b"theirs\n", b"theirs\nand more\n", b"both\n"]
    await person.is_told("Committed 1 document of session Draft.")
    assert chapter.read_bytes() == b"both\nand more\n"


async def test_a_merge_that_is_closed_can_go_on_or_be_left(
    server: Editor, root: Path, chapter: Path
) -> None:
    await conflict(server, root, chapter)
    merged = base64.b64encode(b"both\n").decode()
    answers = [[], presses("Resolve in Merge Editor"), None]
    person = Person(server, *answers, LEAVES)
    await person.runs("commit")
    await person.is_told("is not merged yet, so nothing was committed.")
    assert chapter.read_bytes() == b"theirs\n"
    assert await server.read(uri("draft", chapter)) == b"mine\n"
    person = Person(server, *answers, presses("Go On Merging"), merged)
    await person.runs("commit")
    await person.is_told("Committed 1 document of session Draft.")


async def test_a_conflict_is_overwritten_or_left_out_as_a_person_says(
    server: Editor, root: Path, chapter: Path
) -> None:
    await conflict(server, root, chapter)
    await server.write(uri("draft", root / "notes.md"), b"more\n")
    person = Person(server, [], presses("Leave Them Out"))
    await person.runs("commit")
    await person.is_told("Left out, and still in the session: part one/chapter-01.md.")
    assert chapter.read_bytes() == b"theirs\n"
    person = Person(server, [], presses("Keep Session's Version"))
    await person.runs("commit")
    await person.is_told("Committed 1 document of session Draft.")
    assert chapter.read_bytes() == b"mine\n"


async def test_a_picture_that_conflicts_cannot_be_merged(server: Editor, root: Path) -> None:
    picture = root / "map.png"
    picture.write_bytes(b"\x89PNG\0\1")
    await server.command("session.start", name="Draft")
    await server.write(uri("draft", picture), b"\x89PNG\0\2")
    picture.write_bytes(b"\x89PNG\0\3")
    person = Person(server, [], LEAVES)
    await person.runs("commit")
    [asked] = person.of("ask")
    assert asked["buttons"] == ["Keep Session's Version"]
    assert "map.png (no text on both sides: it cannot be merged)" in asked["detail"]
