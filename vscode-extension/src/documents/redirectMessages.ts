/** What a person is told and asked when a document is not simply led to its session. */
import * as vscode from "vscode";

import { nameOf } from "./places";

export function tellUnsaved(files: readonly vscode.Uri[]): void {
  const names = files.map(nameOf).join(", ");
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      "Still open outside the session, because of unsaved text: {0}. Save it, then run Session: Open in Session.",
      names,
    ),
  );
}

/** `found`: whether the session has the document; nothing if that is not to be known. */
export function tellWhyNot(found: boolean | undefined, { path, authority }: vscode.Uri): void {
  const name = path.slice(path.lastIndexOf("/") + 1);
  void vscode.window.showInformationMessage(
    found === false
      ? vscode.l10n.t(
          "{0} is deleted in the session {1}. This is the global version.",
          name,
          authority,
        )
      : vscode.l10n.t(
          "{0} could not be opened in the session {1}. This is the global version.",
          name,
          authority,
        ),
  );
}

/** Whether a person wants the session's document; what they want for good goes into the settings. */
export async function askToLead(file: vscode.Uri, document: vscode.Uri): Promise<boolean> {
  const open = vscode.l10n.t("Open in Session");
  const stay = vscode.l10n.t("Stay");
  const always = vscode.l10n.t("Always");
  const never = vscode.l10n.t("Never");
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t("{0} is also in the session {1}.", nameOf(document), document.authority),
    open,
    stay,
    always,
    never,
  );
  if (answer === always || answer === never) {
    const value = answer === always ? "always" : "never";
    const settings = vscode.workspace.getConfiguration("redraft", file);
    await settings.update("redirect", value, vscode.ConfigurationTarget.Global);
  }
  return answer === open || answer === always;
}
