/** Two copies of packages in one process, as npm installs them when ranges do not meet. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies what a project installed into `node_modules/second/node_modules/@gort`, so that `second/x.mjs` and the packages there
 * see copies of their own of `folders`; what is not copied stays shared with the first.
 */
export function secondCopies(project: string, name: string, folders: readonly string[]): string {
  const dir = join(project, name);
  const scope = join(dir, "node_modules/@gort");
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(scope, { recursive: true });
  for (const folder of folders) {
    cpSync(join(project, "node_modules/@gort", folder), join(scope, folder), { recursive: true });
  }
  return dir;
}
