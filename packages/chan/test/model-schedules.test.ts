/**
 * Random programs of goroutines under the deterministic scheduler against the model, called off by signals and contexts at random
 * points, with the checkers after each step. GORT_FUZZ sets the number of programs, GORT_SEED the seed.
 */
import {
  checkScheduler,
  type ContextLike,
  createDeterministicScheduler,
  currentGoroutine,
  type Go,
  gosched,
  type Op,
  type Scheduler,
  sleep,
  type Tracer,
  type WaitOptions,
} from "@gort/sched";
import { withOptions } from "@gort/sched/primitives";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Chan, checkChan, makeChan, nilChan, select, trySelect } from "../src/index.ts";
import { type Case, Model, type Outcome, type Parked } from "./model.ts";

/** What calls off, from 0: even ones are signals, odd ones contexts. */
const STOPS = 4;

interface StoppedCase extends Case {
  /** What calls this case off; null for nothing. */
  stop: number | null;
}

type Step =
  | { kind: "op"; cases: StoppedCase[]; plain: boolean; stop: number | null }
  | { kind: "try"; cases: StoppedCase[] }
  | { kind: "close"; ch: number }
  | { kind: "cancel"; stop: number }
  | { kind: "yield" };

class Off extends Error {
  readonly stop: number;
  constructor(stop: number) {
    super(`off ${stop}`);
    this.stop = stop;
  }
}

class Ctx implements ContextLike {
  private readonly ended = makeChan<never>();
  private error: Off | null = null;
  done() {
    return this.ended;
  }
  err() {
    return this.error;
  }
  cancel(why: Off): void {
    this.error = why;
    this.ended.close();
  }
}

/** An operation in progress. */
interface Pending extends Parked {
  stops: number[];
  blocked: boolean;
}

class World {
  readonly model: Model;
  readonly chans: Chan<number, number>[];
  private readonly signals = Array.from({ length: STOPS }, () => new AbortController());
  private readonly contexts = Array.from({ length: STOPS }, () => new Ctx());
  private readonly off = new Set<number>();
  private readonly pending = new Map<number, Pending>();
  private readonly done = new Map<number, Outcome>();
  private nextId = 0;
  /** What the tracer found: what it throws nobody would catch. */
  readonly errors: unknown[] = [];
  scheduler: Scheduler | null = null;

  constructor(caps: (number | null)[]) {
    this.model = new Model(caps);
    this.chans = caps.map((cap) =>
      cap === null ? nilChan<number>() : makeChan<number>(cap, { zero: 0 }),
    ) as Chan<number, number>[];
  }

  /** Looks at everything after each step of a goroutine, and notes who parks. */
  get tracer(): Tracer {
    const look = (): void => this.look();
    const none = (): void => {};
    return {
      create: none,
      start: () => {
        // Only here is every goroutine where its state says: a step is over, and the next has not begun.
        try {
          checkScheduler(this.scheduler);
        } catch (error) {
          this.errors.push(error);
        }
        look();
      },
      stop: look,
      unblock: none,
      end: none,
      steal: none,
      timer: none,
      proc: none,
      block: (_, g) => {
        const p = this.pending.get(g.id);
        if (p !== undefined && !p.blocked) {
          p.blocked = true;
          if (p.cases.some((c) => this.model.ready(c)))
            this.errors.push("parked beside a ready case");
          if (p.stops.some((k) => this.off.has(k))) this.errors.push("parked though called off");
          this.model.parked.push(p);
        }
        look();
      },
    };
  }

  private look(): void {
    try {
      for (const [i, ch] of this.chans.entries()) {
        const { receivers, senders } = checkChan(ch);
        const got = `${receivers} receive, ${senders} send, ${ch.len} buffered`;
        const { model } = this;
        const want = `${model.waiting(i, false)} receive, ${model.waiting(i, true)} send, ${model.buf[i]!.length} buffered`;
        if (got !== want) this.errors.push(`${got}, want ${want}`);
      }
    } catch (error) {
      this.errors.push(error);
    }
  }

  private options(stop: number | null): WaitOptions | undefined {
    if (stop === null) return undefined;
    return stop % 2 === 0 ? { signal: this.signals[stop]!.signal } : { ctx: this.contexts[stop]! };
  }

  private op({ ch, send, v, stop }: StoppedCase): Op<any> {
    const options = this.options(stop);
    return send ? this.chans[ch]!.send(v, options) : this.chans[ch]!.recvOk(options);
  }

  private static tidy(cases: Case[], i: number, value: unknown): Outcome {
    if (cases[i]!.send) return { case: i };
    const [v, ok] = value as [number, boolean];
    return { case: i, value: v, ok };
  }

  private static failed(error: unknown): Outcome {
    return error instanceof Off ? { off: error.stop } : { panic: (error as Error).message };
  }

  private *use(step: Step & { kind: "op" }): Generator<any, Outcome, any> {
    const { cases, plain, stop } = step;
    try {
      if (plain) return World.tidy(cases, 0, yield* this.op({ ...cases[0]!, stop }));
      const op = select(cases.map((c) => this.op(c)));
      const r = yield* withOptions(op, this.options(stop), "select");
      return World.tidy(cases, r.case, r.value);
    } catch (error) {
      return World.failed(error);
    }
  }

