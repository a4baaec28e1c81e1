/**
 * G: a goroutine. It is at once its handle, its record in the scheduler and the waiter of the op it parks on.
 *
 * Invariants
 *  1. `state` moves only along the arrows of {@link TRANSITIONS}.
 *  2. `op` is set while a generator goroutine is WAITING, and after that until it is stepped; an async one waits with
 *     `op` null, because nobody can see what an async function awaits.
 *  3. A goroutine is linked in its scheduler's list from its first wait to its end: most goroutines never wait, and
 *     those that are runnable or running are found without a list. `allNext` is undefined while it is in none.
 *  4. `gen` is null for a goroutine that runs an async or plain function.
 *  5. Until the end `value` is the {@link EndHook} or undefined; before that, where `gen` is null, what `startTask` will call the
 *     function with.
 *
 * Why so few fields: a parked goroutine should fit in 450 bytes with its generator and its op. What few
 * goroutines have (a name, a creation site, joiners, a deferred call) stands in `extra`, made when needed.
 */
import { badArgument } from "@gort/types";
import type { GStatus, Goroutine } from "./api.ts";
import type { Core } from "./core.ts";
import { currentCounter } from "./current.ts";
import { programEnded } from "./errors.ts";
import {
  ALIVE,
  DEAD,
  IDLE,
  KILLED,
  PANICKED,
  RUNNABLE,
  RUNNING,
  SYSCALL,
  WAITING,
} from "./g-state.ts";
import type { Op, OpRecord, Waiter } from "./op.ts";
import { OutsideOp } from "./outside-op.ts";
import type { Site } from "./site.ts";
import { WaitQueue } from "./wait-queue.ts";
import type { WaitReason } from "./wait-reason.ts";

const NAMES: readonly (GStatus | undefined)[] = [
  "idle",
  "runnable",
  "running",
  "syscall",
  "waiting",
  undefined,
  "dead",
];

/**
 * The states each state may be followed by. From WAITING straight to RUNNING goes an async or plain function that was started outside of
 * goroutines, in the job made for its start. Nothing enters SYSCALL, Go's state of a thread inside of the system: what blocks there
 * blocks all of JavaScript.
 */
export const TRANSITIONS: Readonly<Record<number, readonly number[]>> = {
  [IDLE]: [RUNNABLE, DEAD],
  [RUNNABLE]: [RUNNING, DEAD],
  [RUNNING]: [RUNNABLE, WAITING, SYSCALL, DEAD],
  [SYSCALL]: [RUNNABLE, RUNNING, DEAD],
  [WAITING]: [RUNNABLE, RUNNING, DEAD],
  [DEAD]: [],
};

/** A primitive that counts goroutines: told when one ended, however it did. A throw becomes the goroutine's panic. */
export interface EndHook {
  /** The goroutine ended. If it panicked, that was taken by a join, or has ended its program. */
  done(): void;
  /**
   * Its program ended, and the goroutine with it wherever it stood, which `error` says; without this `done` is called. An async
   * function runs on: its end is told by `done`, when it comes.
   */
  killed?(error: Error): void;
  /** Whether anybody waits now for what it counts: while nobody does, an async function that outlasts its program holds up no verdict. */
  isAwaited?(): boolean;
}

/** What only few goroutines have. */
export interface Extra {
  name: string | null;
  /** Where `go` was called. */
  site: Site | null;
  creator: number;
  joiners: WaitQueue<JoinOp<any>> | null;
  /** The deferred call in progress, for `recover`. */
  frame: unknown;
  /** The P the goroutine is locked to, or -1. */
  lockedP: number;
  /** How many calls of `lockToP` were not undone. */
  lockCount: number;
  /** Runs a step in the context captured when the goroutine was started. */
  enter: ((step: () => void) => void) | null;
  /** The hook of a goroutine that has not started and is no generator function, or that panicked and nobody has taken that yet. */
  hook: EndHook | null;
}

export class G<R = unknown> implements Goroutine<R>, Waiter {
  readonly id: number;
  state = IDLE;
  end = ALIVE;
  readonly core: Core;
  readonly fn: (...args: any[]) => unknown;
  gen: Generator<OpRecord<any> | undefined, unknown, unknown> | null;
  op: OpRecord<any> | null = null;
  /** Whole seconds of the scheduler's clock when it last parked on an op. */
  since = 0;
  /** Arguments before the start, a hook while it runs, the result or the panic after the end. */
  value: unknown;
  extra: Extra | null = null;
  allPrev: G | null = null;
  allNext: G | null | undefined = undefined;

  constructor(
    core: Core,
    id: number,
    fn: (...args: any[]) => unknown,
    gen: Generator<OpRecord<any> | undefined, unknown, unknown> | null,
    args: unknown,
  ) {
    this.core = core;
    this.id = id;
    this.fn = fn;
    this.gen = gen;
    this.value = args;
  }

  /** The op this goroutine waits on completed. */
  wake(op: OpRecord<any>): void {
    // Whoever used an op by hand inside a goroutine must not wake it from another one.
    if (this.op === op) this.core.ready(this);
  }

  get status(): GStatus {
    return NAMES[this.state]!;
  }

  get name(): string {
    const name = this.extra?.name;
    return name ?? (this.fn.name || "anonymous");
  }

  set name(name: string) {
    if (typeof name !== "string") throw badArgument("goroutine", "name", name, "a string", "type");
    this.more().name = name;
  }

  /** Why it waits, or null when it does not. */
  get reason(): WaitReason | null {
    if (this.state !== WAITING) return null;
    return this.op === null ? "await" : this.op.reason;
  }

  join(): Op<R> {
    return new JoinOp<R>(this);
  }

  /** What `JSON.stringify` shows, and `console.log` on Node: its scheduler is a circle, and large. */
  toJSON(): string {
    return `Goroutine { id: ${this.id}, name: ${JSON.stringify(this.name)}, status: "${this.status}" }`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toJSON();
  }

  more(): Extra {
    return (this.extra ??= {
      name: null,
      site: null,
      creator: 0,
      joiners: null,
      frame: null,
      lockedP: -1,
      lockCount: 0,
      enter: null,
      hook: null,
    });
  }
}

/** Waits for the end of a goroutine. One of another scheduler counts as something outside, which may end by itself. */
export class JoinOp<R> extends OutsideOp<R> {
  readonly g: G<R>;

  constructor(g: G<R>) {
    super();
    this.g = g;
  }

  get reason(): WaitReason {
    return "join";
  }

  override tryNow(): boolean {
    const g = this.g;
    if (g.end === ALIVE) return false;
    if (g.end === PANICKED) {
      g.core.taken(g);
      throw g.value;
    }
    if (g.end === KILLED) throw programEnded(g.id);
    this.value = g.value as R;
    return true;
  }

  override park(): void {
    const extra = this.g.more();
    (extra.joiners ??= new WaitQueue<JoinOp<any>>()).push(this);
    const s = currentCounter();
    if ((s as unknown) !== this.g.core) this.count(s);
  }

  override isDurable(): boolean {
    return !this.isCounted;
  }

  override unpark(): void {
    this.g.extra?.joiners?.remove(this);
    this.uncount();
  }

  override describe(): string {
    return `goroutine ${this.g.id} (${this.g.name})`;
  }
}
