/**
 * FlightPanic: a panic in the function of a `SingleFlight`, as its callers get it (Go's unexported panicError).
 *
 * Invariant: `cause` is what was panicked with; the message is its text, an empty line, and the stack of the panic.
 */
import { isPanicError } from "@gort/sched";
import { brand, hasBrand } from "@gort/types";
import { FLIGHT_PANIC } from "./panic.ts";

/** The text of what a panic prints otherwise than `%v`, which Go uses here: numbers, and values of named basic types. */
function basic(v: unknown): string | null {
  if (v instanceof Number || v instanceof String || v instanceof Boolean) return String(v);
  return Number.isFinite(v) ? String(v) : null;
}

/**
 * A panic in the function of a `SingleFlight`, as every caller gets it. The message is the panic's and the stack where
 * it happened; `cause` is the value of the panic.
 *
 * @example
 * ```ts
 * import { panic } from "@gort/sched";
 * import { isFlightPanic, SingleFlight } from "@gort/sync";
 *
 * const flights = new SingleFlight<string, number>();
 * let cause: unknown;
 * try {
 *   await flights.do("k", () => panic("boom"));
 * } catch (e) {
 *   if (isFlightPanic(e)) cause = e.cause;
 * }
 * cause; // => "boom"
 * ```
 */
export class FlightPanic extends Error {
  /** Tells it from other errors. */
  declare readonly [FLIGHT_PANIC]?: true;

  /** @param thrown what the function threw */
  constructor(thrown: unknown) {
    const error = thrown as Partial<Error> | null | undefined;
    const cause = isPanicError(thrown) ? thrown.value : thrown;
    const text =
      basic(cause) ?? (typeof error?.message === "string" ? error.message : String(thrown));
    super(`${text}\n\n${error?.stack ?? ""}`, { cause });
    brand(this, FLIGHT_PANIC);
  }

  override get name(): string {
    return "FlightPanic";
  }
}

/**
 * Whether `v` is a {@link FlightPanic}, from whichever copy of this package.
 *
 * @example
 * ```ts
 * import { FlightPanic, isFlightPanic } from "@gort/sync";
 *
 * isFlightPanic(new FlightPanic("boom")); // => true
 * isFlightPanic(new Error("boom")); // => false
 * ```
 */
export function isFlightPanic(v: unknown): v is FlightPanic {
  return hasBrand(v, FLIGHT_PANIC);
}
