"""The editor's file system: every request, and every code that it may answer."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pygls.exceptions import JsonRpcException
from tests.faces.lsp.conftest import CHAPTER
from tests.faces.lsp.editor import Editor, details, elsewhere, file_uri, uri

from redraft import errors
from redraft.faces.lsp.errors import file_error

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def session(server: Editor, root: Path) -> str:
    await server.command("session.start", name="Draft-1")
    return "Draft-1"


async def refused(server: Editor, request: str, **params: Any) -> tuple[str, str]:
    """VS Code's code and ours of a request that must fail."""
    with pytest.raises(JsonRpcException) as caught:
        await server.fs(request, **params)
    data = details(caught.value)
    assert set(data) >= {"code", "reason", "message", "suggestions"}
    assert caught.value.code == (-32602 if data["reason"] == "invalid_arguments" else -32803)
    return data["code"], data["reason"]


async def test_stat_tells_type_size_and_times_in_milliseconds(
    server: Editor, session: str, chapter: Path
) -> None:
    stat = await server.fs("stat", uri=uri(session, chapter))
    assert stat == {
        "type": "file",
        "size": len(CHAPTER),
        "mtime": chapter.stat().st_mtime_ns // 1_000_000,
        "ctime": chapter.stat().st_ctime_ns // 1_000_000,
    }
    assert (await server.fs("stat", uri=uri(session, chapter.parent)))["type"] == "directory"


async def test_the_root_itself_is_a_folder_without_our_own_folders(
    server: Editor, session: str, root: Path
) -> None:
    assert (await server.fs("stat", uri=uri(session, root)))["type"] == "directory"
    entries = (await server.fs("readDirectory", uri=uri(session, root)))["entries"]
    assert entries == [
        {"name": "notes.md", "type": "file"},
        {"name": "part one", "type": "directory"},
    ]


async def test_any_octets_come_back_as_they_were_written(
    server: Editor, session: str, root: Path
) -> None:
    content = bytes(range(256)) * 400 + b"\r\n\xef\xbb\xbf"
    document = uri(session, root / "new folder" / "ünï ✓.bin")
    await server.write(document, content)
    assert await server.read(document) == content
    await server.write(document, b"")
    assert await server.read(document) == b""


async def test_a_name_that_is_no_utf_8_is_read_and_written(
    server: Editor, session: str, root: Path
) -> None:
    (root / os.fsdecode(b"caf\xe9.md")).write_bytes(b"latin")
    document = f"redraft://{session}{root}/caf%E9.md"
    assert await server.read(document) == b"latin"
    await server.write(document, b"changed")
    assert await server.read(document) == b"changed"
    assert (root / os.fsdecode(b"caf\xe9.md")).read_bytes() == b"latin"


async def test_the_session_in_a_uri_is_found_without_regard_to_case(
    server: Editor, session: str, chapter: Path
) -> None:
    await server.write(uri("draft-1", chapter), b"lower")
    assert await server.read(uri("DRAFT-1", chapter)) == b"lower"


async def test_a_plain_file_below_the_sessions_files_is_the_sessions_document(
    server: Editor, session: str, root: Path, chapter: Path
) -> None:
    plain = file_uri(root / ".workflow" / session / "files" / "part one" / "chapter-01.md")
    assert await server.read(plain) == CHAPTER
    await server.write(plain, b"by a client that knows only files")
    assert await server.read(uri(session, chapter)) == b"by a client that knows only files"
    assert chapter.read_bytes() == CHAPTER


async def test_a_plain_global_file_is_read_and_never_written(
    server: Editor, session: str, chapter: Path
) -> None:
    await server.write(uri(session, chapter), b"changed")
    assert await server.read(file_uri(chapter)) == CHAPTER
    answer = await refused(
        server, "writeFile", uri=file_uri(chapter), content="", create=True, overwrite=True
    )
    assert answer == ("NoPermissions", "invalid_arguments")
    assert chapter.read_bytes() == CHAPTER


