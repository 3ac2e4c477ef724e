/** First use: which program runs the language server, and the private environment made for it. */
import * as vscode from "vscode";

import { type Environment, environmentOf, isSound, isThere } from "./python/environment";
import { type Work, makeEnvironment, markUsed, removeUnused } from "./python/environment";
import { findPython } from "./python/find";
import { SetupFailure, failureOf } from "./python/setupFailure";
import type { FindCommand } from "./server";
import { tellSetupFailure } from "./setupMessages";

/** The part of the Python extension's interface that is used here. */
interface PythonExtension {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): unknown;
    resolveEnvironment(
      path: unknown,
    ): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

const PYTHON_EXTENSION_MS = 10_000;

/** Gives the command that runs the server: the person's own, or the one in the private environment. */
export function createFindCommand(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
): FindCommand {
  const closing = new AbortController();
  const log = (line: string): void => {
    output.info(line);
  };
  context.subscriptions.push({
    dispose: () => {
      closing.abort();
    },
  });
  let asked = false;

  return async ({ interactive }) => {
    const own = vscode.workspace.getConfiguration("redraft").get<string[]>("server.command", []);
    if (own.length > 0) {
      return own;
    }
    const work: Work = { env: process.env, signal: closing.signal, log };
    try {
      const wheels = context.asAbsolutePath("server");
      const environment = await environmentOf(wheels, context.globalStorageUri.fsPath);
      // Who asks again had a server that did not last: then the environment itself is in doubt.
      const there = await isThere(environment);
      const usable = there && (!asked || (await isSound(environment, work)));
      asked = true;
      if (!usable) {
        if (!interactive && !(await someFolderHasSessions())) {
          return undefined;
        }
        await setUp(environment, work);
      }
      await markUsed(environment);
      return [environment.python, "-I", "-X", "utf8", "-m", "redraft", "lsp"];
    } catch (error) {
      const failure = error instanceof SetupFailure ? error : failureOf([String(error)]);
      void tellSetupFailure(failure, output);
      return undefined;
    }
  };
}

async function setUp(environment: Environment, work: Work): Promise<void> {
  const title = vscode.l10n.t("Setting up Redraft");
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (progress, cancellation) => {
    const controller = new AbortController();
    cancellation.onCancellationRequested(() => {
      controller.abort();
    });
    const log = (line: string): void => {
      work.log(line);
      const message = progressOf(line);
      if (message !== undefined) {
        progress.report({ message });
      }
    };
    const signal = AbortSignal.any([work.signal, controller.signal]);
    const watched: Work = { ...work, signal, log };
    progress.report({ message: vscode.l10n.t("looking for Python...") });
    const configuration = vscode.workspace.getConfiguration("redraft");
    const setting = configuration.get<string>("server.python", "").trim();
    const python = await findPython({ ...watched, setting, extensionsChoice });
    progress.report({
      message: vscode.l10n.t("making an environment with Python {0}...", python.version),
    });
    await makeEnvironment(environment, python.executable, watched);
    await removeUnused(environment);
  });
}

/** What a line of pip means to a person who waits. */
function progressOf(line: string): string | undefined {
  const collected = /^Collecting ([\w.-]+)/.exec(line)?.[1];
  if (collected !== undefined) {
    return vscode.l10n.t("getting {0}...", collected);
  }
  return line.startsWith("Installing collected packages")
    ? vscode.l10n.t("installing the language server...")
    : undefined;
}

async function someFolderHasSessions(): Promise<boolean> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const looks = folders.map(({ uri }) =>
    vscode.workspace.fs.stat(vscode.Uri.joinPath(uri, ".workflow")).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(looks)).includes(true);
}

/** The interpreter chosen in the Python extension; nothing if it is absent, slow or changed. */
async function extensionsChoice(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  if (extension === undefined) {
    return undefined;
  }
  const choice = async (): Promise<string | undefined> => {
    const { environments } = await extension.activate();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const path = environments.getActiveEnvironmentPath(folder);
    return (await environments.resolveEnvironment(path))?.executable.uri?.fsPath;
  };
  const patience = new Promise<undefined>((resolve) => {
    setTimeout(resolve, PYTHON_EXTENSION_MS, undefined).unref();
  });
  return Promise.race([choice().catch(() => undefined), patience]);
}
