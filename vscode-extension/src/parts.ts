/** What the parts of the extension are made of: each takes this and nothing global. */
import type * as vscode from "vscode";

import type { Server } from "./server";
import type { Sessions } from "./state";

export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly server: Server;
  readonly sessions: Sessions;
}

/** Commands of one part: the id, and what it does. Arguments come from menus, lenses and keybindings. */
export type CommandTable = Readonly<Record<string, (...args: never[]) => unknown>>;