  /** Compares what was done at once, of which nothing else has seen anything yet, with what the model would do. */
  private compare(p: Pending, whole: number | null, got: Outcome): void {
    if (whole !== null && this.off.has(whole)) return expect(got).toEqual({ off: whole });
    const isOff = (c: Case): boolean => this.off.has((c as StoppedCase).stop!);
    const able = p.cases.flatMap((c, i) => (this.model.ready(c) && !isOff(c) ? [i] : []));
    if (got === "blocked") return expect(able).toEqual([]);
    if ("off" in got) return expect(p.cases.filter(isOff).length).toBeGreaterThan(0);
    // A panic can only come from a send.
    const chosen =
      "case" in got
        ? got.case
        : able.find((i) => p.cases[i]!.send && this.model.closed[p.cases[i]!.ch])!;
    expect(able).toContain(chosen);
    expect(got).toEqual(this.model.perform(p.cases[chosen]!, chosen, this.done));
  }

  *worker(steps: Step[]): Go {
    const g = currentGoroutine()!.id;
    for (const step of steps) {
      if (step.kind === "yield") yield* gosched();
      else if (step.kind === "cancel") this.cancel(step.stop);
      else if (step.kind === "close") this.close(step.ch);
      else {
        const { cases } = step;
        const whole = step.kind === "op" ? step.stop : null;
        const plain = step.kind === "op" && step.plain;
        const own = plain ? [] : cases.map((c) => c.stop);
        const stops = [whole, ...own].filter((k) => k !== null);
        const used = plain ? [{ ...cases[0]!, stop: null }] : cases;
        const p: Pending = { id: this.nextId++, cases: used, stops, blocked: false };
        if (step.kind === "try") {
          let got: Outcome;
          try {
            const r = trySelect(cases.map((c) => this.op(c)));
            got = r.case === "default" ? "blocked" : World.tidy(cases, r.case, r.value);
          } catch (error) {
            got = World.failed(error);
          }
          this.compare(p, null, got);
        } else {
          this.pending.set(g, p);
          const got = yield* this.use(step);
          this.pending.delete(g);
          if (p.blocked) expect(got).toEqual(this.done.get(p.id));
          else this.compare(p, whole, got);
        }
      }
    }
  }

  cancel(stop: number): void {
    if (this.off.has(stop)) return;
    this.off.add(stop);
    this.model.cancel(stop, this.done);
    this.signals[stop]!.abort(new Off(stop));
    this.contexts[stop]!.cancel(new Off(stop));
  }

  close(ch: number): void {
    const want = this.model.close(ch, this.done);
    let got: Outcome = { case: 0 };
    try {
      this.chans[ch]!.close();
    } catch (error) {
      got = World.failed(error);
    }
    expect(got).toEqual(want);
  }
}

const caps = fc.array(fc.oneof(fc.constantFrom(0, 0, 1, 2), fc.constant(null)), {
  minLength: 1,
  maxLength: 3,
});
const stop = fc.oneof(fc.constant(null), fc.nat(STOPS - 1));
const programs = (chans: number): fc.Arbitrary<Step[][]> => {
  const kase = fc.record({
    ch: fc.nat(chans - 1),
    send: fc.boolean(),
    v: fc.integer({ min: 1, max: 999 }),
    stop,
  });
  // The same operation twice in one select would leave the choice, and so the value, open.
  const cases = fc.uniqueArray(kase, {
    minLength: 1,
    maxLength: 4,
    selector: (c) => (c.send ? -1 - c.ch : c.ch),
  });
  const step = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ kind: fc.constant("op" as const), cases, plain: fc.boolean(), stop }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("try" as const), cases }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("close" as const), ch: fc.nat(chans - 1) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("cancel" as const), stop: fc.nat(STOPS - 1) }),
    },
    { weight: 3, arbitrary: fc.constant({ kind: "yield" as const }) },
  );
  return fc.array(fc.array(step, { maxLength: 12 }), { minLength: 2, maxLength: 5 });
};

test("random programs of goroutines, in any order and called off at any point, behave as the model", async () => {
  const seed = process.env.GORT_SEED;
  await fc.assert(
    fc.asyncProperty(
      caps.chain((list) => fc.tuple(fc.constant(list), programs(list.length))),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      async ([list, workers], order) => {
        const world = new World(list);
        const { model } = world;
        const s = createDeterministicScheduler({ seed: order, tracer: world.tracer });
        world.scheduler = s;
        await s.run(function* () {
          const all = workers.map((steps) => s.go(() => world.worker(steps)));
          // Time moves when everybody else has ended or waits.
          yield* sleep(1);
          expect(all.filter((g) => g.status !== "dead").length).toBe(model.parked.length);
          for (let k = 0; k < STOPS; k++) world.cancel(k);
          for (const [i, ch] of world.chans.entries()) {
            if (list[i] !== null && !model.closed[i]) world.close(i);
            expect(checkChan(ch)).toEqual({ receivers: 0, senders: 0 });
          }
          yield* sleep(1);
        });
        expect(world.errors).toEqual([]);
      },
    ),
    {
      numRuns: Number(process.env.GORT_FUZZ ?? 60),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    },
  );
});
