/**
 * JavaScript values held from memory: a box is a 16-byte pointer-free object that stands for one value.
 *
 * Invariants
 *  1. Word 0 of a box is an index; `values[index]` is the value and `owners[index]` the box.
 *  2. Word 1 links the boxes of one page; the head is in the page index. Every box's span is special.
 *  3. A value is let go exactly when its box is swept; `owners[index]` is 0 from then on, so a stale
 *     pointer is noticed.
 *
 * Why 16 bytes and not 4: boxes below 16 bytes would share tiny blocks and outlive each other.
 * A JavaScript value that refers to a handle of its own box is never freed: the cycle runs through a root.
 */
import type { Ptr, ValueTable } from "@gort/types";
import { badArgument, GcArgumentError } from "./errors.ts";
import type { PageIndex } from "./page-index.ts";
import { BOXES_HEAD } from "./page-index.ts";

/** What boxes need of the heap. */
export interface BoxHost {
  readonly u32: Uint32Array;
  readonly index: PageIndex;
  /** A new object of 16 bytes without pointers. */
  newBox(): Ptr;
  /** Flags the span of a box. */
  setSpecial(p: Ptr): void;
  /** Whether the object with this base is marked. */
  isMarked(p: Ptr): boolean;
}

export class Boxes implements ValueTable {
  readonly #host: BoxHost;
  readonly #u32: Uint32Array;
  readonly #values: unknown[] = [];
  readonly #owners: Ptr[] = [];
  readonly #free: number[] = [];

  constructor(host: BoxHost) {
    this.#host = host;
    this.#u32 = host.u32;
  }

  /** Values held now. */
  get count(): number {
    return this.#values.length - this.#free.length;
  }

  box(value: unknown): Ptr {
    if (value === undefined) return 0;
    const p = this.#host.newBox();
    const entry = this.#host.index.ensure(p >>> 13);
    this.#host.setSpecial(p);
    const index = this.#free.pop() ?? this.#values.length;
    this.#values[index] = value;
    this.#owners[index] = p;
    const w = p >>> 2;
    this.#u32[w] = index;
    this.#u32[w + 1] = this.#u32[entry + BOXES_HEAD]!;
    this.#u32[entry + BOXES_HEAD] = p;
    return p;
  }

  unbox(p: Ptr): unknown {
    if (p === 0) return undefined;
    if (typeof p !== "number") badArgument("unbox", "p", p, "a box");
    const index = this.#u32[p >>> 2]!;
    if (this.#owners[index] !== p) throw new GcArgumentError(`unbox: ${p} is not a box`);
    return this.#values[index];
  }

  /** Whether an object is a box. */
  isBox(base: Ptr): boolean {
    return this.#owners[this.#u32[base >>> 2]!] === base;
  }

  /** Lets go of the values whose boxes on the page of `entry` are not marked. Must not allocate memory. */
  sweep(entry: number): void {
    const u32 = this.#u32;
    let link = entry + BOXES_HEAD;
    for (let p = u32[link]!; p !== 0; p = u32[link]!) {
      const w = p >>> 2;
      if (this.#host.isMarked(p)) {
        link = w + 1;
        continue;
      }
      const index = u32[w]!;
      this.#values[index] = undefined;
      this.#owners[index] = 0;
      this.#free.push(index);
      u32[link] = u32[w + 1]!;
    }
  }
}
