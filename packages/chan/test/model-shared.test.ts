/**
 * Random programs whose operations are shared: what one goroutine waits for is a case of selects that others use, so that many uses
 * are refused. Whoever is refused took and gave nothing, and whoever waited first is none the worse for it: each value that was sent
 * is received once, the lock has one holder, and nobody waits for less than all of the cases. GORT_FUZZ sets the number of programs,
 * GORT_SEED the seed.
 */
import {
  checkScheduler,
  createDeterministicScheduler,
  type Go,
  gosched,
  type Op,
  type Scheduler,
  sleep,
  type Tracer,
  withSignal,
} from "@gort/sched";
import { PARKED } from "@gort/sched/primitives";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Chan, checkChan, makeChan, prepare, select } from "../src/index.ts";
import { Lock } from "./lock.ts";
import { recordOf } from "../../sched/test/record-of.ts";

const CHANS = 2;
const STOPS = 2;

/** An operation of the pool; what it is made of are earlier ones. */
type Spec =
  | { kind: "recv" | "send"; ch: number }
  | { kind: "take" }
  | { kind: "signal"; of: number; stop: number }
  | { kind: "select" | "fixed" | "functions"; of: number[] };

type Step =
  | { kind: "use"; op: number; stop: number | null }
  | { kind: "both"; ops: number[] }
  | { kind: "try"; ops: number[] }
  | { kind: "trySend" | "tryRecv"; ch: number }
  | { kind: "abort"; stop: number }
  | { kind: "yield" };

interface Entry {
  readonly op: Op<any>;
  readonly kids: Entry[];
  /** The channel of a receive. */
  readonly from?: number;
  /** Takes what the operation gave into account; `value` is the outcome. */
  readonly took: (value: any) => void;
}

const REFUSED = /already in use|used while it is pending|operation used twice/;
const OFF = "off";

class World {
  readonly chans: Chan<number>[];
  readonly lock = new Lock();
  readonly stops = Array.from({ length: STOPS }, () => new AbortController());
  readonly pool: Entry[] = [];
  readonly sent = new Set<number>();
  readonly received = new Set<number>();
  /** What each goroutine uses. */
  readonly using = new Map<object, Entry>();
  readonly errors: unknown[] = [];
  holders = 0;
  refusals = 0;
  scheduler: Scheduler | null = null;
  private nextValue = 1;

  constructor(caps: number[], specs: Spec[]) {
    this.chans = caps.map((cap) => makeChan<number>(cap));
    for (const spec of specs) this.pool.push(this.entry(spec));
  }

  private entry(spec: Spec): Entry {
    if ("ch" in spec) {
      const ch = this.chans[spec.ch]!;
      if (spec.kind === "recv") {
        const took = (v: number | undefined): void => this.got(v);
        return { op: ch.recv(), kids: [], from: spec.ch, took };
      }
      const v = this.nextValue++;
      return { op: ch.send(v), kids: [], took: () => this.sent.add(v) };
    }
    if (spec.kind === "take")
      return { op: this.lock.take(), kids: [], took: () => void this.holders++ };
    if (spec.kind === "signal") {
      const kid = this.pool[spec.of % this.pool.length]!;
      return {
        op: withSignal(kid.op, this.stops[spec.stop]!.signal),
        kids: [kid],
        took: kid.took,
      };
    }
    return this.choice(this.kids(spec.of), spec.kind);
  }

  kids(of: number[]): Entry[] {
    return [...new Set(of.map((i) => this.pool[i % this.pool.length]!))];
  }

  /**
   * A select over operations, or a prepared one: of functions, or of receives that are its own where they can be. Once the program
   * runs only the latter two: a new select may be the object of one that is over, which the pool still has.
   */
  choice(all: Entry[], kind: "select" | "fixed" | "functions"): Entry {
    const isOwn = ({ from }: Entry): boolean => kind === "fixed" && from !== undefined;
    const kids = all.map((kid) => (isOwn(kid) ? this.entry({ kind: "recv", ch: kid.from! }) : kid));
    const cases = kids.map((kid, i) => {
      const { op } = kid;
      return [`k${i}`, kind === "select" || isOwn(kid) ? op : (): Op<any> => op];
    });
    const record = Object.fromEntries(cases) as never;
    return {
      op: kind === "select" ? select(record) : (prepare(record) as Op<any>),
      kids,
      took: (r: { case: string; value: unknown }) => kids[Number(r.case.slice(1))]!.took(r.value),
    };
  }

  got(v: number | undefined): void {
    if (v === undefined) return;
    if (this.received.has(v)) this.errors.push(`${v} was received twice`);
    this.received.add(v);
  }

  private failed(error: unknown): void {
    if (error === OFF) return;
    const { message } = error as Error;
    if (REFUSED.test(message)) this.refusals++;
    else if (message !== "send on closed channel") this.errors.push(error);
  }

