/** Which program runs the language server. */
import * as vscode from "vscode";

export function findCommand(): Promise<readonly string[] | undefined> {
  const own = vscode.workspace.getConfiguration("redraft").get<string[]>("server.command", []);
  return Promise.resolve(own.length > 0 ? own : undefined);
}
