/** Finds a Python that can run the language server, and remembers what else was seen on the way. */
import { run } from "./run";
import { SetupFailure } from "./setupFailure";

export const OLDEST_PYTHON = "3.11";

export interface Python {
  readonly executable: string;
  readonly version: string;
}

export interface Wishes {
  /** The setting: a path, or empty. Once set, nothing else is tried. */
  readonly setting: string;
  /** What the Python extension has chosen, if it is there. */
  readonly extensionsChoice: () => Promise<string | undefined>;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

type Candidate = readonly [program: string, ...args: string[]];
type Problem = "noVenv" | "notWorking" | "tooOld";
interface Answer {
  readonly python: Python;
  readonly problem: Problem | undefined;
}

const IN_WORDS = {
  none: "will do",
  noVenv: "cannot make virtual environments",
  notWorking: "does not work",
  tooOld: "is too old",
};
const PATIENCE_MS = 20_000;
const QUESTION = `
import sys
print("%d.%d.%d" % sys.version_info[:3])
print(sys.executable)
try:
    import ensurepip, venv
    print("venv")
except ImportError:
    print("no venv")
`;

/** The first usable Python; fails with the most telling of what was seen. */
export async function findPython(wishes: Wishes): Promise<Python> {
  if (wishes.setting !== "") {
    return usable(wishes.setting, await ask([wishes.setting], wishes));
  }
  const seen: Answer[] = [];
  for (const candidate of await candidates(wishes)) {
    const answer = await ask(candidate, wishes);
    if (answer.problem === undefined) {
      return answer.python;
    }
    seen.push(answer);
  }
  throw mostTelling(seen);
}

/** The environment without what would lead a Python to other packages than its own. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const misleading =
    /^(PYTHON.*|PIP_(TARGET|PREFIX|ROOT|USER|PYTHON|REQUIRE_VIRTUALENV)|VIRTUAL_ENV)$/i;
  const kept = Object.entries(env).filter(([name]) => !misleading.test(name));
  // A pip.conf may ask for `--user`, which no virtual environment can do.
  return { ...Object.fromEntries(kept), PIP_USER: "0" };
}

async function candidates(wishes: Wishes): Promise<Candidate[]> {
  const chosen = await wishes.extensionsChoice();
  const plain: Candidate[] = [["python3"], ["python"]];
  const launcher: Candidate[] = process.platform === "win32" ? [["py", "-3"]] : [];
  const versioned: Candidate[] = ["3.14", "3.13", "3.12", "3.11"].map((v) => [`python${v}`]);
  return [
    ...(chosen === undefined ? [] : [[chosen] as const]),
    ...plain,
    ...launcher,
    ...versioned,
  ];
}

async function ask([program, ...args]: Candidate, wishes: Wishes): Promise<Answer> {
  const ran = await run(program, [...args, "-I", "-c", QUESTION], {
    env: cleanEnvironment(wishes.env),
    signal: AbortSignal.any([wishes.signal, AbortSignal.timeout(PATIENCE_MS)]),
  });
  if (wishes.signal.aborted) {
    throw new SetupFailure("cancelled", "");
  }
  const [version = "", executable = program, venv] = ran.lines;
  const works = ran.code === 0 && /^\d+\.\d+\.\d+$/.test(version);
  const python = { executable, version };
  const problem = works ? problemOf(version, venv) : "notWorking";
  const said = works ? told(python) : (ran.lines.at(-1) ?? "no answer");
  wishes.log(`${[program, ...args].join(" ")}: ${said}, ${IN_WORDS[problem ?? "none"]}`);
  return { python, problem };
}

function problemOf(version: string, venv: string | undefined): Problem | undefined {
  if (version.localeCompare(OLDEST_PYTHON, "en", { numeric: true }) < 0) {
    return "tooOld";
  }
  return venv === "venv" ? undefined : "noVenv";
}

function usable(setting: string, { python, problem }: Answer): Python {
  if (problem === "notWorking") {
    throw new SetupFailure("wrongSetting", setting);
  }
  if (problem !== undefined) {
    throw new SetupFailure(problem, told(python));
  }
  return python;
}

function mostTelling(seen: readonly Answer[]): SetupFailure {
  for (const reason of ["noVenv", "tooOld"] as const) {
    const alike = seen.filter(({ problem }) => problem === reason).map((one) => told(one.python));
    if (alike.length > 0) {
      return new SetupFailure(reason, [...new Set(alike)].join(", "));
    }
  }
  return new SetupFailure("noPython", "");
}

function told({ version, executable }: Python): string {
  return `Python ${version} (${executable})`;
}
