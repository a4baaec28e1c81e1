/** 90 random programs over channels, with the outcome that Go recorded for every step. */
import type { Op, OpRecord } from "@gort/sched";
import { expect, test } from "vitest";
import data from "../../../apps/oracle/data/chantrace.json" with { type: "json" };
import { type Chan, checkChan, makeChan, nilChan, select, trySelect } from "../src/index.ts";
import { Mini } from "./mini.ts";

type Event = [number, ...unknown[]];
type Case = ["s", number, number] | ["r", number];

interface Step {
  op: unknown[];
  res?: unknown;
  ev?: Event[];
  len: number[];
  parked?: number[];
}

class World {
  readonly mini = new Mini();
  readonly chans: Chan<number, number>[];
  events: Event[] = [];
  ids = new Map<number, number>();

  constructor(caps: (number | null)[]) {
    this.chans = caps.map((cap) =>
      cap === null ? nilChan<number>() : makeChan<number>(cap, { zero: 0 }),
    ) as Chan<number, number>[];
  }

  cases(cases: Case[]): Op<any>[] {
    return cases.map((c) =>
      c[0] === "s" ? this.chans[c[1]]!.send(c[2]) : this.chans[c[1]]!.recv(),
    );
  }

  outcome(cases: Case[], r: { case: number; value: unknown; ok: boolean }): unknown[] {
    return cases[r.case]![0] === "s" ? [r.case] : [r.case, r.value, r.ok];
  }

  spawn(
    id: number,
    body: (emit: (...event: unknown[]) => void) => Generator<OpRecord<any>, void, any>,
  ) {
    const emit = (...event: unknown[]) => this.events.push([id, ...event]);
    const task = this.mini.go(
      (function* () {
        try {
          yield* body(emit);
        } catch (error) {
          emit("panic", (error as Error).message);
        }
      })(),
    );
    this.ids.set(task.id, id);
  }

  main(op: unknown[]): unknown {
    const [kind, a, b, c] = op as [string, number, any, any];
    const { chans } = this;
    switch (kind) {
      case "send":
        return void this.spawn(a, function* (emit) {
          yield* chans[b]!.send(c);
          emit("sent");
        });
      case "recv":
        return void this.spawn(a, function* (emit) {
          emit("got", ...(yield* chans[b]!.recvOk()));
        });
      case "range":
        return void this.spawn(a, function* (emit) {
          for (const r = chans[b]!.range(); yield* r.next();) emit("got", r.value, true);
          emit("end");
        });
      case "sel": {
        const cases = b as Case[];
        const ops = this.cases(cases);
        return void this.spawn(a, (emit) =>
          function* (this: World): Generator<OpRecord<any>, void, any> {
            const r: any = yield* select(ops);
            emit("case", ...this.outcome(cases, r));
          }.call(this),
        );
      }
      case "close":
        chans[a]!.close();
        return true;
      case "trysend":
        return chans[a]!.trySend(b);
      case "tryrecv": {
        const [v, ok, ready] = chans[a]!.tryRecv();
        return ready ? [v, ok] : false;
      }
      case "trysel": {
        const cases = op[1] as Case[];
        const r: any = trySelect(this.cases(cases));
        if (r.case === "default") return -1;
        const out = this.outcome(cases, r);
        return out.length === 1 ? out[0] : out;
      }
      default:
        throw new Error(kind);
    }
  }

  step(op: unknown[]): Step {
    this.events = [];
    let res: unknown;
    try {
      res = this.main(op);
    } catch (error) {
      res = { panic: (error as Error).message };
    }
    this.mini.settle();
    for (const ch of this.chans) checkChan(ch);
    const step: Step = { op, len: this.chans.map((ch) => ch.len) };
    if (res !== undefined) step.res = res;
    if (this.events.length > 0) {
      step.ev = this.events
        .map((e, i) => [e, i] as const)
        .sort(([e, i], [f, j]) => e[0] - f[0] || i - j)
        .map(([e]) => e);
    }
    const parked = this.mini.parked.map((t) => this.ids.get(t.id)!).sort((x, y) => x - y);
    if (parked.length > 0) step.parked = parked;
    return step;
  }
}

test("90 random 30-step programs over send, recv, range, select, close and non-blocking ops reproduce exactly", () => {
  expect(data.programs.length).toBe(90);
  for (const program of data.programs) {
    const world = new World(program.caps);
    for (const [i, want] of program.steps.entries()) {
      expect(world.step(want.op), `seed ${program.seed}, step ${i}`).toEqual(want);
    }
  }
});
