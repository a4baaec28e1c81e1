/**
 * Handles: a table of single roots, each released on its own, in any order.
 *
 * Invariants
 *  1. A slot is two words: the pointer held, and the next free slot (1 while the slot is in use).
 *  2. A free slot holds pointer 0, so a scan of a whole block needs no look at the second word.
 *  3. Storing into a slot shades the pointer while marking, so blocks scanned once stay black.
 *  4. Slots never move; a released slot is reused, so a `Handle` object forgets its slot on release.
 *
 * Why in memory: scanning runs over words without touching JavaScript objects, in bounded pieces.
 * Rejected: a `FinalizationRegistry` to release forgotten handles; it may call late or never, and costs
 * more per handle than everything else here together. `using` and `release()` are the mechanism.
 */
import type { Ptr } from "@gort/types";
import type { Handle } from "./api.ts";
import { dispose } from "./dispose.ts";
import { GcArgumentError } from "./errors.ts";
import type { OwnMemory } from "./own-memory.ts";
import { HANDLES, HEADER, PAGE, USER_HANDLES_COUNT, USER_HANDLES_FREE } from "./own-memory.ts";

/** What a root needs of the collector: is it marking, and a way to shade. */
export interface Shader {
  /** Not 0 while writes must shade. */
  readonly wb: number;
  shade(p: Ptr): void;
  /** Throws unless `p`, which is not nil, points into an object. */
  checkRoot(call: string, p: Ptr): void;
}

/** Bytes of one block of handles. */
export const HANDLE_BLOCK = PAGE;
const SLOTS_END = HANDLE_BLOCK >>> 2;
const IN_USE = 1;

class HandleObject implements Handle {
  #table: HandleTable;
  #slot: number;

  constructor(table: HandleTable, slot: number) {
    this.#table = table;
    this.#slot = slot;
  }
  get ptr(): Ptr {
    return this.#slot === 0 ? 0 : this.#table.get(this.#slot);
  }
  set(p: Ptr): void {
    if (this.#slot === 0) throw new GcArgumentError("handle: set after release");
    this.#table.set(this.#slot, p);
  }
  release(): void {
    if (this.#slot === 0) return;
    this.#table.free(this.#slot);
    this.#slot = 0;
  }
  [dispose](): void {
    this.release();
  }
}

export class HandleTable {
  readonly #own: OwnMemory;
  readonly #shader: Shader;
  readonly #u32: Uint32Array;
  /** Word indexes of the head of the free slots and of the count. */
  readonly #free: number;
  readonly #count: number;

  constructor(own: OwnMemory, shader: Shader) {
    this.#own = own;
    this.#shader = shader;
    this.#u32 = own.memory.u32;
    this.#free = own.user + USER_HANDLES_FREE;
    this.#count = own.user + USER_HANDLES_COUNT;
  }

  /** Handles in use. */
  get count(): number {
    return this.#u32[this.#count]!;
  }

  root(p: Ptr): Handle {
    const u32 = this.#u32;
    if (p !== 0) this.#shader.checkRoot("root", p);
    if (this.#shader.wb !== 0) this.#shader.shade(p);
    if (u32[this.#free] === 0) this.#grow();
    const slot = u32[this.#free]!;
    u32[this.#free] = u32[slot + 1]!;
    u32[slot + 1] = IN_USE;
    u32[slot] = p;
    u32[this.#count] = u32[this.#count]! + 1;
    return new HandleObject(this, slot);
  }

  get(slot: number): Ptr {
    return this.#u32[slot]!;
  }

  set(slot: number, p: Ptr): void {
    if (p !== 0) this.#shader.checkRoot("handle.set", p);
    if (this.#shader.wb !== 0) this.#shader.shade(p);
    this.#u32[slot] = p;
  }

  free(slot: number): void {
    this.#u32[slot] = 0;
    this.#u32[slot + 1] = this.#u32[this.#free]!;
    this.#u32[this.#free] = slot;
    this.#u32[this.#count] = this.#u32[this.#count]! - 1;
  }

  #grow(): void {
    const block = this.#own.take(HANDLES, HANDLE_BLOCK) >>> 2;
    for (let i = SLOTS_END - 2; i >= HEADER >>> 2; i -= 2) {
      this.#u32[block + i + 1] = this.#u32[this.#free]!;
      this.#u32[this.#free] = block + i;
    }
  }
}

/** Visits the pointers held in a block of handles. */
export function scanHandles(u32: Uint32Array, block: Ptr, visit: (p: Ptr) => void): void {
  const start = block >>> 2;
  for (let i = HEADER >>> 2; i < SLOTS_END; i += 2) {
    const p = u32[start + i]!;
    if (p !== 0) visit(p);
  }
}
