/** Packs every package as `pnpm publish` would and installs the tarballs into empty projects. */
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parallel, sh } from "./run.ts";
import { readPackages, root } from "./workspace.ts";

/** A package's tarball. */
interface Packed {
  /** Folder under `packages/`, e.g. "chan". */
  readonly folder: string;
  readonly tarball: string;
}

/** All tarballs, and an empty project that has installed them and nothing else. */
export interface PackedProject {
  readonly packed: readonly Packed[];
  readonly dir: string;
}

declare module "vitest" {
  interface ProvidedContext {
    project: PackedProject;
  }
}

async function packAll(dir: string): Promise<Packed[]> {
  return parallel(readPackages(), 2, async (pkg) => {
    if (!existsSync(join(pkg.dir, "dist/index.js"))) {
      throw new Error(`${pkg.dir} is not built: run \`pnpm build\` first`);
    }
    const json = await sh(pkg.dir, "pnpm", "pack", "--json", "--pack-destination", dir);
    return { folder: pkg.folder, tarball: (JSON.parse(json) as { filename: string }).filename };
  });
}

/** Installs tarballs into a folder that need not exist, without asking a registry. */
async function installTarballs(dir: string, packed: readonly Packed[]): Promise<void> {
  writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "user", private: true }));
  const tarballs = packed.map((p) => p.tarball);
  await sh(dir, "npm", "install", "--offline", "--no-audit", "--no-fund", ...tarballs);
}

/** A temporary folder under the system's, by its real path (bundlers print and compare those). */
function tempDir(name: string): string {
  return mkdtempSync(join(realpathSync(tmpdir()), `gort-${name}-`));
}

/** Packs and installs everything; `remove` deletes what was made. */
export async function packedProject(): Promise<PackedProject & { remove(): void }> {
  const tarballs = tempDir("packed");
  const dir = tempDir("user");
  const remove = (): void => {
    for (const made of [tarballs, dir]) rmSync(made, { recursive: true, force: true });
  };
  try {
    const packed = await packAll(tarballs);
    await installTarballs(dir, packed);
    return { packed, dir, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Every import path that the packages offer, e.g. "@gort/alloc/testing". */
export function entryPoints(): string[] {
  return readPackages().flatMap((p) =>
    Object.keys(p.manifest.exports ?? {})
      .filter((subpath) => subpath !== "./package.json")
      .map((subpath) => p.manifest.name + subpath.slice(1)),
  );
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** Where downloaded runtimes and browsers' profiles are kept between runs. */
export const cache = join(root, "node_modules/.cache/gort");
