/** A command of the server that takes its time. */
import { randomUUID } from "node:crypto";

import * as vscode from "vscode";
import {
  ExecuteCommandRequest,
  WorkDoneProgress,
  WorkDoneProgressCancelNotification,
  type LanguageClient,
} from "vscode-languageclient/node";

const UNSEEN_MS = 500;

/** Run a command and show how far it is, unless it is done before anybody could read that. */
export async function withProgress(
  client: LanguageClient,
  params: { command: string; arguments: unknown[] },
  title: string,
): Promise<unknown> {
  const token = randomUUID();
  const request = { ...params, workDoneToken: token };
  const answer: Promise<unknown> = client.sendRequest(ExecuteCommandRequest.type, request);
  if (await isSettled(answer, UNSEEN_MS)) {
    return answer;
  }
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, cancellation) => {
    let done = 0;
    const steps = client.onProgress(WorkDoneProgress.type, token, (step) => {
      if (step.kind === "report") {
        const increment = (step.percentage ?? done) - done;
        done += increment;
        progress.report({ increment, ...(step.message ? { message: step.message } : {}) });
      }
    });
    cancellation.onCancellationRequested(() => {
      void client.sendNotification(WorkDoneProgressCancelNotification.type, { token });
    });
    try {
      return await answer;
    } finally {
      steps.dispose();
    }
  });
}

/** Whether an answer, or a failure, has come after some time. */
function isSettled(answer: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const settled = answer.then(
    () => true,
    () => true,
  );
  const late = new Promise<boolean>((resolve) => {
    setTimeout(resolve, milliseconds, false);
  });
  return Promise.race([settled, late]);
}
