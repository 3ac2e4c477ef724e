/** Completing a slash line, and writing its answer so that it can be read. Pure. */
import { SLASH_LINES } from "./wire";

/** What is offered while a line is typed: a line to run as it is, or the beginning of one. */
export interface Offer {
  readonly label: string;
  readonly description?: string;
  readonly detail: string;
  /** The line, if it lacks nothing; else the beginning to go on from; neither for what was typed. */
  readonly line?: string;
  readonly beginning?: string;
  readonly alwaysShow: true;
}

const known = SLASH_LINES.map(({ usage, title, changes }) => {
  const [verb = "", rest = ""] = usage.split(/ (?=[<[])(.*)/);
  return { verb, rest, title, changes };
});

/** The longest known command that a line begins with. */
function commandOf(line: string): (typeof known)[number] | undefined {
  return known
    .filter(({ verb }) => line === verb || line.startsWith(`${verb} `))
    .sort((one, other) => other.verb.length - one.verb.length)[0];
}

/** Whether a line only asks; what is not known may change anything. */
export function onlyAsks(line: string): boolean {
  return commandOf(line)?.changes === false;
}

export function offers(typed: string): Offer[] {
  const line = typed.trim();
  const command = commandOf(line);
  const words = line.toLowerCase().replace(/^\//, "");
  const completions = known
    .filter(({ verb, title }) => `${verb} ${title}`.toLowerCase().includes(words))
    .map(({ verb, rest, title }) => ({
      label: verb,
      description: rest,
      detail: title,
      ...(rest.startsWith("<") ? { beginning: `${verb} ` } : { line: verb }),
      alwaysShow: true as const,
    }));
  // What is typed may begin another command: "/retry li" is more likely a list. The editor would
  // put it first, as the label that fits best, so it is left out then.
  if (!command || line === command.verb || known.some(({ verb }) => verb.startsWith(line))) {
    return completions;
  }
  return [{ label: line, detail: command.title, alwaysShow: true }, ...completions];
}

/** An answer as indented lines: names, values, and lists with a hyphen. */
export function readable(value: unknown, indent = ""): string {
  if (Array.isArray(value)) {
    const items = value.map((each) => `${indent}- ${readable(each, `${indent}  `).trimStart()}`);
    return items.join("\n") || `${indent}[]`;
  }
  if (typeof value === "object" && value !== null) {
    const lines = Object.entries(value).map(
      ([key, each]) => `${indent}${key}:${below(each, indent)}`,
    );
    return lines.join("\n");
  }
  return `${indent}${String(value)}`;
}

function below(value: unknown, indent: string): string {
  if (typeof value === "string" && value.includes("\n")) {
    return ` |\n${value.trimEnd().replace(/^/gm, `${indent}  `)}`;
  }
  const nested = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  return nested ? `\n${readable(value, `${indent}  `)}` : ` ${JSON.stringify(value)}`;
}
