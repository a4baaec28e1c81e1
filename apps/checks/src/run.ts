/** Runs commands as a user's shell would: our binaries on the path, nothing of our test runner in the environment. */
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./workspace.ts";

const run = promisify(execFile);

/** No command takes as long; one that waits for ever would keep the global setup, which has no limit, from ending. */
const COMMAND_MAX_MS = 600_000;

/** The environment of a user's project: neither our conditions nor our test runner. */
function userEnvironment(): NodeJS.ProcessEnv {
  const PATH = `${join(root, "node_modules/.bin")}${delimiter}${process.env["PATH"]}`;
  const env: NodeJS.ProcessEnv = { ...process.env, PATH };
  delete env["NODE_OPTIONS"];
  delete env["NODE_ENV"];
  for (const name of Object.keys(env)) if (/^(VITEST|VITE_|npm_)/.test(name)) delete env[name];
  env["npm_config_update_notifier"] = "false";
  return env;
}

/** Runs a command; resolves with its output, rejects with its output too. */
export async function sh(cwd: string, command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(command, args, {
      cwd,
      env: userEnvironment(),
      maxBuffer: 1 << 26,
      timeout: COMMAND_MAX_MS,
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Runs `task` on every item, at most `width` at a time; results in the order of the items. */
export async function parallel<T, R>(
  items: readonly T[],
  width: number,
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const out: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) out[i] = await task(items[i]!);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return out;
}
