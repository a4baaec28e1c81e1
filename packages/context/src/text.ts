/**
 * How contexts print: Go's forms of times, durations and values.
 *
 * Invariants
 *  1. A time prints as Go's `time.Time.String` in UTC, a duration as `time.Duration.String`. Times end where those of `Date` do,
 *     durations where Go's do: what is beyond prints as the last one.
 *  2. Values print as in Go 1.21: what has a text of its own by it, strings plain, nil as `<nil>`, others by type.
 *
 * Why the calendar is computed here: the host's clock belongs to one file of the scheduler, and a calendar date from
 * a number needs no clock.
 */

/** The last moment of a `Date`, in milliseconds; the first is as far before 1970. */
const TIME_MAX = 8.64e15;

/** Go's `time.Time.String()` in UTC. */
export function formatTime(at: number): string {
  const ms = Math.min(Math.max(at, -TIME_MAX), TIME_MAX);
  const days = Math.floor(ms / 86_400_000);
  const inDay = ms - days * 86_400_000;
  // Days since 0000-03-01, in eras of 400 years: leap days then fall on the end of a year.
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const day = doy - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number): string => String(n).padStart(2, "0");
  const seconds = Math.floor(inDay / 1000);
  const micros = Math.round((inDay - seconds * 1000) * 1000);
  const fraction = micros === 0 ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  // Go pads the digits, and the sign comes before them.
  const years = (year < 0 ? "-" : "") + String(Math.abs(year)).padStart(4, "0");
  return `${years}-${two(month)}-${two(day)} ${clock}${fraction} +0000 UTC`;
}

/** Go's `time.Duration.String()`. */
export function formatDuration(ms: number): string {
  const ns = Math.round(Math.abs(ms) * 1e6);
  if (ns === 0) return "0s";
  const sign = ms < 0 ? "-" : "";
  // Go's limits: a duration is an int64.
  if (ns >= 2 ** 63) return `${sign}2562047h47m16.85477580${ms < 0 ? 8 : 7}s`;
  const decimal = (n: number, digits: number): string =>
    String(Number((n / 10 ** digits).toFixed(digits)));
  if (ns < 1e3) return `${sign}${ns}ns`;
  if (ns < 1e6) return `${sign}${decimal(ns, 3)}µs`;
  if (ns < 1e9) return `${sign}${decimal(ns, 6)}ms`;
  const seconds = Math.floor(ns / 1e9);
  const h = Math.floor(seconds / 3600);
  const m = Math.floor(seconds / 60) % 60;
  const s = decimal((seconds % 60) * 1e9 + (ns % 1e9), 9);
  const hours = h > 0 ? `${h}h` : "";
  const minutes = seconds >= 60 ? `${m}m` : "";
  return `${sign}${hours}${minutes}${s}s`;
}

/** Whether `v` brings a `toString` of its own, Go's `Stringer`. */
function isStringer(v: object): boolean {
  const f = (v as { toString?: unknown }).toString;
  return typeof f === "function" && f !== Object.prototype.toString && !Array.isArray(v);
}

/** Go 1.21's text for a key or value: by its own `toString`, else by its type. */
export function stringify(v: unknown): string {
  if (v === null || v === undefined) return "<nil>";
  if (typeof v === "string") return v;
  if (typeof v === "object") return isStringer(v) ? String(v) : typeName(v);
  return typeof v;
}

/** The name of an object's class. */
function typeName(v: object): string {
  return (v.constructor as { name?: string } | undefined)?.name ?? "object";
}

/** The text of a context: its own, else its type's name. */
export function contextName(ctx: object): string {
  return isStringer(ctx) ? String(ctx) : typeName(ctx);
}
