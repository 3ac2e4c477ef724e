/** The one table of the extension's commands. */
import * as vscode from "vscode";

import { careCommands } from "./care";
import { documentCommands } from "./documents/commands";
import { report } from "./failures";
import { menuCommands } from "./menu";
import type { CommandTable, Parts } from "./parts";
import { retryCommands } from "./retryCommands";
import { reviewCommands } from "./review/commands";
import { sessionCommands } from "./sessionCommands";
import { slashCommands } from "./slash";

function serverCommands({ context, server }: Parts): CommandTable {
  return {
    "redraft.ui.showOutput": () => {
      server.output.show();
    },
    "redraft.ui.restartServer": () => server.restart(),
    "redraft.ui.walkthrough": () =>
      vscode.commands.executeCommand(
        "workbench.action.openWalkthrough",
        `${context.extension.id}#redraft.start`,
        false,
      ),
  };
}

/** Register every command; what one throws is told to the person. */
export function registerCommands(parts: Parts): vscode.Disposable {
  const table: CommandTable = {
    ...menuCommands(parts),
    ...sessionCommands(parts),
    ...careCommands(parts),
    ...retryCommands(parts),
    ...documentCommands(parts),
    ...reviewCommands(parts),
    ...slashCommands(parts),
    ...serverCommands(parts),
  };
  const registered = Object.entries(table).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        await report(error, parts.server.output);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
