/** Every documented example type-checks and does what its comments say. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, test } from "vitest";
import { findExamples, instrument } from "../src/examples.ts";
import { Expectations } from "../src/expectations.ts";
import { readPackages, root } from "../src/workspace.ts";

const out = join(root, "apps/checks/.generated");
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "plain"), { recursive: true });
mkdirSync(join(out, "run"), { recursive: true });

const examples = findExamples();
const files = examples.map((example, i) => {
  const plain = join(out, "plain", `${i}.ts`);
  const run = join(out, "run", `${i}.ts`);
  writeFileSync(plain, `${example.code}\nexport {};\n`);
  return { ...example, plain, run };
});

afterAll(() => rmSync(out, { recursive: true, force: true }));

test("there are examples in every package", () => {
  for (const { folder } of readPackages()) {
    expect(
      examples.some((e) => e.where.startsWith(`packages/${folder}/src/`)),
      `packages/${folder}`,
    ).toBe(true);
  }
});

test("examples type-check as a user's strict project would", () => {
  const config = ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(
    files.map((f) => f.plain),
    { ...options, noUnusedLocals: false, noUnusedParameters: false, types: ["node"] },
  );
  const problems = ts.getPreEmitDiagnostics(program).map((d) => {
    const file = files.find((f) => f.plain === d.file?.fileName);
    const line =
      d.file && d.start !== undefined ? d.file.getLineAndCharacterOfPosition(d.start).line + 1 : 0;
    return `${file?.where ?? d.file?.fileName} (+${line}): ${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`;
  });
  expect(problems).toEqual([]);
});

describe("examples do what they say", () => {
  test.each(files.map((f) => [f.where, f] as const))("%s", async (where, file) => {
    const { code, assertions } = instrument(file);
    const check = new Expectations(Number(where.split(":").at(-1)));
    const slot = `__check_${files.indexOf(file)}`;
    (globalThis as Record<string, unknown>)[slot] = check;
    writeFileSync(file.run, `const __check = (globalThis as any).${slot};\n${code}\nexport {};\n`);
    await import(/* @vite-ignore */ file.run);
    check.finish(assertions);
  });
});
