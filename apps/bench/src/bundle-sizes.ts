/** What one import costs a web page: bundled and minified by esbuild alone, then gzipped. */
import { gzipSync } from "node:zlib";
import { createRequire } from "node:module";
import type * as esbuild from "esbuild";
import { home } from "./contender-list.ts";

/** Bytes of a bundle with one import in it. */
export interface BundleSize {
  readonly import: string;
  readonly from: string;
  readonly min: number;
  readonly gzip: number;
}

const single: readonly (readonly [name: string, from: string])[] = [
  ["makeChan", "@gort/chan"],
  ["select", "@gort/chan"],
  ["Mutex", "@gort/sync"],
  ["RWMutex", "@gort/sync"],
  ["WaitGroup", "@gort/sync"],
  ["Semaphore", "@gort/sync"],
  ["ErrGroup", "@gort/sync"],
  ["SingleFlight", "@gort/sync"],
  ["Once", "@gort/sync"],
  ["Cond", "@gort/sync"],
  ["Pool", "@gort/sync"],
  ["SyncMap", "@gort/sync"],
  ["AtomicInt32", "@gort/sync"],
  ["withCancel", "@gort/context"],
  ["run", "@gort/sched"],
  ["createAllocator", "@gort/alloc"],
  ["createHeap", "@gort/gc"],
  ["makeMap", "@gort/map"],
  ["makeSlice", "@gort/slice"],
];

const rivals: readonly (readonly [name: string, from: string])[] = [
  ["Chan", "ts-chan"],
  ["channel", "@thi.ng/csp"],
  ["Mutex", "async-mutex"],
  ["Sema", "async-sema"],
  ["Queue", "effect"],
];

/** Bundles each import alone, gort's from its built packages. */
export async function bundleSizes(withPeers: boolean): Promise<BundleSize[]> {
  // Of the workspace's root: the tool that builds the packages.
  const { build } = createRequire(import.meta.url)("esbuild") as typeof esbuild;
  const all: BundleSize[] = [];
  const add = async (name: string, from: string, resolveDir: string): Promise<void> => {
    const result = await build({
      stdin: {
        contents: `import { ${name} } from "${from}"; globalThis.it = ${name};`,
        resolveDir,
      },
      bundle: true,
      minify: true,
      format: "esm",
      external: ["events"],
      write: false,
      logLevel: "silent",
    });
    const bytes = result.outputFiles[0]!.contents;
    all.push({ import: name, from, min: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length });
  };
  for (const [name, from] of single) await add(name, from, home);
  if (withPeers) for (const [name, from] of rivals) await add(name, from, `${home}/peers`);
  return all;
}
