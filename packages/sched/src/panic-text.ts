/**
 * What a panic prints: Go's text of a value, of a chain of panics, and of a goroutine that died.
 *
 * Invariants: nothing here throws, whatever a value's own methods do; errors print their message, as Go prints
 * `Error()`, and JavaScript's built-in kinds of error have their kind before it.
 */
import { hasBrand, isFatalError } from "@gort/types";
import type { Goroutine } from "./api.ts";
import { framesOf } from "./site.ts";

/** The value inside `panic: …`: strings and errors plain, floats in Go's form, objects by their type. */
export function printPanicValue(v: unknown): string {
  switch (typeof v) {
    case "string":
      return v;
    case "number":
      return Number.isInteger(v) && Math.abs(v) < 2 ** 63 ? BigInt(v).toString() : printFloat(v);
    case "bigint":
    case "boolean":
    case "undefined":
      return v === undefined ? "nil" : String(v);
    case "symbol":
      return String(v);
    case "function":
      return `(func ${v.name || "(anonymous)"}) …`;
    case "object":
      return v === null ? "nil" : printObject(v);
  }
}

/** Go's `print` of a float64: `+1.500000e+000`. */
export function printFloat(n: number): string {
  if (n !== n) return "NaN";
  if (n === Infinity) return "+Inf";
  if (n === -Infinity) return "-Inf";
  const [digits, exponent] = Math.abs(n).toExponential(6).split("e") as [string, string];
  const e = Number(exponent);
  const sign = n < 0 || Object.is(n, -0) ? "-" : "+";
  return `${sign}${digits}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(3, "0")}`;
}

const BUILTIN = /^(Type|Range|Reference|Syntax|Eval|URI|Aggregate)Error$|^DOMException$/;

function printObject(v: object): string {
  try {
    if (v instanceof Error) {
      const { name, message } = v;
      return BUILTIN.test(name) ? `${name}: ${message}` : message;
    }
    // A named basic type, as Go prints one.
    const type = v.constructor?.name ?? "Object";
    if (v instanceof String) return `main.${type}(${JSON.stringify(v.valueOf())})`;
    if (v instanceof Number || v instanceof Boolean)
      return `main.${type}(${printPanicValue(v.valueOf())})`;
    const toString = v.toString;
    if (
      typeof toString === "function" &&
      toString !== Object.prototype.toString &&
      !Array.isArray(v)
    )
      return String(v);
    return Array.isArray(v) ? `([]interface {}) len ${v.length}` : `(main.${type}) ${fields(v)}`;
  } catch (error) {
    return `panic while printing panic value: ${error instanceof Error ? error.message : safe(error)}`;
  }
}

function fields(v: object): string {
  const text = JSON.stringify(v) ?? "{}";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function safe(v: unknown): string {
  try {
    return String((v as { value?: unknown } | null)?.value ?? v);
  } catch {
    return "?";
  }
}

interface Chain {
  readonly value: unknown;
  readonly recovered: boolean;
  readonly link: Chain | null;
}

function chainOf(error: unknown): Chain {
  if (hasBrand(error, Symbol.for("gort.PanicError"))) {
    const e = error as { value: unknown; state: Chain | null };
    return e.state ?? { value: e.value, recovered: false, link: null };
  }
  return { value: error, recovered: false, link: null };
}

/**
 * What Go prints for an uncaught panic or a fatal error, chain included, without the goroutine's trace:
 * `panic: first [recovered]`, a new line, a tab, `panic: second`.
 *
 * @example
 * ```ts
 * import { panicText } from "@gort/sched";
 *
 * panicText("boom"); // => "panic: boom"
 * panicText(new RangeError("too long")); // => "panic: RangeError: too long"
 * ```
 */
export function panicText(error: unknown): string {
  if (isFatalError(error)) return `fatal error: ${error.message}`;
  const lines: string[] = [];
  const add = (p: Chain): void => {
    if (p.link !== null) add(p.link);
    const value = printPanicValue(p.value);
    const text = value.startsWith("panic while printing")
      ? `fatal error: ${value}`
      : `panic: ${value}`;
    lines.push(`${lines.length > 0 ? "\t" : ""}${text}${p.recovered ? " [recovered]" : ""}`);
  };
  add(chainOf(error));
  return lines.join("\n");
}

/**
 * The whole of what Go prints when a goroutine dies: the panic, and the goroutine with its trace.
 *
 * @example
 * ```ts
 * import { currentGoroutine, panicDump, run } from "@gort/sched";
 *
 * const text = await run(function* main() {
 *   return panicDump("boom", currentGoroutine()!);
 * });
 * text; // => "panic: boom\n\ngoroutine 1 [running]:\nmain(...)"
 * ```
 */
export function panicDump(error: unknown, g: Goroutine): string {
  const value = (error as { value?: unknown } | null)?.value;
  const source = error instanceof Error ? error : value instanceof Error ? value : null;
  const frames = framesOf(source).map((f) => `${f.func || "(anonymous)"}(...)\n\t${f.at}`);
  if (frames.length === 0) frames.push(`${g.name}(...)`);
  return `${panicText(error)}\n\ngoroutine ${g.id} [running]:\n${frames.join("\n")}`;
}
