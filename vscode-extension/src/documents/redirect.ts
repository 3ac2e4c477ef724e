/** Leads from a global document to the session's, in the same place of the window and of the text. */
import * as vscode from "vscode";

import type { Sessions } from "../state";
import { isSessionDocument } from "../uris";
import { nearestLine } from "./lines";
import { sessionUri } from "./places";
import { closeClean, nameOf, replaceTab, shownIn, tabOf, textEditorOf, type Shown } from "./tabs";
import { Travel, type Step, type Stop } from "./travel";

const NOWHERE: Stop = { kind: "other", id: "" };
const COMMANDS: Readonly<Record<Step, string>> = {
  back: "workbench.action.navigateBack",
  forward: "workbench.action.navigateForward",
};

export class Redirect implements vscode.Disposable {
  private readonly travel = new Travel();
  private front: Stop = NOWHERE;
  private settling = false;
  private active = "";
  /** Global documents that are to be left alone, because a person said so or was told so. */
  private readonly staying = new Set<string>();
  /** Lines at which global texts were left: who arrives there was not led there by a search. */
  private readonly leftAt = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly sessions: Sessions) {
    const look = (): void => {
      this.look();
    };
    this.subscriptions = [
      vscode.window.tabGroups.onDidChangeTabs(look),
      vscode.window.tabGroups.onDidChangeTabGroups(look),
      sessions.onDidChange(() => {
        this.sessionsChanged();
      }),
    ];
    this.sessionsChanged();
  }

  /** Leave a global document as it is, as long as no other session becomes active. */
  leaveAlone(file: vscode.Uri): void {
    this.staying.add(file.toString());
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private sessionsChanged(): void {
    const roots = this.sessions.all();
    const active = roots.map(({ snapshot }) => snapshot?.active?.name ?? "").join("/");
    if (active === this.active) {
      return;
    }
    this.active = active;
    this.staying.clear();
    this.tellUnsaved(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs));
    this.front = NOWHERE;
    this.look();
    for (const group of vscode.window.tabGroups.all) {
      if (!group.isActive && group.activeTab && this.twin(group.activeTab)) {
        void this.lead(group.activeTab);
      }
    }
  }

  /** See what is in front, and whether that is a global document on its way to a session's. */
  private look(): void {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    const now = this.stopAt(tab);
    if (now.kind === this.front.kind && now.id === this.front.id) {
      return;
    }
    const twin = now.kind === "global" ? this.twin(tab) : undefined;
    const known =
      twin !== undefined && tab !== undefined && tabOf(tab.group, twin.uri) !== undefined;
    this.travel.arrive(this.front, now, known);
    this.front = now;
    if (twin && tab) {
      void this.settle(tab, twin, known);
    } else if (tab) {
      this.tellUnsaved([tab]);
      void this.ask(tab);
    }
  }

  private stopAt(tab: vscode.Tab | undefined): Stop {
    const shown = shownIn(tab);
    if (!tab || !shown) {
      return NOWHERE;
    }
    const column = ` ${tab.group.viewColumn}`;
    if (isSessionDocument(shown.uri)) {
      return { kind: "session", id: shown.uri.toString() + column };
    }
    const twin = this.twin(tab);
    return twin
      ? { kind: "global", id: twin.uri.toString() + column }
      : { kind: "other", id: shown.uri.toString() + column };
  }

  private async settle(tab: vscode.Tab, twin: Shown, known: boolean): Promise<void> {
    if (this.settling) {
      return;
    }
    this.settling = true;
    try {
      if (known) {
        await this.notice(tab);
      } else if (twin.viewType === undefined) {
        void vscode.workspace.openTextDocument(twin.uri).then(undefined, () => undefined);
      }
      for (let step = this.travel.next(); step; step = this.travel.next()) {
        await this.go(step);
      }
      await this.leadWhatIsInFront();
    } finally {
      this.settling = false;
    }
  }

  /** A place in the text where nobody was before is one that a person asked for. */
  private async notice(tab: vscode.Tab): Promise<void> {
    const editor = await textEditorOf(tab);
    if (editor && tab.isActive && !this.wasLeftAt(editor)) {
      this.travel.stop();
    }
  }

  private async go(step: Step): Promise<void> {
    const before = this.front;
    await vscode.commands.executeCommand(COMMANDS[step]);
    this.look();
    if (this.front === before && before.kind === "global") {
      this.travel.stop();
      if (step === "back") {
        await vscode.commands.executeCommand(COMMANDS.forward); // The history begins here.
        this.look();
      }
    }
  }

  private async leadWhatIsInFront(): Promise<void> {
    for (let round = 0; round < 5; round += 1) {
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      if (!tab || !this.twin(tab) || !(await this.lead(tab))) {
        break;
      }
      this.look();
    }
    for (const group of vscode.window.tabGroups.all) {
      await this.tidy(group);
    }
  }

  /** Close what was left on the way: global documents whose session document is open beside them. */
  private async tidy(group: vscode.TabGroup): Promise<void> {
    for (const tab of group.tabs) {
      const twin = tab.isActive || tab.isPinned ? undefined : this.twin(tab);
      if (twin && tabOf(group, twin.uri)) {
        await closeClean(tab);
      }
    }
  }

  /** Show the session's document in the place of a tab. Whether that could be done. */
  private async lead(tab: vscode.Tab): Promise<boolean> {
    const twin = this.twin(tab);
    const file = shownIn(tab)?.uri;
    if (!twin || !file) {
      return false;
    }
    try {
      await vscode.workspace.fs.stat(twin.uri);
      const selection = await this.place(tab, twin.uri);
      if (tab.isActive) {
        await replaceTab(tab, twin, selection);
      }
      return true;
    } catch (error) {
      this.leaveAlone(file);
      this.tellWhyNot(error, twin.uri);
      return false;
    }
  }

  /** Where in the session's text the cursor belongs; nothing if it is to stay where it is. */
  private async place(tab: vscode.Tab, twin: vscode.Uri): Promise<vscode.Range | undefined> {
    const editor = await textEditorOf(tab);
    if (!editor) {
      return undefined;
    }
    const { selection, document } = editor;
    const wanted = !this.wasLeftAt(editor);
    this.leaveAt(editor);
    if (!wanted) {
      return undefined;
    }
    const there = await vscode.workspace.openTextDocument(twin);
    const lines = there.getText().split(/\r\n|\r|\n/);
    const line = nearestLine(
      lines,
      document.lineAt(selection.start.line).text,
      selection.start.line,
    );
    const moved = line - selection.start.line;
    return there.validateRange(
      new vscode.Range(
        selection.start.translate(moved),
        selection.end.translate(Math.max(moved, -selection.end.line)),
      ),
    );
  }

  /** Arriving at a line's start without a selection is what the editor does by itself. */
  private wasLeftAt({ document, selection }: vscode.TextEditor): boolean {
    const { line, character } = selection.start;
    const start = selection.isEmpty && character === 0;
    return start && (line === 0 || this.leftAt.has(`${document.uri.toString()}#${line}`));
  }

  private leaveAt(editor: vscode.TextEditor): void {
    const { line } = editor.selection.start;
    editor.selection = new vscode.Selection(line, 0, line, 0);
    this.leftAt.add(`${editor.document.uri.toString()}#${line}`);
  }

  private twin(tab: vscode.Tab | undefined): Shown | undefined {
    const shown = shownIn(tab);
    if (!shown || !tab || tab.isDirty || this.redirect(shown.uri) !== "always") {
      return undefined;
    }
    const left = shown.uri.scheme !== "file" || this.staying.has(shown.uri.toString());
    const uri = left ? undefined : sessionUri(this.sessions, shown.uri);
    return uri && { uri, viewType: shown.viewType };
  }

  private redirect(file: vscode.Uri): string {
    return vscode.workspace.getConfiguration("redraft", file).get("redirect", "always");
  }

  private tellUnsaved(tabs: readonly vscode.Tab[]): void {
    const files = tabs.flatMap((tab) => (tab.isDirty ? (shownIn(tab)?.uri ?? []) : []));
    const told = files.filter(
      (file) =>
        file.scheme === "file" &&
        sessionUri(this.sessions, file) &&
        !this.staying.has(file.toString()) &&
        this.redirect(file) !== "never",
    );
    if (told.length === 0) {
      return;
    }
    told.forEach((file) => {
      this.leaveAlone(file);
    });
    const names = told.map(nameOf).join(", ");
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        "Still open outside the session, because of unsaved text: {0}. Save it, then run Session: Open in Session.",
        names,
      ),
    );
  }

  private tellWhyNot(error: unknown, twin: vscode.Uri): void {
    const gone = error instanceof vscode.FileSystemError && error.code === "FileNotFound";
    const name = nameOf(twin);
    void vscode.window.showInformationMessage(
      gone
        ? vscode.l10n.t(
            "{0} is deleted in the session {1}. This is the global version.",
            name,
            twin.authority,
          )
        : vscode.l10n.t(
            "{0} could not be opened in the session {1}. This is the global version.",
            name,
            twin.authority,
          ),
    );
  }

  private async ask(tab: vscode.Tab): Promise<void> {
    const shown = shownIn(tab);
    const uri = shown?.uri.scheme === "file" ? sessionUri(this.sessions, shown.uri) : undefined;
    if (
      !shown ||
      !uri ||
      this.redirect(shown.uri) !== "ask" ||
      this.staying.has(shown.uri.toString())
    ) {
      return;
    }
    this.leaveAlone(shown.uri);
    const open = vscode.l10n.t("Open in Session");
    const stay = vscode.l10n.t("Stay");
    const always = vscode.l10n.t("Always");
    const never = vscode.l10n.t("Never");
    const question = vscode.l10n.t("{0} is also in the session {1}.", nameOf(uri), uri.authority);
    const answer = await vscode.window.showInformationMessage(question, open, stay, always, never);
    if (answer === always || answer === never) {
      const settings = vscode.workspace.getConfiguration("redraft", shown.uri);
      const value = answer === always ? "always" : "never";
      await settings.update("redirect", value, vscode.ConfigurationTarget.Global);
    }
    if (answer === open || answer === always) {
      await vscode.commands.executeCommand("redraft.ui.openInSession", shown.uri);
    }
  }
}
