/** The lint rule that users of ops depend on: an op that is neither awaited nor yielded is an error. */
import { join } from "node:path";
import { ESLint } from "eslint";
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
