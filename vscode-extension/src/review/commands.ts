/** The commands of the source control view. */
import type { CommandTable, Parts } from "../parts";

export function reviewCommands(_parts: Parts): CommandTable {
  return {};
}
