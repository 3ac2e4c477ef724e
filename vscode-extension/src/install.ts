/** First use: which program runs the language server, and the private environment made for it. */
import { createHash } from "node:crypto";
import { access, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

import * as vscode from "vscode";
import { l10n } from "vscode";

import { candidatesOf, setUpWith, SetupFailure, worst, type Told } from "./python";
import type { FindCommand } from "./server";
import { tellSetupFailure } from "./setupMessages";

interface Environment {
  readonly folder: string;
  readonly python: string;
  readonly wheel: string;
}

const PYTHON_EXTENSION_MS = 10_000;

/** Gives the command that runs the server: the person's own, or the one in the private environment. */
export function createFindCommand(
  context: vscode.ExtensionContext,
  output: vscode.LogOutputChannel,
): FindCommand {
  const closing = new AbortController();
  let used: string | undefined;
  let asked = false;
  context.subscriptions.push({
    dispose: () => {
      closing.abort();
      void (used && rm(used, { force: true }));
    },
  });

  return async ({ interactive }) => {
    const own = vscode.workspace.getConfiguration("redraft").get<string[]>("server.command", []);
    if (own.length > 0) {
      return own;
    }
    try {
      const storage = context.globalStorageUri.fsPath;
      const environment = await environmentOf(context.asAbsolutePath("server"), storage);
      // Who asks again had a server that did not last: then the environment itself is in doubt.
      const usable = !asked && (await isThere(environment.python));
      asked = true;
      if (!usable) {
        if (!interactive && !(await isThere(environment.python)) && !(await hasSessions())) {
          return undefined;
        }
        await setUp(environment, closing.signal, output);
      }
      const users = join(environment.folder, ".used-by");
      used = join(users, `${hostname()}~${process.pid}`);
      await mkdir(users, { recursive: true });
      await writeFile(used, ""); // So that no other window removes it.
      return [environment.python, "-I", "-X", "utf8", "-m", "redraft", "lsp"];
    } catch (error) {
      const failure =
        error instanceof SetupFailure ? error : new SetupFailure("other", String(error));
      void tellSetupFailure(failure, output);
      return undefined;
    }
  };
}

/** Where the environment of the one wheel in a folder belongs, named by its version and content. */
async function environmentOf(wheels: string, storage: string): Promise<Environment> {
  const name = (await readdir(wheels)).find((each) => each.endsWith(".whl")) ?? "no wheel";
  const wheel = join(wheels, name);
  const digest = createHash("sha256")
    .update(await readFile(wheel))
    .digest("hex");
  const version = name.split("-")[1] ?? "";
  const folder = join(storage, "environments", `${version}-${digest.slice(0, 12)}`);
  const inner = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return { folder, python: join(folder, ...inner), wheel };
}

/** Have the server's own set-up make the environment, by the first Python that can. */
async function setUp(
  { folder, wheel }: Environment,
  closing: AbortSignal,
  output: vscode.LogOutputChannel,
): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const title = l10n.t("Setting up Redraft");
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (progress, cancellation) => {
    const controller = new AbortController();
    cancellation.onCancellationRequested(() => {
      controller.abort();
    });
    const signal = AbortSignal.any([closing, controller.signal]);
    const onTold = (told: Told): void => {
      const message = told.doing && said(told);
      if (message) {
        progress.report({ message });
      } else if (told.log !== undefined) {
        output.info(told.log);
      }
    };
    progress.report({ message: l10n.t("looking for Python...") });
    const configuration = vscode.workspace.getConfiguration("redraft");
    const setting = configuration.get<string>("server.python", "").trim();
    const choice = setting === "" ? await extensionsChoice() : undefined;
    const failures: SetupFailure[] = [];
    for (const candidate of candidatesOf(setting, choice)) {
      const failure = await setUpWith(candidate, wheel, folder, { signal, onTold });
      if (!failure) {
        return;
      }
      failures.push(failure);
      if (!failure.isOfPython) {
        break;
      }
    }
    throw worst(failures, setting);
  });
}

/** The interpreter chosen in the Python extension; nothing if it is absent or slow. */
function extensionsChoice(): Promise<string | undefined> {
  const workspaceFolder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const patience = new Promise<undefined>((resolve) => {
    setTimeout(resolve, PYTHON_EXTENSION_MS, undefined).unref();
  });
  const choice = vscode.commands
    .executeCommand<string | undefined>("python.interpreterPath", { workspaceFolder })
    .then(undefined, () => undefined);
  return Promise.race([choice, patience]);
}

function said({ doing, what = "" }: Told): string | undefined {
  return {
    making: l10n.t("making an environment with Python {0}...", what),
    getting: l10n.t("getting {0}...", what),
    installing: l10n.t("installing the language server..."),
  }[doing ?? ""];
}

async function hasSessions(): Promise<boolean> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = folders.map(({ uri }) => isThere(join(uri.fsPath, ".workflow")));
  return (await Promise.all(found)).includes(true);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