async def test_deleting_renaming_and_copying_leave_global_alone(
    server: Editor, session: str, root: Path, chapter: Path
) -> None:
    notes, moved, copied = root / "notes.md", root / "moved.md", root / "copied.md"
    await server.fs(
        "rename", oldUri=uri(session, notes), newUri=uri(session, moved), overwrite=False
    )
    await server.fs(
        "copy", source=uri(session, moved), destination=uri(session, copied), overwrite=False
    )
    await server.fs("delete", uri=uri(session, chapter.parent), recursive=True)
    await server.fs("createDirectory", uri=uri(session, root / "empty"))
    entries = (await server.fs("readDirectory", uri=uri(session, root)))["entries"]
    assert [entry["name"] for entry in entries] == ["copied.md", "empty", "moved.md"]
    assert await server.read(uri(session, copied)) == b"notes\n"
    assert sorted(path.name for path in root.iterdir() if path.name[0] != ".") == [
        "notes.md", "part one", "workspace"
    ]  # fmt: skip


async def test_a_copy_may_come_from_another_session_or_from_global(
    server: Editor, session: str, root: Path, chapter: Path
) -> None:
    await server.write(uri(session, chapter), b"first")
    await server.command("session.start", name="second")
    await server.fs(
        "copy", source=uri(session, chapter), destination=uri("second", chapter), overwrite=True
    )
    assert await server.read(uri("second", chapter)) == b"first"
    target = uri(session, root / "old.md")
    await server.fs("copy", source=file_uri(chapter), destination=target, overwrite=False)
    assert await server.read(target) == CHAPTER


async def test_the_read_only_sides_can_be_read_as_files(
    server: Editor, session: str, chapter: Path
) -> None:
    await server.write(uri(session, chapter), b"changed")
    await server.command("retry.record", filePath=str(chapter), reason="no")
    for scheme, content in (("base", CHAPTER), ("global", CHAPTER), ("retry", b"changed")):
        side = uri(session, chapter, f"redraft-{scheme}") + ("?n=1" if scheme == "retry" else "")
        assert await server.read(side) == content
        stat = await server.fs("stat", uri=side)
        assert (stat["size"], stat["permissions"]) == (len(content), 1)
        answer = await refused(server, "delete", uri=side, recursive=False)
        assert answer == ("NoPermissions", "invalid_arguments")


async def test_changes_are_told_under_the_uri_that_the_editor_used(
    server: Editor, session: str, root: Path, chapter: Path
) -> None:
    new, document = uri("draft-1", root / "new.md"), uri(session, chapter)

    def told() -> list[dict[str, Any]]:
        return [change for change in server.changes if change["uri"] in (new, document)]

    await server.write(new, b"")
    await server.write(document, b"x")
    await server.fs("delete", uri=new, recursive=False)
    await server.until(lambda: len(told()) == 3)
    assert told() == [
        {"uri": new, "type": "created"},
        {"uri": document, "type": "changed"},
        {"uri": new, "type": "deleted"},
    ]


async def test_what_is_not_there_is_file_not_found(
    server: Editor, session: str, root: Path, chapter: Path
) -> None:
    missing = uri(session, root / "missing.md")
    for request in ("stat", "readFile", "readDirectory"):
        assert await refused(server, request, uri=missing) == ("FileNotFound", "file_not_found")
    assert await refused(server, "delete", uri=missing, recursive=True) == (
        "FileNotFound", "file_not_found"
    )  # fmt: skip
    assert await refused(
        server, "rename", oldUri=missing, newUri=uri(session, chapter), overwrite=True
    ) == ("FileNotFound", "file_not_found")
    assert await refused(
        server, "writeFile", uri=missing, content="", create=False, overwrite=True
    ) == ("FileNotFound", "file_not_found")
    assert await refused(server, "stat", uri=uri("nobody", chapter)) == (
        "FileNotFound", "session_not_found"
    )  # fmt: skip


