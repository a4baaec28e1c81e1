/** gort at an earlier revision: checked out in a git worktree in a temporary folder, installed and built there. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { home } from "./contender-list.ts";

/**
 * Builds the packages of a revision; the jobs are today's, so that both sides do the same. Returns the folder to measure
 * from, which is removed when this process ends.
 */
export async function atRevision(rev: string, progress: (text: string) => void): Promise<string> {
  const root = join(home, "../..");
  const folder = mkdtempSync(join(tmpdir(), "gort-bench-"));
  const tree = join(folder, "gort");
  const run = (file: string, args: string[], cwd: string): void => {
    try {
      execFileSync(file, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
      const said = `${stdout?.toString() ?? ""}${stderr?.toString() ?? ""}`.trim();
      process.stderr.write(
        `bench: ${rev}: ${[file, ...args].join(" ")} failed\n${said.slice(-3000)}\n`,
      );
      process.exit(1);
    }
  };
  process.on("exit", () => {
    try {
      execFileSync("git", ["worktree", "remove", "--force", tree], { cwd: root, stdio: "ignore" });
    } catch {
      // Never made.
    }
    rmSync(folder, { recursive: true, force: true });
  });
  progress(`${rev}: checking out`);
  run("git", ["worktree", "add", "--detach", tree, rev], root);
  rmSync(join(tree, "apps/bench"), { recursive: true, force: true });
  const here = ["dist", "package.json"];
  for (const f of here) cpSync(join(home, f), join(tree, "apps/bench", f), { recursive: true });
  progress(`${rev}: installing`);
  run("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline"], tree);
  // Each package by its own build, without declarations. Not by the task runner: worktrees share its cache with the
  // checkout, and what it finds there was built elsewhere.
  for (const name of readdirSync(join(tree, "packages"))) {
    progress(`${rev}: building ${name}`);
    const tsup = join(tree, "node_modules/.bin/tsup");
    run(tsup, ["--no-dts"], join(tree, "packages", name));
  }
  return join(tree, "apps/bench/dist");
}
