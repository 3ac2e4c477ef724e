/** New, rename and delete in a session: the Explorer itself does these to the real folder. */
import * as vscode from "vscode";

import type { CommandTable, Parts } from "../parts";
import { below } from "../uris";
import { targetOf, type Target } from "./commands";
import { exists, inSession } from "./places";
import { nameOf } from "./tabs";

export function manageCommands(parts: Parts): CommandTable {
  return {
    "redraft.ui.newFile": (folder: vscode.Uri | undefined) => create(parts, folder, "file"),
    "redraft.ui.newFolder": (folder: vscode.Uri | undefined) => create(parts, folder, "folder"),
    "redraft.ui.renameInSession": (target: Target) => rename(parts, target),
    "redraft.ui.deleteInSession": (target: Target) => remove(parts, target),
    "redraft.ui.addFolder": () => {
      const { root, session } = here(parts, undefined);
      const name = vscode.l10n.t("{0} (session)", session);
      const count = vscode.workspace.workspaceFolders?.length ?? 0;
      vscode.workspace.updateWorkspaceFolders(count, 0, { uri: inSession(session, root), name });
    },
  };
}

/** The root and the session that are meant by a folder or document, else by what is in front. */
function here(
  { sessions }: Parts,
  uri: vscode.Uri | undefined,
): { readonly root: string; readonly session: string } {
  const root = (uri && sessions.of(uri)) ?? sessions.current();
  const named = uri?.scheme === "file" ? undefined : uri?.authority;
  const session = named ?? root?.snapshot?.active?.name;
  if (!root || session === undefined) {
    throw new Error(vscode.l10n.t("Start or switch to a session first."));
  }
  return { root: root.folder.uri.path, session };
}

async function create(
  parts: Parts,
  folder: vscode.Uri | undefined,
  kind: "file" | "folder",
): Promise<void> {
  const front = vscode.window.activeTextEditor?.document.uri;
  const { root, session } = here(parts, folder ?? front);
  const inner = folder ? `${below(root, folder.path) ?? ""}/` : siblings(root, front);
  const title =
    kind === "file"
      ? vscode.l10n.t("New File in {0}", session)
      : vscode.l10n.t("New Folder in {0}", session);
  const uri = await askForPath(title, session, root, inner.replace(/^\/$/, ""));
  if (!uri) {
    return;
  }
  if (kind === "folder") {
    await vscode.workspace.fs.createDirectory(uri);
    return;
  }
  await vscode.workspace.fs.writeFile(uri, new Uint8Array());
  await vscode.commands.executeCommand("vscode.open", uri, { preview: false });
}

async function rename(parts: Parts, target: Target): Promise<void> {
  const old = targetOf(parts.sessions, target);
  const { root, session } = here(parts, old);
  const title = vscode.l10n.t("Rename in {0}", session);
  const uri = await askForPath(title, session, root, below(root, old.path) ?? "");
  if (uri) {
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(old, uri);
    await vscode.workspace.applyEdit(edit);
  }
}

async function remove(parts: Parts, target: Target): Promise<void> {
  const uri = targetOf(parts.sessions, target);
  const confirm = vscode.l10n.t("Delete");
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t("Delete {0} in the session {1}?", nameOf(uri), uri.authority),
    { modal: true, detail: vscode.l10n.t("The global version stays until you commit.") },
    confirm,
  );
  if (answer === confirm) {
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(uri, { recursive: true });
    await vscode.workspace.applyEdit(edit);
  }
}

function siblings(root: string, document: vscode.Uri | undefined): string {
  const inner = document && below(root, document.path);
  return inner ? inner.slice(0, inner.lastIndexOf("/") + 1) : "";
}

async function askForPath(
  title: string,
  session: string,
  root: string,
  value: string,
): Promise<vscode.Uri | undefined> {
  const at = (path: string): vscode.Uri => vscode.Uri.joinPath(inSession(session, root), path);
  const name = value.slice(value.lastIndexOf("/") + 1);
  const stem = name.lastIndexOf(".") > 0 ? name.lastIndexOf(".") : name.length;
  const start = value.length - name.length;
  const path = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t("A path in the folder, such as notes/ideas.md"),
    value,
    valueSelection: [start, start + stem],
    validateInput: (text) => (text === value ? undefined : wrongPath(text, at(text))),
  });
  return path === undefined || path === value || path === "" ? undefined : at(path);
}

async function wrongPath(text: string, uri: vscode.Uri): Promise<string | undefined> {
  if (text === "" || text.endsWith("/")) {
    return text === "" ? vscode.l10n.t("Type a path.") : undefined;
  }
  try {
    return (await exists(uri))
      ? vscode.l10n.t("{0} exists already. Choose another name.", text)
      : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
