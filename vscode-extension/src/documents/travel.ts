/**
 * Back and Forward past the global files that were left on the way to their session documents.
 *
 * The editor's history keeps both: [A global, A session, B global, B session]. One press of Back moves by one,
 * so whoever arrives at a global file on the way is owed one more step in the same direction. Pure.
 */

/** What is in front: a document that has a session's version beside the global one, or something else. */
export interface Stop {
  readonly kind: "global" | "session" | "other";
  /** The same for both versions of a document in one column of the editor. */
  readonly id: string;
}

export type Step = "back" | "forward";

export class Travel {
  private owed = 0;
  private direction: Step | undefined;

  /**
   * Take note of what came in front.
   *
   * @param from what was in front before
   * @param to what is now
   * @param known the session's document of `to` is open already
   */
  arrive(from: Stop | undefined, to: Stop, known: boolean): void {
    const twins = from?.id === to.id;
    if (to.kind === "global") {
      if ((twins || known) && from?.kind !== "global") {
        this.owe(twins ? "back" : "forward");
      } else {
        this.stop(); // A person opened something, or the history holds no session document here.
      }
    } else if (from?.kind === "global" && twins === (this.direction === "back")) {
      this.stop(); // The person turned round before the step was made.
    }
  }

  /** The step to make now, if one is owed. */
  next(): Step | undefined {
    if (this.owed === 0) {
      return undefined;
    }
    this.owed -= 1;
    return this.direction;
  }

  stop(): void {
    this.owed = 0;
    this.direction = undefined;
  }

  private owe(direction: Step): void {
    this.owed = this.direction === direction ? this.owed + 1 : 1;
    this.direction = direction;
  }
}
