/**
 * The names of type literals, which spell what they consist of.
 *
 * Invariants
 *  1. A literal that contains itself, which Go cannot spell, is cut (`…`) where it comes again.
 *  2. A name that was cut because of a type around it is that type's affair: it is forgotten when the outermost name is spelled, for
 *     asked for alone the type has another one.
 *
 * So names of literals that contain themselves depend on where one begins, though the types may be identical: see type-table.ts.
 */

/** What stands in a name where a type is inside itself. */
export const CUT = "…";

interface Spelled {
  /** Memo of the name. */
  spelled: string | null;
}

/** While a name is being spelled: the types in it whose own names were cut. */
let shortened: Spelled[] | null = null;

/** The name that `make` spells, remembered on `t`. O(all it consists of) the first time. */
export function spell(t: Spelled, make: () => string): string {
  const outer = shortened;
  shortened ??= [];
  t.spelled = CUT;
  let name: string | null = null;
  try {
    return (name = make());
  } finally {
    // Null if it is not yet spellable: a function that names a type was asked before that type is there.
    t.spelled = name;
    if (outer === null) {
      for (const inner of shortened) inner.spelled = null;
      shortened = null;
    } else if (name?.includes(CUT)) outer.push(t);
  }
}
