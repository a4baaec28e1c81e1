/**
 * The imports whose size is watched, and how esbuild bundles one of them. The budgets (`sizes.ts`) and the benchmarks' page
 * use both; the bundler is an argument, so that neither brings it along.
 */
import { gzipSync } from "node:zlib";
import type { build as Build } from "esbuild";

/** The imports that users start from; what they drag in is measured with them. */
export const imports: Readonly<Record<string, readonly string[]>> = {
  "@gort/alloc": ["createAllocator", "createBumpAllocator", "createMemory", "roundupsize"],
  "@gort/chan": ["makeChan", "select", "trySelect", "prepare", "pump", "toReadable", "isChan"],
  "@gort/context": ["background", "withCancel", "withTimeout", "withValue", "fromSignal"],
  "@gort/gc": ["createHeap", "createStopTheWorldHeap", "createNoCollectHeap"],
  "@gort/map": ["makeMap", "tupleKey", "maps"],
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
    "strings",
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

/** A module that uses one import and nothing else. */
export const entry = (name: string, from: string): string =>
  `import { ${name} } from ${JSON.stringify(from)}; globalThis.it = ${name};`;

/** Bytes after gzip at its best. */
export const gzipped = (code: string | Uint8Array): number => gzipSync(code, { level: 9 }).length;

/** The bundle that esbuild makes of one import, resolved from `dir`. */
export async function withEsbuild(
  build: typeof Build,
  dir: string,
  name: string,
  from: string,
): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: entry(name, from), resolveDir: dir },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    // Node's own module, which some libraries name and browsers' bundles stub.
    external: ["events"],
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.contents;
}
