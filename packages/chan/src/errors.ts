/**
 * The panics of channels: code to Go's exact text.
 *
 * Invariants
 *  1. `message` is Go's text to the letter; like Go's, none of them has the `runtime error: ` prefix.
 *  2. What the text leaves out (which argument, which channel) stands in `cause` or in a named property, so
 *     that the text stays comparable.
 */
import { RuntimeError, badArgument, badNumber } from "@gort/types";

/** Go's texts of what can go wrong with a channel. */
export const chanTexts = {
  sendClosed: "send on closed channel",
  closeClosed: "close of closed channel",
  closeNil: "close of nil channel",
  makeSize: "makechan: size out of range",
  sendOutside: "send on synctest channel from outside bubble",
  recvOutside: "receive on synctest channel from outside bubble",
  closeOutside: "close of synctest channel from outside bubble",
  closeRecvOnly: "invalid operation: cannot close receive-only channel",
  sendRecvOnly: "invalid operation: cannot send to receive-only channel",
  recvSendOnly: "invalid operation: cannot receive from send-only channel",
} as const;

/** `panic(text)` of the channel package: the error to throw, whose cause is the channel, if that has a name. */
export function chanError(
  code: keyof typeof chanTexts,
  of?: { readonly name: string; describe(): string },
): RuntimeError {
  const error = new RuntimeError(chanTexts[code]);
  return of === undefined || of.name === "" ? error : because(error, of.describe());
}

/** Gives an error its cause as the constructor of `Error` would. */
function because<E extends Error>(error: E, cause: unknown): E {
  return Object.defineProperty(error, "cause", {
    value: cause,
    configurable: true,
    writable: true,
  });
}

/**
 * A use of a one-directional view that its type forbids.
 *
 * @example
 * ```ts
 * import { DirectionError, makeChan, type SendChan } from "@gort/chan";
 *
 * const view = makeChan<number>().recvOnly() as unknown as SendChan<number>; // what TypeScript would not let pass
 * let refused: unknown;
 * try {
 *   view.close();
 * } catch (e) {
 *   refused = e;
 * }
 * refused instanceof DirectionError; // => true
 * String(refused); // => "DirectionError: invalid operation: cannot close receive-only channel"
 * ```
 */
export class DirectionError extends TypeError {
  override get name(): string {
    return "DirectionError";
  }
}

/** The error for a forbidden use of a view, in the words of Go's compiler. */
export function directionError(code: "closeRecvOnly" | "sendRecvOnly" | "recvSendOnly"): Error {
  return new DirectionError(chanTexts[code]);
}

/** Refuses what is no channel: what lacks `method`. */
export function checkChannel(where: string, argument: string, ch: unknown, method: string): void {
  if (typeof (ch as Record<string, unknown> | null | undefined)?.[method] !== "function")
    throw badArgument(where, argument, ch, "a channel", "type");
}

/** Largest capacity: the ring's index stays a small integer. */
export const MAX_CAP = 2 ** 30;

/** The error of `makeChan` for a capacity that cannot be. */
export function sizeError(cap: unknown): Error {
  const then = typeof cap === "object" ? ", and then the options" : "";
  const argument = badNumber("makeChan", "cap", cap, `an integer from 0 to ${MAX_CAP}${then}`);
  const integer = Number.isInteger(cap) || cap === Infinity || cap === -Infinity;
  if (!integer) return argument;
  return because(chanError("makeSize"), argument);
}
