/**
 * The numbers that types have in one space: the first word of an interface value in memory.
 *
 * Invariants
 *  1. 0 is nil; numbers count from 1 in the order of first use and are never given back.
 *  2. Identical types have one number, so two interface words are equal exactly if the dynamic types are identical.
 *  3. A number means the same to every copy of this package.
 *
 * A table belongs to its space and is found by it; two spaces never see each other's. Type numbers are not pointers: a
 * collector passes them by.
 */
import type { Space, Type } from "./api.ts";
import type { BaseType } from "./base.ts";
import { internalType } from "./base.ts";
import { badArgument } from "./errors.ts";
import { identical } from "./identical.ts";
import { ownRaw } from "./interface-value.ts";
import { CUT } from "./spell.ts";

/** The types of a space, numbered from 1; hung on it, so that two copies of this package in one process agree. */
const TYPES: unique symbol = Symbol.for("gort.types") as never;

function typesOf(space: Space): BaseType<any>[] {
  const holder = space as { [TYPES]?: BaseType<any>[] };
  const types = holder[TYPES] ?? [];
  // What cannot be extended belongs to this copy alone.
  if (types.length === 0 && Object.isExtensible(space))
    Object.defineProperty(holder, TYPES, { value: types, configurable: true });
  return types;
}

/** The same for identical types: the name, but for literals that contain themselves, whose names are cut where one began to spell. */
const likeness = (t: Type): string => (t.name.includes(CUT) ? `${t.kind} ${t.size}` : t.name);

/** Types by number and back. */
export class TypeTable {
  private readonly all: BaseType<any>[];
  /** As many of `all` as were looked at: those that stand for raw values are this copy's own. */
  private readonly known: BaseType<any>[] = [];
  private readonly numbers = new Map<Type, number>();
  /** The numbers of types that may be identical. */
  private readonly alike = new Map<string, number[]>();

  constructor(space: Space) {
    this.all = typesOf(space);
  }

  /** The number of a type. O(1) after its first use. */
  numberOf(t: Type): number {
    const n = this.numbers.get(t);
    if (n !== undefined) return n;
    this.look();
    let number = this.alike.get(likeness(t))?.find((i) => identical(this.known[i - 1]!, t));
    if (number === undefined) {
      number = this.all.push(internalType(t));
      this.look();
    }
    this.numbers.set(t, number);
    return number;
  }

  /** The type of a number. @throws RangeError if no type has it: the memory holds no interface value there */
  typeOf(n: number): BaseType<any> {
    const t = this.known[n - 1];
    if (t !== undefined) return t;
    if (this.known.length === this.all.length)
      throw badArgument("interface value", "type word", n, `at most ${this.all.length}`);
    this.look();
    return this.typeOf(n);
  }

  /** Looks at what was added, by another copy perhaps. */
  private look(): void {
    for (let i = this.known.length; i < this.all.length; i++) {
      const t = this.all[i]!;
      this.known.push(ownRaw(t));
      const key = likeness(t);
      const alike = this.alike.get(key);
      if (alike === undefined) this.alike.set(key, [i + 1]);
      else alike.push(i + 1);
    }
  }
}

const tables = new WeakMap<Space, TypeTable>();

/** The table of a space. */
export function typeTable(space: Space): TypeTable {
  let t = tables.get(space);
  if (t === undefined) tables.set(space, (t = new TypeTable(space)));
  return t;
}
