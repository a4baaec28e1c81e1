/** Errors of panics that were caught, or recovered, and are thrown again in a scope of their own. */
import { describe, expect, test } from "vitest";
import { panic, panicText, recover, withDefer } from "./helpers.ts";

const caught = (body: () => unknown): unknown => {
  try {
    body();
  } catch (e) {
    return e;
  }
  return undefined;
};

/** A panic on top of another, as it left its scope. */
const two = (): unknown =>
  withDefer((s): void => {
    s.defer(() => panic("two"));
    panic("one");
  });

describe("panic: an error thrown again", () => {
  test("below a newer panic is printed once, with those below it", () => {
    const error = caught(() =>
      withDefer((s) => {
        const kept = caught(two);
        s.defer(() => {
          withDefer((inner) => {
            inner.defer(() => panic("three"));
            throw kept;
          });
        });
        throw kept;
      }),
    );
    expect(panicText(error)).toBe("panic: one\n\tpanic: two\n\tpanic: three");
  });

  test("after it was recovered is a panic again, which goes on, or is recovered again", () => {
    let kept: unknown;
    withDefer((s) => {
      s.defer(() => recover());
      kept = caught(two);
      throw kept;
    });
    expect(
      caught(() =>
        withDefer((s) => {
          s.defer(() => {});
          throw kept;
        }),
      ),
    ).toBe(kept);
    let again: unknown;
    withDefer((s) => {
      s.defer(() => (again = recover()));
      throw kept;
    });
    expect(again).toBe("two");
  });
});
