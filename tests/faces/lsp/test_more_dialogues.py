"""The dialogues that end, keep, compare, reject and manage; the menu, slash lines and failures."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lsprotocol import types as lsp
from tests.faces.lsp.conftest import CHAPTER, make_root
from tests.faces.lsp.editor import Editor, file_uri, uri
from tests.faces.lsp.person import LEAVES, Person, picks, presses, types

from redraft.domain.root import Root

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "part one/chapter-01.md"


async def draft(server: Editor, root: Path, chapter: Path) -> None:
    """A session with one change."""
    await server.command("session.start", name="Draft")
    await server.write(uri("draft", chapter), b"mine\n")
    await server.until(lambda: server.counted(root, "changeCount") == 1)


# Ending ------------------------------------------------------------------------------------------


async def test_a_session_is_cancelled_and_comes_back(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await Person(server, [], LEAVES).runs("cancel")
    assert (await server.command("session.status"))["name"] == "Draft"
    person = Person(
        server, [], presses("Move to Trash"), presses("Undo"), presses("Switch to Draft")
    )
    await person.runs("cancel")
    asked = person.of("ask")[0]
    assert (asked["message"], asked["stay"]) == ("Cancel session Draft?", "Keep Session")
    assert asked["detail"].startswith("It goes to the trash with 1 changed document.")
    await person.is_told("Session Draft is back.")
    await server.until(lambda: server.active(root) == "Draft")


async def test_what_goes_to_the_trash_is_counted_by_kind(server: Editor, root: Path) -> None:
    await server.command("session.start", name="Draft")
    person = Person(server, [], LEAVES)
    await person.runs("cancel")
    assert person.of("ask")[0]["detail"].startswith("It changed nothing.")
    for name in ("new.md", "newer.md", "notes.md"):
        await server.write(uri("draft", root / name), b"text\n")
    await server.fs("delete", uri=uri("draft", root / "part one"), recursive=True)
    person = Person(server, [], LEAVES)
    await person.runs("cancel")
    assert "with 1 changed, 2 new and 2 deleted documents." in person.of("ask")[0]["detail"]


async def test_a_session_is_completed_without_being_applied(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    person = Person(server, [], presses("Complete Session"))
    await person.runs("complete")
    assert person.of("ask")[0]["detail"].endswith(f"kept with the session:\n{PATH}")
    await person.is_told("Session Draft is complete. It is kept in .workflow/completed/Draft-")
    assert chapter.read_bytes() == CHAPTER


async def test_an_undo_says_first_what_it_leaves(server: Editor, root: Path, chapter: Path) -> None:
    await draft(server, root, chapter)
    await server.write(uri("draft", root / "notes.md"), b"more\n")
    await server.command("session.commit", force=True)
    chapter.write_bytes(b"edited since\n")
    person = Person(server, presses("Undo"))
    await person.runs("undo")
    [asked] = person.of("ask")[:1]
    assert asked["message"] == "Undo the commit of session Draft?"
    kept, back = asked["detail"].split("\n")
    assert kept.startswith(f"Stays as it is: {PATH} (")
    assert back == "Comes back: notes.md"
    await person.is_told("Left as they are: part one/chapter-01.md (")


async def test_changes_are_discarded_after_they_were_saved(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    person = Person(server, presses("Discard Changes"), True)
    await person.runs("discard", uris=[file_uri(chapter)])
    assert person.of("ask")[0]["modal"] is False
    saved = person.of("do")[0]
    assert (saved["command"], saved["arguments"]) == (
        "_redraft.save",
        [[{"$uri": uri("draft", chapter)}]],
    )
    assert (await server.command("session.status"))["changeCount"] == 0
    for name in ("one.md", "two.md"):
        await server.write(uri("draft", root / name), b"text\n")
    uris = [uri("draft", root / name) for name in ("one.md", "two.md")]
    person = Person(server, presses("Discard Changes"), True)
    await person.runs("discard", uris=uris)
    assert person.of("ask")[0]["detail"].startswith("one.md\ntwo.md\n\nThey go to the trash")
    assert (await server.command("session.status"))["changeCount"] == 0


# Keeping -----------------------------------------------------------------------------------------


async def test_a_checkpoint_is_saved_restored_and_the_restore_undone(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    person = Person(server, presses("Save Checkpoint..."), types("before the cut"))
    await person.runs("restoreCheckpoint")
    await person.is_told("Saved a checkpoint with 1 change.")
    await server.write(uri("draft", chapter), b"cut\n")
    person = Person(
        server, picks("before the cut"), presses("Restore"), presses("Undo"), presses("Undo")
    )
    await person.runs("restoreCheckpoint")
    [row] = person.of("pick")[0]["rows"]
    assert row["description"].endswith("1 change · PLAN · Saved by hand")
    await person.is_told("Session Draft is as it was before the restore.")
    assert await server.read(uri("draft", chapter)) == b"cut\n"


async def test_a_damaged_session_is_recovered_as_far_as_it_can_be(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    person = Person(server)
    await person.runs("recover", session="Draft")
    await person.is_told("Nothing had to be repaired.")
    await server.command("session.start", name="other")
    for name in ("Draft", "other"):
        (root / ".workflow" / name / "operation.json").write_text("no journal")
    await server.command("session.start", name="third")
    person = Person(server)
    await person.runs("doctor")
    assert (await person.is_told("the journal is damaged"))["buttons"] == ["Show Output"]
    person = Person(server, picks("other"))
    await person.runs("recover")
    assert (await person.is_told("the journal is damaged"))["buttons"] == ["Cancel other..."]


async def test_the_trash_is_emptied_after_its_content_was_shown(
    server: Editor, root: Path, chapter: Path
) -> None:
    person = Person(server)
    await person.runs("emptyTrash")
    await person.is_told("There is nothing in the trash.")
    await draft(server, root, chapter)
    await server.command("session.discard", paths=[PATH])
    await server.command("session.cancel")
    person = Person(server, presses("Empty Trash"))
    await person.runs("emptyTrash")
    detail = person.of("ask")[0]["detail"]
    assert "Draft: cancelled, just now, " in detail
    assert "Draft: discarded, just now, " in detail
    await person.is_told("Removed 2 entries from the trash.")


# Comparing ---------------------------------------------------------------------------------------


async def test_a_comparison_has_nothing_where_a_version_is_missing(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    new = root / "new.md"
    await server.write(uri("draft", new), b"new\n")
    await server.fs("delete", uri=uri("draft", root / "notes.md"))
    person = Person(server, None, None, None)
    for place in (chapter, new, root / "notes.md"):
        await person.runs("compareWithGlobal", uris=[file_uri(place)])
    sides = [[each["$uri"] for each in shown["arguments"][:2]] for shown in person.of("do")]
    assert sides == [
        [uri("draft", chapter, "redraft-global"), uri("draft", chapter)],
        ["redraft-nothing:///new.md", uri("draft", new)],
        [uri("draft", root / "notes.md", "redraft-global"), "redraft-nothing:///notes.md"],
    ]
    assert person.of("do")[0]["arguments"][2] == "chapter-01.md (Global ↔ Draft)"


async def test_what_changed_in_the_folder_is_compared_with_what_it_held(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    chapter.write_bytes(b"theirs\n")
    person = Person(server, None, None, None)
    await person.runs("showDrift", uris=[uri("draft", chapter)])
    await person.runs("showDrift")
    await person.runs("compareAll")
    one, all_of_them, compared = person.of("do")
    sides = [uri("draft", chapter, scheme) for scheme in ("redraft-base", "redraft-global")]
    assert [each["$uri"] for each in one["arguments"][:2]] == sides
    [[_, *both]] = all_of_them["arguments"][1]
    assert [each["$uri"] for each in both] == sides
    assert compared["arguments"][0] == "Session Draft (Global ↔ Session)"


# Rejecting ---------------------------------------------------------------------------------------


async def test_a_retry_is_recorded_of_the_document_in_front_or_of_one_that_is_picked(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)

    async def typing(shown: dict[str, Any]) -> str:
        blank = await server.request("redraft/ui/check", {"id": shown["id"], "text": "  "})
        assert blank == {"message": "Type the reason.", "refused": True}
        return "Too slow"

    await Person(server, True, typing).runs("recordRetry", front=uri("draft", chapter))
    person = Person(server, picks(PATH), True, types("Too long"))
    await person.runs("recordRetry")
    found = await server.command("retry.list")
    assert [each["reason"] for each in found["retries"]] == ["Too slow", "Too long"]
    assert person.of("input")[0]["title"] == "Record a Retry of chapter-01.md"


async def test_a_retry_is_looked_at_compared_and_restored_and_the_restore_undone(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.command("retry.record", filePath=PATH, reason="Too\nslow")
    await server.write(uri("draft", chapter), b"better\n")
    person = Person(server, picks("Too slow"), None)
    await person.runs("showRetries", uris=[uri("draft", chapter)])
    [shown], [compared] = person.of("pick"), person.of("do")
    side = f"{uri('draft', chapter, 'redraft-retry')}?n=1"
    assert (shown["title"], shown["rows"][0]["preview"]) == ("Retries of chapter-01.md", side)
    assert compared["arguments"][0] == {"$uri": side}

    restore = [picks("Too slow", button=1), True, presses("Restore")]
    person = Person(server, *restore, presses("Undo"), True)
    await person.runs("showRetries")
    assert person.of("pick")[0]["rows"][0]["detail"] == PATH
    await person.is_told("Restored retry 1 of chapter-01.md.")
    while await server.read(uri("draft", chapter)) != b"better\n":  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    [checkpoint] = (await server.command("session.checkpoints"))["checkpoints"]
    assert (checkpoint["trigger"], checkpoint["label"]) == (
        "before_restore",
        f"before restoring retry 1 of {PATH}",
    )

    async def edits_first(shown: dict[str, Any]) -> int:
        await server.write(uri("draft", chapter), b"edited since\n")
        return int(presses("Undo")(shown))

    person = Person(server, *restore, edits_first, True)
    await person.runs("showRetries")
    await person.is_told(f"{PATH} was edited since.")
    assert await server.read(uri("draft", chapter)) == b"edited since\n"


async def test_a_session_without_retries_says_so(server: Editor, root: Path) -> None:
    await server.command("session.start", name="Draft")
    person = Person(server)
    await person.runs("showRetries")
    await person.is_told("No retries have been recorded.")


# Managing ----------------------------------------------------------------------------------------


async def test_documents_and_folders_are_made_beside_what_is_meant(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    remarks: dict[str, Any] = {}

    async def typing(shown: dict[str, Any]) -> str:
        for text in ("", "notes.md", "../outside.md", "part one/"):
            typed = {"id": shown["id"], "text": text}
            remarks[text] = await server.request("redraft/ui/check", typed)
        return str(shown["value"]) + "ideas.md"

    person = Person(server, typing, None)
    await person.runs("newFile", front=uri("draft", chapter))
    assert await server.read(uri("draft", root / "part one" / "ideas.md")) == b""
    assert person.of("do")[0]["arguments"][0] == {
        "$uri": uri("draft", root / "part one" / "ideas.md")
    }
    assert remarks[""]["message"] == "Type a path."
    assert remarks["notes.md"]["message"] == "notes.md exists already. Choose another name."
    assert "outside" in remarks["../outside.md"]["message"]
    assert remarks["part one/"] is None
    await Person(server, types("part one/deep")).runs(
        "newFolder", uris=[file_uri(root / "part one")]
    )
    found = await server.fs("stat", uri=uri("draft", root / "part one" / "deep"))
    assert found["type"] == "directory"
    await Person(server, types("")).runs("newFolder")


async def test_the_editor_renames_and_deletes_so_that_its_tabs_follow(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    server.edits.clear()
    person = Person(server, types("part one/prologue.md"))
    await person.runs("renameInSession", front=uri("draft", chapter))
    [box] = person.of("input")
    assert (box["value"], box["start"], box["end"]) == (PATH, 9, 19)
    person = Person(server, presses("Delete"))
    await person.runs("deleteInSession", uris=[file_uri(chapter), file_uri(root / "notes.md")])
    [renamed], deleted = server.edits
    assert (renamed.old_uri, renamed.new_uri) == (
        uri("draft", chapter),
        uri("draft", root / "part one" / "prologue.md"),
    )
    assert [each.uri for each in deleted] == [
        uri("draft", chapter),
        uri("draft", root / "notes.md"),
    ]
    server.applies = False
    person = Person(server, types("other.md"))
    await person.runs("renameInSession", front=uri("draft", chapter))
    await person.is_told(f"{PATH} could not be renamed.")
    server.applies = True


async def test_a_sessions_view_is_added_as_a_folder(server: Editor, root: Path) -> None:
    await server.command("session.start", name="Draft")
    person = Person(server, None)
    await person.runs("addFolder")
    [added] = person.of("do")
    assert added["arguments"] == [{"$uri": uri("draft", root)}, "Draft (session)"]


async def test_a_person_is_asked_whether_a_document_is_led_to_its_session(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    for answer, done in (
        ("Open in Session", ["_redraft.openInSession"]),
        ("Stay", []),
        ("Always", ["_redraft.setRedirect", "_redraft.openInSession"]),
        ("Never", ["_redraft.setRedirect"]),
    ):
        person = Person(server, presses(answer), None, None)
        await person.runs("askToLead", uris=[file_uri(chapter)])
        assert [each["command"] for each in person.of("do")] == done
        if "_redraft.setRedirect" in done:
            assert person.of("do")[0]["arguments"] == [answer.lower()]


async def test_a_document_that_stays_outside_its_session_says_why(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.fs("delete", uri=uri("draft", root / "notes.md"))
    person = Person(server)
    await person.runs("tellUnsaved", uris=[file_uri(chapter), file_uri(root / "notes.md")])
    await person.is_told("because of unsaved text: chapter-01.md, notes.md. Save it")
    await person.runs("tellWhyNot", uris=[file_uri(root / "notes.md")])
    await person.is_told("notes.md is deleted in the session Draft. This is the global version.")
    await person.runs("tellWhyNot", uris=[file_uri(chapter)])
    await person.is_told("chapter-01.md could not be opened in the session Draft.")


async def test_unsaved_text_of_a_session_that_ended_is_asked_about(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.command("session.cancel")
    for answer, keeps in (("Keep My Text", True), ("Discard", False)):
        person = Person(server, ["chapter-01.md"], presses(answer), None)
        await person.runs("tellEnded", uris=[uri("draft", root)])
        assert (
            "has ended. Unsaved text is left in: chapter-01.md." in person.of("ask")[0]["message"]
        )
        taken = person.of("do")[1]
        assert taken["command"] == "_redraft.takeOut"
        assert taken["arguments"] == [{"$uri": uri("draft", root)}, keeps]


# The menu, slash lines ---------------------------------------------------------------------------


async def test_the_menu_offers_what_can_be_done_now(
    server: Editor, root: Path, chapter: Path
) -> None:
    person = Person(server, LEAVES)
    await person.runs("menu")
    idle = {row["key"] for row in person.of("pick")[0]["rows"]}
    assert "resume" in idle
    assert not idle & {"commit", "pause", "recover", "showDrift"}
    await draft(server, root, chapter)
    chapter.write_bytes(b"theirs\n")
    await server.command("retry.record", filePath=PATH, reason="no")
    person = Person(server, picks("Pause"), LEAVES)
    await person.runs("menu", front=uri("draft", chapter))
    [shown] = person.of("pick")
    keys = {row["key"] for row in shown["rows"]}
    assert {"commit", "compareAll", "recordRetry", "showRetries", "showDrift"} <= keys
    assert "resume" not in keys
    assert shown["placeholder"] == "Draft: select what to do"
    await person.is_told("Paused session Draft.")


async def test_the_status_leads_to_facts_and_documents(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    await server.write(uri("draft", root / "new.md"), b"new\n")
    await server.fs("delete", uri=uri("draft", root / "notes.md"))
    person = Person(server, picks("new.md"), None)
    await person.runs("status")
    [shown], [opened] = person.of("pick"), person.of("do")
    assert shown["title"] == "Draft (active)"
    assert opened["arguments"] == [{"$uri": uri("draft", root / "new.md")}, {"preview": False}]
    person = Person(server, picks("PLAN"), LEAVES)
    await person.runs("status")
    assert person.of("pick")[1]["title"] == "Set Phase of Draft"


async def test_a_slash_line_is_completed_and_run(server: Editor, root: Path, chapter: Path) -> None:
    await draft(server, root, chapter)
    line = f'/retry "{PATH}" "Too slow"'

    async def typing(shown: dict[str, Any]) -> Any:
        assert shown["value"] == "/retry "
        rows = await server.request("redraft/ui/complete", {"id": shown["id"], "text": line})
        assert rows[0]["label"] == line
        return {"key": "/retry list", "button": -1, "value": line}  # the list was too late

    begins = {"key": "/retry", "button": -1, "value": "/retry"}
    person = Person(server, begins, typing)
    await person.runs("slash")
    await person.is_told(f"Done: {line}")
    person = Person(server, {"key": "/retry list", "button": -1, "value": "/retry li"}, None)
    await person.runs("slash")
    [opened] = person.of("do")
    page = unquote(opened["arguments"][0]["$uri"])
    assert page.startswith("redraft-answer:/retry-list.yaml?")
    assert 'reason: "Too slow"' in page


# Failures and folders ----------------------------------------------------------------------------


async def test_a_failure_is_told_with_what_leads_on(server: Editor, root: Path) -> None:
    await server.command("session.start", name="Draft")
    await server.until(lambda: server.active(root) == "Draft")
    await server.command("session.pause")
    await server.until(lambda: server.active(root) is None)
    person = Person(server, presses("Show Sessions"), picks("Draft"))
    await person.runs("status")
    told = await person.is_told("No session is active.")
    assert (told["severity"], told["buttons"]) == ("error", ["Start Session", "Show Sessions"])
    await server.until(lambda: server.active(root) == "Draft")
    person = Person(server)
    await person.runs("nonsense")
    await person.is_told("there is no dialogue 'nonsense'.")
    await person.runs("recordRetry", uris=[file_uri(root.parent / "elsewhere.md")])
    await person.is_told("leads outside the folder")
    await person.runs("compareWithGlobal")
    await person.is_told("Open a document of the folder first.")


async def test_of_several_folders_the_one_is_meant_that_is_named_shown_or_picked(
    server: Editor, root: Path, tmp_path: Path
) -> None:
    other = make_root(tmp_path / "other")
    server.folders(added=[other])
    await server.until(lambda: server.last(other))
    for each in (root, other):
        await server.command("session.start", root=str(each), name="Same")
    try:
        person = Person(server, [], LEAVES)
        await person.runs("cancel", uris=[uri("same", other)])
        assert person.of("ask")[0]["message"] == "Cancel session Same in other?"
        await Person(server).runs("pause", front=file_uri(root / "notes.md"))
        await server.until(lambda: server.active(root) is None)
        person = Person(server, picks("other"))
        await person.runs("pause", front="untitled:Untitled-1")
        assert [row["description"] for row in person.of("pick")[0]["rows"]] == [
            "No session",
            "Same",
        ]
        await server.until(lambda: server.active(other) is None)
    finally:
        server.folders(removed=[other])


async def test_a_commit_that_waits_can_be_stopped(
    server: Editor, root: Path, chapter: Path
) -> None:
    await draft(server, root, chapter)
    person = Person(server, [], presses("Commit"))
    with Root.open(str(root)) as opened, opened.hold("keep it waiting", None):
        running = asyncio.ensure_future(person.runs("commit"))
        await server.until(lambda: server.working)
        token = server.working[-1]["token"]
        assert server.working[-1]["title"] == "Committing session Draft"
        server.window_work_done_progress_cancel(lsp.WorkDoneProgressCancelParams(token))
        await server.request("redraft/fs/stat", {"uri": uri("draft", chapter)})  # it has been heard
    await running
    assert chapter.read_bytes() == CHAPTER
    assert [shown for shown in person.of("ask") if shown["severity"] == "error"] == []
