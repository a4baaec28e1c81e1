import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { after, type Go, go, newTicker, newTimer, now, poll, sleep } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { describe, expect, test } from "vitest";
import { type Chan, checkChan, makeChan, nilChan, select, toReadable } from "../src/index.ts";

test("bubble: using a bubble's channel from outside panics `send on synctest channel from outside bubble` (receive and close likewise)", async () => {
  let leaked!: Chan<number>;
  await bubble(function* () {
    leaked = makeChan<number>(1);
    yield* leaked.send(1);
    expect(yield* leaked.recv()).toBe(1);
    leaked.trySend(2);
    expect(leaked.tryRecv()).toEqual([2, true, true]);
  });
  expect(() => leaked.send(1)).toThrow("send on synctest channel from outside bubble");
  expect(() => leaked.trySend(1)).toThrow("send on synctest channel from outside bubble");
  expect(() => leaked.recv()).toThrow("receive on synctest channel from outside bubble");
  expect(() => leaked.recvOk()).toThrow("receive on synctest channel from outside bubble");
  const range = leaked.range();
  expect(() => range.next()).toThrow("receive on synctest channel from outside bubble");
  expect(() => leaked.tryRecv()).toThrow("receive on synctest channel from outside bubble");
  expect(() => select([leaked.recv()])).toThrow("receive on synctest channel from outside bubble");
  expect(() => leaked.close()).toThrow("close of synctest channel from outside bubble");
  expect([leaked.len, leaked.cap]).toEqual([0, 1]);
  expect(checkChan(leaked)).toEqual({ receivers: 0, senders: 0 });
});

test("bubble: a channel of a bubble that has ended is refused in the next one, whoever asks", async () => {
  let leaked!: Chan<number>;
  await bubble(function* () {
    leaked = makeChan<number>(1);
  });
  const refused = (): void => {
    expect(() => leaked.trySend(1)).toThrow("send on synctest channel from outside bubble");
    expect(() => leaked.send(1)).toThrow("send on synctest channel from outside bubble");
    expect(() => leaked.tryRecv()).toThrow("receive on synctest channel from outside bubble");
    expect(() => leaked.recv()).toThrow("receive on synctest channel from outside bubble");
    expect(() => leaked.range().next()).toThrow("receive on synctest channel from outside bubble");
    expect(() => leaked.close()).toThrow("close of synctest channel from outside bubble");
  };
  await bubble(function* () {
    refused();
  });
  await bubble(async () => {
    await sleep(1);
    refused();
  });
  expect([leaked.len, leaked.cap]).toEqual([0, 1]);
});

test("bubble: of bubbles side by side a goroutine is refused the other's channel; code after an await, which may be of any, is not", async () => {
  let theirs!: Chan<number>;
  let over!: (value: void) => void;
  const first = bubble(function* () {
    theirs = makeChan<number>(1);
    yield* poll(new Promise<void>((resolve) => (over = resolve)));
    return yield* theirs.recv();
  });
  await new Promise((resolve) => setTimeout(resolve, 1));
  await bubble(function* () {
    expect(() => theirs.trySend(1)).toThrow("send on synctest channel from outside bubble");
  });
  await bubble(async () => {
    await sleep(1);
    expect(theirs.trySend(2)).toBe(true);
  });
  over();
  expect(await first).toBe(2);
});

test("bubble: a send that was made inside is refused outside, when it is used", async () => {
  let leaked!: Chan<number>;
  let op!: PromiseLike<void>;
  await bubble(function* () {
    leaked = makeChan<number>(1);
    op = leaked.send(1);
    yield* sleep(1);
  });
  await expect(op).rejects.toThrow("send on synctest channel from outside bubble");
  expect(leaked.len).toBe(0);
});

test("bubble: a channel made outside may be used inside and outside", async () => {
  const ch = makeChan<number>(1);
  await bubble(function* () {
    yield* ch.send(1);
  });
  expect(await ch.recv()).toBe(1);
});

test("bubble: async functions and timers of the bubble use its channels", async () => {
  const got = await bubble(async () => {
    const ch = makeChan<number>();
    const sender = (async () => {
      await sleep(5);
      await ch.send(3);
      ch.close();
    })();
    let sum = 0;
    for await (const v of ch) sum += v;
    await sender;
    return sum;
  });
  expect(got).toBe(3);
});

