import { createDeterministicScheduler, go, poll, run, sleep } from "@gort/sched";
import { bubble } from "@gort/sched/testing";
import { describe, expect, test } from "vitest";
import { checkChan, fromSource, makeChan, pump, toReadable, toWritable } from "../src/index.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function* counter(n: number, seen: { taken: number; closed: boolean }) {
  try {
    for (let i = 0; i < n; i++) {
      seen.taken++;
      yield i;
    }
  } finally {
    seen.closed = true;
  }
}

describe("into a channel", () => {
  test("pump copies iterables, async iterables and web streams, then closes the channel", async () => {
    const seen = { taken: 0, closed: false };
    const stream = new ReadableStream<number>({
      start(c) {
        for (const v of [1, 2, 3]) c.enqueue(v);
        c.close();
      },
    });
    for (const source of [[1, 2, 3], new Set([1, 2, 3]), counter(3, seen), stream]) {
      const ch = makeChan<number>();
      const copied = pump(source, ch);
      const got: number[] = [];
      for await (const v of ch) got.push(v);
      expect(got.length).toBe(3);
      expect(await copied).toBe(3);
    }
  });

  test("a value is taken from the source only when the channel takes it", async () => {
    const seen = { taken: 0, closed: false };
    const stop = new AbortController();
    const { signal } = stop;
    const ch = fromSource(counter(100, seen), { cap: 2, name: "numbers", signal });
    await turn();
    // Two in the buffer and one being sent.
    expect(seen.taken).toBe(3);
    await ch.recv();
    await turn();
    expect(seen.taken).toBe(4);
    expect(ch.name).toBe("numbers");
    // While it goes on no program is deadlocked: it might yet help.
    stop.abort();
  });

  test("an error of the source rejects pump, closes the channel and loses nothing before it", async () => {
    const ch = makeChan<number>(5);
    await expect(
      pump(
        (async function* () {
          yield 1;
          throw new Error("disk");
        })(),
        ch,
      ),
    ).rejects.toThrow("disk");
    expect(ch.tryRecv()).toEqual([1, true, true]);
    expect(ch.tryRecv()).toEqual([undefined, false, true]);
  });

  test("what is no iterator, or no result of one, is named", async () => {
    const wrong: [text: string, source: unknown][] = [
      ["the iterator of source is null", { [Symbol.asyncIterator]: () => null }],
      ["the iterator of source is 5", { [Symbol.iterator]: () => 5 }],
      ["the result of source's next() is undefined", { [Symbol.iterator]: () => ({ next() {} }) }],
      [
        "the result of source's next() is 7",
        { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(7) }) },
      ],
    ];
    for (const [text, source] of wrong) {
      const ch = makeChan<number>();
      const failed = expect(pump(source as never, ch)).rejects;
      await failed.toThrow(new TypeError(`pump: ${text}, want an object`));
      expect(ch.tryRecv()).toEqual([undefined, false, true]);
    }
  });

  test("a Symbol.asyncIterator that is null is none: the source is read by its Symbol.iterator", async () => {
    const values = [1, 2][Symbol.iterator].bind([1, 2]);
    for (const none of [null, undefined]) {
      const ch = makeChan<number>(2);
      const source = { [Symbol.asyncIterator]: none, [Symbol.iterator]: values };
      expect(await pump(source as never, ch)).toBe(2);
    }
  });

  test("a stream is free for others afterwards, however the copying ended", async () => {
    const some = () =>
      new ReadableStream<number>({
        start(c) {
          c.enqueue(1);
          c.enqueue(2);
        },
      });
    const ended = new ReadableStream<number>({ start: (c) => c.close() });
    await pump(ended, makeChan<number>());
    const broken = new ReadableStream<number>({ start: (c) => c.error(new Error("disk")) });
    await expect(pump(broken, makeChan<number>())).rejects.toThrow("disk");
    const stop = new AbortController();
    const [sending, reading] = [some(), some()];
    const full = pump(sending, makeChan<number>(), { signal: stop.signal });
    const empty = pump(reading, makeChan<number>(2), { signal: stop.signal });
    await turn();
    stop.abort("stop");
    await expect(full).rejects.toBe("stop");
    await expect(empty).rejects.toBe("stop");
    for (const stream of [ended, broken, sending, reading]) expect(stream.locked).toBe(false);
    expect((await sending.getReader().read()).done).toBe(true);
  });

  test("a source that cannot be opened closes the channel, and its error is the one reported", async () => {
    const locked = new ReadableStream<number>();
    locked.getReader();
    const errors: unknown[] = [];
    const ch = fromSource(locked, { onError: (e) => errors.push(e) });
    expect(await ch.recvOk()).toEqual([undefined, false]);
    expect(String(errors)).toContain("locked");

    const to = makeChan<number>();
    const source = {
      [Symbol.asyncIterator](): never {
        throw new Error("no such file");
      },
    };
    await expect(pump(source, to)).rejects.toThrow("no such file");
    expect(to.tryRecv()).toEqual([undefined, false, true]);
  });

  test("what a source throws when it is told to stop is not reported in place of its error, and closes the channel too", async () => {
    const fail = (text: string) => (): never => {
      throw new Error(text);
    };
    const stops: [string, () => unknown][] = [
      ["throws", fail("again")],
      ["rejects", () => Promise.reject(new Error("again"))],
    ];
    for (const [how, stop] of stops) {
      const to = makeChan<number>();
      const source = { [Symbol.iterator]: () => ({ next: fail("disk"), return: stop as never }) };
      await expect(pump(source, to), how).rejects.toThrow("disk");
      expect(to.tryRecv()).toEqual([undefined, false, true]);
    }
  });

  test("fromSource stopped by its signal closes the channel, and that is no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (e: unknown): void => void unhandled.push(e);
    process.on("unhandledRejection", note);
    try {
      const c = new AbortController();
      const ch = fromSource(counter(100, { taken: 0, closed: false }), { signal: c.signal });
      expect(await ch.recv()).toBe(0);
      c.abort(new Error("stop"));
      const rest = [];
      for await (const v of ch) rest.push(v);
      expect(rest.length).toBeLessThanOrEqual(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(unhandled).toEqual([]);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("fromSource hands the source's error to onError", async () => {
    const error = await new Promise((resolve) => {
      fromSource(
        {
          [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("net")) }),
        } as AsyncIterable<number>,
        { onError: resolve },
      );
    });
    expect((error as Error).message).toBe("net");
  });

  test("a channel closed by somebody else stops the source", async () => {
    const seen = { taken: 0, closed: false };
    const ch = makeChan<number>(1);
    const copied = pump(counter(100, seen), ch);
    await turn();
    ch.close();
    await expect(copied).rejects.toThrow("send on closed channel");
    expect(seen.closed).toBe(true);
  });

  test("a signal stops a pump that waits for the channel, and one that waits for the source", async () => {
    const seen = { taken: 0, closed: false };
    const controller = new AbortController();
    const ch = makeChan<number>();
    const copied = pump(counter(5, seen), ch, { signal: controller.signal });
    await turn();
    controller.abort(new Error("stop"));
    await expect(copied).rejects.toThrow("stop");
    expect(seen.closed).toBe(true);
    expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
    expect(ch.tryRecv()).toEqual([undefined, false, true]);

    const second = new AbortController();
    const silent = new ReadableStream<number>();
    const waiting = pump(silent, makeChan<number>(), { signal: second.signal });
    await turn();
    second.abort(new Error("stop"));
    await expect(waiting).rejects.toThrow("stop");
  });

  test("a slow source is no deadlock of a program of generators, in a bubble or on virtual time neither", async () => {
    async function* slow() {
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 3));
        yield i;
      }
    }
    function* main() {
      const got: number[] = [];
      const ch = fromSource(slow());
      for (const r = ch.range(); yield* r.next();) got.push(r.value);
      const second = makeChan<number>();
      const reader = go(function* () {
        for (const r = second.range(); yield* r.next();) got.push(r.value);
      });
      got.push(yield* poll(pump(slow(), second)));
      yield* reader.join();
      return got;
    }
    const all = [0, 1, 2, 0, 1, 2, 3];
    const sorted = (got: number[]) => [...got].sort();
    for (const got of [
      await run(main),
      await bubble(main),
      await createDeterministicScheduler({ seed: 1 }).run(main),
    ])
      expect(sorted(got)).toEqual(sorted(all));
  });

  test("a source may itself wait for virtual time, and holds the program no longer than the copying lasts", async () => {
    const at = await bubble(function* () {
      async function* minutes() {
        for (let i = 0; i < 3; i++) {
          await sleep(60_000);
          yield i;
        }
      }
      const got: number[] = [];
      for (const r = fromSource(minutes()).range(); yield* r.next();) got.push(r.value);
      return got;
    });
    expect(at).toEqual([0, 1, 2]);
    const dead = run(function* () {
      const ch = makeChan<number>();
      void pump([1], ch, { keepOpen: true });
      yield* ch.recv();
      yield* sleep(5);
      yield* ch.recv();
    });
    await expect(dead).rejects.toThrow("all goroutines are asleep - deadlock!");
  });

  test("a fast source and a channel with room let the host's timers fire", async () => {
    for (const signal of [undefined, new AbortController().signal]) {
      let fired = false;
      setImmediate(() => (fired = true));
      async function* numbers() {
        // More than any turn holds: without a turn of the host the loop would run to its end.
        for (let i = 0; i < 1e6 && !fired; i++) yield i;
      }
      await pump(numbers(), makeChan<number>(1 << 20), { signal });
      expect(fired).toBe(true);
    }
  });

  describe("{ ctx }", () => {
    class Ctx {
      readonly ended = makeChan<never>();
      private error: Error | null = null;
      done() {
        return this.ended;
      }
      err() {
        return this.error;
      }
      cancel(why: Error): void {
        this.error = why;
        this.ended.close();
      }
    }
    const why = new Error("canceled");
    const stuck = (): AsyncIterable<number> => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    });

    test("stops a pump that waits for the channel, and one that waits for the source; nothing is left on it", async () => {
      for (const source of [[1, 2, 3], stuck()]) {
        const [ctx, ch] = [new Ctx(), makeChan<number>()];
        const { signal } = new AbortController();
        const copying = pump(source, ch, { ctx, signal });
        await turn();
        expect(checkChan(ctx.ended).receivers).toBeGreaterThan(0);
        ctx.cancel(why);
        await expect(copying).rejects.toBe(why);
        expect(await ch.recvOk()).toEqual([undefined, false]);
      }
      const ctx = new Ctx();
      const ch = makeChan<number>(3);
      expect(await pump([1, 2, 3], ch, { ctx })).toBe(3);
      expect(checkChan(ctx.ended).receivers).toBe(0);
    });

    test("that has ended stops it before anything is read; a signal beside it counts as well", async () => {
      const ctx = new Ctx();
      const stop = new AbortController();
      stop.abort("stop");
      const seen = { taken: 0, closed: false };
      const { signal } = stop;
      await expect(pump(counter(3, seen), makeChan(3), { ctx, signal })).rejects.toBe("stop");
      ctx.cancel(why);
      await expect(pump(counter(3, seen), makeChan(3), { ctx })).rejects.toBe(why);
      expect(seen.taken).toBe(0);
      expect(await pump([1], makeChan(1), { ctx: null, signal: null })).toBe(1);
    });

    test("stops fromSource, which is no unhandled rejection; onError hears of it", async () => {
      const unhandled: unknown[] = [];
      const hear = (e: unknown) => void unhandled.push(e);
      process.on("unhandledRejection", hear);
      try {
        const heard: unknown[] = [];
        for (const options of [{}, { onError: (e: unknown) => void heard.push(e) }]) {
          const ctx = new Ctx();
          const ch = fromSource(stuck(), { ctx, ...options });
          ctx.cancel(why);
          expect(await ch.recvOk()).toEqual([undefined, false]);
        }
        await turn();
        expect([heard, unhandled]).toEqual([[why], []]);
      } finally {
        process.off("unhandledRejection", hear);
      }
    });
  });

  test("one value is read ahead of the channel, and dropped when the pump is stopped", async () => {
    const from = makeChan<number>(3);
    for (const v of [1, 2, 3]) from.trySend(v);
    const to = makeChan<number>();
    const stop = new AbortController();
    const copied = pump(from, to, { signal: stop.signal, keepOpen: true });
    await turn();
    stop.abort("stop");
    await expect(copied).rejects.toBe("stop");
    expect([from.tryRecv(), from.tryRecv(), from.len]).toEqual([
      [2, true, true],
      [3, true, true],
      0,
    ]);
    expect(checkChan(to)).toEqual({ receivers: 0, senders: 0 });
  });

  test("keepOpen leaves the channel open", async () => {
    const ch = makeChan<number>(10);
    expect(await pump([1, 2], ch, { keepOpen: true })).toBe(2);
    expect(await pump([3], ch)).toBe(1);
    const all: number[] = [];
    for await (const v of ch) all.push(v);
    expect(all).toEqual([1, 2, 3]);
  });

  test("what is no source is refused by name", async () => {
    for (const source of [null, undefined, 5, {}]) {
      await expect(pump(source as never, makeChan())).rejects.toThrow("pump: source is");
    }
  });

  test("toWritable sends what is written, with back-pressure, and close closes the channel", async () => {
    const ch = makeChan<number>();
    const writer = toWritable(ch).getWriter();
    let written = 0;
    const writing = (async () => {
      for (let i = 0; i < 3; i++) {
        await writer.ready;
        await writer.write(i);
        written++;
      }
      await writer.close();
    })();
    await turn();
    expect(written).toBe(0);
    expect(await ch.recv()).toBe(0);
    await turn();
    expect(written).toBe(1);
    expect([await ch.recv(), await ch.recv()]).toEqual([1, 2]);
    expect(await ch.recvOk()).toEqual([undefined, false]);
    await writing;
  });

  test("aborting the writable closes the channel and takes back the send that waits; writing to a closed channel errors", async () => {
    const ch = makeChan<number>();
    const writer = toWritable(ch).getWriter();
    const write = writer.write(1);
    write.catch(() => {});
    await turn();
    await writer.abort(new Error("no more"));
    await expect(write).rejects.toThrow("no more");
    expect(ch.tryRecv()).toEqual([undefined, false, true]);
    expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });

    const closed = makeChan<number>(1);
    closed.close();
    const other = toWritable(closed).getWriter();
    other.closed.catch(() => {});
    await expect(other.write(1)).rejects.toThrow("send on closed channel");
  });
});

