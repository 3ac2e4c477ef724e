/** Committing: what would happen, a question, the deed, and the way back. */
import * as vscode from "vscode";

import { settleUnsaved } from "../documents/unsaved";
import { args, titleOf, type Scope } from "../meant";
import type { Parts } from "../parts";
import { RedraftFailure } from "../server";
import type { OnConflict, Preview, PreviewFile } from "../wire";
import { offerUndo } from "./cancel";
import type { Merges } from "./merge";
import { openDifferences } from "./scm";
import { committed, documents, listed, previewDetail, isSolved } from "./wording";

export class Committer {
  constructor(
    private readonly parts: Parts,
    private readonly merges: Merges,
  ) {}

  /** Commit a session, or some of its documents, after showing what that would do. */
  async commit(scope: Scope): Promise<void> {
    const preview = (await settleUnsaved(scope)) && (await this.preview(scope));
    if (preview) {
      await this.ask(scope, preview);
    }
  }

  private async preview(scope: Scope): Promise<Preview | undefined> {
    try {
      const found = await this.parts.server.call("session.commit", {
        ...args(scope),
        paths: scope.paths,
        force: false,
      });
      return found.executed ? undefined : found;
    } catch (error) {
      if (!(error instanceof RedraftFailure) || error.code !== "nothing_to_commit") {
        throw error;
      }
      void vscode.window.showInformationMessage(
        vscode.l10n.t("Session {0} has nothing to commit.", scope.session),
      );
      return undefined;
    }
  }

