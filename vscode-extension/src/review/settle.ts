import * as vscode from "vscode";

import { SESSION_SCHEME } from "../uris";

export async function settleUnsaved(session: string): Promise<boolean> {
  const name = session.toLowerCase();
  const open = vscode.workspace.textDocuments.filter(
    ({ uri, isDirty }) =>
      isDirty && uri.scheme === SESSION_SCHEME && uri.authority.toLowerCase() === name,
  );
  const saved = await Promise.all(open.map((document) => document.save()));
  return saved.every(Boolean);
}
