/** Taking one change of a text back: which lines to replace, and by what. Pure. */

/** A change as the editor tells it: lines count from 1, and an end of 0 means an empty side. */
export interface LineChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/**
 * The lines that make the changed ones those of the original again, with a line of what stays around them.
 *
 * @param original the lines before, without their ends
 * @param modified the lines now, without their ends
 * @returns what replaces the whole lines `from` to `to`, which count from 0
 */
export function revertOf(
  change: LineChange,
  original: readonly string[],
  modified: readonly string[],
): { readonly from: number; readonly to: number; readonly lines: readonly string[] } {
  const [start, end] = range(change.modifiedStartLineNumber, change.modifiedEndLineNumber);
  const [first, last] = range(change.originalStartLineNumber, change.originalEndLineNumber);
  const from = Math.max(start - 1, 0);
  const to = Math.min(end, modified.length - 1);
  const before = modified.slice(from, start);
  const after = modified.slice(end, to + 1);
  return { from, to, lines: [...before, ...original.slice(first, last), ...after] };
}

/** From 0, the end excluded. An empty side lies behind the line that it names. */
function range(start: number, end: number): [from: number, to: number] {
  return end === 0 ? [start, start] : [start - 1, end];
}
