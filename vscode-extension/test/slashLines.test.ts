import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { offers, onlyAsks, readable } from "../src/slashLines";
import { SLASH_LINES } from "../src/wire";

describe("completion of a slash line", () => {
  test("a bare slash offers every command", () => {
    assert.equal(offers("/").length, SLASH_LINES.length);
  });

  test("words find commands by their name and by what they do", () => {
    assert.deepEqual(
      offers("/session un").map(({ label }) => label),
      ["/session undo"],
    );
    assert.ok(offers("rejected").some(({ label }) => label === "/retry restore"));
  });

  test("a command that needs words is begun, one that does not is run", () => {
    const [start] = offers("/session start");
    assert.deepEqual([start?.beginning, start?.line], ["/session start ", undefined]);
    assert.equal(offers("/session list")[0]?.line, "/session list");
  });

  test("a line that may begin another command is completed, not run", () => {
    assert.deepEqual(
      offers("/retry resto").map(({ label }) => label),
      ["/retry restore"],
    );
  });

  test("a line with its words is offered first, as it was typed", () => {
    const line = '/retry a.md "Too slow"';
    const [typed] = offers(line);
    assert.deepEqual(typed, { label: line, detail: "Record a retry", alwaysShow: true });
  });
});

test("a line that only asks is told from one that changes something", () => {
  assert.equal(onlyAsks("/retry list a.md"), true);
  assert.equal(onlyAsks("/retry list.md slow"), false);
  assert.equal(onlyAsks("/nonsense"), false);
});

test("an answer is written so that it can be read", () => {
  const answer = {
    root: "/b",
    session: null,
    files: [{ path: "a.md", diff: "-x\n+y\n" }],
    none: [],
  };
  assert.equal(
    readable(answer),
    [
      'root: "/b"',
      "session: null",
      "files:",
      '  - path: "a.md"',
      "    diff: |",
      "      -x",
      "      +y",
      "none: []",
    ].join("\n"),
  );
});
