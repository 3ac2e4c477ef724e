/** The commands that lead between a session's document and its global version. */
import type { CommandTable, Parts } from "../parts";

export function documentCommands(_parts: Parts): CommandTable {
  return {};
}
