/** What one import costs a web page: bundled and minified by esbuild alone, then gzipped. */
import { createRequire } from "node:module";
import type * as esbuild from "esbuild";
import { gzipped, imports, withEsbuild } from "../../checks/src/single-imports.ts";
import { home } from "./contender-list.ts";

/** Bytes of a bundle with one import in it. */
export interface BundleSize {
  readonly import: string;
  readonly from: string;
  readonly min: number;
  readonly gzip: number;
}

const rivals: readonly (readonly [name: string, from: string])[] = [
  ["Chan", "ts-chan"],
  ["channel", "@thi.ng/csp"],
  ["Mutex", "async-mutex"],
  ["Sema", "async-sema"],
  ["Queue", "effect"],
  ["HashMap", "js-sdsl"],
  ["defHashMap", "@thi.ng/associative"],
];

/** Bundles each import alone, gort's from its built packages. */
export async function bundleSizes(withPeers: boolean): Promise<BundleSize[]> {
  // Of the workspace's root: the tool that builds the packages.
  const { build } = createRequire(import.meta.url)("esbuild") as typeof esbuild;
  const all: BundleSize[] = [];
  const add = async (name: string, from: string, dir: string): Promise<void> => {
    const bytes = await withEsbuild(build, dir, name, from);
    all.push({ import: name, from, min: bytes.length, gzip: gzipped(bytes) });
  };
  for (const [from, names] of Object.entries(imports)) {
    for (const name of names) await add(name, from, home);
  }
  if (withPeers) for (const [name, from] of rivals) await add(name, from, `${home}/peers`);
  return all;
}
