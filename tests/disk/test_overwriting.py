"""A record that is written over in place is never half the new one and half the old."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from redraft.disk import calls


def test_a_record_that_is_written_short_is_emptied(tmp_path: Path) -> None:
    """Half a record would be read together with the rest of the one before."""
    record = tmp_path / "record"
    record.write_bytes(b"0123456789" * 9 + b"\n")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    descriptor = calls.open_or_create(None, str(record))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40, before[1]))
        with pytest.raises(OSError, match="large"):
            calls.overwrite(descriptor, b"x" * 60 + b"\n")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        os.close(descriptor)
    assert record.read_bytes() == b""
