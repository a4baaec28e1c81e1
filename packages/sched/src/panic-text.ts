/**
 * What a panic prints: Go's text of a value, of a chain of panics, and of a goroutine that died.
 *
 * Invariants: nothing here throws, whatever a value's own methods do; errors print their message, as Go prints
 * `Error()`, and JavaScript's built-in kinds of error have their kind before it.
 */
import { hasBrand, isFatalError } from "@gort/types";
import type { Goroutine } from "./api.ts";
import { PANIC } from "./brands.ts";
import { createdBy, framesOf, type Site } from "./site.ts";

/** A value as text. */
interface Printed {
  readonly text: string;
  /** Whether printing it failed, which in Go is a fatal error of its own. */
  readonly fatal: boolean;
}

/** The value inside `panic: …`: strings and errors plain, floats in Go's form, objects by their type. */
export function printPanicValue(v: unknown): string {
  return print(v).text;
}

function print(v: unknown): Printed {
  try {
    return { text: textOf(v), fatal: false };
  } catch (error) {
    return { text: `panic while printing panic value: ${whatPanicked(error)}`, fatal: true };
  }
}

function textOf(v: unknown): string {
  switch (typeof v) {
    case "string":
      return v;
    case "number":
      return Number.isInteger(v) && Math.abs(v) < 2 ** 63 ? BigInt(v).toString() : printFloat(v);
    case "undefined":
      return "nil";
    case "function":
      return `(func ${v.name || "(anonymous)"}) …`;
    case "object":
      return v === null ? "nil" : objectText(v);
    case "bigint":
    case "boolean":
    case "symbol":
      return String(v);
  }
}

/** Go's `print` of a float64: `+1.500000e+000`. */
function printFloat(n: number): string {
  if (n !== n) return "NaN";
  if (n === Infinity) return "+Inf";
  if (n === -Infinity) return "-Inf";
  const [digits, exponent] = Math.abs(n).toExponential(6).split("e") as [string, string];
  const e = Number(exponent);
  const sign = n < 0 || Object.is(n, -0) ? "-" : "+";
  return `${sign}${digits}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(3, "0")}`;
}

const BUILTIN = /^(Type|Range|Reference|Syntax|Eval|URI|Aggregate)Error$|^DOMException$/;

function objectText(v: object): string {
  if (isError(v)) {
    const { name } = v;
    const message = String((v.message as unknown) ?? "");
    return BUILTIN.test(name) ? `${name}: ${message}` : message;
  }
  // A named basic type, as Go prints one.
  const type = typeName(v);
  if (v instanceof String) return `main.${type}("${v.valueOf()}")`;
  if (v instanceof Number || v instanceof Boolean) return `main.${type}(${textOf(v.valueOf())})`;
  if (Array.isArray(v)) return `([]interface {}) len ${v.length}`;
  const toString = v.toString;
  return typeof toString === "function" && toString !== objectPrototype(v).toString
    ? String(v)
    : `(main.${type}) ${fields(v)}`;
}

/** `Object.prototype`, of another realm where that is the one that `v` inherits from. */
function objectPrototype(v: object): object {
  let last = v;
  for (let p: object | null = v; p !== null; p = Object.getPrototypeOf(p) as object | null)
    last = p;
  return Object.hasOwn(last, "isPrototypeOf") ? last : Object.prototype;
}

const typeName = (v: object): string => v.constructor?.name ?? "Object";

/** What Go says of a panic that came while a value was printed: a string as it is, of anything else its type. */
function whatPanicked(error: unknown): string {
  try {
    const { value } = error as { value?: unknown };
    if (typeof value === "object" && value !== null && hasBrand(error, PANIC))
      return `type main.${typeName(value)}`;
  } catch {
    // A value that cannot be looked at either.
  }
  return messageOf(error);
}

/** What is in an object; Go prints where it lies, so nothing is lost where JSON cannot tell. */
function fields(v: object): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(v);
  } catch {
    return "{…}"; // a cycle, a bigint
  }
  text ??= "{}";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** Whether it is an `Error`, of any realm; false for what cannot be asked, such as a revoked proxy. */
export function isError(v: unknown): v is Error {
  try {
    if (v instanceof Error) return true;
    if (typeof v !== "object" || v === null || Symbol.toStringTag in v) return false;
    return Object.prototype.toString.call(v) === "[object Error]";
  } catch {
    return false;
  }
}

/** The message of an error, of whatever kind. */
function messageOf(error: unknown): string {
  try {
    return String((error as { message?: unknown } | null | undefined)?.message ?? error);
  } catch {
    return "?";
  }
}

/** `text` as Go prints it since 1.23, so that no line of it can be taken for one of the dump. */
const indented = (text: string): string => text.replaceAll("\n", "\n\t");

interface Chain {
  readonly value: unknown;
  readonly recovered: boolean;
  readonly link: Chain | null;
}

/** The newest panic of what was thrown. */
function newestOf(error: unknown): Chain {
  const panic: Chain = { value: error, recovered: false, link: null };
  if (!hasBrand(error, PANIC)) return panic;
  const { value, state } = error as { value: unknown; state: Chain | null };
  return state ?? { ...panic, value };
}

/**
 * What Go prints for an uncaught panic or a fatal error, chain included, without the goroutine's trace:
 * `panic: first [recovered]`, a new line, a tab, `panic: second`. Lines of a value after its first begin with a tab, as since
 * Go 1.23, and a value that was recovered and panicked with again has one line, as since Go 1.25:
 * `panic: first [recovered, repanicked]`. O(length of the chain).
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
  if (isFatalError(error)) return `fatal error: ${messageOf(error)}`;
  const lines: string[] = [];
  let again = false;
  for (let p: Chain | null = newestOf(error); p !== null; p = p.link) {
    const { value, link } = p;
    const end = !p.recovered ? "" : again ? " [recovered, repanicked]" : " [recovered]";
    // Nothing tells whether what is no object is the same that was panicked with before, unless it was recovered.
    const known = link !== null && (link.recovered || typeof value === "object");
    again = known && Object.is(link.value, value);
    if (again) continue;
    const { text, fatal } = print(value);
    // Go prints all values, the newest first, before it writes a line.
    if (fatal) return `fatal error: ${indented(text)}`;
    lines.push(`panic: ${indented(text)}${end}`);
  }
  return lines.reverse().join("\n\t");
}

/** What ours keep of where they were started, and what the errors of ours that have been printed keep of where they were thrown. */
interface Made {
  readonly core?: { isMain(g: Goroutine): boolean };
  readonly extra?: { readonly site: Site | null; readonly creator: number } | null;
}
interface Traced {
  readonly trace?: Site | null;
}

/** Where `g` was started; "" for main, and where nobody knows. */
function madeBy(g: Goroutine): string {
  const { core, extra } = g as Made;
  if (extra == null || core?.isMain(g) === true) return "";
  const site = framesOf(extra.site)[0];
  return site === undefined ? "" : `\n${createdBy(site, extra.creator)}`;
}

/**
 * The whole of what Go prints when a goroutine dies: the panic, and the goroutine with its trace and, unless it is main's, where it was
 * started.
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
  const trace = hasBrand(error, PANIC) ? (error as Traced).trace : null;
  const frames = framesOf(trace ?? (error as Site)).map(
    (f) => `${f.func || "(anonymous)"}(...)\n\t${f.at}`,
  );
  if (frames.length === 0) frames.push(`${g.name}(...)`);
  return `${panicText(error)}\n\ngoroutine ${g.id} [running]:\n${frames.join("\n")}${madeBy(g)}`;
}
