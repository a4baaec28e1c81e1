/**
 * The ops of an RWMutex: a wait of a writer, and one of a reader.
 *
 * Invariants
 *  1. A WriteOp that waits is in the queue of writers, or the one that is woken, or the one that has the turn and is `pending`.
 *  2. A ReadOp that waits is in the queue of readers.
 */
import {
  currentGoroutine,
  type Goroutine,
  now,
  Op,
  type OpRecord,
  type WaitReason,
} from "@gort/sched";
import { CompetingOp, overdue, preempt } from "@gort/sched/primitives";
import type { LockToken } from "./api.ts";
import { giveUp, lose } from "./contest.ts";
import type { RWMutex } from "./rw-mutex.ts";
import { FRESH, PARKED, USED } from "./states.ts";
import { SharedFree, TakenFree } from "./token.ts";

/** @internal */
export const NONE = 0;
/** @internal */
export const PENDING = 1;
/** @internal */
export const HELD = 2;

/** @internal */
export class WriteOp extends CompetingOp<LockToken> {
  g: Goroutine | null = null;
  waitStart = 0;
  private readonly rw: RWMutex;

  constructor(rw: RWMutex) {
    super();
    this.rw = rw;
  }

  override get reason(): WaitReason {
    return "sync.RWMutex.Lock";
  }

  override describe(): string {
    return this.rw.describe();
  }

  override next(): IteratorResult<OpRecord<any>, LockToken> {
    const rw = this.rw;
    if (this.state !== FRESH) return super.next();
    if (overdue()) return preempt;
    if (rw.tryLock()) {
      this.state = USED;
      rw.spareWrite = this;
      return (rw.free ??= new TakenFree(rw));
    }
    return super.next();
  }

  override tryNow(): boolean {
    return this.tryFor(currentGoroutine());
  }

  tryFor(g: Goroutine | null): boolean {
    const rw = this.rw;
    this.g = g;
    if (rw.writer !== NONE || rw.readers > 0) return false;
    this.value = rw.take(g);
    return true;
  }

  override park(): void {
    const rw = this.rw;
    if (rw.writer === NONE) {
      // Readers are inside; or it is free, since another case of the same select unlocked it to wait for a condition.
      rw.hand(this);
      return;
    }
    this.waitStart = now();
    rw.queue.push(this);
  }

  override retry(): boolean {
    const rw = this.rw;
    rw.woken = null;
    if (rw.writer !== NONE) {
      lose(rw, this);
    } else if (rw.readers > 0) {
      rw.wait(this);
    } else {
      this.value = rw.take(this.g);
      return true;
    }
    this.state = PARKED;
    return false;
  }

  override unpark(): void {
    const rw = this.rw;
    if (rw.pending === this) {
      rw.pending = null;
      rw.next();
    } else {
      giveUp(rw, this, rw.writer === NONE);
    }
  }

  override discard(): void {
    this.value.unlock();
  }
}

/** @internal */
export class ReadOp extends Op<LockToken> {
  private readonly rw: RWMutex;

  constructor(rw: RWMutex) {
    super();
    this.rw = rw;
  }

  override get reason(): WaitReason {
    return "sync.RWMutex.RLock";
  }

  override describe(): string {
    return this.rw.describe();
  }

  override next(): IteratorResult<OpRecord<any>, LockToken> {
    const rw = this.rw;
    if (this.state !== FRESH) return super.next();
    if (overdue()) return preempt;
    if (rw.tryRLock()) {
      this.state = USED;
      rw.spareRead = this;
      return (rw.readFree ??= new SharedFree(rw));
    }
    return super.next();
  }

  override tryNow(): boolean {
    const rw = this.rw;
    if (rw.writer !== NONE) return false;
    rw.readers++;
    this.value = rw.readToken();
    return true;
  }

  override park(): void {
    const rw = this.rw;
    if (rw.writer === NONE) {
      rw.readers++;
      this.complete(rw.readToken());
    } else rw.waitingReaders.push(this);
  }

  override unpark(): void {
    this.rw.waitingReaders.remove(this);
  }

  override discard(): void {
    this.value.unlock();
  }
}