  /** Looks at everything after each step of a goroutine. */
  get tracer(): Tracer {
    const none = (): void => {};
    const look = (): void => {
      try {
        for (const ch of this.chans) checkChan(ch);
      } catch (error) {
        this.errors.push(error);
      }
      const wrong = this.lock.check() ?? (this.holders > 1 ? "two hold the lock" : null);
      if (wrong !== null) this.errors.push(wrong);
    };
    const start = (): void => {
      try {
        checkScheduler(this.scheduler);
      } catch (error) {
        this.errors.push(error);
      }
      look();
    };
    return {
      create: none,
      start,
      stop: look,
      unblock: none,
      end: none,
      steal: none,
      timer: none,
      proc: none,
      block: look,
    };
  }

  *worker(steps: Step[]): Go {
    const me = {};
    for (const step of steps) {
      try {
        if (step.kind === "use" || step.kind === "both") {
          const entry =
            step.kind === "use"
              ? this.pool[step.op % this.pool.length]!
              : this.choice(this.kids(step.ops), "functions");
          this.using.set(me, entry);
          const stop = step.kind === "use" ? step.stop : null;
          const op = stop === null ? entry.op : withSignal(entry.op, this.stops[stop]!.signal);
          entry.took(yield* op);
        } else if (step.kind === "try") {
          const entry = this.choice(this.kids(step.ops), "functions");
          const r = (entry.op as unknown as { try(): { case: string } }).try();
          if (r.case !== "default") entry.took(r);
        } else if (step.kind === "trySend") {
          const v = this.nextValue++;
          if (this.chans[step.ch]!.trySend(v)) this.sent.add(v);
        } else if (step.kind === "tryRecv") this.got(this.chans[step.ch]!.tryRecv()[0]);
        else if (step.kind === "abort") this.stops[step.stop]!.abort(OFF);
        else yield* gosched();
      } catch (error) {
        this.failed(error);
      }
      this.using.delete(me);
      if (this.holders > 0 && !this.releasing) {
        this.releasing = true;
        yield* gosched();
        this.releasing = false;
        this.holders--;
        this.lock.free();
      }
    }
  }
  private releasing = false;

  /** Everybody waits or has ended: whoever waits does so for all of the cases. */
  settled(): void {
    const parked = (entry: Entry): void => {
      if (recordOf(entry.op).state !== PARKED)
        this.errors.push(`what somebody waits for is in state ${recordOf(entry.op).state}`);
      entry.kids.forEach(parked);
    };
    for (const entry of this.using.values()) parked(entry);
    if (this.lock.taken) this.errors.push("nobody has the lock, and it is taken");
  }

  /** Nobody uses anything any more. */
  ended(): void {
    for (const ch of this.chans) {
      expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
      for (let r = ch.tryRecv(); r[1]; r = ch.tryRecv()) this.got(r[0]);
    }
    expect([this.lock.queue.length, this.lock.taken, this.lock.woken]).toEqual([0, false, null]);
    expect([...this.received].sort((a, b) => a - b)).toEqual([...this.sent].sort((a, b) => a - b));
    expect(this.errors).toEqual([]);
  }
}

const of = fc.array(fc.nat(99), { minLength: 1, maxLength: 3 });
const leaf: fc.Arbitrary<Spec> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("recv" as const, "send" as const),
      ch: fc.nat(CHANS - 1),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "take" as const }) },
);
const whole: fc.Arbitrary<Spec> = fc.oneof(
  { weight: 1, arbitrary: leaf },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("signal" as const),
      of: fc.nat(99),
      stop: fc.nat(STOPS - 1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("select" as const, "fixed" as const, "functions" as const),
      of,
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("use" as const),
      op: fc.nat(99),
      stop: fc.option(fc.nat(STOPS - 1), { freq: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom("both" as const, "try" as const), ops: of }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("trySend" as const, "tryRecv" as const),
      ch: fc.nat(CHANS - 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("abort" as const), stop: fc.nat(STOPS - 1) }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: "yield" as const }) },
);

test("operations that many share: whoever is refused changes nothing for whoever waits", async () => {
  const seed = process.env.GORT_SEED;
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(0, 0, 1, 2), { minLength: CHANS, maxLength: CHANS }),
      fc.tuple(
        fc.array(leaf, { minLength: 3, maxLength: 6 }),
        fc.array(whole, { minLength: 2, maxLength: 8 }),
      ),
      fc.array(fc.array(step, { minLength: 2, maxLength: 12 }), { minLength: 3, maxLength: 6 }),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.boolean(),
      async (caps, [leaves, rest], workers, order, closes) => {
        const world = new World(caps, [...leaves, ...rest]);
        const s = createDeterministicScheduler({ seed: order, tracer: world.tracer });
        world.scheduler = s;
        await s.run(function* () {
          for (const steps of workers) s.go(() => world.worker(steps));
          // Time moves when everybody else has ended or waits.
          yield* sleep(1);
          world.settled();
          // Else those who wait are ended with the program.
          if (!closes) return;
          for (const ch of world.chans) ch.close();
          yield* sleep(1);
          for (const { signal } of world.stops) if (signal.aborted) return;
          for (const stop of world.stops) stop.abort(OFF);
          yield* sleep(1);
        });
        world.ended();
        refusals += world.refusals;
      },
    ),
    {
      numRuns: Number(process.env.GORT_FUZZ ?? 150),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    },
  );
  expect(refusals).toBeGreaterThan(0);
});
