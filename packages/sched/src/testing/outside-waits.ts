/**
 * OutsideWaits: counts the goroutines of a bubble that something outside can wake, so that time stands still for them.
 *
 * Invariants
 *  1. `waiting` holds exactly the goroutines that are parked on an op which is not durable; the runtime counts as many.
 *
 * Why a tracer: it hears of every wait already, and schedulers that are no bubble's pay nothing.
 */
import type { Goroutine, Tracer } from "../api.ts";
import type { Counter } from "../current.ts";
import type { OpRecord } from "../op.ts";
import type { WaitReason } from "../wait-reason.ts";

export class OutsideWaits implements Tracer {
  /** Whom to tell; set once the scheduler is made. */
  runtime: Counter | null = null;
  private readonly waiting = new Set<Goroutine>();

  block(_at: number, g: Goroutine, _reason: WaitReason, op: OpRecord<any> | null): void {
    if (op === null || op.isDurable()) return;
    this.waiting.add(g);
    this.runtime?.outside(1, true);
  }

  unblock(_at: number, g: Goroutine): void {
    if (this.waiting.delete(g)) this.runtime?.outside(-1, true);
  }

  create(): void {}
  start(): void {}
  stop(): void {}
  end(): void {}
  steal(): void {}
  timer(): void {}
  proc(): void {}
}
