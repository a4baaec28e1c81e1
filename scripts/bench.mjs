/** `pnpm bench [-- arguments]`: sets up what is missing, the libraries measured beside gort too, then measures. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, environment, install, root, step } from "./setup.mjs";

await install();
await build("bench...");

const args = process.argv.slice(2).filter((a) => a !== "--");
const peers = join(root, "apps/bench/peers");
const stamp = join(peers, "node_modules/.gort-stamp");
const lock = readFileSync(join(peers, "pnpm-lock.yaml"), "utf8");
if (!args.includes("--no-peers") && !(existsSync(stamp) && readFileSync(stamp, "utf8") === lock)) {
  // A project of its own, so that nobody installs a hundred megabytes of libraries to run a test.
  const { ok } = await step("installing the libraries to measure beside", "pnpm", [
    "--dir",
    peers,
    "install",
    "--ignore-workspace",
    "--frozen-lockfile",
  ]);
  if (!ok) process.exit(1);
  writeFileSync(stamp, lock);
}
const child = spawn(process.execPath, [join(root, "apps/bench/dist/main.js"), ...args], {
  stdio: "inherit",
  env: environment(),
});
child.on("close", (code) => {
  process.exitCode = code ?? 1;
});
