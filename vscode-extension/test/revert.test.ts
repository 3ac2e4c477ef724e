import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { revertOf, type LineChange } from "../src/review/lines";

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
    const { from, to, lines: wanted } = revertOf(one, before.split(eol), lines);
    return [...lines.slice(0, from), ...wanted, ...lines.slice(to + 1)].join(eol);
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
