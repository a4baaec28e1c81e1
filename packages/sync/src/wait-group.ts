/**
 * WaitGroup: Go's `sync.WaitGroup`, a counter and those who wait for it to be 0.
 *
 * Invariants
 *  1. The counter is an int32 and never negative; a call that would make it so throws and changes nothing.
 *  2. Waiters are queued only while the counter is above 0: the call that makes it 0 releases them all, in order.
 *  3. A waiter that was let go looks once more when it runs: if the counter is not 0 by then, the group was reused too
 *     early and that `wait` fails with Go's text. A case of a select is told the outcome at once.
 *
 * Goroutines are started by `launch`, which tells the group when one ended: a group of async functions brings no
 * scheduler into a bundle, and no second generator is made per goroutine.
 */
import type { Abortable, GoFunc, Goroutine, Op, WaitReason } from "@gort/sched";
import { CompetingOp, launch, WaitQueue, withOptions } from "@gort/sched/primitives";
import { badNumber, checkFunction } from "@gort/types";
import type { WaitOptions } from "./api.ts";
import { checkedName, MisuseError, texts } from "./errors.ts";
import { WOKEN } from "./states.ts";

/** The arguments of a function that takes none. */
const NONE: [] = [];

/** @internal */
export class WaitOp extends CompetingOp<void> implements Abortable {
  private readonly group: WaitGroup;

  constructor(group: WaitGroup) {
    super();
    this.group = group;
  }

  override get reason(): WaitReason {
    return "sync.WaitGroup.Wait";
  }

  override describe(): string {
    return this.group.describe();
  }

  override tryNow(): boolean {
    return this.group.count === 0;
  }

  override park(): void {
    this.group.queue.push(this);
  }

  override unpark(): void {
    this.group.queue.remove(this);
  }

  letGo(): void {
    if (this.competes) {
      this.state = WOKEN;
      this.waiter?.wake(this);
    } else {
      this.complete();
    }
  }

  override retry(): boolean {
    if (this.group.count !== 0) throw new MisuseError(texts.reusedBeforeReturn);
    return true;
  }

  /** Called off: a waiter that was let go stays so. */
  abort(error: unknown): boolean {
    if (this.state === WOKEN) return false;
    this.unpark();
    this.fail(error);
    return true;
  }
}

/**
 * Go's `sync.WaitGroup`.
 *
 * @example
 * ```ts
 * import { WaitGroup } from "@gort/sync";
 *
 * const wg = new WaitGroup();
 * const out: number[] = [];
 * for (const n of [1, 2, 3]) {
 *   wg.go(function* () {
 *     out.push(n * n);
 *   });
 * }
 * await wg.wait();
 * out; // => [1, 4, 9]
 * ```
 */
export class WaitGroup {
  /** Shown in dumps and deadlock reports. */
  readonly name: string;
  /** @internal */
  count = 0;
  /** @internal */
  readonly queue: WaitQueue<WaitOp> = new WaitQueue();

  /**
   * @param name shown in dumps and deadlock reports
   * @throws TypeError for a name that is no string
   */
  constructor(name = "") {
    this.name = checkedName("WaitGroup", name);
  }

  /**
   * Adds `n`, which may be negative, to the counter (Go: `Add`). O(waiters) when it becomes 0, else O(1).
   * @param n an integer
   * @throws MisuseError `sync: negative WaitGroup counter`, also above 2^31 - 1: it is an int32, as in Go
   * @throws MisuseError `sync: WaitGroup misuse: Add called concurrently with Wait`
   * @throws RangeError if `n` is no integer, TypeError if it is no number
   */
  add(n: number): void {
    const before = this.count;
    // What is no number is refused below: a BigInt cannot even be added.
    const after = typeof n === "number" ? before + n : NaN;
    if (
      // As Go's: an int32. What does not fit is negative there.
      after !== (after | 0) ||
      after < 0 ||
      (before === 0 && n > 0 && this.queue.head !== null)
    )
      throw this.misuse(n);
    this.count = after;
    if (after === 0 && this.queue.head !== null) this.release();
  }

  /** Why `n` cannot be added. */
  private misuse(n: number): Error {
    if (!Number.isSafeInteger(n)) return badNumber("WaitGroup.add", "n", n, "an integer");
    const after = this.count + n;
    return new MisuseError(
      after === (after | 0) && after >= 0 ? texts.addDuringWait : texts.negativeCounter,
    );
  }

  /** Takes 1 off the counter (Go: `Done`). Throws as {@link add} does. */
  done(): void {
    this.add(-1);
  }

  /**
   * Waits until everything that was started by {@link go} or counted by {@link add} is done, so that the counter is 0 (Go: `Wait`). O(1).
   * Fails with `sync: WaitGroup is reused before previous Wait has returned` if the counter went up again after
   * this wait was released and before its caller ran.
   * @throws TypeError for options that are unknown or of a wrong type
   */
  wait(options?: WaitOptions): Op<void> {
    return withOptions(new WaitOp(this), options, "WaitGroup.wait");
  }

  /**
   * Starts a goroutine that the group waits for (Go 1.25: `Go`): adds 1, and takes it off when `fn` returns,
   * throws or exits. A throw is a panic of that goroutine; it ends the program unless somebody joins it, and who waits for the group
   * hears after that. O(1).
   * @throws TypeError if `fn` is no function; as {@link add} if the counter cannot go up
   */
  go<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R> {
    checkFunction("WaitGroup.go", "fn", fn);
    // Looked at and passed on, but not kept: so V8 makes no list of the arguments where there are none.
    return args.length === 0 ? this.start(fn as GoFunc<[], R>, NONE) : this.startWith(fn, ...args);
  }

  private startWith<A extends unknown[], R>(fn: GoFunc<A, R>, ...args: A): Goroutine<R> {
    return this.start(fn, args);
  }

  private start<A extends unknown[], R>(fn: GoFunc<A, R>, args: A): Goroutine<R> {
    this.add(1);
    try {
      return launch(this, fn, args);
    } catch (error) {
      this.done();
      throw error;
    }
  }

  /** @internal */
  isAwaited(): boolean {
    return this.queue.head !== null;
  }

  /** What dumps and reports say of it, such as `sync.WaitGroup "workers" (counter 2)`. */
  describe(): string {
    const name = this.name === "" ? "" : ` ${JSON.stringify(this.name)}`;
    return `sync.WaitGroup${name} (counter ${this.count})`;
  }

  /** What `JSON.stringify` shows: nothing of its insides, as Go. */
  toJSON(): object {
    return {};
  }

  /** What `console.log` shows on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.describe();
  }

  private release(): void {
    for (let op; (op = this.queue.shift()) !== null;) op.letGo();
  }
}
