/**
 * `Symbol.dispose`, or its stand-in where the host does not have it yet.
 *
 * Invariants
 *  1. The host's symbol is only read, never installed.
 */
export const dispose: typeof Symbol.dispose = ((Symbol as { dispose?: symbol }).dispose ??
  Symbol.for("Symbol.dispose")) as typeof Symbol.dispose;
