/** Packs every package as `pnpm publish` would and installs the tarballs into an empty project. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readPackages, root, type Package } from "./workspace.ts";

const run = promisify(execFile);

export interface Packed {
  readonly pkg: Package;
  readonly tarball: string;
}

/** Runs a command; resolves with its output, rejects with its output too. */
export async function sh(cwd: string, command: string, ...args: string[]): Promise<string> {
  const PATH = `${join(root, "node_modules/.bin")}:${process.env["PATH"]}`;
  const env: NodeJS.ProcessEnv = { ...process.env, PATH };
  // The user's project has neither our conditions nor our test runner.
  delete env["NODE_OPTIONS"];
  for (const name of Object.keys(env)) if (name.startsWith("VITEST")) delete env[name];
  try {
    const { stdout } = await run(command, args, { cwd, env, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

export async function packAll(dir: string): Promise<Packed[]> {
  const out: Packed[] = [];
  for (const pkg of readPackages()) {
    if (!existsSync(join(pkg.dir, "dist/index.js"))) {
      throw new Error(`${pkg.dir} is not built: run \`pnpm build\` first`);
    }
    const json = await sh(pkg.dir, "pnpm", "pack", "--json", "--pack-destination", dir);
    out.push({ pkg, tarball: (JSON.parse(json) as { filename: string }).filename });
  }
  return out;
}

/** An empty project with all tarballs installed and nothing else. */
export async function emptyProject(packed: readonly Packed[]): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "gort-user-"));
  writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "user", private: true }));
  const tarballs = packed.map((p) => p.tarball);
  await sh(dir, "npm", "install", "--offline", "--no-audit", "--no-fund", ...tarballs);
  return dir;
}

/** A temporary folder that lives as long as `use` runs. */
export async function withTempDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "gort-"));
  mkdirSync(dir, { recursive: true });
  try {
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}
