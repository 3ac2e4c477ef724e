import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { LINKED, statusText, type StatusFacts, type StatusText } from "../src/statusText";
import type { Snapshot, Summary } from "../src/wire";
import { l10n } from "./english";

const SUMMARY: Summary = {
  name: "colder-sea",
  status: "ACTIVE",
  description: "",
  createdAt: "2026-11-21T08:15:00Z",
  updatedAt: "2026-11-21T08:15:00Z",
  type: "medium",
  phase: "PLAN",
  changeCount: 0,
  retryCount: 0,
  sizeBytes: 7812,
  temporary: false,
};

function said(
  active: Partial<Summary> | null,
  rest: Partial<Snapshot> = {},
  facts: Partial<StatusFacts> = {},
): StatusText {
  const snapshot: Snapshot = {
    root: "/book",
    changesDigest: "",
    active: active && { ...SUMMARY, ...active },
    drifted: [],
    crashed: [],
    revision: 1,
    ...rest,
  };
  const all = { state: "running", snapshot, folder: undefined, language: "en", ...facts } as const;
  return statusText(l10n, all);
}

describe("the status bar's text", () => {
  test("names the session, and counts only what there is", () => {
    assert.equal(said({}).text, "$(book) colder-sea");
    assert.equal(said({ changeCount: 4 }).text, "$(book) colder-sea  4 changes");
    assert.equal(
      said({ changeCount: 1, retryCount: 2 }).text,
      "$(book) colder-sea  1 change, 2 retries",
    );
    assert.equal(said(null).text, "$(book) No session");
  });

  test("a temporary session is called so, not by its time", () => {
    const { text, tooltip } = said({ name: "temp-20261121T081500000000Z", temporary: true });
    assert.equal(text, "$(book) Temporary session");
    assert.match(tooltip, /temp\\-20261121T081500000000Z/);
  });

  test("drift is a warning, a crash an error that outweighs it", () => {
    const drift = said({ changeCount: 1 }, { drifted: ["a.md"] });
    assert.equal(drift.text, "$(warning) colder-sea  1 change, 1 changed in the folder");
    assert.equal(drift.severity, "warning");
    const crash = said({}, { drifted: ["a.md"], crashed: ["other"] });
    assert.equal(crash.severity, "error");
    assert.match(crash.text, /^\$\(error\) colder-sea .*recovery needed$/);
  });

  test("a crash shows where no session is active too", () => {
    const { text, severity } = said(null, { crashed: ["other"] });
    assert.deepEqual([text, severity], ["$(error) No session  recovery needed", "error"]);
  });

  for (const [state, text, severity, command] of [
    ["absent", "$(book) Set Up Redraft", "none", "redraft.ui.restartServer"],
    ["starting", "$(loading~spin) Redraft", "none", "redraft.ui.menu"],
    ["failed", "$(error) Redraft stopped", "error", "redraft.ui.restartServer"],
  ] as const) {
    test(`a server that is ${state} is told before any session`, () => {
      const found = said({}, {}, { state });
      assert.deepEqual([found.text, found.severity, found.command], [text, severity, command]);
    });
  }
});

describe("the tooltip", () => {
  test("says the whole truth", () => {
    const { tooltip } = said(
      { description: "More weather", changeCount: 4, retryCount: 1 },
      { drifted: ["a/b.md"], crashed: ["old"] },
      { folder: "The Book" },
    );
    for (const part of [
      "**colder\\-sea** (The Book)",
      "More weather",
      "PLAN · 4 changes · 1 retry · 7\\.6 KB · started",
      "Changed in the folder since: a\\/b\\.md",
      "Cut off and not repaired: old",
    ]) {
      assert.ok(tooltip.includes(part), `${part}\n${tooltip}`);
    }
  });

  test("a long list of documents is cut", () => {
    const drifted = Array.from({ length: 9 }, (_, at) => `${at}`);
    assert.match(said({}, { drifted }).tooltip, /: 0, 1, 2, 3, 4 and 4 more/);
  });

  test("links only to commands that are allowed in it", () => {
    const tooltips = [
      said({ changeCount: 1 }, { crashed: ["x"] }),
      said(null),
      said(null, {}, { state: "failed" }),
    ].map(({ tooltip }) => tooltip);
    const linked = tooltips.join().matchAll(/\(command:([\w.]+)\)/g);
    const names = new Set([...linked].map((found) => found[1]));
    assert.deepEqual([...names].sort(), [...LINKED].sort());
  });
});
