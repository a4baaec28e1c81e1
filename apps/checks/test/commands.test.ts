/** Every command that README and docs tell people to run can start. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
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

test("commands are found in blocks and in the text, and those that cannot start are told", () => {
  const text =
    "```sh\nGORT_SEED=1 npm test  # all\n```\nuse `pnpm nothing`, `node scripts/none.mjs`\n";
  const commands = commandsIn(text);
  expect(commands).toEqual(["npm test", "pnpm nothing", "node scripts/none.mjs"]);
  expect(commands.map(cannotStart)).toEqual(["", "no script nothing", "no file scripts/none.mjs"]);
  expect(cannotStart("npm install @gort/none")).toBe("no package @gort/none");
  expect(cannotStart("yarn add x")).toBe("unknown program yarn");
});
