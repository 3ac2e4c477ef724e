import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { actions, isComplete } from "../src/suggestions";
import { l10n } from "./english";

describe("a suggestion becomes a button", () => {
  for (const [line, title, rest] of [
    ["/session start <name>", "Start Session", { command: "redraft.ui.start" }],
    ["/session list --completed --trash", "Show Sessions", { command: "redraft.ui.switch" }],
    ["/session commit", "Commit...", { command: "redraft.ui.commit" }],
    ["/doctor", "Check and Repair", { command: "redraft.ui.doctor" }],
    ["/session recover x", "Recover x", { command: "redraft.ui.recover", session: "x" }],
    ["/session cancel x", "Cancel x...", { command: "redraft.ui.cancel", session: "x" }],
    [
      "/session switch x",
      "Switch to x",
      { command: "redraft.ui.slash", line: "/session switch x" },
    ],
    ["/session pause", "/session pause", { command: "redraft.ui.slash", line: "/session pause" }],
  ] as const) {
    test(`${line} is ${title}`, () => {
      assert.deepEqual(actions(l10n, [line]), [{ title, ...rest }]);
    });
  }

  test("advice that is no command is no button, and there are at most three", () => {
    const lines = ["give the path: a/b.md", "/a", "/b", "/c", "/d"];
    assert.deepEqual(
      actions(l10n, lines).map(({ title }) => title),
      ["/a", "/b", "/c"],
    );
  });
});

test("a line with blanks or force is shown before it is run", () => {
  assert.equal(isComplete("/session switch x"), true);
  assert.equal(isComplete("/retry <file_path> <reason>"), false);
  assert.equal(isComplete("/session commit --force --on-conflict skip"), false);
});
