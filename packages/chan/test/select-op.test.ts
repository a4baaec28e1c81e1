/** What a select does with the cases that lose, when one that leaves lets another one in. */
import { Op, type OpRecord, run, withSignal } from "@gort/sched";
import { DONE, FAILED, PARKED, WaitQueue } from "@gort/sched/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkChan, makeChan, prepare, select, trySelect } from "../src/index.ts";
import { Leaver, Never } from "./never.ts";
import { recordOf } from "../../sched/test/record-of.ts";

const rejection = (p: unknown): Promise<unknown> =>
  (p as Promise<unknown>).then(
    () => "fulfilled",
    (e: unknown) => e,
  );

/** A weighted semaphore: strictly first come first served, so a big request that leaves lets in a small one behind it. */
class Permits {
  readonly queue = new WaitQueue<Take>();
  free: number;

  constructor(free: number) {
    this.free = free;
  }

  take(n: number): Take {
    return new Take(this, n);
  }

  give(n: number): void {
    this.free += n;
    for (let op = this.queue.head; op !== null && op.n <= this.free; op = this.queue.head) {
      void this.queue.shift();
      this.free -= op.n;
      op.complete(-op.n);
    }
  }
}

/** Gives minus the number of permits taken. */
class Take extends Op<number> {
  readonly n: number;
  private readonly from: Permits;

  constructor(from: Permits, n: number) {
    super();
    this.from = from;
    this.n = n;
  }

  get reason(): "semacquire" {
    return "semacquire";
  }

  tryNow(): boolean {
    if (this.from.queue.head !== null || this.from.free < this.n) return false;
    this.from.free -= this.n;
    this.value = -this.n;
    return true;
  }

  park(): void {
    this.from.queue.push(this);
  }

  unpark(): void {
    if (this.queue === null) throw new Error("unparked, but not parked");
    this.from.queue.remove(this);
    this.from.give(0);
  }

  override discard(): void {
    this.from.give(this.n);
  }
}

/** Completes another op when it is parked or leaves. */
class Pusher extends Never<void> {
  private readonly atPark: () => void;

  constructor(atPark: () => void) {
    super();
    this.atPark = atPark;
  }

  override park(): void {
    this.atPark();
  }

  override unpark(): void {
    if (this.state !== PARKED) throw new Error("unparked, but not parked");
  }
}

describe("a case that gets in because another one left", () => {
  it("is given back: the select completes once, and no value is lost", async () => {
    for (let i = 0; i < 60; i++) {
      const permits = new Permits(0);
      const ch = makeChan<string>();
      const waiting = select({
        two: permits.take(2),
        one: permits.take(1),
        stop: ch.recv(),
      }).start();
      permits.give(1);
      const delivered = ch.trySend("precious");
      const r = await waiting;
      // Either the small request was first in the queue and had the permit, or the value arrived.
      expect(r.case).toBe(delivered ? "stop" : "one");
      expect(permits.free).toBe(delivered ? 1 : 0);
      expect(permits.queue.length).toBe(0);
      expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
    }
  });

  it("is given back also if the wait was called off, with two cases and with three", async () => {
    for (let i = 0; i < 30; i++) {
      for (const more of [{}, { never: null, third: makeChan().recv() }]) {
        const permits = new Permits(0);
        const stop = new AbortController();
        const cases = { two: permits.take(2), one: permits.take(1), ...more };
        const waiting = withSignal(select(cases), stop.signal).start();
        const before = permits.queue.head!.n;
        permits.give(1);
        if (before === 1) {
          expect(await waiting).toMatchObject({ case: "one" });
          continue;
        }
        stop.abort("enough");
        expect(await rejection(waiting)).toBe("enough");
        expect([permits.free, permits.queue.length]).toEqual([1, 0]);
      }
    }
  });

  it("is given back also if the goroutine ended", () => {
    for (let i = 0; i < 30; i++) {
      const permits = new Permits(0);
      const op = select([permits.take(2), permits.take(1)]);
      void recordOf(op).next();
      permits.give(1);
      const early = permits.free === 0;
      recordOf(op).return();
      expect([permits.free, permits.queue.length, early]).toEqual([1, 0, early]);
    }
  });

  it("wins if the select was still parking its cases", async () => {
    for (let i = 0; i < 30; i++) {
      for (const more of [[], [makeChan().recv()]]) {
        const permits = new Permits(0);
        const giveIfWanted = (): void => {
          if (permits.queue.head !== null) permits.give(1);
        };
        const waiting = select([permits.take(1), new Pusher(giveIfWanted), ...more]).start();
        giveIfWanted();
        expect(await waiting).toMatchObject({ case: 0 });
        expect(permits.queue.length).toBe(0);
      }
    }
  });
});

