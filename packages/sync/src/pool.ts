/**
 * Pool: Go's `sync.Pool`, spare objects to reuse instead of allocating.
 *
 * Invariants
 *  1. An object is in at most one place: a private slot, a chain, or handed out. One handed out is not kept alive.
 *  2. What was put before the last but one `clean` is gone; what was put before the last is in the victim cache and is
 *     found after the others.
 *
 * Each P has a private slot, filled first, and a chain of its own, whose tail others steal from; so on one P the
 * first put comes back first and the rest newest first. `clean` is what a collection does to every pool in Go:
 * hand it to a heap as its `onCycle`, or call it when memory should shrink.
 *
 * JavaScript cannot see V8's collections, so a pool nobody cleans keeps its objects.
 */
import { badArgument, checkFunction, checkOptions } from "@gort/types";
import { PoolChain } from "./pool-chain.ts";

/** As many as a scheduler has Ps at most. */
const SHARDS_MAX = 1024;

class PoolLocal<T> {
  private: T | undefined = undefined;
  readonly shared: PoolChain<T> = new PoolChain();
}

/** Options of {@link Pool}. */
export interface PoolOptions<T> {
  /** Makes an object when none is spare (Go: `New`). */
  readonly new?: (() => T) | undefined;
  /** Which P's cache to use, an integer from 0 to 1023. Default: always 0. */
  readonly shard?: (() => number) | undefined;
}

/**
 * Go's `sync.Pool`. `T` is what is put, `N` what {@link get} gives: also undefined where there is no `new`.
 *
 * @example
 * ```ts
 * import { Pool } from "@gort/sync";
 *
 * const buffers = new Pool(() => new Uint8Array(1024));
 * const b = buffers.get();
 * buffers.put(b);
 * buffers.get() === b; // => true
 *
 * const spare = new Pool<Uint8Array>();
 * spare.get(); // => undefined
 * ```
 */
export interface Pool<T, N = T> {
  /**
   * An object that is spare, else a new one (Go: `Get`). O(1), O(P) when it must steal.
   * @throws RangeError if `shard` gives no integer from 0 to 1023, as {@link put} does
   */
  get(): N;
  /** Makes `x` spare (Go: `Put`); null and undefined are ignored. O(1). */
  put(x: T | null | undefined): void;
  /**
   * What a garbage collection does to a pool: objects that were spare at the last `clean` and still are go, the
   * others become the victim cache. A bound function, to be handed to a heap as its `onCycle`. O(1).
   */
  readonly clean: () => void;
}

/** How a {@link Pool} is made. */
export interface PoolConstructor {
  /** A pool that makes an object when none is spare. */
  new <T>(make: () => T): Pool<T>;
  /** A pool with options. */
  new <T>(options: PoolOptions<T> & { readonly new: () => T }): Pool<T>;
  /** A pool whose `get` gives undefined when none is spare. */
  new <T>(options?: PoolOptions<T>): Pool<T, T | undefined>;
}

/**
 * Makes a {@link Pool}. O(1).
 * @throws TypeError for what is neither a function nor options, and for options that are unknown or of a wrong type
 */
export const Pool: PoolConstructor = class<T, N> implements Pool<T, N> {
  locals: PoolLocal<T>[] = [];
  victims: PoolLocal<T>[] = [];
  private readonly make: (() => T) | null;
  private readonly shard: (() => number) | null;

  constructor(options?: (() => T) | PoolOptions<T>) {
    const o: PoolOptions<T> = typeof options === "function" ? { new: options } : (options ?? {});
    if (typeof o !== "object")
      throw badArgument("Pool", "options", options, "a function or { new, shard }", "type");
    checkOptions("Pool", o, "new shard");
    if (o.new !== undefined) checkFunction("Pool", "options.new", o.new);
    if (o.shard !== undefined) checkFunction("Pool", "options.shard", o.shard);
    this.make = o.new ?? null;
    this.shard = o.shard ?? null;
  }

  /** The P whose cache to use, where `shard` says it. */
  private chosen(shard: () => number): number {
    const pid = shard();
    if (!Number.isInteger(pid) || pid < 0 || pid >= SHARDS_MAX)
      throw badArgument("Pool", "shard()", pid, `an integer from 0 to ${SHARDS_MAX - 1}`);
    return pid;
  }

  get(): N {
    const pid = this.shard === null ? 0 : this.chosen(this.shard);
    const local = this.locals[pid];
    let x: T | undefined;
    if (local !== undefined) {
      x = local.private;
      if (x !== undefined) {
        local.private = undefined;
        return x as unknown as N;
      }
      x = local.shared.popHead();
    }
    x ??= this.steal(pid);
    if (x === undefined && this.make !== null) x = this.make();
    return x as unknown as N;
  }

  put(x: T | null | undefined): void {
    if (x === null || x === undefined) return;
    const pid = this.shard === null ? 0 : this.chosen(this.shard);
    let local = this.locals[pid];
    if (local === undefined) {
      while (this.locals.length <= pid) this.locals.push(new PoolLocal<T>());
      local = this.locals[pid]!;
    }
    if (local.private === undefined) local.private = x;
    else local.shared.pushHead(x);
  }

  toJSON(): object {
    return {};
  }

  readonly clean = (): void => {
    this.victims = this.locals;
    this.locals = [];
  };

  private steal(pid: number): T | undefined {
    const { locals, victims } = this;
    const n = locals.length;
    for (let i = 1; i <= n; i++) {
      const x = locals[(pid + i) % n]!.shared.popTail();
      if (x !== undefined) return x;
    }
    if (victims.length === 0) return undefined;
    const own = victims[pid];
    if (own?.private !== undefined) {
      const x = own.private;
      own.private = undefined;
      return x;
    }
    const m = victims.length;
    for (let i = 0; i < m; i++) {
      const x = victims[(pid + i) % m]!.shared.popTail();
      if (x !== undefined) return x;
    }
    this.victims = [];
    return undefined;
  }
};
