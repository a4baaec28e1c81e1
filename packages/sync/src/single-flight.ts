/**
 * SingleFlight: `golang.org/x/sync/singleflight`. Calls for one key that come while one is under way share its outcome.
 *
 * Invariants
 *  1. A key is in `calls` exactly while its newest call is under way and was not forgotten; the end of an older
 *     call never removes a newer one.
 *  2. Every op that joined a call is on its queue until the call ends or the op is called off; the call goes on
 *     either way, so calling off the first caller takes nothing from the others.
 *  3. All who joined get the same value or error; `shared` is the same for all of them.
 *  4. A panic reaches every `do` as a {@link FlightPanic}. It ends the program too if there is a `doChan`, since nobody there could
 *     receive it, or no caller any more: the program in which the call was made, or none if that is over. A `doChan` gets it only after
 *     that, where the program or the process survives. `goexit` ends every goroutine that called `do`.
 *  5. A function that the end of its program ended fails its call, so that the next one for its key starts anew.
 *  6. While a call waits for a promise, those who wait for it are not deadlocked.
 *
 * A generator body runs in a goroutine of its own, not in that of the first caller as in Go: that is what lets the
 * first caller leave early.
 */
import { isGoexit, type Op, type Scheduler, type WaitReason } from "@gort/sched";
import {
  currentProgram,
  type EndHook,
  enter,
  launch,
  leave,
  OutsideOp,
  pledge,
  WaitQueue,
  withOptions,
} from "@gort/sched/primitives";
import type { Body, WaitOptions } from "./api.ts";
import { checkBody, isThenable } from "./body.ts";
import { FlightPanic } from "./flight-panic.ts";
import { isPanic } from "./panic.ts";
import { type ChanResult, ResultChan } from "./result-chan.ts";
import { goesOn, type Outcome, place, start, startSteps, whenSettled } from "./start.ts";

/** What {@link SingleFlight.do} gives. */
export interface FlightResult<V> {
  /** What the function returned. */
  readonly value: V;
  /** Whether more than one caller got it. */
  readonly shared: boolean;
}

function raise(panic: FlightPanic): never {
  throw panic;
}

/** One run of a function. */
class Call<K, V> implements Outcome, EndHook {
  readonly queue = new WaitQueue<FlightOp<K, V>>();
  readonly chans: ResultChan<V>[] = [];
  /** Callers that joined after the first. */
  dups = 0;
  /** Whether it is over when a promise is, which may be the host's. */
  outside = false;
  /** What ends that those who wait on a channel are not deadlocked. */
  release: (() => void) | null = null;
  private readonly group: SingleFlight<K, V>;
  private readonly key: K;
  /** Where it was made, and in which program. */
  private readonly place: Scheduler | null = place();
  private readonly program = currentProgram();
  panic: FlightPanic | null = null;

  constructor(group: SingleFlight<K, V>, key: K) {
    this.group = group;
    this.key = key;
  }

  awaits(r: PromiseLike<unknown>): void {
    this.outside = true;
    void whenSettled(r, this);
  }

  /** A panic that not all who joined can be given; `has` says that a goroutine of the call will throw it. */
  panics(panic: FlightPanic, has: boolean): void {
    this.panic = panic;
    if (has) return;
    const before = enter(null, this.program?.over === true ? null : this.place);
    try {
      launch(this, raise, [panic]);
    } finally {
      leave(before);
    }
  }

  returned(value: V): void {
    this.group.succeed(this.key, this, value);
  }

  threw(err: unknown): void {
    void this.group.fail(this.key, this, err, !this.outside, false);
    if (this.panic !== null && !this.outside) throw this.panic;
  }

  /** Its goroutine ended, or the one that raised its panic: whoever is still there, in a program that survived that, gets it. */
  done(): void {
    const err = this.panic;
    if (err === null) return;
    for (let op; (op = this.queue.shift()) !== null;) op.fail(err);
    this.tell({ ok: false, err, shared: this.dups > 0 });
  }

  /** Gives it to the channels. */
  tell(result: ChanResult<V>): void {
    for (const ch of this.chans) ch.deliver(result);
  }

  isAwaited(): boolean {
    return this.queue.head !== null || this.chans.some((ch) => ch.queue.head !== null);
  }

  /** The program in which the function ran ended: the call is over, and those of other programs hear why. */
  killed(error: Error): void {
    if (this.panic === null) this.threw(error);
    else {
      this.done();
      throw this.panic;
    }
  }
}

class FlightOp<K, V> extends OutsideOp<FlightResult<V>> {
  private readonly group: SingleFlight<K, V>;
  private readonly key: K;
  private readonly fn: Body<V>;
  private call: Call<K, V> | null = null;
  /** Whether the last try began the call: what `fn` did may have made other cases of a select ready, which looks again. */
  began = false;

  constructor(group: SingleFlight<K, V>, key: K, fn: Body<V>) {
    super();
    this.group = group;
    this.key = key;
    this.fn = fn;
  }

  override get reason(): WaitReason {
    return "singleflight.Do";
  }

  override describe(): string {
    return `singleflight call for key ${String(this.key)}`;
  }

