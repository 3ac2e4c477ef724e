/** What the server suggests, as buttons. Pure. */
import type { L10n } from "./words";

/** A button: its title, and the command that it runs. */
export interface Action {
  readonly title: string;
  readonly command: string;
  /** The session that the command is about. */
  readonly session?: string;
  /** The slash line that `redraft.ui.slash` runs, or shows to be filled in. */
  readonly line?: string;
}

const MOST = 3; // VS Code draws three buttons in a row.

/** The buttons for a failure's suggestions; those that are no slash lines are advice only. */
export function actions(l10n: L10n, suggestions: readonly string[]): Action[] {
  const lines = suggestions.filter((line) => line.startsWith("/"));
  return lines.slice(0, MOST).map((line) => action(l10n, line));
}

function action(l10n: L10n, line: string): Action {
  const [group = "", verb = "", session = "", ...more] = line.slice(1).split(" ");
  const shown = (title: string, name: string): Action => ({ title, command: `redraft.ui.${name}` });
  switch (`${group} ${verb}`.trim()) {
    case "session start":
      return shown(l10n.t("Start Session"), "start");
    case "session list":
      return shown(l10n.t("Show Sessions"), "switch");
    case "session status":
      return shown(l10n.t("Show Status"), "status");
    case "session checkpoints":
      return shown(l10n.t("Show Checkpoints"), "restoreCheckpoint");
    case "session diff":
      return shown(l10n.t("Compare All"), "compareAll");
    case "session switch":
      return { ...shown(l10n.t("Switch to {0}", session), "slash"), line };
    case "session recover":
      return { ...shown(l10n.t("Recover {0}", session), "recover"), session };
    case "session cancel":
      return { ...shown(l10n.t("Cancel {0}...", session), "cancel"), session };
    case "doctor":
      return shown(l10n.t("Check and Repair"), "doctor");
    case "session commit":
      if (session === "" && more.length === 0) {
        return shown(l10n.t("Commit..."), "commit");
      }
  }
  return { title: line, command: "redraft.ui.slash", line };
}

/** Whether a line can be run as it is: it has no blanks to fill in, and replaces nothing by force. */
export function isComplete(line: string): boolean {
  return !/<[^>]+>|--(force|empty)\b/.test(line);
}