@pytest.mark.parametrize("request_name", ["stat", "readDirectory"])
async def test_a_sessions_root_is_a_folder_exactly_as_long_as_the_session_is_there(
    server: Editor, root: Path, request_name: str
) -> None:
    whole = uri("short", root)
    missing = ("FileNotFound", "session_not_found")
    assert await refused(server, request_name, uri=whole) == missing
    await server.command("session.start", name="short")
    assert (await server.fs("stat", uri=whole))["type"] == "directory"
    await server.command("session.pause")
    assert (await server.fs("stat", uri=whole))["type"] == "directory"
    await server.command("session.cancel", session="short")
    assert await refused(server, request_name, uri=whole) == missing
    await server.command("session.undo")
    assert (await server.fs("stat", uri=whole))["type"] == "directory"
    await elsewhere(root, "session", "complete", "short")
    assert await refused(server, request_name, uri=whole) == missing


async def test_a_session_that_can_have_no_such_name_is_not_found(
    server: Editor, session: str, root: Path
) -> None:
    for name in ("completed", ".trash", "a%20b", "nul"):
        for request in ("stat", "readDirectory"):
            assert await refused(server, request, uri=uri(name, root)) == (
                "FileNotFound", "invalid_session_name"
            )  # fmt: skip


async def test_a_file_explorer_sees_and_reaches_nothing_of_what_is_no_document(
    server: Editor, session: str, root: Path
) -> None:
    (root / ".git").mkdir()
    (root / "part one" / ".git").mkdir()
    (root / "part one" / ".git" / "config").touch()
    listed = (await server.fs("readDirectory", uri=uri(session, root)))["entries"]
    assert [entry["name"] for entry in listed] == ["notes.md", "part one"]
    inner = (await server.fs("readDirectory", uri=uri(session, root / "part one")))["entries"]
    assert ".git" not in {entry["name"] for entry in inner}
    refusal = ("NoPermissions", "protected_path")
    for own in (
        ".workflow",
        f".workflow/{session}/files",
        "workspace",
        "workspace/session.lock",
        ".git",
        "part one/.git",
        "part one/.git/config",
    ):
        for request in ("stat", "readDirectory", "readFile"):
            assert await refused(server, request, uri=uri(session, root / own)) == refusal, own


async def test_what_is_there_already_is_file_exists(
    server: Editor, session: str, root: Path, chapter: Path
) -> None:
    document, notes = uri(session, chapter), uri(session, root / "notes.md")
    exists = ("FileExists", "file_exists")
    assert (
        await refused(server, "writeFile", uri=document, content="", create=True, overwrite=False)
        == exists
    )
    for request, names in (("rename", ("oldUri", "newUri")), ("copy", ("source", "destination"))):
        params = dict(zip(names, (notes, document), strict=True))
        assert await refused(server, request, **params, overwrite=False) == exists
    assert await refused(server, "createDirectory", uri=uri(session, chapter.parent)) == exists


