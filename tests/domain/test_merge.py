from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.domain.texts import Versions, few_lines, git_merge, prose, texts, versions

from redraft.domain import alignment, merge, shortest
from redraft.domain.merge import Merged, is_text

BASE = b"one\ntwo\nthree\nfour\nfive\n"


def check_against_git(folder: Path, base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """Both merge to the same bytes or both find a conflict, whichever side is called ours."""
    merged = merge.merge(base, ours, theirs)
    alike = merged.content == git_merge(folder, base, ours, theirs)
    assert alike, (base, ours, theirs)
    assert merged.clean == (not merged.regions)
    assert merge.merge(base, theirs, ours).content == merged.content
    return merged


@given(versions())
@example((b"a\n", b"a\na\n", b"a"))
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merging_odd_texts_is_what_git_does(tmp_path: Path, case: Versions) -> None:
    check_against_git(tmp_path, *case)


@pytest.mark.parametrize("seed", [1, 2])
def test_merging_repetitive_texts_is_what_git_does(tmp_path: Path, seed: int) -> None:
    clean = [check_against_git(tmp_path, *case).clean for case in few_lines(seed, 250)]
    assert 50 < sum(clean) < 200


@pytest.mark.parametrize("seed", [3, 4])
def test_merging_prose_is_what_git_does(tmp_path: Path, seed: int) -> None:
    clean = [check_against_git(tmp_path, *case).clean for case in prose(seed, 150)]
    assert 30 < sum(clean) < 130


def test_merging_texts_with_hundreds_of_changes_is_what_git_does(tmp_path: Path) -> None:
    source = random.Random(7)
    base, first, last = (
        [b"%d\n" % source.randrange(12) for _ in range(size)] for size in (1700, 700, 700)
    )
    base[850:850] = [b"the middle\n"]
    versions = [base, first + base[700:], base[:1000] + last]
    assert check_against_git(tmp_path, *map(b"".join, versions)).clean
    versions[2] = last + base[700:]
    assert not check_against_git(tmp_path, *map(b"".join, versions)).clean


@given(texts(), texts())
def test_one_changed_side_wins(base: bytes, changed: bytes) -> None:
    assert merge.merge(base, base, changed).content == changed
    assert merge.merge(base, changed, base).content == changed
    assert merge.merge(base, changed, changed).content == changed


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=40))
def test_no_bytes_make_it_fail(base: bytes, ours: bytes, theirs: bytes) -> None:
    assert merge.merge(base, ours, theirs).clean in {True, False}


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_changes_apart_come_together(newline: bytes) -> None:
    base, ours, theirs, expected = (
        text.replace(b"\n", newline)
        for text in (
            BASE,
            BASE.replace(b"two", b"TWO"),
            BASE.replace(b"four\n", b""),
            b"one\nTWO\nthree\nfive\n",
        )
    )
    assert merge.merge(base, ours, theirs).content == expected


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (BASE.replace(b"two", b"2"), BASE.replace(b"three", b"3")),
        (BASE.replace(b"two\n", b""), BASE.replace(b"three\n", b"")),
        (BASE.replace(b"two", b"2"), BASE.replace(b"two\n", b"two\nnew\n")),
        (BASE + b"a\n", BASE + b"b\n"),
    ],
    ids=["replaced", "deleted", "inserted after replaced", "both appended"],
)
def test_changes_that_touch_conflict(ours: bytes, theirs: bytes) -> None:
    assert not merge.merge(BASE, ours, theirs).clean


def test_a_conflict_says_what_each_side_has_and_where() -> None:
    ours = b"new\n" + BASE.replace(b"two", b"2").replace(b"five", b"5")
    theirs = BASE.replace(b"two\n", b"").replace(b"five\n", b"5\n6\n")
    merged = merge.merge(BASE, ours, theirs)
    assert (merged.clean, merged.content) == (False, None)
    first, second = merged.regions
    sides = [(side.start, side.lines) for side in (first.base, first.ours, first.theirs)]
    assert sides == [(2, (b"two\n",)), (3, (b"2\n",)), (2, ())]
    assert (second.base.start, second.ours.start, second.theirs.start) == (5, 6, 4)
    assert (second.ours.content, second.theirs.content) == (b"5\n", b"5\n6\n")


