/**
 * The ops of an ErrGroup: a function that was handed in, and the wait for all of them.
 *
 * Invariants
 *  1. A StartOp is over when its function was started, or will never be: it was taken back, or its program ended before its turn.
 *  2. One that waits for its turn is in the group's queue, whether anybody waits for the op or not.
 */
import { Op, type OpRecord, type Scheduler, type WaitReason } from "@gort/sched";
import type { Carrier } from "@gort/sched/primitives";
import type { Body } from "./api.ts";
import type { ErrGroup } from "./err-group.ts";
import { USED } from "./states.ts";

/** @internal A function that was handed in; the op is over when it was started. */
export class StartOp extends Op<void> {
  started = false;
  readonly fn: Body<unknown>;
  /** What calls it off, if anything does. */
  guard: Op<void> | null = null;
  /** Keeps the async context in which the function was handed in, if it had to wait and there is one to keep. */
  carrier: Carrier | null = null;
  /** Where the function was handed in, if it had to wait. */
  place: Scheduler | null = null;
  /** The program in which it was handed in, if it had to wait. */
  program: { readonly over: boolean } | null = null;
  /** Why it is never started. */
  refused: Error | null = null;
  private readonly group: ErrGroup;

  constructor(group: ErrGroup, fn: Body<unknown>) {
    super();
    this.group = group;
    this.fn = fn;
  }

  /** Whether the program in which it was handed in is over. */
  get isTooLate(): boolean {
    return this.program !== null && this.program.over;
  }

  override get reason(): WaitReason {
    return "errgroup.Go";
  }

  override describe(): string {
    return this.group.describe();
  }

  override tryNow(): boolean {
    if (this.refused !== null) throw this.refused;
    return this.started;
  }

  /** It is in the group's queue already. */
  override park(): void {}

  /** The caller gives up: the function is taken back. */
  override unpark(): void {
    this.withdraw();
  }

  /** Takes the function back; false if it was started. */
  withdraw(): boolean {
    if (this.queue !== null) {
      this.group.queue.remove(this);
      this.group.ended();
      this.state = USED;
    }
    return !this.started;
  }
}

/** @internal A wait for all functions of a group. */
export class GroupWaitOp extends Op<void> {
  private readonly group: ErrGroup;

  constructor(group: ErrGroup) {
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
    const g = this.group;
    if (g.active > 0) return false;
    g.cancel();
    if (g.failed) throw g.error;
    return true;
  }

  override park(): void {
    this.group.waiters.push(this);
  }

  override unpark(): void {
    this.group.waiters.remove(this);
  }
}

/** Whether an op that was not used yet is called off: it throws that when it is tried, and again when it is used. */
export function isOff(op: Op<void>): boolean {
  try {
    (op as OpRecord<void>).tryNow();
    return false;
  } catch {
    return true;
  }
}
