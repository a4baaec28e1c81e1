import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  ContextWrapper,
  afterFunc,
  background,
  withCancel,
  withTimeout,
  withValue,
} from "../src/index.ts";

test("console.log shows the text of a context, and nothing of its insides", () => {
  const [ctx, cancel] = withCancel(withValue(background(), "user", "gopher"));
  const [late, end] = withTimeout(ctx, 60_000);
  for (const v of [background(), ctx, new ContextWrapper(ctx)])
    expect(inspect([v])).toBe(inspect([{ [inspect.custom]: () => String(v) }]));
  expect(inspect(late)).toMatch(/^context\.Background\..*\.WithDeadline\(.*\)$/);
  cancel();
  end();
});

test("JSON.stringify shows the text of a context, also with children, and waited for", () => {
  const [ctx, cancel] = withCancel(withValue(background(), "user", "gopher"));
  const [late, end] = withTimeout(ctx, 60_000);
  afterFunc(ctx, () => {});
  void ctx
    .done()
    .recv()
    .then(() => {});
  ctx.signal.addEventListener("abort", () => {});
  const text = "context.Background.WithValue(user, gopher).WithCancel";
  for (let i = 0; i < 2; i++) {
    expect(JSON.stringify({ ctx, in: new ContextWrapper(ctx) })).toBe(
      `{"ctx":"${text}","in":"${text}"}`,
    );
    expect(JSON.stringify([late])).toContain(`${text}.WithDeadline(`);
    cancel();
  }
  end();
});
