/** Conformance cases about time: timers, the wall clock, the host's turn. */
import type { Go } from "../api.ts";
import { now } from "../current.ts";
import { hostNow, macrotask } from "../host.ts";
import { sleep } from "../sleep.ts";
import { type Cases, same } from "./suite-kit.ts";

/** A time slice, 4 ms unless told otherwise, is over within this on the slowest machine, in one of so many turns. */
const TURN_MAX_MS = 100;
const HOST_TURNS = 8;
/** The beginning of 2000, which no wall clock comes before: neither a host's nor, unless it is told so, a simulated one. */
const WALL_MIN_MS = 946_684_800_000;
/** What the wall clock may be off by, each time it is looked at: hosts round it, and set it right. */
const WALL_OFF_MS = 5;
const WALL_TIMES = 5;
/** A goroutine that is never preempted ends after this. */
const READY_MAX_MS = 3000;

export const timeCases: Cases = {
  async "timers fire in deadline order, sleepers wake not before their time"(make) {
    const s = make();
    const order: number[] = [];
    await s.run(function* () {
      // One time for all: a busy host may stop the program in between.
      const base = s.clock.now();
      const gs = [6, 2, 8, 4].map((d) => {
        s.clock.schedule(base + d * 3, () => order.push(d));
        return s.go(function* () {
          const start = now();
          yield* sleep(d * 3 + 1);
          if (now() - start < d * 3)
            throw new Error(`slept ${now() - start} ms instead of ${d * 3}`);
        });
      });
      const cancelled = s.clock.schedule(s.clock.now() + 1, () => order.push(0));
      same([cancelled.cancel(), cancelled.cancel()], [true, false], "cancel");
      yield* sleep(0);
      yield* sleep(-5);
      for (const g of gs) yield* g.join();
    });
    same(order, [2, 4, 6, 8], "order of firing");
  },

  async "the wall clock goes on as time does"(make) {
    const { clock } = make();
    const start = clock.wall();
    if (!(start >= WALL_MIN_MS))
      throw new Error(`wall() is ${start}, want milliseconds since 1970, of a time from 2000 on`);
    let said = "";
    for (let i = 0; i < WALL_TIMES; i++) {
      const [after, wall, before] = [clock.now(), clock.wall(), clock.now()];
      await new Promise<void>((resolve) => clock.schedule(before + 20, resolve));
      const shortest = clock.now() - before;
      const passed = clock.wall() - wall;
      const longest = clock.now() - after;
      said = `wall() says that ${passed} ms have passed, now() says ${longest}`;
      if (passed >= shortest - WALL_OFF_MS && passed <= longest + WALL_OFF_MS) return;
    }
    throw new Error(said);
  },

  async "a timer is pending until it fires or is cancelled"(make) {
    const s = make();
    const timers = (): number => s.stats().timers;
    const before = timers();
    const seen: number[] = [];
    await s.run(function* () {
      const far = s.clock.schedule(s.clock.now() + 60_000, () => {});
      seen.push(timers() - before);
      s.clock.schedule(s.clock.now() + 1, () => {});
      seen.push(timers() - before);
      far.cancel();
      far.cancel();
      seen.push(timers() - before);
      yield* sleep(5);
      seen.push(timers() - before);
    });
    same(seen, [1, 2, 1, 0], "timers after two of them were added, one cancelled, one fired");
  },

  async "a timer at Infinity never fires, and is cancelled as any other"(make) {
    const s = make();
    const timers = (): number => s.stats().timers;
    const before = timers();
    let fired = 0;
    await s.run(function* () {
      const far = s.clock.schedule(Infinity, () => fired++);
      const near = s.clock.schedule(Infinity, () => fired++);
      same(timers() - before, 2, "timers at Infinity");
      yield* sleep(20);
      same([near.cancel(), near.cancel()], [true, false], "cancel");
      same(timers() - before, 1, "timers after one was cancelled");
      far.cancel();
    });
    same(fired, 0, "fired");
  },

  async "spinning goroutines do not keep the host from its turn"(make) {
    const s = make();
    let turns = 0;
    await s.run(function* () {
      let stop = false;
      const spin = function* (): Go<void> {
        while (!stop) yield;
      };
      s.go(spin);
      s.go(spin);
      const tick = (): void => {
        if (++turns < 3) macrotask(tick);
      };
      macrotask(tick);
      while (turns < 3) yield;
      stop = true;
    });
    same(turns, 3, "turns of the host");
  },

  async "a goroutine whose ops never have to wait lets others run, and the host"(make) {
    const s = make();
    let turns = 0;
    let other = false;
    await s.run(function* () {
      const tick = (): void => {
        if (++turns < 3) macrotask(tick);
      };
      macrotask(tick);
      s.go(function* () {
        other = true;
      });
      const end = hostNow() + READY_MAX_MS;
      while ((turns < 3 || !other) && hostNow() < end) yield* sleep(0);
    });
    same([turns, other], [3, true], "turns of the host, and whether the other goroutine ran");
  },

  async "the host's turn comes every few milliseconds, whatever runs"(make) {
    const s = make();
    let shortest = Infinity;
    await s.run(function* () {
      let turns = 0;
      let last = hostNow();
      const tick = (): void => {
        const t = hostNow();
        // The shortest time of several counts: this one may be long because the machine is busy.
        if (turns > 0 && t - last < shortest) shortest = t - last;
        last = t;
        if (++turns < HOST_TURNS && shortest > TURN_MAX_MS) macrotask(tick);
        else turns = HOST_TURNS;
      };
      macrotask(tick);
      while (turns < HOST_TURNS) yield;
    });
    if (shortest > TURN_MAX_MS)
      throw new Error(`the host had a turn after ${shortest} ms at the earliest`);
  },
};
