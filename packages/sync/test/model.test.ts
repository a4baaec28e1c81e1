/**
 * Random programs against trivially simple twins, step by step, with waits called off at random points. The test is the
 * scheduler: it says when a woken waiter runs, so every order is reachable.
 */
import fc from "fast-check";
import type { Op } from "@gort/sched";
import { DONE, FAILED, FRESH, PARKED, USED, WOKEN } from "@gort/sched/primitives";
import { describe, expect, it } from "vitest";
import { checkMutex, checkRWMutex, checkSemaphore, checkWaitGroup } from "../src/check.ts";
import { Mutex, RWMutex, Semaphore, WaitGroup } from "../src/index.ts";
import * as states from "../src/states.ts";
import { property } from "./fuzz.ts";
import { recordOf } from "../../sched/test/record-of.ts";

/** A goroutine in `yield*` on an op: steps it as a scheduler would. */
class Task {
  state: "waiting" | "has" | "gone" = "waiting";
  woken = false;
  private readonly op: Op<any>;

  constructor(op: Op<any>) {
    this.op = op;
    this.step();
    if (this.state === "waiting") recordOf(op).waiter = { wake: () => void (this.woken = true) };
  }

  /** Runs if it was woken; true if it did. */
  run(): boolean {
    if (!this.woken) return false;
    this.woken = false;
    this.step();
    return true;
  }

  private step(): void {
    if ((recordOf(this.op).next() as { done?: boolean }).done === true) this.state = "has";
  }

  /** Interrupts it at whatever step it is. */
  interrupt(): void {
    recordOf(this.op).return();
    this.state = "gone";
    this.woken = false;
  }
}

type Command = [kind: string, n: number];

const commands = (...kinds: string[]): fc.Arbitrary<Command[]> =>
  fc.array(fc.tuple(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 7 })), {
    maxLength: 60,
    size: "max",
  });

