from __future__ import annotations

import json
import re

import pytest
from tests.domain.desk import Desk

from redraft.domain.retries import half_recorded
from redraft.errors import FileNotFound


def test_a_rejected_version_is_kept_with_its_reason(draft: Desk) -> None:
    draft.write("a.md", "too long\r\n")
    kept = draft.run("retry", file_path="a.md", reason="Zu lang – 冗長", auto_detected=True)
    assert (kept.file, kept.number, kept.auto_detected) == ("a.md", 1, True)
    assert kept.saved_to == ".workflow/draft/human-retries/a.md/retry-1.md"
    assert (draft.path / kept.saved_to).read_bytes() == b"too long\r\n"
    draft.write("a.md", "better\n")
    found = draft.run("read", path="a.md").retries
    assert [(r.number, r.reason, r.recorded_at) for r in found] == [
        (1, "Zu lang – 冗長", kept.recorded_at)
    ]


def test_a_document_that_the_session_has_not_touched_can_be_rejected(draft: Desk) -> None:
    kept = draft.run("retry", file_path="part/b.md", reason="no")
    assert (draft.path / kept.saved_to).read_text() == "b\n"
    assert draft.changes() == ([], [], [])


def test_two_files_of_one_name_do_not_share_their_retries(draft: Desk) -> None:
    """Fault 8: two files of one name in different folders share a retry file."""
    draft.put("part/a.md", "the other\n")
    for path in ("a.md", "part/a.md"):
        assert draft.run("retry", file_path=path, reason=path).number == 1
    found = draft.run("retry list").retries
    assert [(r.file, r.number, r.reason) for r in found] == [
        ("a.md", 1, "a.md"),
        ("part/a.md", 1, "part/a.md"),
    ]


def test_every_spelling_of_a_path_counts_on(draft: Desk) -> None:
    """Fault 9: another spelling restarts the count and overwrites the kept version."""
    (draft.path / "linked").symlink_to("part")
    absolute = str(draft.path / "part/b.md")
    spellings = ["part/b.md", "./part//b.md", "part/../part/b.md", absolute, "linked/b.md", "b.md"]
    numbers = [draft.run("retry", file_path=p, reason="no").number for p in spellings]
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_a_bare_name_is_found_if_only_one_document_has_it(draft: Desk) -> None:
    """Fault 24: a retry by file name, as the skill text shows, does not work."""
    assert draft.run("retry", file_path="c.md", reason="no").file == "part/sub/c.md"
    draft.put("part/c.md")
    refused = draft.refused("retry", file_path="c.md", reason="no")
    assert (refused.code, refused.data["candidates"]) == (
        "ambiguous_file",
        ["part/c.md", "part/sub/c.md"],
    )
    draft.run("delete", path="part/c.md")
    assert draft.run("retry", file_path="c.md", reason="no").number == 2
    assert draft.refused("retry", file_path="nowhere.md", reason="no").code == "file_not_found"
    assert draft.refused("retry", file_path="part/no.md", reason="no").code == "file_not_found"


@pytest.mark.parametrize("reason", ["", " \n", "lone \ud800"])
def test_a_reason_that_cannot_be_kept_records_nothing(draft: Desk, reason: str) -> None:
    """Fault 23: a retry whose reason cannot be encoded is half recorded."""
    refused = draft.refused("retry", file_path="a.md", reason=reason)
    assert refused.code == "invalid_arguments"
    assert not (draft.path / ".workflow/draft/human-retries").exists()


def test_a_reason_is_checked_in_the_domain_too(draft: Desk) -> None:
    """Fault 23, past the faces."""
    from redraft.domain import retries
    from redraft.errors import InvalidArguments

    with draft.view() as view, pytest.raises(InvalidArguments):
        retries.record(view, "a.md", "lone \ud800", auto_detected=False)
    assert not (draft.path / ".workflow/draft/human-retries").exists()


def test_a_version_without_its_record_is_not_counted(draft: Desk) -> None:
    place = draft.path / ".workflow/draft/human-retries/a.md"
    place.mkdir(parents=True)
    (place / "retry-1.md").write_text("half\n")
    (place / "notes.txt").write_text("of a person\n")
    assert draft.run("retry list").retries == []
    with draft.root.folder.sub(".workflow/draft") as folder:
        assert half_recorded(folder) == ["human-retries/a.md/retry-1.md"]
    assert draft.run("retry", file_path="a.md", reason="no").number == 2
    assert (place / "retry-1.md").read_text() == "half\n"


