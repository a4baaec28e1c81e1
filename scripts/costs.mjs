/** `pnpm costs [package…] [--write]`: builds what is missing, then measures what the packages' READMEs say they cost. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, environment, install, root } from "./setup.mjs";

await install();
await build("bench...");

const args = process.argv.slice(2).filter((a) => a !== "--");
const child = spawn(process.execPath, [join(root, "apps/bench/dist/costs.js"), ...args], {
  stdio: "inherit",
  env: environment(),
});
child.on("close", (code) => {
  process.exitCode = code ?? 1;
});
