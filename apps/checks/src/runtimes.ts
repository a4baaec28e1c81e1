/**
 * The JavaScript runtimes that the packages are tried on, each at a fixed version, installed from npm into a cache of their own.
 *
 * Why not development dependencies: they are 150 MB each, and only one command needs them.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache } from "./packed.ts";
import { sh } from "./run.ts";

export interface Runtime {
  /** The npm package that ships its binary. */
  readonly name: "node" | "bun" | "deno";
  readonly version: string;
  /** What stands before the file's name on the command line. */
  readonly args: readonly string[];
}

/** Every Node line that is maintained or current, the first with `require(esm)` unflagged included, and the two others. */
export const runtimes: readonly Runtime[] = [
  { name: "node", version: "20.19.0", args: [] },
  { name: "node", version: "20.20.2", args: [] },
  { name: "node", version: "22.23.3", args: [] },
  { name: "node", version: "24.21.0", args: [] },
  { name: "node", version: "26.10.0", args: [] },
  { name: "bun", version: "1.4.5", args: ["run"] },
  { name: "deno", version: "2.9.6", args: ["run", "--allow-read", "--allow-env"] },
];

/** The path of a runtime's binary, installed if it is not there yet. */
export async function installRuntime({ name, version }: Runtime): Promise<string> {
  const dir = join(cache, `${name}-${version}`);
  const binary = join(dir, "node_modules/.bin", name);
  if (existsSync(binary)) return binary;
  // Under another name first: a folder of the right name is a finished one.
  const half = `${dir}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  try {
    await sh(
      half,
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      "--no-save",
      "--prefix",
      half,
      `${name}@${version}`,
    );
    rmSync(dir, { recursive: true, force: true });
    renameSync(half, dir);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  return binary;
}
