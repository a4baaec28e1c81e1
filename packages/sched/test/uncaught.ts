/** What the host is told that nobody caught, kept from the test runner while a test looks at it. */
export interface Uncaught {
  readonly errors: unknown[];
  /** Gives the runner its ears back. */
  stop(): void;
}

/** Hears of uncaught exceptions instead of whoever did. */
export function hearUncaught(): Uncaught {
  const errors: unknown[] = [];
  const note = (error: unknown): void => void errors.push(error);
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", note);
  return {
    errors,
    stop() {
      process.off("uncaughtException", note);
      for (const listener of others) process.on("uncaughtException", listener);
    },
  };
}
