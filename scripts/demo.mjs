/** `npm run demo [-- arguments]`: sets up what is missing, then runs the demo. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { build, environment, install, root } from "./setup.mjs";

await install();
await build("demo");
// By its source map a report names the line of the program that started a goroutine; in the bundle that would be a line of gort's.
const main = ["--enable-source-maps", join(root, "apps/demo/dist/main.js")];
const child = spawn(process.execPath, [...main, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: environment(),
});
// Ctrl-C reaches the whole process group; the demo decides how to end, and this script ends with it. Other signals come to this process alone.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("close", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
