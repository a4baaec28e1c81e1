/**
 * Sets the repository up with nothing but Node and npm: installs the pinned pnpm's view of the lockfile
 * and builds. Quiet, with one progress line; does nothing that is already done.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const stampFile = join(root, "node_modules", ".gort", "setup");

/** The environment for every tool: the repository's own binaries first, no telemetry. */
export function environment() {
  const inherited = { ...process.env };
  // `npm run --silent` would silence the tools' errors, too.
  delete inherited.npm_config_loglevel;
  return {
    ...inherited,
    PATH: join(root, "node_modules", ".bin") + delimiter + process.env.PATH,
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    npm_config_update_notifier: "false",
  };
}

/** What runs now, by title: the times at which they began, for one progress line of all. */
const running = new Map();
const secondsOf = (started) => Math.round((Date.now() - started) / 1000);
const status = () =>
  [...running].map(([title, started]) => `${title} … ${secondsOf(started)} s`).join(", ");

/**
 * Runs a command with a progress line in place of its output, which is shown only if it fails.
 * Resolves with { ok, seconds, output }. Several may run at once.
 */
export function step(title, command, args, { show = false, env = {} } = {}) {
  const started = Date.now();
  const tty = process.stderr.isTTY && !show;
  const line = (text) => process.stderr.write(tty ? `\r\x1b[K${text}` : `${text}\n`);
  if (!show) {
    running.set(title, started);
    line(tty ? status() : `${title} …`);
  }
  const tick = setInterval(
    () => {
      if (!show) line(tty ? status() : `${title} … ${secondsOf(started)} s`);
    },
    tty ? 1000 : 20_000,
  );
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...environment(), ...env },
      stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    const chunks = [];
    child.stdout?.on("data", (c) => chunks.push(c));
    child.stderr?.on("data", (c) => chunks.push(c));
    child.on("error", (error) => chunks.push(Buffer.from(String(error))));
    child.on("close", (code) => {
      clearInterval(tick);
      const seconds = secondsOf(started);
      const ok = code === 0;
      const output = Buffer.concat(chunks.map((c) => Buffer.from(c))).toString();
      if (!show) {
        running.delete(title);
        line(`${ok ? "ok  " : "FAIL"} ${title} (${seconds} s)`);
        if (tty) process.stderr.write("\n");
        if (!ok) process.stderr.write(output.replace(/^/gm, "     ") + "\n");
      }
      resolve({ ok, seconds, output });
    });
  });
}

function fingerprint() {
  const hash = createHash("sha256").update(process.version);
  const add = (file) => hash.update(file).update(readFileSync(join(root, file)));
  add("pnpm-lock.yaml");
  add("pnpm-workspace.yaml");
  add("package.json");
  for (const folder of ["packages", "apps"]) {
    for (const name of readdirSync(join(root, folder))) {
      const file = join(folder, name, "package.json");
      if (existsSync(join(root, file))) add(file);
    }
  }
  return hash.digest("hex");
}

/** Installs if the lockfile or a manifest changed since the last install. */
export async function install() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`gort needs Node 20.19 or newer; this is ${process.version}\n`);
    process.exit(1);
  }
  const now = fingerprint();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === now) return;
  rmSync(stampFile, { force: true });
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { ok } = await step("installing dependencies", "npx", [
    "--yes",
    packageManager,
    "install",
    "--frozen-lockfile",
    "--reporter=append-only",
  ]);
  if (!ok) process.exit(1);
  mkdirSync(join(root, "node_modules", ".gort"), { recursive: true });
  writeFileSync(stampFile, now);
}

/** Builds what `filter` needs (turbo's syntax); everything that is up to date is skipped. */
export async function build(filter) {
  const args = ["run", "build", "--output-logs=errors-only", "--log-prefix=none"];
  if (filter) args.push(`--filter=${filter}`);
  const { ok } = await step("building", "turbo", args);
  if (!ok) process.exit(1);
}
