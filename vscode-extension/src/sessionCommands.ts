/** The commands of a session's life. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { about, type Target } from "./meant";
import { nameFrom, nameProblem, type NameProblem } from "./naming";
import type { CommandTable, Parts } from "./parts";
import { chosen, pickSession, tell } from "./pickers";
import type { PhaseName } from "./wire";
import { age } from "./words";

const PHASES: readonly PhaseName[] = ["PLAN", "IMPLEMENT", "REVIEW"];

export function sessionCommands(parts: Parts): CommandTable {
  return {
    "redraft.ui.start": (target?: Target) => start(parts, target),
    "redraft.ui.switch": (target?: Target) => switchTo(parts, target),
    "redraft.ui.pause": async (target?: Target) => {
      const args = await about(parts, target);
      const { name } = await parts.server.call("session.pause", args);
      tell(l10n.t("Paused session {0}.", name), l10n.t("Resume"), () =>
        parts.server.call("session.resume", { ...args, session: name }),
      );
    },
    "redraft.ui.resume": (target?: Target) => resume(parts, target),
    "redraft.ui.phase": (target?: Target) => setPhase(parts, target),
  };
}

async function start(parts: Parts, target?: Target): Promise<void> {
  const { server } = parts;
  const { root } = await about(parts, target);
  const { active, sessions } = await server.call("session.list", { root });
  const fromTemporary = sessions.some(({ name, temporary }) => temporary && name === active)
    ? await keepTemporary()
    : false;
  const taken = sessions.map(({ name }) => name);
  const title = fromTemporary ? l10n.t("Name Session") : l10n.t("Start Session");
  const name = chosen(
    await vscode.window.showInputBox({
      title: `${title} (1/2)`,
      prompt: l10n.t("A title or name for the session, such as {0}", "The colder sea"),
      ignoreFocusOut: true,
      validateInput: (typed) => remark(typed, taken),
    }),
  );
  const description = chosen(
    await vscode.window.showInputBox({
      title: `${title} (2/2)`,
      prompt: l10n.t("What the session is for (optional)"),
      ignoreFocusOut: true,
    }),
  );
  await server.call("session.start", { root, name: nameFrom(name), description, fromTemporary });
}

async function keepTemporary(): Promise<boolean> {
  const keep = { label: `$(edit) ${l10n.t("Name the Temporary Session")}`, fromTemporary: true };
  const fresh = { label: `$(add) ${l10n.t("Start Another Session")}`, fromTemporary: false };
  const details = [l10n.t("What is in it stays in it."), l10n.t("The temporary one is paused.")];
  const rows = [keep, fresh].map((row, at) => ({ ...row, detail: details[at] ?? "" }));
  const placeHolder = l10n.t("A temporary session is active");
  return chosen(await vscode.window.showQuickPick(rows, { placeHolder })).fromTemporary;
}

/** What is said below the box while a title is typed. */
function remark(typed: string, taken: readonly string[]): vscode.InputBoxValidationMessage {
  const name = nameFrom(typed);
  const problem = nameProblem(typed, taken);
  const { Error, Info } = vscode.InputBoxValidationSeverity;
  return problem
    ? { message: explained(problem, name), severity: Error }
    : { message: l10n.t("Creates session {0}", name), severity: Info };
}

function explained(problem: NameProblem, name: string): string {
  switch (problem) {
    case "empty":
      return l10n.t("Type a title or a name.");
    case "letters":
      return l10n.t("Use some Latin letters or digits: the name becomes a folder's name.");
    case "long":
      return l10n.t("Too long by {0}: a name has at most 64 characters.", name.length - 64);
    case "reserved":
      return l10n.t("{0} is reserved. Choose another name.", name);
    case "taken":
      return l10n.t("A session {0} already exists. Choose another name.", name);
  }
}

async function switchTo(parts: Parts, target?: Target): Promise<void> {
  const { root } = await about(parts, target);
  const { summary, ended } = await pickSession(parts, root);
  const session = summary?.name;
  if (summary === undefined) {
    await start(parts, { root });
  } else if (ended) {
    await vscode.commands.executeCommand("redraft.ui.undo", { root, session });
  } else if (summary.status === "CRASHED") {
    await vscode.commands.executeCommand("redraft.ui.recover", { root, session });
  } else {
    await parts.server.call("session.switch", { root, name: summary.name });
  }
}

async function resume(parts: Parts, target?: Target): Promise<void> {
  const { root, session } = await about(parts, target);
  const { sessions } = await parts.server.call("session.list", { root });
  const rows = sessions
    .filter(({ status }) => status === "INACTIVE")
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt))
    .map(({ name, description, updatedAt }) => ({
      label: name,
      description: age(updatedAt, vscode.env.language),
      detail: description,
    }));
  const placeHolder = l10n.t("Select the session to resume");
  const name =
    session ??
    (rows.length > 1
      ? chosen(await vscode.window.showQuickPick(rows, { placeHolder })).label
      : rows[0]?.label);
  // Without any the server says so, and what to do instead.
  const resumed = await parts.server.call("session.resume", { root, session: name });
  const tasks = resumed.resume.currentTasks.join(", ");
  tell(l10n.t("Resumed {0} in phase {1}.", resumed.name, resumed.phase) + (tasks && ` ${tasks}`));
}

async function setPhase(parts: Parts, target?: Target): Promise<void> {
  const args = await about(parts, target);
  const session = await parts.server.call("session.status", args);
  const title = l10n.t("Set Phase of {0}", session.name);
  const rows = PHASES.map((label) => ({
    label,
    description: label === session.phase ? l10n.t("current") : "",
  }));
  const placeHolder = l10n.t("A checkpoint is saved with every change of phase");
  const row = chosen(await vscode.window.showQuickPick(rows, { title, placeHolder }));
  const prompt = l10n.t("What is worked on now, separated by commas (optional)");
  const value = session.currentTasks.join(", ");
  const tasks = chosen(await vscode.window.showInputBox({ title, prompt, value }));
  const currentTasks = tasks.split(",").flatMap((task) => task.trim() || []);
  await parts.server.call("session.phase", { ...args, phase: row.label, currentTasks });
}
