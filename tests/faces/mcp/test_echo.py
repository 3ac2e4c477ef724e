"""The echo of a step that others were beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import Desk

from redraft.commands import requests as q
from redraft.faces.mcp.echo import Watcher


@pytest.mark.parametrize("verb", ["session cancel", "session discard", "session complete"])
def test_what_others_did_a_moment_later_does_not_take_the_answer_away(
    tmp_path: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path / "book")
    desk.put("a.md", "theirs\n")
    desk.start()
    desk.write("a.md", "first\n")
    request = q.WriteDocument(path="a.md", content="second\n")
    with Watcher(desk.root, request) as watcher:
        result = desk.run("write", path="a.md", content="second\n")
        real = watcher._is_equal

        def later(*arguments: Any) -> bool:
            desk.run(verb, **({"paths": ["a.md"]} if verb == "session discard" else {}))
            return real(*arguments)

        monkeypatch.setattr(watcher, "_is_equal", later)  # the moment between two looks
        echo = watcher.echo(result)
    assert [(each.path, each.kind) for each in echo.step.changed] == [("a.md", "modified")]
    desk.close()