@pytest.mark.parametrize(
    "line",
    ["\ufefffirst", "lone\rreturn", "form\ffeed", "line\u2028separator", "next\x85line", "\x1c"],
    ids=["mark", "return", "feed", "separator", "next", "file separator"],
)
def test_only_a_newline_ends_a_line(line: str) -> None:
    base = f"{line}\r\ntwo\nthree".encode()
    ours, theirs = base.replace(b"two", b"2"), base + b"!"
    assert merge.merge(base, base.replace(b"three", b"3"), ours).clean is False
    assert merge.merge(base + b"\nend", ours + b"\nend", base + b"\nfin").content == (
        f"{line}\r\n2\nthree\nfin".encode()
    )
    assert merge.merge(base, base.replace(b"\r\n", b"\n", 1), theirs).content == (
        f"{line}\ntwo\nthree!".encode()
    )


@pytest.mark.parametrize("bad", [b"\0", b"\xff", "ü".encode()[:1]], ids=["NUL", "0xFF", "cut"])
def test_binary_contents_conflict_as_a_whole(bad: bytes) -> None:
    ours, theirs = BASE.replace(b"one", b"1"), BASE + b"six\n"
    assert merge.merge(BASE, ours, theirs).clean
    for case in (
        (BASE + bad, ours, theirs),
        (BASE, ours + bad, theirs),
        (BASE, ours, theirs + bad),
    ):
        merged = merge.merge(*case)
        assert (merged.content, merged.regions) == (None, ())
    assert merge.merge(BASE + bad, BASE + bad, theirs).content == theirs


def test_too_large_contents_conflict_as_a_whole() -> None:
    large = b"x" * (merge.MAX_MERGE_BYTES - len(BASE)) + b"\n"
    sides = b"1\n" + BASE, BASE + large
    assert not merge.merge(BASE, *sides).clean
    assert merge.merge(BASE, b"1\n" + BASE, BASE + large[1:]).clean


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"", True),
        ("Zeile\r\n".encode("utf-8-sig"), True),
        ("grün"[:3].encode()[:-1], True),
        ("Zeile".encode("utf-16"), False),
        ("gr\xfcn".encode("latin-1"), False),
        (b"a\0", False),
        (b"\xff\xfea", False),
    ],
    ids=["empty", "UTF-8 with mark", "cut", "UTF-16", "Latin-1", "NUL", "UTF-16 mark"],
)
def test_text_is_told_by_its_head(head: bytes, expected: bool) -> None:
    assert is_text(head) is expected


def test_a_cut_character_at_the_end_of_a_whole_content_is_binary() -> None:
    assert not is_text("ü".encode()[:1], whole=True)


def test_long_texts_merge_before_the_timeout() -> None:
    source = random.Random(11)
    base = [b"\n" if n % 5 < 2 else b"%d\n" % source.getrandbits(20) for n in range(20_000)]
    ours, theirs = base[:], base[:]
    for place in range(40, 20_000, 80):
        ours[place] = b"ours\n"
        theirs[place - 40] = b"theirs\n"
    shuffled = base[:]
    source.shuffle(shuffled)
    merged = merge.merge(*map(b"".join, (base, ours, theirs)))
    assert not merge.merge(*map(b"".join, (base, shuffled, theirs))).clean
    expected = [o if o != b else t for b, o, t in zip(base, ours, theirs, strict=True)]
    alike = merged.content == b"".join(expected)
    assert alike


def test_a_search_without_steps_left_finds_no_more_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = [b"top", b"a", b"b", b"c"], [b"top", b"b", b"c", b"a"]
    assert alignment.matching_blocks(old, new) == [(0, 0, 1), (2, 1, 2), (4, 4, 0)]
    monkeypatch.setattr(shortest, "MAX_STEPS", -1)
    assert alignment.matching_blocks(old, new) == [(0, 0, 1), (4, 4, 0)]


@pytest.mark.parametrize("steps", [-1, 3000])
def test_a_search_that_is_given_up_still_aligns_equal_lines(
    monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr(shortest, "MAX_STEPS", steps)
    monkeypatch.setattr(shortest, "CHEAP", 4)
    for before, after, _ in few_lines(5, 100):
        old, new = alignment.split_lines(before), alignment.split_lines(after)
        blocks = alignment.matching_blocks(old, new)
        assert blocks[-1] == (len(old), len(new), 0)
        ends = (0, 0)
        for i, j, length in blocks:
            assert ends <= (i, j)
            assert ends[1] <= j
            assert old[i : i + length] == new[j : j + length]
            ends = (i + length, j + length)


def test_importing_costs_no_library() -> None:
    code = "import sys, redraft.domain.merge, redraft.domain.difference; print(*sys.modules)"
    server = str(Path(merge.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-ISc", f"import sys; sys.path.insert(0, {server!r}); {code}"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert not {"merge3", "difflib", "dataclasses", "typing", "re"} & set(done.stdout.split())
