/**
 * Calls through reflection: methods, arguments and results.
 *
 * Invariants
 *  1. Every argument is assignable to its parameter, or the call does not happen; the texts are Go's.
 *  2. The elements of a variadic parameter are arguments of their own: functions take Go's `...T` as rest arguments.
 *  3. Every result is a value of its type, as its descriptor's `check` has it, and there are as many as the type says.
 *  4. An argument for an interface parameter is passed as a value of that interface type, any other as its JavaScript side.
 */
import { assignableTo } from "./assignable.ts";
import { internalType } from "./base.ts";
import { badArgument, nilDereference } from "./errors.ts";
import type { Space, Type } from "./api.ts";
import { checkSpace } from "./foreign.ts";
import { dynamicType, isInterfaceValue, unwrap, wrap } from "./interface-value.ts";
import { itabOf } from "./iface.ts";
import type { FuncType, InterfaceType, SliceType } from "./kinds.ts";
import type { BoundMethod } from "./method-set.ts";
import type { Value } from "./reflect.ts";
import { ReflectError, onZero, unexported } from "./reflect-errors.ts";

/** Throws unless `v` is a reflection value, from whichever copy of this package. */
export function checkValue<V>(where: string, v: V): V {
  if (typeof (v as { isValid?: unknown } | null | undefined)?.isValid !== "function")
    throw badArgument(where, "value", v, "a reflection value", "type");
  return v;
}

/** Go's `mustBeExported`: throws unless there is a value that was not reached through an unexported field. */
export function mustBeExported(method: string, v: Value): Value {
  if (!checkValue(method, v).isValid()) throw onZero(method);
  if (!v.canInterface()) throw unexported(method);
  return v;
}

/** A method of `v`, bound to it: the receiver is evaluated now, as Go does. */
export function bind(v: Value, { invoke }: BoundMethod): unknown {
  if (v.kind === "interface" && v.isNil())
    throw new ReflectError("reflect: Method on nil interface value");
  const recv = v.get() as unknown;
  return (...args: unknown[]): unknown => invoke(recv, v.space, args);
}

/** Calls `fn`, a value of type `t`; the results as a list, however many there are. */
export function callFunction(t: FuncType, fn: unknown, args: readonly Value[]): unknown[] {
  if (fn === null) throw new ReflectError("reflect.Value.Call: call of nil function");
  const result = (fn as (...a: unknown[]) => unknown)(...callArguments(t, args));
  const n = t.results.length;
  if (n === 0) return [];
  const list: unknown = n === 1 ? [result] : result;
  if (!Array.isArray(list) || list.length !== n)
    throw badArgument("Call", `result of ${t.name}`, result, `a list of ${n} values`, "type");
  t.results.forEach((r, i) => internalType(r).check(list[i], `result ${i} of ${t.name}`));
  return list;
}

/** Checks and unwraps the arguments of a call. */
function callArguments(t: FuncType, args: readonly Value[]): unknown[] {
  if (!Array.isArray(args)) throw badArgument("Call", "args", args, "a list of values", "type");
  for (const a of args) checkValue("Call", a as unknown);
  const fixed = t.variadic ? t.params.length - 1 : t.params.length;
  if (args.length < fixed) throw new ReflectError("reflect: Call with too few input arguments");
  if (!t.variadic && args.length > fixed) {
    throw new ReflectError("reflect: Call with too many input arguments");
  }
  if (!args.every((a) => a.isValid()))
    throw new ReflectError("reflect: Call using zero Value argument");
  const rest = t.variadic ? (t.params.at(-1) as SliceType).elem : null;
  const want = (i: number): Type => (i < fixed ? t.params[i]! : rest!);
  args.forEach((a, i) => {
    if (!assignableTo(a.type, want(i)))
      throw new ReflectError(
        i < fixed
          ? `reflect: Call using ${a.type.name} as type ${want(i).name}`
          : `reflect: cannot use ${a.type.name} as type ${want(i).name} in Call`,
      );
    // Go sets the elements of a slice to them, before it looks at the other arguments.
    if (i >= fixed && !a.canInterface()) throw unexported("Set");
  });
  return args.map((a, i): unknown => {
    if (!a.canInterface()) throw unexported("Call");
    return want(i).kind === "interface" ? asInterface(a, want(i) as InterfaceType) : a.get();
  });
}

/**
 * `v` as a value of the interface type `to`, which its type implements; null for `any`. Whether a value may leave an unexported field
 * is the caller's question. Not by `convert`: with it came `any` and all that its values are in memory.
 */
export function asInterface(v: Value, to: InterfaceType | null): unknown {
  const x: unknown = v.get();
  const held = v.kind === "interface" ? unwrap(x) : x;
  const type = v.kind === "interface" ? dynamicType(x) : v.type;
  if (type === null) return null;
  const space = v.kind === "interface" && isInterfaceValue(x) ? x.space : v.space;
  return wrap(type, held, space, (to?.methods.length ?? 0) === 0 ? null : itabOf(to!, type));
}

/** Throws Go's text unless `v` may be assigned to a variable of type `to`. */
export function checkAssignable(v: Value, to: Type, where: string): void {
  if (!checkValue(where, v).isValid()) throw nilDereference();
  if (!assignableTo(v.type, to)) {
    throw new ReflectError(
      `${where}: value of type ${v.type.name} is not assignable to type ${to.name}`,
    );
  }
}

/** The JavaScript side of `v` as a value of type `to` in the space given, where it is known; Go's `Value.assignTo`. */
export function assignTo(v: Value, to: Type, where: string, space: Space | null): unknown {
  checkAssignable(v, to, where);
  // An interface value says itself where it points.
  if (to.kind === "interface") return asInterface(v, to as InterfaceType);
  const value: unknown = v.get();
  checkSpace(to, value, v.space, space, where);
  return value;
}
