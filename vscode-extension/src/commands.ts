/** The commands of the manifest: what is asked and told in them is the server's, but for a few. */
import * as vscode from "vscode";

import type { Dialogues } from "./dialogues";
import { documentCommands } from "./documents/commands";
import type { Merges } from "./review/merge";
import { revertChange } from "./review/revert";
import { NoServer, type Server } from "./server";

type Handler = (...args: never[]) => unknown;

/** The part of the manifest that is read. */
interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

const PREFIX = "redraft.ui.";

/** Register every command; what one throws is told to the person. */
export function registerCommands(
  { extension }: vscode.ExtensionContext,
  server: Server,
  dialogues: Dialogues,
  merges: Merges,
): vscode.Disposable {
  const own: Readonly<Record<string, Handler>> = {
    "redraft.ui.completeMerge": () => merges.complete(),
    "redraft.ui.revertChange": revertChange,
    "redraft.ui.restartServer": () => server.restart(),
    "redraft.ui.showOutput": () => {
      server.output.show();
    },
    "redraft.ui.walkthrough": () =>
      vscode.commands.executeCommand(
        "workbench.action.openWalkthrough",
        `${extension.id}#redraft.start`,
        false,
      ),
    "_redraft.merge": (...[session, path, sides, titles]: Parameters<Merges["merge"]>) =>
      merges.merge(session, path, sides, titles),
    ...documentCommands,
  };
  const { contributes } = extension.packageJSON as Manifest;
  const ids = new Set([...contributes.commands.map(({ command }) => command), ...Object.keys(own)]);
  const registered = [...ids].map((id) => {
    const run = own[id] ?? ((...args: unknown[]) => dialogues.begin(id.slice(PREFIX.length), args));
    return vscode.commands.registerCommand(id, async (...args: never[]) => {
      try {
        return await run(...args);
      } catch (error) {
        await report(error, server.output);
        return undefined;
      }
    });
  });
  return vscode.Disposable.from(...registered);
}

/** Tell a person what failed, unless they know: who looked for the server has told why there is none. */
export async function report(error: unknown, output: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof NoServer || error instanceof vscode.CancellationError) {
    return;
  }
  const show = vscode.l10n.t("Show Output");
  const message = error instanceof Error ? error.message : String(error);
  output.error(error instanceof Error ? (error.stack ?? message) : message);
  if ((await vscode.window.showErrorMessage(message, show)) === show) {
    output.show();
  }
}
