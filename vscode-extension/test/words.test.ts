import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { age, changes, escaped, size } from "../src/words";
import { l10n } from "./english";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("ages", () => {
  for (const [at, words] of [
    ["2026-11-21T12:00:00Z", "now"],
    ["2026-11-21T11:59:01Z", "now"],
    ["2026-11-21T11:59:00Z", "1 minute ago"],
    ["2026-11-21T10:00:00.123456Z", "1 hour ago"],
    ["2026-11-21T09:59:59Z", "2 hours ago"],
    ["2026-11-13T12:00:00Z", "1 week ago"],
    ["2024-10-01T12:00:00Z", "2 years ago"],
  ] as const) {
    test(`${at} is ${words}`, () => {
      assert.equal(age(at, "en", NOW), words);
    });
  }

  test("a clock that is behind tells nothing of the future", () => {
    assert.equal(age("2026-11-21T12:05:00Z", "en", NOW), "now");
  });

  test("are told in the editor's language", () => {
    assert.equal(age("2026-11-21T09:59:59Z", "de", NOW), "vor 2 Stunden");
  });
});

describe("sizes", () => {
  for (const [bytes, words] of [
    [0, "0 B"],
    [1023, "1,023 B"],
    [1024, "1 KB"],
    [7812, "7.6 KB"],
    [5 * 1024 ** 4, "5,120 GB"],
  ] as const) {
    test(`${bytes} bytes are ${words}`, () => {
      assert.equal(size(bytes, "en"), words);
    });
  }
});

test("one change is not called changes", () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => changes(l10n, count)),
    ["0 changes", "1 change", "2 changes"],
  );
});

test("nobody's words become a link, an icon or a second paragraph", () => {
  assert.equal(escaped("[x](command:y) $(z)\n\n# a"), "\\[x\\]\\(command\\:y\\) \\$\\(z\\) \\# a");
});
