/** Ending a session without a commit, taking back what was done last, and discarding changes. */
import * as vscode from "vscode";

import { saveAll, settleUnsaved } from "../documents/unsaved";
import { args, pathsOf, titleOf, type Documents, type Home, type Target } from "../meant";
import type { Parts } from "../parts";
import type { Undone } from "../wire";
import { cancelDetail, documents as count, listed, undoDetail } from "./wording";

export async function cancelSession(parts: Parts, home: Home): Promise<void> {
  const { server } = parts;
  const { session } = home;
  if (!(await settleUnsaved(home))) {
    return;
  }
  const { changes } = await server.call("session.status", args(home));
  const goesOn = await confirmed(
    vscode.l10n.t("Cancel session {0}?", titleOf(home)),
    cancelDetail(vscode.l10n, changes),
    vscode.l10n.t("Move to Trash"),
    vscode.l10n.t("Keep Session"),
  );
  if (!goesOn) {
    return;
  }
  const title = vscode.l10n.t("Cancelling session {0}", session);
  await server.call("session.cancel", args(home), title);
  const said = vscode.l10n.t("Session {0} is cancelled. It lies in the trash.", session);
  await offerUndo(parts, home, said);
}

export async function completeSession({ server }: Parts, home: Home): Promise<void> {
  const { session } = home;
  if (!(await settleUnsaved(home))) {
    return;
  }
  const { changes } = await server.call("session.status", args(home));
  const unapplied = [...changes.modified, ...changes.created, ...changes.deleted].sort();
  const detail =
    unapplied.length > 0
      ? [vscode.l10n.t("These stay unapplied, and are kept with the session:"), ...unapplied]
      : [vscode.l10n.t("It changed nothing.")];
  const goesOn = await confirmed(
    vscode.l10n.t("Complete session {0} without applying it?", titleOf(home)),
    listed(vscode.l10n, detail).join("\n"),
    vscode.l10n.t("Complete Session"),
    vscode.l10n.t("Keep Session"),
  );
  if (!goesOn) {
    return;
  }
  const { archivedTo } = await server.call("session.complete", args(home));
  void vscode.window.showInformationMessage(
    archivedTo === undefined
      ? vscode.l10n.t("Session {0} is complete.", session)
      : vscode.l10n.t("Session {0} is complete. It is kept in {1}.", session, archivedTo),
  );
}

/** A toast that something is done, with a button to undo it. */
export async function offerUndo(parts: Parts, home: Home, said: string): Promise<void> {
  const undo = vscode.l10n.t("Undo");
  if ((await vscode.window.showInformationMessage(said, undo)) === undo) {
    await undoNow(parts, args(home));
  }
}

/** Undo what was done last in a root (or to the named session), after asking. */
export async function undoLast(parts: Parts, what: Target): Promise<void> {
  const preview = await parts.server.call("session.undo", { ...what, preview: true });
  const session = preview.session ?? "";
  const question = {
    commit: vscode.l10n.t("Undo the commit of session {0}?", session),
    cancel: vscode.l10n.t("Bring the cancelled session {0} back?", session),
    restore: vscode.l10n.t("Undo the restored checkpoint of session {0}?", session),
  }[preview.undone];
  const undo = vscode.l10n.t("Undo");
  if (await confirmed(question, undoDetail(vscode.l10n, preview), undo)) {
    await undoNow(parts, { ...what, session });
  }
}

async function undoNow(parts: Parts, what: Target): Promise<void> {
  const { server } = parts;
  const undone = await server.call("session.undo", what, vscode.l10n.t("Undoing"));
  const session = undone.session ?? "";
  const root = parts.sessions.all().find(({ snapshot }) => snapshot?.root === undone.root);
  const switchTo = vscode.l10n.t("Switch to {0}", session);
  const choices = root?.snapshot?.active?.name === session ? [] : [switchTo];
  if ((await vscode.window.showInformationMessage(undoneWords(undone), ...choices)) === switchTo) {
    await server.call("session.switch", { root: undone.root, name: session });
  }
}

function undoneWords({ session, undone, kept }: Undone): string {
  const name = session ?? "";
  const said = {
    commit: vscode.l10n.t("Session {0} is back, its commit undone.", name),
    cancel: vscode.l10n.t("Session {0} is back.", name),
    restore: vscode.l10n.t("Session {0} is as it was before the restore.", name),
  }[undone];
  const left = kept.map(({ path, reason }) => `${path} (${reason})`).join(", ");
  return left ? vscode.l10n.t("{0} Left as they are: {1}.", said, left) : said;
}

/** Take changes out of a session, after asking: in the corner for one, in the middle for several. */
export async function discardChanges(parts: Parts, documents: Documents): Promise<void> {
  const { session, uris } = documents;
  const paths = pathsOf(documents);
  const discard = vscode.l10n.t("Discard Changes");
  const [first = ""] = paths;
  const choice =
    paths.length === 1
      ? await vscode.window.showWarningMessage(
          vscode.l10n.t("Discard the changes to {0}? They go to the trash.", first),
          discard,
          vscode.l10n.t("Keep"),
        )
      : await vscode.window.showWarningMessage(
          vscode.l10n.t("Discard the changes to {0}?", count(vscode.l10n, paths.length)),
          { modal: true, detail: discardDetail(session, paths) },
          discard,
        );
  if (choice !== discard) {
    return;
  }
  await saveAll(uris); // What is not saved goes to the trash too, not into nothing.
  await parts.server.call("session.discard", { ...args(documents), paths });
}

function discardDetail(session: string, paths: readonly string[]): string {
  const said = vscode.l10n.t("They go to the trash of session {0}.", session);
  return [...listed(vscode.l10n, paths), "", said].join("\n");
}

/** Ask in a modal dialog. With `keep` its other button says what staying means. */
async function confirmed(
  question: string,
  detail: string,
  yes: string,
  keep?: string,
): Promise<boolean> {
  const buttons = [{ title: yes }];
  if (keep !== undefined) {
    buttons.push(Object.assign({ title: keep }, { isCloseAffordance: true }));
  }
  const options = { modal: true, detail };
  const choice = await vscode.window.showWarningMessage(question, options, ...buttons);
  return choice?.title === yes;
}
