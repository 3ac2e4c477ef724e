"""Generated texts that provoke merges and diffs to go wrong: few different lines, many repeats."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from hypothesis import strategies as st

Versions = tuple[bytes, bytes, bytes]

ENDINGS = ([b"\n"], [b"\r\n"], [b"\n", b"\r\n"])
ODD_LINES = ("", "a", "b", "}", "\ufeffa", "a\rb", "\f", "x\u2028y", "\x85", "ü", "c\r", "\\ no")


def run(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a program in ``folder``, out of reach of the tester's git settings and repositories."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "LC_ALL": "C",
    }
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)


def git_merge(folder: Path, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """What ``git merge-file`` makes of the three, or None for a conflict."""
    for name, content in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_bytes(content)
    done = run(["git", "merge-file", "-p", "ours", "base", "theirs"], folder)
    assert 0 <= done.returncode <= 127, done.stderr
    return done.stdout if done.returncode == 0 else None


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A short text of odd lines with any endings, perhaps without the last one."""
    lines = draw(st.lists(st.sampled_from(ODD_LINES), max_size=12))
    endings = draw(st.sampled_from(ENDINGS))
    text = b"".join(line.encode() + draw(st.sampled_from(endings)) for line in lines)
    return text[: draw(st.sampled_from([None, -1]))]


@st.composite
def versions(draw: st.DrawFn) -> Versions:
    """A text and two changed copies of it, each by few replaced spans of lines."""
    base = draw(texts())
    return base, draw(_changed(base)), draw(_changed(base))


@st.composite
def _changed(draw: st.DrawFn, text: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(lines)))
        end = min(start + draw(st.integers(0, 2)), len(lines))
        lines[start:end] = draw(texts()).splitlines(keepends=True)[:3]
    return b"".join(lines)


def few_lines(seed: int, count: int) -> Iterator[Versions]:
    """Versions of texts that are made of few different lines."""
    source = random.Random(seed)
    for _ in range(count):
        alphabet = [b"", *(b"l%d" % n for n in range(source.choice([1, 2, 4, 9, 999])))]
        endings = source.choice(ENDINGS)
        pool = [line + ending for line in alphabet for ending in endings]
        length = source.randint(0, source.choice([3, 8, 20, 120, 400]))
        base = source.choices(pool, k=length)
        edits = source.choice([1, 2, 4, 8])
        yield (
            _cut(source, base),
            _cut(source, _edited(source, base, pool, edits, 3)),
            _cut(source, _edited(source, base, pool, edits, 3)),
        )


def prose(seed: int, count: int, length: int = 300, edits: int = 6) -> Iterator[Versions]:
    """Versions of texts of mostly unique lines with many blank ones and whole passages redone."""
    source = random.Random(seed)
    for _ in range(count):
        blank = source.choice([0.1, 0.3, 0.6, 0.9])
        pool = [b"sentence %d\n" % source.getrandbits(40) for _ in range(2 * length)]
        pool = [b"\n" if source.random() < blank else line for line in pool]
        base = pool[: source.randint(1, length)]
        yield (
            b"".join(base),
            b"".join(_edited(source, base, pool[length:], source.randint(1, edits), 30)),
            b"".join(_edited(source, base, pool[length:], source.randint(1, edits), 30)),
        )


def _edited(
    source: random.Random, lines: list[bytes], pool: list[bytes], edits: int, widest: int
) -> list[bytes]:
    lines = lines[:]
    for _ in range(source.randint(0, edits)):
        start = source.randint(0, len(lines))
        removed = source.choice([0, 1, source.randint(0, widest)])
        added = source.choice([0, 1, source.randint(0, widest)])
        again = lines[start : start + added]
        new = again if source.random() < 0.1 else source.choices(pool, k=added)
        lines[start : start + removed] = new
    return lines


def _cut(source: random.Random, lines: list[bytes]) -> bytes:
    text = b"".join(lines)
    return text[:-1] if source.random() < 0.2 else text
