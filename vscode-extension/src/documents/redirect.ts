/** Leads from a global document to the session's, in the same place of the window and of the text. */
import * as vscode from "vscode";

import type { Sessions } from "../state";
import { isSessionDocument } from "../uris";
import { exists, twinOf } from "./places";
import { sameSpot, Spots } from "./spots";
import { allTabs, closeClean, replaceTab, shownIn, tabOf, textEditorOf, type Shown } from "./tabs";
import { Travel, type Step, type Stop } from "./travel";

/** Keys that repeat fast keep the loop busy; this only ends what would go on for ever. */
const ROUNDS = 100;
const NOWHERE: Stop = { kind: "other", id: "" };
const COMMANDS: Readonly<Record<Step, string>> = {
  back: "workbench.action.navigateBack",
  forward: "workbench.action.navigateForward",
};

/** A global document in a tab that may be led to its session. */
interface Candidate extends Shown {
  readonly file: vscode.Uri;
  readonly redirect: string;
}

/** Has the server tell or ask a person something about global documents. */
export type Tell = (dialogue: string, files: readonly vscode.Uri[]) => void;

export class Redirect implements vscode.Disposable {
  private readonly travel = new Travel();
  private front: Stop = NOWHERE;
  private settling = false;
  private active = "";
  /** A global document that came in front, while its session document is open already. */
  private known: vscode.Tab | undefined;
  /** Global documents that stay, until another session becomes active: a person said so or was told. */
  private readonly staying = new Set<string>();
  private readonly spots = new Spots();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly sessions: Sessions,
    private readonly output: vscode.LogOutputChannel,
    private readonly tell: Tell,
  ) {
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

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** What fails leaves a document where it is; the log tells why. */
  private run(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.output.error(String(error));
    });
  }

  private sessionsChanged(): void {
    const roots = this.sessions.all();
    const active = roots.map(({ snapshot }) => snapshot?.active?.name ?? "").join("/");
    if (active === this.active) {
      return;
    }
    this.active = active;
    this.staying.clear();
    this.tellUnsaved(allTabs());
    this.front = NOWHERE;
    this.look();
    for (const group of vscode.window.tabGroups.all) {
      if (!group.isActive && group.activeTab && this.twin(group.activeTab)) {
        this.run(this.lead(group.activeTab));
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
      this.known = known ? tab : undefined;
      this.run(this.settle());
    } else if (tab) {
      this.tellUnsaved([tab]);
      this.ask(tab);
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

  /** Make the steps that are owed, then lead what is in front; keys that are pressed meanwhile count. */
  private async settle(): Promise<void> {
    if (this.settling) {
      return;
    }
    this.settling = true;
    try {
      for (let round = 0; round < ROUNDS && (await this.settleOnce()); round += 1) {
        this.look();
      }
    } finally {
      this.settling = false;
    }
  }

  /** Whether there may be more to do. */
  private async settleOnce(): Promise<boolean> {
    const { known } = this;
    this.known = undefined;
    if (known) {
      await this.notice(known);
    }
    const step = this.travel.next();
    if (step) {
      await this.go(step);
      return true;
    }
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    if (tab && this.twin(tab)) {
      return this.lead(tab);
    }
    return this.tidy();
  }

  /** A place in the text where nobody was before is one that a person asked for. */
  private async notice(tab: vscode.Tab): Promise<void> {
    const editor = await textEditorOf(tab);
    if (editor && tab.isActive && this.spots.wasAskedFor(editor)) {
      this.travel.stop();
    }
  }

  private async go(step: Step): Promise<void> {
    const before = this.front;
    await vscode.commands.executeCommand(COMMANDS[step]);
    this.look();
    this.known = undefined; // Nobody asks for a line on the way.
    if (this.front === before && before.kind === "global") {
      this.travel.stop();
      if (step === "back") {
        await vscode.commands.executeCommand(COMMANDS.forward); // The history begins here.
        this.look();
      }
    }
  }

  /** Close what was left on the way: global documents whose session document is open beside them. */
  private async tidy(): Promise<boolean> {
    const left = vscode.window.tabGroups.all.flatMap((group) =>
      group.tabs.filter((tab) => {
        const twin = tab.isActive || tab.isPinned ? undefined : this.twin(tab);
        return twin && tabOf(group, twin.uri);
      }),
    );
    for (const tab of left) {
      await closeClean(tab);
    }
    return left.length > 0;
  }

  /** Show the session's document in the place of a tab. Whether that could be done. */
  private async lead(tab: vscode.Tab): Promise<boolean> {
    const twin = this.twin(tab);
    if (!twin) {
      return false;
    }
    if (twin.viewType === undefined) {
      void vscode.workspace.openTextDocument(twin.uri).then(undefined, () => undefined); // Ahead.
    }
    const place = this.place(tab, twin.uri).catch(() => undefined); // It is no text.
    if (!(await exists(twin.uri).catch(() => false))) {
      this.stay("tellWhyNot", twin.file);
      return false;
    }
    const selection = await place;
    if (tab.isActive) {
      await replaceTab(tab, twin, selection);
    }
    return true;
  }

  /** Where in the session's text the cursor belongs; nothing if it is to stay where it is. */
  private async place(tab: vscode.Tab, twin: vscode.Uri): Promise<vscode.Range | undefined> {
    const editor = await textEditorOf(tab);
    const asked = editor !== undefined && this.spots.wasAskedFor(editor);
    const range = asked ? await sameSpot(editor, twin) : undefined;
    if (editor) {
      this.spots.leave(editor);
    }
    return range;
  }

  private twin(tab: vscode.Tab | undefined): Candidate | undefined {
    const found = tab?.isDirty ? undefined : this.candidate(tab);
    return found?.redirect === "always" ? found : undefined;
  }

  private candidate(tab: vscode.Tab | undefined): Candidate | undefined {
    const { uri: file, viewType } = shownIn(tab) ?? {};
    const uri = file && !this.staying.has(file.toString()) && twinOf(this.sessions, file);
    const settings = vscode.workspace.getConfiguration("redraft", file);
    return uri ? { uri, viewType, file, redirect: settings.get("redirect", "always") } : undefined;
  }

  private tellUnsaved(tabs: readonly vscode.Tab[]): void {
    const found = tabs.flatMap((tab) => (tab.isDirty ? (this.candidate(tab) ?? []) : []));
    const files = found.filter(({ redirect }) => redirect !== "never").map(({ file }) => file);
    if (files.length > 0) {
      this.stay("tellUnsaved", ...files);
    }
  }

  private ask(tab: vscode.Tab): void {
    const { file, redirect } = this.candidate(tab) ?? {};
    if (file && redirect === "ask") {
      this.stay("askToLead", file);
    }
  }

  /** Leave global documents as they are, and say so, or ask. */
  private stay(dialogue: string, ...files: readonly vscode.Uri[]): void {
    files.forEach((file) => this.staying.add(file.toString()));
    this.tell(dialogue, files);
  }
}
