/**
 * Carried: functions that run in the async context of their `go`, and who of them has to let the host have its turn first.
 *
 * Invariants
 *  1. They begin in the order in which they were started.
 *  2. Of those that a long turn leaves for the next one, one at a time is called: a turn costs by what it starts, not by what waits.
 *
 * Why a promise job: it is what keeps that context on every host; `AsyncLocalStorage` itself is Node's. The pump only has the job
 * called, which costs it nothing, so its slice cannot be what ends a turn of thousands of such functions.
 */
import { hostNow } from "./host.ts";
import { afterTurn, turnIsLong } from "./turn.ts";

/** The arguments of a function that waits for its first step; `start` has `run` called in the context of now. */
export class Carried {
  readonly args: unknown[];
  start!: () => void;
  next: Carried | null = null;

  constructor(args: unknown[], run: () => void) {
    this.args = args;
    void new Promise<void>((resolve) => (this.start = resolve)).then(run);
  }
}

const NO_ARGS: unknown[] = [];

/** Those that begin in a later turn of the host. */
export class Latecomers {
  private head: Carried | null = null;
  private tail: Carried | null = null;

  /** Calls `begin`, which must not throw, in this turn of the host or in a later one, in the context of now. */
  begin(begin: () => void): void {
    if (this.head === null && !turnIsLong(hostNow())) {
      begin();
      return;
    }
    const late = new Carried(NO_ARGS, () => {
      begin();
      this.next();
    });
    if (this.head === null) {
      this.head = late;
      afterTurn(late.start);
    } else this.tail!.next = late;
    this.tail = late;
  }

  private next(): void {
    const next = this.head!.next;
    this.head = next;
    if (next === null) this.tail = null;
    else if (turnIsLong(hostNow())) afterTurn(next.start);
    else next.start();
  }
}