/** Asked for what it waits for when it was made. */
class Asked extends Never<void> {
  asked = true;

  override unpark(): void {
    this.withdraw();
  }

  withdraw(): boolean {
    this.asked = false;
    return true;
  }
}

describe("a case that had asked for what it waits for", () => {
  const ready = () => {
    const ch = makeChan<number>(1);
    ch.trySend(1);
    return ch.recv();
  };

  it.each<[string, (asked: Asked, twin: Asked) => unknown]>([
    ["to a case that was ready", (asked) => trySelect({ asked, ready: ready() })],
    ["to one of two that were ready", (a, b) => trySelect([a, b, ready(), ready()])],
    ["to the default", (asked) => trySelect({ asked })],
    ["in a goroutine", (asked) => recordOf(select({ asked, ready: ready() })).next()],
    ["in a prepared select", (asked) => prepare({ asked: () => asked, ready: ready() }).try()],
    ["in one, behind the winner", (asked) => prepare({ ready: ready(), asked: () => asked }).try()],
    ["in one of many", (a, b) => prepare({ a: () => a, b: () => b, ready: ready() }).start()],
    ["in one, as the last", (a, b) => prepare({ ready: ready(), b: () => b, a: () => a }).start()],
  ])("takes it back when it loses %s", (_, lose) => {
    const [asked, twin] = [new Asked(), new Asked()];
    lose(asked, twin);
    expect(asked.asked).toBe(false);
  });

  it("takes it back when it loses after the select waited", async () => {
    const asked = new Asked();
    const ch = makeChan<number>();
    const waiting = select({ asked, ch: ch.recv() }).start();
    expect(asked.asked).toBe(true);
    ch.trySend(1);
    expect(await waiting).toMatchObject({ case: "ch" });
    expect(asked.asked).toBe(false);
  });
});

it("says of each case what it waits on, or else why", () => {
  const permits = new Permits(0);
  expect(recordOf(select({ a: permits.take(1), b: makeChan().recv() })).describe()).toBe(
    "semacquire, chan (len 0, cap 0)",
  );
});

it.each([1, 2, 3, 4])("names all of %i cases, and is durable only if each of them is", (n) => {
  class Outside extends Never<void> {
    override isDurable(): boolean {
      return false;
    }
  }
  const chans = Array.from({ length: n }, (_, i) => makeChan<number>(0, { name: `c${i}` }));
  const receiving = recordOf(select(chans.map((ch) => ch.recv())));
  expect(receiving.describe()).toBe(chans.map(String).join(", "));
  for (let at = 0; at <= n; at++) {
    const cases = chans.map((_, i) => (i === at ? new Outside() : new Never<void>()));
    expect(recordOf(select(cases)).isDurable()).toBe(at === n);
  }
});

describe("a select that cannot park one of its cases", () => {
  it("takes those before it off their queues and leaves those after it alone", async () => {
    for (let i = 0; i < 30; i++) {
      for (const more of [[], [new Permits(0).take(1)]]) {
        const permits = new Permits(0);
        const refuse = (): never => {
          throw new Error("not here");
        };
        const waiting = select([permits.take(1), new Pusher(refuse), ...more]).start();
        expect(await rejection(waiting)).toMatchObject({ message: "not here" });
        expect(permits.queue.length).toBe(0);
      }
    }
  });
});

