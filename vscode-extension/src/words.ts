/** Ages, sizes and counts as a person reads them. Pure. */

/** The editor's own translator, `vscode.l10n`. */
export interface L10n {
  readonly t: (message: string, ...args: (string | number | boolean)[]) => string;
}

const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** How long ago a moment was, such as "2 hours ago". */
export function age(at: string, language: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  for (const [unit, length] of UNITS) {
    if (seconds >= length) {
      return new Intl.RelativeTimeFormat(language).format(-Math.trunc(seconds / length), unit);
    }
  }
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "second");
}

/** A number of bytes, such as "7.6 KB". */
export function size(bytes: number, language: string): string {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const digits = { maximumFractionDigits: 1 };
  const number = (bytes / 1024 ** power).toLocaleString(language, digits);
  return `${number} ${["B", "KB", "MB", "GB"][power] ?? "B"}`;
}

export function changes(l10n: L10n, count: number): string {
  return count === 1 ? l10n.t("1 change") : l10n.t("{0} changes", count);
}

export function retries(l10n: L10n, count: number): string {
  return count === 1 ? l10n.t("1 retry") : l10n.t("{0} retries", count);
}

/** A text as Markdown that shows it letter by letter, so that nobody's words become a link. */
export function escaped(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&").replace(/\s+/g, " ");
}
