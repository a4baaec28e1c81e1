/**
 * launch: how a primitive starts a function in a goroutine, such as `wg.go(fn)`.
 *
 * Invariants
 *  1. The current scheduler runs it if there is one; else, as long as the program has made none, a small one does: one
 *     queue, no clock, no `run`, no dumps.
 *  2. The hook is called exactly once: when the goroutine ends, before anybody who joined it hears of that; of a panic that nobody
 *     takes, after that was reported; or when its program ends, after that.
 *
 * Why the small one: a primitive that named `go` would bring the whole scheduler into a bundle, 11 kB for a
 * WaitGroup of async functions. And why a hook: a generator that calls `fn` and then the hook would be a second one
 * per goroutine, a third of what starting costs.
 */
import { badArgument } from "@gort/types";
import { ambient } from "./ambient.ts";
import type { Clock, GoFunc, Goroutine, Scheduler } from "./api.ts";
import { checkMethods } from "./errors.ts";
import type { EndHook, G } from "./g.ts";
import { hostNow, macrotask, reportUncaught } from "./host.ts";
import { Lifecycle } from "./lifecycle.ts";
import { isOp, type OpRecord } from "./op.ts";
import { poll } from "./poll.ts";
import { Hope } from "./postpone.ts";
import { Ring } from "./ring.ts";
import { soon } from "./turn.ts";

/** Longest run, in milliseconds, before the host gets a turn. */
const SLICE_MS = 4;
/** Steps between two looks at the clock. */
const EVERY = 64;

class Light extends Lifecycle {
  declare readonly clock: Clock; // Only a tracer needs it, and there is none.
  private readonly queue = new Ring();
  /** Whether it runs, or an async function that it runs has not ended: that may wake a goroutine of a program. */
  private readonly hope = new Hope();

  constructor() {
    super(null, null);
  }

  protected put(g: G): void {
    this.queue.push(g);
  }

  queued(): G[] {
    return this.queue.list();
  }

  protected get scheduler(): Scheduler | null {
    return null;
  }

  protected schedule(): void {
    this.scheduled = true;
    this.hope.set(true);
    soon(this.pump);
  }

  private readonly pump = (): void => {
    this.scheduled = false;
    this.inside(null);
    if (this.queue.size === 0) {
      this.moved();
      return;
    }
    this.scheduled = true;
    macrotask(this.pump);
  };

  protected steps(): boolean {
    const end = hostNow() + SLICE_MS;
    for (let g, n = 0; (g = this.queue.shift()) !== null;) {
      this.step(g);
      if (++n % EVERY === 0 && hostNow() >= end) break;
    }
    return this.queue.size > 0;
  }

  protected ended(): void {}
  protected moved(): void {
    if (!this.scheduled && !this.pumping) this.hope.set(this.asyncs > 0);
  }

  protected isMain(): boolean {
    return false;
  }

  protected mayBeJoined(): boolean {
    return true;
  }

  protected unhandled(g: G, error: unknown): void {
    this.reported(g, error);
    reportUncaught(error);
  }
}

/** What a scheduler of ours offers primitives that count goroutines. */
interface Starter {
  go(fn: GoFunc<any, any>, ...args: unknown[]): Goroutine<any>;
  goThen?(hook: EndHook, fn: GoFunc<any, any>, args: unknown[]): Goroutine<any>;
}

/** For schedulers without `goThen`. */
function* andThen(hook: EndHook, fn: GoFunc<any, any>, args: unknown[]): Generator<any, any, any> {
  try {
    const r = fn(...args) as Partial<Generator<OpRecord<any>> & PromiseLike<unknown>> | null;
    if (typeof r !== "object" || r === null) return r;
    if (typeof r.next === "function" && !isOp(r)) return yield* r as Generator<OpRecord<any>>;
    return typeof r.then === "function" ? yield* poll(r as PromiseLike<unknown>) : r;
  } finally {
    hook.done();
  }
}

/**
 * Starts `fn(...args)` in a goroutine, as `go` does, for primitives: without making the default scheduler if the program
 * has none yet, and calling `hook.done()` when the goroutine ended, whatever way; after a panic that nobody takes was
 * reported. What `hook.done` throws becomes the goroutine's panic, unless one was reported already: then it is reported after that. Throws as `go` does, and a TypeError for what is no hook or no list
 * of arguments. O(1).
 *
 * @example
 * ```ts
 * import { launch } from "@gort/sched/primitives";
 *
 * let running = 1;
 * const hook = { done: () => { running--; } };
 * const g = launch(hook, async (n: number) => n * 2, [21]);
 * await g.join(); // => 42
 * running; // => 0
 * ```
 */
export function launch<A extends unknown[], R>(
  hook: EndHook | null,
  fn: GoFunc<A, R>,
  args: A,
): Goroutine<R> {
  if (hook !== null && typeof (hook as EndHook | undefined)?.done !== "function")
    checkMethods("launch", "hook", hook, "done");
  if (!Array.isArray(args)) throw badArgument("launch", "args", args, "an array", "type");
  const s = (ambient.sched ?? outside()) as Starter;
  if (hook === null) return s.go(fn, ...args);
  return s.goThen !== undefined ? s.goThen(hook, fn, args) : s.go(andThen, hook, fn, args);
}

/** Who runs what is started outside goroutines. */
function outside(): Scheduler | Light {
  return ambient.fallback ?? ((ambient.light ??= new Light()) as Light);
}

/** Goroutines that the small scheduler runs. */
export function lightGoroutines(): number {
  return (ambient.light as Light | undefined)?.live ?? 0;
}
