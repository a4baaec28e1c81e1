/**
 * Twins of the primitives, as simple as they can be: who is in and who waits. They ask the primitive nothing; a test tells them what
 * is called, who runs, and who is called off, and compares.
 */

/** One who asked: waits, is in, or was called off. */
export class Entry {
  state: "waits" | "in" | "off" = "waits";
  /** Whether its goroutine knows that it is in. */
  knows = false;
  /** Whether it has no signal, so that nobody can call it off. */
  fixed = false;
  since = 0;
  readonly stop = new AbortController();
  readonly n: number;

  constructor(n = 1) {
    this.n = n;
  }
}

function remove(list: Entry[], e: Entry): boolean {
  const i = list.indexOf(e);
  if (i >= 0) list.splice(i, 1);
  return i === 0;
}

/** Go's mutex, with its two modes. */
export class MutexTwin {
  locked = false;
  starving = false;
  woken: Entry | null = null;
  readonly queue: Entry[] = [];

  lock(e: Entry, now: number): void {
    e.since = now;
    if (this.tryLock()) e.state = "in";
    else this.queue.push(e);
  }

  tryLock(): boolean {
    if (this.locked) return false;
    return (this.locked = true);
  }

  unlock(now: number): void {
    const first = this.queue[0];
    if (first === undefined) this.locked = false;
    else if (this.starving) {
      this.queue.shift();
      this.starving = this.queue.length > 0 && now - first.since > 1;
      first.state = "in";
    } else {
      this.locked = false;
      if (this.woken === null) this.wake();
    }
  }

  private wake(): void {
    this.woken = this.queue.shift() ?? null;
  }

  /** The one that was woken runs, and competes. */
  runs(e: Entry, now: number): void {
    if (this.woken !== e) return;
    this.woken = null;
    if (this.tryLock()) e.state = "in";
    else {
      this.queue.unshift(e);
      if (now - e.since > 1) this.starving = true;
    }
  }

  off(e: Entry): void {
    if (e.state !== "waits") return;
    e.state = "off";
    if (this.woken === e) {
      this.woken = null;
      if (!this.locked) this.wake();
    } else {
      remove(this.queue, e);
      if (this.queue.length === 0) this.starving = false;
    }
  }
}

/** Go's RWMutex: readers together, a writer alone, who needs the turn first: an inner mutex. */
export class RWMutexTwin {
  readers = 0;
  writing = false;
  readonly queue: Entry[] = [];
  readonly turn = new MutexTwin();
  /** Who has the turn, and waits for the readers inside. */
  pending: Entry | null = null;

  lock(e: Entry, now: number): void {
    this.turn.lock(e, now);
    this.hasTurn(e);
  }

  tryLock(): boolean {
    if (this.turn.locked || this.readers > 0) return false;
    this.turn.tryLock();
    return (this.writing = true);
  }

  rLock(e: Entry): void {
    if (this.turn.locked) this.queue.push(e);
    else this.read(e);
  }

  tryRLock(): boolean {
    if (this.turn.locked) return false;
    this.readers++;
    return true;
  }

  private read(e: Entry): void {
    e.state = "in";
    this.readers++;
  }

  /** One who may have got the turn, which is not yet the lock. */
  private hasTurn(e: Entry | undefined): void {
    if (e?.state !== "in") return;
    e.state = "waits";
    this.pending = e;
    this.letWriterIn();
  }

  private letWriterIn(): void {
    if (this.pending === null || this.readers > 0) return;
    this.pending.state = "in";
    this.pending = null;
    this.writing = true;
  }

  unlock(now: number): void {
    this.writing = false;
    for (const e of this.queue.splice(0)) this.read(e);
    const first = this.turn.queue[0];
    this.turn.unlock(now);
    this.hasTurn(first);
  }

  rUnlock(): void {
    this.readers--;
    this.letWriterIn();
  }

  /** The writer that was woken runs, and competes. */
  runs(e: Entry, now: number): void {
    if (this.turn.woken !== e) return;
    this.turn.runs(e, now);
    this.hasTurn(e);
  }

  off(e: Entry, now: number): void {
    if (e.state !== "waits") return;
    if (this.pending === e) {
      e.state = "off";
      this.pending = null;
      this.unlock(now);
    } else {
      remove(this.queue, e);
      this.turn.off(e);
    }
  }
}

/** Go's weighted semaphore: first come first served. */
export class SemaphoreTwin {
  free: number;
  readonly queue: Entry[] = [];
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
    this.free = size;
  }

  acquire(e: Entry): void {
    if (e.n > this.size) return;
    this.queue.push(e);
    this.letIn();
  }

  private letIn(): void {
    for (let e; (e = this.queue[0]) !== undefined && e.n <= this.free; this.queue.shift()) {
      this.free -= e.n;
      e.state = "in";
    }
  }

  release(n: number): void {
    this.free += n;
    this.letIn();
  }

  off(e: Entry): void {
    if (e.state !== "waits") return;
    e.state = "off";
    remove(this.queue, e);
    this.letIn();
  }
}

/** Go's WaitGroup: a counter, and those who were let go but find it reused when they run. */
export class WaitGroupTwin {
  count = 0;
  waiting: Entry[] = [];
  readonly reused = new Set<Entry>();
  private readonly late = new Set<Entry>();

  add(n: number): void {
    this.count += n;
    if (this.count > 0) return;
    for (const e of this.waiting) {
      e.state = "in";
      this.late.add(e);
    }
    this.waiting = [];
  }

  wait(e: Entry): void {
    if (this.count === 0) e.state = "in";
    else this.waiting.push(e);
  }

  runs(e: Entry): void {
    if (this.late.delete(e) && this.count > 0) this.reused.add(e);
  }

  off(e: Entry): void {
    if (e.state !== "waits") return;
    e.state = "off";
    remove(this.waiting, e);
  }
}
