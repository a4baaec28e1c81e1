/** Every command that README and docs tell people to run can start. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { cannotStart, commandsIn } from "../src/commands.ts";
import { markdownFiles } from "../src/links.ts";
import { root } from "../src/workspace.ts";

const documented = markdownFiles()
  .map((path) => ({ path: relative(root, path), commands: commandsIn(readFileSync(path, "utf8")) }))
  .filter(({ path, commands }) => commands.length > 0 && !path.endsWith("CHANGELOG.md"));

describe("documented commands can start", () => {
  test.each(documented.map((d) => [d.path, d.commands] as const))("%s", (_, commands) => {
    const bad = commands.map((c) => [c, cannotStart(c)]).filter(([, why]) => why !== "");
    expect(bad).toEqual([]);
  });
});

/** Package managers that keep to what was asked for do not find a dependency's dependency. */
test("a page that says what to install names every package its examples import", () => {
  const bad = documented.flatMap(({ path, commands }) => {
    const installed = commands
      .filter((c) => c.startsWith("npm install "))
      .flatMap((c) => c.split(/\s+/).slice(2));
    if (installed.length === 0) return [];
    const text = readFileSync(join(root, path), "utf8");
    const imported = [...text.matchAll(/ from "(@gort\/\w+)/g)].map((m) => m[1]!);
    return imported.filter((name) => !installed.includes(name)).map((name) => `${path}: ${name}`);
  });
  expect(bad).toEqual([]);
});

test("a release with an option that is misspelled publishes nothing", () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, "scripts/release.mjs"), "--dryrun"],
    { encoding: "utf8", timeout: 50_000, env: { npm_config_registry: "http://127.0.0.1:1/" } },
  );
  expect(stderr).toContain('there is no option "--dryrun"');
  expect([status, stdout]).toEqual([2, ""]);
});

test("commands are found in blocks and in the text, and those that cannot start are told", () => {
  const text =
    "```sh\nGORT_SEED=1 npm test  # all\n```\nuse `pnpm nothing`, `node scripts/none.mjs`\n";
  const commands = commandsIn(text);
  expect(commands).toEqual(["npm test", "pnpm nothing", "node scripts/none.mjs"]);
  expect(commands.map(cannotStart)).toEqual(["", "no script nothing", "no file scripts/none.mjs"]);
  expect(cannotStart("npm install @gort/none")).toBe("no package @gort/none");
  expect(cannotStart("pnpm docs")).toBe("pnpm docs is a command of pnpm's own: pnpm run docs");
  expect(cannotStart("pnpm run docs")).toBe("");
  expect(cannotStart("npm run --silent demo")).toBe("");
  expect(cannotStart("pnpm turbo run build")).toContain("name the script");
  expect(cannotStart("yarn add x")).toBe("unknown program yarn");
});
