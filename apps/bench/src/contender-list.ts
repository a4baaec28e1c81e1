/**
 * Who takes part: gort, JavaScript itself, every file in `peers/`, and real Go, natively and as WebAssembly.
 *
 * Invariants
 *  1. A contender is a command: given a task it prints one report. So Go and a library are
 *     measured alike.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { argumentsOf, type Contender, type Report, type Task } from "./job.ts";
import type { NodeBinary } from "./nodes.ts";

/** The folder of this application; the harness runs from its `dist`. */
export const home = fileURLToPath(new URL("..", import.meta.url));

/** One who can be asked to do a job. */
export interface Entrant {
  readonly name: string;
  readonly version: string;
  readonly jobs: readonly string[];
  /** Whether it is a JavaScript library, as against gort, Go and the language itself. */
  readonly library: boolean;
  readonly notes: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, number>>;
  /** What its processes have in their environment besides. */
  readonly env?: Readonly<Record<string, string>>;
  command(task: Task): [file: string, args: string[]];
}

/** WebAssembly has 4 GiB, and Go's collector there stops at less. */
const wasmLimits: Readonly<Record<string, number>> = {
  "sched/spawn": 100_000,
  "sched/parked": 100_000,
  "sched/timer-add": 200_000,
  "sched/timer-fire": 200_000,
  "chan/sieve": 2000,
  "map/stall": 1_000_000,
};

/** Jobs whose heap is larger than V8's default. */
const memory = "--max-old-space-size=8192";

function entrant(
  file: string,
  c: Contender,
  dist: string,
  version: string,
  node: NodeBinary,
): Entrant {
  return {
    name: c.name,
    version,
    jobs: Object.keys(c.jobs),
    library: c.package !== undefined,
    notes: c.notes ?? {},
    limits: c.limits ?? {},
    command: (task) => [
      node.path,
      ["--expose-gc", memory, join(dist, "child.js"), file, ...argumentsOf(task)],
    ],
  };
}

const load = async (file: string): Promise<Contender> =>
  ((await import(pathToFileURL(file).href)) as { default: Contender }).default;

/** gort, from the `dist` of this application or of another checkout. */
export async function gort(
  node: NodeBinary,
  dist = join(home, "dist"),
  name = "gort",
): Promise<Entrant> {
  const file = join(dist, "contenders/gort.js");
  return entrant(file, { ...(await load(file)), name }, dist, "this checkout", node);
}

/** gort's other forms. */
export async function gortOther(node: NodeBinary): Promise<Entrant> {
  const file = join(home, "dist/contenders/gort-other.js");
  return entrant(file, await load(file), join(home, "dist"), "this checkout", node);
}

/** What JavaScript itself has. */
export async function native(node: NodeBinary): Promise<Entrant> {
  const file = join(home, "dist/contenders/native.js");
  return entrant(file, await load(file), join(home, "dist"), node.version, node);
}

/** The libraries: every adapter in `peers/`, whose packages must be installed there. */
export async function peers(node: NodeBinary): Promise<Entrant[]> {
  const folder = join(home, "peers");
  const all: Entrant[] = [];
  for (const name of readdirSync(folder)
    .filter((f) => f.endsWith(".mjs"))
    .sort()) {
    const file = join(folder, name);
    const c = await load(file);
    const manifest = join(folder, "node_modules", c.package!, "package.json");
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    all.push(entrant(file, c, join(home, "dist"), version, node));
  }
  return all;
}

/** Real Go, built if its sources are newer than the binaries; none if there is no `go`. */
export function realGo(node: NodeBinary): Entrant[] {
  const source = join(home, "go");
  const out = join(home, "node_modules/.cache/go");
  let version: string;
  try {
    version = execFileSync("go", ["version"], { encoding: "utf8" }).split(" ")[2]!;
  } catch {
    return [];
  }
  mkdirSync(out, { recursive: true });
  const newest = Math.max(...readdirSync(source).map((f) => statSync(join(source, f)).mtimeMs));
  const build = (file: string, env: Record<string, string>): string => {
    const path = join(out, file);
    if (!existsSync(path) || statSync(path).mtimeMs < newest) {
      execFileSync("go", ["build", "-o", path, "."], {
        cwd: source,
        env: { ...process.env, ...env },
        stdio: ["ignore", "ignore", "inherit"],
      });
    }
    return path;
  };
  const binary = build("bench", {});
  const wasm = build("bench.wasm", { GOOS: "js", GOARCH: "wasm" });
  const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const glue = [join(root, "misc/wasm/wasm_exec.js"), join(root, "lib/wasm/wasm_exec.js")].find(
    (f) => existsSync(f),
  );
  const jobs = execFileSync(binary, ["list"], { encoding: "utf8" }).trim().split("\n");
  const common = { version, library: false, notes: {} };
  const all: Entrant[] = [
    {
      ...common,
      name: "Go",
      jobs,
      // Ten million parked goroutines would be more than 27 GB.
      limits: { "sched/parked": 1_000_000 },
      command: (task) => [binary, argumentsOf(task)],
    },
  ];
  if (glue !== undefined) {
    all.push({
      ...common,
      name: "Go (wasm)",
      jobs,
      limits: wasmLimits,
      command: (task) => [
        node.path,
        [join(home, "dist/go-wasm.js"), glue, wasm, ...argumentsOf(task)],
      ],
    });
  }
  return all;
}

/** The same for everybody, whatever the caller's shell says. */
const plain = {
  GOMAXPROCS: "1",
  NODE_OPTIONS: "",
  NODE_ENV: "production",
  GLIBC_TUNABLES: "",
};

/** Has a task done in a fresh process; where it is larger than the contender's limit, as large as that. */
export function ask(e: Entrant, task: Task): Promise<Report> {
  const limit = e.limits[task.job] ?? Infinity;
  const [file, args] = e.command({ ...task, n: Math.min(task.n, limit) });
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: { ...process.env, ...plain, ...e.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (d: Buffer) => (out += d.toString()));
    child.stderr.on("data", (d: Buffer) => (err += d.toString()));
    const late = setTimeout(() => child.kill("SIGKILL"), 120_000);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(late);
      const line = out.trim().split("\n").at(-1) ?? "";
      if (code !== 0 || line === "") {
        const said =
          err.split("\n").find((l) => /(Error|panic): /.test(l)) ?? err.trim().slice(-200);
        const why = signal === "SIGKILL" ? "took more than two minutes" : said.trim();
        reject(new Error(why || `exit code ${code}`));
        return;
      }
      const r = JSON.parse(line) as Report & { value: number | string };
      resolve({ ...r, value: Number(r.value) });
    });
  });
}
