"""The stage of the tour: asking the server as an editor does, and looking at the disk."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from redraft.faces.cli import tour_disk
from redraft.faces.cli.tour_client import Refused
from redraft.faces.cli.tour_report import timed

if TYPE_CHECKING:
    from redraft.faces.cli.tour_client import Client
    from redraft.faces.cli.tour_disk import Picture
    from redraft.faces.cli.tour_report import Report, Step

_LONGEST = 160


class Stage:
    """What every step uses.

    Args:
        client: speaks with the server.
        report: is told every step.
        folder: the copy, absolute.
    """

    def __init__(self, client: Client, report: Report, folder: str) -> None:
        self.client = client
        self.report = report
        self.folder = folder
        self.start = tour_disk.take(folder)

    # Asking ------------------------------------------------------------------------------------

    def _command(self, step: Step, name: str, /, **arguments: object) -> Any:
        asked = ", ".join(f"{k}: {_short(v)}" for k, v in arguments.items())
        step.requests.append((f"redraft.{name}", f"{{{asked}}}"))
        with timed(step):
            return self.client.request(
                "workspace/executeCommand",
                {"command": f"redraft.{name}", "arguments": [arguments]},
            )

    def _files(self, step: Step, name: str, /, **arguments: object) -> Any:
        uris = [str(v) for k, v in arguments.items() if k.lower().endswith("uri")]
        asked = "  ".join(uri.replace(quote(self.folder), "/…") for uri in uris)
        step.requests.append((f"redraft/fs/{name}", asked))
        with timed(step):
            return self.client.request(f"redraft/fs/{name}", arguments)

    def _fetch(self, step: Step, session: str, path: str) -> bytes:
        answer = self._files(step, "readFile", uri=self._uri(session, path))
        return base64.b64decode(answer["content"])

    def _put(self, step: Step, session: str, path: str, data: bytes) -> None:
        content = base64.b64encode(data).decode("ascii")
        uri = self._uri(session, path)
        self._files(step, "writeFile", uri=uri, content=content, create=True, overwrite=True)

    def _uri(self, session: str, path: str, scheme: str = "redraft") -> str:
        return f"{scheme}://{session}{quote(os.path.join(self.folder, path))}"

    # Looking -----------------------------------------------------------------------------------

    def _bytes(self, path: str) -> bytes:
        with open(os.path.join(self.folder, path), "rb") as file:
            return file.read()

    def _there(self, path: str) -> bool:
        return os.path.lexists(os.path.join(self.folder, path))

    def _now(self) -> Picture:
        return tour_disk.take(self.folder)

    def _check_untouched(self, step: Step) -> None:
        before, now = tour_disk.documents(self.start), tour_disk.documents(self._now())
        same = tour_disk.identity(before) == tour_disk.identity(now)
        prints = f"{tour_disk.fingerprint(self.start)} = {tour_disk.fingerprint(now)}"
        files = sum(entry.kind == "file" for entry in now.values())
        step.check(f"global is untouched: {files} files, {prints}", same)

    def _check_told(self, step: Step, name: str | None) -> None:
        def wanted(params: Any) -> bool:
            active = params["active"]
            return (active["name"] if active else None) == name

        told = self.client.wait_for("redraft/sessionChanged", wanted)
        step.check(
            f"the editor was told (redraft/sessionChanged): {name or 'none'} is active", told
        )

    def _refused(self, step: Step, code: str, name: str, /, **arguments: object) -> Refused | None:
        try:
            self._command(step, name, **arguments)
        except Refused as error:
            step.say(f"Refused ({error.code}): {error}")
            step.check(f"it was refused with {code}", error.code == code)
            return error
        step.check(f"it was refused with {code}", False)
        return None


def _short(value: object) -> str:
    text = str(value) if isinstance(value, str) else str(value).lower()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
