/**
 * Random programs over channels and selects against a model that keeps plain arrays, with goroutines ended at random
 * points. GORT_FUZZ sets the number of programs, GORT_SEED the seed.
 */
import type { Op, OpRecord } from "@gort/sched";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Chan, checkChan, makeChan, nilChan, select, trySelect } from "../src/index.ts";
import { Mini, type Task } from "./mini.ts";
import { type Case, Model, type Outcome } from "./model.ts";

type Step =
  | { kind: "op"; cases: Case[]; plain: boolean }
  | { kind: "try"; cases: Case[] }
  | { kind: "close"; ch: number }
  | { kind: "end"; pick: number };

class World {
  readonly chans: Chan<number, number>[];
  readonly mini = new Mini();
  readonly tasks = new Map<number, Task>();
  readonly model: Model;
  nextId = 0;

  constructor(caps: (number | null)[]) {
    this.model = new Model(caps);
    this.chans = caps.map((cap) =>
      cap === null ? nilChan<number>() : makeChan<number>(cap, { zero: 0 }),
    ) as Chan<number, number>[];
  }

  op(c: Case): Op<any> {
    return c.send ? this.chans[c.ch]!.send(c.v) : this.chans[c.ch]!.recv();
  }

  static tidy(
    cases: Case[],
    r: { case: number | "default"; value: unknown; ok: boolean },
  ): Outcome {
    if (r.case === "default") return "blocked";
    if (cases[r.case]!.send) return { case: r.case };
    return { case: r.case, value: r.value as number, ok: r.ok };
  }

  *body(cases: Case[], plain: boolean): Generator<OpRecord<any>, Outcome, any> {
    try {
      if (!plain) return World.tidy(cases, yield* select(cases.map((c) => this.op(c))));
      const c = cases[0]!;
      if (c.send) {
        yield* this.chans[c.ch]!.send(c.v);
        return { case: 0 };
      }
      const [value, ok] = yield* this.chans[c.ch]!.recvOk();
      return { case: 0, value, ok };
    } catch (e) {
      return { panic: (e as Error).message };
    }
  }

  step(step: Step): void {
    const { model } = this;
    const done = new Map<number, Outcome>();
    if (step.kind === "end") {
      const p = model.parked[step.pick % Math.max(model.parked.length, 1)];
      if (p === undefined) return;
      model.parked.splice(model.parked.indexOf(p), 1);
      const task = this.tasks.get(p.id)!;
      task.body.return(undefined);
      task.over = true;
    } else if (step.kind === "close") {
      const want = model.close(step.ch, done);
      let got: Outcome = { case: 0 };
      try {
        this.chans[step.ch]!.close();
      } catch (e) {
        got = { panic: (e as Error).message };
      }
      expect(got).toEqual(want);
    } else {
      const ready = step.cases.flatMap((c, i) => (model.ready(c) ? [i] : []));
      const id = this.nextId++;
      let got: Outcome;
      if (step.kind === "try") {
        try {
          got = World.tidy(step.cases, trySelect(step.cases.map((c) => this.op(c))));
        } catch (e) {
          got = { panic: (e as Error).message };
        }
      } else {
        const task = this.mini.go(this.body(step.cases, step.plain));
        this.tasks.set(id, task);
        this.mini.step(this.mini.queue.pop()!);
        got = task.over ? (task.result as Outcome) : "blocked";
      }
      if (ready.length === 0) {
        expect(got).toBe("blocked");
        if (step.kind === "op") model.parked.push({ id, cases: step.cases });
      } else {
        // Several cases may be ready: the model does the one that was chosen. A panic can only come from a send.
        const chosen =
          typeof got === "object" && "case" in got
            ? got.case
            : ready.find((i) => step.cases[i]!.send && model.closed[step.cases[i]!.ch]);
        expect(chosen !== undefined && ready.includes(chosen), JSON.stringify(got)).toBe(true);
        expect(got).toEqual(model.perform(step.cases[chosen!]!, chosen!, done));
      }
    }
    this.mini.settle();
    // Whoever was woken ended as the model says, and nobody else did.
    for (const [id, outcome] of done) {
      const task = this.tasks.get(id)!;
      expect(task.over).toBe(true);
      expect(task.result as Outcome).toEqual(outcome);
    }
    for (const p of model.parked) expect(this.tasks.get(p.id)!.over).toBe(false);
    expect(this.mini.parked.length).toBe(model.parked.length);
    for (const [i, ch] of this.chans.entries()) {
      expect(ch.len).toBe(model.buf[i]!.length);
      const { receivers, senders } = checkChan(ch);
      expect([receivers, senders]).toEqual([model.waiting(i, false), model.waiting(i, true)]);
    }
  }
}

const program = fc.array(fc.oneof(fc.constantFrom(0, 0, 1, 2, 3), fc.constant(null)), {
  minLength: 1,
  maxLength: 3,
});
const kase = (chans: number): fc.Arbitrary<Case> =>
  fc.record({
    ch: fc.nat(chans - 1),
    send: fc.boolean(),
    v: fc.integer({ min: 1, max: 999 }),
  });
const steps = (chans: number): fc.Arbitrary<Step[]> => {
  // The same operation twice in one select would leave the choice, and so the value, open.
  const cases = fc.uniqueArray(kase(chans), {
    minLength: 1,
    maxLength: 4,
    selector: (c) => (c.send ? -1 - c.ch : c.ch),
  });
  return fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: kase(chans).map((c): Step => ({ kind: "op", cases: [c], plain: true })),
      },
      { weight: 6, arbitrary: cases.map((c): Step => ({ kind: "op", cases: c, plain: false })) },
      { weight: 3, arbitrary: cases.map((c): Step => ({ kind: "try", cases: c })) },
      { weight: 1, arbitrary: fc.nat(chans - 1).map((ch): Step => ({ kind: "close", ch })) },
      { weight: 2, arbitrary: fc.nat(20).map((pick): Step => ({ kind: "end", pick })) },
    ),
    { maxLength: 60 },
  );
};

test("random programs over send, receive, select, close and goroutines ended while they wait behave as the model", () => {
  const seed = process.env.GORT_SEED;
  fc.assert(
    fc.property(
      program.chain((caps) => fc.tuple(fc.constant(caps), steps(caps.length))),
      ([caps, list]) => {
        const world = new World(caps);
        for (const step of list) world.step(step);
      },
    ),
    {
      numRuns: Number(process.env.GORT_FUZZ ?? 300),
      ...(seed === undefined ? {} : { seed: Number(seed) }),
    },
  );
});
