/** Compiled text where the host allows it, the same results where it does not. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { canCompile, compile } from "../src/codegen.ts";
import { makeSpace } from "./space.ts";

describe("compile", () => {
  it("runs a body with names in scope", () => {
    expect(canCompile()).toBe(true);
    expect(compile({ a: 20, b: 22 }, "return a + b;")).toBe(42);
  });
});

describe("a host that compiles no classes", () => {
  it("is one that does not compile: an accessor is made of closures there", async () => {
    const compiled = globalThis.Function;
    function Without(...source: string[]): unknown {
      if (/\bclass\b/.test(source.at(-1) ?? "")) throw new SyntaxError("invalid expression");
      return compiled(...source);
    }
    Without.prototype = compiled.prototype;
    vi.stubGlobal("Function", Without);
    vi.resetModules();
    try {
      const { accessor, int32, struct } = await import("../src/index.ts");
      const P = struct({ x: int32 });
      const space = makeSpace();
      const at = new (accessor(P))(space, space.alloc(P));
      at.x = 7;
      expect(at.x).toBe(7);
    } finally {
      vi.unstubAllGlobals();
    }
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
