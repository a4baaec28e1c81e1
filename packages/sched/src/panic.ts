/** goexit signal (grows below). */
const GOEXIT = Symbol.for("gort.goexit");

/** Whether `error` is the signal that `goexit` throws. */
export function isGoexit(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    (error as Record<symbol, unknown>)[GOEXIT] === true
  );
}
