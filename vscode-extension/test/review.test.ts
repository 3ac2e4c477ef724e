import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { revertOf, type LineChange } from "../src/review/lines";
import { rowsOf } from "../src/review/rows";
import {
  cancelDetail,
  committed,
  isSolved,
  listed,
  previewDetail,
  undoDetail,
  type L10n,
} from "../src/review/wording";
import type { Commit, Preview, PreviewFile } from "../src/wire";

/** Fills in as the editor does, without a translation. */
const english: L10n = {
  t: (message: unknown, ...args: unknown[]) =>
    String(message).replace(/\{(\d)\}/g, (_, index) => String(args[Number(index)])),
};
const NOTHING = { modified: [], created: [], deleted: [] };

function file(path: string, more: Partial<PreviewFile> = {}): PreviewFile {
  return { path, kind: "modified", bytes: 1200, state: "clean", ...more };
}

function preview(...files: PreviewFile[]): Preview {
  return { root: "/b", session: "s", executed: false, files, retryCount: 0, preview: "token" };
}

describe("the rows of a session", () => {
  test("each document comes once, by path, and those that drifted say so", () => {
    const changes = { modified: ["b", "a"], created: ["c"], deleted: ["0"] };
    assert.deepEqual(rowsOf({ changes, drifted: ["a"] }), [
      { path: "0", kind: "deleted", drifted: false },
      { path: "a", kind: "modified", drifted: true },
      { path: "b", kind: "modified", drifted: false },
      { path: "c", kind: "created", drifted: false },
    ]);
  });

  test("what came to a folder that the session had deleted is one of them", () => {
    const rows = rowsOf({ changes: NOTHING, drifted: ["gone/new.md"] });
    assert.deepEqual(rows, [{ path: "gone/new.md", kind: "deleted", drifted: true }]);
  });
});

describe("taking one change back", () => {
  /** Lines from `start` to `end` of each side, as the editor tells them: an empty side ends at 0. */
  function change(
    original: readonly [start: number, end: number],
    modified: readonly [start: number, end: number],
  ): LineChange {
    return {
      originalStartLineNumber: original[0],
      originalEndLineNumber: original[1],
      modifiedStartLineNumber: modified[0],
      modifiedEndLineNumber: modified[1],
    };
  }

  function reverted(before: string, now: string, one: LineChange, eol = "\n"): string {
    const lines = now.split(eol);
    const { start, end, text } = revertOf(one, before.split(eol), lines, eol);
    const offset = ([line, character]: readonly [number, number]): number =>
      lines.slice(0, line).reduce((sum, each) => sum + each.length + eol.length, 0) + character;
    return now.slice(0, offset(start)) + text + now.slice(offset(end));
  }

  for (const [what, before, now, one] of [
    ["a line that was changed", "a\nb\nc", "a\nX\nc", change([2, 2], [2, 2])],
    ["lines that were added", "a\nc", "a\nX\nY\nc", change([1, 0], [2, 3])],
    ["lines that were taken away", "a\nb\nb\nc", "a\nc", change([2, 3], [1, 0])],
    ["the first line that was taken away", "a\nb", "b", change([1, 1], [0, 0])],
    ["the last line that was taken away", "a\nb", "a", change([2, 2], [1, 0])],
    ["the last line that was changed", "a\nb", "a\nX", change([2, 2], [2, 2])],
    ["a last line that was added", "a", "a\nX", change([1, 0], [2, 2])],
    ["all lines", "a\nb", "X", change([1, 2], [1, 1])],
    ["a line end at the end of the text", "a\n", "a", change([2, 2], [1, 0])],
  ] as const) {
    test(`${what}: the text is as it was`, () => {
      assert.equal(reverted(before, now, one), before);
    });
  }

  test("other changes stay, and so do the line ends", () => {
    const now = "A\r\nb\r\nC\r\nd";
    assert.equal(
      reverted("a\r\nb\r\nc\r\nd", now, change([3, 3], [3, 3]), "\r\n"),
      "A\r\nb\r\nc\r\nd",
    );
  });
});

