/** Asks, tells and shows what the server has a person asked, told and shown. */
import * as vscode from "vscode";

import type { Connection } from "./serverConnection";
import { allTabs, inFront, isRecord, uriIn } from "./documents/tabs";
import { ServerError, type Server } from "./server";
import { RETRY_SCHEME } from "./uris";
import * as wire from "./wire";

interface ListButton extends vscode.QuickInputButton {
  readonly at: number;
  readonly button: wire.Button;
}

interface ListRow extends vscode.QuickPickItem {
  readonly row: wire.Row;
}

export class Dialogues {
  private readonly lists = new Map<number, vscode.QuickPick<ListRow>>();

  constructor(private readonly server: Server) {
    server.onDidCreate((connection) => {
      this.serve(connection);
    });
  }

  private serve(connection: Connection): void {
    connection.answer(wire.dialogues.pick, (pick) => this.pick(pick));
    connection.answer(wire.dialogues.input, (input) => this.input(input));
    connection.answer(wire.dialogues.ask, ask);
    connection.answer(wire.dialogues.do, runCommand);
    connection.listen(wire.dialogues.rows, ({ id, rows }) => {
      this.show(id, rows);
    });
    connection.listen(wire.dialogues.working, (working) => {
      this.showProgress(connection, working);
    });
  }

  /** Carry a dialogue out; `args` are what a menu, a lens, a row, a link or a key hands over. */
  async begin(name: string, args: readonly unknown[]): Promise<void> {
    const [first] = args;
    await this.run({
      name,
      root: textIn(first, "root"),
      session: textIn(first, "session"),
      uris: [...new Set(args.flat().flatMap((each) => uriIn(each)?.toString() ?? []))],
      front: inFront()?.toString(),
    });
  }

  private async run(run: wire.Run): Promise<void> {
    try {
      await this.server.ask(wire.dialogues.run, run, { interactive: true });
    } catch (error) {
      if (!(error instanceof ServerError && error.isLost)) {
        throw error;
      }
      void vscode.window.showErrorMessage(
        vscode.l10n.t(
          "The language server ended while it worked, and is started again. Nothing is lost. See what was done, then repeat.",
        ),
      );
    }
  }

  private async pick(pick: wire.Pick): Promise<wire.Picked | null> {
    const { id, rows, placeholder, title, value, completes } = pick;
    const list = vscode.window.createQuickPick<ListRow>();
    Object.assign(list, { placeholder, title, value, items: rows.map(rowOf) });
    list.matchOnDescription = list.matchOnDetail = list.keepScrollPosition = true;
    // The buttons of its rows may ask something, and the list is still wanted after that.
    list.ignoreFocusOut = completes || rows.some(({ buttons }) => buttons.some(({ run }) => run));
    this.lists.set(id, list);
    let preview = Promise.resolve<unknown>(undefined);
    const picked = new Promise<wire.Picked | null>((resolve) => {
      const choose = (row: wire.Row | undefined, button = -1): void => {
        resolve({ key: row?.key ?? "", button, value: list.value });
      };
      list.onDidAccept(() => {
        choose(list.selectedItems[0]?.row);
      });
      list.onDidHide(() => {
        resolve(null);
      });
      list.onDidTriggerItemButton(({ button: pressed, item }) => {
        const { at, button } = pressed as ListButton;
        if (!button.run) {
          choose(item.row, at);
          return;
        }
        void this.run(button.run);
        if (button.hides) {
          list.hide();
        }
      });
      list.onDidChangeActive(([active]) => {
        if (active?.row.preview) {
          preview = preview.then(() => showBeside(active.row.preview));
        }
      });
      if (completes) {
        list.onDidChangeValue((text) => void this.complete(list, { id, text }));
      }
    });
    list.show();
    try {
      return await picked;
    } finally {
      this.lists.delete(id);
      list.dispose();
      await preview;
      await closePreviews();
    }
  }

  private async complete(list: vscode.QuickPick<ListRow>, typed: wire.Typed): Promise<void> {
    const rows = await this.server.ask(wire.dialogues.complete, typed);
    if (list.value === typed.text) {
      list.items = rows.map(rowOf);
    }
  }