  private async ask(scope: Scope, preview: Preview, note?: string): Promise<void> {
    if (preview.files.some(isConflict)) {
      await this.askAboutConflicts(scope, preview, note);
      return;
    }
    const commit = vscode.l10n.t("Commit");
    const show = vscode.l10n.t("Show Differences");
    const count = documents(vscode.l10n, preview.files.length);
    const detail = previewDetail(vscode.l10n, preview, scope.paths === undefined);
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t("Commit {0} of session {1}?", count, titleOf(scope)),
      { modal: true, detail: note ? `${note}\n\n${detail}` : detail },
      commit,
      show,
    );
    if (choice === commit) {
      await this.execute(scope, preview);
    } else if (choice === show) {
      await this.showDifferences(scope, preview);
    }
  }

  private async showDifferences(scope: Scope, preview: Preview): Promise<void> {
    const { session } = scope;
    const paths = {
      modified: pathsOf("modified"),
      created: pathsOf("created"),
      deleted: pathsOf("deleted"),
    };
    const title = vscode.l10n.t("Commit of Session {0}", session);
    await openDifferences(title, scope, paths);
    const commit = vscode.l10n.t("Commit");
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        "Commit {0} of session {1} as shown?",
        documents(vscode.l10n, preview.files.length),
        titleOf(scope),
      ),
      commit,
      vscode.l10n.t("Not Now"),
    );
    if (choice === commit && (await settleUnsaved(scope))) {
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      await vscode.window.tabGroups.close(tabs.filter(({ label }) => label.startsWith(title)));
      await this.execute(scope, preview);
    }

    function pathsOf(kind: PreviewFile["kind"]): string[] {
      return preview.files.filter((file) => file.kind === kind).map(({ path }) => path);
    }
  }

  private async askAboutConflicts(scope: Scope, preview: Preview, note?: string): Promise<void> {
    const conflicts = preview.files.filter(isConflict);
    const texts = await this.mergeable(scope, conflicts);
    const choices = this.conflictChoices(scope, preview, texts);
    const choice = await vscode.window.showWarningMessage(
      conflicts.length === 1
        ? vscode.l10n.t("1 document conflicts with changes in the folder.")
        : vscode.l10n.t("{0} documents conflict with changes in the folder.", conflicts.length),
      { modal: true, detail: conflictDetail(conflicts, texts, note) },
      ...choices.keys(),
    );
    await choices.get(choice ?? "")?.();
  }

  /** The buttons, and what each does. */
  private conflictChoices(
    scope: Scope,
    preview: Preview,
    texts: readonly string[],
  ): Map<string, () => Promise<void>> {
    const choices = new Map<string, () => Promise<void>>();
    if (texts.length > 0) {
      choices.set(vscode.l10n.t("Resolve in Merge Editor"), () =>
        this.merges.start(scope, texts, () => this.goOn(scope, preview, texts)),
      );
    }
    choices.set(vscode.l10n.t("Keep Session's Version"), () =>
      this.execute(scope, preview, "overwrite"),
    );
    if (!preview.files.every(isConflict)) {
      choices.set(vscode.l10n.t("Leave Them Out"), () => this.execute(scope, preview, "skip"));
    }
    return choices;
  }

  /** The conflicts that a person can merge: both sides are there, and are text. */
  private async mergeable(scope: Scope, conflicts: readonly PreviewFile[]): Promise<string[]> {
    const found = conflicts.map(async ({ path, kind }) => {
      if (kind === "deleted") {
        return [];
      }
      const { files } = await this.parts.server.call("session.diff", { ...args(scope), path });
      const isText = files.some((file) => file.path === path && !file.binary);
      return isText && (await this.merges.canMerge(scope, path)) ? [path] : [];
    });
    return (await Promise.all(found)).flat();
  }

  /** Commit what was confirmed, now that its conflicts are solved; anything else is asked about again. */
  private async goOn(scope: Scope, confirmed: Preview, solved: readonly string[]): Promise<void> {
    const changed = await this.stillChanged(scope);
    const preview = changed && (await this.preview(changed));
    if (!changed || !preview) {
      return;
    }
    if (isSolved(confirmed, preview, new Set(solved))) {
      await this.execute(changed, preview);
    } else {
      await this.ask(changed, preview, changedMeanwhile());
    }
  }

  /** The scope without what became equal to the folder's version by merging. */
  private async stillChanged(scope: Scope): Promise<Scope | undefined> {
    if (scope.paths === undefined) {
      return scope;
    }
    const { changes } = await this.parts.server.call("session.status", args(scope));
    const changed = new Set(Object.values(changes).flat());
    const paths = scope.paths.filter((path) => changed.has(path));
    return paths.length > 0 ? { ...scope, paths } : undefined;
  }

  private async execute(scope: Scope, preview: Preview, onConflict?: OnConflict): Promise<void> {
    const { session } = scope;
    const title = vscode.l10n.t("Committing session {0}", session);
    const confirmed = { paths: scope.paths, preview: preview.preview, onConflict };
    const how = { ...args(scope), ...confirmed, force: true };
    try {
      const done = await this.parts.server.call("session.commit", how, title);
      if (done.executed) {
        await offerUndo(this.parts, scope, committed(vscode.l10n, session, done));
      }
    } catch (error) {
      if (!(error instanceof RedraftFailure) || error.code !== "stale_preview") {
        throw error;
      }
      const now = await this.preview(scope);
      if (now) {
        await this.ask(scope, now, changedMeanwhile());
      }
    }
  }
}

function isConflict({ state }: PreviewFile): boolean {
  return state === "conflict";
}

function changedMeanwhile(): string {
  return vscode.l10n.t("Something changed meanwhile. This is how it is now:");
}

function conflictDetail(
  conflicts: readonly PreviewFile[],
  texts: readonly string[],
  note: string | undefined,
): string {
  const lines = listed(
    vscode.l10n,
    conflicts.map(({ path }) =>
      texts.includes(path)
        ? path
        : vscode.l10n.t("{0} (no text on both sides: it cannot be merged)", path),
    ),
  );
  const keep = vscode.l10n.t(
    "Keeping the session's version replaces the folder's changes. The commit can be undone.",
  );
  return [...(note ? [note, ""] : []), ...lines, "", keep].join("\n");
}
