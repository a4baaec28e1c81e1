/**
 * What all slices over one typed array, from its first element on, have in common.
 *
 * Invariants
 *  1. It never changes, and the slices that share it are over the same array.
 *
 * Why apart from the header: an append makes a header, and V8's collector runs the more often the larger these are. Half of
 * what an append took went there while the header had all five words; three of them are the same from one growth to the
 * next. The array stays in the header, for a loop would otherwise have one more object to look at in each turn.
 */
import type { Backing } from "./api.ts";

/** Backing, begin and capacity of slices. */
export class TypedStore<T> {
  readonly backing: Backing<T>;
  /** 0, or -1 for a nil slice. */
  readonly off: number;
  readonly cap: number;

  constructor(backing: Backing<T>, off: number, cap: number) {
    this.backing = backing;
    this.off = off;
    this.cap = cap;
  }

  /** The same with another capacity. */
  withCap(cap: number): TypedStore<T> {
    return cap === this.cap ? this : new TypedStore(this.backing, this.off, cap);
  }
}
