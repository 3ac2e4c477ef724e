/** Pictures in the Markdown preview of a session's document: previews load only real files. */
import { existsSync } from "node:fs";

import * as vscode from "vscode";

import type { Sessions } from "../state";
import { below, isSessionDocument } from "../uris";

/** The parts of markdown-it that are used. */
export interface MarkdownIt {
  readonly renderer: { readonly rules: { image?: RenderRule } };
}

type RenderRule = (
  tokens: readonly MarkdownToken[],
  index: number,
  options: unknown,
  env: PreviewEnvironment | undefined,
  renderer: unknown,
) => string;

interface MarkdownToken {
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** What the editor tells its Markdown of the preview; nothing where it renders for something else. */
interface PreviewEnvironment {
  readonly currentDocument?: vscode.Uri;
  readonly resourceProvider?: { asWebviewUri(file: vscode.Uri): vscode.Uri };
}

/** Extend the editor's Markdown so that pictures of session documents are found. */
export function showPictures(sessions: Sessions): (markdown: MarkdownIt) => MarkdownIt {
  return (markdown) => {
    const { rules } = markdown.renderer;
    const { image: draw } = rules;
    rules.image = (tokens, index, options, env, renderer) => {
      const image = tokens[index];
      const { currentDocument: document, resourceProvider: preview } = env ?? {};
      if (image && preview && document && isSessionDocument(document)) {
        const file = realFile(sessions, document, image.attrGet("src") ?? "");
        if (file) {
          image.attrSet("src", preview.asWebviewUri(file).toString(true));
        }
      }
      return draw?.(tokens, index, options, env, renderer) ?? "";
    };
    return markdown;
  };
}

/** The file that holds a picture as the session shows it: its copy, else the global one. */
function realFile(
  sessions: Sessions,
  document: vscode.Uri,
  source: string,
): vscode.Uri | undefined {
  const { folder, snapshot } = sessions.of(document) ?? {};
  const root = folder?.uri;
  if (!root || source === "" || /^[a-z][a-z0-9+.-]*:|^#/i.test(source)) {
    return undefined;
  }
  const path = decodeURIComponent(source.replace(/[?#].*$/s, ""));
  const start = path.startsWith("/") ? root : vscode.Uri.joinPath(document, "..");
  const file = vscode.Uri.joinPath(start, path).with({ scheme: "file", authority: "" });
  const inner = below(root.path, file.path);
  const active = snapshot?.active?.name;
  // A session's folder has capitals, which the authority of a URI has lost.
  const session =
    active?.toLowerCase() === document.authority.toLowerCase() ? active : document.authority;
  const copy = vscode.Uri.joinPath(root, ".workflow", session, "files", inner ?? "");
  return inner && existsSync(copy.fsPath) ? copy : file;
}
