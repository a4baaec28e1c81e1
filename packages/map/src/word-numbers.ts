/**
 * The maps of `word-map.ts` whose values are numbers of one or two words, and which class a layout has.
 *
 * Invariants
 *  1. Nothing here does anything that `WordMap` does not.
 *
 * Why a class for float values and one for integers: a `get` that returns nothing but numbers needs no boxing
 * once it is inlined into its caller.
 */
import type { Layout } from "./heap-layout.ts";
import { FLOAT64, INT32, UINT32 } from "./heap-words.ts";
import { WordMap } from "./word-map.ts";

/** `map[int32]float64` and its like. */
class WordFloatMap extends WordMap {
  override get(key: number): number {
    if (typeof key !== "number") return this.getAny(key);
    const k = key | 0;
    if (k !== key || k < this.min) return this.getAny(key);
    const slot = this.seek(k);
    return slot < 0 ? 0 : this.f64[(((this.word + this.valueWord) >>> 1) + slot) | 0]!;
  }

  override set(key: number, value: number): this {
    if (typeof key !== "number" || typeof value !== "number") return this.setAny(key, value);
    const k = key | 0;
    if (k !== key || k < this.min) return this.setAny(key, value);
    const slot = this.claim(k);
    this.f64[(((this.word + this.valueWord) >>> 1) + slot) | 0] = value;
    return this;
  }
}

/** `map[int32]int32` and its like. */
class WordIntMap extends WordMap {
  override get(key: number): number {
    if (typeof key !== "number") return this.getAny(key);
    const k = key | 0;
    if (k !== key || k < this.min) return this.getAny(key);
    const slot = this.seek(k);
    return slot < 0 ? 0 : this.i32[(this.word + this.valueWord + slot) | 0]!;
  }

  override set(key: number, value: number): this {
    if (typeof key !== "number" || typeof value !== "number") return this.setAny(key, value);
    const k = key | 0;
    if (k !== key || k < this.min || (value | 0) !== value) return this.setAny(key, value);
    const slot = this.claim(k);
    this.i32[(this.word + this.valueWord + slot) | 0] = value;
    return this;
  }
}

/** Whether maps of a layout can take these paths. */
export function isWordMap(layout: Layout): boolean {
  return (
    layout.noscan &&
    (layout.keyCode === INT32 || layout.keyCode === UINT32) &&
    (layout.valueSize & 3) === 0
  );
}

/** The class for a layout that {@link isWordMap}. */
export function wordMapOf(layout: Layout): typeof WordMap {
  if (layout.valueCode === FLOAT64) return WordFloatMap;
  return layout.valueCode === INT32 ? WordIntMap : WordMap;
}
