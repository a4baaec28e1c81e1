/**
 * Other releases of Node to measure with: a path to a binary, or a version such as `26` or `latest`, whose binary the npm
 * package `node` brings. It is kept in this application's cache, never in the workspace.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { home } from "./contender-list.ts";

/** A Node to run contenders with. */
export interface NodeBinary {
  readonly path: string;
  /** Such as `v24.1.0`. */
  readonly version: string;
  /** Of its V8. */
  readonly v8: string;
}

/** The Node that runs the harness itself. */
export const ownNode: NodeBinary = {
  path: process.execPath,
  version: process.version,
  v8: process.versions.v8,
};

const ask = (path: string): NodeBinary => {
  const out = execFileSync(path, ["-p", "process.version + ' ' + process.versions.v8"], {
    encoding: "utf8",
  });
  const [version, v8] = out.trim().split(" ");
  return { path, version: version!, v8: v8! };
};

/** The binary that `wish` names, installed first if it is a version. */
export function nodeBinary(wish: string, progress: (text: string) => void): NodeBinary {
  if (/[/\\]/.test(wish) || existsSync(wish)) return ask(resolve(wish));
  if (!/^(\d+(\.\d+)*|latest)$/.test(wish)) {
    throw new Error(`node: ${JSON.stringify(wish)} is neither a path nor a version`);
  }
  const folder = join(home, "node_modules/.cache", `node-${wish}`);
  const path = join(folder, "node_modules/node/bin/node");
  if (!existsSync(path)) {
    progress(`installing node ${wish}`);
    mkdirSync(folder, { recursive: true });
    const args = ["install", "--prefix", folder, "--no-save", "--loglevel", "error"];
    execFileSync("npm", [...args, `node@${wish}`], { stdio: ["ignore", "ignore", "inherit"] });
  }
  return ask(path);
}
