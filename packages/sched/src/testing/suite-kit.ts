/**
 * What the conformance cases share: a primitive to wait at, and how a case says what it wanted.
 *
 * Invariant: no test-runner in here; a failed case throws an Error.
 */
import { macrotask } from "../host.ts";
import { Op } from "../op.ts";
import { OutsideOp } from "../outside-op.ts";
import { WaitQueue } from "../wait-queue.ts";
import type { Scheduler } from "../api.ts";

/** Conformance cases by name. */
export type Cases = Readonly<Record<string, (make: () => Scheduler) => Promise<void>>>;

/** Throws unless `got` and `want` look the same. */
export function same(got: unknown, want: unknown, what: string): void {
  const a = JSON.stringify(got);
  const b = JSON.stringify(want);
  if (a !== b) throw new Error(`${what}: got ${a}, want ${b}`);
}

/** A gate that goroutines wait at: the smallest primitive there is. */
export class Gate {
  readonly waiting = new WaitQueue<GateOp>();

  wait(): Op<number> {
    return new GateOp(this);
  }

  /** Lets the first one through; false if nobody waits. */
  open(value: number): boolean {
    const op = this.waiting.shift();
    if (op === null) return false;
    op.complete(value);
    return true;
  }
}

class GateOp extends Op<number> {
  private readonly gate: Gate;

  constructor(gate: Gate) {
    super();
    this.gate = gate;
  }

  get reason(): "semacquire" {
    return "semacquire";
  }

  override tryNow(): boolean {
    return false;
  }

  override park(): void {
    this.gate.waiting.push(this);
  }

  override unpark(): void {
    this.gate.waiting.remove(this);
  }

  override describe(): string {
    return "the gate";
  }
}

/** Not ready when it is tried, but once it parks: gives what it is made with, an error by a throw. */
export class AtOnce extends Op<unknown> {
  private readonly outcome: unknown;

  constructor(outcome: unknown) {
    super();
    this.outcome = outcome;
  }

  get reason(): "sleep" {
    return "sleep";
  }

  override tryNow(): boolean {
    return false;
  }

  override park(): void {
    if (this.outcome instanceof Error) this.fail(this.outcome);
    else this.complete(this.outcome);
  }

  override unpark(): void {}
}

/** Completes with the reason of a signal, as any op may that something outside of the program completes. */
export class Heard extends OutsideOp<unknown> {
  private readonly signal: AbortSignal;
  private readonly listener = (): void => {
    this.unpark();
    this.complete(this.signal.reason);
  };

  constructor(signal: AbortSignal) {
    super();
    this.signal = signal;
  }

  get reason(): "IO wait" {
    return "IO wait";
  }

  override tryNow(): boolean {
    return false;
  }

  override park(): void {
    this.signal.addEventListener("abort", this.listener);
    super.park();
  }

  override unpark(): void {
    this.signal.removeEventListener("abort", this.listener);
    super.unpark();
  }
}

/** Lets the host have `n` turns. */
export async function turns(n: number): Promise<void> {
  for (; n > 0; n--) await new Promise<void>((resolve) => macrotask(resolve));
}

/**
 * Waits for jobs, until `is` says yes. After some of them the host has a turn too: on a slow machine what is waited for may be put off
 * until then.
 */
export async function until(is: () => boolean): Promise<void> {
  for (let n = 1; !is(); n++) await (n % 1000 === 0 ? turns(1) : undefined);
}

/** What a promise is rejected with. */
export async function rejection(p: Promise<unknown>): Promise<unknown> {
  try {
    await p;
  } catch (error) {
    return error;
  }
  throw new Error("the program should have been rejected");
}