describe("what the dialogs say", () => {
  test("a preview names each file with its kind, size and state, and the retries", () => {
    const shown = {
      ...preview(
        file("a.md", { state: "merges" }),
        file("b.md", { kind: "created", bytes: 999 }),
        file("c.md", { kind: "deleted" }),
        file("d.md", { state: "identical", bytes: 2_500_000 }),
      ),
      retryCount: 2,
    };
    assert.deepEqual(previewDetail(english, shown, true).split("\n"), [
      "Modified: a.md (1.2 kB), merges with changes in the folder",
      "New: b.md (999 bytes)",
      "Deleted: c.md",
      "Modified: d.md (2.5 MB), the folder holds the same already",
      "",
      "2 retries will be archived.",
    ]);
  });

  test("a part of a session archives no retries, so none are spoken of", () => {
    const shown = { ...preview(file("a.md")), retryCount: 2 };
    assert.equal(previewDetail(english, shown, false), "Modified: a.md (1.2 kB)");
  });

  test("a long list ends at twenty lines, with the number of the others", () => {
    const lines = Array.from({ length: 32 }, (_, index) => String(index));
    const shown = listed(english, lines);
    assert.equal(shown.length, 20);
    assert.deepEqual(shown.slice(-2), ["18", "... and 13 more"]);
    assert.deepEqual(listed(english, lines.slice(0, 20)), lines.slice(0, 20));
  });

  test("a commit tells what was merged and what was left out", () => {
    const commit = {
      modified: ["a.md", "b.md"],
      created: [],
      deleted: [],
      merged: ["b.md"],
      skipped: ["c.md"],
    } as unknown as Commit;
    assert.equal(
      committed(english, "colder-sea", commit),
      "Committed 2 documents of session colder-sea. Merged with the folder's changes: b.md. " +
        "Left out, and still in the session: c.md.",
    );
  });

  test("cancelling says how much goes to the trash, and leaves out what there is none of", () => {
    const some = { modified: ["a", "b", "c"], created: ["d"], deleted: [] };
    assert.match(
      cancelDetail(english, some),
      /^It goes to the trash with 3 changed and 1 new documents\./,
    );
    const one = { ...NOTHING, deleted: ["a"] };
    assert.match(cancelDetail(english, one), /with 1 deleted document\./);
    assert.match(cancelDetail(english, NOTHING), /^It changed nothing\./);
  });

  test("an undo names first what it leaves as it is, and why", () => {
    const undone = {
      root: "/b",
      session: "s",
      undone: "commit",
      restored: ["a.md"],
      kept: [{ path: "b.md", reason: "changed since" }],
    } as const;
    assert.deepEqual(undoDetail(english, undone).split("\n"), [
      "Stays as it is: b.md (changed since)",
      "Comes back: a.md",
    ]);
  });
});

describe("whether a commit goes on after its conflicts were solved", () => {
  const confirmed = preview(file("a.md", { state: "conflict" }), file("b.md"));
  const solved = new Set(["a.md"]);

  test("it does if all else is as it was confirmed, even if nothing of the solved is left", () => {
    assert.ok(isSolved(confirmed, preview(file("a.md", { bytes: 7 }), file("b.md")), solved));
    assert.ok(isSolved(confirmed, preview(file("b.md")), solved));
  });

  test("it does not if another document changed, or the folder did once more", () => {
    assert.ok(!isSolved(confirmed, preview(file("a.md"), file("b.md", { bytes: 1 })), solved));
    assert.ok(!isSolved(confirmed, preview(file("a.md"), file("b.md"), file("c.md")), solved));
    assert.ok(
      !isSolved(confirmed, preview(file("a.md", { state: "merges" }), file("b.md")), solved),
    );
  });
});
