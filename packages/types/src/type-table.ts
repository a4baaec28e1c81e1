/**
 * The numbers that types have in one space: the first word of an interface value in memory.
 *
 * Invariants
 *  1. 0 is nil; numbers count from 1 in the order of first use and are never given back.
 *  2. Identical types have one number, so two interface words are equal exactly if the dynamic types are identical.
 *
 * A table belongs to its space and is found by it; two spaces never see each other's. Type numbers are not pointers: a
 * collector passes them by.
 */
import type { Space, Type } from "./api.ts";
import type { BaseType } from "./base.ts";
import { internalType } from "./base.ts";
import { badArgument } from "./errors.ts";
import { identical } from "./identical.ts";

/** Types by number and back. */
export class TypeTable {
  private readonly types: BaseType<any>[] = [];
  private readonly numbers = new Map<Type, number>();
  private readonly byName = new Map<string, number[]>();

  /** The number of a type. O(1) after its first use. */
  numberOf(t: Type): number {
    const n = this.numbers.get(t);
    if (n !== undefined) return n;
    const alike = this.byName.get(t.name) ?? [];
    let number = alike.find((i) => identical(this.types[i - 1]!, t));
    if (number === undefined) {
      number = this.types.push(internalType(t));
      alike.push(number);
      this.byName.set(t.name, alike);
    }
    this.numbers.set(t, number);
    return number;
  }

  /** The type of a number. @throws RangeError if no type has it: the memory holds no interface value there */
  typeOf(n: number): BaseType<any> {
    const t = this.types[n - 1];
    if (t === undefined)
      throw badArgument("interface value", "type word", n, `at most ${this.types.length}`);
    return t;
  }
}

const tables = new WeakMap<Space, TypeTable>();

/** The table of a space. */
export function typeTable(space: Space): TypeTable {
  let t = tables.get(space);
  if (t === undefined) tables.set(space, (t = new TypeTable()));
  return t;
}