test("bubble: of two timers that come due at one instant a parked select takes the one or the other, by the seed", async () => {
  const bodies: Record<string, () => Go<unknown>> = {
    *timers() {
      const [a, b] = [newTimer(5), newTimer(5)];
      return (yield* select({ a: a.c.recv(), b: b.c.recv() })).case;
    },
    *sleeps() {
      return (yield* select({ a: sleep(1), b: sleep(1) })).case;
    },
    *ticks() {
      const ticker = newTicker(10);
      const late = after(50);
      let n = 0;
      while ((yield* select({ tick: ticker.c.recv(), late: late.recv() })).case === "tick") n++;
      ticker.stop();
      return n;
    },
  };
  const seen: Record<string, unknown> = {};
  for (const [name, body] of Object.entries(bodies)) {
    const ends = new Set<unknown>();
    for (let seed = 0; seed < 30; seed++) ends.add(await bubble(body, { seed }));
    seen[name] = [...ends].sort();
  }
  expect(seen).toEqual({ timers: ["a", "b"], sleeps: ["a", "b"], ticks: [4, 5] });
});

describe("bubble: durably blocking are channel ops and selects on channels made in the bubble, nil channels; not outside channels", () => {
  /** A channel that is not the bubble's; `soon` sends to it when the host had some turns. */
  function outside(): { ch: Chan<number>; soon(): void } {
    const ch = makeChan<number>();
    return { ch, soon: () => void setTimeout(() => void ch.send(7).start(), 20) };
  }

  test("time stands still and `wait` waits while a goroutine receives from an outside channel", async () => {
    const { ch, soon } = outside();
    await bubble(function* (b) {
      const log: unknown[] = [];
      go(function* () {
        log.push(yield* ch.recv(), now());
      });
      go(function* () {
        yield* sleep(1000);
        log.push("slept");
      });
      soon();
      yield* b.wait();
      expect(log).toEqual([7, 0]);
      yield* sleep(1001);
      expect(log).toEqual([7, 0, "slept"]);
    });
    checkChan(ch);
  });

  test("a send, a select with one outside case, and a wait that can be called off likewise", async () => {
    const { ch, soon } = outside();
    await bubble(function* () {
      const own = makeChan<number>();
      soon();
      const { case: first } = yield* select({ ch: ch.recv(), own: own.recv(), never: null });
      expect([first, now()]).toEqual(["ch", 0]);
      soon();
      const { signal } = new AbortController();
      expect([yield* ch.recv({ signal }), now()]).toEqual([7, 0]);
      setTimeout(() => void ch.recv().start(), 20);
      yield* ch.send(1);
      expect(now()).toBe(0);
    });
  });

  test("the read of a stream likewise", async () => {
    const { ch, soon } = outside();
    const reader = toReadable(ch).getReader();
    // A stream that has started asks its source in the very step in which it is read.
    await new Promise((resolve) => setImmediate(resolve));
    await bubble(function* () {
      const log: unknown[] = [];
      void reader.read().then(({ value }) => log.push(value, now()));
      soon();
      yield* sleep(1000);
      expect(log).toEqual([7, 0]);
      yield* poll(reader.cancel());
    });
    expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
  });

  test("async functions likewise", async () => {
    const { ch, soon } = outside();
    await bubble(async (b) => {
      const got: unknown[] = [];
      go(async () => got.push(await ch.recv(), now()));
      go(async () => {
        await sleep(1000);
        got.push("slept");
      });
      soon();
      await b.wait();
      expect(got).toEqual([7, 0]);
      await sleep(1001);
      expect(got).toEqual([7, 0, "slept"]);
    });
  });

  test("channels of the bubble and the nil channel do not hold time up", async () => {
    await bubble(
      function* () {
        const own = makeChan<number>();
        for (const ch of [own, nilChan<number>()]) {
          go(function* () {
            yield* ch.recv();
          });
          go(function* () {
            yield* select({ ch: ch.recv(), nothing: null });
          });
        }
        yield* sleep(1000);
        expect(now()).toBe(1000);
      },
      { leakCheck: false },
    );
  });

  test("when the event loop is empty nobody outside can come: time moves on, and what is left is reported", async () => {
    const program = `
      import { makeChan } from "@gort/chan";
      import { go, now, sleep } from "@gort/sched";
      import { bubble } from "@gort/sched/testing";
      const ch = makeChan();
      const told = [];
      const tell = (p) => p.catch((e) => told.push(e.name + ": " + e.message.split("\\n")[0]));
      await tell(bubble(function* () { yield* ch.recv(); }));
      await tell(bubble(function* () { go(function* () { yield* ch.recv(); }); }));
      await tell(bubble(function* () {
        go(function* () { yield* sleep(5); yield* ch.send(now()); });
        told.push(yield* ch.recv());
      }));
      console.log(JSON.stringify(told));`;
    const args = ["--conditions=@gort/source", "--import", "tsx", "--input-type=module"];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, "-e", program], {
      cwd: new URL("..", import.meta.url),
      timeout: 50_000,
    });
    expect(JSON.parse(stdout)).toEqual([
      "BubbleError: deadlock: all goroutines in bubble are blocked",
      "BubbleError: deadlock: main bubble goroutine has exited but blocked goroutines remain",
      5,
    ]);
  });
});
