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
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { entry, gzipped, imports, withEsbuild } from "./single-imports.ts";

/** Bytes of one import's bundle, gzipped. */
export interface Size {
  readonly esbuild: number;
  readonly vite: number;
}

/** By package, by name. */
export type Sizes = Record<string, Record<string, Size>>;

/** The bundle that Vite's production build makes of one import, resolved from `dir`. */
async function withVite(dir: string, name: string, from: string): Promise<string> {
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
  const chunks = "output" in result ? result.output.filter((o) => o.type === "chunk") : [];
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
        esbuild: gzipped(await withEsbuild(esbuild, dir, name, from)),
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
