/**
 * Finalizers, cleanups and weak pointers: the calls of a program, over the records of `specials.ts`.
 *
 * Invariants
 *  1. An object has at most one finalizer and one weak pointer per offset, and any number of cleanups.
 *  2. Queued functions run in the order of queueing, one at a time: the next starts when the one before
 *     returned, or, when the promise it returned settled, with the next call of `run`: never by itself. One that throws is used
 *     up; the rest stay queued.
 *  3. A finalizer runs once. Its object is a root until it is done, then an ordinary object.
 *  4. A weak pointer handed out while marking is shaded, so it never brings back a white object.
 *
 * As in Go, objects with finalizers that form a cycle are never finalized, and a function that holds a
 * handle of its own object keeps it alive for ever.
 */
import type { ObjectTable, Ptr } from "@gort/alloc";
import type { Cleanup, Weak } from "./api.ts";
import { badArgument, checkAttached, fatal, goTypeName, texts } from "./errors.ts";
import type { Mortal, Specials } from "./specials.ts";
import {
  CLEANUP,
  CLEANUP_QUEUED,
  FINALIZER,
  FINALIZER_RUNNING,
  KIND,
  BASE,
  OFFSET,
  WEAK,
} from "./specials.ts";

/** What lifetimes need of the heap. */
export interface LifetimeHost {
  readonly u32: Uint32Array;
  readonly objects: ObjectTable;
  readonly specials: Specials;
  readonly zeroBase: Ptr;
  /** Whether an address is in memory that is claimed but not handed out. */
  isUnused(p: Ptr): boolean;
  /** Whether marks are being set. */
  readonly marking: boolean;
  readonly sweeping: boolean;
  shade(p: Ptr): void;
  shadeContents(base: Ptr): void;
  /** Queued functions that had to wait can run. */
  finalizersReady(): void;
}

interface CleanupSide {
  readonly fn: (arg: unknown) => unknown;
  readonly arg: unknown;
  readonly handle: CleanupObject;
}

class CleanupObject implements Cleanup {
  record = 0;
  readonly #owner: Lifetime;
  constructor(owner: Lifetime) {
    this.#owner = owner;
  }
  stop(): void {
    this.#owner.stop(this);
  }
}

class WeakObject implements Weak, Mortal {
  readonly #owner: Lifetime;
  record = 0;
  readonly #p: Ptr;
  #dead = false;
  constructor(owner: Lifetime, p: Ptr) {
    this.#owner = owner;
    this.#p = p;
  }
  value(): Ptr {
    return this.#dead || !this.#owner.reach(this.record, this.#p) ? 0 : this.#p;
  }
  die(): void {
    this.#dead = true;
  }
}

const NIL: Weak = { value: () => 0 };
const NEVER: Cleanup = { stop() {} };

export class Lifetime {
  readonly #host: LifetimeHost;
  #running = false;
  /** The weak pointer to the object of size 0. */
  #zero: Weak | null = null;

  constructor(host: LifetimeHost) {
    this.#host = host;
  }