async def test_a_folder_is_no_document_and_a_document_no_folder(
    server: Editor, session: str, chapter: Path
) -> None:
    folder, inside = uri(session, chapter.parent), uri(session, chapter / "below.md")
    is_folder = ("FileIsADirectory", "unsupported_file")
    assert await refused(server, "readFile", uri=folder) == is_folder
    assert (
        await refused(server, "writeFile", uri=folder, content="", create=True, overwrite=True)
        == is_folder
    )
    not_folder = ("FileNotADirectory", "unsupported_file")
    assert await refused(server, "readDirectory", uri=uri(session, chapter)) == not_folder
    assert (
        await refused(server, "writeFile", uri=inside, content="", create=True, overwrite=True)
        == not_folder
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.FileNotFound("a.md", []), "FileNotFound"),
        (errors.SessionNotFound("x"), "FileNotFound"),
        (errors.InvalidSessionName("x y", "it has a space"), "FileNotFound"),
        (errors.NoActiveSession(), "FileNotFound"),
        (errors.FileExists("a.md"), "FileExists"),
        (errors.PathOutsideRoot("../a.md", "/book"), "NoPermissions"),
        (errors.ProtectedPath(".git/config", "git"), "NoPermissions"),
        (errors.Locked("process 7", 0.5), "Unavailable"),
        (OSError(errno.EIO, "Input/output error", "a.md"), "Unavailable"),
        (errors.SessionCrashed("x", "a file is missing"), "Unavailable"),
        (errors.StalePreview(), "Unavailable"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_each_error_has_the_editors_word(error: BaseException, code: str) -> None:
    data = file_error(error, "redraft/fs/stat")["data"]
    assert isinstance(data, dict)
    assert data["code"] == code
    assert data["reason"] != code


async def test_a_pipe_is_unavailable(server: Editor, session: str, root: Path) -> None:
    os.mkfifo(root / "pipe")
    answer = await refused(server, "readFile", uri=uri(session, root / "pipe"))
    assert answer == ("Unavailable", "unsupported_file")


async def test_nothing_past_the_session_is_read_or_written(
    server: Editor, session: str, root: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_bytes(b"secret")
    (root / "link").symlink_to(tmp_path)
    outside = ("NoPermissions", "path_outside_root")
    for path in (secret, root / ".." / "secret.md", root / "link" / "secret.md"):
        assert await refused(server, "readFile", uri=uri(session, path)) == outside
        assert (
            await refused(
                server, "writeFile", uri=uri(session, path), content="", create=True, overwrite=True
            )
            == outside
        )
    encoded = f"redraft://{session}{root}/%2e%2e/secret.md"
    assert await refused(server, "readFile", uri=encoded) == outside
    for own in (".workflow/x", "workspace/session.lock", ".git/config", "part one/.git/config"):
        assert await refused(
            server,
            "writeFile",
            uri=uri(session, root / own),
            content="",
            create=True,
            overwrite=True,
        ) == ("NoPermissions", "protected_path")
    assert secret.read_bytes() == b"secret"


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"uri": 5},
        {"uri": None},
        {"uri": "nonsense"},
        {"uri": "http://example.org/a"},
        {"uri": "redraft://../a.md"},
        {"uri": "redraft://s/a%00.md"},
        [],
        None,
        "text",
    ],
    ids=[
        "empty",
        "number",
        "null uri",
        "no uri",
        "http",
        "relative",
        "nul",
        "list",
        "null",
        "text",
    ],
)
async def test_bad_parameters_are_answered_and_do_nothing(
    server: Editor, session: str, params: object
) -> None:
    for request in ("stat", "readFile", "delete", "writeFile", "createDirectory"):
        with pytest.raises(JsonRpcException) as caught:
            await server.request(f"redraft/fs/{request}", params)
        assert details(caught.value)["reason"] in {"invalid_arguments", "path_outside_root"}


async def test_content_that_is_no_base64_writes_nothing(
    server: Editor, session: str, chapter: Path
) -> None:
    document = uri(session, chapter)
    for content in ("!!!", "YQ", "YQ==\n", "ä", 5, None):
        answer = await refused(
            server, "writeFile", uri=document, content=content, create=True, overwrite=True
        )
        assert answer == ("Unavailable", "invalid_arguments")
    assert await server.read(document) == CHAPTER
    assert (await server.command("session.status"))["changeCount"] == 0


async def test_writes_of_one_document_keep_their_order(
    server: Editor, session: str, chapter: Path
) -> None:
    import asyncio

    document = uri(session, chapter)
    writes = [server.write(document, b"version %d" % number) for number in range(20)]
    await asyncio.gather(*writes)
    assert await server.read(document) == b"version 19"


async def test_an_unknown_request_of_the_file_system_is_answered(
    server: Editor, session: str
) -> None:
    with pytest.raises(JsonRpcException) as caught:
        await server.fs("watch", uri="redraft://s/a")
    assert caught.value.code == -32601