describe("a select that throws", () => {
  class Throws extends Asked {
    override tryNow(): never {
      throw new Error("not now");
    }
  }
  class NoPark extends Asked {
    override park(): never {
      throw new Error("not here");
    }
  }
  const never = () => makeChan<number>().recv();

  it.each<[string, (asked: Asked, twin: Asked) => unknown]>([
    ["trying a case", (asked) => recordOf(select([asked, new Throws()])).next()],
    ["trying a case beside a default", (asked) => trySelect([asked, new Throws()])],
    ["trying one of many", (a, b) => recordOf(select([a, b, never(), new Throws()])).next()],
    [
      "trying one in a select in a select",
      (a, b) => recordOf(select([a, select([b, new Throws()])])).next(),
    ],
    ["parking a case", (asked) => recordOf(select([asked, new NoPark()])).next()],
    ["parking one of many", (a, b) => recordOf(select([a, b, never(), new NoPark()])).next()],
    ["given what is no case", (asked) => select([asked, 5 as unknown as null])],
    ["given a case twice", (asked) => select([asked, asked])],
    [
      "in a pass of a prepared one",
      (asked) => void prepare({ asked: () => asked, bad: () => new Throws() }).try(),
    ],
    [
      "as a function of a prepared one throws",
      (asked) => {
        const bad = (): never => {
          throw new Error("no");
        };
        prepare({ asked: () => asked, bad }).try();
      },
    ],
  ])("takes back what its cases asked for: %s", (_, use) => {
    for (let i = 0; i < 20; i++) {
      const [asked, twin] = [new Asked(), new Asked()];
      expect(() => use(asked, twin)).toThrow();
      expect([asked.asked, asked.queue]).toEqual([false, null]);
    }
  });
});

describe("code that runs when a case leaves", () => {
  const some = [0, 1, 2].map((n) => Array.from({ length: n }, () => () => makeChan().recv()));

  it.each(some)("finds no other case to send to or to receive from (%#)", async (...more) => {
    for (let i = 0; i < 30; i++) {
      const [x, to, from] = [makeChan<string>(), makeChan<string>(), makeChan<string>()];
      const done: unknown[] = [];
      const leaver = new Leaver(() => done.push(to.trySend("lost"), from.tryRecv()[2]));
      const others = more.map((make) => make());
      const cases = [x.recv(), leaver, to.recv(), from.send("lost"), ...others];
      const waiting = select(cases).start();
      expect(x.trySend("x")).toBe(true);
      expect(await waiting).toMatchObject({ case: 0, value: "x" });
      expect(done).toEqual([false, false]);
    }
  });

  it("finds none either when the select is called off", async () => {
    for (const reverse of [false, true]) {
      const ch = makeChan<number>();
      const stop = new AbortController();
      let sent = false;
      const cases: Op<any>[] = [new Leaver(() => (sent = ch.trySend(1))), ch.recv()];
      const waiting = withSignal(select(reverse ? cases.reverse() : cases), stop.signal).start();
      stop.abort("off");
      expect([await rejection(waiting), sent]).toEqual(["off", false]);
    }
  });
});

/** What the innermost case gave: a value, permits as a negative number, or nothing. */
function leafOf(v: unknown): unknown {
  while (typeof v === "object" && v !== null) v = (v as { value: unknown }).value;
  return v;
}

