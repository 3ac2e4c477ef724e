"""The story of the tour: what is asked of the server, step by step, and what must then be so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from redraft import __version__
from redraft.faces.cli import tour_disk
from redraft.faces.cli.tour_documents import add, line_with
from redraft.faces.cli.tour_report import timed
from redraft.faces.cli.tour_stage import Stage

if TYPE_CHECKING:
    from redraft.faces.cli.tour_client import Client
    from redraft.faces.cli.tour_documents import Cast
    from redraft.faces.cli.tour_report import Report, Step

BOLD, QUIET = "bolder-draft", "quieter-draft"
BOLD_LINE, QUIET_LINE = "Nobody had expected it.", "Everybody had expected it."
BOLD_START, QUIET_END = "That was the first mistake.", "It would be a long winter."
SECOND_TRY = "Later they would all say that they had known."
REASONS = (
    "Too much is explained at once; let the reader wonder.",
    "Better, but the last sentence says the same thing twice.",
)
SCENE = "# A new scene\n\nShe knocked twice. Nobody had ever knocked twice.\n"


class Story(Stage):
    """The whole life of two sessions.

    Args:
        client: speaks with the server.
        report: is told every step.
        folder: the copy, absolute.
        cast: the documents.
    """

    def __init__(self, client: Client, report: Report, folder: str, cast: Cast) -> None:
        super().__init__(client, report, folder)
        self.cast = cast
        self.original = self._bytes(cast.clash)
        self.bold = add(self.original, 0, BOLD_LINE)
        self.preview = ""

    def play(self) -> None:
        """Play every step."""
        for act in (
            self._initialize, self._begin, self._read, self._write, self._more_changes,
            self._retries, self._lenses, self._status, self._differences, self._parallel,
            self._switch, self._preview, self._stale, self._commit, self._undo, self._commit_again,
            self._drift, self._conflict, self._merge, self._cancel, self._undo_cancel, self._trash,
            self._doctor, self._goodbye,
        ):  # fmt: skip
            act()

    # The first session -------------------------------------------------------------------------

    def _initialize(self) -> None:
        with self.report.step("Start the language server") as step:
            uri = f"file://{quote(self.folder)}"
            step.requests.append(("initialize", "workspaceFolders: /…"))
            with timed(step):
                answer = self.client.request(
                    "initialize",
                    {
                        "processId": os.getpid(),
                        "rootUri": uri,
                        "workspaceFolders": [{"uri": uri, "name": os.path.basename(self.folder)}],
                        "capabilities": {},
                    },
                )
            self.client.notify("initialized", {})
            commands = answer["capabilities"]["executeCommandProvider"]["commands"]
            step.say(f"redraft {__version__} answers with {len(commands)} commands.")
            step.check("it is this version", answer["serverInfo"]["version"] == __version__)
            self._check_untouched(step)

    def _begin(self) -> None:
        with self.report.step(f"Start a session: {BOLD}") as step:
            found = self._command(step, "session.start", name=BOLD, description="Say more, sooner")
            step.say("An empty marker file is the whole truth about which session is active.")
            step.check("the session is ACTIVE", found["status"] == "ACTIVE")
            step.check("its marker lies on disk", self._there(f".workflow/.active-{BOLD}"))
            self._check_told(step, BOLD)
            self._check_untouched(step)

    def _read(self) -> None:
        with self.report.step("Open and read a chapter under its redraft:// URI") as step:
            data = self._fetch(step, BOLD, self.cast.clash)
            found = self._command(step, "resolve", path=self.cast.clash)
            step.say("The session has no copy of it yet: it shows the file of the folder.")
            step.check("it reads byte for byte as on disk", data == self.original)
            step.check("it comes from global", found["source"] == "global")
            if self.cast.picture is not None:
                data = self._fetch(step, BOLD, self.cast.picture)
                step.check("so does a file that is no text", data == self._bytes(self.cast.picture))

    def _write(self) -> None:
        with self.report.step("Write the chapter: the first write copies it, and only it") as step:
            self._put(step, BOLD, self.cast.clash, self.bold)
            merge = self._bytes(self.cast.merge)
            self._put(step, BOLD, self.cast.merge, add(merge, 0, BOLD_START))
            self._show_edit(step, self.original, self.bold, BOLD_LINE)
            read = self._fetch(step, BOLD, self.cast.clash)
            home = f".workflow/{BOLD}"
            step.check("the session shows the new text", read == self.bold)
            copy, base = self._bytes(f"{home}/files/{self.cast.clash}"), f"{home}/base/"
            step.check("the copy holds it", copy == self.bold)
            base_is = self._bytes(base + self.cast.clash) == self.original
            step.check("the base holds what global held", base_is)
            self._check_untouched(step)

    def _show_edit(self, step: Step, old: bytes, new: bytes, sentence: str) -> None:
        line = line_with(new, sentence)
        was = line_with(old, line.split(sentence)[0].strip() or sentence)
        tail = len(sentence) + 45
        step.show("", f"- {_tail(was, tail - len(sentence))}", "red")
        step.show("", f"+ {_tail(line, tail)}", "green")

    def _more_changes(self) -> None:
        with self.report.step("Create, rename and delete documents") as step:
            cast = self.cast
            self._put(step, BOLD, cast.scene, SCENE.encode())
            self._files(
                step,
                "rename",
                oldUri=self._uri(BOLD, cast.renamed),
                newUri=self._uri(BOLD, cast.new_name),
                overwrite=False,
            )
            self._files(step, "delete", uri=self._uri(BOLD, cast.deleted), recursive=False)
            step.say("A deletion is an empty tombstone: it hides the file, in this session only.")
            listed = self._files(
                step, "readDirectory", uri=self._uri(BOLD, os.path.dirname(cast.deleted))
            )
            names = {entry["name"] for entry in listed["entries"]}
            gone = os.path.basename(cast.deleted) not in names
            step.check("the session does not list the deleted document", gone)
            self._check_untouched(step)

    def _retries(self) -> None:
        with self.report.step("Reject the version twice, with reasons") as step:
            path = self.cast.clash
            self._command(step, "retry.record", filePath=path, reason=REASONS[0])
            second = add(self.original, 0, f"{BOLD_LINE} {SECOND_TRY}")
            self._put(step, BOLD, path, second)
            self._command(step, "retry.record", filePath=path, reason=REASONS[1])
            self._put(step, BOLD, path, self.bold)
            kept = self._command(step, "retry.list", filePath=path)["retries"]
            for retry in kept:
                step.show("", f"retry {retry['number']}: {retry['reason']}", "yellow")
            step.check("both are kept with their numbers", [r["number"] for r in kept] == [1, 2])
            versions = [self._bytes(retry["savedTo"]) for retry in kept]
            step.check("each with the text as it was rejected", versions == [self.bold, second])
            step.check("and its reason", [r["reason"] for r in kept] == list(REASONS))

    def _lenses(self) -> None:
        with self.report.step("What an editor shows above the first line") as step:
            uri = self._uri(BOLD, self.cast.clash)
            text = self.bold.decode()
            document = {"uri": uri, "languageId": "markdown", "version": 1, "text": text}
            self.client.notify("textDocument/didOpen", {"textDocument": document})
            step.requests.append(("textDocument/codeLens", uri.replace(quote(self.folder), "/…")))
            with timed(step):
                lenses = self.client.request(
                    "textDocument/codeLens", {"textDocument": {"uri": uri}}
                )
            titles = [lens["command"]["title"] for lens in lenses]
            step.show("", "   |   ".join(titles), "cyan")
            step.check("the lenses count the retries", any("2 retries" in t for t in titles))
            self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _status(self) -> None:
        with self.report.step("Status") as step:
            found = self._command(step, "session.status")
            self._show_changes(step, found["changes"])
            step.say(f"{found['changeCount']} changes, {found['retryCount']} retries.")
            step.check("it counts what lies on disk", found["changes"] == self._expected())

    def _expected(self) -> dict[str, list[str]]:
        cast = self.cast
        return {
            "modified": sorted([cast.clash, cast.merge]),
            "created": sorted([cast.scene, cast.new_name]),
            "deleted": sorted([cast.deleted, cast.renamed]),
        }

    def _show_changes(self, step: Step, changes: dict[str, list[str]]) -> None:
        for kind, style in (("modified", "yellow"), ("created", "green"), ("deleted", "red")):
            for path in changes[kind]:
                step.show(kind, path, style)

    def _differences(self) -> None:
        with self.report.step("Differences of the session against the folder") as step:
            files = self._command(step, "session.diff", contextLines=0)["files"]
            for file in files:
                step.show("", f"{file['path']}: {file['kind']}", "bold")
                changed = [x for x in file["diff"].splitlines()[3:] if len(x) > 1]
                for line in changed[:2]:
                    style = {"+": "green", "-": "red"}.get(line[:1], "")
                    step.show("", line[:1] + _tail(line[1:].strip(), 72), style)
            found = {file["path"]: file["diff"] for file in files}
            step.check("there is one for each change", len(found) == 6)
            step.check("it holds the new sentence", BOLD_LINE in found[self.cast.clash])

    # The second session ------------------------------------------------------------------------

    def _parallel(self) -> None:
        with self.report.step(f"A second session beside it: {QUIET}") as step:
            self._command(step, "session.start", name=QUIET, description="Say less, later")
            quiet = add(self.original, 0, QUIET_LINE)
            self._put(step, QUIET, self.cast.clash, quiet)
            merge = self._bytes(self.cast.merge)
            self._put(step, QUIET, self.cast.merge, add(merge, 2, QUIET_END))
            step.say("Three versions of one document, at one time:")
            versions = (
                ("global", self._bytes(self.cast.clash), ""),
                (BOLD, self._fetch(step, BOLD, self.cast.clash), BOLD_LINE),
                (QUIET, self._fetch(step, QUIET, self.cast.clash), QUIET_LINE),
            )
            before = line_with(self.bold, BOLD_LINE).split(BOLD_LINE)[0].strip()
            for name, data, sentence in versions:
                step.show(f"{name:<14}", _tail(line_with(data, sentence or before), 60))
            texts = [data for _, data, _ in versions]
            step.check("each shows its own", texts == [self.original, self.bold, quiet])
            self._check_told(step, QUIET)
            self._check_untouched(step)

    def _switch(self) -> None:
        with self.report.step("Switch back: one rename of the marker") as step:
            old = os.path.join(self.folder, f".workflow/.active-{QUIET}")
            inode = os.lstat(old).st_ino
            found = self._command(step, "session.switch", name=BOLD)
            new = os.path.join(self.folder, f".workflow/.active-{BOLD}")
            step.check("it is the same file under its new name", os.lstat(new).st_ino == inode)
            step.check("and the old name is gone", not os.path.lexists(old))
            step.check(f"it came from {QUIET}", found["previous"] == QUIET)
            self._check_told(step, BOLD)

    # Commit ------------------------------------------------------------------------------------

    def _preview(self) -> None:
        with self.report.step("Preview the commit") as step:
            found = self._command(step, "session.commit")
            for file in found["files"]:
                step.show(file["kind"], f"{file['path']}  ({file['state']})")
            self.preview = found["preview"]
            step.say(f"The token {self.preview[:12]}… stands for exactly this state.")
            step.check("nothing was executed", found["executed"] is False)
            clean = all(file["state"] == "clean" for file in found["files"])
            step.check("six documents, all clean", len(found["files"]) == 6 and clean)
            self._check_untouched(step)

    def _stale(self) -> None:
        with self.report.step("Change something after the preview: its token is refused") as step:
            self._put(step, BOLD, self.cast.scene, SCENE.encode() + b"\nNot until today.\n")
            self._refused(step, "stale_preview", "session.commit", force=True, preview=self.preview)
            self.preview = self._command(step, "session.commit")["preview"]
            self._check_untouched(step)

    def _commit(self) -> None:
        with self.report.step("Commit, with the token of the new preview") as step:
            found = self._command(step, "session.commit", force=True, preview=self.preview)
            step.say("Each file changed places with its copy; what it was lies in replaced/.")
            self._check_committed(step, found)

    def _check_committed(self, step: Step, found: dict[str, Any]) -> None:
        cast = self.cast
        replaced = f"{found['archive']}/replaced/{cast.clash}"
        step.check("global holds the session's text", self._bytes(cast.clash) == self.bold)
        step.check("the archive holds what it replaced", self._bytes(replaced) == self.original)
        created = self._there(cast.scene) and self._there(cast.new_name)
        step.check("what was created is there", created)
        gone = not self._there(cast.deleted) and not self._there(cast.renamed)
        step.check("what was deleted is gone", gone)
        step.check("the session is over", not self._there(f".workflow/{BOLD}"))
        kept = os.path.join(self.folder, str(found["retriesArchive"]), cast.clash, "retry-1.json")
        step.check("its retries are kept in the archive", os.path.isfile(kept))

    def _undo(self) -> None:
        with self.report.step("Undo the commit") as step:
            found = self._command(step, "session.undo")
            step.say(f"{len(found['restored'])} documents are back; the session is too, paused.")
            status = self._command(step, "session.status", session=BOLD)
            step.check("the session is INACTIVE", status["status"] == "INACTIVE")
            step.check("with all its changes", status["changes"] == self._expected())
            step.check("and its retries", status["retryCount"] == len(REASONS))
            self._check_untouched(step)

    def _commit_again(self) -> None:
        with self.report.step("Commit again") as step:
            found = self._command(step, "session.commit", session=BOLD, force=True)
            self._check_committed(step, found)

    # Drift, merge, conflict --------------------------------------------------------------------

    def _drift(self) -> None:
        with self.report.step(f"Back to {QUIET}: the folder has moved on") as step:
            found = self._command(step, "session.switch", name=QUIET)["session"]
            both = sorted([self.cast.clash, self.cast.merge])
            for path in found["drifted"]:
                step.show("drifted", path, "magenta")
            step.check("it saw that both documents changed", found["drifted"] == both)
            preview = self._command(step, "session.commit")
            states = {file["path"]: file["state"] for file in preview["files"]}
            for path, state in states.items():
                step.show(state, path, "red" if state == "conflict" else "cyan")
            wanted = {self.cast.clash: "conflict", self.cast.merge: "merges"}
            step.check("one merges, one conflicts", states == wanted)

    def _conflict(self) -> None:
        with self.report.step("A conflict stops the commit before anything is written") as step:
            before = tour_disk.identity(tour_disk.documents(self._now()))
            error = self._refused(step, "conflict", "session.commit", force=True)
            named = error is not None and error.data.get("files") == [self.cast.clash]
            step.check("it names the document", named)
            now = tour_disk.identity(tour_disk.documents(self._now()))
            step.check("nothing was written, also not what would have merged", now == before)
            step.check(
                "no conflict marks are in the text", b"<<<<" not in self._bytes(self.cast.clash)
            )

    def _merge(self) -> None:
        with self.report.step("Commit what merges, skip what conflicts") as step:
            found = self._command(step, "session.commit", force=True, onConflict="skip")
            merged = self._bytes(self.cast.merge)
            for sentence in (BOLD_START, QUIET_END):
                step.show("", f"  {_tail(line_with(merged, sentence), 72)}", "green")
            both = BOLD_START.encode() in merged and QUIET_END.encode() in merged
            step.check("the merged document holds both sessions' sentences", both)
            step.check("the other one is as it was", self._bytes(self.cast.clash) == self.bold)
            step.check("it stays in the session", found["skipped"] == [self.cast.clash])
            step.check("which is still open", found["sessionClosed"] is False)

    # Cancel, trash -----------------------------------------------------------------------------

    def _cancel(self) -> None:
        with self.report.step(f"Cancel {QUIET}: one rename into the trash") as step:
            self.start = self._now()
            found = self._command(step, "session.cancel")
            there = self._there(f"{found['trash']}/files/{self.cast.clash}")
            step.check("its work lies in the trash, whole", there)
            step.check("no session is active", not self._there(f".workflow/.active-{QUIET}"))
            self._check_told(step, None)
            self._check_untouched(step)

    def _undo_cancel(self) -> None:
        with self.report.step("Undo the cancel") as step:
            found = self._command(step, "session.undo")
            step.check("it undid the cancel", found["undone"] == "cancel")
            data = self._fetch(step, QUIET, self.cast.clash)
            step.check("the session shows its text again", QUIET_LINE.encode() in data)
            self._check_untouched(step)

    def _trash(self) -> None:
        with self.report.step("Cancel it again; look into trash and archive") as step:
            self._command(step, "session.cancel", session=QUIET)
            found = self._command(step, "session.trash")
            for entry in found["entries"]:
                step.show(entry["kind"], entry["name"])
            step.say("Nothing leaves them before you empty them (session trash --empty).")
            kinds = {entry["kind"] for entry in found["entries"]}
            step.check("both hold something", {"archived", "cancelled"} <= kinds)
            step.check("nothing was removed", found["removed"] == [])
            self._check_untouched(step)

    def _doctor(self) -> None:
        with self.report.step("Ask the doctor") as step:
            found = self._command(step, "doctor")
            step.say(f"Checked: {', '.join(found['checked'][1:])}.")
            step.check("it found nothing wrong", not found["found"] and not found["left"])

    def _goodbye(self) -> None:
        with self.report.step("Say goodbye") as step:
            step.requests.append(("shutdown", ""))
            step.requests.append(("exit", ""))
            with timed(step):
                code = self.client.close()
            step.check("the server ended with code 0", code == 0)
            self._check_untouched(step)


def _tail(text: str, length: int) -> str:
    """The end of a line, where the new sentence stands."""
    return text if len(text) <= length else "…" + text[-length + 1 :]
