/**
 * Pictures in the Markdown preview of a session's document.
 *
 * A preview loads by itself only what lies beside its document or below. All other pictures are handed over whole.
 */
import * as vscode from "vscode";

import type { Sessions } from "../state";
import { below, isSessionDocument, pathOf } from "../uris";
import type { SessionFiles } from "./fileSystem";

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_PICTURES = 64;
/** A preview drops a request while it waits 300 ms to look for changes by itself. */
const REDRAW_MS = 500;
const REDRAWS = 5;
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

const PICTURE = /!\[[^\]]*\]\(\s*<?([^)\s>]+)/g;

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
export function showPictures(
  sessions: Sessions,
  files: SessionFiles,
): (markdown: MarkdownIt) => MarkdownIt {
  const pictures = new Pictures();
  files.onDidChangeFile((events) => {
    pictures.forget(events.map(({ uri }) => uri.toString()));
  });
  sessions.onDidChangeChanges(() => {
    pictures.forget(); // A picture may have come or gone, and nobody has it open.
  });
  // A preview that is being opened may drop a second drawing: what it will ask for is fetched ahead.
  const fetch = (document: vscode.TextDocument): void => {
    if (document.languageId === "markdown" && isSessionDocument(document.uri)) {
      for (const [, source = ""] of document.getText().matchAll(PICTURE)) {
        const picture = pictureIn(sessions, document.uri, source);
        if (picture) {
          pictures.of(picture);
        }
      }
    }
  };
  vscode.workspace.textDocuments.forEach(fetch);
  vscode.workspace.onDidOpenTextDocument(fetch);
  return (markdown) => {
    const { rules } = markdown.renderer;
    const { image: draw } = rules;
    rules.image = (tokens, index, options, env, renderer) => {
      const image = tokens[index];
      const { currentDocument: document, resourceProvider: preview } = env ?? {};
      if (image && preview && document && isSessionDocument(document)) {
        const picture = pictureIn(sessions, document, image.attrGet("src") ?? "");
        const whole = picture && pictures.of(picture);
        if (whole !== undefined) {
          image.attrSet("src", whole);
        }
      }
      return draw?.(tokens, index, options, env, renderer) ?? "";
    };
    return markdown;
  };
}

/** A picture of the session that a preview does not find by itself. */
function pictureIn(
  sessions: Sessions,
  document: vscode.Uri,
  source: string,
): vscode.Uri | undefined {
  const root = sessions.of(document)?.folder.uri;
  if (!root || source === "" || /^[a-z][a-z0-9+.-]*:|^#/i.test(source)) {
    return undefined;
  }
  const top = document.with({ path: pathOf(root) });
  const beside = vscode.Uri.joinPath(document, "..");
  const path = decoded(source.replace(/[?#].*$/s, ""));
  const picture = vscode.Uri.joinPath(path.startsWith("/") ? top : beside, path);
  const isFound = Boolean(below(beside.path, picture.path));
  return below(top.path, picture.path) && !isFound ? picture : undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // A percent sign that a person wrote.
  }
}

/** Pictures as data: the preview asks for them at every keystroke, and cannot wait. */
class Pictures {
  /** Empty if the session has no such picture, undefined as long as it is on its way. */
  private readonly known = new Map<string, string | undefined>();
  /** Those that have changed since a preview was drawn. */
  private readonly undrawn = new Set<string>();
  private redrawing: NodeJS.Timeout | undefined;

  /** A picture, once it is there: then the preview is drawn again. */
  of(uri: vscode.Uri): string | undefined {
    const key = uri.toString();
    this.undrawn.delete(key);
    if (!this.known.has(key)) {
      this.known.set(key, undefined);
      void this.load(uri, key);
    }
    return this.known.get(key) === "" ? undefined : this.known.get(key);
  }

  forget(keys: Iterable<string> = [...this.known.keys()]): void {
    const there = [...keys].filter((key) => this.known.get(key) !== undefined);
    this.changed(there.filter((key) => this.known.delete(key)));
  }

  private async load(uri: vscode.Uri, key: string): Promise<void> {
    const whole = await read(uri);
    const [oldest = ""] = this.known.size > MOST_PICTURES ? this.known.keys() : [];
    this.known.delete(oldest);
    this.known.set(key, whole);
    this.changed(whole === "" ? [] : [key]);
  }

  private changed(keys: readonly string[]): void {
    if (keys.length > 0) {
      keys.forEach((key) => this.undrawn.add(key));
      this.redraw(REDRAWS);
    }
  }

  /** Have the previews drawn again, until those that show the pictures were, or so many times. */
  private redraw(times: number): void {
    clearTimeout(this.redrawing);
    void vscode.commands.executeCommand("markdown.preview.refresh");
    this.redrawing = setTimeout(() => {
      if (this.undrawn.size > 0 && times > 1) {
        this.redraw(times - 1);
      }
    }, REDRAW_MS);
  }
}

/** A picture as data; nothing if there is none that can be shown. */
async function read(uri: vscode.Uri): Promise<string> {
  const type = TYPES[uri.path.slice(uri.path.lastIndexOf(".") + 1).toLowerCase()];
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (type !== undefined && size <= MOST_BYTES) {
      const bytes = Buffer.from(await vscode.workspace.fs.readFile(uri));
      return `data:image/${type};base64,${bytes.toString("base64")}`;
    }
  } catch {
    // The session has no such picture: it is asked for again when something changes.
  }
  return "";
}
