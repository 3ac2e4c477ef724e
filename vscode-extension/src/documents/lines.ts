/** Where a line of one text lies in another one. Pure. */

/**
 * The line of a text that equals a given one and lies nearest to where that was.
 *
 * @param lines the text to look in
 * @param wanted the line as the other text has it
 * @param near its number there, from 0
 * @returns a line's number; if none is equal, the same number as far as the text goes
 */
export function nearestLine(lines: readonly string[], wanted: string, near: number): number {
  const reach = Math.max(near, lines.length - 1 - near);
  for (let away = 0; away <= reach; away += 1) {
    for (const line of [near - away, near + away]) {
      if (lines[line] === wanted) {
        return line;
      }
    }
  }
  return Math.max(0, Math.min(near, lines.length - 1));
}