  private show(id: number, rows: readonly wire.Row[]): void {
    const list = this.lists.get(id);
    if (list) {
      const key = list.activeItems[0]?.row.key;
      list.items = rows.map(rowOf);
      list.activeItems = list.items.filter(({ row }) => row.key === key);
    }
  }

  private async input(input: wire.Input): Promise<string | null> {
    const { id, title, prompt, value, start, end, placeholder, checks } = input;
    const { Error, Info } = vscode.InputBoxValidationSeverity;
    const validateInput = async (
      text: string,
    ): Promise<vscode.InputBoxValidationMessage | undefined> => {
      const remark = await this.server.ask(wire.dialogues.check, { id, text });
      return remark
        ? { message: remark.message, severity: remark.refused ? Error : Info }
        : undefined;
    };
    const typed = await vscode.window.showInputBox({
      title,
      prompt,
      value,
      valueSelection: [start, end],
      placeHolder: placeholder,
      ignoreFocusOut: true,
      ...(checks ? { validateInput } : {}),
    });
    return typed ?? null;
  }

  /** Show how far the server is, until it is done or gone. */
  private showProgress(connection: Connection, { token, title }: wire.Working): void {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    void vscode.window.withProgress(options, (progress, cancellation) => {
      cancellation.onCancellationRequested(() => {
        connection.cancel(token);
      });
      return new Promise<void>((resolve) => {
        let done = 0;
        const end = (): void => {
          vscode.Disposable.from(gone, steps).dispose();
          resolve();
        };
        const gone = this.server.onDidChangeState(end);
        const steps = connection.follow(
          token,
          ({ percentage = done, message }) => {
            const increment = percentage - done;
            done = percentage;
            progress.report({ increment, ...(message ? { message } : {}) });
          },
          end,
        );
      });
    });
  }
}

async function ask(ask: wire.Ask): Promise<number | null> {
  const { message, severity, modal, detail, buttons, stay } = ask;
  const { showErrorMessage, showInformationMessage, showWarningMessage } = vscode.window;
  const show = {
    information: showInformationMessage,
    warning: showWarningMessage,
    error: showErrorMessage,
  }[severity];
  const items = [...buttons, ...(stay ? [stay] : [])].map((title, at) => ({
    title,
    isCloseAffordance: at === buttons.length,
    at: at < buttons.length ? at : null,
  }));
  return (await show(message, { modal, detail }, ...items))?.at ?? null;
}

async function runCommand({ command, arguments: args }: wire.Do): Promise<unknown> {
  const answer: unknown = await vscode.commands.executeCommand(command, ...args.map(revived));
  return command.startsWith("_redraft.") ? answer : null; // What others give may not go over the wire.
}

/** An argument with the URIs in it as the editor has them. */
function revived(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => revived(each) ?? undefined);
  }
  const uri = textIn(value, "$uri");
  return uri === undefined ? value : vscode.Uri.parse(uri, true);
}

function rowOf(row: wire.Row): ListRow {
  const { label, description, detail, separator, always } = row;
  const { Default, Separator } = vscode.QuickPickItemKind;
  const buttons = row.buttons.map((button, at) => ({
    iconPath: new vscode.ThemeIcon(button.icon),
    tooltip: button.tooltip,
    at,
    button,
  }));
  const kind = separator ? Separator : Default;
  return { row, label, description, detail, kind, buttons, alwaysShow: always };
}

function showBeside(uri: string): Thenable<unknown> {
  return vscode.commands.executeCommand("vscode.open", vscode.Uri.parse(uri, true), {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
    preview: true,
  });
}

/** The tabs that moving through a list opened. */
async function closePreviews(): Promise<void> {
  const previews = allTabs().filter(
    ({ isPreview, input }) => isPreview && uriIn(input)?.scheme === RETRY_SCHEME,
  );
  await vscode.window.tabGroups.close(previews);
}

function textIn(value: unknown, key: string): string | undefined {
  const text = isRecord(value) ? value[key] : undefined;
  return typeof text === "string" ? text : undefined;
}
