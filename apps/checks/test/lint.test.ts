/** The lint rules that users of ops depend on: an op that is neither awaited nor yielded is an error. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ESLint, type Linter } from "eslint";
import { expect, test } from "vitest";
import { root } from "../src/workspace.ts";

test("a forgotten await or yield* on an Op is a lint error", async () => {
  const eslint = new ESLint({ cwd: root, ignore: false });
  const [result] = await eslint.lintFiles([join(root, "apps/checks/fixtures/floating-op.ts")]);
  const marked = result!
    .source!.split("\n")
    .flatMap((line, i) => (line.includes("// error:") ? [i + 1] : []));
  expect(marked.length).toBe(2);
  expect(result!.messages.map((m) => [m.ruleId, m.line])).toEqual(
    marked.map((line) => ["@typescript-eslint/no-floating-promises", line]),
  );
});

test("the rules that the guide names find the usual slips, and nothing else", async () => {
  const guide = readFileSync(join(root, "docs/guides/services.md"), "utf8");
  const rules = /```js\n([^`]*)```/
    .exec(guide)![1]!
    .replace(/\/\/.*/g, "")
    .replace(/(\w+):/g, '"$1":');
  const overrideConfig = {
    rules: JSON.parse(`{${rules.trim().slice(0, -1)}}`) as Linter.RulesRecord,
  };
  const eslint = new ESLint({ cwd: root, ignore: false, overrideConfig });
  const [result] = await eslint.lintFiles([join(root, "apps/checks/fixtures/slips.ts")]);
  const wanted = result!.source!.split("\n").flatMap((line, i) => {
    const rule = /\/\/ error: (.*)/.exec(line)?.[1];
    return rule === undefined ? [] : [[rule, i + 1]];
  });
  expect(wanted.length).toBe(7);
  expect(result!.messages.map((m) => [m.ruleId!.split("/").at(-1), m.line])).toEqual(wanted);
});
