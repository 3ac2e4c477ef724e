/**
 * The editor's language client, behind what the extension needs of it.
 *
 * The client is nine tenths of the bundle. It is a file of its own, which is read once there is a server to talk to, so
 * that it costs the start of a window nothing.
 */
import * as vscode from "vscode";
import {
  CloseAction,
  ConnectionError,
  ErrorAction,
  ErrorCodes,
  LanguageClient,
  ResponseError,
  WorkDoneProgress,
  WorkDoneProgressCancelNotification,
  type GenericRequestHandler,
  type RequestParam,
} from "vscode-languageclient/node";

import type { NotificationType, RequestType } from "./messages";
import { SESSION_SCHEME } from "./uris";

/** What a request failed of. */
export interface Failure {
  readonly message: string;
  /** The server is gone: whether it did what was asked is not known. */
  readonly isLost: boolean;
  readonly data: unknown;
}

/** A step of something that takes a while. */
export interface Step {
  readonly percentage?: number;
  readonly message?: string;
}

/** A client that leaves it to the server's owner to tell a person what fails. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Connection {
  private readonly client: LanguageClient;

  /** @param closed called when the server ends, asked to or not */
  constructor(
    command: string,
    args: string[],
    outputChannel: vscode.LogOutputChannel,
    closed: () => void,
  ) {
    const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd();
    this.client = new QuietClient(
      "redraft",
      "Redraft",
      { command, args, options: { cwd } },
      {
        documentSelector: [{ scheme: SESSION_SCHEME }],
        outputChannel,
        initializationOptions: {
          searchable: true,
          shownState: true,
          sidesAsFiles: true,
          l10n: vscode.l10n.bundle ?? {},
        },
        initializationFailedHandler: () => false,
        errorHandler: {
          error: () => ({ action: ErrorAction.Continue, handled: true }),
          closed: () => {
            closed();
            return { action: CloseAction.DoNotRestart, handled: true };
          },
        },
      },
    );
  }

  /** What the server said that it can do beside the protocol. */
  get experimental(): unknown {
    const said: unknown = this.client.initializeResult?.capabilities.experimental;
    return said;
  }

  start(): Promise<void> {
    return this.client.start();
  }

  dispose(): Promise<void> {
    return this.client.dispose();
  }

  ask<P, R>({ method }: RequestType<P, R>, params: P): Promise<R> {
    return this.client.sendRequest<R>(method, params as RequestParam<P>);
  }

  /** What a request failed of; nothing if it was not the server. */
  explain(error: unknown): Failure | undefined {
    const { MessageWriteError, ConnectionInactive } = ErrorCodes;
    if (error instanceof ConnectionError) {
      return { message: error.message, isLost: true, data: undefined };
    }
    if (error instanceof ResponseError) {
      const { code, message, data } = error as ResponseError<unknown>;
      return { message, isLost: code >= MessageWriteError && code <= ConnectionInactive, data };
    }
    return undefined;
  }

  answer<P, R>({ method }: RequestType<P, R>, handle: (params: P) => R | Promise<R>): void {
    this.client.onRequest(method, handle as GenericRequestHandler<R, void>);
  }

  listen<P>({ method }: NotificationType<P>, handle: (params: P) => void): void {
    this.client.onNotification(method, handle);
  }

  /** Hear of each step of something, and of its end. */
  follow(token: string | number, step: (step: Step) => void, end: () => void): vscode.Disposable {
    return this.client.onProgress(WorkDoneProgress.type, token, (said) => {
      if (said.kind === "end") {
        end();
      } else {
        step(said);
      }
    });
  }

  cancel(token: string | number): void {
    void this.client.sendNotification(WorkDoneProgressCancelNotification.type, { token });
  }
}
