/** A lock whose waiters compete for it where they can, as those of a mutex do: small enough to see through. */
import { CompetingOp, PARKED, WaitQueue, WOKEN } from "@gort/sched/primitives";

export class Lock {
  taken = false;
  readonly queue = new WaitQueue<Take>();
  /** Whoever was woken to compete and has not run yet. */
  woken: Take | null = null;

  take(): Take {
    return new Take(this);
  }

  free(): void {
    this.taken = false;
    this.wakeOne();
  }

  wakeOne(): void {
    if (this.taken || this.woken !== null) return;
    const op = this.queue.shift();
    if (op === null) return;
    if (op.competes) {
      this.woken = op;
      op.state = WOKEN;
      op.waiter?.wake(op);
    } else {
      this.taken = true;
      op.complete("mine");
    }
  }

  /** What is wrong with it, if anything. */
  check(): string | null {
    if (this.woken !== null && this.woken.state !== WOKEN)
      return `the lock's woken waiter is in state ${this.woken.state}`;
    return !this.taken && this.woken === null && this.queue.head !== null
      ? "somebody waits for a free lock"
      : null;
  }
}

export class Take extends CompetingOp<string> {
  private readonly lock: Lock;

  constructor(lock: Lock) {
    super();
    this.lock = lock;
  }

  get reason(): "sync.Mutex.Lock" {
    return "sync.Mutex.Lock";
  }

  tryNow(): boolean {
    if (this.lock.taken) return false;
    this.lock.taken = true;
    this.value = "mine";
    return true;
  }

  park(): void {
    this.lock.queue.push(this);
  }

  unpark(): void {
    if (this.lock.woken === this) {
      this.lock.woken = null;
      this.lock.wakeOne();
    } else this.lock.queue.remove(this);
  }

  override retry(): boolean {
    this.lock.woken = null;
    if (this.tryNow()) return true;
    this.lock.queue.unshift(this);
    this.state = PARKED;
    return false;
  }

  override discard(): void {
    this.lock.free();
  }
}
