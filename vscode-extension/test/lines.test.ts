import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { nearestLine } from "../src/documents/lines";

const TEXT = ["same", "one", "same", "two", "", "same"];

describe("the place of a line in another text", () => {
  test("is the equal line nearest to it", () => {
    assert.equal(nearestLine(TEXT, "same", 3), 2);
    assert.equal(nearestLine(TEXT, "two", 0), 3);
  });

  test("is found beyond the end of the shorter text", () => {
    assert.equal(nearestLine(TEXT, "one", 400), 1);
  });

  test("is the same number where no line is equal", () => {
    assert.equal(nearestLine(TEXT, "nowhere", 4), 4);
  });

  test("lies in the text, also where the text is shorter", () => {
    assert.equal(nearestLine(TEXT, "nowhere", 400), 5);
    assert.equal(nearestLine([""], "nowhere", 7), 0);
  });
});
