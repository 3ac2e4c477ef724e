import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { below, isSessionDocument, isSide, sessionDocument } from "../src/uris";

const ROOT = "/home/ada/the book";

describe("what lies below a folder", () => {
  test("a file inside is named relative to the folder", () => {
    assert.equal(below(ROOT, `${ROOT}/part/one.md`), "part/one.md");
  });

  test("a neighbour whose name begins alike is outside", () => {
    assert.equal(below(ROOT, `${ROOT}2/one.md`), undefined);
  });

  test("the folder itself is the empty path", () => {
    assert.equal(below(`${ROOT}/`, ROOT), "");
  });
});

describe("which session's document stands for a file", () => {
  test("a document of the book is the active session's", () => {
    assert.deepEqual(sessionDocument(ROOT, "colder", `${ROOT}/Åse.md`), {
      session: "colder",
      path: `${ROOT}/Åse.md`,
    });
  });

  test("without an active session a document is only a file", () => {
    assert.equal(sessionDocument(ROOT, undefined, `${ROOT}/one.md`), undefined);
  });

  test("a copy below .workflow is its own session's document, whoever is active", () => {
    const copy = `${ROOT}/.workflow/Warmer/files/part/one.md`;
    assert.deepEqual(sessionDocument(ROOT, "colder", copy), {
      session: "Warmer",
      path: `${ROOT}/part/one.md`,
    });
    assert.deepEqual(sessionDocument(ROOT, undefined, copy)?.session, "Warmer");
  });

  for (const inner of [
    ".workflow/colder/base/one.md",
    ".workflow/colder/workflow-session.json",
    ".workflow/completed/colder-20261121T081500000000Z/files/one.md",
    ".workflow/completed/files/one.md",
    "workspace/session.lock",
    ".git/config",
    ".vscode/settings.json",
  ]) {
    test(`${inner} is opened as it is`, () => {
      assert.equal(sessionDocument(ROOT, "colder", `${ROOT}/${inner}`), undefined);
    });
  }

  test("a file outside the root is opened as it is", () => {
    assert.equal(sessionDocument(ROOT, "colder", "/etc/passwd"), undefined);
  });
});

describe("schemes", () => {
  test("a session's document is no side, and a side no session's document", () => {
    const document = { scheme: "redraft", authority: "colder", path: "/a" };
    const side = { ...document, scheme: "redraft-global" };
    assert.deepEqual([isSessionDocument(document), isSide(document)], [true, false]);
    assert.deepEqual([isSessionDocument(side), isSide(side)], [false, true]);
  });
});