describe("a select whose case is a select", () => {
  const nestings: [string, (op: Op<any>) => Op<any>][] = [
    ["alone", (op) => op],
    ["with a signal", (op) => withSignal(op, new AbortController().signal)],
    ["in a third one", (op) => select([op, makeChan().recv()])],
    ["prepared", (op) => prepare({ op: () => op })],
  ];

  it.each(nestings)("is decided with it: no permit is lost (%s)", async (_, nest) => {
    for (let i = 0; i < 30; i++) {
      const permits = new Permits(0);
      const inner = nest(select([permits.take(1), permits.take(4)]));
      const waiting = select([inner, permits.take(1)]).start();
      permits.give(2);
      if (permits.queue.head !== null) permits.give(2);
      const held = -(leafOf(await waiting) as number);
      expect(permits.queue.length).toBe(0);
      expect([2, 4]).toContain(permits.free + held);
    }
  });

  it.each(nestings)("is decided with it: no value is lost (%s)", async (_, nest) => {
    for (let i = 0; i < 30; i++) {
      const [x, inner, outer] = [makeChan<string>(), makeChan<string>(), makeChan<string>()];
      const sent: boolean[] = [];
      const leaver = (): Op<void> =>
        new Leaver(() => sent.push(inner.trySend("inner"), outer.trySend("outer")));
      const nested = nest(select([x.recv(), leaver(), inner.recv()]));
      const waiting = select([nested, outer.recv(), leaver()]).start();
      expect(x.trySend("x")).toBe(true);
      expect(leafOf(await waiting)).toBe("x");
      expect(sent).toEqual([false, false, false, false]);
    }
  });

  it("never loses a value or a permit, whatever completes, leaves, is called off or ends in between", () => {
    const kind = fc.integer({ min: 0, max: 9 });
    const shapes = fc.array(fc.array(kind, { minLength: 1, maxLength: 6 }), { maxLength: 6 });
    const acts = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(5)), { maxLength: 30 });
    const seed = Number(process.env["GORT_SEED"] ?? Date.now() % 2 ** 31);
    const numRuns = Number(process.env["GORT_FUZZ"] ?? 500);
    fc.assert(
      fc.property(shapes, acts, (programs, list) => {
        const chans = [makeChan<number>(), makeChan<number>(1)];
        const permits = new Permits(0);
        const stop = new AbortController();
        /** What was sent and is with nobody yet. */
        const pending = new Set<number>();
        let [lastSent, given, held] = [0, 0, 0];
        const send = (n: number): void => {
          const v = ++lastSent;
          pending.add(v);
          if (!chans[n % 2]!.trySend(v)) pending.delete(v);
        };
        const make = (shape: number[]): Op<any> =>
          select(
            shape.map((k, i): Op<any> => {
              if (k < 3) return chans[k % 2]!.recv();
              if (k < 6) return permits.take(1 + (k % 3));
              if (k === 6) return new Leaver(() => send(i));
              if (k === 7) return withSignal(chans[1]!.recv(), stop.signal);
              const nested = make(shape.slice(i + 1));
              return k === 8 ? nested : withSignal(nested, stop.signal);
            }),
          );
        const took = (leaf: unknown): void => {
          if (typeof leaf !== "number") return;
          if (leaf < 0) held -= leaf;
          else expect(pending.delete(leaf)).toBe(true);
        };
        const waiting: Op<any>[] = [];
        const finish = (op: Op<any>): void => {
          if (recordOf(op).state === DONE)
            took(leafOf((recordOf(op).next() as { value: unknown }).value));
          else if (recordOf(op).state === FAILED) expect(() => recordOf(op).next()).toThrow("off");
          else recordOf(op).return();
        };
        for (const shape of programs) {
          const op = make(shape);
          const r = recordOf(op).next() as { done: boolean; value: unknown };
          if (r.done) took(leafOf(r.value));
          else waiting.push(op);
        }
        for (const [act, n] of list) {
          if (act < 4) send(n);
          else if (act < 8) {
            given += 1 + (n % 2);
            permits.give(1 + (n % 2));
          } else if (act === 8) stop.abort(new Error("off"));
          else if (waiting.length > 0) finish(waiting.splice(n % waiting.length, 1)[0]!);
          for (const ch of chans) checkChan(ch);
        }
        for (const op of waiting) finish(op);
        const [v, , ready] = chans[1]!.tryRecv();
        if (ready) took(v);
        expect([...pending]).toEqual([]);
        expect([permits.free + held, permits.queue.length]).toEqual([given, 0]);
        for (const ch of chans) expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
      }),
      { seed, numRuns },
    );
  });
});

describe("an op that is a case of two selects", () => {
  it.each<[string, (op: Op<any>) => Op<any>]>([
    ["selects", (op) => select({ op })],
    ["selects over two", (op) => select({ never: null, other: makeChan().recv(), op })],
    ["selects over many", (op) => select([makeChan().recv(), op, makeChan().recv()])],
    ["prepared selects", (op) => prepare({ op: op as never })],
  ])(
    "is refused where the second one would wait, and the first one has its value: %s",
    async (_, make) => {
      const ch = makeChan<number>();
      const op = ch.recv();
      const [first, second] = [make(op), make(op)];
      const waiting = first.start();
      const thrown = (await Promise.resolve(second.start()).catch((e: unknown) => e)) as Error;
      expect(thrown.message).toMatch(
        /^gort: select case (op|1) is an operation that is already in use$/,
      );
      expect(checkChan(ch)).toEqual({ receivers: 1, senders: 0 });
      expect([ch.trySend(1), ch.trySend(2)]).toEqual([true, false]);
      expect(leafOf(await waiting)).toBe(1);
    },
  );
});

