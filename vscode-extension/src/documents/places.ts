/** The versions of one document, as the editor's URIs. */
import * as vscode from "vscode";

import type { Sessions } from "../state";
import { GLOBAL_SCHEME, isSessionDocument, isSide, SESSION_SCHEME, sessionDocument } from "../uris";

/** Stands in a comparison for a version that does not exist. */
export const NOTHING_SCHEME = "redraft-nothing";

/** A session's document as the editor spells it: its URIs have authorities in lower case. */
export function inSession(session: string, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SESSION_SCHEME, authority: session.toLowerCase(), path });
}

/** The real file of any version of a document. */
export function globalFile(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.from({ scheme: "file", path: uri.path });
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
  const root = uri.scheme === "file" ? sessions.of(uri) : undefined;
  const found =
    root && sessionDocument(root.folder.uri.path, root.snapshot?.active?.name, uri.path);
  return found && inSession(found.session, found.path);
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
