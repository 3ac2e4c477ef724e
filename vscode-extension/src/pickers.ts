/** Choosing a session, and asking and telling a person. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import type { Parts } from "./parts";
import type { Summary } from "./wire";
import { age, changes, retries } from "./words";

/** A row of the list of sessions; without a session it starts a new one. */
export interface SessionRow extends vscode.QuickPickItem {
  readonly summary?: Summary;
  /** Committed, completed or cancelled: it can only be brought back. */
  readonly ended?: boolean;
}

/** A button that runs a command about the row's session. */
interface RowButton extends vscode.QuickInputButton {
  readonly command: string;
}

const MOST_ENDED = 10;
const COMPARE = "redraft.ui.compareAll";

/** A list of all sessions of a folder. It stays open, and fresh, while its buttons are used. */
export async function pickSession(parts: Parts, root: string): Promise<SessionRow> {
  const pick = vscode.window.createQuickPick<SessionRow>();
  pick.placeholder = l10n.t("Select the session to switch to");
  pick.matchOnDescription = pick.matchOnDetail = pick.ignoreFocusOut = true;
  pick.keepScrollPosition = true;
  const refresh = async (): Promise<void> => {
    pick.busy = true;
    const label = pick.activeItems[0]?.label;
    pick.items = await sessionRows(parts, root);
    pick.activeItems = pick.items.filter((row) => row.label === label);
    pick.busy = false;
  };
  const refreshing = vscode.Disposable.from(
    parts.sessions.onDidChange(() => void refresh()),
    parts.server.onDidCall((name) => name !== "session.list" && void refresh()),
  );
  const picked = new Promise<SessionRow | undefined>((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
    });
    pick.onDidHide(() => {
      resolve(undefined);
    });
  });
  pick.onDidTriggerItemButton(({ button, item }) => {
    const { command } = button as RowButton;
    void vscode.commands.executeCommand(command, { root, session: item.summary?.name });
    if (command === COMPARE) {
      pick.hide(); // The list would cover what it opens.
    }
  });
  pick.show();
  try {
    await refresh();
    const row = await picked;
    if (!row) {
      throw new vscode.CancellationError();
    }
    return row;
  } finally {
    refreshing.dispose();
    pick.dispose();
  }
}

async function sessionRows({ server }: Parts, root: string): Promise<SessionRow[]> {
  const { sessions } = await server.call("session.list", { root });
  const all = await server.call("session.list", { root, completed: true, trash: true });
  const live = new Set(sessions.map(({ name }) => name.toLowerCase()));
  const newest = new Map(all.sessions.slice(sessions.length).map((each) => [each.name, each]));
  const ended = [...newest.values()]
    .filter(({ name }) => !live.has(name.toLowerCase()))
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt))
    .slice(0, MOST_ENDED);
  return [
    ...sessions.map(liveRow),
    { label: `$(add) ${l10n.t("Start New Session...")}`, alwaysShow: true },
    { label: l10n.t("ended"), kind: vscode.QuickPickItemKind.Separator },
    ...ended.map(endedRow),
  ];
}

function liveRow(summary: Summary): SessionRow {
  const { icon, said } = {
    ACTIVE: { icon: "circle-filled", said: l10n.t("current") },
    INACTIVE: { icon: "circle-outline", said: l10n.t("paused") },
    CRASHED: { icon: "error", said: l10n.t("needs recovery") },
    COMPLETED: { icon: "pass", said: l10n.t("completed") },
  }[summary.status];
  const buttons = [
    button("check", l10n.t("Commit..."), "redraft.ui.commit"),
    button("diff-multiple", l10n.t("Compare All with Global"), COMPARE),
    button("trash", l10n.t("Cancel..."), "redraft.ui.cancel"),
  ];
  return {
    ...sessionRow(summary, `$(${icon})`, said),
    buttons: summary.changeCount ? buttons : buttons.slice(2),
  };
}

function endedRow(summary: Summary): SessionRow {
  const said = summary.status === "COMPLETED" ? l10n.t("completed") : l10n.t("cancelled");
  const buttons = [button("discard", l10n.t("Bring Back"), "redraft.ui.undo")];
  return { ...sessionRow(summary, "$(archive)", said), ended: true, buttons };
}

function sessionRow(summary: Summary, icon: string, said: string): SessionRow {
  const { name, description, changeCount, retryCount, updatedAt } = summary;
  const facts = [
    said,
    changes(l10n, changeCount),
    ...(retryCount ? [retries(l10n, retryCount)] : []),
    age(updatedAt, vscode.env.language),
  ];
  return {
    label: `${icon} ${name}`,
    description: facts.join(" · "),
    ...(description ? { detail: description } : {}),
    summary,
  };
}

function button(icon: string, tooltip: string, command: string): RowButton {
  return { iconPath: new vscode.ThemeIcon(icon), tooltip, command };
}

/** What a person chose or typed. @throws CancellationError if they left it */
export function chosen<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new vscode.CancellationError();
  }
  return value;
}

/** Tell what was done, with a button for the next step; waits for nobody. */
export function tell(message: string, title?: string, next?: () => unknown): void {
  void vscode.window.showInformationMessage(message, ...(title ? [title] : [])).then((choice) => {
    if (choice !== undefined) {
      return next?.();
    }
    return undefined;
  });
}

/** Ask before something is replaced or removed. @throws CancellationError unless confirmed */
export async function confirm(message: string, detail: string, yes: string): Promise<void> {
  chosen(await vscode.window.showWarningMessage(message, { modal: true, detail }, yes));
}