describe("out of a channel", () => {
  test("a receive that fails errors the stream", async () => {
    const zero = (): never => {
      throw new Error("no zero");
    };
    const ch = makeChan<number>(0, { type: { zero } as never });
    const reads = [toReadable(ch).getReader().read(), toReadable(ch).getReader().read()];
    await turn();
    expect(checkChan(ch).receivers).toBe(2);
    ch.close();
    for (const read of [...reads, toReadable(ch).getReader().read()])
      await expect(read).rejects.toThrow("no zero");
    expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
  });

  test("toReadable receives only when read, and ends when the channel is closed", async () => {
    const ch = makeChan<number>(5);
    for (let i = 0; i < 3; i++) ch.trySend(i);
    const reader = toReadable(ch).getReader();
    await turn();
    expect(ch.len).toBe(3);
    expect(await reader.read()).toEqual({ done: false, value: 0 });
    expect(ch.len).toBe(2);
    ch.close();
    expect((await reader.read()).value).toBe(1);
    expect((await reader.read()).value).toBe(2);
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });

  test("a value given in the tick of the cancel is the stream's, one offered after it stays", async () => {
    for (const [first, second] of [
      [1, undefined],
      [undefined, 1],
    ]) {
      const ch = makeChan<number>();
      const reader = toReadable(ch).getReader();
      const read = reader.read();
      await turn();
      if (first !== undefined) expect(ch.trySend(first)).toBe(true);
      const cancelled = reader.cancel();
      if (second !== undefined) expect(ch.trySend(second)).toBe(false);
      expect(await read).toEqual(
        first === undefined ? { done: true, value: undefined } : { done: false, value: 1 },
      );
      await cancelled;
      checkChan(ch);
    }
  });

  test("a read that is cancelled in its step has the value, or the channel does", async () => {
    for (let i = 0; i < 40; i++) {
      const ch = makeChan<number>(1);
      ch.trySend(1);
      const reader = toReadable(ch).getReader();
      const read = reader.read();
      await reader.cancel();
      expect([(await read).value, ch.tryRecv()[0]].filter((v) => v !== undefined)).toEqual([1]);
    }
  });

  test("pipeTo stopped by a signal loses nothing: what was not written is in the channel", async () => {
    for (let i = 0; i < 40; i++) {
      const ch = makeChan<number>(20);
      for (let v = 0; v < 20; v++) ch.trySend(v);
      const stop = new AbortController();
      const written: number[] = [];
      const dest = new WritableStream<number>({ write: (v) => void written.push(v) });
      const piping = toReadable(ch).pipeTo(dest, { signal: stop.signal, preventAbort: true });
      for (let wait = i; wait > 0; wait--) await Promise.resolve();
      stop.abort("stop");
      await expect(piping).rejects.toBe("stop");
      expect(written.length + ch.len).toBe(20);
    }
  });

  test("cancelling the stream leaves the channel open and nothing parked", async () => {
    const ch = makeChan<number>();
    const reader = toReadable(ch).getReader();
    const pending = reader.read();
    await turn();
    expect(checkChan(ch).receivers).toBe(1);
    await reader.cancel();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(checkChan(ch).receivers).toBe(0);
    expect(ch.trySend(1)).toBe(false);
  });

  test("onCancel hears the reason when the reader leaves, and cancel waits for it", async () => {
    const stop = new AbortController();
    const ch = makeChan<number>();
    const stream = toReadable(ch, {
      onCancel: async (reason) => {
        await turn();
        stop.abort(reason);
      },
    });
    const producer = ch.send(1, { signal: stop.signal }).start();
    await stream.cancel("left");
    await expect(producer).rejects.toBe("left");
    expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
    const failing = toReadable(makeChan<number>(), {
      onCancel() {
        throw new Error("cannot");
      },
    });
    await expect(failing.cancel()).rejects.toThrow("cannot");
  });

  test("a signal or a context fails the stream: at the read that waits, at the next one, or although there are values", async () => {
    for (const when of ["waiting", "before", "ready"]) {
      for (const by of ["signal", "ctx"]) {
        const stop = new AbortController();
        const done = makeChan<never>();
        const ctx = {
          done: () => done,
          err: () => (stop.signal.aborted ? stop.signal.reason : null),
        };
        const ch = makeChan<number>(1);
        const reader = toReadable(ch, by === "ctx" ? { ctx } : { signal: stop.signal }).getReader();
        const fail = () => {
          stop.abort(new Error("half of it"));
          done.close();
        };
        if (when !== "waiting") fail();
        if (when === "ready") ch.trySend(7);
        const read = reader.read();
        if (when === "waiting") fail();
        await expect(read).rejects.toThrow("half of it");
        expect([checkChan(ch), ch.len]).toEqual([
          { receivers: 0, senders: 0 },
          when === "ready" ? 1 : 0,
        ]);
      }
    }
  });

  test("a channel goes through a transform stream and back", async () => {
    const from = makeChan<number>(3);
    for (const v of [1, 2, 3]) from.trySend(v);
    from.close();
    const to = makeChan<number>(3);
    await toReadable(from)
      .pipeThrough(
        new TransformStream<number, number>({
          transform(v, c) {
            c.enqueue(v * v);
          },
        }),
      )
      .pipeTo(toWritable(to));
    const all: number[] = [];
    for await (const v of to) all.push(v);
    expect(all).toEqual([1, 4, 9]);
  });
});

test("a signal fails the read that waits, and a context does", async () => {
  for (const what of ["signal", "ctx"]) {
    const stop = new AbortController();
    const ended = makeChan<void>();
    let error: Error | null = null;
    const ctx = { done: () => ended, err: () => error };
    const options = what === "signal" ? { signal: stop.signal } : { ctx };
    const reader = toReadable(makeChan<number>(), options).getReader();
    const read = reader.read();
    await turn();
    stop.abort(new Error("over"));
    error = new Error("over");
    ended.close();
    await expect(read).rejects.toThrow("over");
  }
});
