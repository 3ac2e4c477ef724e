import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Travel, type Step, type Stop } from "../src/documents/travel";

/** The editor's history over session documents that were reached through their global twins. */
class History {
  private readonly stops: Stop[];
  private index: number;
  private readonly travel = new Travel();

  constructor(readonly documents: string) {
    this.stops = Array.from(documents).flatMap((id): Stop[] => [
      { kind: "global", id },
      { kind: "session", id },
    ]);
    this.index = this.stops.length - 1;
  }

  /** A person, or the extension, goes one entry back or forward. */
  step(direction: Step): void {
    const from = this.front();
    const to = this.index + (direction === "back" ? -1 : 1);
    if (to >= 0 && to < this.stops.length) {
      this.index = to;
      this.travel.arrive(from, this.front(), true);
    }
  }

  /** The extension makes the steps that it owes. */
  settle(): void {
    for (let step = this.travel.next(); step; step = this.travel.next()) {
      const before = this.index;
      this.step(step);
      if (this.index === before) {
        this.travel.stop();
        if (step === "back") {
          this.step("forward");
        }
      }
    }
  }

  /** The extension makes one step of those that it owes, and more keys are pressed before the next. */
  settleOnce(): void {
    const step = this.travel.next();
    if (step) {
      this.step(step);
    }
  }

  front(): Stop {
    const stop = this.stops[this.index];
    assert.ok(stop);
    return stop;
  }

  at(): string {
    return `${this.front().kind} ${this.front().id}`;
  }
}

describe("Back and Forward over session documents", () => {
  test("each press moves by one document", () => {
    const history = new History("abcdef");
    const seen = [];
    for (const step of [...Array<Step>(5).fill("back"), ...Array<Step>(5).fill("forward")]) {
      history.step(step);
      history.settle();
      seen.push(history.at().replace("session ", ""));
    }
    assert.equal(seen.join(""), "edcbabcdef");
  });

  for (const presses of [2, 3, 4, 5]) {
    test(`${presses} presses of Back before anything was settled move by ${presses} documents`, () => {
      const history = new History("abcdef");
      for (let press = 0; press < presses; press += 1) {
        history.step("back");
      }
      history.settle();
      assert.equal(history.at(), `session ${"abcdef".charAt(5 - presses)}`);
    });

    test(`${presses} presses of Forward before anything was settled move by ${presses}`, () => {
      const history = new History("abcdef");
      for (let press = 0; press < 5; press += 1) {
        history.step("back");
        history.settle();
      }
      for (let press = 0; press < presses; press += 1) {
        history.step("forward");
      }
      history.settle();
      assert.equal(history.at(), `session ${"abcdef".charAt(presses)}`);
    });
  }

  test("presses between the extension's own steps count as well", () => {
    const history = new History("abcdef");
    history.step("back");
    history.step("back");
    history.settleOnce();
    history.step("back");
    history.settle();
    assert.equal(history.at(), "session c");
  });

  test("Back at the beginning stays in the first session document", () => {
    const history = new History("a");
    history.step("back");
    history.settle();
    assert.equal(history.at(), "session a");
  });

  test("turning round at once leads to where one came from", () => {
    const history = new History("abc");
    history.step("back");
    history.step("forward");
    history.settle();
    assert.equal(history.at(), "session c");
  });
});

describe("what is opened anew", () => {
  test("a global document without an open session document is owed no step", () => {
    const travel = new Travel();
    travel.arrive({ kind: "session", id: "a" }, { kind: "global", id: "b" }, false);
    assert.equal(travel.next(), undefined);
  });

  test("one global document after another is owed no step", () => {
    const travel = new Travel();
    travel.arrive({ kind: "session", id: "a" }, { kind: "global", id: "b" }, true);
    travel.arrive({ kind: "global", id: "b" }, { kind: "global", id: "c" }, true);
    assert.equal(travel.next(), undefined);
  });
});
