/** The commands of the source control view, and of a session's end. */
import {
  about,
  documentsMeant,
  pathsOf,
  sessionMeant,
  type Documents,
  type Scope,
  type Target,
} from "../meant";
import type { CommandTable, Parts } from "../parts";
import { cancelSession, completeSession, discardChanges, undoLast } from "./cancel";
import { Committer } from "./commit";
import { Merges } from "./merge";
import { revertChange } from "./revert";
import { compareAll, openChange, openRow, type RowState } from "./scm";

export function reviewCommands(parts: Parts): CommandTable {
  const merges = new Merges(parts);
  parts.context.subscriptions.push(merges);
  const committer = new Committer(parts, merges);
  const ofSession =
    (run: (scope: Scope) => Promise<void>) =>
    async (argument?: unknown): Promise<void> => {
      await run(await sessionMeant(parts, argument));
    };
  const ofDocuments =
    (run: (documents: Documents) => Promise<void>) =>
    (...args: unknown[]): Promise<void> =>
      run(documentsMeant(parts, args));
  return {
    "redraft.ui.commit": ofSession((scope) => committer.commit(scope)),
    "redraft.ui.commitFile": ofDocuments(({ root, session, uris }) =>
      committer.commit({ root, session, paths: pathsOf({ root, session, uris }) }),
    ),
    "redraft.ui.cancel": ofSession((scope) => cancelSession(parts, scope)),
    "redraft.ui.complete": ofSession((scope) => completeSession(parts, scope)),
    "redraft.ui.undo": async (target?: Target) => undoLast(parts, await about(parts, target)),
    "redraft.ui.discard": ofDocuments((documents) => discardChanges(parts, documents)),
    "redraft.ui.compareAll": ofSession((scope) => compareAll(parts, scope)),
    "redraft.ui.completeMerge": () => merges.complete(),
    "redraft.ui.openChange": (row: RowState) => openChange(parts, row),
    "redraft.ui.openFile": (row: RowState) => openRow(parts, row),
    "redraft.ui.revertChange": revertChange,
  };
}
