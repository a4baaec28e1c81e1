/**
 * Itabs: which function a method of an interface is for a dynamic type, and the cache of them.
 *
 * Invariants
 *  1. An itab's functions stand in the order of the interface's sorted methods.
 *  2. The table is open addressing over a power of two, probed at triangular distances, never more than 75 % full.
 *  3. A failed search is kept too, with the first missing method, so asking again is as fast.
 *  4. Each interface type owns its table: nothing is global, and types go when their interface goes.
 *
 * Go has one table for the process, keyed by the pair; here an interface descriptor is an object that can own its part of
 * it, which spares the pair hash and any global state.
 */
import type { Type } from "./api.ts";
import { internalType } from "./base.ts";
import { identical } from "./identical.ts";
import type { InterfaceType } from "./kinds.ts";
import { methodsOf, type BoundMethod } from "./method-set.ts";

/** What one dynamic type does for one interface type. */
export interface Itab {
  /** The interface type. */
  readonly inter: InterfaceType;
  /** The dynamic type. */
  readonly type: Type;
  /** The functions in the order of `inter.methods`; empty if a method is missing. */
  readonly fun: readonly BoundMethod[];
  /** The first method that the type lacks, `""` if it implements the interface. */
  readonly missing: string;
}

/** The itabs of one interface type, found by dynamic type. */
export class ItabTable {
  private slots: (Itab | undefined)[] = new Array<undefined>(8);
  private used = 0;

  /** Itabs held. */
  get count(): number {
    return this.used;
  }
  /** Slots of the table. */
  get capacity(): number {
    return this.slots.length;
  }

  /** The itab of `type` for `inter`, made if there is none yet. O(1) expected after the first time. */
  get(inter: InterfaceType, type: Type): Itab {
    const slots = this.slots;
    const mask = slots.length - 1;
    let i = typeNumber(type) & mask;
    for (let step = 1; ; step++) {
      const it = slots[i];
      if (it === undefined) break;
      if (it.type === type) return it;
      i = (i + step) & mask;
    }
    const made = makeItab(inter, type);
    // A quarter always stays empty: probes end.
    if (4 * (this.used + 1) > 3 * slots.length) this.grow();
    this.insert(made);
    this.used++;
    return made;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Array<undefined>(old.length * 2);
    for (const it of old) if (it !== undefined) this.insert(it);
  }

  private insert(it: Itab): void {
    const mask = this.slots.length - 1;
    let i = typeNumber(it.type) & mask;
    for (let step = 1; this.slots[i] !== undefined; step++) i = (i + step) & mask;
    this.slots[i] = it;
  }
}

// A hash of the descriptor object: fixed on first use, kept on it.
function typeNumber(t: Type): number {
  return internalType(t).number;
}

/** Fills an itab by one merge of the two sorted method lists. O(methods of both). */
export function makeItab(inter: InterfaceType, type: Type): Itab {
  const want = inter.methods;
  const have = methodsOf(type);
  const fun: BoundMethod[] = [];
  let j = 0;
  for (const w of want) {
    while (j < have.length && have[j]!.name < w.name) j++;
    const h = have[j];
    if (h === undefined || h.name !== w.name || !identical(h.type, w.type)) {
      return { inter, type, fun: [], missing: w.name };
    }
    fun.push(h);
  }
  return { inter, type, fun, missing: "" };
}
