/** Which `AsyncLocalStorage` those see who hear of the end of a context. */
import { AsyncLocalStorage } from "node:async_hooks";
import { createScheduler, defaultScheduler, go, run, setDefaultScheduler } from "@gort/sched";
import { expect, test, vi } from "vitest";
import { afterFunc, background, withCancel, withTimeout } from "../src/index.ts";

const store = new AsyncLocalStorage<string>();
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const forms: Record<string, (heard: string[]) => () => any> = {
  plain: (heard) => () => void heard.push(String(store.getStore())),
  async: (heard) => async () => {
    await later(0);
    heard.push(String(store.getStore()));
  },
};

test.each(Object.entries(forms))(
  "afterFunc calls its function where it was called, whoever ends the context: %s",
  async (_name, form) => {
    const heard: string[] = [];
    const [ctx, cancel] = withCancel(background());
    for (const id of ["A", "B"]) store.run(id, () => afterFunc(ctx, form(heard)));
    const [timed] = store.run("timer", () => withTimeout(background(), 1));
    store.run("C", () => afterFunc(timed, form(heard)));
    store.run("canceller", cancel);
    await vi.waitFor(() => expect(heard.sort()).toEqual(["A", "B", "C"]));
  },
);

test("afterFunc of the first part of an async function, or of a plain one, keeps the context as after an await", async () => {
  const heard: string[] = [];
  const [ctx, cancel] = withCancel(background());
  const note = (): void => void heard.push(String(store.getStore()));
  const first = store.run("first part", () => go(async () => void afterFunc(ctx, note)));
  const plain = store.run("plain", () => go(() => void afterFunc(ctx, note)));
  await first.join();
  await plain.join();
  store.run("canceller", cancel);
  await vi.waitFor(() => expect(heard.sort()).toEqual(["first part", "plain"]));
});

test("with the option context, listeners of a deadline hear of it where it was set, and afterFunc of a goroutine too", async () => {
  const before = defaultScheduler();
  const scheduler = createScheduler({ context: true });
  setDefaultScheduler(scheduler);
  try {
    const heard: string[] = [];
    const note = (): void => void heard.push(String(store.getStore()));
    for (const id of ["A", "B"])
      store.run(id, () => {
        const [ctx] = withTimeout(background(), 2);
        ctx.signal.addEventListener("abort", note);
      });
    await vi.waitFor(() => expect(heard.sort()).toEqual(["A", "B"]));
    const [ctx, cancel] = withCancel(background());
    heard.length = 0;
    await store.run("goroutine", () =>
      run(
        function* () {
          afterFunc(ctx, function* () {
            note();
          });
          store.run("canceller", cancel);
          yield;
          yield;
        },
        { context: true },
      ),
    );
    expect(heard).toEqual(["goroutine"]);
  } finally {
    setDefaultScheduler(before);
  }
});

test("a function that was stopped in time is not called", async () => {
  let ran = 0;
  const [ctx, cancel] = withCancel(background());
  const stop = afterFunc(ctx, () => ran++);
  expect(stop()).toBe(true);
  cancel();
  await later(1);
  expect(ran).toBe(0);
});
