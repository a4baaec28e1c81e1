/**
 * `pnpm release [--dry-run]`: publishes every package whose version is not on the registry yet.
 * With --dry-run it packs and lists instead. Run `pnpm version-packages` before.
 */
import { install, build, step } from "./setup.mjs";

const dry = process.argv.includes("--dry-run");
await install();
await build("./packages/*");
const args = dry
  ? [
      "--recursive",
      "--filter=./packages/*",
      "publish",
      "--dry-run",
      "--no-git-checks",
      "--access",
      "public",
    ]
  : ["exec", "changeset", "publish"];
const { ok } = await step(dry ? "dry run" : "publishing", "pnpm", args, { show: true });
process.exitCode = ok ? 0 : 1;