  setFinalizer(p: Ptr, fn: ((p: Ptr) => unknown) | null): void {
    if (typeof p !== "number") {
      fatal(
        p === null || p === undefined ? texts.firstArgNil : texts.firstArgNotPointer(goTypeName(p)),
      );
    }
    if (p === 0) fatal(texts.firstArgNil);
    const { objects, specials } = this.#host;
    const base = this.#find(p);
    if (base === 0) {
      // As in Go, the object of size 0 takes a finalizer that never runs.
      if (p === this.#host.zeroBase) return;
      fatal(texts.notInBlock);
    }
    // Pointer-free objects below 16 bytes share blocks, so any address in such a block will do.
    if (base !== p && (objects.isScan(base) || p - base >= 16)) fatal(texts.notAtBeginning);
    if (fn === undefined) badArgument("setFinalizer", "fn", fn, "a function, or null to remove it");
    if (fn !== null && typeof fn !== "function") fatal(texts.secondArgNotFunc(goTypeName(fn)));
    const old = specials.lookup(base, FINALIZER, p - base);
    if (fn === null) {
      if (old !== 0) specials.detach(old);
      return;
    }
    if (old !== 0) fatal(texts.alreadySet);
    specials.attach(base, FINALIZER, fn, p - base);
    if (this.#host.marking) this.#host.shadeContents(base);
  }

  addCleanup<A>(p: Ptr, fn: (arg: A) => unknown, arg: A): Cleanup {
    if (p === 0 || p === null || p === undefined) fatal(texts.cleanupNil);
    if ((arg as unknown) === p) fatal(texts.cleanupSelf);
    if (typeof fn !== "function") badArgument("addCleanup", "fn", fn, "a function");
    const base = this.#find(p);
    if (base === 0) {
      // As in Go, the object of size 0 is never gone.
      if (p === this.#host.zeroBase) return NEVER;
      fatal(texts.cleanupNotInBlock);
    }
    const handle = new CleanupObject(this);
    const side: CleanupSide = { fn: fn as (arg: unknown) => unknown, arg, handle };
    handle.record = this.#host.specials.attach(base, CLEANUP, side, p - base);
    return handle;
  }

  stop(handle: CleanupObject): void {
    const record = handle.record;
    if (record === 0) return;
    handle.record = 0;
    const { specials, u32 } = this.#host;
    if (u32[record + KIND] === CLEANUP) specials.detach(record);
  }

  weak(p: Ptr): Weak {
    if (p === 0) return NIL;
    const { specials } = this.#host;
    const base = this.#find(p);
    if (p === this.#host.zeroBase) return (this.#zero ??= { value: () => p });
    if (base === 0) badArgument("weak", "p", p, "a pointer into an object of this heap");
    const old = specials.lookup(base, WEAK, p - base);
    if (old !== 0) return specials.side(old) as WeakObject;
    const weak = new WeakObject(this, p);
    weak.record = specials.attach(base, WEAK, weak, p - base);
    return weak;
  }

  /** Base of the object that contains `p`, 0 if the program has none there. */
  #find(p: Ptr): Ptr {
    checkAttached(this.#host.u32);
    return typeof p !== "number" || p >>> 0 !== p || this.#host.isUnused(p)
      ? 0
      : this.#host.objects.find(p);
  }

  /** Whether the object of a weak record lives; makes it live through a cycle that is marking now. */
  reach(record: number, p: Ptr): boolean {
    const host = this.#host;
    if (!host.specials.isAlive(record, host.sweeping)) return false;
    if (host.marking) host.shade(p);
    return true;
  }

  /** Whether there is something to run, and the one before it is done. */
  get ready(): boolean {
    return !this.#running && this.#host.specials.queued !== 0;
  }

  /** Runs what is queued, or, given a clock, as much as fits until `deadline`, at least one. */
  run(now: (() => number) | null = null, deadline = 0): number {
    if (this.#running) return 0;
    const { specials, u32 } = this.#host;
    checkAttached(u32);
    let ran = 0;
    for (let r = specials.dequeue(); r !== 0; r = specials.dequeue()) {
      ran++;
      let result: unknown;
      this.#running = true;
      let wait = false;
      try {
        if (u32[r + KIND] === CLEANUP_QUEUED) {
          const side = specials.side(r) as CleanupSide;
          side.handle.record = 0;
          // Its object is gone: there is nothing to keep meanwhile, and a record that is on no list would be a lost one.
          specials.release(r);
          r = 0;
          result = side.fn(side.arg);
        } else {
          u32[r + KIND] = FINALIZER_RUNNING;
          const fn = specials.side(r) as (p: Ptr) => unknown;
          result = fn(u32[r + BASE]! + u32[r + OFFSET]!);
        }
        wait = isThenable(result);
      } finally {
        if (!wait) this.#done(r);
      }
      if (wait) {
        this.#doneAfter(r, result);
        break;
      }
      if (now !== null && now() >= deadline) break;
    }
    return ran;
  }

  /** A function has returned, or what it returned has settled. Of a finalizer the record is what keeps its object. */
  #done(record: number): void {
    if (record !== 0) this.#host.specials.release(record);
    this.#running = false;
  }

  /** A promise of our own between: the thenable of a program may call back twice, or throw. */
  #doneAfter(record: number, result: unknown): void {
    const done = (): void => this.#done(record);
    const promise = new Promise((resolve) => resolve(result));
    // A rejection stays unhandled, as a panic in a finalizer ends a Go program, but the queue goes on.
    void promise.then(done, (reason: unknown) => {
      done();
      throw reason;
    });
    const tell = (): void => {
      if (this.ready) this.#host.finalizersReady();
    };
    void promise.then(tell, tell);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  );
}