describe("an op that one select used up is refused by another that was made before", () => {
  const { signal } = new AbortController();
  const outcome = (body: () => Generator<OpRecord<any>, any, any>): Promise<unknown> =>
    run(body as never);
  it.each([0, 1, 2])("with %i other cases", async (i) => {
    for (const use of [
      (op: Op<any>) => op.start(),
      (op: Op<any>) =>
        outcome(function* () {
          return yield* op;
        }),
    ]) {
      const ch = makeChan<number>(3);
      const rest = () => Array.from({ length: i }, () => makeChan().recv());
      const ops = [
        () => ch.send(5),
        () => ch.recv(),
        () => withSignal(ch.recv(), signal),
        () => select([ch.recv()]),
      ];
      for (const [k, make] of ops.entries()) {
        if (k > 0) for (const v of [1, 2]) ch.trySend(v);
        const op = make();
        const [first, second] = [select([op, ...rest()]), select([op, ...rest()])];
        expect(await use(first)).toMatchObject({ case: 0 });
        await expect(use(second)).rejects.toThrow(
          "select case 0 is an operation that is already in use",
        );
        expect(ch.len).toBe(1);
        expect(ch.tryRecv()[0]).toBe(k === 0 ? 5 : 2);
      }
    }
  });
});

describe("an op that is a case of a select and of one inside of it", () => {
  const other = () => makeChan<number>().recv();
  const { signal } = new AbortController();
  it.each<[string, (op: Op<any>) => Op<any>]>([
    ["inside first", (op) => select({ x: select({ op, other: other() }), y: op })],
    ["outside first", (op) => select({ y: op, x: select({ op, other: other() }) })],
    ["of many", (op) => select([other(), select([other(), other(), op]), op])],
    ["inside twice", (op) => select([select([op]), select([op])])],
    ["with a signal", (op) => select([withSignal(op, signal), op, other()])],
    ["prepared", (op) => select([prepare({ op: () => op }), op])],
  ])("is refused, and the channel is as it was: %s", async (_, make) => {
    for (let i = 0; i < 20; i++) {
      const ch = makeChan<number>(1);
      expect(String(await rejection(make(ch.recv()).start()))).toMatch(/in use|pending/);
      expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
      expect([ch.trySend(1), ch.tryRecv()[0]]).toEqual([true, 1]);
    }
  });
});

describe("a prepared select", () => {
  it("is a case like any other op, pass by pass", async () => {
    const ch = makeChan<number>(3);
    const step = prepare({ got: ch.recv(), never: () => null });
    for (const v of [1, 2]) ch.trySend(v);
    expect(await select({ step })).toMatchObject({
      case: "step",
      value: { case: "got", value: 1 },
    });
    expect(trySelect([step])).toMatchObject({ case: 0, value: { case: "got", value: 2 } });
    const waiting = select({ step, other: makeChan().recv() }).start();
    expect(() => select({ step })).toThrow("prepared select used while it is pending");
    ch.trySend(3);
    expect(await waiting).toMatchObject({ value: { value: 3 } });
    const other = makeChan<number>(1);
    other.trySend(4);
    expect(await select({ step, other: other.recv() })).toMatchObject({ case: "other" });
    ch.trySend(5);
    expect(await step).toMatchObject({ case: "got", value: 5 });
  });

  it("can be called off, and used again", async () => {
    const ch = makeChan<number>(1);
    const step = prepare({ got: ch.recv() });
    const stop = new AbortController();
    const waiting = withSignal(step, stop.signal).start();
    stop.abort("off");
    expect(await rejection(waiting)).toBe("off");
    expect(await rejection(withSignal(step, stop.signal))).toBe("off");
    ch.trySend(1);
    expect(await withSignal(step, new AbortController().signal)).toMatchObject({ value: 1 });
  });
});