  /** Starts the call if there is none; a plain function that returns a value is over at once. */
  override tryNow(): boolean {
    const { group, key } = this;
    this.began = false;
    if (this.call !== null || group.calls.has(key)) return false;
    const call = (this.call = new Call(group, key));
    group.calls.set(key, call);
    this.began = true;
    let r: unknown;
    let steps: boolean;
    try {
      r = this.fn();
      steps = goesOn(r);
    } catch (e) {
      throw group.fail(key, call, e, false, true);
    }
    if (steps) void startSteps(r, call, call, this.fn.name);
    else if (isThenable(r)) call.awaits(r);
    else {
      call.returned(r as V);
      this.value = { value: r as V, shared: call.dups > 0 };
      return true;
    }
    return false;
  }

  override park(): void {
    let call = this.call;
    if (call === null) {
      call = this.call = this.group.calls.get(this.key)!;
      call.dups++;
    }
    call.queue.push(this);
    // Elsewhere there is a goroutine, which its scheduler knows of.
    if (call.outside) super.park();
  }

  override unpark(): void {
    super.unpark();
    this.call!.queue.remove(this);
  }

  override isDurable(): boolean {
    return true;
  }
}

/**
 * Go's `singleflight.Group`: many callers, one call.
 *
 * @example
 * ```ts
 * import { SingleFlight } from "@gort/sync";
 *
 * const flights = new SingleFlight<string, number>();
 * let calls = 0;
 * const load = async () => ++calls;
 * const [a, b] = await Promise.all([flights.do("user/7", load), flights.do("user/7", load)]);
 * a; // => { value: 1, shared: true }
 * b; // => { value: 1, shared: true }
 * calls; // => 1
 * ```
 */
export class SingleFlight<K = string, V = unknown> {
  /** @internal */
  readonly calls: Map<K, Call<K, V>> = new Map();

  /**
   * The outcome of `fn`, or of the call for the same key that is under way (Go: `Do`). Fails with what `fn` throws, with a
   * {@link FlightPanic} if that is a panic. O(1).
   * @param key compared as a `Map` does
   * @param fn a generator function, an async or a plain function; it is not reached by `options`
   * @param options call off this caller's wait only
   * @throws TypeError if `fn` is no function or an async generator function, or for options that are unknown or of a wrong type
   */
  do(key: K, fn: Body<V>, options?: WaitOptions): Op<FlightResult<V>> {
    checkBody("SingleFlight.do", "fn", fn);
    return withOptions(new FlightOp<K, V>(this, key, fn), options, "SingleFlight.do");
  }

  /**
   * As {@link do}, started at once, with the outcome on a channel of capacity 1 that is not closed (Go: `DoChan`):
   * made for `select`. An error is a value there; a panic is not received, but ends the program. O(1).
   * @throws TypeError if `fn` is no function or an async generator function
   *
   * @example
   * ```ts
   * import { SingleFlight } from "@gort/sync";
   *
   * const flights = new SingleFlight<string, string>();
   * const ch = flights.doChan("k", async () => "v");
   * await ch.recv(); // => { ok: true, value: "v", shared: false }
   * ```
   */
  doChan(key: K, fn: Body<V>): ResultChan<V> {
    checkBody("SingleFlight.doChan", "fn", fn);
    const ch = new ResultChan<V>();
    let call = this.calls.get(key);
    if (call !== undefined) {
      call.dups++;
      call.chans.push(ch);
      if (call.outside) call.release ??= pledge(call);
      return ch;
    }
    call = new Call(this, key);
    call.chans.push(ch);
    this.calls.set(key, call);
    start(fn, call, call);
    return ch;
  }

  /** Lets the next call for `key` start anew although one may be under way (Go: `Forget`). O(1). */
  forget(key: K): void {
    this.calls.delete(key);
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `singleflight.Group (${this.calls.size} under way)`;
  }

  /** @internal */
  succeed(key: K, call: Call<K, V>, value: V): void {
    this.leave(key, call);
    const shared = call.dups > 0;
    const { queue } = call;
    for (let op; (op = queue.shift()) !== null;) op.complete({ value, shared });
    call.tell({ ok: true, value, shared });
  }

  /**
   * Gives what all who joined get. `own` says that the call has a goroutine, which throws a panic that remains; `thrown` that the first
   * who joined is not on the queue and will throw it.
   * @internal
   */
  fail(key: K, call: Call<K, V>, error: unknown, own: boolean, thrown: boolean): unknown {
    this.leave(key, call);
    const { queue, chans, dups } = call;
    const exits = isGoexit(error);
    const panic = exits || !isPanic(error) ? null : new FlightPanic(error);
    const err = panic ?? error;
    // Before anybody who is given it goes on.
    if (panic !== null && (chans.length > 0 || (queue.head === null && !thrown)))
      call.panics(panic, own);
    // Nobody is given a panic before the goroutine that raises it has ended, or they could end the program first: see `done`.
    if (call.panic !== null) return err;
    for (let op; (op = queue.shift()) !== null;) op.fail(err);
    if (!exits && panic === null) call.tell({ ok: false, err, shared: dups > 0 });
    return err;
  }

  /** The call ended: the next one for its key starts anew, unless one did already. */
  private leave(key: K, call: Call<K, V>): void {
    if (this.calls.get(key) === call) this.calls.delete(key);
    call.release?.();
  }
}
