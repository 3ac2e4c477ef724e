/** The commands about rejected versions. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { documentAt, nameOf, sessionUri } from "./documents/places";
import { inFront } from "./documents/tabs";
import { about, rootMeant, type Target } from "./meant";
import type { CommandTable, Parts } from "./parts";
import { chosen, confirm, tell } from "./pickers";
import type { Root } from "./state";
import { RETRY_SCHEME } from "./uris";
import type { Retry } from "./wire";
import { age } from "./words";

/** What a code lens says of its document. */
interface DocumentTarget extends Target {
  readonly uri?: string;
}

interface RetryRow extends vscode.QuickPickItem {
  readonly retry: Retry;
}

export function retryCommands(parts: Parts): CommandTable {
  return {
    "redraft.ui.recordRetry": (target?: DocumentTarget) => recordRetry(parts, target),
    "redraft.ui.showRetries": (target?: DocumentTarget) => showRetries(parts, target),
  };
}

async function recordRetry(parts: Parts, target?: DocumentTarget): Promise<void> {
  const uri = target?.uri ? vscode.Uri.parse(target.uri) : await documentInView(parts, target);
  await save(uri); // The version that is kept is the one that the session holds.
  const reason = chosen(
    await vscode.window.showInputBox({
      title: l10n.t("Record a Retry of {0}", nameOf(uri)),
      prompt: l10n.t("Why is this version rejected?"),
      placeHolder: l10n.t("Too much exposition"),
      ignoreFocusOut: true,
      validateInput: (typed) => (typed.trim() ? undefined : l10n.t("Type the reason.")),
    }),
  );
  const root = parts.sessions.of(uri)?.folder.uri.fsPath;
  await parts.server.call("retry.record", { root, filePath: uri.toString(), reason });
}

/** The session's document in view, else one that a person picks among those that were changed. */
async function documentInView(parts: Parts, target?: Target): Promise<vscode.Uri> {
  const root = await rootMeant(parts, target);
  const uri = inFront();
  const shown = uri && sessionUri(parts.sessions, uri);
  if (shown) {
    return shown;
  }
  const args = await about(parts, target);
  const { name, changes } = await parts.server.call("session.status", args);
  const placeHolder = l10n.t("Select the document whose version is rejected");
  const paths = [...changes.modified, ...changes.created];
  const path = chosen(await vscode.window.showQuickPick(paths, { placeHolder }));
  return documentAt(root, name, path);
}

async function save(uri: vscode.Uri): Promise<void> {
  const open = vscode.workspace.textDocuments.find((each) => String(each.uri) === String(uri));
  if (open?.isDirty && !(await open.save())) {
    throw new Error(l10n.t("{0} could not be saved.", nameOf(uri)));
  }
}

async function showRetries(parts: Parts, target?: DocumentTarget): Promise<void> {
  const lens = target?.uri ? vscode.Uri.parse(target.uri) : undefined;
  const root = (lens && parts.sessions.of(lens)) ?? (await rootMeant(parts, target));
  const about = lens ? { filePath: lens.toString() } : { session: target?.session };
  const { retries } = await parts.server.call("retry.list", {
    root: root.folder.uri.fsPath,
    ...about,
  });
  if (retries.length === 0) {
    tell(l10n.t("No retries have been recorded."));
    return;
  }
  const compare = { iconPath: new vscode.ThemeIcon("compare-changes"), tooltip: l10n.t("Compare") };
  const restore = { iconPath: new vscode.ThemeIcon("discard"), tooltip: l10n.t("Restore...") };
  const pick = vscode.window.createQuickPick<RetryRow>();
  pick.title = lens ? l10n.t("Retries of {0}", nameOf(lens)) : l10n.t("Retries");
  pick.placeholder = l10n.t("Select a rejected version to compare it with the present text");
  pick.matchOnDescription = pick.matchOnDetail = true;
  pick.items = [...retries].reverse().map((retry) => ({
    ...retryRow(retry, lens === undefined),
    buttons: [compare, restore],
  }));
  pick.onDidChangeActive(([row]) => {
    if (row) {
      void vscode.commands.executeCommand("vscode.open", side(root, row.retry), {
        viewColumn: vscode.ViewColumn.Beside,
        preserveFocus: true,
        preview: true,
      });
    }
  });
  const done = new Promise<[vscode.QuickInputButton, Retry] | undefined>((resolve) => {
    pick.onDidTriggerItemButton(({ button, item }) => {
      resolve([button, item.retry]);
    });
    pick.onDidAccept(() => {
      const [row] = pick.selectedItems;
      resolve(row && [compare, row.retry]);
    });
    pick.onDidHide(() => {
      resolve(undefined);
    });
  });
  pick.show();
  const choice = await done;
  pick.dispose();
  await closePreviews();
  if (choice?.[0] === restore) {
    await restoreRetry(parts, root, choice[1]);
  } else if (choice) {
    await compareRetry(root, choice[1]);
  }
}

function retryRow(retry: Retry, withFile: boolean): RetryRow {
  const facts = [
    l10n.t("Retry {0}", retry.number),
    age(retry.recordedAt, vscode.env.language),
    ...(retry.autoDetected ? [l10n.t("detected by itself")] : []),
  ];
  return {
    retry,
    label: `$(thumbsdown) ${retry.reason.replace(/\s+/g, " ")}`,
    description: facts.join(" · "),
    ...(withFile ? { detail: retry.file } : {}),
  };
}

/** The version that a retry rejected, read-only. */
function side(root: Root, { session, file, number }: Retry): vscode.Uri {
  const document = documentAt(root, session ?? "", file);
  return document.with({ scheme: RETRY_SCHEME, query: `n=${number}` });
}

/** The tabs that moving through the list opened. */
async function closePreviews(): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const previews = tabs.filter(
    ({ isPreview, input }) =>
      isPreview && input instanceof vscode.TabInputText && input.uri.scheme === RETRY_SCHEME,
  );
  await vscode.window.tabGroups.close(previews);
}

async function compareRetry(root: Root, retry: Retry): Promise<void> {
  const present = documentAt(root, retry.session ?? "", retry.file);
  const title = l10n.t("{0} (retry {1} ↔ session)", nameOf(present), retry.number);
  await vscode.commands.executeCommand("vscode.diff", side(root, retry), present, title);
}

async function restoreRetry({ server }: Parts, root: Root, retry: Retry): Promise<void> {
  const { session, file, number } = retry;
  const uri = documentAt(root, session ?? "", file);
  await save(uri);
  await confirm(
    l10n.t("Replace the present text of {0} with retry {1}?", nameOf(uri), number),
    l10n.t("The present text is kept in a checkpoint of the session."),
    l10n.t("Restore"),
  );
  const args = { root: root.folder.uri.fsPath, session: session ?? undefined };
  const label = l10n.t("Before restoring retry {0} of {1}", number, file);
  await server.call("session.checkpoint", { ...args, label });
  const before = await vscode.workspace.fs.readFile(uri);
  await server.call("retry.restore", { ...args, filePath: uri.toString(), number });
  const restored = await vscode.workspace.fs.readFile(uri);
  tell(l10n.t("Restored retry {0} of {1}.", number, nameOf(uri)), l10n.t("Undo"), async () => {
    await save(uri);
    if (Buffer.compare(restored, await vscode.workspace.fs.readFile(uri)) === 0) {
      await vscode.workspace.fs.writeFile(uri, before);
    } else {
      tell(l10n.t("{0} was edited since. Its earlier text is in the last checkpoint.", file));
    }
  });
}
