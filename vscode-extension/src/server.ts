/** The language server as the rest of the extension sees it: one client, one state, typed requests. */
import * as vscode from "vscode";
import {
  CloseAction,
  ConnectionError,
  ErrorAction,
  ErrorCodes,
  LanguageClient,
  ResponseError,
  type RequestParam,
  type RequestType,
} from "vscode-languageclient/node";

import { SESSION_SCHEME } from "./uris";

/** `absent`: nothing was started yet; `failed`: it ended, and starting again is up to a person. */
export type ServerState = "absent" | "starting" | "running" | "failed";

/** Whether a person waits: then the server is set up first if need be, and what fails is told. */
export interface How {
  readonly interactive: boolean;
}

/** The program and its arguments; nothing if there is none (the person was told, if asked for). */
export type FindCommand = (how: How) => Promise<readonly string[] | undefined>;

/** There is no server to ask. A person who asked for something has been told why already. */
export class NoServer extends Error {}

const RESTARTS = 4;
const WITHIN_MS = 3 * 60 * 1000;

/** A client that leaves it to the server's owner to tell a person what fails. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private starting: (How & { readonly client: Promise<LanguageClient> }) | undefined;
  /** Counts the starts and stops, so that a start that was overtaken knows it. */
  private turn = 0;
  private closings: number[] = [];
  private current: ServerState = "absent";
  private readonly stateEmitter = new vscode.EventEmitter<ServerState>();
  private readonly clientEmitter = new vscode.EventEmitter<LanguageClient>();

  readonly onDidChangeState = this.stateEmitter.event;
  /** A client was made, and is about to start: who listens to it begins now. */
  readonly onDidCreate = this.clientEmitter.event;

  constructor(
    private readonly findCommand: FindCommand,
    readonly output: vscode.LogOutputChannel,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** What the server said that it can do beside the protocol. */
  get experimental(): unknown {
    const said: unknown = this.client?.initializeResult?.capabilities.experimental;
    return said;
  }

  /**
   * Send a request.
   *
   * @param how.repeatable once more does no harm, so that a server that ends meanwhile is not noticed
   * @throws NoServer if there is none
   */
  async ask<P, R, E>(
    type: RequestType<P, R, E>,
    params: P,
    how: Partial<How> & { readonly repeatable?: boolean } = {},
  ): Promise<R> {
    const client = await this.ready({ interactive: how.interactive ?? false });
    try {
      return await client.sendRequest(type, params as RequestParam<P>);
    } catch (error) {
      if (!how.repeatable || !isLost(error)) {
        throw error;
      }
      await this.replaced(client);
      return this.ask(type, params);
    }
  }

  /** Have the server running. */
  ready(how: How): Promise<LanguageClient> {
    if (this.client && this.current === "running") {
      return Promise.resolve(this.client);
    }
    if (this.starting) {
      const { client, interactive } = this.starting;
      // A start that may not ask may fail where one that may does not.
      return interactive || !how.interactive ? client : client.catch(() => this.ready(how));
    }
    if (this.current === "failed" && !how.interactive) {
      return Promise.reject(new NoServer(vscode.l10n.t("The language server is not running.")));
    }
    const starting = { ...how, client: this.start(how) };
    this.starting = starting;
    const done = (): void => {
      if (this.starting === starting) {
        this.starting = undefined;
      }
    };
    starting.client.then(done, done);
    return starting.client;
  }

  async restart(): Promise<void> {
    this.closings = [];
    await this.stop();
    await this.ready({ interactive: true });
  }

  async stop(): Promise<void> {
    this.turn += 1;
    this.starting = undefined;
    this.enter("absent");
    await this.discard();
  }

  dispose(): void {
    vscode.Disposable.from(this.stateEmitter, this.clientEmitter).dispose();
  }

  /** `again`: the second try, for which the command is looked at more closely. */
  private async start(how: How, again = false): Promise<LanguageClient> {
    this.turn += 1;
    const turn = this.turn;
    const before = this.current;
    this.enter("starting");
    const [program, ...args] = (await this.findCommand(how)) ?? [];
    await this.discard();
    this.check(turn);
    if (program === undefined) {
      this.enter(before === "failed" ? "failed" : "absent");
      throw new NoServer(vscode.l10n.t("The language server is not set up."));
    }
    const client = this.create(program, args);
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      this.check(turn);
      if (!again) {
        return this.start(how, true);
      }
      this.fail();
      throw new NoServer(vscode.l10n.t("The language server did not start."));
    }
    if (turn !== this.turn) {
      await client.dispose();
    }
    this.check(turn);
    this.client = client;
    this.enter("running");
    return client;
  }

  /** @throws NoServer if another start or a stop came after this one */
  private check(turn: number): void {
    if (turn !== this.turn) {
      throw new NoServer(vscode.l10n.t("The language server was restarted meanwhile."));
    }
  }

  private async discard(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => {
      this.output.debug(String(error)); // It ended by itself: there is nothing to stop any more.
    });
  }

  private create(command: string, args: string[]): LanguageClient {
    const cwd = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd();
    const client: LanguageClient = new QuietClient(
      "redraft",
      "Redraft",
      { command, args, options: { cwd } },
      {
        documentSelector: [{ scheme: SESSION_SCHEME }],
        outputChannel: this.output,
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
            this.closed(client);
            return { action: CloseAction.DoNotRestart, handled: true };
          },
        },
      },
    );
    this.clientEmitter.fire(client);
    return client;
  }

  /** A server that ends by itself is started again, by a new client, unless it keeps ending. */
  private closed(client: LanguageClient): void {
    if (this.client !== client || this.current !== "running") {
      return;
    }
    const now = Date.now();
    this.closings = [...this.closings.filter((then) => now - then < WITHIN_MS), now];
    this.output.warn(`The language server ended unexpectedly (${this.closings.length}).`);
    if (this.closings.length > RESTARTS) {
      this.fail();
      return;
    }
    this.enter("starting");
    this.ready({ interactive: false }).catch((error: unknown) => {
      this.output.error(String(error));
    });
  }

  /** Waits until a client that lost its server is known to have. */
  private replaced(client: LanguageClient): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.client !== client || this.current !== "running") {
          waiting.dispose();
          resolve();
        }
      };
      const waiting = this.onDidChangeState(look);
      look();
    });
  }

  private fail(): void {
    this.enter("failed");
    const restart = vscode.l10n.t("Restart");
    const show = vscode.l10n.t("Show Output");
    const gone = vscode.l10n.t(
      "Redraft's language server does not run. Your sessions are safe on disk.",
    );
    void vscode.window.showErrorMessage(gone, restart, show).then((choice) => {
      if (choice === restart) {
        void vscode.commands.executeCommand("redraft.ui.restartServer");
      } else if (choice === show) {
        this.output.show();
      }
    });
  }

  private enter(state: ServerState): void {
    if (state !== this.current) {
      this.current = state;
      this.stateEmitter.fire(state);
    }
  }
}

/** Whether a request failed because the server is gone: what it did before is not known. */
export function isLost(error: unknown): boolean {
  const { MessageWriteError, ConnectionInactive } = ErrorCodes;
  return (
    error instanceof ConnectionError ||
    (error instanceof ResponseError &&
      error.code >= MessageWriteError &&
      error.code <= ConnectionInactive)
  );
}
