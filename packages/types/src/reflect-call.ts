/**
 * The arguments of a call through reflection.
 *
 * Invariants
 *  1. Every argument is assignable to its parameter, or the call does not happen; the texts are Go's.
 *  2. An argument for an interface parameter is passed as an interface value, any other as its JavaScript side.
 */
import { assignableTo } from "./assignable.ts";
import type { FuncType, SliceType } from "./kinds.ts";
import type { Value } from "./reflect.ts";
import { ReflectError } from "./reflect-errors.ts";

/** Checks and unwraps the arguments of a call. */
export function callArguments(t: FuncType, args: readonly Value[]): unknown[] {
  const fixed = t.variadic ? t.params.length - 1 : t.params.length;
  if (args.length < fixed) throw new ReflectError("reflect: Call with too few input arguments");
  if (!t.variadic && args.length > fixed) {
    throw new ReflectError("reflect: Call with too many input arguments");
  }
  const rest = t.variadic ? (t.params.at(-1) as SliceType).elem : null;
  return args.map((a, i): unknown => {
    if (!a.isValid()) throw new ReflectError("reflect: Call using zero Value argument");
    const want = i < fixed ? t.params[i]! : rest!;
    if (!assignableTo(a.type, want)) {
      throw new ReflectError(
        i < fixed
          ? `reflect: Call using ${a.type.name} as type ${want.name}`
          : `reflect: cannot use ${a.type.name} as type ${want.name} in Call`,
      );
    }
    return want.kind === "interface" ? a.interface() : a.get();
  });
}
