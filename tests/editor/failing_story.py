"""A story that fails, for the test of what is kept then; it is never collected by its name."""

from __future__ import annotations

from tests.editor.workbench import Workbench


def test_that_fails(editor: Workbench) -> None:
    raise AssertionError(editor.tabs())