@pytest.mark.parametrize("when", ["yesterday", "2025-09-05T10:00:00", 3])
def test_a_damaged_record_tells_a_time_all_the_same(draft: Desk, when: object) -> None:
    draft.run("retry", file_path="a.md", reason="no")
    record = draft.path / ".workflow/draft/human-retries/a.md/retry-1.json"
    record.write_text(json.dumps({"recorded_at": when}))
    [kept] = draft.run("retry list").retries
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", kept.recorded_at)


def test_json_documents_and_long_suffixes_have_retries_too(draft: Desk) -> None:
    for path in ("data.json", f"x.{'s' * 250}", "no-suffix"):
        draft.write(path, "{}\n")
        kept = draft.run("retry", file_path=path, reason="no")
        assert (draft.path / kept.saved_to).read_text() == "{}\n"
        draft.write(path, "other\n")
        draft.run("retry restore", file_path=path, number=1)
        assert draft.read(path) == "{}\n"


def test_a_version_can_be_read_and_restored(draft: Desk) -> None:
    draft.write("a.md", "first\n")
    draft.run("retry", file_path="a.md", reason="no")
    draft.write("a.md", "second\n")
    done = draft.run("retry restore", file_path="a.md", number=1)
    assert (done.path, done.number, draft.read("a.md")) == ("a.md", 1, "first\n")
    with draft.view() as view:
        assert view.read_retry("a.md", 1) == b"first\n"
        for number in (2, 0, -1):
            with pytest.raises(FileNotFound):
                view.read_retry("a.md", number)
    assert draft.refused("retry restore", file_path="a.md", number=2).code == "file_not_found"
    assert draft.refused("retry restore", file_path="a.md", number=0).code == "invalid_arguments"


def test_the_retries_of_a_deleted_document_are_still_found(draft: Desk) -> None:
    draft.write("new.md", "rejected\n")
    draft.run("retry", file_path="new.md", reason="no")
    draft.run("delete", path="new.md")
    assert len(draft.run("retry list", file_path="new.md").retries) == 1
    draft.run("retry restore", file_path="new.md", number=1)
    assert draft.read("new.md") == "rejected\n"
    assert draft.run("retry list", file_path="a.md").retries == []


@pytest.mark.parametrize("text", ["{", "[]", '{"reason": 3, "auto_detected": "yes"}'])
def test_a_damaged_record_still_counts(draft: Desk, text: str) -> None:
    draft.run("retry", file_path="a.md", reason="no")
    record = draft.path / ".workflow/draft/human-retries/a.md/retry-1.json"
    assert json.loads(record.read_text())["reason"] == "no"
    record.write_text(text)
    (one,) = draft.run("retry list").retries
    assert (one.number, one.reason, one.auto_detected) == (1, "", False)
    assert draft.run("retry", file_path="a.md", reason="no").number == 2


def test_a_folder_cannot_be_rejected(draft: Desk) -> None:
    assert draft.refused("retry", file_path="part", reason="no").code == "unsupported_file"


def test_a_document_without_retries_has_an_empty_list(draft: Desk) -> None:
    assert draft.run("retry list", file_path="a.md").retries == []
    assert draft.run("retry list", file_path="sub/c.md").retries == []


def test_a_folder_has_no_retries_to_list(draft: Desk) -> None:
    assert draft.refused("retry list", file_path="part").code == "unsupported_file"


def test_a_restored_version_can_be_undone(draft: Desk) -> None:
    draft.write("a.md", "rejected\n")
    draft.run("retry", file_path="a.md", reason="no")
    draft.write("a.md", "better\n")
    draft.run("retry restore", file_path="a.md", number=1)
    [kept] = draft.run("session checkpoints").checkpoints
    assert (kept.trigger, kept.label) == ("before_restore", "before restoring retry 1 of a.md")
    assert draft.run("session undo").undone == "restore"
    assert draft.read("a.md") == "better\n"
