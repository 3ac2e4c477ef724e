/** The commands about rejected versions. */
import type { CommandTable, Parts } from "./parts";

export function retryCommands(_parts: Parts): CommandTable {
  return {};
}
