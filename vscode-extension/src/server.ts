/** The language server as the rest of the extension sees it: one client, one state, typed calls. */
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type RequestParam,
  type RequestType,
} from "vscode-languageclient/node";

import { filesChanged, sessionChanged, type FileChange, type Snapshot } from "./protocol";
import { withProgress } from "./progress";
import { asFailure, interrupted, isLost, NoServer } from "./refusals";
import { SESSION_SCHEME } from "./uris";
import type { CommandName, Commands } from "./wire";

export { NoServer, RedraftFailure } from "./refusals";

/** `absent`: nothing was started yet; `failed`: it ended, and starting again is up to a person. */
export type ServerState = "absent" | "starting" | "running" | "failed";

/** The program and its arguments; nothing if there is none (the person was told, if asked for). */
export type FindCommand = (how: {
  readonly interactive: boolean;
}) => Promise<readonly string[] | undefined>;

const RESTARTS = 4;
const WITHIN_MS = 3 * 60 * 1000;

export interface Introduction {
  readonly command: readonly string[];
  readonly experimental: unknown;
}

/** A client that leaves it to the server's owner to tell a person what fails. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private starting: { interactive: boolean; client: Promise<LanguageClient> } | undefined;
  /** Counts the starts and stops, so that a start that was overtaken knows it. */
  private turn = 0;
  private closings: number[] = [];
  private current: ServerState = "absent";
  private started: readonly string[] = [];
  private readonly stateEmitter = new vscode.EventEmitter<ServerState>();
  private readonly snapshotEmitter = new vscode.EventEmitter<Snapshot>();
  private readonly doneEmitter = new vscode.EventEmitter<CommandName>();
  private readonly filesEmitter = new vscode.EventEmitter<readonly FileChange[]>();

  readonly onDidChangeState = this.stateEmitter.event;
  readonly onDidChangeSession = this.snapshotEmitter.event;
  /** A command of this window was carried out. */
  readonly onDidCall = this.doneEmitter.event;
  readonly onDidChangeFiles = this.filesEmitter.event;

  constructor(
    private readonly findCommand: FindCommand,
    readonly output: vscode.LogOutputChannel,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** How the server that answers was started, and what it said that it can do beside the protocol. */
  get introduction(): Introduction | undefined {
    const capabilities = this.client?.initializeResult?.capabilities;
    return capabilities && { command: this.started, experimental: capabilities.experimental };
  }

  /**
   * Run a command of the server.
   *
   * @param name the command's id without `redraft.`
   * @param args its arguments
   * @param title shows the progress under this title, with a button to cancel
   * @throws RedraftFailure if the server refuses; NoServer if there is none
   */
  async call<Name extends keyof Commands>(
    name: Name,
    args: Commands[Name]["arguments"],
    title?: string,
  ): Promise<Commands[Name]["result"]> {
    const client = await this.ready({ interactive: true });
    const params = { command: `redraft.${name}`, arguments: [args] };
    try {
      const answer: unknown = title
        ? await withProgress(client, params, title)
        : await client.sendRequest(ExecuteCommandRequest.type, params);
      this.doneEmitter.fire(name);
      // What comes back is checked by the server against the declaration that the type was written from.
      return answer as Commands[Name]["result"];
    } catch (error) {
      throw isLost(error) ? new Error(interrupted()) : asFailure(error, args.root);
    }
  }

  /**
   * Send a request of the file system. It waits for a server that is starting, but asks nobody anything.
   *
   * @param repeatable once more does no harm, so that a server that ends meanwhile is not noticed
   */
  async request<P, R, E>(type: RequestType<P, R, E>, params: P, repeatable = false): Promise<R> {
    const client = await this.ready({ interactive: false });
    try {
      return await client.sendRequest(type, params as RequestParam<P>);
    } catch (error) {
      if (!repeatable || !isLost(error)) {
        throw error;
      }
      await this.replaced(client);
      return this.request(type, params);
    }
  }

  /** Have the server running. `interactive`: set it up first if need be, and tell a person what fails. */
  ready(how: { readonly interactive: boolean }): Promise<LanguageClient> {
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
    const client = this.start(how);
    const starting = { interactive: how.interactive, client };
    this.starting = starting;
    const done = (): void => {
      if (this.starting === starting) {
        this.starting = undefined;
      }
    };
    client.then(done, done);
    return client;
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
    this.stateEmitter.dispose();
    this.snapshotEmitter.dispose();
    this.filesEmitter.dispose();
    this.doneEmitter.dispose();
  }

  /** `again`: the second try, for which the command is looked at more closely. */
  private async start(
    how: { readonly interactive: boolean },
    again = false,
  ): Promise<LanguageClient> {
    this.turn += 1;
    const turn = this.turn;
    const before = this.current;
    this.enter("starting");
    const [program, ...args] = (await this.findCommand(how)) ?? [];
    await this.discard();
    if (turn !== this.turn) {
      throw overtaken();
    }
    if (program === undefined) {
      this.enter(before === "failed" ? "failed" : "absent");
      throw new NoServer(vscode.l10n.t("The language server is not set up."));
    }
    const client = this.create(program, args);
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      if (turn === this.turn && !again) {
        return this.start(how, true);
      }
      if (turn === this.turn) {
        this.fail();
      }
      throw new NoServer(vscode.l10n.t("The language server did not start."));
    }
    if (turn !== this.turn) {
      await client.dispose();
      throw overtaken();
    }
    this.client = client;
    this.started = [program, ...args];
    this.enter("running");
    return client;
  }

  private async discard(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => {
      this.output.debug(String(error)); // It ended by itself: there is nothing to stop any more.
    });
  }

  private create(program: string, args: readonly string[]): LanguageClient {
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: SESSION_SCHEME }],
      outputChannel: this.output,
      initializationOptions: { searchable: true, sidesAsFiles: true },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          this.closed(client);
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
    const client: LanguageClient = new QuietClient(
      "redraft",
      "Redraft",
      { command: program, args: [...args], options: { cwd: cwd() } },
      options,
    );
    client.onNotification(sessionChanged, (snapshot) => {
      this.snapshotEmitter.fire(snapshot);
    });
    client.onNotification(filesChanged, ({ changes }) => {
      this.filesEmitter.fire(changes);
    });
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
      const waiting = this.onDidChangeState(look.bind(this));
      function look(this: Server): void {
        if (this.client !== client || this.current !== "running") {
          waiting.dispose();
          resolve();
        }
      }
      look.call(this);
    });
  }

  private fail(): void {
    this.enter("failed");
    const restart = vscode.l10n.t("Restart");
    const show = vscode.l10n.t("Show Output");
    void vscode.window
      .showErrorMessage(
        vscode.l10n.t("Redraft's language server does not run. Your sessions are safe on disk."),
        restart,
        show,
      )
      .then((choice) => {
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

function cwd(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd();
}

function overtaken(): NoServer {
  return new NoServer(vscode.l10n.t("The language server was restarted meanwhile."));
}