/** The n-th of those that match, counted around. */
function pick<T>(list: T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

describe("model", () => {
  it("mutex: one holder, woken waiters in queue order, everybody gets it in the end", () => {
    property(
      commands("lock", "lock", "try", "unlock", "unlock", "run", "run", "interrupt"),
      (list) => {
        const mu = new Mutex();
        const tasks: Task[] = [];
        let byTry = false;
        const holders = (): number =>
          tasks.filter((t) => t.state === "has").length + (byTry ? 1 : 0);
        const waiting = (): Task[] => tasks.filter((t) => t.state === "waiting");
        const release = (): void => {
          const held = tasks.find((t) => t.state === "has");
          if (held !== undefined) held.state = "gone";
          else if (byTry) byTry = false;
          else return;
          mu.unlock();
        };
        for (const [kind, n] of list) {
          if (kind === "lock") {
            const free = !mu.locked;
            const t = new Task(mu.lock());
            expect(t.state).toBe(free ? "has" : "waiting");
            tasks.push(t);
          } else if (kind === "try") {
            // In starvation mode it may have been handed to somebody who did not run yet.
            const handed = mu.locked && holders() === 0;
            const free = holders() === 0 && !handed && !mu.starving;
            const got = mu.tryLock();
            expect(got).toBe(free);
            if (got) byTry = true;
          } else if (kind === "unlock") {
            release();
          } else if (kind === "run") {
            pick(
              waiting().filter((t) => t.woken),
              n,
            )?.run();
          } else {
            pick(waiting(), n)?.interrupt();
          }
          expect(holders()).toBeLessThanOrEqual(1);
          expect(waiting().filter((t) => t.woken).length).toBeLessThanOrEqual(1);
          checkMutex(mu);
        }
        // Drain: run what is woken, release what is held.
        for (let i = 0; i < 1000 && (waiting().length > 0 || holders() > 0); i++) {
          const before = waiting();
          const ran = before.find((t) => t.woken);
          if (ran !== undefined) {
            // In order: nobody who came earlier is still waiting.
            expect(ran).toBe(before[0]);
            ran.run();
          } else {
            release();
          }
          checkMutex(mu);
        }
        expect(waiting().length).toBe(0);
        expect(mu.tryLock()).toBe(true);
      },
    );
  });

  it("rwmutex equals a model with two lists", () => {
    property(
      commands(
        "lock",
        "rlock",
        "rlock",
        "try",
        "tryr",
        "unlock",
        "unlock",
        "runlock",
        "runlock",
        "interrupt",
      ),
      (list) => {
        const rw = new RWMutex();
        type Entry = { task: Task; writer: boolean; in: boolean };
        let entries: Entry[] = [];
        // The twin: who is inside, who waits for what since when.
        const inside = (writer: boolean): Entry[] =>
          entries.filter((e) => e.in && e.writer === writer);
        const queued = (writer: boolean): Entry[] =>
          entries.filter((e) => !e.in && e.writer === writer);
        let extraReaders = 0;
        let extraWriter = 0;
        const readers = (): number => inside(false).length + extraReaders;
        const writers = (): number => inside(true).length + extraWriter;
        const blockedForReaders = (): boolean => writers() > 0 || queued(true).length > 0;
        const admitWriter = (): void => {
          const first = queued(true)[0];
          if (first !== undefined && readers() === 0 && writers() === 0) first.in = true;
        };
        const writerLeft = (): void => {
          for (const e of queued(false)) e.in = true;
          admitWriter();
        };
        const settle = (): void => {
          for (const e of entries) {
            e.task.run();
            expect(e.task.state).toBe(e.in ? "has" : "waiting");
          }
          checkRWMutex(rw);
        };
        for (const [kind, n] of list) {
          if (kind === "lock") {
            const free = readers() === 0 && !blockedForReaders();
            entries.push({ task: new Task(rw.lock()), writer: true, in: free });
          } else if (kind === "rlock") {
            entries.push({ task: new Task(rw.rLock()), writer: false, in: !blockedForReaders() });
          } else if (kind === "try") {
            const free = readers() === 0 && !blockedForReaders();
            expect(rw.tryLock()).toBe(free);
            if (free) extraWriter = 1;
          } else if (kind === "tryr") {
            const free = !blockedForReaders();
            expect(rw.tryRLock()).toBe(free);
            if (free) extraReaders++;
          } else if (kind === "unlock") {
            if (writers() === 0) {
              expect(() => rw.unlock()).toThrow("sync: Unlock of unlocked RWMutex");
            } else {
              rw.unlock();
              if (extraWriter > 0) extraWriter = 0;
              else entries = entries.filter((e) => !(e.in && e.writer));
              writerLeft();
            }
          } else if (kind === "runlock") {
            if (readers() === 0) {
              expect(() => rw.rUnlock()).toThrow("sync: RUnlock of unlocked RWMutex");
            } else {
              rw.rUnlock();
              const e = inside(false)[0];
              if (extraReaders > 0) extraReaders--;
              else entries = entries.filter((x) => x !== e);
              admitWriter();
            }
          } else {
            const e = pick(
              entries.filter((x) => !x.in),
              n,
            );
            if (e !== undefined) {
              const front = e.writer && e === queued(true)[0] && writers() === 0;
              e.task.interrupt();
              entries = entries.filter((x) => x !== e);
              if (front) writerLeft();
            }
          }
          settle();
        }
      },
    );
  });

  it("semaphore equals a model with one list", () => {
    property(commands("acquire", "acquire", "try", "release", "release", "interrupt"), (list) => {
      const size = 5;
      const sem = new Semaphore(size);
      let held = 0;
      let queue: { task: Task; n: number }[] = [];
      const letIn = (): void => {
        while (queue.length > 0 && queue[0]!.n <= size - held) {
          const e = queue.shift()!;
          held += e.n;
          expect(e.task.run()).toBe(true);
          expect(e.task.state).toBe("has");
        }
      };
      for (const [kind, n] of list) {
        if (kind === "acquire") {
          const fits = queue.length === 0 && n <= size - held;
          const task = new Task(sem.acquire(n));
          expect(task.state).toBe(fits ? "has" : "waiting");
          if (fits) held += n;
          else if (n <= size) queue.push({ task, n });
        } else if (kind === "try") {
          const fits = queue.length === 0 && n <= size - held;
          expect(sem.tryAcquire(n)).toBe(fits);
          if (fits) held += n;
        } else if (kind === "release") {
          if (n > held) {
            expect(() => sem.release(n)).toThrow("semaphore: released more than held");
          } else {
            sem.release(n);
            held -= n;
            letIn();
          }
        } else {
          const e = pick(queue, n);
          if (e !== undefined) {
            e.task.interrupt();
            queue = queue.filter((x) => x !== e);
            letIn();
          }
        }
        expect(sem.available).toBe(size - held);
        expect(sem.waiting).toBe(queue.length);
        for (const e of queue) expect(e.task.woken).toBe(false);
        checkSemaphore(sem);
      }
    });
  });

  it("waitgroup equals a counter", () => {
    property(commands("add", "done", "done", "wait", "interrupt", "run"), (list) => {
      const wg = new WaitGroup();
      let count = 0;
      let waiting: Task[] = [];
      let released: Task[] = [];
      for (const [kind, n] of list) {
        if (kind === "add" || kind === "done") {
          const delta = kind === "done" ? -1 : n - 3;
          if (count + delta < 0) {
            expect(() => wg.add(delta)).toThrow("sync: negative WaitGroup counter");
          } else {
            wg.add(delta);
            count += delta;
            if (count === 0) {
              for (const t of waiting) expect(t.woken).toBe(true);
              released.push(...waiting);
              waiting = [];
            }
          }
        } else if (kind === "wait") {
          const t = new Task(wg.wait());
          expect(t.state).toBe(count === 0 ? "has" : "waiting");
          if (count > 0) waiting.push(t);
        } else if (kind === "interrupt") {
          const t = pick([...waiting, ...released], n);
          t?.interrupt();
          waiting = waiting.filter((x) => x !== t);
          released = released.filter((x) => x !== t);
        } else {
          // Those released who run only now find the group reused.
          for (const t of released) {
            if (count > 0)
              expect(() => t.run()).toThrow("WaitGroup is reused before previous Wait");
            else t.run();
            expect(t.state).toBe(count > 0 ? "waiting" : "has");
          }
          released = [];
        }
        for (const t of waiting) expect(t.woken).toBe(false);
        expect(wg.count).toBe(count);
        checkWaitGroup(wg);
      }
    });
  });

  it("the states of an op are those of the scheduler's package", () => {
    const theirs = { DONE, FAILED, FRESH, PARKED, USED, WOKEN };
    expect({ ...states }).toEqual(theirs);
  });
});
