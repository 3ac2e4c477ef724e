/** The language server as the rest of the extension sees it: one connection, one state, typed requests. */
import * as vscode from "vscode";

import type { Connection, Failure } from "./serverConnection";
import type { RequestType } from "./messages";

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

/** The server did not do what it was asked for; `isLost`: it ended, and may have done it. */
export class ServerError extends Error {
  readonly isLost: boolean;
  readonly data: unknown;

  constructor({ message, isLost, data }: Failure) {
    super(message);
    this.isLost = isLost;
    this.data = data;
  }
}

const RESTARTS = 4;
const WITHIN_MS = 3 * 60 * 1000;

export class Server implements vscode.Disposable {
  private connection: Connection | undefined;
  private starting: (How & { readonly connection: Promise<Connection> }) | undefined;
  /** Counts the starts and stops, so that a start that was overtaken knows it. */
  private turn = 0;
  private closings: number[] = [];
  private current: ServerState = "absent";
  private readonly stateEmitter = new vscode.EventEmitter<ServerState>();
  private readonly createdEmitter = new vscode.EventEmitter<Connection>();

  readonly onDidChangeState = this.stateEmitter.event;
  /** A connection was made, and is about to start: who listens to it begins now. */
  readonly onDidCreate = this.createdEmitter.event;

  constructor(
    private readonly findCommand: FindCommand,
    readonly output: vscode.LogOutputChannel,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  /** What the server said that it can do beside the protocol. */
  get experimental(): unknown {
    return this.connection?.experimental;
  }

  /**
   * Send a request.
   *
   * @param how.repeatable once more does no harm, so that a server that ends meanwhile is not noticed
   * @throws NoServer if there is none
   * @throws ServerError if it refused, or ended meanwhile
   */
  async ask<P, R>(
    type: RequestType<P, R>,
    params: P,
    how: Partial<How> & { readonly repeatable?: boolean } = {},
  ): Promise<R> {
    const connection = await this.ready({ interactive: how.interactive ?? false });
    try {
      return await connection.ask(type, params);
    } catch (error) {
      const failure = connection.explain(error);
      if (!how.repeatable || !failure?.isLost) {
        throw failure ? new ServerError(failure) : error;
      }
      await this.replaced(connection);
      return this.ask(type, params);
    }
  }

  /** Have the server running. */
  ready(how: How): Promise<Connection> {
    if (this.connection && this.current === "running") {
      return Promise.resolve(this.connection);
    }
    if (this.starting) {
      const { connection, interactive } = this.starting;
      // A start that may not ask may fail where one that may does not.
      return interactive || !how.interactive ? connection : connection.catch(() => this.ready(how));
    }
    if (this.current === "failed" && !how.interactive) {
      return Promise.reject(new NoServer(vscode.l10n.t("The language server is not running.")));
    }
    const starting = { ...how, connection: this.start(how) };
    this.starting = starting;
    const done = (): void => {
      if (this.starting === starting) {
        this.starting = undefined;
      }
    };
    starting.connection.then(done, done);
    return starting.connection;
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
    vscode.Disposable.from(this.stateEmitter, this.createdEmitter).dispose();
  }

  /** `again`: the second try, for which the command is looked at more closely. */
  private async start(how: How, again = false): Promise<Connection> {
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
    const connection = await this.create(program, args);
    this.check(turn);
    try {
      await connection.start();
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
      await connection.dispose();
    }
    this.check(turn);
    this.connection = connection;
    this.enter("running");
    return connection;
  }

  /** @throws NoServer if another start or a stop came after this one */
  private check(turn: number): void {
    if (turn !== this.turn) {
      throw new NoServer(vscode.l10n.t("The language server was restarted meanwhile."));
    }
  }

  private async discard(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    await connection?.dispose().catch((error: unknown) => {
      this.output.debug(String(error)); // It ended by itself: there is nothing to stop any more.
    });
  }

  private async create(command: string, args: string[]): Promise<Connection> {
    const { Connection: Made } = await import("./serverConnection");
    const connection: Connection = new Made(command, args, this.output, () => {
      this.closed(connection);
    });
    this.createdEmitter.fire(connection);
    return connection;
  }

  /** A server that ends by itself is started again, by a new connection, unless it keeps ending. */
  private closed(connection: Connection): void {
    if (this.connection !== connection || this.current !== "running") {
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

  /** Waits until a connection that lost its server is known to have. */
  private replaced(connection: Connection): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.connection !== connection || this.current !== "running") {
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
