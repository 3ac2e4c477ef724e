"""Documents that tell of themselves: who wrote which version, and whether one byte is missing.

A **whole** document carries its version in every line, so that two versions never merge. A
**mixed** one has sections with a version each, far enough apart that two writers' sections merge.
A version is a word like ``lsp1.42``: the writer and the writer's count.
"""

from __future__ import annotations

import re
from zlib import crc32

SECTIONS = 6
VERSION = re.compile(rb"\b[a-z]+\d*\.\d+\b")
_HEAD = re.compile(r"doc: (whole|mixed) ([^ \n]+) (\S+) (\d+)\n")
_SECTION = re.compile(r"section \d+ (\S+) [0-9a-f]{8}\n")


class Torn(Exception):
    """A document that nobody can have written so."""


def whole(version: str, path: str, lines: int) -> bytes:
    """A version of a whole document of so many lines."""
    body = (f"{version} writes line {number} of {path}.\n" for number in range(lines))
    return f"doc: whole {path} {version} {lines}\n{''.join(body)}end {version}\n".encode()


def mixed(versions: list[str], path: str) -> bytes:
    """A mixed document with these versions of its sections."""
    parts = (
        f"section {number} {version} {crc32(f'{number} {version}'.encode()):08x}\n"
        f"{''.join(f'- line {line} of section {number}{chr(10)}' for line in range(4))}"
        for number, version in enumerate(versions)
    )
    return f"doc: mixed {path} - {len(versions)}\n{''.join(parts)}".encode()


def versions_of(content: bytes) -> list[str]:
    """The versions that a document shows: one, or one for each section.

    Raises:
        Torn: it is not byte for byte what a writer (or a merge of writers' sections) makes.
    """
    text = content.decode("utf-8", "replace")
    head = _HEAD.match(text)
    if head is None:
        raise Torn(f"no document begins {text[:80]!r}")
    kind, path, version, count = head.groups()
    found = [version] if kind == "whole" else _SECTION.findall(text)
    made = whole(version, path, int(count)) if kind == "whole" else mixed(found, path)
    if made != content or (kind == "mixed" and len(found) != SECTIONS):
        raise Torn(f"{len(content)} bytes of {path} by {found} are not what was written")
    return found


def path_of(content: bytes) -> str:
    """The path that a document was written for."""
    head = _HEAD.match(content.decode("utf-8", "replace"))
    return head[2] if head else ""


def mentioned(content: bytes) -> set[str]:
    """Every version that is named in a text, whole or torn."""
    return {word.decode() for word in VERSION.findall(content)}
