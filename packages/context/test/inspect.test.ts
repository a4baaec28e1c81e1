import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ContextWrapper, background, withCancel, withTimeout, withValue } from "../src/index.ts";

test("console.log shows the text of a context, and nothing of its insides", () => {
  const [ctx, cancel] = withCancel(withValue(background(), "user", "gopher"));
  const [late, end] = withTimeout(ctx, 60_000);
  for (const v of [background(), ctx, new ContextWrapper(ctx)])
    expect(inspect([v])).toBe(inspect([{ [inspect.custom]: () => String(v) }]));
  expect(inspect(late)).toMatch(/^context\.Background\..*\.WithDeadline\(.*\)$/);
  cancel();
  end();
});
