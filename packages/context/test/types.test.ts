/** What a user's editor shows: types that must be inferred without an annotation. */
import { type RecvChan, select } from "@gort/chan";
import { sleep, type WaitOptions } from "@gort/sched";
import { describe, expectTypeOf, test } from "vitest";
import {
  afterFunc,
  background,
  type CancelCauseFunc,
  type CancelFunc,
  cause,
  type Context,
  type ContextError,
  fromSignal,
  isCanceled,
  isDeadlineExceeded,
  key,
  type Key,
  withCancel,
  withCancelCause,
  withDeadline,
  withTimeout,
  withValue,
} from "../src/index.ts";

describe("types", () => {
  test("deriving gives a labelled pair", () => {
    const ctx = background();
    expectTypeOf(withCancel(ctx)).toEqualTypeOf<[ctx: Context, cancel: CancelFunc]>();
    expectTypeOf(withCancelCause(ctx)).toEqualTypeOf<[ctx: Context, cancel: CancelCauseFunc]>();
    expectTypeOf(withTimeout).parameter(1).toEqualTypeOf<number>();
    expectTypeOf(withDeadline).toBeCallableWith(ctx, new Date(), {});
    expectTypeOf(fromSignal).toBeCallableWith(AbortSignal.abort());
    expectTypeOf(afterFunc(ctx, () => 1)).toEqualTypeOf<() => boolean>();
    expectTypeOf(cause(ctx)).toEqualTypeOf<unknown>();
    expectTypeOf(ctx.err()).toEqualTypeOf<Error | null>();
    expectTypeOf(ctx.done()).toEqualTypeOf<RecvChan<void>>();
  });

  test("a typed key gives the type of its value, another key gives unknown", () => {
    const user = key<{ name: string }>("user");
    const ctx = withValue(background(), user, { name: "Ada" });
    expectTypeOf(user).toEqualTypeOf<Key<{ name: string }>>();
    expectTypeOf(ctx.value(user)).toEqualTypeOf<{ name: string } | undefined>();
    expectTypeOf(ctx.value("user")).toEqualTypeOf<unknown>();
    const [value, ok] = user.get(ctx);
    if (ok) expectTypeOf(value).toEqualTypeOf<{ name: string }>();
    else expectTypeOf(value).toEqualTypeOf<undefined>();
    const refused = () => {
      // @ts-expect-error the key is for another type of value
      withValue(background(), user, 5);
    };
    expectTypeOf(refused).returns.toEqualTypeOf<void>();
  });

  test("a context calls off waits, and is a case of a select by its done channel", () => {
    const ctx = background();
    expectTypeOf<{ ctx: Context }>().toExtend<WaitOptions>();
    expectTypeOf(sleep).toBeCallableWith(1, { ctx });
    const f = async () => (await select({ stop: ctx.done().recv(), late: sleep(1) })).case;
    expectTypeOf(f).returns.toEqualTypeOf<Promise<"stop" | "late">>();
    const g = (e: unknown) => {
      if (isDeadlineExceeded(e)) expectTypeOf(e.timeout()).toEqualTypeOf<boolean>();
      if (isCanceled(e)) expectTypeOf(e.message).toEqualTypeOf<string>();
    };
    expectTypeOf(g).parameters.toEqualTypeOf<[unknown]>();
    const h = (err: Error | null, of: ContextError) => {
      if (isCanceled(err) || isDeadlineExceeded(err)) expectTypeOf(err).toExtend<ContextError>();
      else expectTypeOf(err).toEqualTypeOf<Error | null>();
      if (!isCanceled(of)) expectTypeOf(of).toEqualTypeOf<ContextError>();
    };
    expectTypeOf(h).parameters.toEqualTypeOf<[Error | null, ContextError]>();
  });
});
