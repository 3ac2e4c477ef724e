import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { nameFrom, nameProblem } from "../src/naming";

describe("a title gives a name", () => {
  for (const [title, name] of [
    ["The colder sea!", "the-colder-sea"],
    ["  work_on-Chapter-01 ", "work_on-Chapter-01"],
    ["Don't look back", "dont-look-back"],
    ["Ærøskøbing: Straße & Łódź", "aeroskobing-strasse-lodz"],
    ["Más allá", "mas-alla"],
    ["Холодное море", "kholodnoe-more"],
    ["Объявление 2", "obyavlenie-2"],
    ["Η θάλασσα", "i-thalassa"],
    ["--- 12 / 13", "12-13"],
    ["../escape", "escape"],
  ] as const) {
    test(`${title} gives ${name}`, () => {
      assert.equal(nameFrom(title), name);
    });
  }

  test("whatever is typed, the name is empty or one that the server takes", () => {
    for (const title of [
      "海の色",
      "_x",
      "-x",
      "a\u0000b",
      "x".repeat(99) + "é",
      "日本 2026",
      "🌊 sea",
    ]) {
      assert.match(nameFrom(title), /^([A-Za-z0-9][A-Za-z0-9_-]*)?$/);
    }
  });
});

describe("what is wrong with a name is told", () => {
  for (const [title, problem] of [
    ["  ", "empty"],
    ["海の色", "letters"],
    ["...", "letters"],
    ["x".repeat(65), "long"],
    ["x".repeat(64), undefined],
    ["Completed", "reserved"],
    ["com1", "reserved"],
    ["Con!", "reserved"],
    ["com10", undefined],
    ["The Colder Sea", "taken"],
    ["the-colder-sea-2", undefined],
  ] as const) {
    test(`${title.slice(0, 20)} (${title.length}): ${problem ?? "nothing"}`, () => {
      assert.equal(nameProblem(title, ["The-Colder-Sea", "other"]), problem);
    });
  }
});
