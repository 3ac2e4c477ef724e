/** New, rename and delete in a session: the Explorer itself does these to the real folder. */
import * as vscode from "vscode";

import { documentsMeant, pathsOf, sessionMeant, type Home } from "../meant";
import type { CommandTable, Parts } from "../parts";
import { below, pathOf } from "../uris";
import { documentAt, exists, homeOf, nameOf } from "./places";
import { inFront } from "./tabs";

export function manageCommands(parts: Parts): CommandTable {
  return {
    "redraft.ui.newFile": (folder?: vscode.Uri) => create(parts, folder, "file"),
    "redraft.ui.newFolder": (folder?: vscode.Uri) => create(parts, folder, "folder"),
    "redraft.ui.renameInSession": (target?: unknown) => rename(parts, target),
    "redraft.ui.deleteInSession": (...args: unknown[]) => remove(parts, args),
    "redraft.ui.addFolder": async () => {
      const home = await sessionMeant(parts);
      const name = vscode.l10n.t("{0} (session)", home.session);
      const count = vscode.workspace.workspaceFolders?.length ?? 0;
      vscode.workspace.updateWorkspaceFolders(count, 0, { uri: homeOf(home), name });
    },
  };
}

async function create(
  parts: Parts,
  folder: vscode.Uri | undefined,
  kind: "file" | "folder",
): Promise<void> {
  const front = inFront();
  const place = await sessionMeant(parts, folder ?? front);
  const inner = folder ? `${within(place, folder) ?? ""}/` : siblings(place, front);
  const title =
    kind === "file"
      ? vscode.l10n.t("New File in {0}", place.session)
      : vscode.l10n.t("New Folder in {0}", place.session);
  const uri = await askForPath(title, place, inner.replace(/^\/$/, ""));
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

async function rename(parts: Parts, target: unknown): Promise<void> {
  const meant = documentsMeant(parts, [target]);
  const [old] = meant.uris;
  const title = vscode.l10n.t("Rename in {0}", meant.session);
  const uri = await askForPath(title, meant, pathsOf(meant)[0] ?? "");
  if (uri) {
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(old, uri);
    await apply(edit, vscode.l10n.t("{0} could not be renamed.", nameOf(old)));
  }
}

async function remove(parts: Parts, args: readonly unknown[]): Promise<void> {
  const { session, uris } = documentsMeant(parts, args);
  const confirm = vscode.l10n.t("Delete");
  const names = uris.map(nameOf).join(", ");
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t("Delete {0} in the session {1}?", names, session),
    { modal: true, detail: vscode.l10n.t("The global version stays until you commit.") },
    confirm,
  );
  if (answer === confirm) {
    const edit = new vscode.WorkspaceEdit();
    uris.forEach((uri) => {
      edit.deleteFile(uri, { recursive: true });
    });
    await apply(edit, vscode.l10n.t("{0} could not be deleted.", names));
  }
}

/** @throws if the editor could not do it, or a person did not let it */
export async function apply(edit: vscode.WorkspaceEdit, failed: string): Promise<void> {
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error(failed);
  }
}

function within({ root }: Home, place: vscode.Uri): string | undefined {
  return below(pathOf(root.folder.uri), pathOf(place));
}

function siblings(place: Home, document: vscode.Uri | undefined): string {
  const inner = document && within(place, document);
  return inner ? inner.slice(0, inner.lastIndexOf("/") + 1) : "";
}

async function askForPath(
  title: string,
  { root, session }: Home,
  value: string,
): Promise<vscode.Uri | undefined> {
  const at = (path: string): vscode.Uri => documentAt(root, session, path);
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
