/** What the goroutines of one program share (the comment atop apps/oracle/go/networks/main.go has their language). */
import { type Chan, nilChan } from "@gort/chan";
import type { Context } from "@gort/context";
import { AtomicInt32, Cond, Mutex, Once, RWMutex, WaitGroup } from "@gort/sync";

/** The objects of one kind, by their numbers. */
class Table<T> {
  private readonly made: T[] = [];
  private readonly make: () => T;

  constructor(make: () => T) {
    this.make = make;
  }

  at(n: number): T {
    return (this.made[n] ??= this.make());
  }
}

/** An integer, and what may guard it. */
class Shared {
  readonly value = new AtomicInt32();
  readonly mu = new Mutex();
  readonly rw = new RWMutex();
  readonly once = new Once();
  /** The second integer. */
  twin = 0;
}

/** Where goroutines wait until others have come, or until there are tokens: `count` of them. */
class Meeting {
  readonly mu = new Mutex();
  readonly cond = new Cond(this.mu);
  count = 0;
}

/** Whether goroutines are generators, async functions, or now the one and now the other; then async functions call generators, too. */
export type Form = "generator" | "async" | "mixed";

export class Network {
  readonly form: Form;
  readonly chans: Chan<number, number>[] = [];
  readonly nil = nilChan<number>() as Chan<number, number>;
  readonly groups = new Table(() => new WaitGroup());
  readonly shared = new Table(() => new Shared());
  readonly meetings = new Table(() => new Meeting());
  readonly ctxs: [ctx: Context, cancel: () => void][] = [];
  private readonly entries = new Map<string, string>();

  constructor(form: Form) {
    this.form = form;
  }

  log(name: string, what: unknown): void {
    this.entries.set(name, `${this.entries.get(name) ?? `${name}:`} ${String(what)}`);
  }

  /** What was logged, by goroutine. */
  logs(): string {
    return [...this.entries.values()].sort().join(" | ");
  }
}
