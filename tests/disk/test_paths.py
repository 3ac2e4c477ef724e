"""Every spelling of a document comes out as one path, or is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redraft.disk.paths import canonical, is_ordinary, refuse_protected, relative
from redraft.errors import InvalidArguments, PathOutsideRoot, ProtectedPath

ROOT = "/a/book"


@pytest.mark.parametrize(
    ("given_path", "path"),
    [
        ("a.md", "a.md"),
        ("./part//x/../a.md", "part/a.md"),
        ("part/", "part"),
        ("", ""),
        (".", ""),
        ("part/..", ""),
        (ROOT, ""),
        (f"{ROOT}/", ""),
        (f"{ROOT}/part/./a.md", "part/a.md"),
        ("..a/...", "..a/..."),
        ("x" * 255, "x" * 255),
        ("caf\udce9", "caf\udce9"),
    ],
)
def test_a_path_comes_out_in_its_plainest_form(given_path: str, path: str) -> None:
    assert relative(ROOT, given_path) == path


@pytest.mark.parametrize(
    "given_path", ["..", "a/../..", "/a", "/a/bookshop/x", f"{ROOT}/../x", "/", "/nowhere"]
)
def test_a_path_that_leads_out_is_refused(given_path: str) -> None:
    with pytest.raises(PathOutsideRoot):
        relative(ROOT, given_path)


@pytest.mark.parametrize("given_path", ["a\0b", "\ud800", "x" * 256, "é" * 128])
def test_what_no_file_can_be_called_is_refused(given_path: str) -> None:
    with pytest.raises(InvalidArguments):
        relative(ROOT, given_path)


@given(st.text(alphabet=st.sampled_from("a.~/\\\0é \ud800"), max_size=12))
@example("a" * 64)
def test_an_ordinary_path_is_its_own_plainest_form(path: str) -> None:
    if is_ordinary(path):
        assert "/".join(p for p in path.split("/") if p not in ("", ".", "..")) == path


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A folder with links to a document, a folder, itself, its outside, and to nothing."""
    inside = tmp_path / "root"
    (inside / "part/sub").mkdir(parents=True)
    (inside / "part/a.md").write_text("a")
    for name, target in {
        "file": "part/a.md",
        "folder": "part/sub",
        "self": ".",
        "out": "..",
        "nowhere": "missing.md",
        "protected": ".workflow/x",
        "part/up": "../part",
    }.items():
        (inside / name).symlink_to(target)
    return str(inside)


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize(
    ("given_path", "followed", "itself"),
    [
        ("part/a.md", "part/a.md", "part/a.md"),
        ("missing/a.md", "missing/a.md", "missing/a.md"),
        ("part/a.md/x", "part/a.md/x", "part/a.md/x"),
        ("file", "part/a.md", "file"),
        ("folder/new.md", "part/sub/new.md", "part/sub/new.md"),
        ("self", "", "self"),
        ("self/file", "part/a.md", "file"),
        ("nowhere", "missing.md", "nowhere"),
        ("part/up/up/a.md", "part/a.md", "part/a.md"),
        ("", "", ""),
    ],
)
def test_links_within_the_root_lead_to_one_path(
    root: str, given_path: str, followed: str, itself: str
) -> None:
    for spelling in (given_path, f"{root}/{given_path}", f"./{given_path}"):
        assert canonical(root, spelling) == followed
        assert canonical(root, spelling, follow_last=False) == itself


@pytest.mark.usefixtures("reach")
def test_links_that_lead_out_or_into_our_own_are_refused(root: str) -> None:
    for path in ("out", "out/x", "self/out/x"):
        with pytest.raises(PathOutsideRoot):
            canonical(root, path)
    with pytest.raises(ProtectedPath):
        canonical(root, "protected")
    assert canonical(root, "out", follow_last=False) == "out"
    with pytest.raises(PathOutsideRoot):
        canonical(root, "out/x", follow_last=False)


def test_an_absolute_path_through_a_link_to_the_root_is_inside(root: str, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to("root")
    assert relative(root, f"{tmp_path}/other/part/a.md") == "part/a.md"
    assert relative(root, f"{tmp_path}/other") == ""


@pytest.mark.parametrize(
    "path", [".workflow", ".Workflow/x", "workspace/x", ".git", "a/.git/config", "a/.GIT"]
)
def test_what_is_not_the_writers_is_protected(path: str) -> None:
    with pytest.raises(ProtectedPath):
        refuse_protected(path)


@pytest.mark.parametrize("path", ["", "a/.workflow", "a/workspace", ".gitignore", "x.git/y"])
def test_what_only_looks_like_it_is_not_protected(path: str) -> None:
    refuse_protected(path)
