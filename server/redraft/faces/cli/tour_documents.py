"""Choosing the documents that the tour works on, and editing them as a writer would."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redraft.disk.copying import write_file
from redraft.faces.cli import tour_disk

if TYPE_CHECKING:
    from redraft.disk.folder import Folder

_PROSE = (
    ".md",
    ".markdown",
    ".txt",
    ".rst",
    ".adoc",
    ".org",
    ".tex",
    ".fountain",
    ".xhtml",
    ".html",
)
_LARGEST = 256 * 1024
_LOOK_AT = 2000
_NEEDED = 4
_PLAIN = re.compile(rb"""[^\W_].*|<p\b.*</p>|["'(*].*""", re.DOTALL)
_CHAPTER = re.compile(r"chap|scene|part|kapitel|\d", re.IGNORECASE)
_ABOUT = re.compile(r"(readme|licen[cs]e|copying|contributing|changelog|authors)", re.IGNORECASE)
_STARTERS = (
    ("chapter-1.md", "The Letter", "A letter lay on the mat that morning, and it was not for her."),
    ("chapter-2.md", "The Harbour", "The harbour was empty but for one boat and one man in it."),
    ("chapter-3.md", "The Stairs", "There were ninety-one stairs, and she counted them all."),
    ("chapter-4.md", "The Window", "From the window one saw what the letter had left out."),
)


@dataclass(frozen=True)
class Cast:
    """The documents of the tour, as paths relative to the folder.

    Attributes:
        clash: both sessions change one line of it.
        merge: both sessions change it, in different places.
        renamed: the first session renames it to ``new_name``.
        deleted: the first session deletes it.
        scene: a document that the first session creates.
        picture: a file that is no text, or None.
        made: those that the tour had to write itself.
    """

    clash: str
    merge: str
    renamed: str
    new_name: str
    deleted: str
    scene: str
    picture: str | None
    made: tuple[str, ...]


def choose(folder: Folder) -> Cast:
    """Choose documents that are there; where there are too few, write some into the folder."""
    texts, picture = _look(folder)
    long = [path for path in texts if editable(folder.read(path))]
    picked = long[:2] + [path for path in texts if path not in long[:2]] if len(long) > 1 else []
    made: list[str] = []
    if len(picked) < _NEEDED:
        made = _write_starters(folder)
        picked = (long[:1] if len(long) == 1 else long[:2]) + made
    clash, merge, renamed, deleted = picked[:_NEEDED]
    stem, suffix = os.path.splitext(renamed)
    above = clash.rpartition("/")[0]
    return Cast(
        clash=clash,
        merge=merge,
        renamed=renamed,
        new_name=_free(folder, f"{stem} renamed", suffix),
        deleted=deleted,
        scene=_free(folder, f"{above}/a new scene" if above else "a new scene", ".md"),
        picture=picture,
        made=tuple(made),
    )


def _look(folder: Folder) -> tuple[list[str], str | None]:
    """The text documents, those that look like chapters first, and one file that is no text."""
    texts: list[tuple[int, int, str]] = []
    picture = None
    found = tour_disk.documents(tour_disk.take(folder.path, skip=(".git",)))
    for path, entry in list(found.items())[:_LOOK_AT]:
        hidden = any(part.startswith(".") for part in path.split("/"))
        if entry.kind != "file" or hidden or not 0 < entry.size <= _LARGEST or not _has_name(path):
            continue
        data = _read(folder, path)
        if _is_text(data):
            texts.append((*_rank(path), path))
        elif picture is None and data:
            picture = path
    return [path for *_, path in sorted(texts)], picture


def _read(folder: Folder, path: str) -> bytes:
    try:
        return folder.read(path)
    except OSError:
        return b""  # what cannot be read is no document of the tour


def _rank(path: str) -> tuple[int, int]:
    name = path.rpartition("/")[2]
    suffix = os.path.splitext(name)[1].lower()
    about = 2 if _ABOUT.match(name) else 0 if _CHAPTER.search(name) else 1
    return (0 if suffix in _PROSE else 1, about)


def _has_name(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return bool(data) and b"\0" not in data


def _free(folder: Folder, stem: str, suffix: str) -> str:
    path, number = f"{stem}{suffix}", 1
    while folder.stat(path) is not None:
        number += 1
        path = f"{stem} {number}{suffix}"
    return path


def _write_starters(folder: Folder) -> list[str]:
    home = _free(folder, "redraft-tour", "")
    for name, title, sentence in _STARTERS:
        body = "It was not much to begin with, she thought, and began with it."
        more = "So she wrote it down, as it had been, and put the date above it."
        end = "By the evening she knew the rest, or thought that she did."
        text = f"# {title}\n\n{sentence}\n\n{body}\n\n{more}\n\n{end}\n"
        write_file(folder, f"{home}/{name}", (text.encode(),), flush=False)
    return [f"{home}/{name}" for name, _, _ in _STARTERS]


# Editing ------------------------------------------------------------------------------------------


def editable(data: bytes) -> bool:
    """Whether there is a line to edit in the first and in the last third, well apart."""
    lines = data.splitlines(keepends=True)
    return len(lines) >= 7 and _line_of(lines, 0) is not None and _line_of(lines, 2) is not None


def add(data: bytes, third: int, sentence: str) -> bytes:
    """Put a sentence at the end of the longest line of the first (0) or last (2) third.

    Everything else stays as it is, line ends and byte order mark included.
    """
    lines = data.splitlines(keepends=True)
    at = _line_of(lines, third)
    if at is None:
        return data + sentence.encode() + b"\n"
    body = lines[at].rstrip(b"\r\n")
    end = lines[at][len(body) :]
    tag = b"</p>" if body.endswith(b"</p>") else b""
    kept = body.removesuffix(tag).rstrip(b" ")
    lines[at] = kept + b" " + sentence.encode() + tag + end
    return b"".join(lines)


def _line_of(lines: list[bytes], third: int) -> int | None:
    size = len(lines) // 3
    start = 0 if third == 0 else len(lines) - size
    fit = [n for n in range(start, start + size) if _PLAIN.fullmatch(lines[n].strip())]
    fit = [n for n in fit if len(lines[n].strip()) >= 20]
    return max(fit, key=lambda n: len(lines[n]), default=None)


def line_with(data: bytes, sentence: str) -> str:
    """The line that holds a sentence, for showing."""
    lines = data.decode("utf-8", "replace").splitlines()
    return next((line.strip() for line in lines if sentence in line), "")
