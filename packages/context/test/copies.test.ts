/** Two copies of the package in one process: contexts of one are contexts for the other. */
import { expect, test, vi } from "vitest";
import * as here from "../src/index.ts";

test("a context of another copy ends its children here, with its error and its cause", async () => {
  vi.resetModules();
  const there = await import("../src/index.ts");
  expect(there.withCancel === here.withCancel).toBe(false);

  const name = there.key<string>("name");
  const [parent, cancel] = there.withCancelCause(
    there.withValue(there.background(), name, "gopher"),
  );
  const [child, cancelChild] = here.withCancel(here.withValue(parent, here.key("own"), 1));
  expect(child.err()).toBe(null);
  expect(child.value(name)).toBe("gopher");
  expect(here.cause(parent)).toBe(null);
  const why = new Error("why");
  cancel(why);
  await child.done().recv();
  expect(child.err()?.message).toBe("context canceled");
  expect(here.isCanceled(child.err())).toBe(true);
  expect(here.cause(child)).toBe(why);
  expect(here.cause(parent)).toBe(why);
  expect(there.cause(child)).toBe(why);
  cancelChild();
});

test("a root of another copy never ends its children, and without cancel is without cancel", async () => {
  vi.resetModules();
  const there = await import("../src/index.ts");
  const [child, cancel] = here.withCancel(there.background());
  expect(here.cause(there.background())).toBe(null);
  await Promise.resolve();
  expect(child.err()).toBe(null);
  cancel();
  expect(child.err()).toBe(here.Canceled);

  const [parent, end] = there.withCancel(there.background());
  const kept = here.withoutCancel(parent);
  end();
  expect(kept.err()).toBe(null);
  expect(here.cause(kept)).toBe(null);
  expect(here.cause(there.withoutCancel(parent))).toBe(null);
});
