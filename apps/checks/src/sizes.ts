/**
 * What one import costs a web page: bundled alone, minified, gzipped; by esbuild and by Vite.
 *
 * Invariants
 *  1. The bundle holds one public import and whatever that drags in; nothing is external.
 *  2. What is bundled are installed tarballs, as a user has them: this shows a lost `sideEffects` or a
 *     top-level call that cannot be shaken off.
 *
 * Why own code: the tools for this (size-limit and its kin) bundle with one bundler and bring it along.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";

/** Bytes of one import's bundle, gzipped. */
export interface Size {
  readonly esbuild: number;
  readonly vite: number;
}

/** By package, by name. */
export type Sizes = Record<string, Record<string, Size>>;

/** The imports that users start from; what they drag in is measured with them. */
export const imports: Readonly<Record<string, readonly string[]>> = {
  "@gort/alloc": ["createAllocator", "createBumpAllocator", "createMemory", "roundupsize"],
  "@gort/chan": ["makeChan", "select", "trySelect", "prepare", "pump", "toReadable", "isChan"],
  "@gort/context": ["background", "withCancel", "withTimeout", "withValue", "fromSignal"],
  "@gort/gc": ["createHeap", "createStopTheWorldHeap", "createNoCollectHeap"],
  "@gort/map": ["makeMap", "tupleKey"],
  "@gort/sched": [
    "run",
    "go",
    "sleep",
    "withDefer",
    "createScheduler",
    "createFifoScheduler",
    "createDeterministicScheduler",
  ],
  "@gort/slice": [
    "makeSlice",
    "sliceOf",
    "append",
    "inHeap",
    "slices",
    "goString",
    "StringBuilder",
  ],
  "@gort/sync": [
    "Mutex",
    "RWMutex",
    "WaitGroup",
    "Once",
    "Cond",
    "Pool",
    "SyncMap",
    "AtomicInt32",
    "Semaphore",
    "ErrGroup",
    "SingleFlight",
  ],
  "@gort/types": ["int32", "string", "struct", "accessor", "iface", "deepEqual", "typeAssert"],
};

const entry = (name: string, from: string): string =>
  `import { ${name} } from ${JSON.stringify(from)}; globalThis.it = ${name};`;

const gzipped = (code: string | Uint8Array): number => gzipSync(code, { level: 9 }).length;

/** The bundle that esbuild makes of one import, resolved from `dir`. */
export async function withEsbuild(dir: string, name: string, from: string): Promise<Uint8Array> {
  const { outputFiles } = await esbuild({
    stdin: { contents: entry(name, from), resolveDir: dir },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.contents;
}

/** The bundle that Vite's production build makes of one import, resolved from `dir`. */
export async function withVite(dir: string, name: string, from: string): Promise<string> {
  const input = join(dir, `entry-${name}.js`);
  writeFileSync(input, entry(name, from));
  const built = await vite({
    root: dir,
    configFile: false,
    logLevel: "silent",
    mode: "production",
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: { input },
    },
  });
  const [result] = Array.isArray(built) ? built : [built];
  const chunks = "output" in result! ? result.output.filter((o) => o.type === "chunk") : [];
  if (chunks.length !== 1) throw new Error(`${from}: ${name} became ${chunks.length} chunks`);
  return chunks[0]!.code;
}

/** Measures every import of the list in a project that has the packages installed. */
export async function measure(dir: string): Promise<Sizes> {
  const sizes: Sizes = {};
  for (const [from, names] of Object.entries(imports)) {
    const of: Record<string, Size> = (sizes[from] = {});
    for (const name of names) {
      of[name] = {
        esbuild: gzipped(await withEsbuild(dir, name, from)),
        vite: gzipped(await withVite(dir, name, from)),
      };
    }
  }
  return sizes;
}

/** How much an import may grow before its budget must be raised on purpose: 2 %, or some bytes for the tiny ones. */
export const slack = (budget: number): number => Math.max(16, Math.floor(budget * 0.02));

/** What of `now` breaks `budget` (over), and what has become much smaller than it (under). */
export function compare(now: Sizes, budget: Sizes): { over: string[]; under: string[] } {
  const over: string[] = [];
  const under: string[] = [];
  for (const [from, names] of Object.entries(now)) {
    for (const [name, size] of Object.entries(names)) {
      const allowed = budget[from]?.[name];
      for (const bundler of ["esbuild", "vite"] as const) {
        const what = `${from} ${name}, ${bundler}: ${size[bundler]} bytes`;
        if (allowed === undefined) over.push(`${what}, and no budget`);
        else if (size[bundler] > allowed[bundler] + slack(allowed[bundler])) {
          over.push(`${what}, budget ${allowed[bundler]}`);
        } else if (size[bundler] < allowed[bundler] - 4 * slack(allowed[bundler])) {
          under.push(`${what}, budget ${allowed[bundler]}`);
        }
      }
    }
  }
  for (const [from, names] of Object.entries(budget)) {
    for (const name of Object.keys(names)) {
      if (now[from]?.[name] === undefined)
        over.push(`${from} ${name} has a budget and is not measured`);
    }
  }
  return { over, under };
}

/** The measurement as a table, in bytes. */
export function table(sizes: Sizes): string {
  const rows = Object.entries(sizes).flatMap(([from, names]) =>
    Object.entries(names).map(([name, size]) => [`${from} ${name}`, size] as const),
  );
  const width = Math.max(...rows.map(([title]) => title.length));
  const cell = (value: string | number): string => String(value).padStart(8);
  return [
    `${"gzipped bytes".padEnd(width)} ${cell("esbuild")} ${cell("vite")}`,
    ...rows.map(([title, s]) => `${title.padEnd(width)} ${cell(s.esbuild)} ${cell(s.vite)}`),
  ].join("\n");
}
