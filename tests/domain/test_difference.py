from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.texts import few_lines, prose, run, texts

from redraft.domain import difference
from redraft.domain.difference import unified

CALM = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
BEFORE = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"


def apply_with_git(
    folder: Path, before: bytes | None, diff: str, name: str, context: int = 3
) -> bytes | None:
    """What the file holds once git has applied the diff to it, None if it is gone."""
    target = folder / name
    target.unlink(missing_ok=True)
    if before is not None:
        target.write_bytes(before)
    (folder / ".diff").write_bytes(diff.encode())
    options = ["--unidiff-zero"] if context == 0 else []
    done = run(["git", "apply", "--whitespace=nowarn", *options, ".diff"], folder)
    assert done.returncode == 0, (done.stderr, diff)
    return target.read_bytes() if target.exists() else None


@given(st.none() | texts(), st.none() | texts(), st.integers(0, 4))
@CALM
def test_git_applies_a_diff_to_give_the_later_content(
    tmp_path: Path, before: bytes | None, after: bytes | None, context: int
) -> None:
    binary, diff = unified(before, after, "chapter.md", context)
    assert not binary
    if before == after:
        assert diff == ""
    else:
        assert apply_with_git(tmp_path, before, diff, "chapter.md", context) == after


@given(texts().filter(bool), texts().filter(bool))
@CALM
def test_patch_applies_a_diff_to_give_the_later_content(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    target = tmp_path / "chapter.md"
    target.write_bytes(before)
    (tmp_path / ".diff").write_bytes(unified(before, after, "chapter.md")[1].encode())
    done = run(["patch", "--binary", "-fsp1", "-i", ".diff"], tmp_path)
    assert before == after or done.returncode == 0, done.stdout
    assert target.read_bytes() == after


def test_long_diffs_apply(tmp_path: Path) -> None:
    cases = [*few_lines(1, 80), *prose(2, 40)]
    for before, after, _ in cases:
        _, diff = unified(before, after, "chapter.md")
        if diff:
            assert apply_with_git(tmp_path, before, diff, "chapter.md") == after


def check_hunks_of_git(folder: Path, before: bytes, after: bytes) -> None:
    """The hunks are git's own, but for the heading that git may put behind their numbers."""
    (folder / "before").write_bytes(before)
    (folder / "after").write_bytes(after)
    command = ["git", "diff", "--no-index", "--no-indent-heuristic", "before", "after"]
    printed = run(command, folder).stdout.decode()
    headed = re.sub(r"^(@@ .* @@) .*", r"\1", printed, flags=re.MULTILINE)
    _, diff = unified(before, after, "x")
    alike = diff.partition("\n@@")[2] == headed.partition("\n@@")[2]
    assert alike


def test_hunks_are_those_of_git(tmp_path: Path) -> None:
    for before, after, _ in [*few_lines(3, 60), *prose(4, 60)]:
        check_hunks_of_git(tmp_path, before, after)


@pytest.mark.parametrize("alphabet", [4, 50, 1000])
def test_hunks_of_long_searches_are_those_of_git(tmp_path: Path, alphabet: int) -> None:
    source = random.Random(alphabet)
    for _ in range(4):
        lines = [b"%d\n" % source.randrange(alphabet) for _ in range(1600)]
        check_hunks_of_git(tmp_path, b"".join(lines[:800]), b"".join(lines[800:]))


@pytest.mark.parametrize("common", [10, 25])
def test_hunks_of_a_rewritten_text_are_those_of_git(tmp_path: Path, common: int) -> None:
    source = random.Random(common)
    for _ in range(10):
        kept = [b"kept %d\n" % n for n in range(common)]
        before, after = ([*kept, *_fresh(source, 600 - common)] for _ in "ab")
        before.sort(key=lambda _: source.random())
        after.sort(key=lambda _: source.random())
        check_hunks_of_git(tmp_path, b"".join(before), b"".join(after))


def _fresh(source: random.Random, count: int) -> list[bytes]:
    """Lines that no other text has, but for many blank ones."""
    return [
        b"%d\n" % source.getrandbits(60) if source.random() < 0.8 else b"\n" for _ in range(count)
    ]


def test_a_diff_has_the_headers_and_marks_of_git() -> None:
    after = BEFORE.replace(b"two", b"2\r").replace(b"ten\n", b"ten")
    binary, diff = unified(BEFORE, after, "part 1/chapter.md", 1)
    assert not binary
    assert diff == (
        "--- a/part 1/chapter.md\t\n"
        "+++ b/part 1/chapter.md\t\n"
        "@@ -1,3 +1,3 @@\n one\n-two\n+2\r\n three\n"
        "@@ -9,2 +9,2 @@\n nine\n-ten\n+ten\n\\ No newline at end of file\n"
    )


def test_a_missing_side_is_the_null_device() -> None:
    assert unified(None, b"a\n", "x") == (False, "--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n")
    assert unified(b"a\n", None, "x") == (False, "--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n")
    assert unified(None, None, "x") == (False, "")


def test_an_empty_file_that_comes_or_goes_is_shown_by_its_mode() -> None:
    assert unified(None, b"", "x") == (False, "diff --git a/x b/x\nnew file mode 100644\n")
    assert unified(b"", None, "x") == (False, "diff --git a/x b/x\ndeleted file mode 100644\n")


@pytest.mark.parametrize(
    "name",
    ["two words.md", 'quo"te.md', "back\\slash", "tab\there", "line\nend", "Übung.md", "\x7f"],
    ids=["space", "quote", "backslash", "tab", "newline", "umlaut", "delete"],
)
@pytest.mark.parametrize(
    ("before", "after"),
    [(b"a\n", b"b\n"), (None, b"b\n"), (None, b""), (b"", None)],
    ids=["modified", "created", "created empty", "deleted empty"],
)
def test_git_understands_any_name(
    tmp_path: Path, name: str, before: bytes | None, after: bytes | None
) -> None:
    _, diff = unified(before, after, name)
    assert apply_with_git(tmp_path, before, diff, name) == after


def test_a_name_that_is_not_unicode_is_written_in_octal() -> None:
    _, diff = unified(b"a\n", b"b\n", "caf\udce9.md")
    assert diff.startswith('--- "a/caf\\351.md"\n+++ "b/caf\\351.md"\n')


@pytest.mark.parametrize(
    "content", [b"a\0b", b"\xff\xfea", "ü".encode()[:1]], ids=["NUL", "UTF-16", "cut"]
)
def test_binary_contents_are_named_with_their_sizes(content: bytes) -> None:
    size = len(content)
    assert unified(b"text\n", content, "x y") == (
        True,
        f"Binary files a/x y and b/x y differ (5 bytes, {size} bytes).\n",
    )
    assert unified(content, None, "x") == (
        True,
        f"Binary files a/x and /dev/null differ ({size} bytes, no file).\n",
    )


def test_a_content_over_the_bound_is_not_shown() -> None:
    large = b"x" * (difference.MAX_DIFF_BYTES + 1)
    assert unified(b"", large, "x")[0] is True
    assert unified(b"", large[1:], "x")[0] is False


def test_long_texts_are_compared_before_the_timeout() -> None:
    source = random.Random(5)
    before = [b"\n" if n % 3 else b"%d\n" % source.getrandbits(20) for n in range(20_000)]
    after = before[:]
    source.shuffle(after)
    _, diff = unified(b"".join(before), b"".join(after), "x")
    assert len(diff) > 20_000
