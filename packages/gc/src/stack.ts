/**
 * Root stacks: the stand-in for a goroutine's stack. A function takes a frame of a few pointer slots,
 * keeps its pointers there across safepoints, and releases the frame when it returns.
 *
 * Invariants
 *  1. A stack is a list of blocks; the first word of a block's payload is the number of words in use, the second the block below.
 *  2. Slots at or above the used count are never scanned; a new frame's slots are 0.
 *  3. Frames of one stack are released in the opposite order of making; another order throws.
 *  4. Storing into a slot shades the pointer while marking, so blocks scanned once stay black.
 *
 * Why frames besides handles: no free list, no object per pointer, and a forgotten slot dies with its
 * function. Rejected: one shared stack for all goroutines, since their frames do not nest.
 */
import type { Ptr } from "@gort/types";
import type { Frame, RootStack } from "./api.ts";
import { dispose } from "./dispose.ts";
import { badArgument, GcArgumentError } from "./errors.ts";
import type { Shader } from "./handles.ts";
import type { OwnMemory } from "./own-memory.ts";
import { HEADER, SMALL, STACK } from "./own-memory.ts";

const USED = HEADER >>> 2;
const BELOW = USED + 1;
const FIRST = USED + 2;

class FrameObject implements Frame {
  #stack: Stack | null;
  readonly slots: number;
  readonly #base: number;
  readonly #number: number;
  readonly #bytes: number;

  constructor(stack: Stack, base: number, slots: number, number: number) {
    this.#stack = stack;
    this.#base = base;
    this.slots = slots;
    this.#number = number;
    this.#bytes = stack.u32.byteLength;
  }
  get(slot: number): Ptr {
    return this.#live("get", slot).u32[this.#base + slot]!;
  }
  set(slot: number, p: Ptr): void {
    const stack = this.#live("set", slot);
    // Slots are written often, so only what is no address is found here, and the rest in stress mode.
    if (typeof p !== "number" || p >>> 0 !== p || p >= this.#bytes)
      stack.shader.checkRoot("frame.set", p);
    if (stack.shader.wb !== 0) stack.shader.shade(p);
    stack.u32[this.#base + slot] = p;
  }
  release(): void {
    if (this.#stack === null) return;
    this.#stack.pop(this.#number, this.#base);
    this.#stack = null;
  }
  [dispose](): void {
    this.release();
  }
  #live(call: string, slot: number): Stack {
    const stack = this.#stack;
    if (stack === null || stack.depth < this.#number)
      throw new GcArgumentError(`frame.${call}: frame was released`);
    if (!(Number.isInteger(slot) && slot >= 0 && slot < this.slots))
      badArgument(`frame.${call}`, "slot", slot, `an integer from 0 to ${this.slots - 1}`);
    return stack;
  }
}

export class Stack implements RootStack {
  readonly u32: Uint32Array;
  readonly shader: Shader;
  readonly #own: OwnMemory;
  #top: Ptr = 0;
  #released = false;
  depth = 0;

  constructor(own: OwnMemory, shader: Shader) {
    this.u32 = own.memory.u32;
    this.shader = shader;
    this.#own = own;
  }

  frame(slots: number): Frame {
    if (!(Number.isInteger(slots) && slots >= 0 && slots <= 1 << 24))
      badArgument("frame", "slots", slots, "an integer from 0 to 16777216");
    if (this.#released) throw new GcArgumentError("frame: stack was released");
    const u32 = this.u32;
    let top = this.#top >>> 2;
    if (top === 0 || u32[top + USED]! + slots > this.#own.words(this.#top)) {
      const block = this.#own.take(STACK, Math.max(SMALL, (FIRST + slots) * 4));
      top = block >>> 2;
      u32[top + USED] = FIRST;
      u32[top + BELOW] = this.#top;
      this.#top = block;
    }
    const base = top + u32[top + USED]!;
    u32.fill(0, base, base + slots);
    u32[top + USED] = u32[top + USED]! + slots;
    return new FrameObject(this, base, slots, ++this.depth);
  }

  /** Releases frame `number`, whose slots start at word `base`. */
  pop(number: number, base: number): void {
    if (number > this.depth) return; // went with the stack
    if (number !== this.depth)
      throw new GcArgumentError(
        `frame.release: frame ${number} is not the topmost of ${this.depth}, release the later ones first`,
      );
    const u32 = this.u32;
    this.depth--;
    // Empty blocks above the one that holds this frame go; that one stays, so that a loop does not thrash.
    for (;;) {
      const top = this.#top >>> 2;
      if (base >= top + FIRST && base <= top + u32[top + USED]!) break;
      const block = this.#top;
      this.#top = u32[top + BELOW]!; // first: what is given back may be overwritten at once
      this.#own.give(block);
    }
    u32[(this.#top >>> 2) + USED] = base - (this.#top >>> 2);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.depth = 0;
    while (this.#top !== 0) {
      const block = this.#top;
      this.u32[(block >>> 2) + USED] = FIRST;
      this.#top = this.u32[(block >>> 2) + BELOW]!;
      this.#own.give(block);
    }
  }

  [dispose](): void {
    this.release();
  }
}

/** Words in use of a block of a stack. */
export function stackWords(u32: Uint32Array, block: Ptr): number {
  return u32[(block >>> 2) + USED]!;
}

/** Visits the pointers held in a block of a stack, or in its words `from` up to `to`. */
export function scanStack(
  u32: Uint32Array,
  block: Ptr,
  visit: (p: Ptr) => void,
  from = 0,
  to = Infinity,
): void {
  const start = block >>> 2;
  const end = Math.min(u32[start + USED]!, to);
  for (let i = Math.max(FIRST, from); i < end; i++) {
    const p = u32[start + i]!;
    if (p !== 0) visit(p);
  }
}
