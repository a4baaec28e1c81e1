/** A select while it parks its cases, and what it owes them from its decision until its outcome is taken. */
import type { Op } from "@gort/sched";
import { USED } from "@gort/sched/primitives";
import { describe, expect, it } from "vitest";
import { checkChan, makeChan, select } from "../src/index.ts";
import { Never } from "./never.ts";
import { recordOf } from "../../sched/test/record-of.ts";

/** Never ready when it is tried; counts how often its outcome was given back. */
class Later extends Never<string> {
  discarded = 0;
  private readonly atPark: (op: Later) => void;

  constructor(atPark: (op: Later) => void = () => {}) {
    super();
    this.atPark = atPark;
  }

  override park(): void {
    this.atPark(this);
  }

  override discard(): void {
    this.discarded++;
  }
}

/** Never ready; begins something the first time it is tried. */
class Begins extends Later {
  began = false;
  private begin: (() => void) | null;

  constructor(begin: () => void) {
    super();
    this.begin = begin;
  }

  override tryNow(): boolean {
    this.began = this.begin !== null;
    this.begin?.();
    this.begin = null;
    return false;
  }
}

const waits = { receivers: 0, senders: 0 };

/** `op` among others, alone at each place of two and of three. */
const places: [string, (op: Op<any>) => Op<any>[]][] = [
  ["first of two", (op) => [op, new Later()]],
  ["second of two", (op) => [new Later(), op]],
  ["one of three", (op) => [new Later(), op, new Later()]],
];

describe("a select that is decided", () => {
  it.each(places)("gives back the outcome that nobody took: %s", (_, cases) => {
    for (let i = 0; i < 20; i++) {
      const op = new Later();
      const waiting = select(cases(op));
      void recordOf(waiting).next();
      op.complete("granted");
      expect(op.discarded).toBe(0);
      void recordOf(waiting).return();
      expect(op.discarded).toBe(1);
    }
  });

  it.each(places)("uses all its cases up, also by a failure: %s", (_, cases) => {
    for (const fails of [true, false]) {
      const op = new Later();
      const all = cases(op);
      const waiting = select(all);
      void recordOf(waiting).next();
      if (fails) op.fail(new Error("no"));
      else op.complete("yes");
      expect(all.map((each) => recordOf(each).state)).toEqual(all.map(() => USED));
    }
  });

  it.each([0, 1])("while it parks a case parks no other one (and %i more)", async (more) => {
    for (let i = 0; i < 20; i++) {
      for (const turned of [false, true]) {
        const ch = makeChan<string>();
        const cases = (): Op<any>[] => {
          const two = [new Later((op) => op.complete("at once")), ch.recv()];
          if (turned) void two.reverse();
          return [...two, ...Array.from({ length: more }, () => ch.recv())];
        };
        const [inGoroutine, outside] = [select(cases()), select(cases())];
        void recordOf(inGoroutine).next();
        const waiting = outside.start();
        expect([checkChan(ch), ch.trySend("lost")]).toEqual([waits, false]);
        expect(recordOf(inGoroutine).next()).toMatchObject({
          done: true,
          value: { value: "at once" },
        });
        expect(await waiting).toMatchObject({ value: "at once" });
      }
    }
  });

  it.each([0, 1])(
    "by what another case began when it was tried parks none (and %i more)",
    (more) => {
      for (let i = 0; i < 20; i++) {
        const ch = makeChan<number>(1);
        const begins = new Begins(() => ch.trySend(7));
        const others = Array.from({ length: more }, () => makeChan().recv());
        const op = select([ch.recv(), begins, ...others]);
        let r = recordOf(op).next() as { done: boolean; value: unknown };
        if (!r.done) r = recordOf(op).next() as typeof r;
        expect([r.done, r.value]).toEqual([true, { case: 0, value: 7, ok: true }]);
        expect([checkChan(ch), ch.len]).toEqual([waits, 0]);
      }
    },
  );
});

it("is tried again as often as trying begins something: what a case begins may make another one begin", () => {
  for (let i = 0; i < 40; i++) {
    const ch = makeChan<number>(1);
    let begun = false;
    const first = new Begins(() => (begun = true));
    const second = new Later() as Later & { began: boolean };
    second.began = false;
    second.tryNow = () => {
      second.began = begun && ch.trySend(7);
      return false;
    };
    const op = select([ch.recv(), second, first]);
    let r = recordOf(op).next() as { done: boolean; value: unknown };
    if (!r.done) r = recordOf(op).next() as typeof r;
    expect([r.done, r.value]).toEqual([true, { case: 0, value: 7, ok: true }]);
    expect([checkChan(ch), ch.len]).toEqual([waits, 0]);
  }
});

it.each([0, 1])(
  "what a case begins when it is tried again decides the select (and %i more)",
  (more) => {
    const ch = makeChan<string>();
    const parked: Op<any>[] = [];
    const again = new Later();
    again.tryNow = () => {
      // The first time nobody waits yet.
      ch.trySend("begun");
      return false;
    };
    again.park = () => void parked.push(again);
    const others = Array.from({ length: more }, () => makeChan().recv());
    const op = select([again, ch.recv(), ...others]);
    expect(recordOf(op).next().done).toBe(false);
    expect(recordOf(op).next().value).toMatchObject({ case: 1, value: "begun" });
    expect([parked, checkChan(ch)]).toEqual([[], waits]);
  },
);

it("a select waits for what its only case waits for, as in Go", () => {
  const ch = makeChan<number>();
  expect([
    recordOf(select([])).reason,
    recordOf(select([ch.recv()])).reason,
    recordOf(select({ never: null, send: ch.send(1) })).reason,
    recordOf(select([ch.recv(), ch.send(1)])).reason,
  ]).toEqual(["select (no cases)", "chan receive", "chan send", "select"]);
});
