/** Compiled text where the host allows it, the same results where it does not. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { canCompile, compile } from "../src/codegen.ts";

describe("compile", () => {
  it("runs a body with names in scope", () => {
    expect(canCompile()).toBe(true);
    expect(compile({ a: 20, b: 22 }, "return a + b;")).toBe(42);
  });
});

describe("a host that forbids compiling text", () => {
  it("gets the same results from loops and closures", () => {
    const file = fileURLToPath(new URL("./fixtures/no-eval.ts", import.meta.url));
    const out = execFileSync(
      process.execPath,
      ["--disallow-code-generation-from-strings", "--import", "tsx", file],
      { encoding: "utf8", timeout: 50_000 },
    );
    expect(JSON.parse(out)).toEqual({
      compiles: false,
      sum: 62375,
      value: { a: 100, s: "n499", in: { x: 7 } },
      refused:
        "struct { a int8; s string; in struct { x float64 } }.a: value is 1000, want an integer from -128 to 127",
    });
  });
});
