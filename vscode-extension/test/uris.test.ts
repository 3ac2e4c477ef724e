import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  below,
  isRedirected,
  isSessionDocument,
  isSide,
  pathOf,
  sessionDocument,
} from "../src/uris";

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

  test("case counts where the file system says so", () => {
    assert.equal(below("/C:/Books", "/c:/books/Part/One.md", true), "Part/One.md");
    assert.equal(below("/Books", "/books/one.md", false), undefined);
  });

  test("a share of another machine has that machine's name in its path", () => {
    const share = { scheme: "file", authority: "shelf", path: "/books/one.md" };
    assert.equal(pathOf(share), "//shelf/books/one.md");
    assert.equal(pathOf({ ...share, scheme: "redraft" }), "/books/one.md");
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
    ".workflow",
  ]) {
    test(`${inner} is in no session`, () => {
      assert.equal(sessionDocument(ROOT, "colder", `${ROOT}/${inner}`), undefined);
    });
  }

  for (const inner of ["workspace/session.lock", ".git/config", ".vscode/settings.json"]) {
    test(`${inner} is opened as it is, unless a person asks for the session's`, () => {
      assert.ok(!isRedirected(ROOT, `${ROOT}/${inner}`));
      assert.equal(sessionDocument(ROOT, "colder", `${ROOT}/${inner}`)?.session, "colder");
    });
  }

  test("a document of the book is led to the session by itself", () => {
    assert.ok(isRedirected(ROOT, `${ROOT}/part/one.md`));
  });

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
