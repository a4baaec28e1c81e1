/** The intrusive queue against an array. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Never, WaitQueue } from "./helpers.ts";

const runs = Number(process.env.GORT_FUZZ ?? 300);
const seeded = process.env.GORT_SEED === undefined ? {} : { seed: Number(process.env.GORT_SEED) };

test("push, unshift, shift and remove behave as on an array, and links stay whole", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom("push", "unshift", "shift", "remove"), fc.nat(20)), {
        maxLength: 80,
      }),
      (steps) => {
        const q = new WaitQueue<Never>();
        const other = new WaitQueue<Never>();
        let model: Never[] = [];
        for (const [what, n] of steps) {
          if (what === "push" || what === "unshift") {
            const op = new Never();
            q[what](op);
            model[what](op);
          } else if (what === "shift") {
            expect(q.shift() === (model.shift() ?? null)).toBe(true);
          } else if (model.length > 0) {
            const op = model[n % model.length]!;
            other.remove(op); // not its queue: nothing happens
            q.remove(op);
            q.remove(op);
            expect([op.queue, op.qnext, op.qprev]).toEqual([null, null, null]);
            model = model.filter((o) => o !== op);
          }
          const seen: Never[] = [];
          for (let o = q.head; o !== null; o = o.qnext as Never | null) {
            expect(o.queue === q).toBe(true);
            expect(o.qprev === (seen.at(-1) ?? null)).toBe(true);
            seen.push(o);
          }
          expect(seen.length === model.length && seen.every((o, i) => o === model[i])).toBe(true);
          expect(q.length).toBe(model.length);
          expect(q.tail === (model.at(-1) ?? null)).toBe(true);
        }
      },
    ),
    { numRuns: runs, ...seeded },
  );
});
