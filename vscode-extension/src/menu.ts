/** What can be done now, in one list: what a click on the status bar shows. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { documentAt } from "./documents/places";
import { inFront } from "./documents/tabs";
import { about, rootMeant, type Target } from "./meant";
import type { CommandTable, Parts } from "./parts";
import { chosen } from "./pickers";
import { isSessionDocument } from "./uris";
import { age, changes, retries, size } from "./words";

interface Row extends vscode.QuickPickItem {
  readonly command?: string;
  /** The document that it opens. */
  readonly opens?: string;
}

export function menuCommands(parts: Parts): CommandTable {
  return {
    "redraft.ui.menu": async (target?: Target) => {
      await parts.server.ready({ interactive: true });
      const { folder, snapshot } = await rootMeant(parts, target);
      const active = snapshot?.active;
      const placeHolder = active
        ? l10n.t("{0}: select what to do", active.name)
        : l10n.t("No session is active: select what to do");
      const shown = [
        ...attention(snapshot?.crashed ?? [], snapshot?.drifted ?? []),
        ...(active ? ofSession(active.changeCount, active.retryCount) : []),
        ...others(active !== undefined && active !== null),
      ];
      const row = await vscode.window.showQuickPick<Row>(shown, { placeHolder });
      if (row?.command) {
        await vscode.commands.executeCommand(row.command, { root: folder.uri.fsPath });
      }
    },
    "redraft.ui.status": (target?: Target) => showSession(parts, target),
  };
}

/** A session in full: its facts lead to what they are about, its documents open. */
async function showSession(parts: Parts, target?: Target): Promise<void> {
  const args = await about(parts, target);
  const root = await rootMeant(parts, args);
  const session = await parts.server.call("session.status", args);
  const { language } = vscode.env;
  const drifted = new Set(session.drifted);
  const documents = (icon: string, paths: readonly string[]): Row[] =>
    paths.map((path) => ({
      label: `$(${icon}) ${path}`,
      ...(drifted.has(path) ? { description: l10n.t("changed in the folder too") } : {}),
      ...(icon === "diff-removed" ? {} : { opens: path }),
    }));
  const { lastCheckpoint } = session;
  const checkpointAge = lastCheckpoint ? age(lastCheckpoint, language) : l10n.t("none");
  const rows: Row[] = [
    ...(session.description ? [{ label: `$(note) ${session.description}` }] : []),
    row("list-ordered", session.phase, "phase", session.currentTasks.join(", ")),
    row("thumbsdown", retries(l10n, session.retryCount), "showRetries"),
    row("save", l10n.t("Checkpoints"), "restoreCheckpoint", checkpointAge),
    {
      label: `$(clock) ${l10n.t("Started {0}", age(session.createdAt, language))}`,
      description: size(session.sizeBytes, language),
    },
    separator(changes(l10n, session.changeCount)),
    ...documents("diff-modified", session.changes.modified),
    ...documents("diff-added", session.changes.created),
    ...documents("diff-removed", session.changes.deleted),
  ];
  const placeHolder = l10n.t("Select a fact or a document to go to it");
  const title = `${session.name} (${session.status.toLowerCase()})`;
  const { command, opens } = chosen(
    await vscode.window.showQuickPick(rows, { title, placeHolder }),
  );
  if (command) {
    await vscode.commands.executeCommand(command, { root: args.root, session: session.name });
  } else if (opens) {
    await vscode.commands.executeCommand("vscode.open", documentAt(root, session.name, opens));
  }
}

function attention(crashed: readonly string[], drifted: readonly string[]): Row[] {
  return [
    ...(crashed.length + drifted.length ? [separator(l10n.t("needs attention"))] : []),
    ...(crashed.length ? [row("tools", l10n.t("Recover..."), "recover", crashed.join(", "))] : []),
    ...(drifted.length
      ? [
          row(
            "warning",
            l10n.t("Show What Changed in the Folder"),
            "compareAll",
            drifted.join(", "),
          ),
        ]
      : []),
  ];
}

function ofSession(changeCount: number, retryCount: number): Row[] {
  const document = inFront();
  const changed = changes(l10n, changeCount);
  return [
    separator(l10n.t("changes")),
    ...(changeCount
      ? [
          row("check", l10n.t("Commit..."), "commit", changed),
          row("diff-multiple", l10n.t("Compare All with Global"), "compareAll", changed),
        ]
      : []),
    row("trash", l10n.t("Cancel..."), "cancel", l10n.t("Moves the session to the trash")),
    separator(l10n.t("retries")),
    ...(document && isSessionDocument(document)
      ? [
          row(
            "thumbsdown",
            l10n.t("Record a Retry..."),
            "recordRetry",
            l10n.t("Of the open document"),
          ),
        ]
      : []),
    ...(retryCount ? [row("thumbsdown", l10n.t("Show Retries..."), "showRetries")] : []),
    separator(l10n.t("session")),
    row("info", l10n.t("Show Status"), "status"),
    row("save", l10n.t("Save Checkpoint..."), "checkpoint"),
    row("history", l10n.t("Restore Checkpoint..."), "restoreCheckpoint"),
    row("list-ordered", l10n.t("Set Phase..."), "phase"),
    row(
      "circle-outline",
      l10n.t("Pause"),
      "pause",
      l10n.t("Go on with the folder's own documents"),
    ),
  ];
}

function others(active: boolean): Row[] {
  return [
    separator(l10n.t("sessions")),
    row("add", l10n.t("Start..."), "start"),
    row("arrow-swap", l10n.t("Switch to..."), "switch"),
    ...(active ? [] : [row("circle-filled", l10n.t("Resume..."), "resume")]),
    row("discard", l10n.t("Undo Last Commit or Cancel..."), "undo"),
  ];
}

function separator(label: string): Row {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function row(icon: string, title: string, name: string, description?: string): Row {
  const command = `redraft.ui.${name}`;
  return { label: `$(${icon}) ${title}`, command, ...(description ? { description } : {}) };
}
