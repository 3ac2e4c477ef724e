/** What the dialogs of commit and cancel say. Pure: the editor's `l10n` is handed in. */
import type { l10n as Localisation } from "vscode";

import type { Changes, Commit, FileState, Preview, PreviewFile, Undone } from "../wire";

export type L10n = Pick<typeof Localisation, "t">;

const MAX_LINES = 20;

export function documents(l10n: L10n, count: number): string {
  return count === 1 ? l10n.t("1 document") : l10n.t("{0} documents", count);
}

/** At most twenty lines of a list, and how many more there are. */
export function listed(l10n: L10n, lines: readonly string[]): string[] {
  return lines.length <= MAX_LINES
    ? [...lines]
    : [...lines.slice(0, MAX_LINES - 1), l10n.t("... and {0} more", lines.length - MAX_LINES + 1)];
}

/** What a commit would do, below the question of the dialog. */
export function previewDetail(l10n: L10n, preview: Preview, whole: boolean): string {
  const lines = listed(
    l10n,
    preview.files.map((file) => fileLine(l10n, file)),
  );
  if (whole && preview.retryCount > 0) {
    const retries =
      preview.retryCount === 1
        ? l10n.t("1 retry will be archived.")
        : l10n.t("{0} retries will be archived.", preview.retryCount);
    lines.push("", retries);
  }
  return lines.join("\n");
}

function fileLine(l10n: L10n, { path, kind, bytes, state }: PreviewFile): string {
  const what = {
    modified: l10n.t("Modified: {0} ({1})", path, size(l10n, bytes)),
    created: l10n.t("New: {0} ({1})", path, size(l10n, bytes)),
    deleted: l10n.t("Deleted: {0}", path),
  }[kind];
  const words = stateWords(l10n, state);
  return words ? l10n.t("{0}, {1}", what, words) : what;
}

function stateWords(l10n: L10n, state: FileState): string {
  return {
    clean: "",
    merges: l10n.t("merges with changes in the folder"),
    conflict: l10n.t("conflicts with changes in the folder"),
    identical: l10n.t("the folder holds the same already"),
  }[state];
}

export function size(l10n: L10n, bytes: number): string {
  if (bytes < 1000) {
    return bytes === 1 ? l10n.t("1 byte") : l10n.t("{0} bytes", bytes);
  }
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${amount < 10 ? amount.toFixed(1) : String(Math.round(amount))} ${unit}`;
}

/** What a commit did, in one or a few sentences. */
export function committed(l10n: L10n, session: string, commit: Commit): string {
  const count = commit.modified.length + commit.created.length + commit.deleted.length;
  const said = [l10n.t("Committed {0} of session {1}.", documents(l10n, count), session)];
  if (commit.merged.length > 0) {
    said.push(l10n.t("Merged with the folder's changes: {0}.", commit.merged.join(", ")));
  }
  if (commit.skipped.length > 0) {
    said.push(l10n.t("Left out, and still in the session: {0}.", commit.skipped.join(", ")));
  }
  return said.join(" ");
}

/** What becomes of a session that is cancelled. */
export function cancelDetail(l10n: L10n, changes: Changes): string {
  const held = held_(l10n, changes);
  return held
    ? l10n.t(
        "It goes to the trash with {0}. The folder's documents stay as they are. You can undo this.",
        held,
      )
    : l10n.t("It changed nothing. It goes to the trash, and you can undo this.");
}

/** "2 changed, 1 new and 3 deleted documents", without what there is none of. */
function held_(l10n: L10n, { modified, created, deleted }: Changes): string {
  const parts = [
    modified.length > 0 ? l10n.t("{0} changed", modified.length) : "",
    created.length > 0 ? l10n.t("{0} new", created.length) : "",
    deleted.length > 0 ? l10n.t("{0} deleted", deleted.length) : "",
  ].filter((part) => part !== "");
  const count = modified.length + created.length + deleted.length;
  const last = parts.pop();
  if (last === undefined) {
    return "";
  }
  const all = parts.length > 0 ? l10n.t("{0} and {1}", parts.join(", "), last) : last;
  return count === 1 ? l10n.t("{0} document", all) : l10n.t("{0} documents", all);
}

/** What an undo did or would do, file by file. */
export function undoDetail(l10n: L10n, { restored, kept }: Undone): string {
  const back = restored.map((path) => l10n.t("Comes back: {0}", path));
  const left = kept.map(({ path, reason }) => l10n.t("Stays as it is: {0} ({1})", path, reason));
  return listed(l10n, [...left, ...back]).join("\n");
}

/** Whether a commit would do what was confirmed, now that these documents' conflicts are solved. */
export function isSolved(confirmed: Preview, now: Preview, solved: ReadonlySet<string>): boolean {
  const rest = ({ files }: Preview): string =>
    JSON.stringify(files.filter(({ path }) => !solved.has(path)));
  const isDone = ({ path, state }: PreviewFile): boolean =>
    !solved.has(path) || state === "clean" || state === "identical";
  return rest(confirmed) === rest(now) && now.files.every(isDone);
}
