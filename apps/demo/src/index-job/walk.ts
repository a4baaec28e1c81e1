/**
 * The walker: finds the text files under a directory and sends them, in a stable order.
 *
 * Symbolic links to files and directories are not followed (what they point to inside of the tree is indexed
 * where it lies), so a loop of links cannot trap it; a link that points nowhere or at itself is reported. Hidden
 * folders are caches and the like and are left out, but for the `.pnpm` store, where the packages are.
 */
import type { Dirent } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { select } from "@gort/chan";
import { poll, type Go } from "@gort/sched";
import { UserError, fsReason } from "../errors.ts";
import type { Env, Found } from "./env.ts";

const extensions = [".md", ".js", ".ts", ".json", ".txt"];

/** Throws a `UserError` if `dir` cannot be walked at all. */
export function* checkDirectory(dir: string): Go<void> {
  try {
    const info = yield* poll(stat(dir));
    if (!info.isDirectory()) throw new UserError(`${dir} is not a directory`);
    yield* poll(readdir(dir));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${dir} ${fsReason(error)}`);
  }
}

/** Every so many files one is indexed a second time, as if it had changed meanwhile. */
const REINDEX_EVERY = 10;

/** Walks `dir`, sends every text file to `env.paths`, some of them again, and closes it at the end. */
export function* walk(env: Env, dir: string): Go<void> {
  const { ctx, paths, summary } = env;
  const done = ctx.done();
  let doc = 0;
  const pending = [dir];
  const again: Found[] = [];
  try {
    for (let next; (next = pending.pop()) !== undefined && ctx.err() === null;) {
      let entries: Dirent[];
      try {
        entries = yield* poll(readdir(next, { withFileTypes: true }));
      } catch (error) {
        yield* summary.problem(next, fsReason(error));
        continue;
      }
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      const folders: string[] = [];
      for (const entry of entries) {
        const path = join(next, entry.name);
        if (entry.isDirectory()) {
          if (!entry.name.startsWith(".") || entry.name === ".pnpm") folders.push(path);
        } else if (entry.isSymbolicLink()) yield* checkLink(env, path);
        else if (entry.isFile() && extensions.includes(extname(entry.name))) {
          yield* summary.discovered(extname(entry.name));
          const found = { doc: doc++, path, replaces: null };
          const r = yield* select({ sent: paths.send(found), done: done.recv() });
          if (r.case === "done") return;
          if (found.doc % REINDEX_EVERY === 0) again.push(found);
        }
      }
      for (let i = folders.length - 1; i >= 0; i--) pending.push(folders[i]!);
    }
    for (const { doc: replaces, path } of again) {
      const found = { doc: doc++, path, replaces };
      const r = yield* select({ sent: paths.send(found), done: done.recv() });
      if (r.case === "done") return;
    }
  } finally {
    paths.close();
  }
}

/** A link that leads nowhere is worth a word if it is named like a text file. */
function* checkLink(env: Env, path: string): Go<void> {
  if (!extensions.includes(extname(path))) return;
  try {
    yield* poll(stat(path));
  } catch (error) {
    // It may have gone meanwhile; then there is nothing to say.
    const still = yield* poll(
      lstat(path).then(
        () => true,
        () => false,
      ),
    );
    if (still) yield* env.summary.problem(path, `link ${fsReason(error)}`);
  }
}
