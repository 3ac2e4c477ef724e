/** What the status bar says. Pure. */
import type { Snapshot } from "./protocol";
import type { ServerState } from "./server";
import { age, changes, escaped, retries, size, type L10n } from "./words";

export interface StatusFacts {
  readonly state: ServerState;
  readonly snapshot: Snapshot | undefined;
  /** The folder's name, where the window has several. */
  readonly folder: string | undefined;
  readonly language: string;
}

export interface StatusText {
  readonly text: string;
  readonly severity: "none" | "warning" | "error";
  /** Markdown; all that others wrote is escaped in it. */
  readonly tooltip: string;
  readonly command: string;
}

/** The commands that the tooltip links to: no other link in it works. */
export const LINKED: readonly string[] = [
  "commit",
  "compareAll",
  "menu",
  "recover",
  "restartServer",
  "showOutput",
  "start",
  "switch",
].map((name) => `redraft.ui.${name}`);

export function statusText(l10n: L10n, facts: StatusFacts): StatusText {
  const restart = "redraft.ui.restartServer";
  switch (facts.state) {
    case "absent":
      return {
        text: `$(book) ${l10n.t("Set Up Redraft")}`,
        severity: "none",
        tooltip: l10n.t("Redraft's language server is not set up yet. Click to set it up."),
        command: restart,
      };
    case "starting":
      return {
        text: "$(loading~spin) Redraft",
        severity: "none",
        tooltip: l10n.t("Redraft's language server is starting..."),
        command: "redraft.ui.menu", // It waits for the server.
      };
    case "failed":
      return {
        text: `$(error) ${l10n.t("Redraft stopped")}`,
        severity: "error",
        tooltip: [
          l10n.t("Redraft's language server does not run. Your sessions are safe on disk."),
          links([l10n.t("Restart"), "restartServer"], [l10n.t("Show Output"), "showOutput"]),
        ].join("\n\n"),
        command: restart,
      };
    case "running":
      return session(l10n, facts);
  }
}

function session(l10n: L10n, facts: StatusFacts): StatusText {
  const { active, drifted = [], crashed = [] } = facts.snapshot ?? {};
  const numbers = [
    ...(active?.changeCount ? [changes(l10n, active.changeCount)] : []),
    ...(active?.retryCount ? [retries(l10n, active.retryCount)] : []),
    ...(drifted.length ? [l10n.t("{0} changed in the folder", drifted.length)] : []),
    ...(crashed.length ? [l10n.t("recovery needed")] : []),
  ];
  const named = active?.temporary ? l10n.t("Temporary session") : active?.name;
  const icon = crashed.length ? "$(error)" : drifted.length ? "$(warning)" : "$(book)";
  const text = `${icon} ${named ?? l10n.t("No session")}`;
  return {
    text: numbers.length ? `${text}  ${numbers.join(", ")}` : text,
    severity: crashed.length ? "error" : drifted.length ? "warning" : "none",
    tooltip: tooltip(l10n, facts),
    command: "redraft.ui.menu",
  };
}

function tooltip(l10n: L10n, { snapshot, folder, language }: StatusFacts): string {
  const { active, drifted = [], crashed = [] } = snapshot ?? {};
  const where = folder === undefined ? "" : ` (${escaped(folder)})`;
  const parts: string[] = [];
  if (active) {
    parts.push(`**${escaped(active.name)}**${where}`);
    if (active.description) {
      parts.push(escaped(active.description));
    }
    const facts = [
      active.phase,
      changes(l10n, active.changeCount),
      retries(l10n, active.retryCount),
      size(active.sizeBytes, language),
      l10n.t("started {0}", age(active.createdAt, language)),
    ];
    parts.push(facts.map(escaped).join(" · "));
    if (active.temporary) {
      parts.push(l10n.t("A temporary session: something was written while no session was active."));
    }
  } else {
    parts.push(`${l10n.t("No session is active.")}${where}`);
  }
  if (drifted.length) {
    parts.push(`$(warning) ${l10n.t("Changed in the folder since: {0}", listed(l10n, drifted))}`);
  }
  if (crashed.length) {
    parts.push(`$(error) ${l10n.t("Cut off and not repaired: {0}", listed(l10n, crashed))}`);
  }
  parts.push("---", actions(l10n, active?.changeCount, crashed.length > 0));
  return parts.join("\n\n");
}

function actions(l10n: L10n, changed: number | undefined, crashed: boolean): string {
  return links(
    ...(crashed ? [[l10n.t("Recover..."), "recover"] as const] : []),
    ...(changed
      ? ([
          [l10n.t("Commit..."), "commit"],
          [l10n.t("Compare All"), "compareAll"],
        ] as const)
      : []),
    ...(changed === undefined ? [[l10n.t("Start..."), "start"] as const] : []),
    [l10n.t("Switch to..."), "switch"],
    [l10n.t("More..."), "menu"],
  );
}

function links(...each: (readonly [string, string])[]): string {
  return each.map(([title, name]) => `[${title}](command:redraft.ui.${name})`).join(" · ");
}

/** The first few names; a long list would fill the screen. */
function listed(l10n: L10n, names: readonly string[]): string {
  const shown = names.slice(0, 5).map(escaped).join(", ");
  return names.length > 5 ? l10n.t("{0} and {1} more", shown, names.length - 5) : shown;
}
