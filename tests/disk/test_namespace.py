"""Mounts of a process's own: what is asked of the system, and what it refuses.

That the mounts do what they should is shown by the tests that run programs in them.
"""

from __future__ import annotations

import os
from errno import EINVAL, EPERM
from pathlib import Path
from typing import Any

import pytest

from redraft.disk import namespace

Asked = list[tuple[Any, ...]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What is asked of the system, which does nothing."""
    seen: Asked = []

    def call(name: str, *arguments: Any) -> int:
        seen.append((name, *arguments))
        return 0

    monkeypatch.setattr(namespace, "_call", call)
    return seen


def targets(asked: Asked) -> list[str]:
    return [os.fsdecode(each[2]) for each in asked if each[0] == "mount"]


def test_the_real_folder_stays_reachable_and_our_own_cannot_be_written(
    asked: Asked, tmp_path: Path
) -> None:
    root, private = tmp_path / "root", tmp_path / "private"
    for name in ("upper", "work", "real/.workflow"):
        (private / name).mkdir(parents=True)
    (root / ".workflow").mkdir(parents=True)
    namespace.cover(str(root), str(private), (".workflow", "workspace"))
    own = str(root / ".workflow")
    assert targets(asked) == ["/", f"{private}/real", str(root), own, own]
    read_only = asked[-1][4]
    assert read_only & 1
    assert read_only & 32
    layers = os.fsdecode(asked[3][5])
    assert layers.startswith("userxattr,lowerdir=/proc/self/fd/")
    open_now = {os.path.realpath(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")}
    assert str(root) not in open_now


def test_the_real_folder_comes_back_in_its_place(asked: Asked) -> None:
    namespace.uncover("/book", "/private")
    assert [(each[1], each[2]) for each in asked[2:]] == [(b"/private/real", b"/book")]


def test_without_the_right_to_mount_a_user_namespace_gives_it(
    monkeypatch: pytest.MonkeyPatch, asked: Asked
) -> None:
    told: dict[str, str] = {}
    answers = iter([EPERM, 0, 0, 0])
    monkeypatch.setattr(namespace, "_call", lambda *_: next(answers))
    monkeypatch.setattr(namespace, "_tell", lambda name, text: told.update({name: text}))
    namespace.uncover("/book", "/private")
    uid, gid = os.geteuid(), os.getegid()
    assert told == {"setgroups": "deny", "uid_map": f"{uid} {uid} 1", "gid_map": f"{gid} {gid} 1"}


@pytest.mark.parametrize("answers", [[EPERM, EPERM], [EINVAL], [0, EINVAL]])
def test_what_the_system_refuses_is_an_error(
    monkeypatch: pytest.MonkeyPatch, answers: list[int]
) -> None:
    left = iter(answers)
    monkeypatch.setattr(namespace, "_call", lambda *_: next(left))
    with pytest.raises(OSError, match=r"unshare|mount|namespaces"):
        namespace.uncover("/book", "/private")


def test_a_call_gives_the_errors_number() -> None:
    assert namespace._call("unshare", 0) == 0
    assert namespace._call("mount", b"none", b"/nowhere/at/all", None, 0, None) != 0


def test_a_word_is_told_to_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(OSError):
        namespace._tell("uid_map", "nonsense")


def test_other_file_systems_beneath_a_folder_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert namespace.holds_mounts("/")
    assert "/" in list(namespace._mounts())
    monkeypatch.setattr(namespace, "_mounts", lambda: iter(["/", "/my book/usb", "/my book"]))
    assert namespace.holds_mounts("/my book")
    assert not namespace.holds_mounts("/my book/usb")
    assert not namespace.holds_mounts("/my")
