/** Slash commands: a line with completion, and its answer as a page to read. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { about, type Target } from "./meant";
import type { CommandTable, Parts } from "./parts";
import { chosen, tell } from "./pickers";
import { offers, onlyAsks, readable, type Offer } from "./slashLines";

const SCHEME = "redraft-answer";

/** `run`: the line is complete, and runs without being shown first. */
interface HowToRun extends Target {
  readonly run?: boolean;
}

export function slashCommands(parts: Parts): CommandTable {
  parts.context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: ({ query }) => query,
    }),
  );
  return {
    "redraft.ui.slash": async (begun?: string, how?: HowToRun) => {
      const { root } = await about(parts, how);
      const line = begun !== undefined && how?.run ? begun : await ask(begun ?? "");
      const { command, result } = await parts.server.call("run", { root, line });
      const show = (): Thenable<unknown> => {
        const path = `/${command.replaceAll(" ", "-")}.yaml`;
        const uri = vscode.Uri.from({ scheme: SCHEME, path, query: readable(result) });
        return vscode.window.showTextDocument(uri, { preview: true });
      };
      if (onlyAsks(line)) {
        await show();
      } else {
        tell(l10n.t("Done: {0}", line), l10n.t("Show Answer"), show);
      }
    },
  };
}

async function ask(begun: string): Promise<string> {
  const pick = vscode.window.createQuickPick<Offer & vscode.QuickPickItem>();
  pick.placeholder = l10n.t("A slash command, such as {0}", '/retry chapter-01.md "Too slow"');
  pick.ignoreFocusOut = true;
  pick.value = begun;
  pick.items = offers(begun);
  pick.onDidChangeValue((typed) => {
    pick.items = offers(typed);
  });
  const line = new Promise<string | undefined>((resolve) => {
    pick.onDidAccept(() => {
      // Who types fast may press Enter before the list has followed: then what was typed counts.
      const offer = pick.selectedItems[0] ?? offers(pick.value)[0];
      if (offer?.beginning === undefined) {
        resolve(offer?.line ?? pick.value.trim());
      } else {
        pick.value = offer.beginning;
        pick.items = offers(pick.value);
      }
    });
    pick.onDidHide(() => {
      resolve(undefined);
    });
  });
  pick.show();
  try {
    return chosen(await line);
  } finally {
    pick.dispose();
  }
}
