/** The lint rules that users of ops depend on: an op that is neither awaited nor yielded is an error. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import js from "@eslint/js";
import { ESLint, type Linter } from "eslint";
import tseslint from "typescript-eslint";
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

/** The rules that the guide names. */
function guideRules(): Linter.RulesRecord {
  const guide = readFileSync(join(root, "docs/guides/services.md"), "utf8");
  const rules = /```js\n([^`]*)```/
    .exec(guide)![1]!
    .replace(/\/\/.*/g, "")
    .replace(/(\w+):/g, '"$1":');
  return JSON.parse(`{${rules.trim().slice(0, -1)}}`) as Linter.RulesRecord;
}

/** Rules and lines of the messages about a fixture, and of those that its comments want: there, or below where they stand alone. */
async function lint(eslint: ESLint, fixture: string): Promise<[got: unknown[], wanted: unknown[]]> {
  const [result] = await eslint.lintFiles([join(root, "apps/checks/fixtures", fixture)]);
  const wanted = result!.source!.split("\n").flatMap((line, i) => {
    const rule = /\/\/ error: (.*)/.exec(line)?.[1];
    return rule === undefined ? [] : [[rule, line.startsWith("//") ? i + 2 : i + 1]];
  });
  return [result!.messages.map((m) => [m.ruleId?.split("/").at(-1), m.line]), wanted];
}

test("the rules that the guide names find the usual slips, and nothing else", async () => {
  const overrideConfig = { rules: guideRules() };
  const eslint = new ESLint({ cwd: root, ignore: false, overrideConfig });
  const [got, wanted] = await lint(eslint, "slips.ts");
  expect(wanted.length).toBe(7);
  expect(got).toEqual(wanted);
});

test("the strict and stylistic rules of typescript-eslint have nothing against code as it should be", async () => {
  const overrideConfig = tseslint.config(
    js.configs.recommended,
    tseslint.configs.strictTypeChecked,
    tseslint.configs.stylisticTypeChecked,
    {
      languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
      rules: guideRules(),
    },
  ) as Linter.Config[];
  const eslint = new ESLint({ cwd: root, ignore: false, overrideConfigFile: true, overrideConfig });
  const [got, wanted] = await lint(eslint, "strict.ts");
  expect(wanted.length).toBe(4);
  expect(got).toEqual(wanted);
});
