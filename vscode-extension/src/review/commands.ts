/** The commands of the source control view, and of a session's end. */
import type { CommandTable, Parts } from "../parts";
import { cancelSession, completeSession, discardChanges, undoLast } from "./cancel";
import { Committer } from "./commit";
import { Merges } from "./merge";
import { revertChange } from "./revert";
import { compareAll, openChange, openRow, type RowState } from "./scm";
import { documentScope, sessionScope, type Scope } from "./targets";

export function reviewCommands(parts: Parts): CommandTable {
  const merges = new Merges(parts);
  parts.context.subscriptions.push(merges);
  const committer = new Committer(parts, merges);
  const ofSession =
    (run: (scope: Scope) => Promise<void>) =>
    async (argument?: unknown): Promise<void> => {
      const scope = sessionScope(parts, argument);
      await (scope && run(scope));
    };
  const ofDocuments =
    (run: (scope: Scope, args: readonly unknown[]) => Promise<void>) =>
    async (...args: unknown[]): Promise<void> => {
      const scope = documentScope(parts, args);
      await (scope && run(scope, args));
    };
  return {
    "redraft.ui.commit": ofSession((scope) => committer.commit(scope)),
    "redraft.ui.commitFile": ofDocuments((scope) => committer.commit(scope)),
    "redraft.ui.cancel": ofSession((scope) => cancelSession(parts, scope)),
    "redraft.ui.complete": ofSession((scope) => completeSession(parts, scope)),
    "redraft.ui.undo": (target?: Partial<Scope>) => {
      const root = target?.root ?? parts.sessions.current()?.folder.uri.fsPath;
      const session = target?.session;
      return undoLast(parts, { ...(root && { root }), ...(session && { session }) });
    },
    "redraft.ui.discard": ofDocuments((scope, args) => discardChanges(parts, scope, args)),
    "redraft.ui.compareAll": ofSession(({ root, session }) => compareAll(parts, root, session)),
    "redraft.ui.completeMerge": () => merges.complete(),
    "redraft.ui.openChange": (row: RowState) => openChange(parts, row),
    "redraft.ui.openFile": (row: RowState) => openRow(parts, row),
    "redraft.ui.revertChange": revertChange,
  };
}
