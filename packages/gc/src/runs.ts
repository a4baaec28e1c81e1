/**
 * Runs: what makes an allocation an addition. Per type, a stretch of free objects side by side, claimed from the
 * allocator with its pointer bits set, from which `alloc` takes the next one.
 *
 * Invariants
 *  1. The objects of a run from `next` to `end` are claimed but not handed out; their bytes were taken off the credit.
 *  2. They are zero, their pointer bits are those of the type, and they are black while the heap marks.
 *  3. No run outlives the start of marking, the start of sweeping, or a count: the allocator asks for them before
 *     (`onCount`), so the program never gets an object whose colour is that of another phase.
 *  4. At most {@link RUNS} types have a run; the one that got its run first gives way.
 *
 * Why per type and not per size: the pointer bits of a whole run are a few words that are written at once.
 * Without it (an allocator that has no runs, a profile, stress mode) every object is allocated singly.
 */
import type { ObjectRuns, ObjectTable, Ptr } from "@gort/alloc";
import { NOSCAN } from "@gort/alloc";
import type { Type } from "@gort/types";
import { checkType } from "./arguments.ts";
import { setRunBits } from "./pointer-bits.ts";

/** Types with a run at the same time. */
const RUNS = 16;

/** The run of one type. Addresses and sizes in units of 8 bytes, so that V8 keeps them as small integers. */
export class Run {
  readonly type: Type | null;
  /** Flags for the allocator. */
  readonly flags: number;
  /** Bytes asked for. */
  readonly size: number;
  /** Units of an object, once there was one. */
  step = 0;
  next = 0;
  end = 0;
  constructor(type: Type | null) {
    this.type = type;
    this.size = type === null ? 0 : type.size;
    this.flags = type === null || type.ptrdata !== 0 ? 0 : NOSCAN;
  }
}

/** The run of no type: always used up. */
export const NO_RUN = new Run(null);

export class Runs {
  readonly #source: ObjectRuns;
  readonly #objects: ObjectTable;
  readonly #i32: Int32Array;
  /** Index of the first word of the pointer bitmap. */
  readonly #map: number;
  readonly #runs: Run[] = [];
  #oldest = 0;
  /** Bytes that a run gave back when it gave way to another; taken off what the next claim costs. */
  #refund = 0;

  constructor(source: ObjectRuns, objects: ObjectTable, i32: Int32Array) {
    this.#source = source;
    this.#objects = objects;
    this.#i32 = i32;
    this.#map = objects.pointerBits >>> 2;
  }

  /** The run of a type, or `NO_RUN` if its objects are allocated singly. */
  of(type: Type): Run {
    const runs = this.#runs;
    for (let i = 0; i < runs.length; i++) if (runs[i]!.type === type) return runs[i]!;
    checkType(type);
    const { size } = type;
    // Those of 8 bytes share no block.
    const tiny = type.ptrdata === 0 && size < 16 && size !== 8;
    return size === 0 || size > this.#source.sizeMax || tiny ? NO_RUN : this.#add(new Run(type));
  }

  #add(run: Run): Run {
    if (this.#runs.length < RUNS) {
      this.#runs.push(run);
      return run;
    }
    const old = this.#runs[this.#oldest]!;
    this.#refund += this.#giveBack(old);
    this.#runs[this.#oldest] = run;
    this.#oldest = (this.#oldest + 1) % RUNS;
    return run;
  }

  /** Claims objects for a run that is used up; returns by how many bytes more is claimed now. Throws what the allocator throws. */
  claim(run: Run): number {
    const p = this.#source.claim(run.size, run.flags);
    const end = this.#source.end;
    if (run.step === 0) run.step = this.#objects.sizeOf(p) / 8;
    if (run.flags === 0) setRunBits(this.#i32, this.#map, p, end, run.step * 8, run.type!);
    run.next = p / 8;
    run.end = end / 8;
    return end - p - this.#takeRefund();
  }

  /** Bytes claimed and not handed out yet. */
  get bytes(): number {
    let sum = 0;
    for (const run of this.#runs) sum += (run.end - run.next) * 8;
    return sum;
  }

  /** Gives everything back that was not handed out; returns its bytes. */
  flush(): number {
    let bytes = this.#takeRefund();
    for (const run of this.#runs) bytes += this.#giveBack(run);
    return bytes;
  }

  #takeRefund(): number {
    const bytes = this.#refund;
    this.#refund = 0;
    return bytes;
  }

  #giveBack(run: Run): number {
    const bytes = (run.end - run.next) * 8;
    if (bytes !== 0) this.#source.unclaim(run.next * 8, run.end * 8);
    run.next = run.end = 0;
    return bytes;
  }

  /** Whether an address lies in what is claimed but not handed out. */
  has(p: Ptr): boolean {
    const unit = p / 8;
    for (const run of this.#runs) if (unit >= run.next && unit < run.end) return true;
    return false;
  }
}
