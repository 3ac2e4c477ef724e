/** Taking one change of a text back: which lines to replace, and by what. Pure. */

/** A change as the editor tells it: lines count from 1, and an end of 0 means an empty side. */
export interface LineChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/** Lines and characters count from 0. */
export interface Replacement {
  readonly start: readonly [line: number, character: number];
  readonly end: readonly [line: number, character: number];
  readonly text: string;
}

/**
 * The replacement that makes the changed lines those of the original again.
 *
 * @param change one change between the two texts
 * @param original the lines before, without their ends
 * @param modified the lines now, without their ends
 * @param eol what ends a line of the text now
 */
export function revertOf(
  change: LineChange,
  original: readonly string[],
  modified: readonly string[],
  eol: string,
): Replacement {
  const [from, to] = range(change.modifiedStartLineNumber, change.modifiedEndLineNumber);
  const wanted = original.slice(
    ...range(change.originalStartLineNumber, change.originalEndLineNumber),
  );
  if (to < modified.length) {
    return { start: [from, 0], end: [to, 0], text: wanted.map((line) => line + eol).join("") };
  }
  const last = modified.length - 1;
  const end = [last, modified[last]?.length ?? 0] as const;
  const before = modified[from - 1];
  return before === undefined
    ? { start: [0, 0], end, text: wanted.join(eol) }
    : { start: [from - 1, before.length], end, text: wanted.map((line) => eol + line).join("") };
}

/** From 0, the end excluded. An empty side lies behind the line that it names. */
function range(start: number, end: number): [from: number, to: number] {
  return end === 0 ? [start, start] : [start - 1, end];
}
