/** The commands that keep and restore: checkpoints, recovery, and the trash. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { about, rootMeant, type Target } from "./meant";
import type { CommandTable, Parts } from "./parts";
import { chosen, confirm, tell } from "./pickers";
import type { Checkpoint, Recovery, TrashEntry } from "./wire";
import { age, changes, size } from "./words";

const MOST_LISTED = 15; // A dialog with more lines than about thirty has to be scrolled.

export function careCommands(parts: Parts): CommandTable {
  const { server } = parts;
  return {
    "redraft.ui.checkpoint": async (target?: Target) => {
      const args = await about(parts, target);
      const title = l10n.t("Save Checkpoint");
      const prompt = l10n.t("What the session holds now, in a few words (optional)");
      const label = chosen(await vscode.window.showInputBox({ title, prompt }));
      const { changeCount } = await server.call("session.checkpoint", { ...args, label });
      tell(l10n.t("Saved a checkpoint with {0}.", changes(l10n, changeCount)));
    },
    "redraft.ui.restoreCheckpoint": (target?: Target) => restoreCheckpoint(parts, target),
    "redraft.ui.recover": (target?: Target) => recover(parts, target),
    "redraft.ui.doctor": async (target?: Target) => {
      const { root } = await about(parts, target);
      tellRecovery(parts, await server.call("doctor", { root }));
    },
    "redraft.ui.emptyTrash": (target?: Target) => emptyTrash(parts, target),
  };
}

async function restoreCheckpoint(parts: Parts, target?: Target): Promise<void> {
  const { server } = parts;
  const args = await about(parts, target);
  const { checkpoints, session } = await server.call("session.checkpoints", args);
  if (checkpoints.length === 0) {
    const save = l10n.t("Save Checkpoint...");
    tell(l10n.t("Session {0} has no checkpoints yet.", session ?? ""), save, () =>
      vscode.commands.executeCommand("redraft.ui.checkpoint", target),
    );
    return;
  }
  const title = l10n.t("Restore Checkpoint of {0}", session ?? "");
  const placeHolder = l10n.t("Select the checkpoint to restore");
  const rows = [...checkpoints].reverse().map(checkpointRow);
  const { id, label } = chosen(await vscode.window.showQuickPick(rows, { title, placeHolder }));
  await confirm(
    l10n.t("Restore the checkpoint “{0}”?", label.replace(/^\$\(.*?\) /, "")),
    l10n.t(
      "All changes of the session become as they were then. What it holds now is saved as a checkpoint first.",
    ),
    l10n.t("Restore"),
  );
  const { changed } = await server.call("session.restore", { ...args, id });
  const count =
    changed.length === 1 ? l10n.t("1 document") : l10n.t("{0} documents", changed.length);
  tell(l10n.t("Restored {0}.", count), l10n.t("Undo"), () =>
    vscode.commands.executeCommand("redraft.ui.undo", { root: args.root, session }),
  );
}

function checkpointRow(checkpoint: Checkpoint): vscode.QuickPickItem & { readonly id: string } {
  const { id, label, trigger, at, phase, changeCount } = checkpoint;
  const why = {
    phase_complete: l10n.t("Phase finished"),
    user_request: l10n.t("Saved by hand"),
    session_end: l10n.t("Session ended"),
    before_restore: l10n.t("Before a restore"),
  }[trigger];
  const facts = [
    age(at, vscode.env.language),
    changes(l10n, changeCount),
    phase,
    ...(label ? [why] : []),
  ];
  return { id, label: `$(save) ${label || why}`, description: facts.join(" · ") };
}

async function recover(parts: Parts, target?: Target): Promise<void> {
  const { root, session } = await about(parts, target);
  const crashed = (await rootMeant(parts, { root })).snapshot?.crashed ?? [];
  const placeHolder = l10n.t("Select the session to recover");
  const name =
    session ??
    (crashed.length > 1
      ? chosen(await vscode.window.showQuickPick(crashed, { placeHolder }))
      : crashed[0]);
  tellRecovery(parts, await parts.server.call("session.recover", { root, session: name }), name);
}

/** `session`: the one that was to be recovered, where it was a single one. */
function tellRecovery({ server }: Parts, recovery: Recovery, session?: string): void {
  const { root, found, repaired, left } = recovery;
  for (const [what, lines] of Object.entries({ found, repaired, left })) {
    lines.forEach((line) => {
      server.output.info(`${what}: ${line}`);
    });
  }
  const open = (): void => {
    server.output.show();
  };
  if (left.length && session !== undefined) {
    tell(left.join(" "), l10n.t("Cancel {0}...", session), () =>
      vscode.commands.executeCommand("redraft.ui.cancel", { root, session }),
    );
  } else if (left.length || repaired.length) {
    tell([...repaired, ...left].join(" "), l10n.t("Show Output"), open);
  } else {
    tell(l10n.t("Nothing had to be repaired."));
  }
}

async function emptyTrash(parts: Parts, target?: Target): Promise<void> {
  const { root } = await about(parts, target);
  const { entries } = await parts.server.call("session.trash", { root });
  if (entries.length === 0) {
    tell(l10n.t("There is nothing in the trash."));
    return;
  }
  const lines = [...entries].reverse().map(entryLine);
  const more = lines.length - MOST_LISTED;
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  await confirm(
    l10n.t("Remove everything in the trash for good ({0})?", size(total, vscode.env.language)),
    [
      ...lines.slice(0, MOST_LISTED),
      ...(more > 0 ? [l10n.t("... and {0} more", more)] : []),
      "",
      l10n.t("Committed and cancelled sessions in it cannot be brought back after this."),
    ].join("\n"),
    l10n.t("Empty Trash"),
  );
  const { removed } = await parts.server.call("session.trash", { root, force: true });
  tell(l10n.t("Removed {0} entries from the trash.", removed.length));
}

function entryLine({ name, kind, when, sizeBytes }: TrashEntry): string {
  const { language } = vscode.env;
  return `${name.replace(/-\d{8}T\d{12}Z$/, "")}: ${kind}, ${age(when, language)}, ${size(sizeBytes, language)}`;
}
