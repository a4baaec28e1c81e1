/** Go's `defer recover()`: the deferred function is recover itself. See also defer.test.ts. */
import { afterEach, expect, test } from "vitest";
import { createFifoScheduler, panic, recover, withDefer } from "./helpers.ts";

/** Whether the panic of a function is over after its deferred call of `deferred`. */
const recovers = (deferred: () => unknown): boolean => {
  try {
    withDefer((s) => {
      s.defer(deferred);
      panic("boom");
    });
    return true;
  } catch {
    return false;
  }
};

const helper = (): void => withDefer((s) => s.defer(recover));

test.each<[string, boolean, () => unknown]>([
  ["in a deferred function it recovers", true, () => withDefer((s) => s.defer(recover))],
  ["in what a deferred function calls it does not", false, () => (helper(), 0)],
  [
    "in a scope of a scope of a deferred function it does not",
    false,
    () => withDefer(() => helper()),
  ],
])("recover as the deferred function: %s", async (_name, want, deferred) => {
  expect(recovers(deferred)).toBe(want);
  // In a goroutine as outside of any.
  const inside = await createFifoScheduler().run(() => recovers(deferred));
  expect(inside).toBe(want);
});

test("a call of recover deeper than the stack that the engine keeps is no direct one", () => {
  const deep = (n: number): unknown => (n > 0 ? deep(n - 1) : recover());
  let seen: unknown = "nothing";
  const scope = (): void =>
    withDefer((s) => {
      s.defer(() => {
        seen = deep(100);
      });
      panic("boom");
    });
  expect(scope).toThrow("boom");
  expect(seen).toBe(undefined);
});

const host = Error as { prepareStackTrace?: unknown };
const before = host.prepareStackTrace;
afterEach(() => {
  host.prepareStackTrace = before;
});

test("recover works where stacks are shown without the frames of installed packages", () => {
  host.prepareStackTrace = (_: unknown, frames: NodeJS.CallSite[]) =>
    ["Error", ...frames.filter((f) => !f.getFileName()?.includes("/src/"))].join("\n    at ");
  const result = withDefer<unknown>((s) => {
    s.defer(() => {
      s.result = recover();
    });
    panic("boom");
  });
  expect(result).toBe("boom");
});

test("recover works where a proxy stands between, which Bun shows as a frame without a name", () => {
  host.prepareStackTrace = (_: unknown, frames: NodeJS.CallSite[]) => {
    const lines = frames.map((f) => `    at ${f.toString()}`);
    const at = lines.findIndex((line) => /gortDeferred/.test(line));
    return ["Error", ...lines.slice(0, at), "    at unknown", ...lines.slice(at)].join("\n");
  };
  const result = withDefer<unknown>((s) => {
    s.defer(() => {
      s.result = recover();
    });
    panic("boom");
  });
  expect(result).toBe("boom");
});
