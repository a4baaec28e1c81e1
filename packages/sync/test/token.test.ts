/** Locks that are free are taken without a new op or token; neither may ever stand for somebody else's lock. */
import { type Go, go, gosched, type Op } from "@gort/sched";
import { describe, expect, it } from "vitest";
import { checkMutex, checkRWMutex, checkSemaphore } from "../src/check.ts";
import { type LockToken, Mutex, type Permit, RWMutex, Semaphore } from "../src/index.ts";
import { program } from "./trace.ts";
import { recordOf } from "../../sched/test/record-of.ts";

interface Lockable {
  op(): Op<LockToken | Permit>;
  free(): boolean;
  unlock(): void;
  check(): void;
}

const kinds: Record<string, () => Lockable> = {
  mutex: () => {
    const mu = new Mutex();
    return {
      op: () => mu.lock(),
      free: () => !mu.locked,
      unlock: () => mu.unlock(),
      check: () => checkMutex(mu),
    };
  },
  "rwmutex writer": () => {
    const rw = new RWMutex();
    return {
      op: () => rw.lock(),
      free: () => rw.writer === 0 && rw.readers === 0,
      unlock: () => rw.unlock(),
      check: () => checkRWMutex(rw),
    };
  },
  "rwmutex reader": () => {
    const rw = new RWMutex();
    return {
      op: () => rw.rLock(),
      free: () => rw.readers === 0,
      unlock: () => rw.rUnlock(),
      check: () => checkRWMutex(rw),
    };
  },
  semaphore: () => {
    const sem = new Semaphore(1);
    return {
      op: () => sem.acquire(1),
      free: () => sem.available === 1,
      unlock: () => sem.release(1),
      check: () => checkSemaphore(sem),
    };
  },
};

const end = (t: LockToken | Permit): void => void ("unlock" in t ? t.unlock() : t.release());

describe.each(Object.keys(kinds))("%s that is free", (name) => {
  const make = kinds[name]!;

  it("hands the op of the last yield* out again, and one that was not used yet to nobody else", async () => {
    await program(function* () {
      const l = make();
      const first = l.op();
      const second = l.op();
      expect(second === first).toBe(false);
      yield* first;
      l.unlock();
      l.check();
      // Not `toBe`: it iterates what it compares.
      expect(l.op() === first).toBe(true);
      const third = l.op();
      expect(third === first || third === second).toBe(false);
      yield* second;
      l.check();
      l.unlock();
      expect(l.free()).toBe(true);
    });
  });

  it("an op used twice is an error, and takes nothing", async () => {
    await program(function* () {
      const l = make();
      const op = l.op();
      yield* op;
      l.unlock();
      expect(() => recordOf(op).next()).toThrow("operation used twice");
      expect(l.free()).toBe(true);
      l.check();
    });
  });

  it("gives a token that is worth nothing once the lock was released, though the op is the same", async () => {
    await program(function* () {
      const l = make();
      const first = yield* l.op();
      expect(first.held).toBe(true);
      end(first);
      expect(first.held).toBe(false);
      const second = yield* l.op();
      expect(second).not.toBe(first);
      end(first);
      first[Symbol.dispose]();
      expect(l.free()).toBe(false);
      expect(second.held).toBe(true);
      second[Symbol.dispose]();
      expect(l.free()).toBe(true);
    });
  });

  it("an op that waited is not handed out again", async () => {
    await program(function* () {
      const l = make();
      const order: string[] = [];
      // Readers wait only for a writer, who is not part of this.
      if (name === "rwmutex reader") return;
      yield* l.op();
      const ops: unknown[] = [];
      for (const who of ["a", "b"]) {
        go(function* (): Go {
          const op = l.op();
          ops.push(op);
          yield* op;
          order.push(who);
          l.check();
          yield* gosched();
          l.unlock();
        });
      }
      yield* gosched();
      l.unlock();
      while (order.length < 2) yield* gosched();
      while (!l.free()) yield* gosched();
      expect(order).toEqual(["a", "b"]);
      for (const op of ops) expect(l.op() === op).toBe(false);
      l.check();
    });
  });

  it("start() takes it at once; a taken one gives a promise", async () => {
    const l = make();
    const token = l.op().start();
    expect(token).not.toBeInstanceOf(Promise);
    expect(l.free()).toBe(false);
    if (name === "rwmutex reader") return;
    const later = l.op().start();
    expect(later).toBeInstanceOf(Promise);
    end(token as LockToken);
    const next = await later;
    expect(next.held).toBe(true);
    end(next);
    expect(l.free()).toBe(true);
    l.check();
  });
});
