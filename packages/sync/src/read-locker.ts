/**
 * ReadLocker: the reading side of an RWMutex as a locker (Go: `RLocker`).
 *
 * Invariant: it has no state; everything it says is the RWMutex's.
 */
import type { Op } from "@gort/sched";
import type { Locker, LockToken, WaitOptions } from "./api.ts";
import type { RWMutex } from "./rw-mutex.ts";

/** @internal */
export class ReadLocker implements Locker {
  private readonly rw: RWMutex;

  constructor(rw: RWMutex) {
    this.rw = rw;
  }

  lock(options?: WaitOptions): Op<LockToken> {
    return this.rw.rLock(options);
  }

  unlock(): void {
    this.rw.rUnlock();
  }

  toJSON(): object {
    return {};
  }

  condWaits(delta: 1 | -1): void {
    this.rw.condWaits(delta);
  }

  isAwaited(): boolean {
    return this.rw.isAwaited();
  }
}
