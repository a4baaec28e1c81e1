/** Nobody who waits for a function gets ahead of its panic, and an ErrGroup fails with it where the process survives. */
import { createFifoScheduler, createScheduler, type Goroutine, panic, sleep } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { hearUncaught } from "../../sched/test/uncaught.ts";
import { checkErrGroup, checkWaitGroup } from "../src/check.ts";
import { ErrGroup, WaitGroup } from "../src/index.ts";
import { program, settle } from "./trace.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const panics: Record<string, () => any> = {
  plain: () => panic("boom"),
  async: async () => {
    await turn();
    panic("boom");
  },
  generator: function* () {
    yield* sleep(1);
    panic("boom");
  },
};

/** Each gives what becomes of a wait for `f`. */
const waits: Record<string, (f: () => any) => Promise<string>> = {
  WaitGroup: async (f) => {
    const wg = new WaitGroup();
    wg.go(f);
    await wg.wait();
    checkWaitGroup(wg);
    return "counted as ended";
  },
  ErrGroup: async (f) => {
    const [g, signal] = ErrGroup.withSignal();
    await g.go(f);
    const outcome = await g.wait().then(
      () => "fine",
      (e: unknown) => String(e),
    );
    checkErrGroup(g);
    return `${outcome}; ${String(signal.reason)}`;
  },
};
const outcomes: Record<string, string> = {
  WaitGroup: "counted as ended",
  ErrGroup: "panic: boom; panic: boom",
};
const forms = Object.keys(waits).flatMap((group) =>
  Object.keys(panics).map((form) => [group, form] as const),
);

describe.each(forms)("a panic in a function of a %s, %s", (group, form) => {
  const wait = waits[group]!;
  const f = panics[form]!;

  it("outside of programs is an uncaught exception before anybody goes on", async () => {
    const uncaught = hearUncaught();
    try {
      const seen = await wait(f).then((outcome) => [outcome, uncaught.errors.map(String)]);
      expect(seen).toEqual([outcomes[group], ["panic: boom"]]);
    } finally {
      uncaught.stop();
    }
  });

  it("ends the program of an async main before that goes on", async () => {
    for (const create of [createFifoScheduler, createScheduler]) {
      const log: string[] = [];
      let main!: Promise<void>;
      await create()
        .run(() => (main = wait(f).then((outcome) => void log.push(outcome))))
        .catch((e: unknown) => log.push(String(e)));
      await main;
      expect(log).toEqual(["panic: boom", outcomes[group]]);
    }
  });

  it("is told who waits where onPanic has the program go on", async () => {
    const log: string[] = [];
    const s = createFifoScheduler({ onPanic: (e) => log.push(`onPanic ${String(e)}`) });
    log.push(await s.run(() => wait(f)));
    expect(log).toEqual(["onPanic panic: boom", outcomes[group]]);
  });
});

describe("a panic that somebody takes by a join", () => {
  it("is over for its WaitGroup before that hears of it, and nothing else is told", async () => {
    for (const late of [false, true]) {
      const wg = new WaitGroup();
      let g!: Goroutine<never>;
      await new Promise<void>((resolve) => {
        g = wg.go(async () => {
          resolve();
          return panic("boom");
        });
        if (!late) resolve();
      });
      if (late) {
        for (let jobs = 0; jobs < 3 && g.status !== "dead"; jobs++) await Promise.resolve();
        expect([g.status, wg.count]).toEqual(["dead", 1]);
      }
      const seen = await g.join().then(
        () => "fine",
        (e: unknown) => `${String(e)}, counter ${wg.count}`,
      );
      expect(seen).toBe("panic: boom, counter 0");
      await wg.wait();
    }
  });
});

it("functions that panic together are all over for their WaitGroup when the program has ended", async () => {
  const wg = new WaitGroup();
  await expect(
    createFifoScheduler().run(async () => {
      for (let i = 0; i < 3; i++) wg.go(panics.plain!);
      await sleep(20);
    }),
  ).rejects.toThrow("boom");
  await wg.wait();
  checkWaitGroup(wg);
});

it("a hook that throws for a function that panicked is a panic of its own", async () => {
  const seen: string[] = [];
  const s = createFifoScheduler({ onPanic: (e) => seen.push(String(e)) });
  const wg = new WaitGroup();
  await s.run(function* () {
    wg.go(() => {
      wg.done();
      panic("boom");
    });
    yield* settle();
  });
  expect(seen).toEqual(["panic: boom", expect.stringContaining("negative WaitGroup counter")]);
  await program(function* () {
    yield* wg.wait();
  });
});
