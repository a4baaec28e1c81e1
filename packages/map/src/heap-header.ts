/**
 * The header of a map in a heap, as the numbers that ranges, statistics and tools ask for.
 *
 * Invariants
 *  1. After {@link HeapHeader.forget} every number is refused, and no operation takes its fast path.
 */
import type { Ptr } from "./api.ts";
import { BaseMap, nameOf } from "./base.ts";
import { concurrentWrites, released } from "./errors.ts";
import type { HeapTable } from "./heap-table.ts";
import {
  H_B,
  H_CHANGES,
  H_COUNT,
  H_EPOCH,
  H_FLAGS,
  H_HASH0,
  H_MOVES,
  H_NEVACUATE,
  H_NOVERFLOW,
  H_SHAPE,
  HEADER_WORDS,
} from "./heap-words.ts";
import { FLAGS, WRITING } from "./rules.ts";
import type { Made } from "./storage.ts";

/** A map in a heap, without its operations. */
export abstract class HeapHeader<K, V> extends BaseMap<K, V, V> {
  protected readonly t: HeapTable;
  protected i32: Int32Array;
  /** Word index of the header; 0 after release. */
  protected h: number;

  constructor(t: HeapTable) {
    super();
    this.t = t;
    this.i32 = t.i32;
    this.h = t.h;
  }

  protected override get typeName(): string {
    return nameOf(this.t.layout.key, this.t.layout.value);
  }
  get made(): Made<K, V> {
    const { heap, layout } = this.t;
    return { heap, key: layout.key, value: layout.value };
  }
  get len(): number {
    return this.#word(H_COUNT);
  }
  get flags(): number {
    return this.#word(H_FLAGS) & FLAGS;
  }
  get B(): number {
    return this.#word(H_B);
  }
  /** The entries there ever were, and what changed besides: a new entry is one thing less to count. */
  get version(): number {
    return this.#word(H_CHANGES) + this.#word(H_COUNT);
  }
  get moves(): number {
    return this.#word(H_MOVES);
  }
  get epoch(): number {
    return this.#word(H_EPOCH);
  }
  get shape(): number {
    return this.#word(H_SHAPE);
  }
  get hash0(): number {
    return this.#word(H_HASH0);
  }
  get noverflow(): number {
    return this.#word(H_NOVERFLOW);
  }
  get nevacuate(): number {
    return this.#word(H_NEVACUATE);
  }
  get oldB(): number {
    return this.t.oldB;
  }
  get ptr(): Ptr {
    return this.h === 0 ? 0 : this.t.ptr;
  }

  #word(i: number): number {
    if (this.h === 0) throw released();
    return this.i32[this.h + i]!;
  }

  protected mayWrite(): void {
    if ((this.#word(H_FLAGS) & WRITING) !== 0) throw concurrentWrites();
  }

  /** Lets go of the header. */
  protected forget(): void {
    this.h = 0;
    // A view of the same kind, in which every operation leaves its fast path and finds out.
    this.i32 = new Int32Array(HEADER_WORDS).fill(-1);
  }
}
