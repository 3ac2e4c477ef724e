/**
 * Pictures in the Markdown preview of a session's document.
 *
 * A preview loads by itself only what lies beside its document or below. All other pictures are handed over whole.
 */
import { readFileSync, statSync } from "node:fs";

import * as vscode from "vscode";

import type { Sessions } from "../state";
import { below, isSessionDocument } from "../uris";

const MOST_BYTES = 8 * 1024 * 1024;
const TYPES: Readonly<Record<string, string>> = {
  png: "png",
  jpg: "jpeg",
  jpeg: "jpeg",
  gif: "gif",
  webp: "webp",
  avif: "avif",
  bmp: "bmp",
  svg: "svg+xml",
};

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
  readonly resourceProvider?: unknown;
}

/** Extend the editor's Markdown so that pictures of session documents are found. */
export function showPictures(sessions: Sessions): (markdown: MarkdownIt) => MarkdownIt {
  const pictures = new Pictures();
  return (markdown) => {
    const { rules } = markdown.renderer;
    const { image: draw } = rules;
    rules.image = (tokens, index, options, env, renderer) => {
      const image = tokens[index];
      const { currentDocument: document, resourceProvider: preview } = env ?? {};
      if (image && preview && document && isSessionDocument(document)) {
        const whole = pictures.of(realFiles(sessions, document, image.attrGet("src") ?? ""));
        if (whole !== undefined) {
          image.attrSet("src", whole);
        }
      }
      return draw?.(tokens, index, options, env, renderer) ?? "";
    };
    return markdown;
  };
}

/** Where a picture may lie, as the session shows it: its copy, else the global one. */
function realFiles(sessions: Sessions, document: vscode.Uri, source: string): vscode.Uri[] {
  const { folder, snapshot } = sessions.of(document) ?? {};
  const root = folder?.uri;
  if (!root || source === "" || /^[a-z][a-z0-9+.-]*:|^#/i.test(source)) {
    return [];
  }
  const path = decodeURIComponent(source.replace(/[?#].*$/s, ""));
  const beside = vscode.Uri.joinPath(document, "..");
  const file = vscode.Uri.joinPath(path.startsWith("/") ? root : beside, path);
  const inner = below(root.path, file.path);
  if (!inner || below(beside.path, file.path)) {
    return [];
  }
  const active = snapshot?.active?.name;
  // A session's folder has capitals, which the authority of a URI has lost.
  const session =
    active?.toLowerCase() === document.authority.toLowerCase() ? active : document.authority;
  const copy = vscode.Uri.joinPath(root, ".workflow", session, "files", inner);
  return [copy, vscode.Uri.joinPath(root, inner)];
}

/** Pictures as data; the preview is drawn at every keystroke, so what has not changed is kept. */
class Pictures {
  private readonly known = new Map<string, { readonly stamp: string; readonly data: string }>();

  of(files: readonly vscode.Uri[]): string | undefined {
    for (const { fsPath } of files) {
      try {
        return this.read(fsPath);
      } catch {
        continue; // It does not lie there.
      }
    }
    return undefined;
  }

  private read(path: string): string | undefined {
    const { size, mtimeMs } = statSync(path);
    const type = TYPES[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];
    if (size > MOST_BYTES || type === undefined) {
      return undefined;
    }
    const stamp = `${size} ${mtimeMs}`;
    const known = this.known.get(path);
    if (known?.stamp === stamp) {
      return known.data;
    }
    const data = `data:image/${type};base64,${readFileSync(path).toString("base64")}`;
    this.known.set(path, { stamp, data });
    return data;
  }
}
