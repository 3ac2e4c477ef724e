/** The versions of one document, as the editor's URIs. */
import * as vscode from "vscode";

import type { Root, Sessions } from "../state";
import {
  below,
  GLOBAL_SCHEME,
  isRedirected,
  isSessionDocument,
  isSide,
  pathOf,
  SESSION_SCHEME,
  sessionDocument,
} from "../uris";

/** Stands in a comparison for a version that does not exist. */
export const NOTHING_SCHEME = "redraft-nothing";

/** A session's document, or a side of it, as the editor spells it: its URIs have authorities in lower case. */
export function inSession(session: string, path: string, scheme = SESSION_SCHEME): vscode.Uri {
  return vscode.Uri.from({ scheme, authority: session.toLowerCase(), path });
}

/** The same by the document's path in its root. */
export function documentAt(
  { folder }: Root,
  session: string,
  path: string,
  scheme?: string,
): vscode.Uri {
  return inSession(session, pathOf(vscode.Uri.joinPath(folder.uri, path)), scheme);
}

/** The folder of a session, which stands for all its documents. */
export function homeOf({
  root,
  session,
}: {
  readonly root: Root;
  readonly session: string;
}): vscode.Uri {
  return documentAt(root, session, "");
}

/** Where the files of merges of a session lie, which is named by its folder. */
export function mergeFolder(storage: vscode.Uri, home: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(storage, "merge", home.authority, home.path);
}

/** Whether a file belongs to a merge of a session. */
export function isMerged(home: vscode.Uri, file: vscode.Uri): boolean {
  return file.scheme === "file" && file.path.includes(`/merge/${home.authority}${home.path}/`);
}

/** Whether a session, named by its folder, has a document, or a side of one. */
export function isWithin(home: vscode.Uri, uri: vscode.Uri): boolean {
  const ofSession = isSessionDocument(uri) || isSide(uri);
  const isSame = uri.authority.toLowerCase() === home.authority.toLowerCase();
  return ofSession && isSame && Boolean(below(home.path, uri.path));
}

/** The real file of any version of a document. */
export function globalFile(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.file(uri.path);
}

/** What the folder holds now, read-only. */
export function globalSide(document: vscode.Uri): vscode.Uri {
  return document.with({ scheme: GLOBAL_SCHEME });
}

/** The session's document for any version of a document; nothing if it belongs to no session. */
export function sessionUri(sessions: Sessions, uri: vscode.Uri): vscode.Uri | undefined {
  if (isSessionDocument(uri) || isSide(uri)) {
    return inSession(uri.authority, uri.path);
  }
  const { folder, snapshot } = (uri.scheme === "file" ? sessions.of(uri) : undefined) ?? {};
  const found = folder && sessionDocument(pathOf(folder.uri), snapshot?.active?.name, pathOf(uri));
  return found && inSession(found.session, found.path);
}

/** The session's document that a real file leads to by itself. */
export function twinOf(sessions: Sessions, file: vscode.Uri): vscode.Uri | undefined {
  const root = file.scheme === "file" ? sessions.of(file)?.folder.uri : undefined;
  return root && isRedirected(pathOf(root), pathOf(file)) ? sessionUri(sessions, file) : undefined;
}

/** The name that a person knows a document by. */
export function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

/** Whether there is such a document or folder. */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === "FileNotFound") {
      return false;
    }
    throw error;
  }
}
