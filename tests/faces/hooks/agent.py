"""An agent's client as far as hooks and file tools go, after what the real one was seen to do.

The tool's input is checked against the path that the agent named, before any hook hears of it; then
the hook may give another path; then the tool itself looks whether it has read that very path.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redraft.faces.hooks.after import after_tool
from redraft.faces.hooks.beginning import at_start
from redraft.faces.hooks.event import Event
from redraft.faces.hooks.leading import before_tool

UNREAD = "File has not been read yet."
Answer = dict[str, Any]


class Refused(Exception):
    """The tool gave an error instead of a result."""


class Agent:
    """Calls tools in a root.

    Attributes:
        said: everything that hooks added to what the agent knows.
    """

    def __init__(self, root: Path, **environ: str) -> None:
        self.root = root
        self.environ = environ
        self.said: list[str] = []
        self._read: dict[str, bytes] = {}
        self._calls = 0

    def start(self) -> str:
        event = Event({"hook_event_name": "SessionStart", "cwd": str(self.root)})
        return self._told(at_start(event, self.environ))

    def read(self, path: str) -> str:
        return str(self._call("Read", {"file_path": self.at(path)}, self._do_read))

    def write(self, path: str, content: str) -> None:
        given = {"file_path": self.at(path), "content": content}
        self._check_read(Path(given["file_path"]))
        self._call("Write", given, self._do_write)

    def edit(self, path: str, old: str, new: str, **more: bool) -> None:
        given = {"file_path": self.at(path), "old_string": old, "new_string": new, **more}
        place = Path(str(given["file_path"]))
        if not place.is_file():
            raise Refused("File does not exist.")
        self._check_read(place)
        if old not in place.read_bytes().decode():
            raise Refused("String to replace not found in file.")
        self._call("Edit", given, self._do_edit)

    def bash(self, command: str) -> None:
        def run(_: Answer) -> Answer:
            subprocess.run(["sh", "-c", command], cwd=self.root, check=True)
            return {}

        self._call("Bash", {"command": command}, run)

    def at(self, path: str) -> str:
        return str(self.root / path)

    def ask(self, name: str, tool: str, given: Answer, **more: Any) -> Answer:
        """What the hook answers to one event."""
        fields = {"hook_event_name": name, "tool_name": tool, "tool_input": given, **more}
        event = Event({**fields, "cwd": str(self.root), "tool_use_id": f"toolu_{self._calls}"})
        answer = before_tool if name == "PreToolUse" else after_tool
        return answer(event, self.environ)

    def _call(self, tool: str, given: Answer, do: Callable[[Answer], Any]) -> Any:
        self._calls += 1
        before = self.ask("PreToolUse", tool, given)
        self._told(before)
        specific = before.get("hookSpecificOutput", {})
        if specific.get("permissionDecision") == "deny":
            raise Refused(specific["permissionDecisionReason"])
        given = specific.get("updatedInput", given)
        try:
            result = do(given)
        except Refused:
            self._told(self.ask("PostToolUseFailure", tool, given))
            raise
        response = result if isinstance(result, dict) else {}
        self._told(self.ask("PostToolUse", tool, given, tool_response=response))
        return result

    def _told(self, answer: Answer) -> str:
        text = str(answer.get("hookSpecificOutput", {}).get("additionalContext", ""))
        if text:
            self.said.append(text)
        return text

    def _check_read(self, place: Path) -> None:
        if place.is_file() and self._read.get(str(place)) != place.read_bytes():
            raise Refused(UNREAD)

    def _do_read(self, given: Answer) -> str:
        place = Path(given["file_path"])
        if not place.is_file():
            raise Refused("File does not exist.")
        self._read[str(place)] = place.read_bytes()
        return place.read_bytes().decode()

    def _do_write(self, given: Answer) -> Answer:
        place = Path(given["file_path"])
        self._check_read(place)
        kind = "update" if place.exists() else "create"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(given["content"].encode())
        self._read[str(place)] = place.read_bytes()
        return {"type": kind, "filePath": str(place)}

    def _do_edit(self, given: Answer) -> Answer:
        place, old, new = Path(given["file_path"]), given["old_string"], given["new_string"]
        if old == "":
            if place.exists():
                raise Refused("Cannot create new file - file already exists.")
            return self._do_write({"file_path": str(place), "content": new})
        self._check_read(place)
        text = place.read_bytes().decode()
        if old not in text:
            raise Refused("String to replace not found in file.")
        after = text.replace(old, new, -1 if given.get("replace_all") else 1)
        return self._do_write({"file_path": str(place), "content": after})
